"""The words that stand in a cell where there is no value."""

import re
from collections.abc import Collection

# In whatever case. Databases and tables write the first ones, historians those after them, where
# the signal or its source was bad.
WORDS = {
    *("", "null", "na", "n/a", "nan", "none", r"\n", "-", "--"),
    *("#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!"),
    *("bad", "bad input", "no data", "i/o timeout", "pt created", "shutdown", "configure"),
    *("calc failed", "not connect", "comm fail", "under range", "over range", "no sample"),
    *("scan off", "scan timeout", "intf shut", "arc off-line"),
}
# What C libraries print of an undefined number, and a historian's error with its number.
PATTERN = re.compile(
    r"-?1\.#(ind|qnan|snan)0*|[-+]?nan(\((ind|snan)\))?|\[-[0-9]+\].*", re.IGNORECASE | re.DOTALL
)


def means_no_value(word: str, missing: Collection[str]) -> bool:
    """Return whether a cell without blanks around it says that there is no value.

    `missing` are the words that do so in this file.
    """
    return word in missing or word.casefold() in WORDS or PATTERN.fullmatch(word) is not None
