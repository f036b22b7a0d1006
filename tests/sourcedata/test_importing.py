"""A file's measurements arrive exactly as they stand in it."""

import pytest
from django.db import DatabaseError

from sourcedata.importing import (
    Form,
    ImportRefused,
    ImportResult,
    import_table,
    look_at,
    statements,
    storing,
)
from tests.builders import measurements, turbine
from tests.sourcedata.exports import (
    MORNING,
    imported,
    query,
    revisions,
    stored_powers,
    write,
    write_bytes,
)

pytestmark = pytest.mark.django_db

# What is counted and kept


def test_rows_are_stored_with_their_turbine_and_time(tmp_path) -> None:
    path = write(
        tmp_path, "T02,2025-08-31T10:00Z,1.5", "T01,2025-08-31T10:01Z,2", header="t,time,kw"
    )
    assert imported(path, turbine_column="t") == ImportResult(2, 0, 0, 0)
    assert query(
        "SELECT name, (timestamp AT TIME ZONE 'UTC')::text, power FROM data"
        " JOIN turbine ON turbine.id = turbine_id ORDER BY name"
    ) == [("T01", "2025-08-31 10:01:00", 2.0), ("T02", "2025-08-31 10:00:00", 1.5)]


def test_a_file_imported_twice_raises_no_revision(tmp_path) -> None:
    path = write(tmp_path, "2025-08-31T10:00Z,1", "2025-08-31T10:01Z,", "2025-09-01T10:00Z,nan")
    imported(path)
    before = revisions()
    assert imported(path) == ImportResult(0, 0, 3, 0)
    assert len(before) == 2
    assert revisions() == before


def test_only_days_with_a_difference_raise_their_revision(tmp_path) -> None:
    imported(write(tmp_path, "2025-08-31T10:00Z,1", "2025-09-01T10:00Z,1"))
    before = revisions()
    result = imported(write(tmp_path, "2025-08-31T10:00Z,1", "2025-09-01T10:00Z,2"))
    assert result == ImportResult(0, 1, 1, 0)
    assert [old == new for old, new in zip(before, revisions(), strict=True)] == [True, False]
    assert stored_powers() == [1, 2]


def test_new_changed_and_known_rows_are_counted_apart(tmp_path) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0, 2.0, None])
    lines = [f"2025-08-31T10:0{minute}Z,{power}" for minute, power in enumerate([1, 3, 3, 3])]
    assert imported(write(tmp_path, *lines)) == ImportResult(1, 2, 1, 0)
    assert stored_powers() == [1, 3, 3, 3]


def test_variables_that_are_not_mapped_keep_their_values(tmp_path) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0], wind_speed=[7.0])
    imported(write(tmp_path, f"{MORNING},2"))
    assert query("SELECT power, wind_speed FROM data") == [(2.0, 7.0)]


def test_the_last_of_duplicate_rows_wins(tmp_path) -> None:
    path = write(tmp_path, f"{MORNING},1", "2025-08-31T12:00+02:00,2", "2025-08-31T10:00:00,3")
    assert imported(path) == ImportResult(1, 0, 0, joined=2, disagreeing=1)
    assert stored_powers() == [3]


def test_a_header_alone_imports_nothing(tmp_path) -> None:
    assert imported(write_bytes(tmp_path, b"time,kw")) == ImportResult(0, 0, 0, 0)


def test_other_turbines_keep_their_rows(tmp_path) -> None:
    measurements(turbine("T02"), "2025-08-31T10:00", power=[5.0])
    assert imported(write(tmp_path, f"{MORNING},1")) == ImportResult(1, 0, 0, 0)
    assert set(stored_powers()) == {1, 5}


def test_a_row_that_somebody_writes_at_the_same_moment_is_updated(tmp_path, monkeypatch) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0])
    monkeypatch.setattr(storing, "_is_new", lambda *looked_before: True)
    path = write(tmp_path, "2025-08-31T10:00Z,2", "2025-08-31T10:01Z,3")
    assert imported(path) == ImportResult(1, 1, 0, 0)
    assert stored_powers() == [2, 3]


def test_a_file_that_is_written_to_while_it_is_imported_is_refused(tmp_path) -> None:
    path = write(tmp_path, f"{MORNING},1")
    (understood,) = look_at(path, Form(["time"], {"power": "kw"}, turbine="T01"))
    path.write_text(path.read_text() + "2025-08-31T10:01Z,2\n")
    with pytest.raises(ImportRefused, match="was written to while it was imported"):
        import_table(understood, "test")
    assert stored_powers() == []


def test_a_database_that_fails_keeps_no_turbine(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(statements, "ANY_KNOWN", "SELECT 1 / 0")
    with pytest.raises(DatabaseError):
        imported(write(tmp_path, f"{MORNING},1"))
    assert query("SELECT count(*) FROM turbine") == [(0,)]


# Turbines


def test_a_new_turbine_gets_the_defaults(tmp_path) -> None:
    imported(write(tmp_path, f"{MORNING},1"))
    assert query("SELECT name, sample_interval_s, rated_power_kw FROM turbine") == [
        ("T01", 60, None)
    ]


def test_an_existing_turbine_keeps_what_is_not_given(tmp_path) -> None:
    turbine(sample_interval_s=30, rated_power_kw=2000)
    imported(write(tmp_path, f"{MORNING},1"), rated_power_kw=2050.0)
    assert query("SELECT sample_interval_s, rated_power_kw FROM turbine") == [(30, 2050.0)]


def test_what_is_given_is_set_on_the_turbines_of_the_file_alone(tmp_path) -> None:
    turbine("T01"), turbine("T03")
    path = write(tmp_path, f"T01,{MORNING},1", f"T02,{MORNING},1", header="t,time,kw")
    imported(path, turbine_column="t", sample_interval_s=600)
    assert query("SELECT name, sample_interval_s FROM turbine ORDER BY name") == [
        ("T01", 600),
        ("T02", 600),
        ("T03", 60),
    ]
