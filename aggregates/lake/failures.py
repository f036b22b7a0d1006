"""A lake that does not do its part: the sentence that tells it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from deltalake.exceptions import DeltaError
from django.conf import settings

from aggregates.lake.tables import LakeTable
from common.refusals import Refusal
from common.wording import first_line

COLOURS_AND_ARROWS = re.compile(r"\x1b\[[0-9;]*m|[\u21b3\u2570\u2500\u25b6]")
LONGEST_REASON = 400


class LakeUnavailable(Refusal):
    """The lake cannot be read or written, for a reason that its sentence tells an operator."""


class LakeLacks(LakeUnavailable):
    """Files of the lake are gone, or cannot be read, and nobody else has what was in them."""


def address(table: LakeTable) -> str:
    """Return where the table lies: a folder, or a place in a store."""
    return f"{settings.LAKE_URL}/{table.name}"


@contextmanager
def telling_what_failed(table: LakeTable) -> Iterator[None]:
    """Have the block raise LakeUnavailable where the lake does not do its part."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as error:
        sentence = f"The lake's {address(table)} fails: {reason(error)}."
        raise LakeUnavailable(sentence) from error


def reason(error: Exception) -> str:
    """Return what a library says, which has its causes in lines of their own, with arrows."""
    lines = COLOURS_AND_ARROWS.sub("", str(error)).splitlines()
    said = " ".join(" ".join(lines).split()).rstrip(".")
    return first_line(Exception(said[:LONGEST_REASON]))
