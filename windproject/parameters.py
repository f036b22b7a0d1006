"""Strict reading of a URL's parameters, which a view's FilterSet declares and documents."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework import exceptions

from windproject.wording import LONGEST_QUOTE, listed, quoted, unknown


class TimeField(forms.CharField):
    """A time in ISO 8601; without an offset it is UTC, and a date alone is its midnight."""

    default_error_messages = {"required": "is required: a time such as 2025-08-31T00:00:00Z."}

    def clean(self, value: Any) -> datetime:
        text = super().clean(value)
        try:
            time = datetime.fromisoformat(text)
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(
                f"{quoted(text)} is not a time; allowed is ISO 8601 from year 1 to 9999, such as "
                "2025-08-31T00:00:00Z or 2025-08-31. In a URL the + of an offset is written %2B."
            ) from None


class NamesField(forms.Field):
    """Some of the names that `allowed` returns: the parameter repeated, or commas between them."""

    widget = forms.SelectMultiple

    def __init__(self, *, allowed: Callable[[], Collection[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    def clean(self, value: Any) -> list[str]:
        if not value:
            return []
        names = [name for item in value for name in item.split(",")]
        wrong = unknown(names, self.allowed())
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(names))


class TimeFilter(django_filters.Filter):
    """A parameter that is a time."""

    field_class = TimeField


class NamesFilter(django_filters.Filter):
    """A parameter that is a list of names."""

    field_class = NamesField


class PeriodForm(forms.Form):
    """A half-open period, [start, end), among other parameters."""

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", "is not after start; allowed is any later time.")
        return self.cleaned_data


def validated(filterset_class: type[django_filters.FilterSet], query: QueryDict) -> dict[str, Any]:
    """Return the parameters' values by name.

    Raises:
        exceptions.ValidationError: with the reasons by parameter, unknown parameters among them.
    """
    filterset = filterset_class(query)
    errors: dict[str, Any] = _unknown(filterset, query) | _repeated(filterset, query)
    if not filterset.is_valid():
        errors |= filterset.errors
    if errors:
        raise exceptions.ValidationError(errors)
    return dict(filterset.form.cleaned_data)


def _unknown(filterset: django_filters.FilterSet, query: QueryDict) -> dict[str, list[str]]:
    allowed = listed(filterset.filters)
    return {
        name[:LONGEST_QUOTE]: [f"is no parameter of this address; allowed: {allowed}."]
        for name in query
        if name not in filterset.filters
    }


def _repeated(filterset: django_filters.FilterSet, query: QueryDict) -> dict[str, list[str]]:
    return {
        name: [f"was given {len(query.getlist(name))} times; allowed is once."]
        for name, parameter in filterset.filters.items()
        if len(query.getlist(name)) > 1 and not isinstance(parameter, NamesFilter)
    }
