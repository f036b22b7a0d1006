"""The address of each page and of each part of the API."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from aggregates.api.assessments import AssessmentsView
from aggregates.api.days import DaysView
from aggregates.api.findings import FindingsView
from aggregates.api.metrics import MetricsView
from aggregates.api.runs import RunsView, RunView
from aggregates.api.values import SignalsView, ValuesView, VariablesView
from sourcedata.api import DataView, LetGoView, TurbinesView
from windproject.addresses import AddressesView, DocsView, SchemaView
from windproject.health import fresh, live, ready

admin.autodiscover()

handler400 = "common.rest.problems.bad_request"
handler403 = "common.rest.problems.forbidden"
handler404 = "common.rest.problems.not_found"
handler500 = "common.rest.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # Browsers look for it here, on pages that do not say where it is.
    path("favicon.ico", RedirectView.as_view(url=static("windproject/favicon.svg"))),
    path("admin/", admin.site.urls),
    path("health/live", live),
    path("health/ready", ready),
    path("health/freshness", fresh),
    path("metrics", MetricsView.as_view()),
    path("data", DataView.as_view(), name="data"),
    path("api", AddressesView.as_view()),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", DocsView.as_view(), name="docs"),
    path("api/turbines", TurbinesView.as_view(), name="turbines"),
    path("api/variables", VariablesView.as_view(), name="variables"),
    path("api/signals", SignalsView.as_view(), name="signals"),
    path("api/values", ValuesView.as_view(), name="values"),
    path("api/days", DaysView.as_view(), name="days"),
    path("api/let-go", LetGoView.as_view(), name="let-go"),
    path("api/assessments", AssessmentsView.as_view(), name="assessments"),
    path("api/findings", FindingsView.as_view(), name="findings"),
    path("api/runs", RunsView.as_view(), name="runs"),
    path("api/runs/<int:pk>", RunView.as_view()),
]
