"""The lines that were logged about a run, for its page."""

from django.db import models
from django.db.models.functions import Now

from aggregates.models.runs import Run


class LogLine(models.Model):
    """One line of the log of a run; the lines are in the order of their ids."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="log_lines")
    time = models.DateTimeField(db_default=Now())
    level = models.CharField(max_length=10)
    message = models.TextField()

    class Meta:
        db_table = "log_line"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.level}: {self.message}"
