"""Settings of a deployment on servers: nothing embedded, nothing made up, https only.

Chosen by DJANGO_SETTINGS_MODULE=windproject.production.
"""

from windproject import environment

environment.require(
    "SECRET_KEY", "ALLOWED_HOSTS", "SOURCE_DATABASE_URL", "TARGET_DATABASE_URL", "REDIS_URL"
)

from windproject.settings import *  # noqa: E402, F403  (every setting but those below)

# A health check asks from inside the machine.
ALLOWED_HOSTS = [*environment.hosts("ALLOWED_HOSTS"), "localhost"]

# Off only to try a deployment without a certificate: passwords then travel in the clear.
HTTPS = environment.boolean("HTTPS", default=True)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Programs ask these from inside, and no redirect takes back what was sent in the clear.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
# A browser that came once insists on https so long: short at first, for nothing takes it back.
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", default=3600, least=1, most=63_072_000)
# Subdomains, and the list that browsers come with, are not this deployment's to decide.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W005", "security.W021"]  # noqa: F405  (as above)
# A proxy that ends https says so by this header, and must not pass on a visitor's own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The last address that it adds to X-Forwarded-For is the visitor's.
REST_FRAMEWORK = REST_FRAMEWORK | {"NUM_PROXIES": 1}  # noqa: F405  (as above)
