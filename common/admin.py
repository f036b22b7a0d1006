"""A habit that lists of the admin have in common."""

from typing import Any

from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


class ShowsAllOnBadFilter:
    """A list of the admin that shows everything where its address filters by what cannot be."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            page: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]  # a mixin
        except (ValueError, OverflowError, DataError):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        return page
