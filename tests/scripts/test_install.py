"""`scripts/install.py`, in a checkout of its own, without a network."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import install

Completed = subprocess.CompletedProcess[str]

# This stands in for the module venv, which takes seconds. Its `python` installs nothing.
QUICK_VENV = """
import os, sys
os.makedirs(sys.argv[1] + "/bin", exist_ok=True)
with open(sys.argv[1] + "/bin/python", "w") as file:
    file.write(f'#!/bin/sh\\ntest "$1" = -m || exec {sys.executable} -c "$2"\\n')
    os.chmod(file.name, 0o755)
"""
NO_VENV = "import sys; sys.exit('No module named ensurepip')"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout whose lock file names nothing that pip would have to fetch."""
    folder = tmp_path / "a checkout"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(install.__file__, folder / "scripts" / "install.py")
    (folder / "requirements.txt").write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.chdir(folder)
    return folder


def start() -> subprocess.Popen[str]:
    command = [sys.executable, "scripts/install.py", "requirements.txt"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def run() -> Completed:
    process = start()
    output, errors = process.communicate()
    return Completed(process.args, process.returncode, output, errors)


def test_two_who_ask_at_once_get_one_environment(checkout: Path) -> None:
    Path("venv.py").write_text("import time; time.sleep(0.3)" + QUICK_VENV)
    both = [start(), start()]
    output = "".join(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert output.count("Installing 0 packages into .venv") == 1


def test_only_a_changed_lock_file_is_installed_again(checkout: Path) -> None:
    Path("venv.py").write_text(QUICK_VENV)
    assert "Installing 0 packages" in run().stdout
    assert run().stdout == ""
    Path("requirements.txt").write_text("anything==1.0\n")
    assert "Installing 1 packages" in run().stdout


def test_what_a_killed_run_left_behind_is_made_anew(checkout: Path) -> None:
    Path("venv.py").write_text(QUICK_VENV)
    run()
    Path(".venv/leftover").touch()
    Path(".venv/unfinished").touch()
    assert run().returncode == 0
    assert not Path(".venv/leftover").exists()


def test_an_environment_without_its_python_is_made_anew(checkout: Path) -> None:
    Path("venv.py").write_text(QUICK_VENV)
    run()
    Path(".venv/leftover").touch()
    Path(".venv/bin/python").unlink()
    assert run().returncode == 0
    assert not Path(".venv/leftover").exists()


def test_a_checkout_that_was_moved_gets_a_new_installation(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("venv.py").write_text(QUICK_VENV)
    run()
    monkeypatch.chdir(checkout.rename(checkout.with_name("moved")))
    assert "Installing" in run().stdout


def test_the_error_of_pip_is_shown_and_the_next_run_tries_again(checkout: Path) -> None:
    failing_pip = QUICK_VENV.replace("-m ||", "-m && echo no network && exit 1;")
    Path("venv.py").write_text(failing_pip)
    failed = run()
    assert failed.returncode == 1
    assert failed.stderr.startswith("no network\npip could not install requirements.txt")
    assert "Installing" in run().stdout


def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    Path("venv.py").write_text(NO_VENV)
    failed = run()
    assert failed.returncode == 1
    assert failed.stderr.startswith("No module named ensurepip\n")
    assert f"apt install python3.{sys.version_info.minor}-venv" in failed.stderr


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 6, 15))
    with pytest.raises(install.InstallError, match=r"Python 3\.11 or newer is needed.* is 3\.6"):
        install.require_python()


def test_an_old_python_can_read_it() -> None:
    ast.parse(Path(install.__file__).read_text(), feature_version=(3, 6))


def test_an_environment_of_another_account_is_named(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".venv").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(install.InstallError, match=rf"{checkout}/\.venv belongs to \w+"):
        install.require_access()
