"""Rows of SQLite as batches of Arrow, each value held against the type that its column declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import octets
from .archive import ArchiveProblem
from .catalog import Column
from .request import Request

# A batch is sent when it has this many rows, or its texts and octets this many bytes.
ROWS = 16_384
BYTES = 16 << 20

# What is printed as it is: ASCII without controls and the backslash.
_PLAIN = bytes(code for code in range(0x20, 0x7F) if code != 0x5C)

_INTEGER, _REAL, _TEXT, _BINARY = pa.int64(), pa.float64(), pa.string(), pa.binary()


def fields(columns: tuple[Column, ...]) -> list[tuple[str, str]]:
    """The columns of a batch, each with integer, real, text or binary as its type.

    Octets are two: `path` is printable text, `path_octets` the bytes. Of a number in a column of any
    type, the octets are null.
    """
    result = []
    for column in columns:
        if column.kind in ("octets", "any"):
            result += [(column.name, "text"), (column.name + "_octets", "binary")]
        else:
            result.append((column.name, column.kind))
    return result


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The schema of the batches."""
    types = {"integer": _INTEGER, "real": _REAL, "text": _TEXT, "binary": _BINARY}
    return pa.schema([pa.field(name, types[kind]) for name, kind in fields(columns)])


class Batcher:
    """Collects rows, and makes batches of them.

    Values are kept by column, and a head once for all rows that have it: nothing is done row by row.
    """

    def __init__(self, request: Request) -> None:
        self.columns = request.all_columns
        self.schema = arrow_schema(self.columns)
        self._places = request.head_places
        self._own = request.columns
        self._values: list[list[Any]] = [[] for _ in self._own]
        self._count = 0
        # For each head, the number of rows up to the last that has it.
        self._heads: list[tuple[Any, ...]] = []
        self._ends: list[int] = []
        self._errors: dict[int, str] = {}

    def add(self, head: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterator[pa.RecordBatch]:
        """Adds rows of an answer; gives batches if there are enough rows.

        Raises ArchiveProblem if a value has another type than its column; then no row is added.
        """
        columns = list(zip(*rows))
        check_types(self._own, columns)
        for kept, values in zip(self._values, columns):
            kept.extend(values)
        self._end(tuple(head[place] for place in self._places), len(rows))
        if self._count >= ROWS:
            yield from self.flush()

    def note(self, head: tuple[Any, ...], sentence: str) -> None:
        """Adds the row of an image that has no answer."""
        self._without_answer(tuple(head[place] for place in self._places), sentence)

    def fail(self, path: str, message: str) -> None:
        """Adds the row of an archive that gave no answer, or not all of it."""
        names = (column.name for column in self.columns[: len(self._places)])
        self._without_answer(tuple(path if name == "archive" else None for name in names), message)

    def flush(self) -> Iterator[pa.RecordBatch]:
        """The batches of what is left."""
        count, values, heads, ends, errors = self._count, self._values, self._heads, self._ends, self._errors
        if not count:
            return
        self._count, self._values = 0, [[] for _ in self._own]
        self._heads, self._ends, self._errors = [], [], {}
        arrays: list[pa.Array] = []
        places = pa.array(ends, pa.int32())
        for column, parts in zip(self.columns, zip(*heads)):
            for array in _arrays(column, parts):
                arrays.append(pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(places, array)))
        for column, own in zip(self._own, values):
            arrays += _arrays(column, own)
        said = [errors.get(row) for row in range(count)] if errors else pa.nulls(count, _TEXT)
        arrays.append(pa.array(said, _TEXT))
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        step = max(1, count * BYTES // max(BYTES, batch.nbytes))
        for start in range(0, count, step):
            yield batch.slice(start, step)

    def _without_answer(self, first: tuple[Any, ...], message: str) -> None:
        self._errors[self._count] = message
        for values in self._values:
            values.append(None)
        self._end(first, 1)

    def _end(self, first: tuple[Any, ...], count: int) -> None:
        self._count += count
        if count and self._heads and self._heads[-1] == first:
            self._ends[-1] = self._count
        elif count:
            self._heads.append(first)
            self._ends.append(self._count)


def check(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> None:
    """Holds the values of rows against the types of their columns.

    Raises ArchiveProblem: a query gives something else than it declares.
    """
    check_types(columns, list(zip(*rows)))


def check_types(columns: tuple[Column, ...], values_of: list[tuple[Any, ...]]) -> None:
    """The same of values that are already by column."""
    for column, values in zip(columns, values_of):
        wanted = _TYPES[column.kind]
        for kind in set(map(type, values)):
            if kind not in wanted:
                raise ArchiveProblem(
                    f"column {column.name} is declared as {column.kind} and has a value of Python's type "
                    f"{kind.__name__}; the package and the archive do not fit, report this"
                )


_TYPES: dict[str, set[type]] = {
    "integer": {int, type(None)},
    "real": {float, int, type(None)},
    "text": {str, type(None)},
    "octets": {str, bytes, type(None)},
    "any": {int, float, str, bytes, type(None)},
}


def _arrays(column: Column, values: Sequence[Any]) -> list[pa.Array]:
    if column.kind == "integer":
        return [pa.array(values, _INTEGER)]
    if column.kind == "real":
        return [pa.array(values, _REAL)]
    if column.kind == "text":
        return [pa.array(_encodable(values), _TEXT)]
    try:
        # Nearly all paths and values are plain text, which needs no work of Python for each.
        plain = pa.array(values, _TEXT)
        octets_of_all = plain.buffers()[2]
        if octets_of_all is None or not octets_of_all.to_pybytes().translate(None, _PLAIN):
            return [plain, plain.cast(_BINARY)]
    except (pa.ArrowException, UnicodeError):
        # Numbers, or octets that are not UTF-8.
        pass
    texts = [_printable(value) for value in values]
    binary = [octets.encode(value) if isinstance(value, (str, bytes)) else None for value in values]
    return [pa.array(texts, _TEXT), pa.array(binary, _BINARY)]


def _encodable(values: Sequence[Any]) -> list[str | None]:
    """Texts of the program's own are UTF-8; what a damaged archive has in their place is escaped."""
    return [
        value if value is None or value.isascii() or octets.is_text(octets.encode(value)) else octets.printable(value)
        for value in values
    ]


def _printable(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        return octets.printable(value)
    return number_text(value)


def number_text(value: int | float) -> str:
    """A number as the program prints it: infinity is 9e999."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "9e999" if value > 0 else "-9e999"
    return str(value)
