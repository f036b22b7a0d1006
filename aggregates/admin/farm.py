"""The farm's page, the operator's home, and the page of a turbine's day."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from aggregates import assessed
from aggregates.admin.common import day_of, is_known_turbine
from aggregates.pages import addresses, farm_page, finding_sentences
from aggregates.pages import turbine_day_sentences as day_sentences
from aggregates.pages.periods import period
from aggregates.pages.turbine_day import turbine_day
from aggregates.pages.turbine_day_figure import turbine_day_figure
from common.days import DAY, FIRST_DAY, LAST_DAY, now, today

# What is shown where nobody asks for other days.
USUAL_DAYS = 7
COLUMNS = ("UTC", "Condition", "Mean wind, m/s", "Mean power, kW", "Expected, kW", "Lost, kWh")


def may_see_farm(request: HttpRequest) -> bool:
    """Return whether the visitor may see what turbines did."""
    return request.user.has_perm("aggregates.view_assessment")


def listed_page() -> dict[str, Any]:
    """Return the farm's page as the navigation lists the page of a model."""
    return {
        "name": "Farm",
        "object_name": "farm",
        "admin_url": addresses.of_farm(),
        "add_url": None,
        "view_only": True,
        "perms": {"view": True},
    }


def farm_view(request: HttpRequest) -> HttpResponse:
    """Show the farm over the days that the address names, else the last seven."""
    if not may_see_farm(request):
        raise PermissionDenied
    # The day that goes on is compared with none.
    newest = min(assessed.last_day() or today() - DAY, today() - DAY)
    shown = period(request.GET, newest, USUAL_DAYS)
    number = request.GET.get("page", "")
    contents = farm_page.contents(shown, now(), int(number) if number.isdecimal() else 1)
    if contents["warning"]:
        messages.warning(request, contents["warning"])
    context = {**admin.site.each_context(request), "title": "Farm", "period": shown, **contents}
    return TemplateResponse(request, "admin/aggregates/farm/farm.html", context)


def turbine_days_view(request: HttpRequest, quoted: str) -> HttpResponse:
    """Lead to the last day of the turbine that is assessed, else to yesterday."""
    turbine = _turbine(request, quoted)
    day = assessed.last_day(turbine) or today() - DAY
    return HttpResponseRedirect(addresses.of_turbine_day(turbine, day))


def turbine_day_view(request: HttpRequest, quoted: str, text: str) -> HttpResponse:
    """Show what one turbine did on one day, window by window."""
    turbine, day = _turbine(request, quoted), day_of(text)
    if not day or not FIRST_DAY < day < LAST_DAY:
        raise Http404
    shown = turbine_day(turbine, day)
    context = {
        **admin.site.each_context(request),
        "title": f"{turbine}, {day}",
        "turbine": turbine,
        "day": day,
        "farm": addresses.of_farm(),
        "ways": _ways(turbine, day),
        "of_day": day_sentences.of_day(shown),
        "findings": [finding_sentences.of_finding(finding) for finding in shown.findings],
        "has_values": shown.has_values,
        "figure": turbine_day_figure(shown),
        "of_curve": day_sentences.of_curve(shown),
        "columns": COLUMNS,
        "bands": day_sentences.of_bands(shown.bands),
    }
    return TemplateResponse(request, "admin/aggregates/farm/turbine_day.html", context)


def _turbine(request: HttpRequest, quoted: str) -> str:
    """Return the turbine that an address names, to whoever may see what it did."""
    if not may_see_farm(request):
        raise PermissionDenied
    turbine = unquote(quoted)
    # PostgreSQL text cannot hold NUL.
    if "\0" in turbine or not (assessed.last_day(turbine) or is_known_turbine(request, turbine)):
        raise Http404
    return turbine


def _ways(turbine: str, day: date) -> list[tuple[str, str]]:
    """Return the pages beside this one, by their names."""
    before, after = day - DAY, day + DAY
    return [
        (f"← {before}", addresses.of_turbine_day(turbine, before)),
        (f"{after} →", addresses.of_turbine_day(turbine, after)),
        ("the day of the farm", addresses.of_day(day)),
        ("the farm's turbines on it", addresses.of_farm(day, day)),
        ("power curve and wind rose", addresses.of_turbine(turbine)),
    ]
