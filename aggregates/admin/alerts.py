"""What people were told of."""

from django.contrib import admin

from aggregates.admin.common import ReadOnly
from aggregates.models import Alert
from common.wording import listed


@admin.register(Alert)
class AlertAdmin(ReadOnly, admin.ModelAdmin):
    """What people were told of, and what could not be delivered to them."""

    list_display = ["raised_at", "about", "event", "message", "delivery"]
    list_filter = ["event", "raised_at"]
    show_full_result_count = False

    @admin.display(ordering="day")
    def about(self, alert: Alert) -> str:
        return alert.about

    @admin.display(empty_value="")
    def delivery(self, alert: Alert) -> str:
        """Which channels have not taken it yet, and why."""
        return f"waits for {listed(alert.waiting)}. {alert.error}" if alert.waiting else alert.error
