"""What people were told of, and who is told."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from aggregates.alerting import channels
from aggregates.models import Alert
from common.admin import ReadOnly
from common.wording import listed


@admin.register(Alert)
class AlertAdmin(ReadOnly, admin.ModelAdmin):
    """What people were told of, and what could not be delivered to them."""

    list_display = ["raised_at", "about", "event", "first_paragraph", "delivery"]
    # What a mail shows instead of the message says the same.
    exclude = ["html"]
    list_filter = ["event", "raised_at"]
    search_fields = ["turbine", "message"]
    show_full_result_count = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_view_permission(request):
            level = messages.INFO if channels.configured() else messages.WARNING
            messages.add_message(request, level, channels.whereto())
        return super().changelist_view(request, extra_context)

    @admin.display(ordering="day")
    def about(self, alert: Alert) -> str:
        return alert.about

    @admin.display(description="message")
    def first_paragraph(self, alert: Alert) -> str:
        """What it says; of what a morning tells, the tables are on its page."""
        return alert.message.partition("\n\n")[0]

    @admin.display(empty_value="")
    def delivery(self, alert: Alert) -> str:
        """Which channels have not taken it yet, and why."""
        return f"waits for {listed(alert.waiting)}. {alert.error}" if alert.waiting else alert.error
