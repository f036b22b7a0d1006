"""The admin of the schedule: whoever may only look at it may not run it either."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import PeriodicTask

admin.site.site_header = admin.site.site_title = "windproject"
admin.site.index_title = "Wind farm"

admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class GuardedPeriodicTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]  # it has no types
    """Its actions run, enable and disable tasks, and ask for no permission of their own."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        return actions if self.has_change_permission(request) else {}
