"""One archive, opened read-only after a look at what it is."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import os
import sqlite3
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from . import octets
from .catalog import Catalog

APPLICATION_ID = 0x78737261  # "xsra"

_STATISTICS = {
    "table sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "table sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}
# STRICT tables.
_OLDEST_SQLITE = (3, 37, 0)


class ArchiveProblem(Exception):
    """Why an archive gives no answer, and what to do."""


@dataclass(frozen=True)
class Image:
    """An image of an archive: the head of each of its rows."""

    image_id: int
    name: str
    series: str
    seen_at: str
    last_seen: str
    sha256: str


class Archive:
    """An open archive, whose schema is that of the catalog."""

    def __init__(self, connection: sqlite3.Connection, catalog: Catalog, timeout: float | None = None) -> None:
        self.connection = connection
        self.catalog = catalog
        self._timeout = timeout
        # A text that is not UTF-8 is an error to Python; so its octets survive.
        connection.text_factory = functools.partial(str, encoding="utf-8", errors="surrogateescape")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        _check(connection, catalog)
        ends = connection.execute(_CUSTODY).fetchall()
        if not ends or ends[0][0] != 1:
            raise ArchiveProblem("the archive has no image yet: its custody log is empty")
        self.identity: str = octets.printable(ends[0][1])
        self.custody_entries: int = ends[-1][0]
        self.custody_hash: str = octets.printable(ends[-1][1])

    def execute(self, sql: str, values: dict[str, object] | tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Runs a statement, which is stopped after the archive's time limit."""
        if self._timeout is not None:
            end = time.monotonic() + self._timeout
            self.connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        return self.connection.execute(sql, values)

    def images(self) -> list[Image]:
        """All images: by series, and within each in the order of time."""
        return [Image(*row) for row in self.execute(f"{_IMAGES} {_IN_TIME}")]

    def newest(self) -> list[Image]:
        """The image at the last step of each series, by series."""
        last = "SELECT image_id FROM series_steps WHERE step = steps"
        return [Image(*row) for row in self.execute(f"{_IMAGES} WHERE image_id IN ({last}) {_IN_TIME}")]

    def moments(self) -> list[tuple[Image | None, Image]]:
        """Each step of each series, after the step before it; an image that was seen again has two.

        The times of an image are here those of the step.
        """
        images = {image.image_id: image for image in self.images()}
        rows = self.execute(
            "SELECT image_id, seen_at, coalesce(last_seen, seen_at) FROM series_steps ORDER BY series, step"
        )
        result: list[tuple[Image | None, Image]] = []
        for image_id, seen_at, last_seen in rows:
            image = dataclasses.replace(images[image_id], seen_at=seen_at, last_seen=last_seen)
            before = result[-1][1] if result and result[-1][1].series == image.series else None
            result.append((before, image))
        return result

    def steps(self) -> dict[str, list[int]]:
        """The ids of the images of each series in the order of its steps."""
        steps: dict[str, list[int]] = {}
        for series, image_id in self.execute("SELECT series, image_id FROM series_steps ORDER BY series, step"):
            steps.setdefault(series, []).append(image_id)
        return steps


_CUSTODY = (
    "SELECT entry_id, hash FROM custody WHERE entry_id IN (1, (SELECT max(entry_id) FROM custody)) ORDER BY entry_id"
)
_IMAGES = (
    "SELECT image_id, name, series, coalesce(captured_at, imported_at), "
    "coalesce(last_seen, captured_at, imported_at), sha256 FROM images"
)
_IN_TIME = "ORDER BY series, rtrim(coalesce(captured_at, imported_at), 'Z'), image_id"
_SCHEMA = "SELECT type || ' ' || name, tbl_name, sql FROM sqlite_schema"


def digest(rows: Iterable[tuple[str, str, str | None]]) -> str:
    """The SHA-256 of the rows of a schema, computed as `schema/digest.txt` is."""
    schema: dict[str, str] = {}
    for name, table, sql in rows:
        text = sql or ""
        if _STATISTICS.get(name) == text:
            continue
        # Two rows with one name make a schema that is not ours.
        schema[name] = schema.get(name, "") + table + ": " + text
    result = hashlib.sha256()
    for name, text in sorted(schema.items()):
        for part in (name, text):
            result.update(octets.encode(part) + b"\0")
    return result.hexdigest()


def _check(connection: sqlite3.Connection, catalog: Catalog) -> None:
    """A stranger's triggers, views or computed columns would run when we read."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise ArchiveProblem(f"Python has SQLite {sqlite3.sqlite_version}, an archive needs 3.37 or later")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ArchiveProblem("not an xsarchive archive; check the name")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    ours = catalog.schema_version
    if version < ours:
        raise ArchiveProblem(
            f"the archive has schema version {version}, this package supports {ours}; "
            "run: xsarchive upgrade -a on a copy of it"
        )
    if version > ours:
        raise ArchiveProblem(
            f"the archive has schema version {version}, this package supports {ours}; "
            "install the xsarchive-spark of the xsarchive that wrote it"
        )
    if not _is_ours(connection, catalog.schema_digest):
        raise ArchiveProblem(
            "the archive's tables and views are not those of its schema version; run: xsarchive verify -a, "
            "and xsarchive upgrade -a if only the views are of another version"
        )


# The rows of schemas that were found to be ours, as octets: to compare them is cheaper than their
# digest, or a hash. Archives of other histories have the same rows in another order.
_sound: list[tuple[str, list[tuple[bytes, bytes, bytes | None]]]] = []
_MOST_SOUND = 16


def _is_ours(connection: sqlite3.Connection, wanted: str) -> bool:
    given = connection.text_factory
    connection.text_factory = bytes
    try:
        rows = connection.execute(_SCHEMA).fetchall()
    finally:
        connection.text_factory = given
    known = wanted, rows
    if known in _sound:
        return True
    if digest((octets.decode(a), octets.decode(b), c and octets.decode(c)) for a, b, c in rows) != wanted:
        return False
    if len(_sound) < _MOST_SOUND:
        _sound.append(known)
    return True


@contextlib.contextmanager
def open_file(path: str, catalog: Catalog, timeout: float | None = None) -> Iterator[Archive]:
    """Opens an archive in a file.

    Raises ArchiveProblem if it cannot be read or is not an archive of the catalog's schema.
    """
    if not os.path.exists(path):
        raise ArchiveProblem("no such file")
    if os.path.isdir(path):
        raise ArchiveProblem("is a directory; name the archives in it")
    uri = "file:" + urllib.parse.quote(os.fsencode(path)) + "?mode=ro"
    with _closing(lambda: sqlite3.connect(uri, uri=True, timeout=60)) as connection:
        yield Archive(connection, catalog, timeout)


@contextlib.contextmanager
def open_octets(content: bytes, catalog: Catalog, timeout: float | None = None) -> Iterator[Archive]:
    """Opens an archive whose file is in memory.

    Raises ArchiveProblem as `open_file` does.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(content)
        return connection

    with _closing(connect) as connection:
        yield Archive(connection, catalog, timeout)


@contextlib.contextmanager
def _closing(connect: Callable[[], sqlite3.Connection]) -> Iterator[sqlite3.Connection]:
    """A connection whose errors are ArchiveProblem, whenever they come."""
    connection: sqlite3.Connection | None = None
    try:
        connection = connect()
        yield connection
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise ArchiveProblem("stopped: the time limit is over; raise timeout") from error
        raise ArchiveProblem(f"cannot read the archive: {octets.harmless(str(error))}") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveProblem(
            f"damaged: {octets.harmless(str(error))}; run: xsarchive verify -a, and get the archive again"
        ) from error
    finally:
        if connection is not None:
            connection.close()
