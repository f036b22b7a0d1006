"""The app that holds the 1-minute measurements, in the database `source`."""

from django.apps import AppConfig


class SourcedataConfig(AppConfig):
    name = "sourcedata"
    verbose_name = "Measurements"
