"""Each app's tables are in the one database that holds them."""

import pytest
from django.db import connections

pytestmark = pytest.mark.django_db


def tables(alias: str) -> set[str]:
    return set(connections[alias].introspection.table_names())


def test_the_source_holds_the_measurements_and_nothing_of_django() -> None:
    assert {"turbine", "source_day", "data"} <= tables("source")
    assert not tables("source") & {"auth_user", "signal", "aggregated_day", "run"}


def test_the_target_holds_the_statistics_and_all_of_django() -> None:
    assert {"signal", "data", "aggregated_day", "run", "auth_user"} <= tables("default")
    assert not tables("default") & {"turbine", "source_day"}
