"""Settings of a deployment on servers: nothing embedded, nothing made up, https only.

Chosen by DJANGO_SETTINGS_MODULE=windproject.production.
"""

from windproject import environment

environment.require(
    "SECRET_KEY", "ALLOWED_HOSTS", "SOURCE_DATABASE_URL", "TARGET_DATABASE_URL", "REDIS_URL"
)

from windproject.settings import *  # noqa: E402, F403  (every setting but those below)

# A health check asks from inside the machine.
ALLOWED_HOSTS = [*environment.names("ALLOWED_HOSTS"), "localhost"]

# Off only to try a deployment without a certificate: passwords then travel in the clear.
HTTPS = environment.boolean("HTTPS", default=True)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# A proxy that ends https says so by this header, and must not pass on a visitor's own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
