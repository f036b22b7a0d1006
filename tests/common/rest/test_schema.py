"""`/api/schema` and `/api/docs`, and whether the API does what they say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver
from knox.models import AuthToken

from aggregates.api.filters import (
    AssessmentFilter,
    DayStateFilter,
    FindingFilter,
    RunFilter,
    ValueFilter,
)
from common.rest.tables import CONTAINERS
from sourcedata.filters import MeasurementFilter, TurbineFilter
from tests.builders import aggregated, measurements, turbine
from tests.processes import process, wait_until
from tests.windproject.test_serve import answers, free_port

DAY = date(2025, 8, 31)
FILTERSETS = {
    "/data": MeasurementFilter,
    "/api/turbines": TurbineFilter,
    "/api/values": ValueFilter,
    "/api/days": DayStateFilter,
    "/api/assessments": AssessmentFilter,
    "/api/findings": FindingFilter,
    "/api/runs": RunFilter,
}
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
]


@pytest.fixture
def schema(client: Client, db: None) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/schema").json()
    return document


def parameters(schema: dict[str, Any], path: str) -> dict[str, Any]:
    return {
        parameter["name"]: parameter for parameter in schema["paths"][path]["get"]["parameters"]
    }


@pytest.mark.parametrize("path", FILTERSETS)
def test_parameters_are_those_that_the_filterset_validates(schema, path: str) -> None:
    declared = FILTERSETS[path].base_filters
    documented = parameters(schema, path)
    assert documented.keys() == declared.keys()
    for name, parameter in documented.items():
        assert parameter.get("required", False) == declared[name].field.required
        assert parameter["description"]


def test_every_address_of_the_api_is_described(schema: dict[str, Any]) -> None:
    routes = {
        "/" + re.sub("<.*?>", "{id}", str(route.pattern))
        for route in get_resolver().url_patterns
        if str(route.pattern).startswith(("api", "data"))
    }
    assert set(schema["paths"]) == routes - {"/api/schema", "/api/docs"}


def test_names_that_are_allowed_are_listed(schema: dict[str, Any]) -> None:
    documented = parameters(schema, "/api/values")
    assert documented["layout"]["schema"]["enum"] == ["long", "wide", "openoa", "flasc"]
    assert "wind_speed" in documented["variable"]["schema"]["items"]["enum"]


@pytest.mark.django_db
def test_no_turbine_is_named(client: Client) -> None:
    turbine("Secret 7")
    assert "Secret 7" not in client.get("/api/schema").content.decode()


DOWNLOADS = ["/data", "/api/values", "/api/turbines", "/api/assessments", "/api/findings"]


@pytest.mark.parametrize("path", DOWNLOADS)
def test_every_format_is_described(schema: dict[str, Any], path: str) -> None:
    content = schema["paths"][path]["get"]["responses"]["200"]["content"]
    assert set(content) == {media_type for media_type, _ in CONTAINERS.values()}


def test_conventions_and_units_are_told(schema: dict[str, Any]) -> None:
    assert "[t, t + 10 min)" in schema["info"]["description"]
    content = schema["paths"]["/data"]["get"]["responses"]["200"]["content"]
    row = content["application/json"]["schema"]["items"]["properties"]
    assert row["wind_speed"]["description"] == "m/s"


@pytest.mark.django_db
def test_the_page_loads_from_this_server_alone(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 4
    assert all(address.startswith("/") and address[1] != "/" for address in addresses)
    assert "<script>" not in page


@pytest.fixture
def api(transactional_db: None) -> Iterator[tuple[str, str]]:
    """The address of a served farm, and the token of somebody who may start runs."""
    for name in ("T01", '=T "2"'):
        numbers: list[float | None] = [float(number) for number in range(30)]
        measurements(turbine(name), "2025-08-30T23:45", power=numbers, wind_speed=numbers)
    for day in (DAY - timedelta(days=1), DAY):
        aggregated(day)
    _, token = AuthToken.objects.create(User.objects.create_superuser("ana"))
    port = free_port()
    arguments = ("windproject.wsgi", "--config", "python:windproject.gunicorn")
    with process("-m", "gunicorn", *arguments, "--bind", f"127.0.0.1:{port}"):
        wait_until(lambda: answers(port), "page that asks to log in")
        yield f"http://127.0.0.1:{port}", token


@pytest.mark.django_db(transaction=True)
def test_whatever_is_asked_the_api_answers_as_it_says(api: tuple[str, str]) -> None:
    address, token = api
    arguments = [
        *("run", f"{address}/api/schema", "--header", f"Authorization: Token {token}"),
        *("--checks", ",".join(CHECKS), "--max-examples", "40", "--seed", "1", "--no-color"),
        *("--phases", "examples,coverage,fuzzing", "--generation-database", "none"),
    ]
    completed = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *arguments],
        cwd=settings.VAR_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout[-8000:]
