"""`windproject/install.py`, in a checkout of its own, without a network."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from windproject import install

Completed = subprocess.CompletedProcess[str]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a checkout whose lock file names nothing that pip would have to fetch."""
    folder = tmp_path / "a checkout"
    (folder / "windproject").mkdir(parents=True)
    shutil.copy(install.__file__, folder / "windproject" / "install.py")
    (folder / "requirements.txt").write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.chdir(folder)
    yield folder


def start() -> subprocess.Popen[str]:
    command = [sys.executable, "windproject/install.py", "requirements.txt"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def run() -> Completed:
    process = start()
    output, errors = process.communicate()
    return Completed(process.args, process.returncode, output, errors)


def pretend_made(folder: Path) -> None:
    """Make a .venv that passes for whole, at no cost: pip there installs nothing."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    program = folder / ".venv" / "bin" / "python"
    program.write_text(f'#!/bin/sh\ntest "$1" = -m || exec {sys.executable} -c "$2"\n')
    program.chmod(0o755)


def test_it_makes_an_environment_once_for_two_who_ask_at_once(checkout: Path) -> None:
    both = [start(), start()]
    output = "".join(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert output.count("Installing 0 packages into .venv") == 1
    assert run().stdout == ""
    subprocess.check_call([".venv/bin/python", "-m", "pip", "--version"])


def test_a_changed_lock_file_is_installed(checkout: Path) -> None:
    pretend_made(checkout)
    assert "Installing 0 packages" in run().stdout
    assert run().stdout == ""
    (checkout / "requirements.txt").write_text("anything==1.0\n")
    assert "Installing 1 packages" in run().stdout


@pytest.mark.parametrize("damage", ["unfinished", "no python"])
def test_a_broken_environment_is_made_anew(checkout: Path, damage: str) -> None:
    pretend_made(checkout)
    run()
    (checkout / ".venv" / "leftover").touch()
    if damage == "unfinished":
        (checkout / ".venv" / "unfinished").touch()
    else:
        (checkout / ".venv" / "bin" / "python").unlink()
    assert run().returncode == 0
    assert not (checkout / ".venv" / "leftover").exists()


def test_the_error_of_pip_is_shown_and_the_next_run_tries_again(checkout: Path) -> None:
    pretend_made(checkout)
    python = checkout / ".venv" / "bin" / "python"
    working = python.read_text()
    python.write_text(
        working.replace('test "$1" = -m', 'test "$1" = -m && echo no network && exit 1')
    )
    failed = run()
    assert failed.returncode == 1
    assert failed.stderr.startswith("no network\npip could not install requirements.txt")
    python.write_text(working)
    assert "Installing" in run().stdout


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 6, 15))
    with pytest.raises(install.InstallError, match=r"Python 3\.11 or newer is needed.* is 3\.6"):
        install.require_python()


def test_python_3_6_can_read_it() -> None:
    source = Path(install.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))


def test_what_belongs_to_another_account_is_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_made(checkout)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(install.InstallError, match=rf"{checkout}/\.venv belongs to \w+"):
        install.require_access()
