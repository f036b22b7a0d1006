"""The strip on the admin's front page."""

from typing import Any

from django import template

from aggregates.admin.common import may_run
from aggregates.pages import morning_sentences
from aggregates.pages.addresses import to_run
from aggregates.pages.morning import morning_at
from common.days import now, today

register = template.Library()


@register.inclusion_tag("admin/aggregates/morning.html", takes_context=True)
def morning(context: dict[str, Any]) -> dict[str, Any]:
    """Show how things stand, to whoever may see the days."""
    request = context["request"]
    if not request.user.has_perm("aggregates.view_day"):
        return {}
    morning = morning_at(now())
    may_see_values = request.user.has_perm("aggregates.view_signal")
    return {
        "morning": morning,
        "worst": morning.worst,
        "troubles": map(morning_sentences.of_trouble, morning.troubles),
        "sentences": morning_sentences.of_morning(morning, today(), may_see_values),
        "run_days": to_run(morning.first, morning.last) if may_run(request) else "",
    }
