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
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_celery_beat",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "static/"
# The admin's files come from their packages; nothing need be collected.
WHITENOISE_USE_FINDERS = True
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

# The broker carries hints alone: the database knows which runs wait, so no result is kept and no
# message is waited for, acknowledged late or tried again.
# Where the web server of `serve` listens, on this machine alone.
WEB_PORT = int(os.environ.get("WEB_PORT") or 8000)

BROKER_DIR = VAR_DIR / "broker"
REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or embedded.broker_url(BROKER_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever queues a run waits this long for the broker, not for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 30}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

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
