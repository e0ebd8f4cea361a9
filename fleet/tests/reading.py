"""Reads the data source without a cluster, as Spark's tasks do."""

from __future__ import annotations

import pathlib
import pickle
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from xsarchive_spark import batches as batches_of
from xsarchive_spark.source import XSArchiveDataSource


def read(paths: Sequence[pathlib.Path | str], **options: Any) -> pa.Table:
    """The rows of all tasks; in the names of options `__` stands for a point."""
    given = {name.replace("__", "."): str(value) for name, value in options.items()}
    source = XSArchiveDataSource({"archives": "\n".join(map(str, paths)), **given})
    schema = source.schema()
    reader = pickle.loads(pickle.dumps(source.reader(schema)))
    batches: list[pa.RecordBatch] = []
    for partition in reader.partitions():
        batches += reader.read(pickle.loads(pickle.dumps(partition)))
    assert all(batch.schema.names == schema.names for batch in batches)
    return pa.Table.from_batches(batches, batches_of.arrow_schema(reader.request.all_columns))


def errors(table: pa.Table) -> dict[str, str]:
    """What is said of each archive that gave no answer."""
    rows = zip(table.column("archive").to_pylist(), table.column("_error").to_pylist())
    return {pathlib.PurePath(archive).stem: error for archive, error in rows if error is not None}
