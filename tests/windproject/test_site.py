"""The first page of the admin."""

import pytest
from django.core.checks import run_checks
from django.test import Client

import windproject.urls  # noqa: F401  (it finds the pages)


@pytest.mark.django_db(databases=["default", "source"])
def test_what_an_operator_comes_for_is_listed_first(admin_client: Client) -> None:
    names = [app["name"] for app in admin_client.get("/admin/").context["app_list"]]
    assert names[:2] == ["Statistics", "Measurements"]
    assert "API access" in names[2:]


def test_the_pages_are_as_the_admin_wants_them() -> None:
    assert run_checks(tags=["admin"]) == []
