"""Settings. Whatever a deployment may choose comes from the environment."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from windproject import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
# The embedded servers and everything else that a checkout makes for itself.
VAR_DIR = BASE_DIR / "var"

# Until sessions or signatures must outlive a process, a key that nobody knows is the safest.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()
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
    url = os.environ.get(variable, "")
    if not url:
        return embedded.database(name, VAR_DIR / "postgres")
    try:
        return environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} cannot be read: {error}.") from error


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
    # `format` is a parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "windproject.problems.exception_handler",
}
