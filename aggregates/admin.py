"""The admin's pages of the target: signals, runs and days, which nobody edits by hand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import csrf_protect_m
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date

from aggregates import extract, pipeline, queueing, reader, states
from aggregates.extract import SourceUnavailable
from aggregates.forms import RunDaysForm
from aggregates.models import Alert, Day, Outcome, Run, Signal, Value
from aggregates.reader import COUNT
from aggregates.states import State
from sourcedata.variables import VARIABLES
from windproject.admin import PatientFilters
from windproject.days import days_between, today
from windproject.wording import listed

RUNS = "admin:aggregates_run_changelist"
SAID = {
    Outcome.QUEUED: "Queued",
    Outcome.JOINED: "Taken in by runs that wait",
    Outcome.ACTIVE: "Under way already",
    Outcome.CURRENT: "Current, so nothing was queued",
}
UNITS = {variable.name: variable.unit for variable in VARIABLES}


def may_run(request: HttpRequest) -> bool:
    """Return whether the visitor may start runs."""
    return request.user.has_perm("aggregates.run_aggregation")


def submit(
    request: HttpRequest, days: Iterable[date], turbines: Sequence[str] = (), force: bool = False
) -> None:
    """Ask for runs in the visitor's name, and tell what became of them."""
    name = request.user.get_username()
    try:
        requests, failure = queueing.submit(days, turbines, name, force)
    except SourceUnavailable as error:
        messages.error(request, str(error))
        return
    for outcome in Outcome:
        found = [str(asked.day) for asked in requests if asked.outcome == outcome]
        if found:
            messages.info(request, f"{SAID[outcome]}: {listed(found)}.")
    if failure:
        messages.warning(request, failure)


class ReadOnly:
    """Lists and pages without a way to add, change or delete."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Signal)
class SignalAdmin(ReadOnly, PatientFilters, admin.ModelAdmin):
    """Signals with their latest value; the page of one shows a day's windows."""

    list_display = ["turbine", "variable", "statistic", "latest_time", "latest_value"]
    list_filter = ["turbine", "variable", "statistic"]
    search_fields = ["turbine"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signal]:
        newest = Value.objects.filter(signal=OuterRef("pk")).order_by("-timestamp")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest_time=Subquery(newest.values("timestamp")[:1]),
                latest_value=Subquery(newest.values("value")[:1]),
            )
        )

    @admin.display(empty_value="none")
    def latest_time(self, signal: Any) -> datetime | None:
        found: datetime | None = signal.latest_time
        return found

    @admin.display(empty_value="none")
    def latest_value(self, signal: Any) -> str | None:
        if signal.latest_value is None:
            return None
        unit = "samples" if signal.statistic == COUNT else UNITS.get(signal.variable, "")
        return f"{signal.latest_value:.6g} {unit}"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        signal = self.get_object(request, object_id)
        context = self._windows(request, signal) if signal else {}
        return super().change_view(request, object_id, form_url, context)

    def _windows(self, request: HttpRequest, signal: Signal) -> dict[str, Any]:
        day = _day_of(request.GET.get("day", "")) or reader.last_day(signal) or today()
        windows = reader.windows_of_day(signal, day, _sample_interval_s(request, signal, day))
        return {"day": day, "windows": windows}


def _day_of(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    # The very last one has no end.
    return found if found != date.max else None


def _sample_interval_s(request: HttpRequest, signal: Signal, day: date) -> int | None:
    try:
        found = extract.turbine_days(day, day, [signal.turbine])
    except SourceUnavailable as error:
        messages.warning(request, f"{error} So the coverage is not known.")
        return None
    return found[0].sample_interval_s if found else None


@admin.register(Run)
class RunAdmin(ReadOnly, PatientFilters, admin.ModelAdmin):
    """Runs, and the page that asks for new ones."""

    # The error early, for a list is wider than many screens.
    list_display = [
        "day",
        "status",
        "error",
        "requested_by",
        "which_turbines",
        "queued_at",
        "duration_s",
        "samples",
        "windows",
        "inserted",
        "changed",
        "removed",
        "unchanged",
    ]
    list_filter = ["status", "requested_by"]
    date_hierarchy = "day"
    show_full_result_count = False
    list_per_page = 50
    actions = ["run_again"]
    readonly_fields = ["which_turbines", "duration_s"]
    fieldsets = [
        (None, {"fields": ["day", "status", "error", "which_turbines", "force", "requested_by"]}),
        ("When", {"fields": ["queued_at", "started_at", "finished_at", "duration_s"]}),
        ("Read from the source", {"fields": ["samples", "missing", "rejected"]}),
        ("Written", {"fields": ["windows", "inserted", "changed", "removed", "unchanged"]}),
        ("For a developer", {"fields": ["worker", "attempt", "fingerprint", "traceback"]}),
    ]

    @admin.display(description="turbines")
    def which_turbines(self, run: Run) -> str:
        return ", ".join(run.turbines) or "all"

    @admin.display(description="seconds", empty_value="")
    def duration_s(self, run: Run) -> str | None:
        return f"{run.duration.total_seconds():.2f}" if run.duration else None

    def has_run_permission(self, request: HttpRequest) -> bool:
        return may_run(request)

    @admin.action(description="Run again", permissions=["run"])
    def run_again(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        """Ask for the same again; runs that were asked for alike are asked for together."""
        days = defaultdict(list)
        for run in runs.order_by("day").distinct("day"):
            days[tuple(run.turbines), run.force].append(run.day)
        for (turbines, force), alike in days.items():
            submit(request, alike, turbines, force)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"may_run": may_run(request)})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.run_days)
        return [path("run-days/", view, name="aggregates_run_days"), *super().get_urls()]

    @csrf_protect_m
    def run_days(self, request: HttpRequest) -> HttpResponse:
        """Show what a request would come to; do it where it is posted."""
        if not may_run(request):
            raise PermissionDenied
        try:
            form = RunDaysForm(request.POST or request.GET or None)
            if form.is_valid() and request.method == "POST":
                wanted = form.cleaned_data
                submit(request, _days(wanted), wanted["turbines"], wanted["force"])
                return HttpResponseRedirect(reverse(RUNS))
            plans = _preview(form.cleaned_data) if form.is_valid() else []
        except SourceUnavailable as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(RUNS))
        context = {
            **self.admin_site.each_context(request),
            "title": "Run days",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "plans": plans,
            "runs": sum(plan.outcome.waits for plan in plans),
        }
        return TemplateResponse(request, "admin/aggregates/run/run_days.html", context)


def _days(wanted: dict[str, Any]) -> list[date]:
    return list(days_between(wanted["first"], wanted["last"]))


def _preview(wanted: dict[str, Any]) -> list[pipeline.Plan]:
    return pipeline.preview(_days(wanted), wanted["turbines"], wanted["force"])


@admin.register(Day)
class DayAdmin(ReadOnly, admin.ModelAdmin):
    """The days of a year by state; they have no table, so the list is made here."""

    def get_urls(self) -> list[URLPattern]:
        """The list alone: there is no row that a page could show, change or delete."""
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="aggregates_day_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._run_again(request)
        years, year, found = self._days_of_year(request)
        state = request.GET.get("state", "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Days",
            "opts": self.opts,
            "media": self.media,
            "days": [day for day in found if day.state == state or not state],
            "years": years,
            "year": year,
            "columns": ["Day", "State", "Turbines", "Samples", "Expected", "Last run"],
            "is_known": bool(years),
            "states": list(State),
            "state": state,
            "may_run": may_run(request),
        }
        return TemplateResponse(request, "admin/aggregates/day/change_list.html", context)

    def _days_of_year(
        self, request: HttpRequest
    ) -> tuple[Sequence[int], int, Sequence[states.DayState]]:
        """Return the years of the history, the one that is chosen, and its days."""
        try:
            first, last = _history()
            years = list(range(last.year, first.year - 1, -1))
            year = _chosen(request.GET.get("year", ""), years)
            first, last = max(date(year, 1, 1), first), min(date(year, 12, 31), last)
            return years, year, states.days(first, last)
        except SourceUnavailable as error:
            messages.error(request, str(error))
            return [], today().year, []

    def _run_again(self, request: HttpRequest) -> HttpResponse:
        if not may_run(request):
            raise PermissionDenied
        chosen = sorted(filter(None, map(_day_of, request.POST.getlist("day"))))
        if chosen:
            submit(request, chosen)
        else:
            messages.warning(request, "No day was chosen.")
        return HttpResponseRedirect(request.get_full_path())


@admin.register(Alert)
class AlertAdmin(ReadOnly, PatientFilters, admin.ModelAdmin):
    """What people were told of, and what could not be delivered to them."""

    list_display = ["raised_at", "about", "event", "message", "delivery"]
    list_filter = ["event", "raised_at"]
    show_full_result_count = False

    @admin.display(ordering="day")
    def about(self, alert: Alert) -> str:
        return str(alert.day or "the source")

    @admin.display(empty_value="")
    def delivery(self, alert: Alert) -> str:
        """Which channels have not taken it yet, and why."""
        return f"waits for {listed(alert.waiting)}. {alert.error}" if alert.waiting else alert.error


def _history() -> tuple[date, date]:
    """Return the first day that has measurements, and the last one or today."""
    first, last = extract.day_range() or (today(), today())
    return min(first, today()), max(last, today())


def _chosen(text: str, years: Sequence[int]) -> int:
    return int(text) if text.isdecimal() and int(text) in years else years[0]
