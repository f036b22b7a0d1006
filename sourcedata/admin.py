"""The admin's pages of the source: turbines, and what was imported."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from common.admin import ReadOnly
from common.refusals import NotTaken, refuse_left_out
from sourcedata.models import ImportRecord, Turbine


def _shown(time: datetime | None) -> str | None:
    # The page of a turbine would else show it otherwise than the list does.
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else None


@admin.register(Turbine)
class TurbineAdmin(admin.ModelAdmin):
    """Turbines; one that has or had measurements keeps its name and cannot be deleted here."""

    list_display = [
        "name",
        "rated_power_kw",
        "sample_interval_s",
        "first_measurement",
        "last_measurement",
        "age",
        "days_measured",
        "samples",
    ]
    search_fields = ["name"]
    measured = ["first_measurement", "last_measurement", "days_measured", "samples"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turbine]:
        return Turbine.objects.with_history().with_measured_times().order_by("name")

    @admin.display(ordering="first_measurement", empty_value="none")
    def first_measurement(self, turbine: Any) -> str | None:
        return _shown(turbine.first_measurement)

    @admin.display(ordering="last_measurement", empty_value="none")
    def last_measurement(self, turbine: Any) -> str | None:
        return _shown(turbine.last_measurement)

    @admin.display(ordering="last_measurement", empty_value="")
    def age(self, turbine: Any) -> str:
        """How long ago that was, in words."""
        return naturaltime(turbine.last_measurement) if turbine.last_measurement else ""

    @admin.display(description="days", ordering="days_measured")
    def days_measured(self, turbine: Any) -> str:
        return f"{turbine.days_measured:,}"

    @admin.display(ordering="samples")
    def samples(self, turbine: Any) -> str:
        return f"{turbine.samples:,}"

    def get_fields(self, request: HttpRequest, obj: Turbine | None = None) -> Any:
        described = [field.name for field in Turbine._meta.concrete_fields if field.name != "id"]
        return described + (self.measured if obj else [])

    def get_readonly_fields(self, request: HttpRequest, obj: Turbine | None = None) -> list[str]:
        return [*self.measured, "name"] if obj and obj.days.exists() else self.measured

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked first, for Django would else list every measurement that stands in the way."""
        is_measured = isinstance(obj, Turbine) and obj.days.exists()
        return not is_measured and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Turbine, form: Any, change: bool) -> None:
        """Store it.

        Raises:
            NotTaken: where somebody's trigger leaves it out.
        """
        try:
            super().save_model(request, obj, form, change)
        except TypeError:
            # So Django fails where an INSERT gives no row back.
            refuse_left_out("turbine", 0, 1)

    def delete_model(self, request: HttpRequest, obj: Turbine) -> None:
        """Delete it.

        Raises:
            NotTaken: where somebody's trigger or rule keeps it.
        """
        pk = obj.pk
        super().delete_model(request, obj)
        if Turbine.objects.filter(pk=pk).exists():
            raise NotTaken(f"A trigger or a rule of somebody keeps {obj} in the table turbine.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many at once, which asks for none of them apart."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnly, admin.ModelAdmin):
    """What came in, and what was refused, with how it was understood; nobody changes it."""

    list_display = [
        "file",
        "made_at",
        "made_by",
        "rows",
        "inserted",
        "updated",
        "deleted",
        "why_not",
    ]
    list_filter = ["made_at"]
    search_fields = ["file", "refusal"]
    show_full_result_count = False

    @admin.display(description="refused", ordering="refusal", empty_value="")
    def why_not(self, record: ImportRecord) -> str:
        """The first words of the refusal, if it was one."""
        return Truncator(record.refusal).chars(80)
