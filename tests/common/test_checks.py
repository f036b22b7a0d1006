"""An operator is told what to set right, and how."""

import pytest
from django.conf import settings
from django.db import connections

from common import checks


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch):
    def give(**address: str) -> None:
        for alias, host in address.items():
            address = {"HOST": host, "PORT": "", "NAME": "wind"}
            monkeypatch.setitem(connections.settings, alias, connections.settings[alias] | address)

    return give


def test_the_projects_own_settings_have_no_errors() -> None:
    own_checks = [checks.databases_are_two, checks.time_zone_is_utc]
    assert [error for check in own_checks for error in check(None)] == []


@pytest.mark.parametrize("other", ["localhost", "127.0.0.1"])
def test_one_database_for_both_is_refused(addresses, other: str) -> None:
    addresses(default="localhost", source=other)
    (error,) = checks.databases_are_two(None)
    assert error.id == "windproject.E002"
    assert "second database" in (error.hint or "")


def test_databases_of_one_name_on_two_hosts_are_two(addresses) -> None:
    addresses(default="db1", source="db2")
    assert checks.databases_are_two(None) == []


def test_another_time_zone_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(settings, "TIME_ZONE", "Europe/Paris")
    (error,) = checks.time_zone_is_utc(None)
    assert "'Europe/Paris'" in error.msg


@pytest.mark.django_db
def test_one_database_spelt_in_two_ways_is_refused(monkeypatch) -> None:
    both = ["source", "default"]
    assert checks.databases_are_two_in_fact(None, databases=both) == []
    monkeypatch.setattr(checks, "connections", dict.fromkeys(both, connections["default"]))
    (error,) = checks.databases_are_two_in_fact(None, databases=both)
    assert error.id == "windproject.E002"


@pytest.mark.django_db
def test_a_server_that_is_too_old_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    assert len(checks.servers_are_new_enough(None, databases=["source", "default"])) == 2
