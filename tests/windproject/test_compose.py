"""`docker-compose.yml` names only what exists, and agrees with `.env.example`."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

COMPOSE = (settings.BASE_DIR / "docker-compose.yml").read_text()
EXAMPLE = (settings.BASE_DIR / ".env.example").read_text()
DOCKERFILE = (settings.BASE_DIR / "Dockerfile").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
PROGRAMS = ["migrate", "web", "worker", "beat"]

INTERPOLATED = dict(re.findall(r"\$\{(\w+)(:[?-][^}]*)?\}", COMPOSE))
NEEDED = set(re.findall(r"^(\w+)=", EXAMPLE, re.M))
OPTIONAL = set(re.findall(r"^# (\w+)=", EXAMPLE, re.M))


def read_by_the_settings() -> set[str]:
    files = [
        settings.BASE_DIR / "windproject" / f"{name}.py" for name in ("settings", "production")
    ]
    code = "".join(file.read_text() for file in files)
    reading = r"(?:environment\.\w+|database)\(\s*((?:\"[A-Z_]+\",?\s*)+)"
    return {
        name for names in re.findall(reading, code) for name in re.findall(r"[A-Z_]{4,}", names)
    }


def deployed(**environment: str) -> dict[str, str]:
    """Return the environment that compose gives to a program."""
    values = dict.fromkeys(NEEDED, "a1b2") | environment

    def value(match: re.Match[str]) -> str:
        return values.get(match[1], (match[2] or "").removeprefix(":-"))

    stated: dict[str, str] = SERVICES["web"]["environment"]
    filled = {k: re.sub(r"\$\{(\w+)(:[?-][^}]*)?\}", value, v) for k, v in stated.items()}
    return {"PATH": os.environ["PATH"], **filled}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    environment = deployed(**environment)
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_the_example_explains_every_variable_and_no_other() -> None:
    assert set(INTERPOLATED) - NEEDED - OPTIONAL == set()
    assert set(INTERPOLATED) | read_by_the_settings() == NEEDED | OPTIONAL


def test_what_is_needed_has_no_default() -> None:
    assert {name for name, default in INTERPOLATED.items() if default.startswith(":?")} == NEEDED


def test_no_password_stands_in_the_file() -> None:
    passwords = re.findall(r"PASSWORD: (.*)", COMPOSE)
    assert len(passwords) == 2
    assert all(password.startswith("${") for password in passwords)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_started_exists(name: str) -> None:
    python, *arguments = SERVICES[name]["command"]
    assert python == "python"
    if arguments[0] == "manage.py":
        assert arguments[1] in get_commands()
    else:
        assert find_spec(arguments[1])
    for module in re.findall(r"windproject[.\w]*", " ".join(arguments)):
        assert find_spec(module)


def test_the_programs_are_those_of_the_procfile() -> None:
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    procfile = dict(line.split(": .venv/bin/") for line in lines)
    for name in ("worker", "beat"):
        assert procfile[name] == " ".join(SERVICES[name]["command"])


def test_addresses_name_services_and_their_ports() -> None:
    environment = SERVICES["web"]["environment"]
    for variable, service in [("SOURCE_DATABASE_URL", "source-db"), ("REDIS_URL", "redis")]:
        assert f"{service}:" in environment[variable]
        assert service in SERVICES
    published = [SERVICES[name]["ports"] for name in ("source-db", "target-db", "web")]
    assert published == [
        ["127.0.0.1:5432:5432"],
        ["127.0.0.1:5433:5432"],
        ["127.0.0.1:${WEB_PORT:-8000}:8000"],
    ]


def test_who_waits_for_a_healthy_service_waits_for_one_with_a_check() -> None:
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]


def test_volumes_are_declared() -> None:
    used = {v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", [])}
    assert used == set(yaml.safe_load(COMPOSE)["volumes"])


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    copied = re.findall(r"^COPY (\S+) ", DOCKERFILE, re.M)
    ignored = (settings.BASE_DIR / ".dockerignore").read_text()
    assert copied
    for name in copied:
        assert (settings.BASE_DIR / name).exists()
        assert f"!{name}\n" in ignored
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.M) == ["windproject"]


def test_the_deployment_has_no_issue() -> None:
    key = "k9-" + "Zx7_" * 15
    checked = manage("check", "--deploy", "--fail-level", "INFO", SECRET_KEY=key)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues" in checked.stdout


def test_a_deployment_says_all_that_it_lacks() -> None:
    refused = manage("check", SECRET_KEY="", ALLOWED_HOSTS="")
    assert refused.returncode == 1
    assert "needs SECRET_KEY, ALLOWED_HOSTS in its environment" in refused.stderr
