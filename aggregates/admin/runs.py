"""Runs, and the page that asks for new ones."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import csrf_protect_m
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from aggregates.admin.common import MOST_SHOWN, may_run, submit
from aggregates.admin.forms import RunDaysForm
from aggregates.models import Run
from aggregates.pages import run_sentences
from aggregates.runs import pipeline
from aggregates.source.gateway import SourceUnavailable
from common.admin import ReadOnly
from common.days import days_between
from common.wording import listed

RUNS = "admin:aggregates_run_changelist"
RUN = "admin:aggregates_run_change"


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):
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
    readonly_fields = ["which_turbines", "is_forced", "values_missing", "values_rejected"]
    # A tuple is one line.
    fieldsets = [
        (
            "Asked for",
            {"fields": [("day", "which_turbines"), ("requested_by", "is_forced")]},
        ),
        ("When", {"fields": [("queued_at", "started_at", "finished_at")]}),
        ("Read from the source", {"fields": [("samples", "values_missing", "values_rejected")]}),
        ("Written", {"fields": [("windows", "unchanged"), ("inserted", "changed", "removed")]}),
        (
            "For a developer",
            {
                "fields": [("worker", "attempt", "fingerprint"), "traceback"],
                "classes": ["collapse"],
            },
        ),
    ]

    @admin.display(description="turbines")
    def which_turbines(self, run: Run) -> str:
        return listed(run.turbines) if run.turbines else "all"

    @admin.display(description="seconds", empty_value="")
    def duration_s(self, run: Run) -> str | None:
        return f"{run.duration.total_seconds():.2f}" if run.duration else None

    @admin.display(description="force")
    def is_forced(self, run: Run) -> str:
        return "yes" if run.force else "no"

    # A sample has a value per variable.
    @admin.display(description="values missing")
    def values_missing(self, run: Run) -> int:
        return run.missing

    @admin.display(description="values rejected")
    def values_rejected(self, run: Run) -> int:
        return run.rejected

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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {"may_run": may_run(request), **_told_of(run)} if run else {}
        return super().change_view(request, object_id, form_url, context)

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
                runs = submit(request, _days(wanted), wanted["turbines"], wanted["force"])
                return HttpResponseRedirect(_where_to_look(runs))
            plans = _preview(form.cleaned_data) if form.is_valid() else []
        except SourceUnavailable as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(RUNS))
        waiting = sum(plan.outcome.waits for plan in plans)
        context = {
            **self.admin_site.each_context(request),
            "title": "Run days",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "plans": plans,
            "runs": waiting,
            "of_preview": run_sentences.of_preview(waiting, len(plans)),
        }
        return TemplateResponse(request, "admin/aggregates/run/run_days.html", context)


def _told_of(run: Run) -> dict[str, Any]:
    """Return what the page of a run tells beside its fields."""
    again = [("first", run.day), ("last", run.day), *(("turbines", name) for name in run.turbines)]
    written = run.aggregated_days.annotate(has_changed=Q(changed_at=F("aggregated_at")))
    shown = list(written.order_by("-has_changed", "turbine")[:MOST_SHOWN])
    return {
        "again": urlencode(again + [("force", "on")] * run.force),
        "written": [(day, run_sentences.of_change(day.has_changed)) for day in shown],
        "log_lines": run.log_lines.all(),
        "of_status": run_sentences.of_status(run),
        "of_progress": run_sentences.of_progress(run),
        "of_outcome": run_sentences.of_outcome(run),
        "of_nothing_written": run_sentences.of_nothing_written(run),
        "of_waiting": run_sentences.WAITING,
        "of_no_log": run_sentences.NO_LOG,
        "of_written": run_sentences.of_written(run, len(shown)),
    }


def _where_to_look(runs: Sequence[Run]) -> str:
    return reverse(RUN, args=[runs[0].pk]) if len(runs) == 1 else reverse(RUNS)


def _days(wanted: dict[str, Any]) -> list[date]:
    return list(days_between(wanted["first"], wanted["last"]))


def _preview(wanted: dict[str, Any]) -> list[pipeline.DayPlan]:
    return pipeline.preview(_days(wanted), wanted["turbines"], wanted["force"])
