"""The app that makes and holds the 10-minute statistics, in the database `default`."""

from django.apps import AppConfig


class AggregatesConfig(AppConfig):
    name = "aggregates"
    verbose_name = "Statistics"

    def ready(self) -> None:
        from aggregates.alerting import logins  # noqa: F401  (importing it connects the signal)
