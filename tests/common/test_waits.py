"""The table of all waits, in words and in the code."""

import re

from django.conf import settings

from common import waits
from common.waits import Patience

DOCUMENT = (settings.BASE_DIR / "docs" / "reliability.md").read_text()


def documented() -> set[float]:
    section = DOCUMENT.partition("## How long anything waits")[2].partition("\n## ")[0]
    cells = [row.split("|")[2] for row in section.splitlines() if row.count("|") > 3]
    return {float(number) for cell in cells for number in re.findall(r"\d+(?:\.\d+)?", cell)}


def in_the_code() -> set[float]:
    limits: set[float] = set()
    for name, value in vars(waits).items():
        if isinstance(value, Patience):
            limits |= {float(limit) for limit in vars(value).values()}
        elif name.endswith("_S"):
            limits.add(float(value))
    return limits - {0}


def test_the_document_names_every_wait_and_no_other() -> None:
    # The document may leave out how a vanished host is detected: it tells how long that takes.
    how = {waits.SILENT_S, waits.ASKED_EVERY_S, waits.CLIENT_LOOKED_FOR_EVERY_S}
    assert documented() == in_the_code() - (how - documented())
