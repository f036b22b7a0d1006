"""Where each part of the application is found."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from aggregates.api import DaysView, RunsView, RunView
from sourcedata.api import DataView, TurbinesView


def live(request: HttpRequest) -> HttpResponse:
    """`GET /health/live`: this process answers, whatever else may be down."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("health/live", live),
    path("data", DataView.as_view(), name="data"),
    path("api/turbines", TurbinesView.as_view()),
    path("api/days", DaysView.as_view()),
    path("api/runs", RunsView.as_view()),
    path("api/runs/<int:pk>", RunView.as_view()),
]
