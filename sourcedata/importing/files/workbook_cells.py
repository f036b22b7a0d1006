"""A typed cell of a workbook as the text that a CSV file would have."""

from datetime import date, datetime, time, timedelta

DAY_1 = date(1900, 1, 1)
MILLISECOND = timedelta(milliseconds=1)
Cell = int | float | str | bool | time | date | datetime | timedelta


def cell_text(cell: Cell, decimal: str = ".") -> str:
    """Return a cell as text; an empty one, and one whose formula failed, as none.

    Times are ISO 8601 and numbers have that decimal mark, whatever the sheet shows.
    """
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case int() | float():
            return repr(cell).removesuffix(".0").replace(".", decimal)
        case datetime() | time():
            return cell.isoformat()
        # The day that Excel counts as 1 is 24:00, which a clock has at the end of a day.
        case date() if cell == DAY_1:
            return "24:00:00"
        # A time at midnight comes as a date.
        case date():
            return f"{cell.isoformat()}T00:00:00"
        case timedelta():
            return _duration_text(cell)


def _duration_text(duration: timedelta) -> str:
    """Return hours, which may be more than 24, minutes and seconds, to the millisecond."""
    # A sheet has it as a share of a day, which is no exact number of seconds.
    seconds, milliseconds = divmod(round(duration / MILLISECOND), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{milliseconds:03}" if milliseconds else ""
    return f"{hours:02}:{minutes:02}:{seconds:02}{fraction}"
