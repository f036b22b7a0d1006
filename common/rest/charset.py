"""The charset of what is posted."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.rest.problems import other_charset

Handler = Callable[[HttpRequest], HttpResponse]


def utf_8_alone(get_response: Handler) -> Handler:
    """Refuse a body of another charset, which Django would decode by any codec of that name."""

    def answer(request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        is_utf_8 = charset.lower() in ("utf-8", "utf8")
        return get_response(request) if is_utf_8 else other_charset(request)

    return answer
