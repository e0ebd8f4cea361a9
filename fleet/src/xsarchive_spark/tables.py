"""Prints rows in the formats of xsarchive: text, json, jsonl, csv and csv-safe."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from . import octets
from .batches import number_text

FORMATS = ("text", "json", "jsonl", "csv", "csv-safe")
_MOST_SHOWN = 24
_WIDEST = 60


class Table:
    """A table that is printed as its rows come; as text, at its end."""

    def __init__(self, columns: Sequence[str], form: str, output: TextIO | None = None) -> None:
        self._columns = list(columns)
        self._form = form
        self._output = output or sys.stdout
        self._rows: list[list[str]] = []
        self._numeric = [True] * len(self._columns)
        self.count = 0
        if form in ("csv", "csv-safe"):
            self._csv(self._columns)

    def add(self, row: Sequence[Any]) -> None:
        """Prints a row. Octets are bytes; those that are text print as one."""
        if self._form == "text":
            self._rows.append([_text(value) for value in row])
            for place, value in enumerate(row):
                if value is not None and not isinstance(value, (int, float)):
                    self._numeric[place] = False
        elif self._form in ("csv", "csv-safe"):
            self._csv(row)
        else:
            members = {name: _json(value) for name, value in zip(self._columns, row)}
            text = octets_safe(json.dumps(members, ensure_ascii=False, separators=(",", ":")))
            if self._form == "jsonl":
                self._print(text + "\n")
            else:
                self._print(("[" if self.count == 0 else ",\n ") + text)
        self.count += 1

    def finish(self) -> None:
        """Prints what is left."""
        if self._form == "json":
            self._print("[]\n" if self.count == 0 else "]\n")
        if self._form != "text":
            return
        widths = [len(name) for name in self._columns]
        for row in self._rows:
            widths = [min(max(width, len(cell)), max(_WIDEST, width)) for width, cell in zip(widths, row)]
        for row in [self._columns, *self._rows]:
            cells = [
                cell.rjust(width) if numeric and self._rows else cell.ljust(width)
                for cell, width, numeric in zip(row, widths, self._numeric)
            ]
            self._print("  ".join(cells).rstrip() + "\n")

    def _csv(self, row: Sequence[Any]) -> None:
        safe = self._form == "csv-safe"
        self._print(",".join(_cell(value, safe) for value in row) + "\r\n")

    def _print(self, text: str) -> None:
        self._output.write(text)


def rows_of(columns: Sequence[str], kinds: Sequence[str], values: Iterable[Sequence[Any]]) -> Iterable[list[Any]]:
    """The rows of an answer, with octets in place of the printable text beside them."""
    places: list[tuple[int, int | None]] = []
    for place, name in enumerate(columns):
        if kinds[place] == "binary":
            continue
        has_octets = place + 1 < len(columns) and columns[place + 1] == name + "_octets"
        places.append((place, place + 1 if has_octets else None))
    for row in values:
        yield [_value(row[place], None if other is None else row[other], other) for place, other in places]


def _value(text: Any, binary: Any, other: int | None) -> Any:
    if other is None:
        return text
    if binary is not None:
        return bytes(binary)
    return None if text is None else _Number(text)


class _Number(str):
    """A number in a column that may also have octets."""


def octets_safe(text: str) -> str:
    """JSON in which no character can harm a terminal."""
    if text.isascii():
        return text
    return "".join(json.dumps(c)[1:-1] if octets.is_unsafe(c) and c != "\n" else c for c in text)


def _json(value: Any) -> Any:
    if isinstance(value, _Number):
        return float(value) if any(c in value for c in ".eE") else int(value)
    if isinstance(value, bytes):
        return value.decode() if octets.is_text(value) else {"hex": value.hex()}
    return value


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bytes):
        if octets.is_text(value):
            return octets.printable(value)
        shown = value[:_MOST_SHOWN].hex()
        return f"x'{shown}'" if len(value) <= _MOST_SHOWN else f"x'{shown}...' ({len(value)} bytes)"
    if isinstance(value, (int, float)):
        return number_text(value)
    return octets.harmless(str(value))


def _cell(value: Any, safe: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float, _Number)):
        return value if isinstance(value, str) else number_text(value)
    if isinstance(value, bytes) and not octets.is_text(value):
        return f"x'{value.hex()}'"
    text = value if isinstance(value, str) else value.decode()
    if safe:
        text = octets.harmless(text)
        first = text.lstrip(" ")[:1]
        return _quoted("'" + text if first and first in "=+-@|\uff1d\uff0b\uff0d\uff20" else text)
    return _quoted(text) if not text or any(c in text for c in ',"\r\n') else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
