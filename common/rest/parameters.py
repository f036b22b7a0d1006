"""Strict reading of a URL's parameters, which a view's FilterSet declares and documents."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from math import nan
from typing import Any
from zoneinfo import available_timezones

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from rest_framework import exceptions

from common.days import parse_day
from common.wording import LONGEST_QUOTE, listed, quoted, unknown

# A machine may list these among its time zones, though they are none.
NO_ZONES = {"Factory", "localtime"}


class TimeField(forms.CharField):
    """A time in ISO 8601 of a day as YYYY-MM-DD; without an offset it is UTC.

    A day alone is its midnight.
    """

    default_error_messages = {"required": "is required: a time such as 2025-08-31T00:00:00Z."}
    described = {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"format": "date"}],
    }

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            parse_day(text[:10])
            time = datetime.fromisoformat(text)
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(
                f"{quoted(text)} is not a time; allowed is ISO 8601 from year 1 to 9999, such as "
                "2025-08-31T00:00:00Z or 2025-08-31. In a URL the + of an offset is written %2B."
            ) from None


class DayParameter(forms.CharField):
    """A UTC day."""

    default_error_messages = {"required": "is required: a day such as 2025-08-31."}
    described = {"type": "string", "format": "date"}

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        try:
            return parse_day(text) if text else None
        except ValueError:
            raise ValidationError(
                f"{quoted(text)} is not a day; allowed is YYYY-MM-DD, such as 2025-08-31."
            ) from None


class DayFilter(django_filters.Filter):
    """A parameter that is a day."""

    field_class = DayParameter


class NamesField(forms.Field):
    """Some names of a list, or of what answers: the parameter repeated, or commas between them."""

    widget = forms.SelectMultiple

    def __init__(
        self, *, allowed: Collection[str] | Callable[[], Collection[str]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    @property
    def described(self) -> dict[str, Any]:
        """What it is in the API's description."""
        names = {} if callable(self.allowed) else {"enum": [*self.allowed]}
        return {"type": "array", "items": {"type": "string", **names}}

    def clean(self, value: Any) -> list[str]:
        if not value:
            return []
        names = [name for text in value for name in text.split(",")]
        wrong = unknown(names, self.allowed() if callable(self.allowed) else self.allowed)
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(names))


class TimeFilter(django_filters.Filter):
    """A parameter that is a time."""

    field_class = TimeField


class NamesFilter(django_filters.Filter):
    """A parameter that is a list of names."""

    field_class = NamesField


class OneOfField(forms.CharField):
    """A name, out of those that are allowed."""

    def __init__(self, *, allowed: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allowed = allowed

    @property
    def described(self) -> dict[str, Any]:
        """What it is in the API's description."""
        return {"type": "string", "enum": [*self.allowed]}

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and text not in self.allowed:
            raise ValidationError(unknown([text], self.allowed))
        return text


class OneOfFilter(django_filters.Filter):
    """A parameter that is one of some names."""

    field_class = OneOfField


class TruthField(forms.CharField):
    """Whether something is so; None where nothing is said."""

    described = {"type": "boolean"}
    words = {"": None, "true": True, "false": False}

    def clean(self, value: Any) -> bool | None:
        text = super().clean(value)
        if text not in self.words:
            raise ValidationError(f"{quoted(text)} is neither; allowed: true, false.")
        return self.words[text]


class TruthFilter(django_filters.Filter):
    """A parameter that is true or false."""

    field_class = TruthField


class ShareField(forms.CharField):
    """A part of a whole, 0 to 1."""

    described = {"type": "number", "minimum": 0, "maximum": 1}

    def clean(self, value: Any) -> float:
        text = super().clean(value)
        try:
            share = float(text or 0)
        except ValueError:
            share = nan
        if not 0 <= share <= 1:
            raise ValidationError(f"{quoted(text)} is no number from 0 to 1.")
        return share


class ShareFilter(django_filters.Filter):
    """A parameter that is a part of a whole."""

    field_class = ShareField


class ZoneField(forms.CharField):
    """A time zone of the IANA database; UTC where none is named."""

    described = {"type": "string", "example": "Europe/Paris"}

    def clean(self, value: Any) -> str:
        text = super().clean(value) or "UTC"
        if text not in available_timezones() - NO_ZONES:
            raise ValidationError(
                f"{quoted(text)} is no time zone; allowed is such as Europe/Paris."
            )
        return str(text)


class ZoneFilter(django_filters.Filter):
    """A parameter that is a time zone."""

    field_class = ZoneField


class PeriodForm(forms.Form):
    """A half-open period, [start, end), among other parameters."""

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end <= start:
            self.add_error("end", "is not after start; allowed is any later time.")
        return self.cleaned_data


def refuse_parameters(query: QueryDict) -> None:
    """Let an address have no parameters.

    Raises:
        exceptions.ValidationError: where it has any.
    """
    reason = "is no parameter of this address; allowed: none."
    if query:
        raise exceptions.ValidationError({name[:LONGEST_QUOTE]: [reason] for name in query})


def validated(filterset_class: type[django_filters.FilterSet], query: QueryDict) -> dict[str, Any]:
    """Return the parameters' values by name.

    Raises:
        exceptions.ValidationError: with the reasons by parameter, unknown parameters among them.
    """
    filterset = filterset_class(query)
    errors: dict[str, Any] = _unknown(filterset, query) | _repeated(filterset, query)
    if not filterset.is_valid():
        errors |= filterset.errors
    errors |= _empty(filterset, query)
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


def _empty(filterset: django_filters.FilterSet, query: QueryDict) -> dict[str, list[str]]:
    return {
        name: ["was given without a value; allowed is one, or to leave it out."]
        for name in filterset.filters
        if query.getlist(name) == [""]
    }


def _repeated(filterset: django_filters.FilterSet, query: QueryDict) -> dict[str, list[str]]:
    return {
        name: [f"was given {len(query.getlist(name))} times; allowed is once."]
        for name, parameter in filterset.filters.items()
        if len(query.getlist(name)) > 1 and not isinstance(parameter, NamesFilter)
    }
