"""The environment is read strictly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common import logs
from windproject import environment

COMPILED = shutil.ignore_patterns("__pycache__")


@pytest.mark.parametrize("text", ["maybe", "2", "True!", "-1"])
def test_a_boolean_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HTTPS", text)
    with pytest.raises(ImproperlyConfigured, match=r"HTTPS is '.*'; allowed: 1, true, yes, on, 0"):
        environment.boolean("HTTPS", default=True)


@pytest.mark.parametrize(("text", "meant"), [("0", False), ("off", False), ("", True), ("1", True)])
def test_a_boolean_says_what_it_means(monkeypatch: pytest.MonkeyPatch, text, meant) -> None:
    monkeypatch.setenv("HTTPS", text)
    assert environment.boolean("HTTPS", default=True) is meant


@pytest.mark.parametrize("text", ["0", "65536", "8e3", "eight", "²"])
def test_a_number_outside_its_range_is_an_error(monkeypatch: pytest.MonkeyPatch, text) -> None:
    monkeypatch.setenv("WEB_PORT", text)
    with pytest.raises(
        ImproperlyConfigured, match=r"WEB_PORT is .*: a whole number from 1 to 65535"
    ):
        environment.number("WEB_PORT", default=8000, least=1, most=65535)


@pytest.mark.parametrize("text", ["wind.example.org", "ftp://a", "http://", "http://u:secret@a"])
def test_an_address_that_is_none_is_an_error_and_stays_unsaid(monkeypatch, text: str) -> None:
    monkeypatch.setenv("SOURCE_API_URL", text)
    with pytest.raises(ImproperlyConfigured) as error:
        environment.web_address("SOURCE_API_URL")
    assert str(error.value).startswith("SOURCE_API_URL is no address such as https://")
    assert "secret" not in str(error.value)


def test_an_address_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK_URL", " https://wind.example.org/hook/?a=b ")
    assert environment.web_address("ALERT_WEBHOOK_URL") == "https://wind.example.org/hook/?a=b"


@pytest.mark.parametrize("text", ["mail.example.org", "http://a", "smtp://", "consolemail://"])
def test_a_mail_server_that_is_none_is_an_error(monkeypatch, text: str) -> None:
    monkeypatch.setenv("EMAIL_URL", text)
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL is no address such as smtp\+tls"):
        environment.mail_server("EMAIL_URL")


def test_a_mail_server_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://ada:s%40fe@mail.example.org:587")
    mail = environment.mail_server("EMAIL_URL")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_USE_TLS"]) == ("s@fe", True)
    monkeypatch.setenv("EMAIL_URL", "")
    assert environment.mail_server("EMAIL_URL") == {}


@pytest.mark.parametrize("text", ["a b", "a\nb", "é"])
def test_a_token_that_none_can_be_is_an_error_and_stays_secret(monkeypatch, text: str) -> None:
    monkeypatch.setenv("SOURCE_API_TOKEN", text)
    with pytest.raises(ImproperlyConfigured) as error:
        environment.header("SOURCE_API_TOKEN")
    assert str(error.value).startswith("SOURCE_API_TOKEN holds a space or a character")
    assert text not in str(error.value)


@pytest.mark.parametrize("text", ["info", "LOUD", "INFO,ERROR", "10"])
def test_a_choice_that_is_not_offered_is_an_error(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("LOG_LEVEL", text)
    with pytest.raises(ImproperlyConfigured, match=f"LOG_LEVEL is '{text}'; allowed: DEBUG, INFO"):
        environment.choice("LOG_LEVEL", logs.LEVELS, default="WARNING")


def test_names_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " wind.example.org,, farm.example.org ,")
    assert environment.names("ALLOWED_HOSTS") == ["wind.example.org", "farm.example.org"]


def web_port(checkout: Path, **environment: str) -> str:
    code = "from windproject.environment import text; print(text('WEB_PORT', 'none'))"
    command = [sys.executable, "-c", code]
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.check_output(command, cwd=checkout, env=environment, text=True).strip()


def test_a_file_is_not_needed_and_goes_behind_the_environment(tmp_path: Path) -> None:
    for package in ("common", "embedded", "sourcedata", "windproject"):
        shutil.copytree(settings.BASE_DIR / package, tmp_path / package, ignore=COMPILED)
    assert web_port(tmp_path) == "none"
    (tmp_path / ".env").write_text("WEB_PORT=8123\n")
    assert web_port(tmp_path) == "8123"
    assert web_port(tmp_path, WEB_PORT="8124") == "8124"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "http://x",
        "memory://",
        "redis://",
        "redis://h:abc/0",
        "redis://h:99999/0",
        "redis://h/abc",
        "redis://h/0?socket_timeout=abc",
        "redis+socket:///",
        "redis://[x",
        "a b",
    ],
)
def test_a_broker_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("REDIS_URL", text)
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL is no address such as redis://HOST"):
        environment.broker("REDIS_URL")


@pytest.mark.parametrize(
    "text",
    [
        "redis://h",
        "rediss://:pw@h:6380/1",
        "rediss://h?ssl_cert_reqs=none",
        "redis+socket:///a/b",
        "",
    ],
)
def test_a_broker_is_one_that_speaks_redis(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("REDIS_URL", text)
    assert environment.broker("REDIS_URL") == text


@pytest.mark.parametrize(
    "text",
    [
        "http://h/?a=b",
        "http://h/#x",
        "http://h:abc",
        "http://[x",
        "https://h x",
        "https://xn--",
        "https://a..b",
    ],
)
def test_an_address_that_no_other_can_be_made_of_is_an_error(monkeypatch, text: str) -> None:
    monkeypatch.setenv("SOURCE_API_URL", text)
    with pytest.raises(ImproperlyConfigured, match="SOURCE_API_URL"):
        environment.base_address("SOURCE_API_URL")


@pytest.mark.parametrize("text", [",", "https://wind.example.org", "a b", "a/b", "a:8000"])
def test_a_host_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", text)
    with pytest.raises(ImproperlyConfigured, match=r"ALLOWED_HOSTS is .*wind\.example\.org"):
        environment.hosts("ALLOWED_HOSTS")


@pytest.mark.parametrize(
    "text",
    ["ada", "ada@", "a\nb@c", "Ada <ada@example.org>", "a@b, c", "ops@b..c", "a:b@c", "a@xn--"],
)
def test_a_mail_address_that_is_none_is_an_error(monkeypatch, text: str) -> None:
    monkeypatch.setenv("ALERT_EMAILS", text)
    with pytest.raises(ImproperlyConfigured, match="ALERT_EMAILS is"):
        environment.mail_addresses("ALERT_EMAILS")


def test_a_number_of_thousands_of_digits_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "9" * 5000)
    with pytest.raises(ImproperlyConfigured, match="WEB_PORT is"):
        environment.number("WEB_PORT", default=8000, least=1, most=65535)


@pytest.mark.parametrize("text", ["a?CONN_MAX_AGE=abc", "a?CONN_MAX_AGE=-1", "%00", "a%0ab"])
def test_a_database_that_none_can_be_is_an_error(monkeypatch: pytest.MonkeyPatch, text) -> None:
    monkeypatch.setenv("SOURCE_DATABASE_URL", f"postgres://u:secret@h/{text}")
    with pytest.raises(ImproperlyConfigured, match="SOURCE_DATABASE_URL cannot be read") as error:
        environment.database("SOURCE_DATABASE_URL", "source")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("address", ["ada@example.org", "o.p's+x@mail", "ada@ü.example.org"])
def test_a_mail_address_may_be_any_that_can_be(monkeypatch: pytest.MonkeyPatch, address) -> None:
    monkeypatch.setenv("ALERT_EMAILS", address)
    assert environment.mail_addresses("ALERT_EMAILS") == [address]


def test_both_databases_in_one_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOURCE_DATABASE_URL", "TARGET_DATABASE_URL"):
        monkeypatch.setenv(name, "postgres://u:secret@h/a")
    with pytest.raises(ImproperlyConfigured, match="name the same database") as error:
        environment.require_different("SOURCE_DATABASE_URL", "TARGET_DATABASE_URL")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["s3:/bucket/x", "s3://", "gs://bucket/x", "~/lake", "file:///srv/lake", "/srv/50%"]
)
def test_a_lake_that_none_can_be_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LAKE_URL", text)
    with pytest.raises(ImproperlyConfigured, match="s3://BUCKET/PATH"):
        environment.folder_or_store("LAKE_URL")


@pytest.mark.parametrize("text", ["s3://bucket/x", "/srv/lake:2", "var/lake"])
def test_a_lake_is_a_folder_or_a_store(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LAKE_URL", text)
    assert environment.folder_or_store("LAKE_URL").endswith(text)
