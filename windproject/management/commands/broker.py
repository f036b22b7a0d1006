"""`manage.py broker`: the embedded broker, in the foreground."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from embedded.broker import become_broker


class Command(BaseCommand):
    help = "Becomes the embedded broker, where REDIS_URL names no other; `serve` runs it."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.REDIS_URL:
            raise CommandError("REDIS_URL names a broker, so nobody would ask this one.")
        become_broker(settings.BROKER_DIR)
