"""Signals with their latest value, the history of each, and why a value is what it is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from aggregates import reader
from aggregates.analysis import history
from aggregates.analysis.downsampling import points
from aggregates.compute.statistic_names import STATISTICS
from aggregates.models import Signal, Value
from aggregates.pages import explanation_sentences as sentences
from aggregates.pages import signal_sentences
from aggregates.pages.explanation import Explanation, at_the_same_time, explain, window_of
from aggregates.pages.periods import Period, period
from aggregates.pages.picture import picture
from aggregates.pages.signal_figure import signal_figure
from aggregates.source.gateway import SourceUnavailable
from common.admin import ReadOnly
from common.days import FIRST_DAY, LAST_DAY, today
from sourcedata.variables import ANGLE_NAMES, UNITS


@admin.register(Signal)
class SignalAdmin(ReadOnly, admin.ModelAdmin):
    """Signals with their latest value; the page of one shows its history."""

    list_display = ["turbine", "variable", "statistic", "latest_time", "latest_value"]
    list_display_links = ["turbine", "variable", "statistic"]
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
        time: datetime | None = signal.latest_time
        return time

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
            "start": start,
            "others": at_the_same_time(signal.turbine, start).items(),
            "statistics": STATISTICS,
        }
        try:
            context |= _explained(explain(signal, start), signal, request)
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
        context = self._context(request, signal) if signal else {}
        return super().change_view(request, object_id, form_url, context)

    def _context(self, request: HttpRequest, signal: Signal) -> dict[str, Any]:
        last_day = reader.last_day(signal)
        shown = period(request.GET, last_day or today(), days=1)
        table = history.history(signal.turbine, signal.variable, shown.first, shown.last)
        nameplate = reader.nameplate(signal.turbine)
        interval_s = nameplate.sample_interval_s
        is_angle, is_declared = signal.variable in ANGLE_NAMES, signal.variable in UNITS
        merged = points(table, is_angle)
        page = reverse("admin:aggregates_signal_explain", args=[signal.pk])
        address = _download(request, signal, shown)
        context = {
            "title": str(signal),
            "subtitle": None,
            "period": shown,
            "has_values": history.has_values(table),
            "of_chart": signal_sentences.of_chart(merged, signal.variable, nameplate),
            "of_absence": signal_sentences.of_absence(signal, shown, last_day),
            "figure": signal_figure(merged, UNITS.get(signal.variable, ""), is_angle, interval_s),
            "leads_to": f"{page}?from=" if merged.windows == 1 and is_declared else "?first=",
            "is_declared": is_declared,
            "download": address,
            "pandas": _pandas(address),
            "others": reader.signals_of_means([signal.turbine])[signal.turbine],
        }
        if shown.days > 1:
            return context | {"days": history.days(table, interval_s)}
        windows = history.windows(table, signal.statistic, interval_s)
        has_windows = bool(windows) and history.has_values(table) and is_declared
        return context | {"windows": windows, "of_ways": signal_sentences.of_ways(has_windows)}


def _explained(explanation: Explanation, signal: Signal, request: HttpRequest) -> dict[str, Any]:
    """Return what the page says and draws of an explanation."""
    drawn = picture(explanation, signal.statistic)
    may_see_runs = request.user.has_perm("aggregates.view_run")
    return {
        "explanation": explanation,
        "picture": drawn,
        "of_value": sentences.of_value(explanation, signal),
        "of_no_samples": sentences.NO_SAMPLES,
        "of_formula": sentences.of_formula(explanation, signal),
        "of_agreement": sentences.of_agreement(explanation),
        "of_picture": sentences.of_picture(drawn) if drawn else [],
        "of_origin": sentences.of_origin(explanation, may_see_runs),
    }


def _window(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    is_possible = FIRST_DAY <= time.date() <= LAST_DAY
    return window_of(time.replace(tzinfo=UTC)) if is_possible else None


def _download(request: HttpRequest, signal: Signal, shown: Period) -> str:
    """Return the address of the values that are shown, to which a format is to be added."""
    parameters = {
        "turbine": signal.turbine,
        "variable": signal.variable,
        "layout": "wide",
        "start": shown.first,
        "end": shown.last + timedelta(days=1),
    }
    return request.build_absolute_uri(f"{reverse('values')}?{urlencode(parameters)}")


def _pandas(download: str) -> str:
    """Return the line of Python that loads what is shown."""
    token = "" if settings.API_PUBLIC_READ else ', storage_options={"Authorization": "Token …"}'
    return f'pd.read_parquet("{download}&format=parquet"{token})'
