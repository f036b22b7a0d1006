"""The days of a year by state, to be run again, and the page of each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from aggregates import reader, states
from aggregates.admin.common import MOST_SHOWN, day_of, may_run, submit
from aggregates.compute.windows import USUAL_SAMPLE_INTERVAL_S
from aggregates.expectations import expectation_of
from aggregates.lake import letting_go
from aggregates.models import Day, Run
from aggregates.pages import day_sentences
from aggregates.pages.addresses import to_run
from aggregates.pages.board import board
from aggregates.pages.completeness import of_completeness
from aggregates.pages.coverage import coverage, picture
from aggregates.source import gateway
from aggregates.source.gateway import SourceUnavailable
from aggregates.source.last_known import last_known_arrivals
from aggregates.states import SETTLED, WORST_FIRST, State, TurbineDayState
from common import let_go
from common.admin import ReadOnly
from common.days import DAY, now, today

# Which days are listed: the value of the parameter, and the words for it.
TO_DO, ALL = ("", "Not current"), ("all", "All")


@admin.register(Day)
class DayAdmin(ReadOnly, admin.ModelAdmin):
    """The days of a year by state; they have no table, so their pages are made here."""

    def get_urls(self) -> list[URLPattern]:
        """The board, and the page of a day; there is no row that a page could change or delete."""
        board = self.admin_site.admin_view(self.changelist_view)
        page = self.admin_site.admin_view(self.day_view)
        return [
            path("", board, name="aggregates_day_changelist"),
            path("<str:text>/", page, name="aggregates_day_change"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._run_again(request)
        years, year, days_of_year = self._days_of_year(request)
        state = request.GET.get("state", "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Days",
            "opts": self.opts,
            "media": self.media,
            "days": [(day, of_completeness(day)) for day in _listed(days_of_year, state)],
            "board": board(days_of_year),
            "run_days": to_run(*_ends_of_waiting(days_of_year)) if may_run(request) else "",
            "years": years,
            "year": year,
            "columns": ["Day", "State", "Turbines", "Arrived", "Samples", "Expected", "Last run"],
            "of_none": day_sentences.of_none(bool(years), state),
            "choices": [TO_DO, ALL, *((state, state) for state in State)],
            "state": state,
            "may_run": may_run(request),
        }
        return TemplateResponse(request, "admin/aggregates/day/change_list.html", context)

    def day_view(self, request: HttpRequest, text: str) -> HttpResponse:
        """Show one day: its turbines, its coverage and its runs."""
        day = day_of(text)
        if not day or day == date.min:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"{day}",
            "opts": self.opts,
            "day": day,
            "before": day - DAY,
            "after": day + DAY,
            "may_run": may_run(request),
            "runs": Run.objects.filter(day=day),
            "of_no_turbines": day_sentences.NO_TURBINES,
            "of_no_statistics": day_sentences.NO_STATISTICS,
            "of_no_runs": day_sentences.NO_RUNS,
        }
        expected = 0
        try:
            with gateway.for_page():
                farm, turbines = states.day_and_turbines(day, now())
            expected = farm.expected_samples
            shown = sorted(turbines, key=_worst_first)[:MOST_SHOWN]
            context["turbines"] = _with_pictures(day, shown)
            context["of_day"] = day_sentences.of_day(farm)
            context["of_others"] = day_sentences.of_others(len(shown), len(turbines) - len(shown))
            if elsewhere := letting_go.months_elsewhere(day, farm.state == State.ARCHIVED):
                messages.info(request, let_go.named(elsewhere))
        except SourceUnavailable as error:
            messages.error(request, str(error))
        context["coverage"] = coverage(reader.samples_used(day), expected)
        return TemplateResponse(request, "admin/aggregates/day/change_form.html", context)

    def _days_of_year(
        self, request: HttpRequest
    ) -> tuple[Sequence[int], int, Sequence[states.DayState]]:
        """Return the years of the history, the one that is chosen, and its days."""
        try:
            first, last = _history()
            years = list(range(last.year, first.year - 1, -1))
            year = _chosen(request.GET.get("year", ""), years)
            first, last = max(date(year, 1, 1), first), min(date(year, 12, 31), last)
            known_days = last_known_arrivals(first, last)
        except SourceUnavailable as error:
            messages.error(request, str(error))
            return [], today().year, []
        if known_days.warning:
            messages.warning(request, known_days.warning)
        expected = expectation_of(known_days, now())
        return years, year, states.days(known_days.arrivals, expected)

    def _run_again(self, request: HttpRequest) -> HttpResponse:
        if not may_run(request):
            raise PermissionDenied
        chosen = sorted(filter(None, map(day_of, request.POST.getlist("day"))))
        if chosen:
            submit(request, chosen)
        else:
            messages.warning(request, "No day was chosen.")
        return HttpResponseRedirect(request.get_full_path())


def _history() -> tuple[date, date]:
    """Return the first day that has measurements, and the last one or today."""
    try:
        with gateway.for_page():
            first, last = gateway.day_range() or (today(), today())
    except SourceUnavailable:
        # What was aggregated can be shown all the same.
        first, last = reader.day_range() or (today(), today())
    return min(first, today()), max(last, today())


def _worst_first(turbine_day: TurbineDayState) -> tuple[bool, int, int, str]:
    """Order those by state that are not settled, then those of which the least arrived."""
    percent = 100 if turbine_day.percent is None else turbine_day.percent
    is_settled = turbine_day.state in SETTLED
    state = 0 if is_settled else WORST_FIRST.index(turbine_day.state)
    return is_settled, state, percent, turbine_day.turbine


def _with_pictures(
    day: date, turbines: Sequence[TurbineDayState]
) -> Sequence[tuple[TurbineDayState, str]]:
    """Return each turbine with a picture of its coverage, hour by hour."""
    names = [turbine_day.turbine for turbine_day in turbines]
    by_hour = reader.samples_of_turbines(day, names)
    intervals_s = dict.fromkeys(names, USUAL_SAMPLE_INTERVAL_S) | reader.sample_intervals(day)
    pictures = [picture(by_hour[name], intervals_s[name]) for name in names]
    return list(zip(turbines, pictures, strict=True))


def _ends_of_waiting(days: Sequence[states.DayState]) -> tuple[date | None, date | None]:
    """Return the first and the last day that is not current; None where all are."""
    waiting = [day.day for day in _listed(days, "")]
    return min(waiting, default=None), max(waiting, default=None)


def _listed(days: Sequence[states.DayState], state: str) -> Sequence[states.DayState]:
    if state == ALL[0]:
        return days
    listed = {state} if state else set(State) - SETTLED
    return [day for day in days if day.state in listed]


def _chosen(text: str, years: Sequence[int]) -> int:
    return next((year for year in years if str(year) == text), years[0])
