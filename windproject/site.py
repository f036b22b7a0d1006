"""The site of the admin: what it is called, and what its first page lists first."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

# What an operator comes for; what an administrator sets up once follows.
FIRST = ["aggregates", "sourcedata"]


class Site(AdminSite):
    """The admin of the wind farm."""

    site_header = site_title = "windproject"
    index_title = "Wind farm"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        listed = super().get_app_list(request, app_label)
        return sorted(listed, key=lambda app: [*FIRST, app["app_label"]].index(app["app_label"]))
