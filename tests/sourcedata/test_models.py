"""Turbines, and what the source refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connections, transaction

from sourcedata.models import Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [" T01", "T01 ", "T,01", "T\n01", "T\x0001", "Su\u0308d"])
def test_a_name_that_no_list_could_hold_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="turbine name"):
        Turbine(name=name).full_clean()


@pytest.mark.parametrize("name", ["T01", "R80711", "Wind Park S\u00fcd 7", "<script>"])
def test_other_names_are_taken(name: str) -> None:
    Turbine(name=name).full_clean()


def test_a_turbine_with_measurements_cannot_be_deleted() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    with pytest.raises(IntegrityError):
        Turbine.objects.all().delete()


def test_a_turbine_with_measurements_cannot_be_renamed() -> None:
    turbine("T01"), turbine("T02")
    measurements(turbine("T01"), "2025-08-31T00:00", power=[1.0])
    Turbine.objects.filter(name="T02").update(name="T03")
    with pytest.raises(IntegrityError, match="'T01' has or had measurements and cannot be renamed"):
        Turbine.objects.filter(name="T01").update(name="T99")


@pytest.mark.parametrize("power_kw", [0, -2000, float("inf"), float("nan")])
def test_a_rated_power_that_no_turbine_has_is_refused(power_kw: float) -> None:
    with pytest.raises(IntegrityError, match="rated_power_is_positive"):
        Turbine.objects.create(name="T01", rated_power_kw=power_kw)


def test_a_measurement_of_an_unknown_turbine_is_refused() -> None:
    with connections["source"].cursor() as cursor:
        # As at the end of a transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="source_day"), transaction.atomic(using="source"):
            cursor.execute("INSERT INTO data (turbine_id, timestamp) VALUES (77, '2025-08-31Z')")


@pytest.mark.parametrize("time", ["1969-12-31T23:59Z", "2100-01-01T00:00Z", "infinity"])
def test_a_measurement_at_an_impossible_time_is_refused(time: str) -> None:
    with pytest.raises(DatabaseError, match="1970_to_2099"), transaction.atomic(using="source"):
        with connections["source"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO data (turbine_id, timestamp) VALUES (%s, %s)", [turbine().pk, time]
            )


@pytest.mark.parametrize("interval_s", [0, 601])
def test_an_interval_without_a_coverage_is_refused_by_the_database(interval_s: int) -> None:
    with pytest.raises(IntegrityError, match="turbine_sample_interval_is_1_to_600_s"):
        turbine(sample_interval_s=interval_s)
