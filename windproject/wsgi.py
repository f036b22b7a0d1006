"""The WSGI application that a web server runs."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from common.patience import keep_to
from common.postgres import watchdog
from common.waits import ANSWER, LEFT_LATER_S


class RequestOfAnyCharset(WSGIRequest):
    """An HTTP request that can be made whatever charset its body has, for it to be refused.

    Django's own decodes the address by that charset, before anybody can refuse it.
    """

    def _set_content_type_params(self, meta: dict[str, str]) -> None:
        said = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = said


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")

application = get_wsgi_application()
application.request_class = RequestOfAnyCharset
keep_to(ANSWER)
watchdog.start(ANSWER.statement_s + LEFT_LATER_S)
