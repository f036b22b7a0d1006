"""The data directory of the embedded server."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from embedded import binaries
from embedded.accounts import Account
from embedded.errors import EmbeddedServerError
from embedded.files import USER, ServerFiles

SHELL_CHARACTERS = set('$`"\\\n')
OPTIONS = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]


def make_data(files: ServerFiles, account: Account, lock: int) -> None:
    """Make the data directory where there is none, whole or not at all.

    initdb takes the lock along: should this process die, nobody else starts before initdb ends.

    Raises EmbeddedServerError if that fails, or if what is there is of no use.
    """
    if files.data.exists():
        _check(files.data)
        return
    if files.unfinished_data.exists():
        shutil.rmtree(files.unfinished_data)
    _refuse_shell_characters(binaries.program("initdb"))
    initdb = [binaries.program("initdb"), "-D", str(files.unfinished_data), *OPTIONS]
    _run_as(account, initdb, lock)
    files.unfinished_data.rename(files.data)


def _refuse_shell_characters(program: str) -> None:
    # initdb starts other programs of its folder through a shell.
    if characters := sorted(set(program) & SHELL_CHARACTERS):
        named = " ".join(characters)
        raise EmbeddedServerError(
            f"The embedded PostgreSQL cannot be made below a folder with {named} in its"
            f" name: move the checkout away from there. It is {program}."
        )


def _check(directory: Path) -> None:
    try:
        version = (directory / "PG_VERSION").read_text().strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise EmbeddedServerError(
            f"{directory} is not a data directory of PostgreSQL, for it holds no PG_VERSION:"
            " delete it, and a new one is made."
        ) from error
    if version != binaries.MAJOR_VERSION:
        raise EmbeddedServerError(
            f"{directory} was made by PostgreSQL {version}, and the embedded server is version"
            f" {binaries.MAJOR_VERSION}: delete it, and a new one is made, without its data."
        )


def _run_as(account: Account, command: Sequence[str], lock: int) -> None:
    as_root = os.geteuid() == 0
    ended = subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.defpath},
        pass_fds=[lock],
        capture_output=True,
        text=True,
        start_new_session=True,
        user=account.uid if as_root else None,
        group=account.gid if as_root else None,
        extra_groups=[] if as_root else None,
        check=False,
    )
    if ended.returncode:
        reason = (ended.stderr.splitlines() or ["no reason given"])[-1]
        raise EmbeddedServerError(f"The embedded PostgreSQL cannot be made: {reason}")
