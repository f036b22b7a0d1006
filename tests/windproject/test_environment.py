"""The environment is read strictly."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from windproject import environment


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
    with pytest.raises(ImproperlyConfigured, match="a whole number from 1 to 65535"):
        environment.number("WEB_PORT", default=8000, least=1, most=65535)


@pytest.mark.parametrize("text", ["wind.example.org", "ftp://a", "http://", "http://u:secret@a"])
def test_an_address_that_is_none_is_an_error_and_stays_unsaid(monkeypatch, text: str) -> None:
    monkeypatch.setenv("SOURCE_API_URL", text)
    with pytest.raises(ImproperlyConfigured) as error:
        environment.web_address("SOURCE_API_URL")
    assert "secret" not in str(error.value)


def test_an_address_loses_the_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_API_URL", "https://wind.example.org/farm/")
    assert environment.web_address("SOURCE_API_URL") == "https://wind.example.org/farm"


@pytest.mark.parametrize("text", ["a b", "a\nb", "é"])
def test_a_token_that_none_can_be_is_an_error_and_stays_secret(monkeypatch, text: str) -> None:
    monkeypatch.setenv("SOURCE_API_TOKEN", text)
    with pytest.raises(ImproperlyConfigured) as error:
        environment.header("SOURCE_API_TOKEN")
    assert text not in str(error.value)
