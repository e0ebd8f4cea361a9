"""Where archives are: local and shared directories, and what pyarrow's file systems reach.

A place is a path, or a URI like `s3://bucket/key`. On a path SQLite reads only the pages that it
needs. From an object store the whole file travels, into memory or a private file of the task.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .archive import Archive, ArchiveProblem, open_file, open_octets
from .catalog import Catalog

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WILDCARD = re.compile(r"[*?\[]")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Place:
    """An archive to read: its absolute path or URI, and its size in bytes; 0 if it cannot be told."""

    path: str
    size: int


@dataclass(frozen=True)
class Bounds:
    """How much of an object store a task takes at once."""

    # A larger archive goes into a private file instead of memory.
    memory: int = 64 << 20
    # A larger one is refused.
    largest: int = 8 << 30


def is_remote(path: str) -> bool:
    """Whether the place is reached through pyarrow's file systems."""
    return bool(_SCHEME.match(path)) and not path.lower().startswith("file://")


def local(path: str) -> str:
    """The path without `file://`."""
    return path[len("file://") :] if path.lower().startswith("file://") else path


def find(patterns: Iterable[str], storage: dict[str, str]) -> list[Place]:
    """The archives that paths, directories and patterns name, in the order of their names, each once.

    A directory stands for the files `*.db` in it. A path without wildcards is listed even if nothing is
    there, so that its absence shows. Raises FileNotFoundError if a pattern or a directory has no
    archive.
    """
    found: dict[str, int] = {}
    for pattern in patterns:
        places = _find_remote(pattern, storage) if is_remote(pattern) else _find_local(local(pattern))
        if not places:
            raise FileNotFoundError(f"{pattern}: no archive there; a directory needs files named *.db")
        found.update((place.path, place.size) for place in places)
    return [Place(path, found[path]) for path in sorted(found)]


def _find_local(pattern: str) -> list[Place]:
    # The tasks of a cluster run in other directories.
    pattern = os.path.abspath(pattern)
    if os.path.isdir(pattern):
        pattern = os.path.join(glob.escape(pattern), "*.db")
    elif os.path.exists(pattern) or not _WILDCARD.search(pattern):
        return [Place(pattern, _size(pattern))]
    return [Place(path, _size(path)) for path in glob.iglob(pattern, recursive=True) if not os.path.isdir(path)]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _find_remote(pattern: str, storage: dict[str, str]) -> list[Place]:
    from pyarrow import fs

    wildcard = _WILDCARD.search(pattern)
    base = pattern if wildcard is None else pattern[: pattern.rindex("/", 0, wildcard.start())]
    system, root = file_system(base, storage)
    prefix = base[: len(base) - len(root)] if base.endswith(root) else pattern.partition("://")[0] + "://"
    if wildcard is None:
        info = system.get_file_info(root)
        if info.type != fs.FileType.Directory:
            return [Place(pattern, info.size or 0)]
        wanted = re.compile(re.escape(root.rstrip("/")) + r"/[^/]*\.db")
        selector = fs.FileSelector(root)
    else:
        wanted = re.compile(re.escape(root) + _expression(pattern[len(base) :]))
        selector = fs.FileSelector(root, recursive="/" in pattern[len(base) + 1 :])
    return [
        Place(prefix + info.path, info.size or 0)
        for info in system.get_file_info(selector)
        if info.type == fs.FileType.File and wanted.fullmatch(info.path)
    ]


def _expression(pattern: str) -> str:
    """The regular expression of a pattern, in which only `**` passes a slash."""
    parts = []
    for part in re.split(r"(\*\*|\*|\?|\[[^\]]*\])", pattern):
        special = {"**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part)
        if special is None:
            special = part.replace("[!", "[^") if part.startswith("[") else re.escape(part)
        parts.append(special)
    return "".join(parts)


def file_system(uri: str, storage: dict[str, str]) -> tuple[Any, str]:
    """pyarrow's file system of a URI or a local path, and the path in it.

    `storage` has what pyarrow's class takes, like `endpoint_override` and `region` of S3. Keys are
    better left to the environment: options can be seen in Spark's pages.
    """
    from pyarrow import fs

    if not is_remote(uri):
        return fs.LocalFileSystem(), os.path.abspath(local(uri))
    scheme, _, path = uri.partition("://")
    if storage and scheme.lower() == "s3":
        given: dict[str, Any] = {key: _plain(value) for key, value in storage.items()}
        return fs.S3FileSystem(**given), path
    system, root = fs.FileSystem.from_uri(uri)
    return system, root


def _plain(value: str) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value)


@contextlib.contextmanager
def private_file(path: str, storage: dict[str, str], bounds: Bounds) -> Iterator[str]:
    """A local file with the archive: itself, or a copy that only this user may read and that is
    removed at the end.

    Raises ArchiveProblem if it cannot be fetched.
    """
    if not is_remote(path):
        yield local(path)
        return
    folder = tempfile.mkdtemp(prefix="xsarchive-")
    try:
        name = os.path.join(folder, "archive.db")
        with _stream(path, storage, bounds) as (source, size), open(name, "xb") as file:
            _check_size(_copy(source, file, size), size)
        yield name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def opened(
    path: str, storage: dict[str, str], bounds: Bounds, catalog: Catalog, timeout: float | None
) -> Iterator[Archive]:
    """The archive at a place.

    Raises ArchiveProblem if it cannot be fetched or read, or is not one.
    """
    if is_remote(path):
        with _stream(path, storage, bounds) as (source, size):
            content = source.read(size + 1) if size <= bounds.memory else None
        if content is not None and not _is_wal(content):
            _check_size(len(content), size)
            with open_octets(content, catalog, timeout) as archive:
                yield archive
            return
    with private_file(path, storage, bounds) as name, open_file(name, catalog, timeout) as archive:
        yield archive


def _is_wal(content: bytes) -> bool:
    """Whether the file says that it has a write-ahead log, which SQLite has not in memory."""
    return content[18:20] == b"\x02\x02"


@contextlib.contextmanager
def _stream(path: str, storage: dict[str, str], bounds: Bounds) -> Iterator[tuple[Any, int]]:
    """The object as a stream, and its size."""
    from pyarrow import fs

    try:
        system, root = file_system(path, storage)
        info = system.get_file_info(root)
        if info.type != fs.FileType.File:
            raise ArchiveProblem("no such object")
        if info.size > bounds.largest:
            raise ArchiveProblem(
                f"{info.size} bytes, more than the limit of {bounds.largest}; raise max_bytes, or use a file system"
            )
        with system.open_input_stream(root) as source:
            yield source, info.size
    except OSError as error:
        raise ArchiveProblem(f"cannot fetch the archive: {error}") from error


def _copy(source: Any, file: Any, size: int) -> int:
    """Copies the stream, but no more than a byte beyond its size."""
    count = 0
    while count <= size:
        block = source.read(min(_CHUNK, size + 1 - count))
        if not block:
            break
        file.write(block)
        count += len(block)
    return count


def _check_size(count: int, size: int) -> None:
    if count != size:
        raise ArchiveProblem(f"fetched {count} of {size} bytes: the object was written meanwhile; try again")
