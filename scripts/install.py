"""Makes .venv, or the folder that VENV names: python3 scripts/install.py LOCK_FILE

Runs on the system's Python. One as old as 3.6 can still read it, and say which one is needed.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
ENVIRONMENT = os.environ.get("VENV", ".venv")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
# This file is there while .venv is worked on: what a killed run leaves behind is made anew.
UNFINISHED = os.path.join(ENVIRONMENT, "unfinished")
PIP_OPTIONS = ["--disable-pip-version-check", "--root-user-action=ignore", "--quiet"]
LINES_OF_ERROR = 10


class InstallError(Exception):
    """The packages cannot be installed; the text says why and what to do."""


def install(requirements: str) -> None:
    """Make .venv, if need be, and install what the lock file names, if need be.

    Raises InstallError if that fails.
    """
    require_python()
    if is_done(requirements):
        return
    require_access()
    os.umask(0o022)  # so that what root installs can be run by others
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_done(requirements):
            return
        if not is_working():
            make_environment()
        install_packages(requirements)


def require_python() -> None:
    """Raises InstallError if this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        needed, running = (".".join(map(str, v[:2])) for v in (OLDEST_PYTHON, sys.version_info))
        raise InstallError(
            f"Python {needed} or newer is needed, and {sys.executable} is {running}:"
            f" name a newer one, as in 'make demo PYTHON=python{needed}'."
        )


def require_access() -> None:
    """Raises InstallError if .venv is not for this account to write."""
    folder = os.path.abspath(ENVIRONMENT if os.path.exists(ENVIRONMENT) else ".")
    if not os.access(folder, os.W_OK):
        uid = os.stat(folder).st_uid
        owner = next((user.pw_name for user in pwd.getpwall() if user.pw_uid == uid), uid)
        raise InstallError(
            f"The packages cannot be installed, for {folder} belongs to {owner}:"
            f" run this as {owner}, or let {owner} delete {ENVIRONMENT} and make this folder yours."
        )


def is_done(requirements: str) -> bool:
    """Return whether .venv holds what the lock file names."""
    try:
        with open(stamp(requirements)) as file:
            installed = file.read()
    except FileNotFoundError:
        return False
    whole = os.path.exists(PYTHON) and not os.path.exists(UNFINISHED)
    return whole and installed == fingerprint(requirements)


def stamp(requirements: str) -> str:
    """Return the path of the file that says what has been installed from the lock file."""
    return os.path.join(ENVIRONMENT, os.path.basename(requirements) + ".installed")


def fingerprint(requirements: str) -> str:
    """Return the hash of the lock file, of this Python and of the place of .venv."""
    with open(requirements, "rb") as file:
        content = file.read()
    place = os.path.abspath(ENVIRONMENT) + sys.version
    return hashlib.sha256(content + os.fsencode(place)).hexdigest()


def is_working() -> bool:
    """Return whether .venv is whole and its Python starts and is of this very version."""
    if os.path.exists(UNFINISHED):
        return False
    command = [PYTHON, "-c", "import pip, sys; print(sys.version)"]
    try:
        output = subprocess.check_output(command, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return output.decode().strip() == sys.version.strip()


def make_environment() -> None:
    """Make .venv anew. Raises InstallError if this Python cannot."""
    if os.path.islink(ENVIRONMENT):
        os.unlink(ENVIRONMENT)
    elif os.path.exists(ENVIRONMENT):
        shutil.rmtree(ENVIRONMENT)
    os.mkdir(ENVIRONMENT)
    open(UNFINISHED, "w").close()
    venv = run([sys.executable, "-m", "venv", ENVIRONMENT])
    if venv.returncode:
        version = ".".join(map(str, sys.version_info[:2]))
        raise InstallError(
            f"{last_lines(venv.stdout)}{sys.executable} cannot make a virtual environment:"
            " see its error above; where its module venv is missing, install that"
            f" (on Debian and Ubuntu 'apt install python{version}-venv')."
        )


def install_packages(requirements: str) -> None:
    """Install what the lock file names. Raises InstallError if pip fails."""
    with open(requirements) as file:
        count = sum(line[0].isalnum() for line in file)
    print(f"Installing {count} packages into {ENVIRONMENT}", end=" ")
    print("(about half a minute the first time) ...", flush=True)
    open(UNFINISHED, "w").close()
    pip = run([PYTHON, "-m", "pip", "install", *PIP_OPTIONS, "-r", requirements])
    os.unlink(UNFINISHED)
    if pip.returncode:
        raise InstallError(
            f"{last_lines(pip.stdout)}pip could not install {requirements}: its error is above;"
            " mend that and run this again."
        )
    with open(stamp(requirements), "w") as file:
        file.write(fingerprint(requirements))


def run(command: "list[str]") -> "subprocess.CompletedProcess[str]":
    """Run the command and return its exit code and all that it printed."""
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def last_lines(output: str) -> str:
    """Return the end of what a failed command printed."""
    return "".join(output.splitlines(keepends=True)[-LINES_OF_ERROR:])


def main() -> int:
    """Install the lock file named on the command line. Returns the exit code."""
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        install(sys.argv[1])
    except (InstallError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
