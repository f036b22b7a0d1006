"""Settings. Whatever a deployment may choose comes from the environment."""

from pathlib import Path
from typing import Any

import environ
from django.core.management.utils import get_random_secret_key

from windproject import embedded

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
# The embedded servers and everything else that a checkout makes for itself.
VAR_DIR = BASE_DIR / "var"

# Until sessions or signatures must outlive a process, a key that nobody knows is the safest.
SECRET_KEY = env.str("SECRET_KEY", default="") or get_random_secret_key()
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "windproject",
    "sourcedata",
    "aggregates",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "django_filters",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "windproject.urls"
WSGI_APPLICATION = "windproject.wsgi.application"


def database(variable: str, name: str) -> dict[str, Any]:
    """Return the settings of the server that `variable` names, else of the embedded one."""
    if env.str(variable, default=""):
        return env.db_url(variable)
    return embedded.database(name, VAR_DIR / "postgres")


DATABASES = {
    "default": database("TARGET_DATABASE_URL", "target"),
    "source": database("SOURCE_DATABASE_URL", "source"),
}
DATABASE_ROUTERS = ["windproject.routers.AppRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Both apps have a table `data`, each in a database of its own.
SILENCED_SYSTEM_CHECKS = ["models.W035"]

# Days and windows are cut in UTC; a check refuses anything else.
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en-us"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Nothing to log in to yet: reading the measurements is open.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "windproject.problems.exception_handler",
}
