"""`manage.py workers`: the workers that are there."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.table import Table

from aggregates.models import Worker
from common.terminal import rendered


class Command(BaseCommand):
    help = "Shows the workers that gave a sign of life in the last minute, and what they do."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--here", action="store_true", help="only those on this host")

    def handle(self, *args: Any, **options: Any) -> None:
        workers = Worker.objects.alive().select_related("code")
        if options["here"]:
            workers = workers.filter(host=socket.gethostname())
        if not workers:
            raise CommandError("No worker is there. Start one: make serve")
        table = Table("host", "process", "since (UTC)", "last seen (UTC)", "code", "busy with")
        for worker in workers:
            table.add_row(
                worker.host,
                str(worker.process),
                f"{worker.started_at:%Y-%m-%d %H:%M:%S}",
                f"{worker.seen_at:%Y-%m-%d %H:%M:%S}",
                worker.code.version,
                worker.busy_with or "nothing",
            )
        self.stdout.write(rendered(table))
