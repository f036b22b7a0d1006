"""Rows that another engine deletes without writing files anew, as Delta's protocol lays it down.

https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vectors
"""

import base64
import json
import struct
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

MAGIC, NO_RUNS = 1681511377, 12346
# Z85 has the digits of Python's base 85 in another order.
OF_PYTHON = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
OF_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
FEATURES = {
    "minReaderVersion": 3,
    "minWriterVersion": 7,
    "readerFeatures": ["deletionVectors"],
    "writerFeatures": ["deletionVectors", "appendOnly", "invariants"],
}


def delete_a_row(table: Path) -> None:
    """Delete the first row of a file of the table by a deletion vector."""
    version = DeltaTable(str(table)).version()
    add = _newest_file(table, version)
    removed = {key: add[key] for key in ("path", "partitionValues", "size")}
    remove = {**removed, "deletionTimestamp": 1, "dataChange": True, "extendedFileMetadata": True}
    actions = [
        {"protocol": FEATURES},
        {"remove": remove},
        {"add": {**add, "deletionVector": _first_row()}},
    ]
    _log(table, version + 1).write_text("\n".join(map(json.dumps, actions)))


def _log(table: Path, version: int) -> Path:
    return table / "_delta_log" / f"{version:020}.json"


def _newest_file(table: Path, version: int) -> dict[str, Any]:
    actions = [json.loads(line) for line in _log(table, version).read_text().splitlines()]
    (add, *_) = [action["add"] for action in actions if "add" in action]
    return dict(add)


def _first_row() -> dict[str, Any]:
    """Return the vector of row 0 alone: one bitmap of one array of one number."""
    bitmap = struct.pack("<IIHHIH", NO_RUNS, 1, 0, 0, 16, 0)
    vector = struct.pack("<IQI", MAGIC, 1, 0) + bitmap
    padded = vector + bytes(-len(vector) % 4)
    text = base64.b85encode(padded).decode().translate(str.maketrans(OF_PYTHON, OF_Z85))
    return {
        "storageType": "i",
        "pathOrInlineDv": text,
        "sizeInBytes": len(vector),
        "cardinality": 1,
    }
