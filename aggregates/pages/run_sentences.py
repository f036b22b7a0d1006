"""What the page of a run says of how it goes, and of what it changed."""

from aggregates.models import Run
from aggregates.pages.sentences import Sentence, counted, sentence, strong

WAITING = "Load this page again to see how far it is."
NO_LOG = "No worker has begun."


def of_status(run: Run) -> Sentence:
    """Say how far the run is, and since when or how long."""
    attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
    return sentence(strong(run.get_status_display()), _time_of(run), f"{attempt}.")


def _time_of(run: Run) -> str:
    if run.status == Run.Status.QUEUED:
        return f" since {run.queued_at:%H:%M:%S} UTC: it waits for a worker"
    if run.status == Run.Status.RUNNING:
        return f" since {run.started_at:%H:%M:%S} UTC"
    return f" in {run.duration.total_seconds():.2f} s" if run.duration else ""


def of_progress(run: Run) -> Sentence:
    """Say how many turbines are done."""
    return sentence(f"{run.turbine_days:,} of {counted(run.turbine_days_due or 0, 'turbine')}")


def of_outcome(run: Run) -> Sentence:
    """Say why it failed, or what it did; nothing while it is under way."""
    if run.error:
        return sentence(strong(run.error))
    return Sentence() if run.is_active else sentence(run.summary)


def of_nothing_written(run: Run) -> Sentence:
    """Say why no statistics of today are the run's."""
    later = ": later runs computed them again" if run.turbine_days else ""
    return sentence(f"No statistics of today are of this run{later}.")


def of_change(has_changed: bool) -> Sentence:
    """Say what became of the values of a turbine."""
    return sentence("were written" if has_changed else "were right already")


def of_preview(runs: int, days: int) -> Sentence:
    """Say how many of the days that are asked for will run."""
    return sentence(f"{runs:,} of {counted(days, 'day')} will run")


def of_written(run: Run, shown: int) -> Sentence:
    """Say what became of the turbines that are not shown; nothing where all are."""
    if not shown or run.turbine_days <= shown:
        return Sentence()
    return sentence(
        f"{shown:,} of {run.turbine_days:,} turbines. Others were computed again by later runs,"
        " kept as they were, or are too many to show."
    )
