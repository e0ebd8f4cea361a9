"""The Spark data source `xsarchive`.

    from xsarchive_spark import register
    register(spark)
    spark.read.format("xsarchive").option("query", "dead_grantee").load("/archives/*.db")

Spark's own filters are not pushed down: in pyspark 4.3.0 a view that is used twice keeps the filters
of its first use. Conditions are options instead (`where.path` and others).
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import BinaryType, DataType, DoubleType, LongType, StringType, StructField, StructType

from . import batches, catalog, places
from .images import Listed
from .packing import pack
from .request import Request, request
from .scan import Item, Scan


@dataclass
class Task(InputPartition):
    """The archives of one task."""

    items: list[Item]


def spark_schema(asked: Request) -> StructType:
    """The columns of the answer as Spark's."""
    types: dict[str, DataType] = {
        "integer": LongType(), "real": DoubleType(), "text": StringType(), "binary": BinaryType(),
    }  # fmt: skip
    return StructType([StructField(name, types[kind]) for name, kind in batches.fields(asked.all_columns)])


class XSArchiveDataSource(DataSource):
    """Named queries, views and reports of archives as rows."""

    @classmethod
    def name(cls) -> str:
        """The name for `format`."""
        return "xsarchive"

    def schema(self) -> StructType:
        """The columns, which follow from the options alone."""
        return spark_schema(request(self.options, catalog.load()))

    def reader(self, schema: StructType) -> DataSourceReader:
        """What reads the archives."""
        return XSArchiveReader(request(self.options, catalog.load()))


class XSArchiveReader(DataSourceReader):
    """Lists the archives on the driver, and reads them in tasks."""

    def __init__(self, asked: Request) -> None:
        self.request = asked

    def partitions(self) -> list[Task]:
        """The tasks: archives packed by their size, in the order of their names."""
        asked = self.request
        found = places.find(asked.archives, asked.storage)
        items = [Item(place) for place in found]
        if asked.images.startswith("listed:"):
            listed = _listed(asked.images.partition(":")[2])
            items = [Item(place, listed[place.path]) for place in found if place.path in listed]
        packed = pack(
            [(item.place, item) for item in items], asked.task_archives, asked.task_bytes, asked.cores
        )
        # Spark takes an empty list for one task without a partition.
        return [Task([item for _, item in task]) for task in packed] or [Task([])]

    def read(self, partition: Any) -> Iterator[pa.RecordBatch]:
        """The rows of a task's archives."""
        known = catalog.load()
        with _without_collector():
            yield from Scan(self.request, known).run(partition.items)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Rows have no cycles, so the garbage collector only looks through them in vain.

    Spark's worker collects after each task. What the process has by now stays, and is left out: that
    takes 1 ms, with the catalog, pandas and pyarrow it is 40 ms.
    """
    if gc.get_freeze_count() == 0:
        gc.freeze()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _listed(name: str) -> dict[str, Listed]:
    """The images that a file lists, one JSON object an archive."""
    with open(name, encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    return {entry["archive"]: frozenset(map(tuple, entry["images"])) for entry in entries}


def register(spark: SparkSession) -> None:
    """Makes `format("xsarchive")` known to a session."""
    spark.dataSource.register(XSArchiveDataSource)


def read(spark: SparkSession, archives: str | list[str], **options: object) -> DataFrame:
    """The answer to a question, for notebooks: `read(spark, "/archives/*.db", query="dead_grantee")`.

    `param_X` and `where_X` stand for the options `param.X` and `where.X`.
    """
    register(spark)
    reader = spark.read.format("xsarchive")
    for name, value in _dotted(options).items():
        reader = reader.option(name, value)
    names = [archives] if isinstance(archives, str) else archives
    return reader.option("archives", "\n".join(names)).load()


def read_binary_files(spark: SparkSession, archives: str | list[str], **options: object) -> DataFrame:
    """The same of archives that Spark itself fetches, from any storage that it knows.

    Each file is in memory as a whole, twice while it is handed over: at most 2 GB.
    """
    given = {**_dotted(options), "archives": "binary"}
    asked = request(given, catalog.load())
    if asked.needs_file or asked.verified:
        raise ValueError("a file is needed to verify an archive; use the data source xsarchive")
    files = spark.read.format("binaryFile").load(archives).select("path", "content")

    def scan(parts: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        contents = (
            (path.as_py(), content.as_py())
            for part in parts
            for path, content in zip(part.column(0), part.column(1))
        )
        known = catalog.load()
        with _without_collector():
            yield from Scan(asked, known).run_content(contents)

    return files.mapInArrow(scan, spark_schema(asked))


def _dotted(options: dict[str, object]) -> dict[str, str]:
    result = {}
    for name, value in options.items():
        for prefix in ("param", "where", "storage"):
            if name.startswith(prefix + "_"):
                name = prefix + "." + name[len(prefix) + 1 :]
        result[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return result
