"""What people should look at: they say why it was so, and in which hours it is no news."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import F, QuerySet
from django.http import HttpRequest

from aggregates.admin.forms import TurbineForm
from aggregates.models import Finding, Reason, Recurrence
from aggregates.pages.finding_sentences import of_cost, of_time
from aggregates.pages.sentences import counted, plain
from common.admin import ReadOnly
from common.days import now

ACKNOWLEDGED = ["reason", "note", "acknowledged_by", "acknowledged_at"]


class SaidFilter(admin.SimpleListFilter):
    """What people said of a finding, and whether the data still bear it out."""

    title = "what people said"
    parameter_name = "said"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("nothing", "Nothing yet"),
            ("acknowledged", "Acknowledged"),
            ("withdrawn", "No longer borne out"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        chosen = {
            "nothing": queryset.filter(withdrawn_at=None, acknowledged_at=None),
            "acknowledged": queryset.filter(withdrawn_at=None).exclude(acknowledged_at=None),
            "withdrawn": queryset.exclude(withdrawn_at=None),
        }
        return chosen.get(self.value() or "", queryset)


class AcknowledgeForm(ActionForm):
    """Why the findings that are chosen were so."""

    reason = forms.ChoiceField(choices=[("", "why …"), *Reason.choices], required=False)
    note = forms.CharField(max_length=2000, required=False)


class FindingForm(forms.ModelForm):
    """Why a finding was so, as a person says; without a reason nobody has said anything."""

    def clean(self) -> dict[str, Any]:
        """Refuse a note without a reason, which would say nothing of why."""
        cleaned = super().clean() or {}
        if cleaned.get("note") and not cleaned.get("reason"):
            self.add_error("reason", "A note takes a reason: choose one.")
        return cleaned


@admin.register(Finding)
class FindingAdmin(ReadOnly, admin.ModelAdmin):
    """What the checks saw, the most expensive first; a person says why, and no more."""

    class Media:
        css = {"all": ["aggregates/pages.css"]}

    form = FindingForm
    action_form = AcknowledgeForm
    actions = ["acknowledge"]
    list_display = ["about", "kind", "sentence", "cost", "when", "said"]
    list_display_links = ["about", "sentence"]
    list_filter = [SaidFilter, "is_open", "kind", "start", "reason"]
    search_fields = ["turbine", "sentence", "note"]
    ordering = [F("lost_kwh").desc(nulls_last=True), "-start"]
    show_full_result_count = False
    list_per_page = 50
    shown = [
        *("about", "kind", "variable", "start", "end", "is_open", "sentence", "cost"),
        *("seen_at", "told_at", "withdrawn_at", "acknowledged_by", "acknowledged_at"),
    ]
    fields = [*shown, "reason", "note"]
    readonly_fields = shown

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("aggregates.change_finding")

    @admin.display(description="turbine", ordering="turbine")
    def about(self, finding: Finding) -> str:
        return finding.about

    @admin.display(description="lost", ordering=F("lost_kwh").desc(nulls_last=True))
    def cost(self, finding: Finding) -> str:
        return of_cost(finding.lost_kwh)

    @admin.display(description="when (UTC)", ordering="start")
    def when(self, finding: Finding) -> str:
        return plain(of_time(finding))

    @admin.display(description="why", ordering="reason")
    def said(self, finding: Finding) -> str:
        """Return why it was so, by whom."""
        if finding.withdrawn_at:
            return "no longer borne out"
        if not finding.acknowledged_at:
            return ""
        return f"{finding.get_reason_display()} ({finding.acknowledged_by})"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep what the visitor said, and nothing else: checks may change the row meanwhile."""
        said = bool(obj.reason)
        obj.acknowledged_by = request.user.get_username() if said else ""
        obj.acknowledged_at = now() if said else None
        obj.save(update_fields=ACKNOWLEDGED)

    @admin.action(description="Acknowledge, because of", permissions=["change"])
    def acknowledge(self, request: HttpRequest, findings: QuerySet[Finding]) -> None:
        """Say of several findings why they were so."""
        reason = request.POST.get("reason", "")
        if reason not in Reason.values:
            messages.error(request, "Choose why they were so, beside the action.")
            return
        number = findings.update(
            reason=reason,
            note=request.POST.get("note", "")[:2000],
            acknowledged_by=request.user.get_username(),
            acknowledged_at=now(),
        )
        messages.info(
            request, f"{counted(number, 'finding')} acknowledged: {Reason(reason).label}."
        )


class RecurrenceForm(TurbineForm):
    """Hours of the day in which a kind of finding is no news."""

    def clean(self) -> dict[str, Any]:
        """Refuse hours that are none."""
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("start") == cleaned.get("end"):
            self.add_error("end", "The hours end when they begin: give another time.")
        return cleaned


@admin.register(Recurrence)
class RecurrenceAdmin(admin.ModelAdmin):
    """Hours of the day in which a kind of finding is no news, as of curtailment at night."""

    form = RecurrenceForm
    list_display = ["about", "kind", "start", "end", "reason", "made_by"]
    list_filter = ["kind", "reason"]
    search_fields = ["turbine", "note"]
    fields = ["turbine", "kind", "start", "end", "reason", "note"]
    show_full_result_count = False

    @admin.display(description="turbine", ordering="turbine")
    def about(self, recurrence: Recurrence) -> str:
        return recurrence.turbine or "all turbines"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.made_by = request.user.get_username()
        super().save_model(request, obj, form, change)
