"""Files of a publication: a file a day and part, complete or not there, with every byte."""

from __future__ import annotations

import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xsarchive_spark import publish

SCHEMA = pa.schema([("image_id", pa.int64()), ("path", pa.string()), ("path_octets", pa.binary())])


def batches(*rows: tuple[str, int, int, str, bytes | None], size: int = 2) -> list[pa.RecordBatch]:
    """Rows as Spark gives them: sorted by day and part, cut anywhere."""
    names = ["day", "part", "image_id", "path", "path_octets"]
    columns = [list(column) for column in zip(*rows)]
    table = pa.table(dict(zip(names, columns))).cast(
        pa.schema([("day", pa.string()), ("part", pa.int64()), *((f.name, f.type) for f in SCHEMA)])
    )
    result: list[pa.RecordBatch] = table.to_batches(max_chunksize=size)
    return result


ROWS = (
    ("2026-11-24", 0, 1, "/a", b"/a"),
    ("2026-11-24", 0, 2, "/a\\xff", b"/a\xff"),
    ("2026-11-24", 1, 3, "/b\\\\", b"/b\\"),
    ("2026-11-25", 0, 4, "", b""),
    ("2026-11-25", 0, 5, "/c", b"/c"),
)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_each_day_and_part_is_a_file(size: int, tmp_path: pathlib.Path) -> None:
    store = publish.Store(str(tmp_path), {})
    written = list(publish.write_parts("nodes", "run", store, SCHEMA, batches(*ROWS, size=size)))
    files = [(row["path"], row["rows"]) for batch in written for row in batch.to_pylist()]
    assert files == [
        ("nodes/day=2026-11-24/run-0.parquet", 2),
        ("nodes/day=2026-11-24/run-1.parquet", 1),
        ("nodes/day=2026-11-25/run-0.parquet", 2),
    ]
    assert store.names("nodes") == [name for name, _ in files]
    sizes = [row["bytes"] for batch in written for row in batch.to_pylist()]
    assert sizes == [(tmp_path / "v1" / name).stat().st_size for name, _ in files]


def test_bytes_are_there_where_the_text_is_escaped(tmp_path: pathlib.Path) -> None:
    list(publish.write_parts("nodes", "run", publish.Store(str(tmp_path), {}), SCHEMA, batches(*ROWS)))
    rows = pq.read_table(tmp_path / "v1" / "nodes").sort_by("image_id").to_pylist()
    assert [row["path_octets"] for row in rows] == [None, b"/a\xff", b"/b\\", None, None]
    assert [row["path"] for row in rows] == ["/a", "/a\\xff", "/b\\\\", "", "/c"]


def test_a_file_that_is_not_complete_is_not_there(tmp_path: pathlib.Path) -> None:
    store = publish.Store(str(tmp_path), {})
    with pytest.raises(RuntimeError), store.new("nodes/day=x/run-0.parquet") as file:
        file.write(b"half")
        raise RuntimeError
    assert store.names("nodes") == []
    assert list((tmp_path / "v1" / "nodes" / "day=x").iterdir()) == []
