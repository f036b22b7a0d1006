"""Wide tables, which have a column per turbine and variable: which column is whose."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from common.wording import quoted
from sourcedata.importing.refusal import ImportRefused

PLACES = re.compile(r"(\{turbine\}|\{column\})")
# A table calls the second of two columns of one name NAME#2.
TWIN = re.compile(r"#[0-9]+\Z")


@dataclass(frozen=True)
class Pattern:
    """How a column's name is made of a turbine's name and that of what was measured.

    `parts` are the text before, between and after the two places, and these.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """Return the pattern that was typed, as `{turbine}_{column}`.

        Raises:
            ImportRefused: where it has not each of the two places once.
        """
        parts = tuple(PLACES.split(text))
        if sorted(parts[1::2]) != ["{column}", "{turbine}"]:
            raise ImportRefused(
                f"{quoted(text)} is no pattern of wide columns; allowed is a text with {{turbine}} "
                "once and {column} once, as {turbine}_{column}."
            )
        return cls(parts)

    def columns(
        self, names: Collection[str], wanted: Collection[str]
    ) -> Mapping[str, Mapping[str, str]]:
        """Return by turbine, and by what is wanted of it, the names of the columns.

        The names that match nothing wanted are left out, and so are blanks around a turbine's.
        Where a name can be read in several ways, the longest of what is wanted counts.

        Raises:
            ImportRefused: where two columns hold the same of a turbine.
        """
        expression, taken = self._expression(wanted), set(names)
        columns: dict[str, dict[str, str]] = defaultdict(dict)
        for name in names:
            match = expression.fullmatch(_without_number(name, taken))
            if match and (turbine := match["turbine"].strip()):
                of_turbine = columns[turbine]
                if twin := of_turbine.get(match["column"]):
                    raise _refused_twins(turbine, match["column"], [twin, name])
                of_turbine[match["column"]] = name
        return dict(columns)

    def nearly(self, names: Collection[str], wanted: Collection[str]) -> Sequence[str]:
        """Return the names that match what is wanted but for small letters, capitals and blanks."""
        # Blanks that alone part the places of a pattern are no mere blanks.
        has_blanks = any(part.isspace() for part in self.parts)

        def alike(text: str) -> str:
            return (text if has_blanks else "".join(text.split())).casefold()

        pattern = Pattern(tuple(map(alike, self.parts)))
        expression = pattern._expression({*map(alike, wanted)})
        return [name for name in names if expression.fullmatch(alike(name))]

    def _expression(self, wanted: Collection[str]) -> re.Pattern[str]:
        """Return the expression that matches the names of the wanted columns.

        The turbine takes as little as it can, and the longest of what is wanted is tried first:
        free on both sides, a name could be cut anywhere.
        """
        longest_first = sorted(filter(None, wanted), key=len, reverse=True)
        # Nothing matches where nothing is wanted.
        choices = "|".join(map(re.escape, longest_first)) or r"(?!)"
        places = {"{turbine}": "(?P<turbine>.+?)", "{column}": f"(?P<column>{choices})"}
        return re.compile(
            "".join(places.get(part, re.escape(part)) for part in self.parts), re.DOTALL
        )


def _without_number(name: str, names: Collection[str]) -> str:
    """Return the name that a column has in the file, where another one has it too."""
    shared = TWIN.sub("", name)
    return shared if shared in names else name


def _refused_twins(turbine: str, column: str, twins: Sequence[str]) -> ImportRefused:
    first, second = map(quoted, twins)
    return ImportRefused(
        f"The columns {first} and {second} are both {quoted(column)} of the turbine "
        f"{quoted(turbine)}; allowed is one."
    )
