"""The project itself as an app: its system checks and its management commands."""

from django.apps import AppConfig


class WindprojectConfig(AppConfig):
    name = "windproject"

    def ready(self) -> None:
        from windproject import checks  # noqa: F401  (importing it registers the checks)
