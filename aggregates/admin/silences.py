"""Who is silent, and of which silences people know."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from aggregates.admin.forms import TurbineForm
from aggregates.models import Acknowledgement, Silence
from common.admin import ReadOnly
from common.wording import listed


@admin.register(Silence)
class SilenceAdmin(ReadOnly, admin.ModelAdmin):
    """Turbines of which nothing arrives, and the farm; an operator ends a farm's history here."""

    list_display = ["about", "since", "told_at", "sent_again_at", "ended_by"]
    list_filter = ["since"]
    search_fields = ["turbine"]
    show_full_result_count = False
    actions = ["end"]

    @admin.display(ordering="turbine")
    def about(self, silence: Silence) -> str:
        return silence.about

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether the visitor may declare that nothing more is to be expected."""
        return request.user.has_perm("aggregates.change_silence")

    @admin.action(
        description="Expect nothing of the farm until it sends again", permissions=["end"]
    )
    def end(self, request: HttpRequest, silences: QuerySet[Silence]) -> None:
        """Declare the silence of the farm as the end of what it sends."""
        turbines = [silence.turbine for silence in silences if silence.turbine]
        if turbines:
            sentence = f"A turbine is retired on its own page: {listed(sorted({*turbines}))}."
            messages.error(request, sentence)
            return
        ended = silences.filter(sent_again_at=None).update(ended_by=request.user.get_username())
        messages.info(
            request,
            "Nothing is expected of the farm until it sends again."
            if ended
            else "That silence is over: the farm sent again.",
        )


@admin.register(Acknowledgement)
class AcknowledgementAdmin(admin.ModelAdmin):
    """What people know of, so that nobody is told."""

    form = TurbineForm
    list_display = ["about", "first", "last", "reason", "made_by", "made_at"]
    list_filter = ["last"]
    search_fields = ["turbine", "reason"]
    fields = ["turbine", "first", "last", "reason"]
    show_full_result_count = False

    @admin.display(description="turbine", ordering="turbine")
    def about(self, acknowledgement: Acknowledgement) -> str:
        return acknowledgement.turbine or "the farm"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.made_by = request.user.get_username()
        super().save_model(request, obj, form, change)
