"""The answers of one process of SQLite, without a line of the package: what the fleet must give."""

from __future__ import annotations

import pathlib
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

Row = tuple[Any, ...]

_QUERIES = pathlib.Path(__file__).resolve().parents[2] / "queries"


def queries() -> dict[str, str]:
    """The SQL of each named query, as it is in the repository."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_QUERIES.glob("*.sql"))}


def connect(archive: pathlib.Path | str) -> sqlite3.Connection:
    """An archive, read-only."""
    connection = sqlite3.connect(f"file:{archive}?mode=ro", uri=True)
    connection.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
    return connection


def views(archive: pathlib.Path | str) -> dict[str, list[str]]:
    """The columns of each view, in the order of their names."""
    connection = connect(archive)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
    result = {name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')] for name in sorted(names)}
    connection.close()
    return result


def steps(connection: sqlite3.Connection) -> dict[str, list[int]]:
    """The images of each series in the order of time."""
    result: dict[str, list[int]] = {}
    for series, image in connection.execute("SELECT series, image_id FROM series_steps ORDER BY series, step"):
        result.setdefault(series, []).append(image)
    return result


def newest(connection: sqlite3.Connection) -> list[int]:
    """The newest image of each series, by series."""
    return [images[-1] for images in steps(connection).values()]


def _pairs(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """The two newest images of each series that has two."""
    return [(images[-2], images[-1]) for images in steps(connection).values() if len(images) > 1]


def of_query(connection: sqlite3.Connection, sql: str, given: dict[str, str]) -> Iterator[Row]:
    """The rows of a query for the newest images, in order."""
    names = re.findall(r"^-- param: (\w+)( integer)?", sql, re.MULTILINE)
    values: dict[str, Any] = {name: None for name, _ in names}
    for name, integer in names:
        if name in given:
            values[name] = int(given[name]) if integer else given[name]
    if "image_id" in values:
        for image in newest(connection):
            yield from connection.execute(sql, {**values, "image_id": image})
    elif "before_id" in values:
        for before, after in _pairs(connection):
            yield from connection.execute(sql, {**values, "before_id": before, "after_id": after})
    elif "series" in values:
        for series in steps(connection):
            yield from connection.execute(sql, {**values, "series": series})
    else:
        yield from connection.execute(sql, values)


def of_view(connection: sqlite3.Connection, name: str, columns: list[str]) -> Iterator[Row]:
    """The rows of a view for the newest images, in order."""
    if "image_id" in columns:
        for image in newest(connection):
            yield from connection.execute(f'SELECT * FROM "{name}" WHERE image_id = ?', (image,))
    elif "before_id" in columns:
        for before, after in _pairs(connection):
            yield from connection.execute(
                f'SELECT * FROM "{name}" WHERE before_id = ? AND after_id = ?', (before, after)
            )
    else:
        yield from connection.execute(f'SELECT * FROM "{name}"')


def json_value(value: Any) -> Any:
    """A value as `xsarchive --format jsonl` writes it, read again."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        return {"hex": value.encode("utf-8", "surrogateescape").hex()}
    return value


def octets(value: Any) -> Any:
    """A value without its difference of TEXT and BLOB, which follows from the octets."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
