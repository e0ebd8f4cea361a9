"""The rows of a query or a view, as SQLite gives them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from .applicability import Applicability
from .archive import Archive, Image
from .catalog import Column, Query
from .images import pairs
from .request import Conditions, Request

Head = tuple[Any, ...]
Rows = list[tuple[Any, ...]]

# How many rows travel together through this package.
CHUNK = 4096


def head(path: str, archive: Archive, image: Image | None, series: str | None = None) -> Head:
    """The columns before a row."""
    if image is None:
        return (path, archive.identity, series, None, None, None, None, archive.custody_hash)
    return (
        path, archive.identity, image.series, image.image_id, image.name, image.seen_at, image.sha256,
        archive.custody_hash,
    )  # fmt: skip


def of_query(
    path: str, archive: Archive, query: Query, images: list[Image], request: Request
) -> Iterator[tuple[Head, Rows | str]]:
    """The rows of a named query: for each image, each pair of images, each series, or once.

    With notes, an image to which the query does not apply has a sentence instead.
    """
    values: dict[str, object] = {known.name: None for known in query.parameters}
    conditions = request.conditions
    given: dict[str, object] = dict(request.parameters)
    left = conditions
    if conditions.path is not None and query.takes("path"):
        given["path"], left = conditions.path, _without(left, path=None)
    if conditions.domid is not None and query.takes("domid"):
        given["domid"], left = conditions.domid, _without(left, domid=None)
    for known in query.parameters:
        if known.name in given:
            value = given[known.name]
            values[known.name] = int(str(value)) if known.is_integer else value
    sql = query.sql
    where, more = _where({column.name for column in query.columns}, left)
    if where:
        sql = f"SELECT * FROM ({query.statement}\n) WHERE {where}"
        values.update(more)
    if query.takes("image_id"):
        for image in images:
            problem = Applicability(archive, image.image_id).problem(query) if request.notes else None
            if problem is not None:
                yield head(path, archive, image), problem
                continue
            yield from _run(archive, sql, {**values, "image_id": image.image_id}, head(path, archive, image))
    elif query.takes("before_id"):
        for before, after in pairs(archive, images):
            bound = {**values, "before_id": before, "after_id": after.image_id}
            yield from _run(archive, sql, bound, head(path, archive, after))
    elif query.takes("series"):
        asked = given.get("series", conditions.series)
        for series in archive.steps():
            if asked is None or asked == series:
                yield from _run(archive, sql, {**values, "series": series}, head(path, archive, None, series))
    else:
        yield from _run(archive, sql, values, head(path, archive, None))


def of_view(
    path: str, archive: Archive, name: str, columns: tuple[Column, ...], images: list[Image], request: Request
) -> Iterator[tuple[Head, Rows]]:
    """The rows of a view: for each image, for each pair of images, or all."""
    names = {column.name for column in columns}
    listed = ", ".join(f'"{column.name}"' for column in columns)
    select = f'SELECT {listed} FROM "{name}"'
    where, values = _where(names, request.conditions)
    rest = f" AND {where}" if where else ""
    if "image_id" in names:
        for image in images:
            bound = {**values, "image_id": image.image_id}
            yield from _run(archive, f"{select} WHERE image_id = :image_id{rest}", bound, head(path, archive, image))
    elif {"before_id", "after_id"} <= names:
        sql = f"{select} WHERE before_id = :before_id AND after_id = :after_id{rest}"
        for before, after in pairs(archive, images):
            bound = {**values, "before_id": before, "after_id": after.image_id}
            yield from _run(archive, sql, bound, head(path, archive, after))
    else:
        if "series" in names and request.conditions.series is not None:
            where += " AND " * bool(where) + "series = :where_series"
            values["where_series"] = request.conditions.series
        yield from _run(archive, select + (f" WHERE {where}" if where else ""), values, head(path, archive, None))


_CHANGES = (
    "SELECT change, path, old_value, new_value, old_owner, new_owner, old_perms, new_perms FROM node_changes "
    "WHERE before_id = :before_id AND after_id = :after_id"
)


def of_changes(
    path: str, archive: Archive, steps: list[tuple[Image | None, Image]], request: Request
) -> Iterator[tuple[Head, Rows]]:
    """What changed in the nodes from one step of a series to the next."""
    where, values = _where({"path"}, _without(request.conditions, domid=None))
    sql = _CHANGES + (f" AND {where}" if where else "")
    for before, after in steps:
        if before is None:
            continue
        known = (before.image_id, before.name, before.seen_at, before.sha256)
        bound = {**values, "before_id": before.image_id, "after_id": after.image_id}
        for first, rows in _run(archive, sql, bound, head(path, archive, after)):
            yield first, [(*known, *row) for row in rows]


def _without(conditions: Conditions, **fields: None) -> Conditions:
    return Conditions(**{**conditions.__dict__, **fields})


def _where(names: set[str], conditions: Conditions) -> tuple[str, dict[str, object]]:
    """The conditions on rows as SQL that an index can serve, and its values."""
    parts: list[str] = []
    values: dict[str, object] = {}
    if conditions.path is not None:
        parts.append("path = :where_path")
        values["where_path"] = conditions.path
    if conditions.prefix is not None:
        top = conditions.prefix.rstrip("/")
        # A path that is not text is a BLOB, which sorts after every text. '0' comes after '/'.
        parts.append(
            "(path = :where_top OR path > :where_first AND path < :where_end"
            " OR path > CAST(:where_first AS BLOB) AND path < CAST(:where_end AS BLOB))"
        )
        values |= {"where_top": top or "/", "where_first": top + "/", "where_end": top + "0"}
    if conditions.domid is not None:
        parts.append(f"{'domid' if 'domid' in names else 'owner'} = :where_domid")
        values["where_domid"] = conditions.domid
    return " AND ".join(parts), values


def _run(archive: Archive, sql: str, values: dict[str, object], first: Head) -> Iterator[tuple[Head, Rows]]:
    cursor: sqlite3.Cursor = archive.execute(sql, values)
    while rows := cursor.fetchmany(CHUNK):
        yield first, rows
