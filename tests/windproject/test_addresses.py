"""`GET /api`."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_every_address_that_is_listed_can_be_asked(admin_client: Client) -> None:
    addresses = admin_client.get("/api").json()
    assert {"data", "turbines", "values", "signals", "days", "runs", "docs"} <= set(addresses)
    for address in addresses.values():
        response = admin_client.get(address)
        assert response.status_code in (200, 400), address


def test_whoever_may_not_read_is_told_no_address(client: Client, settings: Any) -> None:
    settings.API_PUBLIC_READ = False
    assert client.get("/api").status_code == 401
