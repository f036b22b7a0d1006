"""Columns travel to PostgreSQL and back unchanged, with psycopg2's own reading as the judge."""

from datetime import datetime

import numpy as np
import pytest
from django.db import DatabaseError, connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_in, copy_out, decode, encode

INTEGERS = st.integers(-(2**63), 2**63 - 1)
# psycopg2, the judge here, reads neither more digits nor other years.
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))
FLOATS = st.floats(allow_subnormal=False)
ROWS = st.lists(st.tuples(INTEGERS, TIMES, FLOATS), min_size=1, max_size=20)


def columns(rows):
    integers, times, floats = zip(*rows, strict=True)
    return (
        np.array(integers, dtype=np.int64),
        np.array(times, dtype="datetime64[us]"),
        np.array(floats, dtype=np.float64),
    )


def create_table(cursor) -> None:
    cursor.execute("CREATE TEMPORARY TABLE wire (i bigint, t timestamptz, f float8) ON COMMIT DROP")


class WireFormat(TestCase):
    databases = {"default", "source"}

    @given(ROWS)
    def test_what_is_copied_in_is_what_psycopg2_reads(self, rows) -> None:
        integers, times, floats = columns(rows)
        with connections["source"].cursor() as cursor, transaction.atomic(using="source"):
            create_table(cursor)
            copy_in("source", "wire", {"i": integers, "t": times, "f": floats})
            cursor.execute("SELECT i, t AT TIME ZONE 'UTC', f FROM wire")
            expected = [(i, t, None if f != f else f) for i, t, f in rows]
            assert cursor.fetchall() == expected
            cursor.execute("DROP TABLE wire")

    @given(ROWS)
    def test_what_psycopg2_writes_is_what_is_copied_out(self, rows) -> None:
        with connections["source"].cursor() as cursor, transaction.atomic(using="source"):
            create_table(cursor)
            for i, t, f in rows:
                cursor.execute("INSERT INTO wire VALUES (%s, %s, %s)", [i, f"{t}+00", f])
            received = copy_out("source", "SELECT i, t, f FROM wire", [], INTEGER + TIME + FLOAT)
            for sent, column in zip(columns(rows), received, strict=True):
                np.testing.assert_array_equal(sent, column)
            cursor.execute("DROP TABLE wire")


@given(st.lists(INTEGERS))
def test_decoding_gives_back_what_was_encoded(integers) -> None:
    column = np.array(integers, dtype=np.int64)
    (decoded,) = decode(b"".join(encode(iter([[column]]))), INTEGER)
    np.testing.assert_array_equal(decoded, column)


@pytest.mark.django_db
def test_a_refused_copy_is_an_error_of_django() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(using="source"):
        copy_in("source", "data", {"no_such_column": np.array([1])})
