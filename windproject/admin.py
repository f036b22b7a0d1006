"""The admin of the schedule and of the tokens, which other packages bring along."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_celery_beat.admin import (
    CrontabScheduleAdmin,
    IntervalScheduleAdmin,
    PeriodicTaskAdmin,
    PeriodicTaskForm,
)
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken
from kombu.utils.json import loads

from common import broker
from common.days import now

# The form of a periodic task offers the tasks that are loaded.
current_app.autodiscover_tasks(force=True)


# A farm's day knows neither sunsets nor single appointments.
admin.site.unregister([PeriodicTask, ClockedSchedule, SolarSchedule, AuthToken])
admin.site.unregister([CrontabSchedule, IntervalSchedule])


class PlannableTaskForm(PeriodicTaskForm):  # type: ignore[misc]  # it has no types
    """Refuses a task that the scheduler could not plan."""

    def clean_headers(self) -> str:
        headers = str(self.cleaned_data["headers"] or "{}")
        self.cleaned_data["headers"] = headers
        if not isinstance(loads(self._clean_json("headers")), dict):
            raise ValidationError('These are no headers; allowed is an object such as {"a": 1}.')
        return headers

    def _clean_json(self, field: str) -> str:
        try:
            return str(super()._clean_json(field))
        except RecursionError:
            raise ValidationError("This holds too many lists within lists.") from None


class PlannableIntervalForm(forms.ModelForm):
    """Refuses an interval that no time lies after."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            IntervalSchedule(**cleaned).schedule.is_due(now())
        except (OverflowError, TypeError):
            raise ValidationError("No time lies so far away.") from None
        return cleaned


@admin.register(CrontabSchedule)
class GuardedCrontabAdmin(CrontabScheduleAdmin):  # type: ignore[misc]  # it has no types
    """Times of the day and of the week."""

    def formfield_for_dbfield(self, field: Any, request: HttpRequest, **options: Any) -> Any:
        """Ask nobody back what the form said first: a time zone is looked up as a file's name."""
        form_field = super().formfield_for_dbfield(field, request, **options)
        form_field.show_hidden_initial = False
        return form_field


@admin.register(IntervalSchedule)
class GuardedIntervalAdmin(IntervalScheduleAdmin):  # type: ignore[misc]  # as above
    """Intervals, each of which comes to an end."""

    form = PlannableIntervalForm


@admin.register(PeriodicTask)
class GuardedPeriodicTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]  # as above
    """Periodic tasks. Their actions ask for no permission of their own, so it is asked for here."""

    form = PlannableTaskForm

    @admin.action(description="Run selected tasks")
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Send the messages of the tasks, which are read before the broker is waited for."""
        if queryset:
            broker.send(partial(super().run_tasks, request, queryset))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take no values from the address: no page of ours links to such an address."""
        return {}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        return actions if self.has_change_permission(request) else {}


@admin.register(AuthToken)
class TokenAdmin(AuthTokenAdmin):  # type: ignore[misc]  # it has no types
    """Tokens: made for an account, shown once, and held until they are deleted."""

    list_display = ("token_begins", "user", "created", "last_used")
    list_select_related = ("use", "user")
    search_fields = ("user__username",)
    raw_id_fields = ()
    readonly_fields = ("token_begins", "created", "last_used")

    @admin.display(description="token begins with")
    def token_begins(self, token: AuthToken) -> str:
        return str(token.token_key)

    @admin.display(description="last used", empty_value="never")
    def last_used(self, token: AuthToken) -> datetime | None:
        return token.use.used_at if hasattr(token, "use") else None

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer other accounts to superusers alone: a token acts in its account's name."""
        if field.name == "user" and not request.user.is_superuser:
            options["queryset"] = User.objects.filter(username=request.user.get_username())
        return super().formfield_for_foreignkey(field, request, **options)

    def get_fields(self, request: HttpRequest, obj: AuthToken | None = None) -> Sequence[str]:
        return ("user", "token_begins", "created", "last_used") if obj else ("user",)

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        """Return that nobody may change a token: it can be deleted alone."""
        return False

    def save_model(self, request: HttpRequest, obj: AuthToken, form: Any, change: bool) -> None:
        """Store the token's hash, and show the token itself this once."""
        obj.save()
        text = "The token, which is shown this once: %s"
        self.message_user(request, text % form.token, messages.WARNING)

    def response_add(
        self, request: HttpRequest, obj: AuthToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show nothing else that could be taken for the token."""
        return HttpResponseRedirect(reverse("admin:knox_authtoken_changelist"))
