"""The admin's pages of the target, which nobody edits by hand."""

from aggregates.admin import alerts, curves, days, findings, performance, runs, signals, silences

__all__ = [
    "alerts",
    "curves",
    "days",
    "findings",
    "performance",
    "runs",
    "signals",
    "silences",
]
