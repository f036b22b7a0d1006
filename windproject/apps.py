"""The project itself as an app, and what it makes of others: its site of the admin, API tokens."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class WindprojectConfig(AppConfig):
    """Its system checks and its management commands."""

    default = True
    name = "windproject"

    def ready(self) -> None:
        from common import checks  # noqa: F401  (importing it registers the checks)


class AdminConfig(SimpleAdminConfig):
    """Simple, for `urls` finds the pages: what shows none does not load them."""

    default_site = "windproject.site.Site"


class TokensConfig(AppConfig):
    """The tokens of knox, by what they are for."""

    name = "knox"
    verbose_name = "API access"
