"""Findings as a table."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from django.db.models import Q, QuerySet

from aggregates.models import Finding
from common.rest.tables import Batch

# So many findings at most are in memory at a time.
ROWS_PER_BATCH = 5_000
TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("turbine", pa.string()),
        ("kind", pa.string()),
        ("variable", pa.string()),
        ("start", TIME),
        ("end", TIME),
        ("open", pa.bool_()),
        ("sentence", pa.string()),
        ("lost_kwh", pa.float64()),
        ("reason", pa.string()),
        ("note", pa.string()),
        ("acknowledged_by", pa.string()),
        ("acknowledged_at", TIME),
        ("seen_at", TIME),
        ("withdrawn_at", TIME),
    ]
)
# An empty text says that there is none: of the farm as a whole, of no variable, without a reason.
TEXTS = ("turbine", "variable", "reason", "note", "acknowledged_by")


def batches(findings: QuerySet[Finding, Finding]) -> Iterator[Batch]:
    """Yield the rows by the start of the findings."""
    rows = list(_page(findings))
    while rows:
        yield pa.RecordBatch.from_pylist([_row(finding) for finding in rows], schema=SCHEMA)
        start, pk = rows[-1].start, rows[-1].pk
        rows = list(_page(findings.filter(Q(start__gt=start) | Q(start=start, pk__gt=pk))))


def _page(findings: QuerySet[Finding, Finding]) -> QuerySet[Finding, Finding]:
    return findings.order_by("start", "pk")[:ROWS_PER_BATCH]


def _row(finding: Finding) -> dict[str, Any]:
    columns = {name: getattr(finding, name, None) for name in SCHEMA.names}
    texts = {name: columns[name] or None for name in TEXTS}
    return {**columns, **texts, "open": finding.is_open}
