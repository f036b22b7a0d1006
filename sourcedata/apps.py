"""The app that holds the 1-minute measurements, in the database `source`."""

from django.apps import AppConfig


class SourcedataConfig(AppConfig):
    name = "sourcedata"
    verbose_name = "Measurements"

    def ready(self) -> None:
        """Importing the checks registers them."""
        from sourcedata import checks  # noqa: F401  (importing it registers the checks)
