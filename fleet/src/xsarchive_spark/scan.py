"""What a task does: it opens each of its archives and gives the rows of the answer as batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from . import answers, batches, findings, octets, places, program
from .answers import Head, Rows
from .archive import Archive, ArchiveProblem, Image, open_file, open_octets
from .catalog import Catalog, Column
from .images import Listed, chosen, chosen_steps
from .places import Place
from .request import Conditions, Request

_VALUE = (
    "SELECT CASE WHEN known = 'unknown' THEN 'unknown' ELSE 'present' END, value, perms FROM nodes "
    "WHERE image_id = ? AND path = ? AND conn_id = 0 ORDER BY record_id DESC LIMIT 1"
)
_COVERED = (
    "SELECT covered FROM node_areas WHERE image_id = :image_id AND (:path = top "
    "OR substr(:path, 1, length(below)) = below AND :path <> below) ORDER BY length(below) DESC LIMIT 1"
)


@dataclass(frozen=True)
class Item:
    """An archive of a task; `listed` has its images if a list chooses them."""

    place: Place
    listed: Listed | None = None


class Scan:
    """Reads archives for a request."""

    def __init__(self, request: Request, catalog: Catalog) -> None:
        self._request = request
        self._catalog = catalog

    def run(self, items: Iterable[Item]) -> Iterator[pa.RecordBatch]:
        """The answer of each archive in turn; an archive that gives none is one row with `_error`.

        Raises ArchiveProblem in the mode failfast.
        """
        batcher = batches.Batcher(self._request)
        for item in items:
            yield from self._collect(batcher, item.place.path, self._of_item(item))
        yield from batcher.flush()

    def run_content(self, contents: Iterable[tuple[str, bytes]]) -> Iterator[pa.RecordBatch]:
        """The same of archives that are in memory, each with its name."""
        batcher = batches.Batcher(self._request)
        for path, content in contents:
            yield from self._collect(batcher, path, self._of_content(path, content))
        yield from batcher.flush()

    def _collect(
        self, batcher: batches.Batcher, path: str, rows: Iterator[tuple[Head, Rows | str]]
    ) -> Iterator[pa.RecordBatch]:
        try:
            for head, part in rows:
                if isinstance(part, str):
                    batcher.note(head, part)
                    continue
                yield from batcher.add(head, part)
        except ArchiveProblem as problem:
            if self._request.fail_fast:
                raise ArchiveProblem(f"{octets.printable(path)}: {problem}") from problem
            batcher.fail(octets.printable(path), str(problem))

    def _of_item(self, item: Item) -> Iterator[tuple[Head, Rows | str]]:
        request, path = self._request, item.place.path
        name = octets.printable(path)
        if not (request.verified or request.needs_file):
            with places.opened(path, request.storage, request.bounds, self._catalog, request.timeout) as archive:
                yield from self._rows(name, None, archive, item.listed)
            return
        with places.private_file(path, request.storage, request.bounds) as file:
            if request.verified or request.is_verification:
                verdict = program.verify(request.program, file, request.timeout)
                if request.is_verification:
                    yield self._verdict(name, file, verdict)
                    return
                if not verdict.passed:
                    raise ArchiveProblem(f"not verified: {verdict.message}")
            with open_file(file, self._catalog, request.timeout) as archive:
                yield from self._rows(name, file, archive, item.listed)

    def _of_content(self, path: str, content: bytes) -> Iterator[tuple[Head, Rows | str]]:
        with open_octets(content, self._catalog, self._request.timeout) as archive:
            yield from self._rows(octets.printable(path), None, archive, None)

    def _verdict(self, name: str, file: str, verdict: program.Verdict) -> tuple[Head, Rows | str]:
        row = (int(verdict.passed), verdict.message, verdict.digest)
        try:
            with open_file(file, self._catalog, self._request.timeout) as archive:
                return answers.head(name, archive, None), [row]
        except ArchiveProblem:
            return (name,) + (None,) * 7, [row]

    def _rows(
        self, name: str, file: str | None, archive: Archive, listed: Listed | None
    ) -> Iterator[tuple[Head, Rows | str]]:
        request = self._request
        if request.is_about_steps:
            yield from self._steps(name, archive, chosen_steps(archive, request, listed))
            return
        images = chosen(archive, request, listed)
        if request.kind == "query":
            query = self._catalog.query(request.name)
            yield from answers.of_query(name, archive, query, images, request)
        elif request.kind == "relation":
            yield from answers.of_view(name, archive, request.name, request.columns, images, request)
        elif request.name == "images":
            for image in images:
                row = (image.sha256, image.last_seen, self._catalog.schema_version, archive.custody_hash)
                yield answers.head(name, archive, image), [row]
        elif request.name == "value":
            yield from self._values(name, archive, images)
        elif request.name == "answers":
            yield from self._answers(name, archive, images)
        elif request.name == "findings" and not request.asks_program:
            for image in images:
                yield from findings.of_image(name, archive, image)
        elif file is None:
            raise ArchiveProblem(f"report {request.name} needs a file, not the archive's content")
        elif request.name == "findings":
            for image in images:
                reported = program.check(request.program, file, [image.image_id], request.timeout)
                yield answers.head(name, archive, image), findings.of_program(reported)
        else:
            yield from self._series(name, file, archive)

    def _steps(
        self, name: str, archive: Archive, steps: list[tuple[Image | None, Image]]
    ) -> Iterator[tuple[Head, Rows | str]]:
        """The steps of series, or what changed in them."""
        if self._request.name == "changes":
            yield from answers.of_changes(name, archive, steps, self._request)
            return
        for before, image in steps:
            before_id = None if before is None else before.image_id
            row = (before_id, image.sha256, self._catalog.schema_version, archive.custody_hash)
            yield answers.head(name, archive, image), [row]

    def _series(self, name: str, file: str, archive: Archive) -> Iterator[tuple[Head, Rows | str]]:
        """What an archive is, a row for each of its series."""
        with open(file, "rb") as content:
            digest = hashlib.file_digest(content, "sha256") if hasattr(hashlib, "file_digest") else None
            if digest is None:
                digest = hashlib.sha256()
                while block := content.read(1 << 20):
                    digest.update(block)
            size = content.seek(0, 2)
        by_series: dict[str, list[tuple[str, str]]] = {}
        for image in archive.images():
            by_series.setdefault(image.series, []).append((image.seen_at, image.last_seen))
        for series, times in by_series.items():
            row = (
                self._catalog.schema_version,
                len(times),
                min(first for first, _ in times),
                max(max(pair) for pair in times),
                size,
                digest.hexdigest(),
                archive.custody_entries,
            )
            yield answers.head(name, archive, None, series), [(*row, archive.custody_hash)]

    def _values(self, name: str, archive: Archive, images: list[Any]) -> Iterator[tuple[Head, Rows | str]]:
        """What a path holds in each image; unknown is not absent."""
        path = self._request.conditions.path
        for image in images:
            row = archive.execute(_VALUE, (image.image_id, path)).fetchone()
            if row is None:
                values: dict[str, object] = {"image_id": image.image_id, "path": path}
                area = archive.execute(_COVERED, values).fetchone()
                row = ("absent" if area and area[0] else "unknown", None, None)
            yield answers.head(name, archive, image), [row]

    def _answers(self, name: str, archive: Archive, images: list[Any]) -> Iterator[tuple[Head, Rows | str]]:
        """The rows of many queries and views, each numbered and as JSON."""
        for kind, asked, columns in self._asked():
            part = self._part(kind, asked, columns)
            rows: Iterator[tuple[Head, Rows | str]]
            if kind == "query":
                rows = answers.of_query(name, archive, self._catalog.query(asked), images, part)
            else:
                rows = answers.of_view(name, archive, asked, columns, images, part)
            ordinal = 0
            for head, chunk in rows:
                if isinstance(chunk, str):
                    continue
                batches.check(columns, chunk)
                texts: Rows = []
                for row in chunk:
                    ordinal += 1
                    texts.append((kind, asked, ordinal, json_row(columns, row)))
                yield head, texts

    def _asked(self) -> Iterator[tuple[str, str, tuple[Column, ...]]]:
        """The queries and views that the option `names` lists; all, queries and relations are groups."""
        names = set(self._request.names or ("queries",))
        parameters = self._request.parameters
        for query in self._catalog.queries.values():
            required = [known.name for known in query.parameters if known.is_required]
            ready = all(known in parameters or known in ("image_id", "before_id", "after_id") for known in required)
            if query.name in names or (ready and names & {"all", "queries"}):
                yield "query", query.name, query.columns
        for view, columns in self._catalog.views.items():
            if "relation:" + view in names or names & {"all", "relations"}:
                yield "relation", view, columns

    def _part(self, kind: str, name: str, columns: tuple[Column, ...]) -> Request:
        request = self._request
        parameters = request.parameters
        if kind == "query":
            query = self._catalog.query(name)
            parameters = {key: value for key, value in parameters.items() if query.takes(key)}
        return Request(
            kind=kind, name=name, archives=(), columns=columns, parameters=parameters,
            conditions=Conditions(series=request.conditions.series),
        )  # fmt: skip


def json_row(columns: tuple[Column, ...], row: tuple[Any, ...]) -> str:
    """A row as one JSON object, as `--format jsonl` writes it."""
    members = {column.name: findings.json_value(value) for column, value in zip(columns, row)}
    return json.dumps(members, separators=(",", ":"))
