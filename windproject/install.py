"""Makes .venv: python3 windproject/install.py LOCK_FILE

Runs on the system's Python, whatever its version: an old one is told which one is needed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
ENVIRONMENT = ".venv"
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
# In the checkout itself, for the environment may be deleted while its lock is held.
LOCK = ".venv.lock"
PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet"]
LINES_OF_ERROR = 10


class InstallError(Exception):
    """The environment cannot be made; the text says why and what to do."""


def install(requirements: str) -> None:
    """Make .venv, if need be, and install what the lock file names, if need be.

    Raises InstallError if that fails.
    """
    require_python()
    if is_done(requirements):
        return
    os.umask(0o022)  # so that what root installs can be run by others
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_done(requirements):
            return
        if not is_working():
            make_environment()
        install_packages(requirements)


def require_python() -> None:
    """Raises InstallError if this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        raise InstallError(
            "Python {}.{} or newer is needed, and {} is version {}.{}: "
            "name a newer one, as in 'make demo PYTHON=python3.11'.".format(
                *OLDEST_PYTHON, sys.executable, *sys.version_info[:2]
            )
        )


def stamp(requirements: str) -> str:
    """Return the path of the file that says what of the lock file has been installed."""
    return os.path.join(ENVIRONMENT, os.path.basename(requirements) + ".installed")


def fingerprint(requirements: str) -> str:
    """Return what the stamp says once the lock file is installed, here and on this Python."""
    with open(requirements, "rb") as file:
        content = file.read()
    place = os.path.abspath(ENVIRONMENT) + sys.version
    return hashlib.sha256(content + place.encode(errors="surrogateescape")).hexdigest()


def is_done(requirements: str) -> bool:
    """Return whether .venv is complete."""
    try:
        with open(stamp(requirements)) as file:
            return file.read() == fingerprint(requirements) and os.path.exists(PYTHON)
    except FileNotFoundError:
        if not os.path.exists(requirements):
            raise InstallError("There is no file {}.".format(requirements))
        return False


def is_working() -> bool:
    """Return whether the Python of .venv starts, is this very version, and has pip."""
    program = "import pip, sys; print(sys.version)"
    try:
        output = subprocess.check_output([PYTHON, "-c", program], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return output.decode().strip() == sys.version


def make_environment() -> None:
    """Make .venv anew. Raises InstallError if this Python cannot."""
    if os.path.lexists(ENVIRONMENT):
        shutil.rmtree(ENVIRONMENT)
    result = run([sys.executable, "-m", "venv", ENVIRONMENT])
    if result.returncode:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        raise InstallError(
            "{}{} cannot make a virtual environment: install its module venv "
            "(Debian and Ubuntu: 'apt install python{}.{}-venv').".format(
                last_lines(result.stdout), sys.executable, *sys.version_info[:2]
            )
        )


def install_packages(requirements: str) -> None:
    """Install what the lock file names. Raises InstallError if pip fails."""
    with open(requirements) as file:
        count = sum(1 for line in file if line[0].isalnum())
    print(
        "Installing {} packages into {} (about half a minute the first time) ...".format(
            count, ENVIRONMENT
        ),
        flush=True,
    )
    result = run([*PIP, "install", "--root-user-action=ignore", "-r", requirements])
    if result.returncode:
        raise InstallError(
            "{}pip could not install {}: see its error above; what it has installed "
            "so far is kept, and the next run goes on from there.".format(
                last_lines(result.stdout), requirements
            )
        )
    with open(stamp(requirements), "w") as file:
        file.write(fingerprint(requirements))


def run(command: "list[str]") -> "subprocess.CompletedProcess[str]":
    """Run the command and return its exit code and what it printed."""
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )


def last_lines(output: str) -> str:
    """Return the end of what a failed command printed."""
    return "".join(output.splitlines(keepends=True)[-LINES_OF_ERROR:])


def main() -> int:
    """Install the lock file named on the command line. Returns the exit code."""
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        install(sys.argv[1])
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            "{} belongs to another account ({}): run this as that account, or delete {} as it "
            "and start again.".format(error.filename, error.strerror, ENVIRONMENT),
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
