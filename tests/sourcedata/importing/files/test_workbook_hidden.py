"""What somebody hid in a workbook comes in, and is told."""

import pytest

from sourcedata.importing.files.tables import Hidden
from tests.sourcedata.importing.commands import run
from tests.sourcedata.importing.files.builders import tables, write
from tests.sourcedata.importing.files.workbooks import Cell, changed, workbook

MIDNIGHT = 45292
ROWS: list[list[Cell]] = [[("moment", MIDNIGHT + hour / 24), 5.0 + hour] for hour in range(4)]
FARM = workbook(farm=[["", "time", "ws"], *(["", *row] for row in ROWS)])


def columns(places: str) -> str:
    return f"<cols><col {places} hidden='1'/></cols><sheetData>".replace("'", '"')


@pytest.mark.parametrize(
    ("old", "new", "hidden"),
    [
        ("farm", "farm", Hidden()),
        ('<row r="3">', '<row r="3" spans="1:3" hidden="1" ht="0">', Hidden(rows=(3,))),
        ('<row r="3">', "<row r='3' hidden='1'>", Hidden(rows=(3,))),
        ('<row r="1">', '<row hidden="true" r="1">', Hidden()),
        ("</sheetData>", '<row r="99" hidden="1"/></sheetData>', Hidden()),
        ('<row r="3">', '<row r="3" hidden="0">', Hidden()),
        ("<sheetData>", columns('min="3" max="3"'), Hidden(columns=("ws",))),
        ("<sheetData>", columns('min="4" max="16384"'), Hidden()),
        ('sheetId="1"', 'sheetId="1" state="hidden"', Hidden(is_sheet=True)),
        ('sheetId="1"', 'sheetId="1" state="veryHidden"', Hidden(is_sheet=True)),
    ],
)
def test_what_of_a_table_is_hidden_is_known(tmp_path, old: str, new: str, hidden: Hidden) -> None:
    path = write(tmp_path, changed(FARM, old, new))
    assert tables(path, "time", "ws")[0].hidden == hidden


@pytest.mark.django_db
def test_hidden_rows_and_columns_that_are_read_are_asked_about(tmp_path) -> None:
    hidden = changed(FARM, "<sheetData>", columns('min="1" max="3"'))
    for row in (3, 4):
        hidden = changed(hidden, f'<row r="{row}">', f'<row r="{row}" hidden="1">')
    options = ["--turbine", "T01", "--time-column", "time", "--map", "wind_speed=ws", "--preview"]
    assert (
        "Look: Hidden in the workbook, and taken like all else: the column 'time', the column"
        " 'ws', 2 rows, the first of which is row 3. What"
    ) in " ".join(run(write(tmp_path, hidden), *options).split())
