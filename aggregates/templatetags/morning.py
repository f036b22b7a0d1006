"""The strip on the admin's front page."""

from typing import Any

from django import template

from aggregates.admin.common import may_run
from aggregates.pages.morning import look
from common.days import now, today

register = template.Library()


@register.inclusion_tag("admin/aggregates/morning.html", takes_context=True)
def morning(context: dict[str, Any]) -> dict[str, Any]:
    """Show how things stand, to whoever may see the days."""
    request = context["request"]
    if not request.user.has_perm("aggregates.view_day"):
        return {}
    return {
        "morning": look(now()),
        "today": today(),
        "may_run": may_run(request),
        "may_see_values": request.user.has_perm("aggregates.view_signal"),
    }
