"""Foreign text as it may stand in a message: safe to show, and never long."""

from collections.abc import Collection, Iterable

# A message repeats so many characters of a wrong value, and lists so many allowed ones.
LONGEST_QUOTE = 50
LONGEST_LIST = 20
# From here on an energy is told in MWh.
LARGE_KWH = 10_000


def first_line(error: BaseException) -> str:
    """Return what a library's error says, without the lines that only a developer reads."""
    line = str(error).strip().partition("\n")[0].rstrip(".")
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def quoted(text: str) -> str:
    """Return the text in quotes, whatever is in it, cut where it gets long."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}...")


def unknown(names: Iterable[str], allowed: Collection[str]) -> str:
    """Return the sentence that refuses the names which are not allowed; empty if all are."""
    strange = [name for name in names if name not in allowed]
    if not strange:
        return ""
    return f"unknown: {listed(map(quoted, strange))}; allowed: {listed(allowed)}."


def listed(texts: Iterable[str]) -> str:
    """Return the texts with commas between them, cut where the list gets long."""
    texts = list(texts)
    rest = f" and {len(texts) - LONGEST_LIST} more" if len(texts) > LONGEST_LIST else ""
    return ", ".join(texts[:LONGEST_LIST]) + rest or "none"


def interval(seconds: int) -> str:
    """Return how long so many seconds are: `1 minute`, `10 minutes`, `90 seconds`."""
    number, unit = (seconds, "second") if seconds % 60 else (seconds // 60, "minute")
    return f"{number} {unit}" + ("s" if number != 1 else "")


def energy(kwh: float) -> str:
    """Return an energy with its unit; a standstill that draws a little is no -0."""
    if abs(kwh) >= LARGE_KWH:
        return f"{kwh / 1000:,.1f} MWh"
    return f"{round(kwh) + 0:,} kWh"
