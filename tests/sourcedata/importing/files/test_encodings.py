"""A text's encoding is seen, or said; what it does not have is refused where it is wanted."""

from io import BytesIO

import pytest

from sourcedata.importing.files.encodings import CHUNK_BYTES, UNDECODABLE, utf_8
from tests.sourcedata.importing.files.builders import refusal, rows, write

TEXT = "time,Größe [°],t\r\n2024-01-01 00:00,5,Süd\r\n"
ROW = ("2024-01-01 00:00", "5", "Süd")
WANTED = ("time", "Größe [°]", "t")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
def test_an_encoding_is_seen(tmp_path, encoding) -> None:
    assert rows(write(tmp_path, TEXT.encode(encoding)), *WANTED) == [ROW]


def test_utf_16_of_the_other_order_is_seen_by_its_mark_and_without(tmp_path) -> None:
    content = TEXT.encode("utf-16-be")
    assert rows(write(tmp_path, content), *WANTED) == [ROW]
    assert rows(write(tmp_path, b"\xfe\xff" + content), *WANTED) == [ROW]


@pytest.mark.parametrize("nuls", [40, 41, 4000])
def test_a_text_whose_end_is_nuls_is_no_utf_16(tmp_path, nuls) -> None:
    message = refusal(write(tmp_path, TEXT.encode() + bytes(nuls)), *WANTED)
    assert message == "f.csv, line 3 has NUL bytes: it is damaged, or no text."


@pytest.mark.parametrize("encoding", ["cp437", "utf-16-be", "mac-roman"])
def test_an_encoding_can_be_said(tmp_path, encoding) -> None:
    content = TEXT.encode(encoding)
    assert rows(write(tmp_path, content), *WANTED, encoding=encoding) == [ROW]


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", ""])
def test_what_is_no_encoding_is_refused(tmp_path, encoding) -> None:
    message = refusal(write(tmp_path, TEXT), *WANTED, encoding=encoding)
    assert message.startswith(f"{encoding!r} is no encoding; allowed are utf-8, cp1252,")


def test_a_sign_in_a_column_that_nobody_reads_does_not_matter(tmp_path) -> None:
    path = write(tmp_path, "time,ws,wd [°],ö\n2024-01-01 00:00,5,1,Ø\n".encode("cp1252"))
    assert rows(path, "time", "ws", encoding="utf-8") == [("2024-01-01 00:00", "5")]


def test_names_in_ascii_do_not_hide_text_of_windows(tmp_path) -> None:
    path = write(tmp_path, "time,t\n2024-01-01 00:00,Süd\n".encode("cp1252"))
    assert rows(path, "time", "t") == [("2024-01-01 00:00", "Süd")]


def test_a_broken_letter_does_not_make_utf_8_text_of_windows(tmp_path) -> None:
    path = write(tmp_path, "time,t,note\n2024-01-01 00:00,Süd,".encode() + b"\xff\n")
    assert rows(path, "time", "t") == [("2024-01-01 00:00", "Süd")]


def test_bytes_that_an_encoding_does_not_have_are_refused_where_they_are_wanted(tmp_path) -> None:
    good = "2024-01-01 00:00,Süd\n".encode()
    path = write(tmp_path, b"time,t\n\n" + good * 2 + b"2024-01-01 00:00,S\xfcd\n")
    assert refusal(path, "time", "t") == (
        "f.csv, line 5, column 't': a cell has bytes that are not utf-8; say with --encoding "
        "which encoding the file has."
    )


def test_a_letter_may_stand_between_two_chunks(tmp_path) -> None:
    line = "2024-01-01 00:00,Süd\n"
    content = "time,t\n" + "2024-01-01 00:00,x\n" + line * 120_000
    cells = {cell for _, cell in rows(write(tmp_path, content), "time", "t")}
    assert cells == {"x", "Süd"}


def test_half_a_letter_at_the_end_of_a_chunk_is_undecodable_there() -> None:
    above = "a" * (CHUNK_BYTES - 1)
    text = b"".join(utf_8(BytesIO(above.encode() + b"\xc3b"), "utf-8")).decode()
    assert text == f"{above}{UNDECODABLE}b"


@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_nul_bytes_are_refused(tmp_path, encoding) -> None:
    path = write(tmp_path, b"time,ws\n2024-01-01 00:00,5\n\0\0\0\0,6\n")
    assert refusal(path, "time", "ws", encoding=encoding) == (
        "f.csv, line 3 has NUL bytes: it is damaged, or no text."
    )


@pytest.mark.parametrize("count", [1, 20, 20_000])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_in_another_encoding_below_are_no_footer(tmp_path, encoding, count, end) -> None:
    below = f"2024-01-01 00:10,6{end}" * count
    above = f"time,ws{end}" + f"2024-01-01 00:00,5{end}" * 50
    content = above.encode(encoding) + below.encode()
    assert "f.csv, line 52" in refusal(write(tmp_path, content), "time", "ws")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_rows_below_a_lost_byte_are_no_footer(tmp_path, encoding) -> None:
    content = ("time,ws\n" + "2024-01-01 00:00,5\n" * 3).encode(encoding)
    path = write(tmp_path, content[:-20] + content[-19:])
    assert "f.csv, line 4" in refusal(path, "time", "ws")


@pytest.mark.parametrize("footer", ["合计,5,6", "by us: 5 €", "Итого 5"])
def test_a_footer_of_another_script_is_no_row(tmp_path, footer) -> None:
    content = f"time,ws\n2024-01-01 00:00,5\n{footer}\n".encode("utf-16")
    assert rows(write(tmp_path, content), "time", "ws") == [("2024-01-01 00:00", "5")]


@pytest.mark.parametrize("count", [2, 200])
def test_rows_in_another_encoding_within_a_cell_that_nobody_reads_are_refused(
    tmp_path, count
) -> None:
    first, last = (f"n;5;2024-01-01 00:{minute}0\n" for minute in (0, 2))
    within = "n;16;2024-01-01 00:10\n" * count
    content = f"note;ws;time\n{first}".encode("utf-16") + within.encode()
    path = write(tmp_path, content + last.encode("utf-16-le"))
    assert refusal(path, "time", "ws").startswith(
        "f.csv, line 3: what stands there is not in utf-16"
    )


def test_names_in_utf_8_below_text_of_windows_are_refused(tmp_path) -> None:
    row = "2024-01-01 00:00,Süd Å\n"
    content = b"time,t\n" + row.encode("cp1252") * 50_000 + row.encode()
    path = write(tmp_path, content)
    assert "line 50002, column 't': a cell has bytes that are not cp1252" in refusal(
        path, "time", "t"
    )
    assert rows(path, "time", "t", encoding="cp1252")[-1] == ("2024-01-01 00:00", "SÃ¼d Ã…")


def test_letters_of_any_script_are_in_utf_16(tmp_path) -> None:
    cell = (
        "风力发电机组平均功率曲线数据与风速风向温度记录表Süd Ветер Ανεμος────────────────────" * 200
    )
    content = f"time,t\n2024-01-01 00:00,{cell}\n".encode("utf-16")
    assert rows(write(tmp_path, content), "time", "t") == [("2024-01-01 00:00", cell)]
