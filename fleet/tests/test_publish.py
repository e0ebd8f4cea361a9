"""Files of a publication: a file a day and part, complete or not there, with every byte."""

from __future__ import annotations

import logging
import pathlib
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs
from xsarchive_spark import publish, store

from cluster import free_port

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
    folder = store.Store(str(tmp_path), {})
    written = list(publish.write_parts("nodes", "run", folder, SCHEMA, batches(*ROWS, size=size)))
    files = [(row["path"], row["rows"]) for batch in written for row in batch.to_pylist()]
    assert files == [
        ("nodes/day=2026-11-24/run-0.parquet", 2),
        ("nodes/day=2026-11-24/run-1.parquet", 1),
        ("nodes/day=2026-11-25/run-0.parquet", 2),
    ]
    assert folder.names("nodes") == [name for name, _ in files]
    sizes = [row["bytes"] for batch in written for row in batch.to_pylist()]
    assert sizes == [(tmp_path / "v1" / name).stat().st_size for name, _ in files]


def test_bytes_are_there_where_the_text_is_escaped(tmp_path: pathlib.Path) -> None:
    list(publish.write_parts("nodes", "run", store.Store(str(tmp_path), {}), SCHEMA, batches(*ROWS)))
    rows = pq.read_table(tmp_path / "v1" / "nodes").sort_by("image_id").to_pylist()
    assert [row["path_octets"] for row in rows] == [None, b"/a\xff", b"/b\\", None, None]
    assert [row["path"] for row in rows] == ["/a", "/a\\xff", "/b\\\\", "", "/c"]


def test_a_file_that_is_not_complete_is_not_there(tmp_path: pathlib.Path) -> None:
    folder = store.Store(str(tmp_path), {})
    with pytest.raises(RuntimeError), folder.new("nodes/day=x/run-0.parquet") as file:
        file.write(b"half")
        raise RuntimeError
    assert folder.names("nodes") == []
    assert list((tmp_path / "v1" / "nodes" / "day=x").iterdir()) == []


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """What reaches an empty bucket `lake` of a server of S3 on the loopback address."""
    server = pytest.importorskip("moto.server")
    port = free_port()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    try:
        storage = {"endpoint_override": f"127.0.0.1:{port}", "scheme": "http", "region": "us-east-1",
                   "access_key": "test", "secret_key": "test"}  # fmt: skip
        fs.S3FileSystem(**storage, allow_bucket_creation=True).create_dir("lake")
        yield storage
    finally:
        running.stop()


def test_files_in_an_object_store_are_those_of_a_directory(bucket: dict[str, str], tmp_path: pathlib.Path) -> None:
    remote, local = store.Store("s3://lake/fleet", bucket), store.Store(str(tmp_path), {})
    for place in (remote, local):
        list(publish.write_parts("nodes", "run", place, SCHEMA, batches(*ROWS)))
    assert remote.names("nodes") == local.names("nodes") != []
    for name in local.names("nodes"):
        assert remote.size(name) == local.size(name)
    name = local.names("nodes")[0]
    remote.remove(name)
    assert remote.names("nodes") == local.names("nodes")[1:]
    assert remote.names("_published") == []


def test_an_object_that_is_not_complete_is_not_there(bucket: dict[str, str]) -> None:
    place = store.Store("s3://lake/fleet", bucket)
    with pytest.raises(RuntimeError), place.new("_published/run.jsonl") as file:
        file.write(b"half")
        raise RuntimeError
    assert place.names("_published") == []
    with place.new("_published/run.jsonl") as file:
        file.write(b"whole")
    assert place.read("_published/run.jsonl") == "whole"


def test_answers_are_of_queries_about_one_image() -> None:
    names = publish.of_one_image()
    assert {"dead_grantee", "domains", "memory_top"} <= set(names)
    # On two images, on a log, on a path, on a series.
    assert not {"growth", "log_blame", "log_writers", "path_history", "domain_log"} & set(names)
