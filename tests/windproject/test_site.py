"""The first page of the admin."""

from django.contrib import admin
from django.test import RequestFactory


def test_what_an_operator_comes_for_is_listed_first(admin_user: object) -> None:
    request = RequestFactory().get("/admin/")
    request.user = admin_user  # type: ignore[assignment]  # as the middleware does
    names = [app["name"] for app in admin.site.get_app_list(request)]
    assert names[:2] == ["Statistics", "Measurements"]
    assert "API access" in names[2:]
