"""What form a file has, by its first bytes; its name says nothing for certain."""

import re

from sourcedata.importing.refusal import NoSuchTable

# So many first bytes tell the form.
FIRST_BYTES = 512

GZIP, BZIP2, XZ, ZIP = "gzip", "bzip2", "xz", "zip"
PARQUET, ARROW, ARROW_STREAM, TEXT = "Parquet", "Arrow", "Arrow stream", "text"

FORMS = {
    b"\x1f\x8b": GZIP,
    b"BZh": BZIP2,
    b"\xfd7zXZ\x00": XZ,
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    b"PAR1": PARQUET,
    b"ARROW1": ARROW,
    b"\xff\xff\xff\xff": ARROW_STREAM,
}

SAVE = "save it as CSV or xlsx"
EXPORT = "export its table as CSV or Parquet"
UNPACK = "unpack it, and import what is in it"
A_PAGE, AN_IMAGE = "a web page (HTML or XML)", "an image"
A_PDF, A_WORD_DOCUMENT = "a PDF", "a Word document"
HDF5 = "an HDF5 or NetCDF file"
# What people read, and put beside data.
NO_DATA = {A_PDF, AN_IMAGE, A_WORD_DOCUMENT}
# What each is called, and what to do instead.
UNREADABLE = {
    b"\xd0\xcf\x11\xe0": ("a Word document (or an old Excel file)", SAVE),
    b"%PDF": (A_PDF, "ask for its table as CSV or xlsx"),
    b"\x89HDF": (HDF5, EXPORT),
    b"CDF\x01": (HDF5, EXPORT),
    b"CDF\x02": (HDF5, EXPORT),
    b"CDF\x05": (HDF5, EXPORT),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", UNPACK),
    b"Rar!": ("a rar archive", UNPACK),
    b"\x89PNG": (AN_IMAGE, "ask for the numbers behind it"),
    b"\xff\xd8\xff": (AN_IMAGE, "ask for the numbers behind it"),
    b"GIF8": (AN_IMAGE, "ask for the numbers behind it"),
    b"{\\rtf": (A_WORD_DOCUMENT, SAVE),
}
# What packs several files for tape has its mark behind the first one's name and rights.
TAPE_MARK, TAPE_MARK_AT = b"ustar", 257
PAGE = re.compile(rb"\s*<(?:!|\?|html|head|body|table|meta|style|script|div)", re.IGNORECASE)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def form_of(name: str, first_bytes: bytes) -> str:
    """Return the form of a file; what has no other is text.

    Raises:
        NoSuchTable: where no file of that form can be read.
    """
    if PAGE.match(first_bytes.removeprefix(BYTE_ORDER_MARK)):
        raise unreadable(name, A_PAGE, SAVE)
    if first_bytes.startswith(TAPE_MARK, TAPE_MARK_AT):
        raise unreadable(name, "a tar archive", UNPACK)
    for magic, (form, instead) in UNREADABLE.items():
        if first_bytes.startswith(magic):
            raise unreadable(name, form, instead)
    forms = (form for magic, form in FORMS.items() if first_bytes.startswith(magic))
    return next(forms, TEXT)


def unreadable(name: str, form: str, instead: str) -> NoSuchTable:
    """Return the error that says what a file is, and what to do instead."""
    said = f"{name} is {form}, which cannot be imported: {instead}."
    return NoSuchTable(said, may_be_data=form not in NO_DATA)
