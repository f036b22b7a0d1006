"""The tables of one command: a later one counts where it disagrees with an earlier one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from sourcedata.importing import ImportResult, Understood, import_table
from sourcedata.importing.storing import transaction_id
from sourcedata.importing.survey import Survey
from sourcedata.importing.time_warnings import named_turbines

# A table, and the first and the last start of a turbine's samples in it.
Span = tuple[str, np.datetime64, np.datetime64]


@dataclass
class TablesOfACommand:
    """The tables that one command imports, or previews, one after the other.

    `_since` is a transaction before the first one that stores any of them. `_spans` has those of
    the tables that were previewed, by the names of turbines.
    """

    _since: str | None = None
    _spans: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def stored(self, understood: Understood, account: str) -> ImportResult:
        """Import a table as `import_table` does; what it changes of earlier ones is counted."""
        self._since = self._since or transaction_id()
        return import_table(understood, account, since=self._since)

    def previewed(self, understood: Understood) -> Understood:
        """Return a table with a warning where it has times of earlier ones."""
        warnings = [*understood.warnings, *self._overlaps(understood.look)]
        return replace(understood, warnings=warnings)

    def _overlaps(self, look: Survey) -> Iterator[str]:
        """Yield which turbines have times of earlier tables too.

        One time that two tables have is the end of the one and the beginning of the other.
        """
        overlapping = defaultdict(list)
        for number, (first, last) in look.spans.items():
            turbine = look.turbines[number]
            for name, first_before, last_before in self._spans[turbine]:
                if max(first, first_before) < min(last, last_before):
                    overlapping[name].append(turbine)
            self._spans[turbine].append((look.reading.table.name, first, last))
        for name, turbines in overlapping.items():
            yield (
                f"The times of {named_turbines(turbines)} overlap with those in {name}: where both"
                " files have a value, that of this later one will count."
            )
