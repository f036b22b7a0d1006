"""The cells of whole rows of a text, column by column, at the speed of Arrow."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv as pa_csv

from sourcedata.importing.files.lines import Piece
from sourcedata.importing.files.text_headers import TextHeader


class EvenRows:
    """The rows of a piece that have as many cells as the header says.

    `columns` has the cells of the columns at `places`, as text, in their order; `has_uneven` says
    whether there are other rows too.
    """

    def __init__(self, piece: Piece, header: TextHeader, places: Sequence[int]) -> None:
        """Parse all cells, and keep those at `places`."""
        self.has_uneven = False
        table = pa_csv.read_csv(
            pa.BufferReader(piece.text),
            _read_options(piece, header),
            # Whole rows are one block, so quoted line ends are never cut.
            pa_csv.ParseOptions(delimiter=header.shape.separator, invalid_row_handler=self._skip),
            _convert_options([f"f{place}" for place in places]),
        )
        self.columns = [column.combine_chunks() for column in table.columns]
        self.count = len(table)

    def _skip(self, row: pa_csv.InvalidRow) -> str:
        self.has_uneven = True
        return "skip"


def _read_options(piece: Piece, header: TextHeader) -> pa_csv.ReadOptions:
    names = [f"f{place}" for place in range(header.shape.width)]
    block_size = len(piece.text) + 1
    return pa_csv.ReadOptions(use_threads=False, block_size=block_size, column_names=names)


def _convert_options(included: Sequence[str]) -> pa_csv.ConvertOptions:
    types = dict.fromkeys(included, pa.string())
    return pa_csv.ConvertOptions(include_columns=included, column_types=types, check_utf8=False)
