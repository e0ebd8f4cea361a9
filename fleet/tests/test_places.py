"""Where archives are found, and how they are packed into tasks."""

from __future__ import annotations

import pathlib
import shutil
import tempfile

import pytest
from xsarchive_spark import places
from xsarchive_spark.packing import pack
from xsarchive_spark.places import Place

from reading import errors, read


def names(*patterns: pathlib.Path | str) -> list[str]:
    """The names of the archives that patterns find."""
    return [pathlib.PurePath(place.path).name for place in places.find(map(str, patterns), {})]


def test_files_folders_and_patterns_find_archives_once(tmp_path: pathlib.Path) -> None:
    for name in ("b.db", "a.db", "notes.txt", "sub/c.db", "odd[1].db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    assert names(tmp_path) == ["a.db", "b.db", "odd[1].db"]
    assert names(tmp_path / "*.db", tmp_path / "a.db") == ["a.db", "b.db", "odd[1].db"]
    assert names(tmp_path / "**" / "*.db") == ["a.db", "b.db", "odd[1].db", "c.db"]
    assert names(tmp_path / "odd[1].db") == ["odd[1].db"]
    assert names(f"file://{tmp_path}/a.db") == ["a.db"]
    assert names(tmp_path / "missing.db") == ["missing.db"]
    assert places.find([str(tmp_path / "a.db")], {})[0].size == 5


def test_relative_paths_are_made_absolute(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.db").write_bytes(b"12345")
    monkeypatch.chdir(tmp_path)
    for pattern in (".", "a.db", "*.db", "missing.db"):
        (place,) = places.find([pattern], {})
        assert place.path == str(tmp_path / ("missing.db" if pattern == "missing.db" else "a.db"))


def test_archives_are_packed_in_order_by_size() -> None:
    sizes = [1 << 20] * 40 + [64 << 20] + [1 << 20] * 40
    items = [(Place(str(number), size), number) for number, size in enumerate(sizes)]
    tasks = pack(items, 100, 256 << 20, 2)
    assert [number for task in tasks for _, number in task] == list(range(81))
    assert 4 <= len(tasks) <= 12
    # The large one has a task of its own, or nearly.
    assert min(len(task) for task in tasks if any(number == 40 for _, number in task)) <= 10
    assert max(len(task) for task in pack(items, 3, 1 << 40, 2)) <= 3
    assert [len(task) for task in pack(items[:3], 100, 256 << 20, 2)] == [1, 1, 1]
    assert pack([], 100, 256 << 20, 2) == []


def test_a_thousand_equal_archives_fill_the_cores_evenly() -> None:
    items = [(Place(str(number), 3 << 20), None) for number in range(1000)]
    counts = [len(task) for task in pack(items, 100, 1 << 40, 4)]
    assert sum(counts) == 1000 and max(counts) <= 63 and len(counts) in (16, 17)


@pytest.mark.parametrize("limit", [1, 1 << 30])
def test_an_object_is_fetched_into_memory_or_a_private_file(
    limit: int, crafted: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyarrow import fs

    # A file system that pyarrow reaches by its own name, instead of an object store.
    monkeypatch.setattr(places, "file_system", lambda uri, storage: (fs.LocalFileSystem(), uri[5:]))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table = read([f"s3://{crafted}"], query="dead_owner", fetch_bytes=limit)
    direct = read([crafted], query="dead_owner")
    assert table.drop_columns(["archive"]).equals(direct.drop_columns(["archive"])) and len(table) > 0
    assert list(tmp_path.iterdir()) == []
    said = errors(read([f"s3://{crafted}"], query="dead_owner", max_bytes=1000))["crafted"]
    assert "more than the limit of 1000" in said
    assert errors(read([f"s3://{crafted}.none"], query="dead_owner")) == {"crafted.db": "no such object"}


def test_an_archive_with_a_write_ahead_log_is_read_from_a_file(
    crafted: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from pyarrow import fs

    copy = tmp_path / "wal.db"
    shutil.copy(crafted, copy)
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    monkeypatch.setattr(places, "file_system", lambda uri, storage: (fs.LocalFileSystem(), uri[5:]))
    assert errors(read([f"s3://{copy}"], query="dead_owner")) == {}
