"""Commands that compute or judge, and so have to know all variables of the deployment."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from common.checks import PROJECT_CHECKS, VARIABLES_CHECKS
from common.databases import SOURCE


class MeasurementsCommand(BaseCommand):
    """A command that brings in measurements, computes of them, or judges them.

    One that is started without the VARIABLES_FILE of the other programs works without the variables
    of that file. Nobody else notices, and it may be meant, so it warns and goes on.
    """

    requires_system_checks = [PROJECT_CHECKS]

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Refuse what must not be; warn where the source has other variables than this program."""
        super().check(*args, **kwargs)
        # What needs a source that does not answer says so itself. Another deployment's is not asked
        # for its columns.
        if not settings.SOURCE_API_URL:
            with suppress(DatabaseError):
                self._warn_of_variables()

    def _warn_of_variables(self) -> None:
        for message in run_checks(tags=[VARIABLES_CHECKS], databases=[SOURCE]):
            warning = " ".join(filter(None, ["Warning:", message.msg, message.hint]))
            self.stderr.write(warning, self.style.WARNING)
