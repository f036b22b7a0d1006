"""Settings. Whatever a deployment may choose comes from the environment."""

from datetime import timedelta
from importlib.metadata import distribution

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.management.utils import get_random_secret_key

import embedded
from common import logs, waits
from windproject import environment
from windproject.environment import BASE_DIR as BASE_DIR
from windproject.environment import VAR_DIR, database

environment.read_variables()
# A key that nobody knows is the safest, where no session need outlive a process.
SECRET_KEY = environment.text("SECRET_KEY") or get_random_secret_key()
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "windproject",
    "sourcedata",
    "aggregates",
    "windproject.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_celery_beat",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "windproject.apps.TokensConfig",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.rest.charset.utf_8_alone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]
SESSION_ENGINE = "windproject.sessions"
# Who was sent to the login from somewhere else than a page of this site comes to the first page.
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# After so many wrong passwords from one address, an account takes none from there for a while.
# An administrator who may change access attempts in the admin can end that.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# Otherwise somebody who goes on trying keeps the owner out for ever, with an alert each time.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "common.rest.access.client_address"
AXES_USERNAME_CALLABLE = "common.rest.access.account_named"
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
# A page loads what this server gives it, and runs nothing that stands in the page itself.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Swagger sets styles by the attribute, and has its icons in the text.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
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
# The files are found without importing the package, which takes longer than all else here.
STATICFILES_DIRS = [("plotly", distribution("plotly").locate_file("plotly/package_data"))]
ROOT_URLCONF = "windproject.urls"
WSGI_APPLICATION = "windproject.wsgi.application"


environment.require_different("SOURCE_DATABASE_URL", "TARGET_DATABASE_URL")
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
FORMAT_MODULE_PATH = ["windproject.formats"]

# The web server of `serve` listens at this port, on this machine alone.
WEB_PORT = environment.number("WEB_PORT", default=8000, least=1, most=65535)

# Another deployment whose API is the source of the pipeline, instead of the database `source`.
SOURCE_API_URL = environment.base_address("SOURCE_API_URL")
SOURCE_API_TOKEN = environment.header("SOURCE_API_TOKEN")

# The Delta lake that has what both databases have, and the years that they have no more.
LAKE_URL = environment.folder_or_store("LAKE_URL")

LOGGING = logs.configuration(
    environment.choice("LOG_FORMAT", logs.FORMATS, default="text"),
    environment.choice("LOG_LEVEL", logs.LEVELS, default="WARNING"),
)

# A worker may give no sign of life for so long before another may take its run.
RUN_LEASE = timedelta(seconds=waits.LEASE_S)
# This many turbines of a day are in a worker's memory at a time, and committed together.
CHUNK_TURBINES = environment.number("CHUNK_TURBINES", default=200, least=1, most=10_000)
# The schedule looks so far back for days that are not current.
PENDING_LOOKBACK = timedelta(
    days=environment.number("PENDING_LOOKBACK_DAYS", default=30, least=1, most=36_500)
)
# A day may be without its statistics for so long after its end before monitoring is told.
FRESHNESS = timedelta(
    minutes=environment.number("FRESHNESS_MINUTES", default=60, least=1, most=100_000)
)
# A farm is live, and its turbines are expected to send, while something of it is no older.
LIVE = timedelta(days=environment.number("LIVE_DAYS", default=7, least=1, most=3660))
# A measurement may arrive so long after its time before it is missed.
ARRIVAL = timedelta(minutes=environment.number("ARRIVAL_MINUTES", default=30, least=1, most=10_000))
# From this hour on, UTC, people are told of the day before where it stayed incomplete.
MORNING_HOUR = environment.number("ALERT_MORNING_HOUR", default=6, least=0, most=23)

# These are told when a day starts failing, and when it has recovered.
ALERT_EMAILS = environment.mail_addresses("ALERT_EMAILS")
ALERT_WEBHOOK_URL = environment.web_address("ALERT_WEBHOOK_URL")
if ALERT_EMAILS:
    environment.require("EMAIL_URL")
_mail_server = environment.mail_server("EMAIL_URL")
EMAIL_HOST = _mail_server.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _mail_server.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail_server.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail_server.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail_server.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail_server.get("EMAIL_USE_SSL", False)
EMAIL_BACKEND = "common.mail.MailBackend"
EMAIL_TIMEOUT = waits.MAIL_CONNECT_S
DEFAULT_FROM_EMAIL = environment.mail_addresses("EMAIL_FROM", "windproject@localhost")[0]

# The broker carries hints alone: the database knows which runs wait, so no result is kept and no
# message is waited for, acknowledged late or tried again.
BROKER_DIR = VAR_DIR / "broker"
# Where `import_measurements --save` keeps how files are read.
IMPORT_FORMS_FILE = BASE_DIR / environment.text(
    "IMPORT_FORMS_FILE", str(VAR_DIR / "import_forms.toml")
)
REDIS_URL = environment.broker("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or embedded.broker_url(BROKER_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A program that queues a run tries the broker twice, for so many seconds, not for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": waits.BROKER_CONNECT_S,
    "socket_timeout": waits.BROKER_PART_S,
    "max_retries": 1,
    "interval_start": 0.2,
    # A worker notes at the broker nothing of what it took: that could fail, and anybody could write
    # something else there.
    "ack_emulation": False,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker that is busy keeps no message from those that are not.
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_TASK_SOFT_TIME_LIMIT = waits.TASK_SOFT_S
CELERY_TASK_TIME_LIMIT = waits.TASK_HARD_S
# Tasks that must not wait behind the runs of a backfill have a queue of their own. Each worker
# takes from the two in turn.
URGENT = "urgent"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"celery": {}, URGENT: {}}
CELERY_TASK_ROUTES = {
    "aggregates.tasks.aggregate_pending": {"queue": URGENT},
    "aggregates.tasks.help_with_run": {"queue": URGENT},
}
CELERY_TIMEZONE = "UTC"
# With remote control, anybody who has the broker's address could read the settings, and stop the
# workers.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_CONSUMER = "windproject.consumer.HintConsumer"
CELERY_BEAT_SCHEDULER = "windproject.beat:Scheduler"

# Anybody who reaches the API may read from it, or else a session or a token is asked for.
API_PUBLIC_READ = environment.boolean(
    "API_PUBLIC_READ", default=not environment.text("TARGET_DATABASE_URL")
)
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["common.rest.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.rest.parsing.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "common.rest.access.AsciiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["common.rest.access.MayRead"],
    # `format` is a parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "common.rest.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "common.rest.schema.ViewSchema",
    # A program in a loop is to leave room for others; a person or a script needs far less.
    "DEFAULT_THROTTLE_CLASSES": [
        "common.rest.access.ReadThrottle",
        "common.rest.access.WriteThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"read": "100/s", "write": "60/m"},
    # A visitor who says in whose name they ask, as a proxy does, is not believed.
    "NUM_PROXIES": 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "windproject",
    "VERSION": "1",
    "DESCRIPTION": (
        "10-minute statistics of a wind farm's 1-minute measurements.\n\n"
        "- All times are UTC. A window is [t, t + 10 min) and named by its start; a day is"
        " [00:00, 24:00) and has 144 windows.\n"
        "- A period is half-open: `start` is included, `end` is not.\n"
        "- `std` has ddof 1, and a window of one sample has none; `count` is the number of samples"
        " used.\n"
        "- Directions are averaged as unit vectors; their `std` is Mardia's, and `min` may be the"
        " larger number, as 350 to 10.\n"
        "- Statistics of 1-minute means are not those of the 1 Hz signal: do not read turbulence"
        " or gusts off them.\n"
        "- A parameter that takes several values is repeated, or has commas between them."
    ),
    # The pages that show the schema have all their files from this server.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["common.rest.access.MayRead"],
}
# A token is for a program: it holds until somebody revokes it.
REST_KNOX = {"TOKEN_TTL": None}
