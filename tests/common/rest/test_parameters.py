"""Whatever stands in an address, it is answered: with rows, or with what was wrong."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.api.filters import (
    AssessmentFilter,
    DayStateFilter,
    FindingFilter,
    RunFilter,
    ValueFilter,
)
from sourcedata.filters import MeasurementFilter, TurbineFilter
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

ADDRESSES = {
    "/data": MeasurementFilter,
    "/api/turbines": TurbineFilter,
    "/api/values": ValueFilter,
    "/api/days": DayStateFilter,
    "/api/assessments": AssessmentFilter,
    "/api/findings": FindingFilter,
    "/api/runs": RunFilter,
}
TIMES = st.datetimes(timezones=st.sampled_from([UTC, None])).map(datetime.isoformat)
LAYOUTS = st.sampled_from(["long", "wide", "openoa", "flasc", "csv", "parquet", "arrow"])
NAMES = st.sampled_from(["T01", "power", "mean", "queued", "start", "end", "UTC", "Europe/Paris"])
CHOICES = st.sampled_from(["stopped", "frozen", "unknown,calm", "true", "false", "full"])
NUMBERS = st.sampled_from(["0.5", "1", "nan", "-0", "1e400", "2025-08-31T12:00Z"])
ODD = st.sampled_from(["", " ", "\x00", "\ud800", "T01,T01", ",", "٢٠٢٥-08-31", "2025-W35-7"])
ANYTHING = (
    LAYOUTS | NAMES | CHOICES | NUMBERS | ODD | TIMES | st.dates().map(date.isoformat) | st.text()
)


@st.composite
def queries(draw: Any) -> tuple[str, str]:
    """An address, and a query that has most of what it needs and more."""
    address = draw(st.sampled_from(sorted(ADDRESSES)))
    names = st.sampled_from(sorted(ADDRESSES[address].base_filters)) | st.text(max_size=5)
    period = {"start": "2025-08-30", "end": "2025-09-01"}
    given_period = draw(st.just(period) | st.just({}) | st.fixed_dictionaries({"start": TIMES}))
    pairs = [*given_period.items(), *draw(st.lists(st.tuples(names, ANYTHING), max_size=4))]
    return address, urlencode(pairs, errors="surrogatepass")


@pytest.fixture
def farm() -> Client:
    """A farm with statistics, and who asks for them."""
    measurements(turbine(), "2025-08-30T23:55", power=[1.0] * 10)
    aggregated(date(2025, 8, 30))
    return Client()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries())
def test_an_address_is_answered_with_rows_or_with_what_was_wrong(farm: Client, query: Any) -> None:
    response = farm.get("?".join(query))
    assert response.status_code in {200, 400}
    if response.status_code == 200:
        assert response.getvalue()
        return
    assert response["Content-Type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert errors
    assert all(error["reason"] for error in errors)
