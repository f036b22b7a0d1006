"""`manage.py send_test_alert`: tries the ways on which people are told."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aggregates.alerting import channels
from aggregates.alerting.channels import NotDelivered
from aggregates.models import Alert
from common.days import now

MESSAGE = "This is a test. Nothing is wrong."


class Command(BaseCommand):
    help = "Sends a test alert on every channel that is set, and says which of them took it."

    def handle(self, *args: Any, **options: Any) -> None:
        configured = channels.configured()
        if not configured:
            raise CommandError(f"{channels.whereto()} Set one in .env, as .env.example says.")
        alert = Alert(event=Alert.Event.TEST, message=MESSAGE, raised_at=now())
        failures = {}
        for channel in configured:
            try:
                channels.send(channel, [alert])
                self.stdout.write(f"{channel}: taken")
            except NotDelivered as error:
                failures[channel] = str(error)
        if failures:
            lines = [f"{channel}: {error}" for channel, error in failures.items()]
            raise CommandError("Not delivered. " + "; ".join(lines))
