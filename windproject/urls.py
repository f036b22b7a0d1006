"""Where each part of the application is found."""

from django.urls import URLPattern, URLResolver, path

from sourcedata.api import DataView

urlpatterns: list[URLPattern | URLResolver] = [
    path("data", DataView.as_view(), name="data"),
]
