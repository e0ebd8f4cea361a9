#!/usr/bin/env python3
"""Proves the fleet on a real cluster: a master and two workers on the loopback address.

Usage: cluster_test.py PROGRAM GENERATOR FOLDER

Twenty archives are asked all named queries and views, all of an archive in one task, and the rows
are held against one process of SQLite, in order. Then: each query by itself with its types, a killed
executor, archives that cannot be read, an object store, the command, and a publication. The last
line is `N of N the same`.
"""

from __future__ import annotations

import json
import logging
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS.parent / "src")]

import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from xsarchive_spark import catalog, publish, session, source

import archives
import reference
from cluster import HOME, Cluster, free_port

CATALOG = catalog.load()
failures: list[str] = []
same = compared = 0


def expect(holds: bool, what: str) -> None:
    """Prints whether something is as it should be."""
    print(("ok    " if holds else "FAIL  ") + what, flush=True)
    if not holds:
        failures.append(what)


def count_case(holds: bool, what: str) -> None:
    """Counts one answer of the proof; prints it only if it differs."""
    global same, compared
    compared += 1
    same += holds
    if not holds:
        expect(False, what)


def read(spark: SparkSession, paths: list[pathlib.Path], **options: Any) -> DataFrame:
    """The rows of a question."""
    return source.read(spark, [str(path) for path in paths], **options)


def parameters(**more: str) -> dict[str, str]:
    """The parameters that queries require."""
    return {f"param_{name}": value for name, value in {**archives.PARAMETERS, **more}.items()}


def reference_rows(path: pathlib.Path) -> Iterator[tuple[str, str, list[list[Any]]]]:
    """Every answer of an archive from one process of SQLite."""
    connection = reference.connect(path)
    for name, sql in reference.queries().items():
        yield "query", name, plain(reference.of_query(connection, sql, archives.PARAMETERS))
    for name, columns in VIEWS.items():
        yield "relation", name, plain(reference.of_view(connection, name, columns))
    connection.close()


def plain(rows: Iterator[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as JSON has them."""
    return [[reference.json_value(value) for value in row] for row in rows]


def prove_all(spark: SparkSession, folder: pathlib.Path, fleet: list[pathlib.Path]) -> None:
    """Every query and view of every archive, all of an archive in one task."""
    start = time.monotonic()
    # Millions of rows: the tasks write them, as a result has to fit into an executor's memory.
    answers = read(spark, fleet, report="answers", names="all", task_archives=1, **parameters())
    answers.write.parquet(str(folder / "answers"))
    by_case: dict[tuple[str, str, str], list[str]] = {}
    columns = ["archive", "kind", "name", "ordinal", "row", "_error"]
    for file in sorted((folder / "answers").glob("part-*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(columns=columns):
            for archive, kind, name, ordinal, row, error in zip(*(column.to_pylist() for column in batch.columns)):
                if error is not None:
                    expect(False, f"{archive}: {error}")
                    continue
                rows = by_case.setdefault((archive, kind, name), [])
                rows.append(row)
                if len(rows) != ordinal:
                    expect(False, f"{archive}: {name}: row {ordinal} came as number {len(rows)}")
    print(f"      answered, {time.monotonic() - start:.0f} s", flush=True)
    rows_compared = 0
    answered = set()
    for path in fleet:
        for kind, name, expected in reference_rows(path):
            ours = [list(json.loads(row).values()) for row in by_case.pop((str(path), kind, name), [])]
            count_case(ours == expected, f"{path.name}: {kind} {name}: {len(ours)} rows, SQLite has {len(expected)}")
            rows_compared += len(expected)
            if expected:
                answered.add((kind, name))
    expect(not by_case, f"nothing else was answered: {sorted(by_case)[:3]}")
    queries = sum(kind == "query" for kind, _ in answered)
    print(f"      {len(CATALOG.queries)} queries ({queries} with rows) and {len(VIEWS)} views "
          f"({len(answered) - queries} with rows) of {len(fleet)} archives, {rows_compared} rows, "
          f"{time.monotonic() - start:.0f} s", flush=True)  # fmt: skip


def prove_types(spark: SparkSession, fleet: list[pathlib.Path]) -> None:
    """Each query by itself, through Spark's types."""
    for name, query in CATALOG.queries.items():
        given = {key: value for key, value in archives.PARAMETERS.items() if query.takes(key)}
        rows = read(spark, fleet, query=name, **{f"param_{key}": value for key, value in given.items()}).collect()
        for path in fleet:
            own = []
            for row in rows:
                if row["archive"] != str(path):
                    continue
                values = []
                for column in query.columns:
                    value = row[column.name]
                    if column.kind in ("octets", "any") and row[column.name + "_octets"] is not None:
                        value = bytes(row[column.name + "_octets"])
                    elif column.kind == "any" and value is not None:
                        value = float(value) if "." in value else int(value)
                    values.append(reference.octets(value))
                own.append(tuple(values))
            connection = reference.connect(path)
            expected = [
                tuple(map(reference.octets, row))
                for row in reference.of_query(connection, reference.queries()[name], given)
            ]
            connection.close()
            count_case(own == expected, f"{path.name}: {name}, typed: {len(own)} rows for {len(expected)}")


def prove_a_kill(spark: SparkSession, cluster: Cluster, fleet: list[pathlib.Path]) -> None:
    """An executor is killed in the middle: the answer is the same."""
    rows = read(spark, fleet, report="answers", names="queries", images="all", task_archives=1)
    rows = rows.select("archive", "name", "ordinal", "row")
    expected = rows.collect()
    answer: list[Any] = []
    thread = threading.Thread(target=lambda: answer.extend(rows.collect()))
    before = cluster.executors()
    thread.start()
    tracker = spark.sparkContext.statusTracker()
    killed = 0
    while thread.is_alive() and not killed:
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            if info is not None and info.numTasks > 2 and 2 <= info.numCompletedTasks < info.numTasks - 2:
                killed = cluster.executors()[0]
                os.kill(killed, signal.SIGKILL)
                break
        time.sleep(0.02)
    thread.join()
    expect(killed in before, "an executor was killed while its tasks ran")
    expect(answer == expected, f"the answer after the kill is the same: {len(answer)} rows of {len(expected)}")
    for _ in range(100):
        if len(cluster.executors()) == len(before) and killed not in cluster.executors():
            break
        time.sleep(0.2)
    expect(len(cluster.executors()) == len(before), "another executor took its place")


def prove_errors(spark: SparkSession, folder: pathlib.Path, fleet: list[pathlib.Path], program: str) -> None:
    """Archives that cannot be read are one row each; all others answer."""
    sound = [path for path in fleet if path.stem in ("host7", "host7-other", "crafted")]
    broken = archives.broken(folder / "broken", sound[1])
    paths = sound + [path for path, _ in broken.values()]
    rows = read(spark, paths, relation="nodes").collect()
    said = {pathlib.Path(row["archive"]).stem: row["_error"] for row in rows if row["_error"] is not None}
    expect(set(said) == set(broken), f"each of {', '.join(broken)} is one row with what to do")
    for name, (_, part) in broken.items():
        expect(part in said.get(name, ""), f"{name}: {said.get(name)}")
    answered = {row["archive"] for row in rows if row["_error"] is None}
    expect(answered >= set(map(str, sound)), "the sound ones answer beside them")
    try:
        read(spark, paths, relation="nodes", mode="failfast").collect()
        expect(False, "failfast fails")
    except Exception as error:
        expect("broken/" in str(error), "failfast fails with the name of the archive")
    identities = {row["archive_id"] for row in rows if row["series"] == "host7" and row["_error"] is None}
    expect(len(identities) == 2, "two archives with one series name are told apart by their identity")
    verified = read(spark, paths, report="verify", program=program).collect()
    passed = {row["archive"] for row in verified if row["verified"] == 1}
    expect(passed == set(map(str, sound)), "verify passes the sound ones only, in the tasks")


def prove_object_store(spark: SparkSession, folder: pathlib.Path, fleet: list[pathlib.Path], program: str) -> None:
    """The same rows from an object store, by pyarrow; and through Spark's binaryFile. Verified archives
    there, and a publication from one prefix to another."""
    expected = read(spark, fleet, query="world_access").drop("archive").collect()
    rows = source.read_binary_files(spark, [str(path) for path in fleet], query="world_access")
    key = str
    expect(sorted(map(key, rows.drop("archive").collect())) == sorted(map(key, expected)) and len(expected) > 0,
           f"binaryFile: the same {len(expected)} rows")  # fmt: skip
    try:
        import boto3
        from moto.server import ThreadedMotoServer
    except ImportError:
        print("      moto is missing: no object store was tried", flush=True)
        failures.append("moto is missing")
        return
    port = free_port()
    # It would say every request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="test")  # fmt: skip
        client.create_bucket(Bucket="fleet")
        for path in fleet:
            client.upload_file(str(path), "fleet", f"hosts/{path.name}")
        storage = {
            "storage_endpoint_override": f"127.0.0.1:{port}",
            "storage_scheme": "http",
            "storage_region": "us-east-1",
            "storage_access_key": "test",
            "storage_secret_key": "test",
        }
        for limit in (64 << 20, 1):
            rows = source.read(spark, "s3://fleet/hosts/*.db", query="world_access", fetch_bytes=limit, **storage)
            how = "in memory" if limit > 1 else "by private files"
            expect(rows.drop("archive").collect() == expected, f"S3, {how}: the same {len(expected)} rows")
        rows = source.read(spark, "s3://fleet/hosts/", query="world_access", **storage)
        expect(rows.drop("archive").collect() == expected, "S3, a folder: the same rows")
        names = ["s3://fleet/hosts/crafted.db", "s3://fleet/none.db"]
        rows = source.read(spark, names, query="world_access", **storage)
        expect([row["_error"] for row in rows.collect() if row["_error"]] == ["no such object"],
               "S3: a missing object is one row")  # fmt: skip
        prove_verified_objects(spark, client, storage, fleet, folder, program)
        prove_published_objects(spark, client, storage, fleet, folder)
    finally:
        server.stop()


def prove_verified_objects(
    spark: SparkSession, client: Any, storage: dict[str, str], fleet: list[pathlib.Path], folder: pathlib.Path,
    program: str,
) -> None:  # fmt: skip
    """`verified` asks only the objects that pass, as for files."""
    sound = next(path for path in fleet if path.stem == "host7")
    flipped = folder / "flipped.db"
    content = bytearray(sound.read_bytes())
    place = content.rindex(b"/local/domain/")
    content[place + 1] ^= 1
    flipped.write_bytes(content)
    for path in (sound, flipped):
        client.upload_file(str(path), "fleet", f"checked/{path.name}")
    rows = source.read(spark, "s3://fleet/checked/", relation="nodes", verified="true", program=program, **storage)
    answers = rows.groupBy("archive", "_error").count().collect()
    expected = read(spark, [sound], relation="nodes").count()
    by_name = {pathlib.PurePosixPath(row["archive"]).name: row for row in answers}
    expect(by_name["host7.db"]["_error"] is None and by_name["host7.db"]["count"] == expected > 0,
           f"S3, verified: the {expected} nodes of a sound archive")  # fmt: skip
    said = str(by_name["flipped.db"]["_error"])
    expect(by_name["flipped.db"]["count"] == 1 and said.startswith("not verified: "), f"S3, flipped bits: {said}")


def prove_published_objects(
    spark: SparkSession, client: Any, storage: dict[str, str], fleet: list[pathlib.Path], folder: pathlib.Path
) -> None:
    """A publication of objects to objects: the rows of a local one, and nothing twice."""
    options = {name.replace("_", ".", 1): value for name, value in storage.items()}
    names = [path.name for path in fleet[:3]]
    problems: list[str] = []

    def run(directory: str, archives_of: list[str]) -> publish.Result:
        return publish.run(spark, directory, archives_of, publish.RELATIONS, options, "all",
                           lambda archive, error: problems.append(error))  # fmt: skip

    def listed() -> dict[str, str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket="fleet", Prefix="lake/")
        entries = [entry for page in pages for entry in page.get("Contents", [])]
        # A key that ends in a slash is how pyarrow keeps a directory that is empty.
        return {entry["Key"]: entry["ETag"] for entry in entries if not entry["Key"].endswith("/")}

    objects = [f"s3://fleet/hosts/{name}" for name in names]
    first = run("s3://fleet/lake", objects)
    before = listed()
    again = run("s3://fleet/lake", objects)
    expect(first.images > 0 and again.images == 0 and listed() == before and not problems,
           f"S3: {first.images} images are published, and a second run writes nothing")  # fmt: skip
    client.put_object(Bucket="fleet", Key="lake/v1/nodes/day=2026-01-01/0123456789abcdef-0.parquet", Body=b"half")
    run("s3://fleet/lake", objects)
    expect(listed() == before, "S3: files of a run that did not end are removed")
    local = folder / "lake-of-objects"
    run(str(local), objects)
    for key in before:
        (folder / "fetched" / key).parent.mkdir(parents=True, exist_ok=True)
        client.download_file("fleet", key, str(folder / "fetched" / key))
    for relation in publish.RELATIONS:
        theirs, ours = (pq.read_table(top / "v1" / relation).to_pylist() for top in (folder / "fetched/lake", local))
        is_same = sorted(theirs, key=repr) == sorted(ours, key=repr) and len(ours) > 0
        count_case(is_same, f"S3: published {relation}: {len(theirs)} rows for {len(ours)}")


PUSHING = """
class Pushing(DataSource):
    def schema(self):
        return "n bigint"
    def reader(self, schema):
        return PushingReader()
class PushingReader(DataSourceReader):
    def __init__(self):
        self.only = None
    def pushFilters(self, filters):
        for each in filters:
            if isinstance(each, EqualTo):
                self.only = each.value
            else:
                yield each
    def read(self, partition):
        for n in range(10):
            if self.only is None or n == self.only:
                yield (n,)
"""


def prove_the_pitfall(spark: SparkSession) -> None:
    """Spark's push-down stays off because of a bug, and this says when the bug is mended."""
    name = "spark.sql.python.filterPushdown.enabled"
    expect(spark.conf.get(name) == "false", "the push-down of filters is off")
    names: dict[str, Any] = {}
    exec("from pyspark.sql.datasource import DataSource, DataSourceReader, EqualTo\n" + PUSHING, names)
    spark.dataSource.register(names["Pushing"])
    spark.conf.set(name, "true")
    try:
        spark.read.format("Pushing").load().createOrReplaceTempView("pushing")
        asked = [f"SELECT count(*) FROM pushing{where}" for where in ("", " WHERE n = 3", "")]
        counts = [spark.sql(sql).collect()[0][0] for sql in asked]
    finally:
        spark.conf.set(name, "false")
    version = spark.version
    expect(counts == [10, 1, 1],
           f"Spark {version} still keeps the filters of a view's first use: {counts}; [10, 1, 10] means that it is "
           "mended: the options where.* may become filters (docs/fleet.md)")  # fmt: skip


def prove_the_command(cluster: Cluster, folder: pathlib.Path, fleet: list[pathlib.Path], program: str) -> None:
    """The command gives the same on this machine and on the cluster."""
    links = folder / "links"
    links.mkdir()
    for path in fleet:
        (links / path.name).symlink_to(path)

    def run(*words: str) -> tuple[int, str, str]:
        environment = {**os.environ, "PYTHONPATH": str(TESTS.parent / "src")}
        environment.pop("PYSPARK_PYTHON", None)
        environment.pop("PYSPARK_SUBMIT_ARGS", None)
        result = subprocess.run([sys.executable, "-m", "xsarchive_spark", *words], capture_output=True, text=True,
                                env=environment, check=False, cwd=folder)  # fmt: skip
        return result.returncode, result.stdout, result.stderr

    # As one types it: the tasks of the cluster run elsewhere.
    asked = ("query", "dead_grantee", "links/", "--hosts", "--format", "csv")
    local = run(*asked)
    expect(local[0] == 0 and "crafted" in local[1], "the hosts with a dead grantee, on this machine")
    on_cluster = run(*asked, "--master", cluster.master)
    expect(on_cluster == local, "the same by one more option on the cluster")
    main = TESTS.parent / "src" / "xsarchive_spark" / "__main__.py"
    submit = [os.path.join(HOME, "bin", "spark-submit"), "--master", cluster.master, str(main), *asked]
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent / "src"), "PYSPARK_PYTHON": sys.executable,
                   "SPARK_LOCAL_IP": "127.0.0.1"}  # fmt: skip
    environment.pop("PYSPARK_SUBMIT_ARGS", None)
    submitted = subprocess.run(submit, capture_output=True, text=True, env=environment, check=False, cwd=folder)
    # spark-submit gives standard error to standard output.
    rows = [line for line in submitted.stdout.splitlines() if not line.startswith("xsarchive-fleet: ")]
    expect((submitted.returncode, rows) == (local[0], local[1].splitlines()), "the same by spark-submit")
    status, _, said = run("query", "dead_grantee", str(links), str(folder / "none.db"), "--master", cluster.master)
    expect(status == 2 and "none.db: no such file" in said, "status 2 and a line for an archive that is missing")
    status, text, said = run("archives", str(links), "--format", "jsonl", "--master", cluster.master)
    remarks = [json.loads(line)["remark"] for line in text.splitlines()]
    expect(status == 1 and remarks.count("2 archives have a series of this name") == 2,
           "archives reports the series that two archives have")  # fmt: skip
    status, text, _ = run("findings", str(links), "--program", program, "--format", "jsonl", "--master", cluster.master)
    rules = {json.loads(line)["rule"] for line in text.splitlines()}
    expect(status == 1 and "dead_grantee" in rules and "restore-dies" in rules, "findings, with those of the program")
    status, text, _ = run("odd-one-out", "/local/domain/0/name", str(links / "host*.db"), "--format", "jsonl",
                          "--master", cluster.master)  # fmt: skip
    odd = [json.loads(line) for line in text.splitlines()]
    told = [(pathlib.Path(row["archive"]).stem, row["state"], row["usual"], row["usual_hosts"]) for row in odd]
    others = len(list(links.glob("host*.db"))) - 1
    expect(status == 1 and told == [("host7-other", "absent", "Domain-0", others)], f"odd-one-out: {told}")
    sql = "SELECT series, count(*) AS n FROM nodes WHERE owner <> 0 GROUP BY series ORDER BY series"
    status, text, _ = run("sql", sql, str(fleet[0]), "--format", "csv", "--master", cluster.master)
    expect(status == 0 and text.startswith("series,n\n"), "a SELECT of Spark over a relation")


def prove_publishing(spark: SparkSession, folder: pathlib.Path, fleet: list[pathlib.Path]) -> None:
    """Published rows are those of the archives, once, however often a run is repeated."""
    lake = str(folder / "lake")
    problems: list[str] = []

    def run(paths: list[pathlib.Path]) -> publish.Result:
        return publish.run(spark, lake, list(map(str, paths)), publish.RELATIONS, {}, "all",
                           lambda archive, error: problems.append(archive))  # fmt: skip

    first = run(fleet[:5])
    files = {path: path.read_bytes() for path in sorted(pathlib.Path(lake).rglob("*.*"))}
    again = run(fleet[:5])
    expect(again.images == 0 and files == {p: p.read_bytes() for p in sorted(pathlib.Path(lake).rglob("*.*"))},
           f"a second run of the same {first.images} images writes nothing")  # fmt: skip
    run(fleet)
    # A run that did not end leaves files without a list.
    leftover = pathlib.Path(lake) / "v1" / "nodes" / "day=2026-01-01"
    leftover.mkdir()
    shutil.copy(next(iter(files)), leftover / "0123456789abcdef-0.parquet")
    run([*fleet, folder / "none.db"])
    expect(not list(leftover.iterdir()), "files of a run that did not end are removed")
    expect([pathlib.Path(name).name for name in problems] == ["none.db"], "an archive that is missing is named")
    for relation in ("nodes", "watches", "connections", "images"):
        rows = pq.read_table(pathlib.Path(lake) / "v1" / relation).to_pylist()
        own: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            own.setdefault(row["archive"], []).append(row)
        for path in fleet:
            connection = reference.connect(path)
            count = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()[0]
            connection.close()
            got = own.get(str(path), [])
            count_case(len(got) == count, f"published {relation} of {path.name}: {len(got)} rows for {count}")
            if relation == "nodes":
                compare_nodes(path, got)
    rows = pq.read_table(pathlib.Path(lake) / "v1" / "changes").to_pylist()
    for path in fleet:
        compare_changes(path, [row for row in rows if row["archive"] == str(path)])
    # Relations that an earlier run left out are added by a later one.
    few = folder / "lake-of-few"
    host = str(next(path for path in fleet if path.stem == "host7"))
    for relations in (("images",), ("images", "changes", "watches")):
        result = publish.run(spark, str(few), [host], relations, {}, "all", lambda archive, error: None)
        expect(result.images > 0, f"published {', '.join(relations)}: {result.images} images")
    for relation in ("images", "changes", "watches"):
        count = len(pq.read_table(few / "v1" / relation))
        whole = [row for row in pq.read_table(pathlib.Path(lake) / "v1" / relation).to_pylist()
                 if row["archive"] == host]  # fmt: skip
        count_case(count == len(whole), f"{relation} of two runs: {count} rows for {len(whole)}")


def compare_nodes(path: pathlib.Path, got: list[dict[str, Any]]) -> None:
    """Published nodes have every octet, and lead to the image's digest."""
    connection = reference.connect(path)
    expected = sorted(
        (image, reference.octets(name), reference.octets(value), perms or "", digest)
        for image, name, value, perms, digest in connection.execute(
            "SELECT n.image_id, n.path, n.value, n.perms, i.sha256 FROM nodes n JOIN images i USING (image_id)"
        )
    )
    connection.close()

    def octets(row: dict[str, Any], name: str) -> bytes | None:
        text = row[name]
        return row[name + "_octets"] if row[name + "_octets"] is not None else text and text.encode() or (
            b"" if text == "" else None
        )

    ours = sorted(
        (row["image_id"], octets(row, "path"), octets(row, "value"), row["perms"] or "", row["image_sha256"])
        for row in got
    )
    key = repr
    count_case(sorted(ours, key=key) == sorted(expected, key=key), f"published nodes of {path.name}: the same octets")


def compare_changes(path: pathlib.Path, got: list[dict[str, Any]]) -> None:
    """Published changes are those from each step of a series to the next, and lead to both images."""
    connection = reference.connect(path)
    expected = []
    for steps in reference.steps(connection).values():
        for before, after in zip(steps, steps[1:]):
            expected += connection.execute(
                "SELECT b.sha256, a.sha256, c.change, c.path, c.old_value, c.new_value FROM node_changes c "
                "JOIN images b ON b.image_id = c.before_id JOIN images a ON a.image_id = c.after_id "
                "WHERE c.before_id = ? AND c.after_id = ?", (before, after)).fetchall()  # fmt: skip
    connection.close()

    def octets(row: dict[str, Any], name: str) -> bytes | None:
        text = row[name]
        return row[name + "_octets"] if row[name + "_octets"] is not None else None if text is None else text.encode()

    ours = [
        (row["before_sha256"], row["image_sha256"], row["change"],
         *(octets(row, name) for name in ("path", "old_value", "new_value")))
        for row in got
    ]  # fmt: skip
    theirs = [(*row[:3], *map(reference.octets, row[3:])) for row in expected]
    same_rows = sorted(ours, key=repr) == sorted(theirs, key=repr)
    count_case(same_rows, f"published changes of {path.name}: {len(ours)} rows for {len(theirs)}")


def main(program: str, generator: str, folder: pathlib.Path) -> int:
    """Runs all; returns the exit status."""
    global VIEWS
    # So that the cluster ends with this program, whoever ends it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    start = time.monotonic()
    fleet = sorted(archives.make(folder / "archives", program, generator))
    VIEWS = reference.views(fleet[0])
    print(f"{len(fleet)} archives made, {time.monotonic() - start:.0f} s", flush=True)
    with Cluster(folder / "cluster") as cluster:
        print(f"a master and two workers started, {time.monotonic() - start:.0f} s", flush=True)
        settings = {"spark.executor.memory": "1g", "spark.driver.memory": "2g"}
        with session.session(cluster.master, settings) as spark:
            prove_all(spark, folder, fleet)
            prove_types(spark, fleet)
            prove_a_kill(spark, cluster, fleet)
            prove_errors(spark, folder, fleet, program)
            prove_object_store(spark, folder, fleet, program)
            prove_the_pitfall(spark)
            prove_publishing(spark, folder, fleet)
        prove_the_command(cluster, folder, fleet, program)
    for failure in failures:
        print("fleet-test: " + failure, file=sys.stderr)
    print(f"{time.monotonic() - start:.0f} s, {len(failures)} problems")
    print(f"{same} of {compared} the same")
    return 0 if not failures and same == compared else 1


VIEWS: dict[str, list[str]] = {}

if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()))
