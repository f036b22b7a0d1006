"""A deployment starts with all that it needs, or says what it lacks."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

NEEDED = {
    "SECRET_KEY": "k9-" + "Zx7_" * 15,
    "ALLOWED_HOSTS": "wind.example.org, farm.example.org",
    "SOURCE_DATABASE_URL": "postgres://postgres@127.0.0.1:1/source",
    "TARGET_DATABASE_URL": "postgres://postgres@127.0.0.1:1/target",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
REQUESTS = """
import django
django.setup()
from django.test import Client
for path in ("/", "/health/live"):
    for secure in (False, True):
        answer = Client().get(path, headers={"host": "farm.example.org"}, secure=secure)
        print(answer.status_code, answer.headers.get("Location", ""))
"""
INSISTENCE = """
import django
django.setup()
from django.test import Client
answer = Client().get("/health/live", headers={"host": "farm.example.org"}, secure=True)
print(answer.headers.get("Strict-Transport-Security"))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    chosen = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "windproject.production"}
    # An empty variable counts as unset, and a file `.env` cannot set it again.
    chosen |= {"HTTPS": "", "HSTS_SECONDS": ""}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=chosen | NEEDED | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def answers(script: str = REQUESTS, **environment: str) -> list[str]:
    process = python("-c", script, **environment)
    assert process.returncode == 0, process.stderr
    return [line.strip() for line in process.stdout.splitlines()]


@pytest.mark.parametrize("name", NEEDED)
def test_a_deployment_that_lacks_one_variable_names_it(name: str) -> None:
    refused = python("manage.py", "check", **{name: " "})
    sentence = f"A setting is wrong: A deployment needs {name} in its environment"
    assert refused.returncode == 1
    assert refused.stderr.startswith(sentence)


def test_a_deployment_that_lacks_everything_names_all_in_one_sentence() -> None:
    refused = python("manage.py", "migrate", **dict.fromkeys(NEEDED, ""))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"needs {', '.join(NEEDED)} in its environment" in refused.stderr


def test_a_deployment_with_what_it_needs_starts() -> None:
    checked = python("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "System check identified no issues" in checked.stdout


def test_a_value_that_cannot_be_meant_is_a_sentence() -> None:
    refused = python("manage.py", "check", HTTPS="maybe")
    assert refused.returncode == 1
    assert refused.stderr.startswith("A setting is wrong: HTTPS is 'maybe'; allowed: 1, true, ")


def test_visitors_are_sent_to_https_and_health_checks_are_not() -> None:
    to_https, to_admin = "301 https://farm.example.org/", "302 /admin/"
    assert answers() == [to_https, to_admin, "200", "200"]
    assert answers(HTTPS="0") == [to_admin, to_admin, "200", "200"]


def test_browsers_insist_on_https_for_as_long_as_is_chosen() -> None:
    assert answers(INSISTENCE) == ["max-age=3600"]
    assert answers(INSISTENCE, HSTS_SECONDS="31536000") == ["max-age=31536000"]


def test_a_host_of_somebody_else_is_refused() -> None:
    assert set(answers(ALLOWED_HOSTS="wind.example.org")) == {"400"}


def test_a_deployment_is_not_filled_with_a_demo() -> None:
    refused = python("manage.py", "demo")
    assert refused.returncode == 1
    assert "A demo is simulated, and this is a deployment" in refused.stderr


def test_a_deployment_that_has_a_broker_starts_no_other() -> None:
    refused = python("manage.py", "broker")
    assert refused.returncode == 1
    assert "REDIS_URL names a broker" in refused.stderr


def test_a_database_that_is_not_postgresql_is_refused_before_its_driver_is_missed() -> None:
    refused = python("manage.py", "check", TARGET_DATABASE_URL="mysql://ada:secret@host/target")
    assert refused.returncode == 1
    assert "TARGET_DATABASE_URL cannot be read: it is not postgres://USER" in refused.stderr
    assert "secret" not in refused.stderr


def test_the_level_of_the_logs_holds_for_those_who_set_their_own() -> None:
    script = "import django; django.setup(); import logging; logger = logging.getLogger('gunicorn')"
    script += "; logger.setLevel('INFO'); logger.info('quiet'); logger.error('loud')"
    said = python("-c", script, LOG_LEVEL="ERROR").stderr
    assert "loud" in said
    assert "quiet" not in said
