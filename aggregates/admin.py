"""The admin's pages of the target: signals and runs, which nobody edits by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from aggregates.models import Run, Signal


class ReadOnly:
    """Lists and pages without a way to add, change or delete."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Signal)
class SignalAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["turbine", "variable", "statistic"]
    list_filter = ["turbine", "variable", "statistic"]
    show_full_result_count = False


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "day",
        "status",
        "requested_by",
        "samples",
        "inserted",
        "changed",
        "removed",
        "unchanged",
        "started_at",
        "duration",
        "error",
    ]
    list_filter = ["status", "requested_by"]
    date_hierarchy = "day"
    show_full_result_count = False
