"""The site of the admin: what it is called, and what its first page lists first."""

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from celery.schedules import ParseException
from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, InternalError, NotSupportedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, path

from common.postgres.outages import is_outage
from common.refusals import NotTaken
from common.rest.problems import bad_request, conflict

logger = logging.getLogger(__name__)

# An operator comes for these; what an administrator sets up once follows.
FIRST = ["aggregates", "sourcedata"]


class Site(AdminSite):
    """The admin of the wind farm."""

    site_header = site_title = "windproject"
    index_title = "Wind farm"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return the view for those who have logged in, without errors over what cannot be."""
        return super().admin_view(_refusing_what_cannot_be(view), cacheable)

    def get_urls(self) -> list[Any]:
        """The pages that belong to no model come first: Django's last address takes in all."""
        # What it imports registers itself with this site, which must be there before.
        from aggregates.admin import farm

        pages = {
            "": (farm.farm_view, "aggregates_farm"),
            # With a word before it, for a turbine may be named `..`.
            "turbine-<str:quoted>/": (farm.turbine_days_view, "aggregates_turbine_days"),
            "turbine-<str:quoted>/<str:text>/": (farm.turbine_day_view, "aggregates_turbine_day"),
        }
        of_farm = [
            path(f"aggregates/farm/{address}", self.admin_view(view), name=name)
            for address, (view, name) in pages.items()
        ]
        return [*of_farm, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        from aggregates.admin import farm

        listed = super().get_app_list(request, app_label)
        for app in listed:
            if app["app_label"] == "aggregates" and farm.may_see_farm(request):
                app["models"].insert(0, farm.listed_page())
        return sorted(listed, key=lambda app: [*FIRST, app["app_label"]].index(app["app_label"]))


# Django and others raise these over an address or a form that no page of theirs gave.
CANNOT_BE = (
    ValueError,
    KeyError,
    OverflowError,
    RecursionError,
    DataError,
    FieldDoesNotExist,
    ParseException,
    NoReverseMatch,
)
# These are raised where what is stored stands against it, or cannot be read, or where a trigger or
# a rule of somebody does.
CONFLICTS = (IntegrityError, ValidationError, InternalError, NotSupportedError, NotTaken)


def _refusing_what_cannot_be(view: Any) -> Any:
    """Return the view; where it is asked for what cannot be, it logs why.

    A list then shows everything, and whatever else answers 400, or 409 where what is stored stands
    against it.
    """

    @wraps(view)
    def refusing(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponse:
        try:
            return _despite_others(partial(view, request, *arguments, **keywords))
        except CONFLICTS as error:
            if is_outage(error):
                raise
            logger.exception("%s goes against what is stored", request.path)
            return conflict(request, error)
        except CANNOT_BE as error:
            logger.exception("%s cannot be answered", request.path)
            if _is_list(request) and ERROR_FLAG not in request.GET:
                return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
            return bad_request(request, error)

    return refusing


def _despite_others(view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer; where somebody stored the same meanwhile, once more, so that the form says so."""
    try:
        return _rendered(view())
    except CONFLICTS:
        return _rendered(view())


def _rendered(answer: HttpResponse) -> HttpResponse:
    """Return the page as it is sent: one that is made later would fail where nobody catches it."""
    return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer


def _is_list(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and match.url_name and match.url_name.endswith("_changelist"))
