"""The admin's pages of the target, which nobody edits by hand."""

from aggregates.admin import alerts, days, performance, runs, signals, silences

__all__ = ["alerts", "days", "performance", "runs", "signals", "silences"]
