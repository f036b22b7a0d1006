"""`GET /api`, `/api/schema` and `/api/docs`: the parts of the REST API, and what they take."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.rest.parameters import refuse_parameters
from common.rest.rendering import FastJSONRenderer


class AddressesView(APIView):
    """`GET /api`: the addresses that can be asked as they are, by their names."""

    @extend_schema(responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params)
        return Response({name: request.build_absolute_uri(reverse(name)) for name in _names()})


def _names() -> Iterator[str]:
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        is_of_the_api = route == "data" or route.startswith("api/")
        if isinstance(pattern, URLPattern) and pattern.name and is_of_the_api:
            yield pattern.name


class SchemaView(SpectacularJSONAPIView):
    """`GET /api/schema`: the one description that there is."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *arguments: Any, **keywords: Any) -> Response:
        refuse_parameters(request.query_params)
        answer: Response = super().get(request, *arguments, **keywords)  # type: ignore[no-untyped-call]  # it has few types
        return answer


class DocsView(SpectacularSwaggerSplitView):
    """`GET /api/docs`: the description as a page for people."""

    http_method_names = ["get", "head"]

    def finalize_response(self, request: Request, response: Any, *arguments: Any) -> Any:
        """Refuse in JSON: the page's template asks who the visitor is, which may be refused."""
        if response.exception:
            request.accepted_renderer = FastJSONRenderer()
            request.accepted_media_type = FastJSONRenderer.media_type
        return super().finalize_response(request, response, *arguments)
