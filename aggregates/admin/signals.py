"""Signals with their latest value, the windows of a day, and why a value is what it is."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from aggregates import extract, reader
from aggregates.admin.common import ReadOnly, day_of
from aggregates.explanation import explain, window_of
from aggregates.extract import SourceUnavailable
from aggregates.models import Signal, Value
from aggregates.picture import picture
from sourcedata.variables import UNITS
from windproject.admin import PatientFilters
from windproject.days import today


@admin.register(Signal)
class SignalAdmin(ReadOnly, PatientFilters, admin.ModelAdmin):
    """Signals with their latest value; the page of one shows a day's windows."""

    list_display = ["turbine", "variable", "statistic", "latest_time", "latest_value"]
    list_filter = ["turbine", "variable", "statistic"]
    search_fields = ["turbine"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signal]:
        newest = Value.objects.filter(signal=OuterRef("pk")).order_by("-timestamp")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest_time=Subquery(newest.values("timestamp")[:1]),
                latest_value=Subquery(newest.values("value")[:1]),
            )
        )

    @admin.display(empty_value="none")
    def latest_time(self, signal: Any) -> datetime | None:
        found: datetime | None = signal.latest_time
        return found

    @admin.display(empty_value="none")
    def latest_value(self, signal: Any) -> str | None:
        if signal.latest_value is None:
            return None
        return f"{signal.latest_value:.6g} {signal.unit}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.explain_view)
        explained = path("<int:pk>/explain/", view, name="aggregates_signal_explain")
        return [explained, *super().get_urls()]

    def explain_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show why the signal has the value that it has in the window `from` names."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        signal = self.get_object(request, str(pk))
        start = _window(request.GET.get("from", ""))
        # A signal may outlive its variable.
        if not signal or not start or signal.variable not in UNITS:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"{signal}, {start:%Y-%m-%d %H:%M}",
            "opts": self.opts,
            "signal": signal,
        }
        try:
            found = explain(signal, start)
            context |= {"found": found, "picture": picture(found, signal.statistic)}
        except SourceUnavailable as error:
            messages.error(request, str(error))
        return TemplateResponse(request, "admin/aggregates/signal/explain.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        signal = self.get_object(request, object_id)
        context = self._windows(request, signal) if signal else {}
        return super().change_view(request, object_id, form_url, context)

    def _windows(self, request: HttpRequest, signal: Signal) -> dict[str, Any]:
        day = day_of(request.GET.get("day", "")) or reader.last_day(signal) or today()
        windows = reader.windows_of_day(signal, day, _sample_interval_s(request, signal, day))
        return {"day": day, "windows": windows}


def _window(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Those that measurements can have.
    return window_of(time.replace(tzinfo=UTC)) if 1970 <= time.year < 2100 else None


def _sample_interval_s(request: HttpRequest, signal: Signal, day: date) -> int | None:
    try:
        found = extract.turbine_days(day, day, [signal.turbine])
    except SourceUnavailable as error:
        messages.warning(request, f"{error} So the coverage is not known.")
        return None
    return found[0].sample_interval_s if found else None
