"""Relations of archives as Parquet files, by day, for engines that ask a history.

    DIR/v1/RELATION/day=2026-11-25/RUN-0.parquet
    DIR/v1/_published/RUN.jsonl

A run writes the images that no earlier run has published. Its name follows from these images and its
relations: a run that was stopped is repeated under the same name, and files without the list of their
run are removed before the next. docs/fleet.md describes the layout.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import catalog
from .store import LAYOUT, Store
from .version import __version__

RELATIONS = ("images", "nodes", "changes", "watches", "connections", "domain_usage", "findings", "answers")
_REPORTS = ("changes", "findings", "answers")
# Of these, a row belongs to a step of a series: an image that was seen again has two.
_OF_STEPS = ("changes",)

# The images whose rows share a file; a day of more images has more files.
IMAGES_PER_FILE = 2000
# They may change with the next import.
_LEFT_OUT = ("record_id", "rowid")
_RESULT = "relation string, path string, rows bigint, bytes bigint"
# What an archive has in many images lies side by side, so that it compresses.
_ORDER = ("series", "archive_id", "kind", "name", "rule", "path", "domid", "image_id", "ordinal", "token")


class NotPublished(Exception):
    """Why a run has published nothing, and what to do."""


@dataclass(frozen=True)
class Result:
    """What a run has published."""

    images: int
    archives: int
    known: int
    written: list[tuple[str, int, int, int]]


# What is published once for each relation: an archive's identity, an image, and when it was seen.
Key = tuple[str, int, str]


def run(
    spark: SparkSession,
    directory: str,
    archives: Sequence[str],
    relations: Sequence[str],
    options: dict[str, str],
    chosen_images: str,
    complain: Callable[[str, str], None],
) -> Result:
    """Publishes the images that are not yet published, of those that are chosen: `all`, `latest` or
    `since:TIME`.

    `complain` gets the archives that cannot be read, which are left out. Raises NotPublished if an
    archive fails while it is read.
    """
    for name in relations:
        if name not in RELATIONS:
            raise NotPublished(f"there is no relation {name} to publish; there are {', '.join(RELATIONS)}")
    storage = {key[8:]: value for key, value in options.items() if key.startswith("storage.")}
    store = Store(directory, storage)
    published = _published(store)
    said: set[str] = set()

    def complain_once(archive: str, error: str) -> None:
        if archive not in said:
            said.add(archive)
            complain(archive, error)

    found: dict[Key, dict[str, Any]] = {}
    runs: list[tuple[list[str], dict[Key, dict[str, Any]]]] = []
    for is_of_steps in (False, True):
        asked = [relation for relation in relations if (relation in _OF_STEPS) == is_of_steps]
        if not asked:
            continue
        images = _images(spark, archives, options, chosen_images, "steps" if is_of_steps else "images",
                         complain_once)  # fmt: skip
        found |= images
        for relation in asked:
            known = published.get(relation, set())
            new = {key: image for key, image in images.items() if key not in known}
            # Relations that lack the same images share a run.
            same = next((names for names, others in runs if others == new), None)
            if same is not None:
                same.append(relation)
            elif new:
                runs.append(([relation], new))
    files = []
    for names, new in runs:
        files += _run(spark, store, names, list(new.values()), options)
    written = []
    for relation in relations:
        own = [file for file in files if file["relation"] == relation]
        written.append((relation, sum(f["rows"] for f in own), len(own), sum(f["bytes"] for f in own)))
    everything = {key for _, new in runs for key in new}
    return Result(len(everything), len({key[0] for key in everything}), len(found) - len(everything), written)


def _run(
    spark: SparkSession,
    store: Store,
    relations: Sequence[str],
    images: list[dict[str, Any]],
    options: dict[str, str],
) -> list[dict[str, Any]]:
    """Writes relations of images, then the list that makes them count; returns the files."""
    listed = [[image["archive_id"], image["image_id"], image["seen_at"], image["sha256"]] for image in images]
    key = json.dumps([LAYOUT, sorted(relations), listed])
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    with tempfile.TemporaryDirectory(prefix="xsarchive-fleet-") as folder:
        listing = os.path.join(folder, "images.jsonl")
        _write_list(listing, images)
        chosen = {**options, "images": f"listed:{listing}", "mode": "failfast", "verified": "false", "trace": "true",
                  "archives": "\n".join(sorted({image["archive"] for image in images}))}  # fmt: skip
        files = [
            file for relation in relations for file in _relation(spark, relation, chosen, store, name, images)
        ]
    _write_manifest(store, name, relations, images, files)
    return files


def _published(store: Store) -> dict[str, set[Key]]:
    """What runs have published of each relation; removes the files of runs that did not end."""
    published: dict[str, set[Key]] = {}
    runs = set()
    for name in store.names("_published"):
        head, *images = (json.loads(line) for line in store.read(name).splitlines())
        runs.add(head["run"])
        for relation in head["relations"]:
            known = published.setdefault(relation, set())
            known |= {(image["archive_id"], image["image_id"], image["seen_at"]) for image in images}
    for relation in RELATIONS:
        for name in store.names(relation):
            if os.path.basename(name).partition("-")[0] not in runs:
                store.remove(name)
    return published


def _images(
    spark: SparkSession,
    archives: Sequence[str],
    options: dict[str, str],
    images: str,
    report: str,
    complain: Callable[[str, str], None],
) -> dict[Key, dict[str, Any]]:
    """All images of the archives, or steps, each once, however many copies of an archive there are."""
    rows = _read(spark, {**options, "report": report, "images": images, "archives": "\n".join(archives)})
    table = rows.toArrow()
    found: dict[Key, dict[str, Any]] = {}
    for row in table.to_pylist():
        if row["_error"] is not None:
            complain(row["archive"], row["_error"])
            continue
        key = (row["archive_id"], row["image_id"], row["seen_at"])
        if found.setdefault(key, row)["sha256"] != row["sha256"]:
            raise NotPublished(
                f"{row['archive']} and {found[key]['archive']} have one identity and another image "
                f"@{row['image_id']}: one was changed; find out by xsarchive verify, and leave it out"
            )
    return {key: found[key] for key in sorted(found)}


def _write_list(name: str, images: Iterable[dict[str, Any]]) -> None:
    by_archive: dict[str, list[tuple[int, str]]] = {}
    for image in images:
        by_archive.setdefault(image["archive"], []).append((image["image_id"], image["seen_at"]))
    with open(name, "w", encoding="utf-8") as file:
        for archive, chosen in sorted(by_archive.items()):
            file.write(json.dumps({"archive": archive, "images": chosen}) + "\n")


def _read(spark: SparkSession, options: dict[str, str]) -> DataFrame:
    reader = spark.read.format("xsarchive").option("cores", str(spark.sparkContext.defaultParallelism))
    for name, value in options.items():
        reader = reader.option(name, value)
    return reader.load()


def _relation(
    spark: SparkSession,
    relation: str,
    options: dict[str, str],
    store: Store,
    run_name: str,
    images: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Writes a relation, a few large files a day."""
    kind = "report" if relation in _REPORTS else "relation"
    rows = _read(spark, {**options, kind: relation, "names": ",".join(of_one_image())}).drop("_error", *_LEFT_OUT)
    per_day: dict[str, int] = {}
    for image in images:
        day = image["seen_at"][:10]
        per_day[day] = per_day.get(day, 0) + 1
    parts = -(-max(per_day.values()) // IMAGES_PER_FILE)
    order = [column for column in _ORDER if column in rows.columns]
    placed = (
        rows.withColumn("day", F.substring("seen_at", 1, 10))
        .withColumn("part", F.pmod(F.xxhash64("archive_id"), F.lit(parts)))
        .repartition(max(1, min(len(per_day) * parts, 200)), "day", "part")
        .sortWithinPartitions("day", "part", *order)
    )
    schema = published_schema(rows)
    directory, storage = store.directory, store.storage

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from write_parts(relation, run_name, Store(directory, storage), schema, batches)

    return [row.asDict() for row in placed.mapInArrow(write, _RESULT).collect()]


def of_one_image() -> list[str]:
    """The queries that need nothing but an image, and ask of no other."""
    return [
        query.name
        for query in catalog.load().queries.values()
        if [known.name for known in query.parameters if known.is_required] == ["image_id"]
        and not query.takes("before_id")
    ]


def published_schema(rows: DataFrame) -> pa.Schema:
    """The columns of a file: those of the relation, without its day, which the directory has."""
    types = {"bigint": pa.int64(), "double": pa.float64(), "string": pa.string(), "binary": pa.binary()}
    return pa.schema([pa.field(name, types[kind]) for name, kind in rows.dtypes])


def write_parts(
    relation: str, run_name: str, store: Store, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Writes rows that are sorted by day and part, a file for each; gives a row for each file."""
    for (day, part), own in _runs(batches):
        name = f"{relation}/day={day}/{run_name}-{part}.parquet"
        count = 0
        with store.new(name) as file, _writer(file, schema) as writer:
            for table in _gathered(own, schema):
                writer.write_table(table)
                count += table.num_rows
        values = [[relation], [name], [count], [store.size(name)]]
        yield pa.RecordBatch.from_arrays(
            [pa.array(v) for v in values], names=["relation", "path", "rows", "bytes"]
        )


def _writer(file: Any, schema: pa.Schema) -> pq.ParquetWriter:
    repeated = {"archive", "archive_id", "series", "image", "seen_at", "image_sha256", "custody_hash", "perms",
                "kind", "name", "rule", "severity", "expected", "state", "change", "before_image", "before_seen_at",
                "before_sha256", "old_perms", "new_perms"}  # fmt: skip
    encodings = {}
    for field in schema:
        if field.name in repeated:
            continue
        if pa.types.is_int64(field.type):
            encodings[field.name] = "DELTA_BINARY_PACKED"
        elif field.name == "path":
            encodings[field.name] = "DELTA_BYTE_ARRAY"
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=6,
        use_dictionary=[field.name for field in schema if field.name not in encodings],
        column_encoding=encodings or None,
    )


def _runs(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[tuple[str, int], Iterator[pa.RecordBatch]]]:
    """The rows of each day and part, in turn; each must be read before the next."""
    def pieces() -> Iterator[tuple[tuple[str, int], pa.RecordBatch]]:
        for batch in batches:
            days, parts = batch.column("day").cast(pa.string()), batch.column("part")
            keys = pc.binary_join_element_wise(days, parts.cast(pa.string()), " ")
            start = 0
            for end in pc.run_end_encode(keys).run_ends.to_pylist():
                yield (days[start].as_py(), parts[start].as_py()), batch.slice(start, end - start)
                start = end

    stream = pieces()
    current = next(stream, None)
    while current is not None:
        key = current[0]

        def own() -> Iterator[pa.RecordBatch]:
            nonlocal current
            while current is not None and current[0] == key:
                yield current[1]
                current = next(stream, None)

        yield key, own()


_GROUP = 200_000


def _gathered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Batches as large as a row group, with the columns of the file."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= _GROUP:
            yield _table(waiting, schema)
            waiting, rows = [], 0
    if waiting:
        yield _table(waiting, schema)


def _table(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """The columns of the file. Octets that the text beside them has exactly are left out."""
    table = pa.Table.from_batches(batches)
    columns = []
    for field in schema:
        column = table.column(field.name).cast(field.type)
        if pa.types.is_binary(field.type) and field.name.endswith("_octets"):
            text = table.column(field.name.removesuffix("_octets")).cast(pa.string()).cast(pa.binary())
            same = pc.fill_null(pc.equal(text, column), False)
            column = pc.if_else(same, pa.scalar(None, pa.binary()), column)
        columns.append(column)
    return pa.table(columns, schema=schema)


def _write_manifest(
    store: Store,
    name: str,
    relations: Sequence[str],
    images: list[dict[str, Any]],
    files: list[dict[str, Any]],
) -> None:
    """What makes a run count: its files, and its images with what they are traced to."""
    head = {"layout": LAYOUT, "run": name, "made_by": f"xsarchive-spark {__version__}", "relations": list(relations),
            "files": sorted(files, key=lambda file: str(file["path"]))}  # fmt: skip
    kept = ("archive", "archive_id", "series", "image_id", "image", "seen_at", "sha256", "schema_version",
            "custody_hash", "before_image_id")  # fmt: skip
    with store.new(f"_published/{name}.jsonl") as file:
        file.write((json.dumps(head) + "\n").encode())
        for image in images:
            file.write((json.dumps({key: image[key] for key in kept if key in image}) + "\n").encode())
