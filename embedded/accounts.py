"""The account that the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from embedded.errors import EmbeddedServerError

OTHER_DATABASES = "set SOURCE_DATABASE_URL and TARGET_DATABASE_URL to databases of your own"


class Account(NamedTuple):
    """A user of the operating system."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """The login name, or the number of an account that has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


def claim(directory: Path) -> Account:
    """Make the folder where it does not exist, and return the account that its server runs as.

    That is its owner; root gives a folder of its own to `nobody`.

    Raises EmbeddedServerError if the folder belongs to somebody else or cannot be made.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # The folder is private, for the server asks nobody who connects for a password.
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL needs a folder {directory}: delete the file of that name."
        ) from error
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL cannot make its folder {directory} ({error.strerror}):"
            f" make {Path(error.filename).parent} writable, or {OTHER_DATABASES}."
        ) from error
    return _owner(directory)


def _owner(directory: Path) -> Account:
    status = directory.stat()
    owner, present = Account(status.st_uid, status.st_gid), Account(os.geteuid(), os.getegid())
    if present.uid not in (owner.uid, 0):
        raise EmbeddedServerError(
            f"The folder {directory} of the embedded PostgreSQL belongs to {owner.name}, not to"
            f" {present.name}: run this as {owner.name}, or delete the folder as root,"
            f" or {OTHER_DATABASES}."
        )
    if owner.uid != 0:
        return owner
    nobody = Account(*pwd.getpwnam("nobody")[2:4])
    os.chown(directory, *nobody)
    return nobody


def make_private(folder: Path, account: Account) -> None:
    """Make the folder for the account alone, unless it is there.

    Raises EmbeddedServerError if something else is there; it may lie where everybody may write.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() == 0:
        os.chown(folder, *account)
    elif not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL listens in {folder}, which must be a folder that belongs to"
            f" {account.name}: delete what is there, as root if need be."
        )


def open_the_way(account: Account, *targets: Path) -> None:
    """Let the account pass through the folders above the targets, where root may allow it."""
    folders = dict.fromkeys(folder for target in targets for folder in reversed(target.parents))
    closed = [folder for folder in folders if not _may_pass(account, folder)]
    for folder in closed:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
    if closed:
        print(
            f"The embedded PostgreSQL runs as {account.name}: let others pass through (o+x)",
            ", ".join(map(str, closed)),
            file=sys.stderr,
        )


def _may_pass(account: Account, folder: Path) -> bool:
    status = folder.stat()
    # Permission for others means nothing to the owner and the group.
    owns = status.st_uid == account.uid or status.st_gid == account.gid
    return owns or bool(status.st_mode & stat.S_IXOTH)
