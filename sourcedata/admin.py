"""The admin's pages of the source: turbines."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sourcedata.models import Turbine


@admin.register(Turbine)
class TurbineAdmin(admin.ModelAdmin):
    """Turbines; one that has measurements keeps its name and cannot be deleted."""

    list_display = ["name", "rated_power_kw", "sample_interval_s", "hub_height_m"]
    search_fields = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Turbine | None = None) -> list[str]:
        return ["name"] if obj and obj.days.exists() else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Asked first, for Django would else list every measurement that stands in the way."""
        is_measured = isinstance(obj, Turbine) and obj.days.exists()
        return not is_measured and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many at once, which asks for none of them apart."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
