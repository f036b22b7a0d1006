"""`docker-compose.yml` names only what exists, and agrees with `.env.example`."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

COMPOSE = (settings.BASE_DIR / "docker-compose.yml").read_text()
EXAMPLE = (settings.BASE_DIR / ".env.example").read_text()
DOCKERFILE = (settings.BASE_DIR / "Dockerfile").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
PACKAGES = re.findall(r"^COPY (\w+) ", DOCKERFILE, re.M)
PROGRAMS = ["migrate", "web", "worker", "beat"]

INTERPOLATED = dict(re.findall(r"\$\{(\w+)(:[?-][^}]*)?\}", COMPOSE))
NEEDED = set(re.findall(r"^(\w+)=", EXAMPLE, re.M))
OPTIONAL = set(re.findall(r"^# (\w+)=", EXAMPLE, re.M))


def read_by_the_application() -> set[str]:
    files = [file for package in PACKAGES for file in (settings.BASE_DIR / package).rglob("*.py")]
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
    assert set(INTERPOLATED) | read_by_the_application() == NEEDED | OPTIONAL


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


@pytest.mark.parametrize(
    ("variable", "service", "port"),
    [
        ("SOURCE_DATABASE_URL", "source-db", 5432),
        ("TARGET_DATABASE_URL", "target-db", 5432),
        ("REDIS_URL", "redis", 6379),
    ],
)
def test_an_address_names_a_service_and_its_port(variable: str, service: str, port: int) -> None:
    address = urlsplit(deployed()[variable])
    assert (address.hostname, address.port) == (service, port)
    assert service in SERVICES


@pytest.mark.parametrize("name", ["source", "target"])
def test_an_address_names_the_database_that_its_service_makes(name: str) -> None:
    made = SERVICES[f"{name}-db"]["environment"]
    login = f"{made['POSTGRES_USER']}:{made['POSTGRES_PASSWORD']}"
    address = SERVICES["web"]["environment"][f"{name.upper()}_DATABASE_URL"]
    assert address == f"postgres://{login}@{name}-db:5432/{made['POSTGRES_DB']}"


def test_the_ports_of_this_machine_lead_to_those_that_are_listened_on() -> None:
    published = [SERVICES[name].get("ports", []) for name in ("source-db", "target-db", "redis")]
    assert published == [["127.0.0.1:5432:5432"], ["127.0.0.1:5433:5432"], []]
    web = SERVICES["web"]
    assert web["ports"] == ["127.0.0.1:${WEB_PORT:-8000}:8000"]
    assert web["command"][-1] == "0.0.0.0:8000"
    assert "http://localhost:8000/health/live" in web["healthcheck"]["test"][-1]


def test_every_program_has_the_same_environment() -> None:
    environments = [SERVICES[name]["environment"] for name in PROGRAMS]
    assert all(environment == environments[0] for environment in environments)


def test_who_waits_for_a_healthy_service_waits_for_one_with_a_check() -> None:
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            awaited = SERVICES[name]
            assert wanted["condition"] != "service_healthy" or "healthcheck" in awaited


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


def test_the_image_has_every_package_that_a_deployment_runs() -> None:
    packages = {file.parent.name for file in settings.BASE_DIR.glob("*/__init__.py")}
    assert set(PACKAGES) == packages - {"tests", "benchmarks", "scripts"}


def test_the_deployment_has_no_issue() -> None:
    key = "k9-" + "Zx7_" * 15
    checked = manage("check", "--deploy", "--fail-level", "INFO", SECRET_KEY=key)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues" in checked.stdout
