"""Rows of SQLite as batches of Arrow, each value held against the type that its column declares."""

from __future__ import annotations

from collections.abc import Iterator
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

# Anything that is not ASCII to print, and the backslash.
_NOT_PLAIN = r"[^ -\[\]-~]"

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
    """Collects rows, and makes batches of them."""

    def __init__(self, request: Request) -> None:
        self.columns = request.all_columns
        self.schema = arrow_schema(self.columns)
        self._places = request.head_places
        self._own = len(request.columns)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, head: tuple[Any, ...], rows: list[tuple[Any, ...]]) -> Iterator[pa.RecordBatch]:
        """Adds rows of an answer; gives a batch if there are enough."""
        first = tuple(head[place] for place in self._places)
        self._rows += [(*first, *row, None) for row in rows]
        if len(self._rows) >= ROWS:
            yield from self.flush()

    def note(self, head: tuple[Any, ...], sentence: str) -> None:
        """Adds the row of an image that has no answer."""
        first = tuple(head[place] for place in self._places)
        self._rows.append((*first, *(None,) * self._own, sentence))

    def fail(self, path: str, message: str) -> None:
        """Adds the row of an archive that gave no answer, or not all of it."""
        head = tuple(path if column.name == "archive" else None for column in self.columns[:-1])
        self._rows.append((*head, message))

    def flush(self) -> Iterator[pa.RecordBatch]:
        """The batches of what is left."""
        rows, self._rows = self._rows, []
        if not rows:
            return
        arrays: list[pa.Array] = []
        for column, values in zip(self.columns, zip(*rows)):
            arrays += _arrays(column, values)
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        step = max(1, len(rows) * BYTES // max(BYTES, batch.nbytes))
        for start in range(0, len(rows), step):
            yield batch.slice(start, step)


def check(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> None:
    """Holds values against the types of their columns.

    Raises ArchiveProblem: a query gives something else than it declares.
    """
    for column, values in zip(columns, zip(*rows)):
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


def _arrays(column: Column, values: tuple[Any, ...]) -> list[pa.Array]:
    if column.kind == "integer":
        return [pa.array(values, _INTEGER)]
    if column.kind == "real":
        return [pa.array(values, _REAL)]
    if column.kind == "text":
        return [pa.array(_encodable(values), _TEXT)]
    try:
        # Nearly all paths and values are plain text, which needs no work of Python for each.
        plain = pa.array(values, _TEXT)
        if not pc.any(pc.match_substring_regex(plain, _NOT_PLAIN)).as_py():
            return [plain, plain.cast(_BINARY)]
    except (pa.ArrowException, UnicodeError):
        # Numbers, or octets that are not UTF-8.
        pass
    texts = [_printable(value) for value in values]
    binary = [octets.encode(value) if isinstance(value, (str, bytes)) else None for value in values]
    return [pa.array(texts, _TEXT), pa.array(binary, _BINARY)]


def _encodable(values: tuple[Any, ...]) -> list[str | None]:
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
