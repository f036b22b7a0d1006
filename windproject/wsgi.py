"""The WSGI application that a web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from common.patience import keep_to
from common.waits import ANSWER

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")

application = get_wsgi_application()
keep_to(ANSWER)
