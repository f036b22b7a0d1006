"""The parameters of `/api/days` and `/api/runs`."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from aggregates import extract
from aggregates.models import AggregatedDay, Run
from windproject.parameters import NamesFilter, PeriodForm
from windproject.wording import listed, quoted


class DayField(forms.CharField):
    """A UTC day in ISO 8601."""

    default_error_messages = {"required": "is required: a day such as 2025-08-31."}

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise ValidationError(
                f"{quoted(text)} is not a day; allowed is YYYY-MM-DD, such as 2025-08-31."
            ) from None


class DayFilter(django_filters.Filter):
    """A parameter that is a day."""

    field_class = DayField


class DayStateFilter(django_filters.FilterSet):
    """Which turbine-days."""

    start = DayFilter(required=True, help_text="First day, included.")
    end = DayFilter(required=True, help_text="Last day, not included.")
    turbine = NamesFilter(
        allowed=extract.turbine_names, required=False, help_text="Default: all turbines."
    )

    class Meta:
        model = AggregatedDay
        fields: list[str] = []
        form = PeriodForm


class NoFilter(django_filters.FilterSet):
    """An address without parameters."""

    class Meta:
        model = Run
        fields: list[str] = []


class RunFilter(django_filters.FilterSet):
    """Which runs."""

    start = DayFilter(field_name="day", lookup_expr="gte", help_text="First day, included.")
    end = DayFilter(field_name="day", lookup_expr="lt", help_text="Last day, not included.")
    status = NamesFilter(
        field_name="status",
        lookup_expr="in",
        allowed=lambda: Run.Status.values,
        required=False,
        help_text=f"Some of {listed(Run.Status.values)}; default all.",
    )
    cursor = django_filters.CharFilter(
        method="page", help_text="Where a page goes on, from `next` of the page before."
    )

    class Meta:
        model = Run
        fields: list[str] = []
        form = PeriodForm

    def page(self, runs: Any, name: str, value: str) -> Any:
        """Leave the cursor to the pagination."""
        return runs
