"""Text in any encoding as UTF-8, chunk by chunk."""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import IO

from common.wording import quoted
from sourcedata.importing.refusal import ImportRefused

CHUNK_BYTES = 1024 * 1024
BYTE_ORDER_MARK = "\ufeff"
# Unicode gives no text this character, so it can stand for bytes that an encoding does not have.
UNDECODABLE = "\ufdd0"
# UTF-16 has a NUL beside most letters; so many of its first bytes are enough to see it.
BYTES_WITH_NULS = 1000
# So many letters are no word of another script by chance.
LEAST_MISREAD = 4
TEXT_BYTES = {0, *b"\t\r\n", *range(0x20, 0x7F)}
# What two letters of ASCII are as one of UTF-16; a line may end between them. So many of these
# behind each other no script has, but for lines that are drawn with one sign.
PAIR = "".join(
    rf"\u{high:02x}00\u{high:02x}09-\u{high:02x}0d\u{high:02x}20-\u{high:02x}7e"
    for high in range(0x20, 0x7F)
)
MISREAD = re.compile(rf"[{PAIR}](?:[{PAIR}]|[\u0a20-\u0a7e\u0d0a\u0d20-\u0d7e][{PAIR}]){{11,}}")
LEAST_DIFFERENT = 4
# What the first byte of a letter in UTF-8 is in cp1252, and those that follow it.
FOLLOWING = "[" + bytes(range(0x80, 0xC0)).decode("cp1252", errors="ignore") + "]"
UTF_8_IN_CP1252 = f"[\u00c2-\u00df]{FOLLOWING}|[\u00e0-\u00ef]{FOLLOWING}{{2}}"
# Bytes below 128 mean in these what they mean in ASCII, whatever stands before them.
LIKE_ASCII = ("utf-8", "cp125", "iso8859", "ascii")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error("mark", _mark)


def encodings_of(sample: bytes, given: str | None) -> Sequence[str]:
    """Return the encodings that a text may have by its first bytes, the likeliest first.

    Raises:
        ImportRefused: where nobody knows the `given` one.
    """
    if given is not None:
        return [checked_encoding(given)]
    # The mark of UTF-32 begins as that of UTF-16 does.
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ["utf-32"]
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if nulled := _encoding_with_nuls(sample[:BYTES_WITH_NULS]):
        return [nulled]
    # Where all that is not ASCII is undecodable, it is text of Windows.
    is_utf_8 = sample.isascii() or not sample.decode(errors="ignore").isascii()
    return ["utf-8", "cp1252"] if is_utf_8 else ["cp1252", "utf-8"]


def utf_8(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Yield what a stream says as UTF-8, without a byte order mark, UNDECODABLE where it must.

    The chunks are of about a megabyte, and cut anywhere but within a character.
    """
    decoder = codecs.getincrementaldecoder(encoding)("mark")
    is_like_ascii = codecs.lookup(encoding).name.startswith(LIKE_ASCII)
    mark, is_between_characters = BYTE_ORDER_MARK.encode(), True
    while chunk := stream.read(CHUNK_BYTES):
        if not (is_like_ascii and is_between_characters and chunk.isascii()):
            chunk = _encoded(decoder.decode(chunk))
            is_between_characters = not decoder.getstate()[0]
        yield chunk.removeprefix(mark)
        mark = b""
    yield _encoded(decoder.decode(b"", final=True))


def is_misread(text: str, encoding: str) -> bool:
    """Return whether a text in UTF-16 is made of ASCII, or of bytes that belong to two letters.

    So it is where text in UTF-8 stands behind one in UTF-16, or where a byte is missing.
    """
    if not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
        return False
    pairs = [divmod(ord(letter), 256) for letter in text if ord(letter) >= 256]
    is_of_text = all(high in TEXT_BYTES and low in TEXT_BYTES for high, low in pairs)
    return UNDECODABLE in text or (len(pairs) >= LEAST_MISREAD and is_of_text)


def misread_at(text: str, encoding: str) -> int:
    """Return where rows in ASCII begin that are read as UTF-16, or as its other bytes; else -1."""
    if not codecs.lookup(encoding).name.startswith("utf-16"):
        return -1
    runs = (run for run in MISREAD.finditer(text) if len({*run[0]}) >= LEAST_DIFFERENT)
    return next((run.start() for run in runs), -1)


def undecodable_pattern(encoding: str, given: str | None) -> str:
    """Return the regular expression of what no cell has that is in this encoding.

    Where nobody said that a text is cp1252, letters that UTF-8 makes there tell that it is not.
    """
    return (
        f"{UNDECODABLE}|{UTF_8_IN_CP1252}"
        if (encoding, given) == ("cp1252", None)
        else (UNDECODABLE)
    )


def _encoded(text: str) -> bytes:
    # A few encodings can say half a character, which UTF-8 cannot.
    return text.encode(errors="replace")


def checked_encoding(encoding: str) -> str:
    """Return an encoding of text; raise ImportRefused where it is none."""
    try:
        b"?".decode(encoding, errors="ignore")
        codecs.getincrementaldecoder(encoding)
    except (LookupError, UnicodeError) as error:
        raise ImportRefused(
            f"{quoted(encoding)} is no encoding; allowed are utf-8, cp1252, utf-16, latin-1 and "
            "others that Python knows."
        ) from error
    return encoding


def _encoding_with_nuls(start: bytes) -> str:
    """Return which UTF-16 has its NULs where the text has them; empty where it has few."""
    # A logger that lost its power leaves NULs at the end of a text, which tell nothing.
    start = start.rstrip(b"\0")
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 < len(start) // 2 or not max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
