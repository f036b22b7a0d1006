"""What cannot be read is named after what it is, with what to do instead."""

import gzip
import os

import pytest

from tests.sourcedata.importing.files.builders import refusal, rows, write
from tests.sourcedata.importing.files.test_archives import zipped

WORD = "a Word document (or an old Excel file), which cannot be imported: save it as CSV or xlsx."
HDF5 = "an HDF5 or NetCDF file, which cannot be imported: export its table as CSV or Parquet."
PAGE = "a web page (HTML or XML), which cannot be imported: save it as CSV or xlsx."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", WORD),
        (b"%PDF-1.7\n", "a PDF, which cannot be imported: ask for its table as CSV or xlsx."),
        (b"\x89HDF\r\n\x1a\n", HDF5),
        (b"CDF\x01\0\0\0\0", HDF5),
        (b"\x28\xb5\x2f\xfd\0", "packed with zstd, which cannot be imported: unpack it, and"),
        (b"7z\xbc\xaf\x27\x1c\0", "a 7z archive, which cannot be imported: unpack it, and import"),
        (b"Rar!\x1a\x07\0", "a rar archive, which cannot be imported: unpack it, and import"),
        (b"\x89PNG\r\n", "an image, which cannot be imported: ask for the numbers behind it."),
        (b"f.csv".ljust(257, b"\0") + b"ustar", "a tar archive, which cannot be imported:"),
        (b"\n<html><table>", PAGE),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", PAGE),
        (b"<!DOCTYPE html>", PAGE),
    ],
)
def test_a_form_that_is_not_read_is_named(tmp_path, content, sentence) -> None:
    path = write(tmp_path, content + b"\nmore", name="f.xls")
    assert refusal(path, "time").startswith(f"f.xls is {sentence}")


def test_a_document_of_word_is_no_zip_of_tables(tmp_path) -> None:
    path = write(tmp_path, zipped(**{"word/document.xml": b""}), name="f.docx")
    assert refusal(path, "time").startswith("f.docx is a Word document, which cannot be imported")


def test_what_is_packed_is_named_too(tmp_path) -> None:
    path = write(tmp_path, gzip.compress(b"%PDF-1.7\n"))
    assert refusal(path, "time").startswith("f.csv is a PDF, ")


def test_names_in_angle_brackets_are_no_web_page(tmp_path) -> None:
    path = write(tmp_path, "<DATE>,<WS>\n2024-01-01 00:00,5\n")
    assert rows(path, "<DATE>", "<WS>") == [("2024-01-01 00:00", "5")]


def test_a_path_that_cannot_be_read_is_refused(tmp_path) -> None:
    assert refusal(tmp_path / "none", "time") == "none cannot be read: No such file or directory."
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "folder", "time") == "folder cannot be read: Is a directory."
    assert refusal(tmp_path / "\0", "time").endswith("cannot be read: embedded null byte.")


def test_a_pipe_is_refused_before_anybody_waits_for_it(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe", "time").startswith("pipe is a pipe or a device, which can")
