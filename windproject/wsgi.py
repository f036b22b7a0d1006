"""The WSGI application that a web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from common.patience import keep_to
from common.postgres import watchdog
from common.waits import ANSWER, LEFT_LATER_S

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")

application = get_wsgi_application()
keep_to(ANSWER)
watchdog.start(ANSWER.statement_s + LEFT_LATER_S)
