"""What each turbine does: its power curve, its wind rose, its energy and its coverage."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from aggregates import reader
from aggregates.admin.common import MOST_SHOWN, is_known_turbine
from aggregates.models import Performance
from aggregates.pages import performance_sentences
from aggregates.pages.addresses import of_turbine
from aggregates.pages.performance_page import contents
from aggregates.pages.periods import period
from common.admin import ReadOnly
from common.days import today


@admin.register(Performance)
class PerformanceAdmin(ReadOnly, admin.ModelAdmin):
    """The turbines that have statistics, and a page of each; they have no table here."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("aggregates.view_signal")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        listed = self.admin_site.admin_view(self.changelist_view)
        page = self.admin_site.admin_view(self.turbine_view)
        return [
            path("", listed, name="aggregates_performance_changelist"),
            # With a word before it, for a turbine may be named `..`.
            path("turbine-<str:quoted>/", page, name="aggregates_performance_change"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("q", "")
        names = [name for name in reader.turbine_names() if wanted.lower() in name.lower()]
        context = {
            **self.admin_site.each_context(request),
            "title": "Turbine performance",
            "opts": self.opts,
            "wanted": wanted,
            "turbines": [(name, of_turbine(name)) for name in names[:MOST_SHOWN]],
            "of_none": performance_sentences.NO_TURBINE,
            "of_more": performance_sentences.of_more(max(len(names) - MOST_SHOWN, 0)),
        }
        return TemplateResponse(request, "admin/aggregates/performance/change_list.html", context)

    def turbine_view(self, request: HttpRequest, quoted: str) -> HttpResponse:
        """Show one turbine over the days that the address names, else the last 30 it has."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        turbine = unquote(quoted)
        # PostgreSQL text cannot hold NUL.
        if "\0" in turbine:
            raise Http404
        last_day = reader.last_day_of_turbine(turbine)
        if not last_day and not is_known_turbine(request, turbine):
            raise Http404
        shown = period(request.GET, last_day or today(), days=30)
        context = {
            **self.admin_site.each_context(request),
            "title": turbine,
            "opts": self.opts,
            "turbine": turbine,
            "period": shown,
            "signals": reader.signals_of_means([turbine])[turbine],
            "of_coverage": performance_sentences.COVERAGE,
            "of_absence": performance_sentences.of_absence(turbine, shown, last_day),
            **contents(turbine, shown),
        }
        return TemplateResponse(request, "admin/aggregates/performance/change_form.html", context)
