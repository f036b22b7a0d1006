"""The admin's pages of the source: turbines."""

from django.contrib import admin

from sourcedata.models import Turbine


@admin.register(Turbine)
class TurbineAdmin(admin.ModelAdmin):
    list_display = ["name", "rated_power_kw", "sample_interval_s", "hub_height_m"]
    search_fields = ["name"]
