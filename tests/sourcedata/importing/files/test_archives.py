"""What is packed is read as if it was not, to its end or not at all."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from sourcedata.importing.files import source_files
from tests.sourcedata.importing.files.builders import refusal, rows, rows_of_table, tables, write

TEXT = b"time,ws\n" + b"2024-01-01 00:00,5\n" * 1000
ROWS = [("2024-01-01 00:00", "5")] * 1000
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def zipped(**members: bytes) -> bytes:
    """Return a zip of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("form", PACKERS)
def test_a_packed_file_is_read_whatever_its_name(tmp_path, form) -> None:
    path = write(tmp_path, PACKERS[form](TEXT))
    assert rows(path, "time", "ws") == ROWS
    assert tables(path, "time", "ws")[0].where("ws", 1) == f"{path}, line 3, column 'ws'"


@pytest.mark.parametrize("form", PACKERS)
@pytest.mark.parametrize("cut", [20, 3])
def test_a_truncated_file_is_refused(tmp_path, form, cut) -> None:
    packed = PACKERS[form](TEXT)
    message = refusal(write(tmp_path, packed[: len(packed) - cut]), "time", "ws")
    assert message.startswith(f"f.csv is a damaged or incomplete {form} file: ")


@pytest.mark.parametrize("form", PACKERS)
def test_what_is_no_packed_file_below_its_first_bytes_is_refused(tmp_path, form) -> None:
    path = write(tmp_path, PACKERS[form](TEXT)[:8] + b"time,ws\n" * 10)
    assert f"is a damaged or incomplete {form} file" in refusal(path, "time", "ws")


OTHER = b"2024-01-01 00:00,5\n" * 500


@pytest.mark.parametrize("form", PACKERS)
def test_streams_behind_each_other_are_one_file(tmp_path, form) -> None:
    pack = PACKERS[form]
    assert rows(write(tmp_path, pack(TEXT) + pack(OTHER)), "time", "ws") == ROWS + ROWS[:500]


@pytest.mark.parametrize("form", PACKERS)
@pytest.mark.parametrize("at", [2, 12])
def test_a_later_stream_that_is_damaged_is_refused(tmp_path, form, at) -> None:
    later = bytearray(PACKERS[form](OTHER))
    later[at] ^= 0xFF
    path = write(tmp_path, PACKERS[form](TEXT) + later)
    assert f"is a damaged or incomplete {form} file" in refusal(path, "time", "ws")


def test_zeros_may_stand_behind_a_stream_of_xz(tmp_path) -> None:
    path = write(tmp_path, lzma.compress(TEXT) + bytes(8) + lzma.compress(OTHER) + bytes(4))
    assert len(rows(path, "time", "ws")) == 1500


def test_two_zips_behind_each_other_are_refused(tmp_path) -> None:
    path = write(tmp_path, zipped(a=TEXT) + zipped(b=TEXT))
    assert "f.csv is several zip files behind each other" in refusal(path, "time", "ws")


def test_a_hidden_file_of_a_zip_is_read_like_the_others(tmp_path) -> None:
    path = write(tmp_path, zipped(**{".a.csv": TEXT, "._a.csv": b"x", ".DS_Store": b"x"}))
    assert rows(path, "time", "ws") == ROWS


def test_a_file_may_be_packed_three_times_and_no_more(tmp_path) -> None:
    content = gzip.compress(bz2.compress(zipped(f=TEXT)))
    assert rows(write(tmp_path, content), "time", "ws") == ROWS
    assert refusal(write(tmp_path, gzip.compress(content)), "time", "ws") == (
        "f.csv is packed more than 3 times; unpack it, and import what is in it."
    )


def test_a_zip_has_a_table_for_each_file(tmp_path) -> None:
    other = gzip.compress(b"time;ws\n2024-01-02 00:00;6\n")
    members = {"a.csv": TEXT, "folder/": b"", "folder/b.csv": other, "__MACOSX/a.csv": b"x"}
    path = write(tmp_path, zipped(**members))
    opened = tables(path, "time", "ws")
    assert [table.name for table in opened] == [f"{path}/a.csv", f"{path}/folder/b.csv"]
    assert [rows_of_table(table, "ws") for table in opened] == [[("5",)] * 1000, [("6",)]]


def test_what_people_read_is_passed_over_beside_a_table_in_a_zip(tmp_path) -> None:
    word = zipped(**{"word/document.xml": b"x"})
    beside = {"a.pdf": b"%PDF-1.7\n", "b.docx": word, "c.png": b"\x89PNG\r\n"}
    path = write(tmp_path, zipped(**beside, **{"d.csv": TEXT}))
    (table,) = tables(path, "time", "ws")
    assert table.passed_over == [f"{path}/{name}" for name in beside]
    assert not table.may_be_data


def test_what_may_be_data_and_cannot_be_read_is_asked_about_in_a_zip(tmp_path) -> None:
    beside = {"a.xls": b"\xd0\xcf\x11\xe0", "b.7z": b"7z\xbc\xaf\x27\x1c"}
    path = write(tmp_path, zipped(**beside, **{"d.csv": TEXT}))
    (table,) = tables(path, "time", "ws")
    said = [sentence.split(", which")[0] for sentence in table.may_be_data]
    old = "a Word document (or an old Excel file)"
    assert said == [f"{path}/a.xls is {old}", f"{path}/b.7z is a 7z archive"]


def test_a_zip_without_a_table_is_refused_for_what_may_be_data(tmp_path) -> None:
    path = write(tmp_path, zipped(**{"a.pdf": b"%PDF-1.7\n", "b.csv": b"time,speed\n1,2\n"}))
    assert "b.csv has no column 'ws'" in refusal(path, "time", "ws")


def test_files_of_a_zip_without_the_columns_are_passed_over_and_named(tmp_path) -> None:
    about = b"Version 1.2 of 2024-01-01, by us\n"
    beside = {"a.txt": b"Data of a farm.\n", "about.md": about}
    inner = zipped(**{"c.csv": TEXT, "z.txt": b"About.\n"})
    path = write(tmp_path, zipped(**beside, **{"b.csv": TEXT, "inner.zip": inner}))
    first, second = tables(path, "time", "ws")
    assert (first.name, second.name) == (f"{path}/b.csv", f"{path}/inner.zip/c.csv")
    assert first.passed_over == [f"{path}/{name}" for name in beside]
    assert second.passed_over == [f"{path}/inner.zip/z.txt"]


def test_files_of_a_zip_that_have_some_of_the_columns_or_nothing_are_told_apart(tmp_path) -> None:
    files = {"a.csv": TEXT, "b.csv": b"time,speed\n2024-01-01,7\n", "c.csv": b"", "d.csv": b"ws\n"}
    (table,) = tables(write(tmp_path, zipped(**files)), "time", "ws")
    b, c, d = (said.removeprefix(f"{tmp_path}/") for said in table.may_be_data)
    assert b == "f.csv/b.csv has no column 'ws'; it has 'time', 'speed'."
    assert c.startswith("f.csv/c.csv is empty")
    assert d == "f.csv/d.csv has no column 'time'; it has 'ws'."
    assert table.passed_over == []


@pytest.mark.parametrize(
    "renamed", [b"date;power\n01.01.2024 00:00;7,5\n", b"# A farm\ndate,code\n2024-01-01,7\n"]
)
def test_a_file_of_a_zip_whose_columns_all_have_other_names_may_be_data(tmp_path, renamed) -> None:
    (table,) = tables(write(tmp_path, zipped(a=TEXT, b=renamed)), "time", "ws")
    (said,) = table.may_be_data
    assert "f.csv/b has no column 'time', 'ws'; it has " in said


def test_a_parquet_file_of_a_zip_may_be_data_whatever_its_columns(tmp_path) -> None:
    stream = io.BytesIO()
    pa_parquet.write_table(pa.table({"date": ["2024-01-01"]}), stream)
    (table,) = tables(write(tmp_path, zipped(a=TEXT, b=stream.getvalue())), "time", "ws")
    assert len(table.may_be_data) == 1


def test_a_zip_none_of_whose_files_has_the_columns_is_refused(tmp_path) -> None:
    path = write(tmp_path, zipped(**{"a.csv": b"time,code\n", "b.txt": b"About.\n"}))
    assert refusal(path, "time", "ws") == ("f.csv/a.csv has no column 'ws'; it has 'time', 'code'.")


def test_a_bad_file_of_a_zip_that_has_the_columns_is_never_passed_over(tmp_path) -> None:
    path = write(tmp_path, zipped(**{"a.csv": TEXT, "b.csv": b"time,ws\n2024-01-02 00:00,5,6\n"}))
    assert "f.csv/b.csv, line 2: the row that starts with" in refusal(path, "time", "ws")


def test_a_zip_without_a_file_is_refused(tmp_path) -> None:
    path = write(tmp_path, zipped())
    assert refusal(path, "time") == "f.csv is a zip file without any file in it."


def test_a_truncated_zip_is_refused(tmp_path) -> None:
    path = write(tmp_path, zipped(a=TEXT)[:-30])
    assert refusal(path, "time").startswith("f.csv is a damaged or incomplete zip file: ")


def test_a_file_of_a_zip_that_changed_is_refused(tmp_path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", TEXT)
    path = write(tmp_path, stream.getvalue().replace(b"00:00,5", b"00:00,6", 1))
    assert refusal(path, "time", "ws") == (
        "f.csv/a.csv is a damaged or incomplete zip file: Bad CRC-32 for file 'a.csv'."
    )


def test_an_open_document_is_named(tmp_path) -> None:
    path = write(tmp_path, zipped(**{"mimetype": b"application/vnd.oasis", "content.xml": b"<"}))
    assert refusal(path, "time", "ws") == (
        "f.csv is an OpenDocument table, which cannot be imported: save it as CSV or xlsx."
    )


def test_an_encrypted_file_is_refused(tmp_path) -> None:
    content = bytearray(zipped(a=TEXT))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    assert refusal(write(tmp_path, bytes(content)), "time") == (
        "f.csv/a is encrypted: unpack it with its password, and import that."
    )


@pytest.mark.parametrize("pack", [*PACKERS.values(), lambda text: zipped(a=text)])
def test_a_small_archive_of_too_much_is_refused(tmp_path, monkeypatch, pack) -> None:
    monkeypatch.setattr(source_files, "MOST_UNPACKED_BYTES", 1_500_000)
    path = write(tmp_path, pack(b"time,ws\n" + b"2024-01-01 00:00,5\n" * 100_000))
    assert path.stat().st_size < 20_000
    assert refusal(path, "time", "ws").endswith(
        "unpacks to more than 1,500,000 bytes; split it into several files."
    )


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(source_files, "MOST_UNPACKED_BYTES", 15_000)
    monkeypatch.setattr(
        "sourcedata.importing.files.archives.refuse_too_many_bytes", lambda *given: None
    )
    path = write(tmp_path, zipped(a=TEXT))
    assert refusal(path, "time", "ws") == (
        "f.csv/a unpacks to more than 15,000 bytes; split it into several files."
    )
