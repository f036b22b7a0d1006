"""The target database: signals, their values, the versions they are of, runs, and alerts."""

from aggregates.models.alerts import Alert
from aggregates.models.assessments import (
    Assessment,
    AssessmentProgress,
    Curve,
    Finding,
    Reason,
    Recurrence,
    TurbineSite,
)
from aggregates.models.chunks import Chunk
from aggregates.models.kept import KeptAnswer
from aggregates.models.lake import HeldMonth, LakeProgress, LetGoMonth, LetGoTurbineDay
from aggregates.models.log_lines import LogLine
from aggregates.models.runs import ACTIVE, MOST_ATTEMPTS, Outcome, Run, RunQuerySet
from aggregates.models.silences import Acknowledgement, KnownTurbineDays, Silence
from aggregates.models.statistics import (
    AggregatedDay,
    Day,
    Performance,
    Rules,
    Signal,
    SourceProgress,
    Value,
)
from aggregates.models.ticks import Tick
from aggregates.models.tokens import TokenUse
from aggregates.models.workers import Code, Worker

__all__ = [
    "ACTIVE",
    "MOST_ATTEMPTS",
    "Acknowledgement",
    "AggregatedDay",
    "Alert",
    "Assessment",
    "AssessmentProgress",
    "Chunk",
    "Code",
    "Curve",
    "Day",
    "Finding",
    "HeldMonth",
    "KeptAnswer",
    "KnownTurbineDays",
    "LakeProgress",
    "LetGoMonth",
    "LetGoTurbineDay",
    "LogLine",
    "Outcome",
    "Performance",
    "Reason",
    "Recurrence",
    "Rules",
    "Run",
    "RunQuerySet",
    "Signal",
    "Silence",
    "SourceProgress",
    "Tick",
    "TokenUse",
    "TurbineSite",
    "Value",
    "Worker",
]
