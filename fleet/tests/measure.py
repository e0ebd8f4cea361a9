#!/usr/bin/env python3
"""Measures the fleet: archives, ten queries, on a cluster of one and of two workers, and one process.

Usage: measure.py PROGRAM GENERATOR DIRECTORY [COUNT [GUESTS]]

COUNT (1000) archives are links to fourteen hosts of GUESTS (40) guests with ten images. Processor time
of Spark is that of its executors with their Python; that of the driver is named apart. On a busy
machine, compare processor times, and seconds only within one run.
"""

from __future__ import annotations

import os
import pathlib
import resource
import sqlite3
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS.parent / "src")]

from pyspark.sql import SparkSession
from xsarchive_spark import session, source

import archives
import reference
from cluster import Cluster

QUERIES = (
    "dead_grantee", "dead_owner", "pending_output", "watches_by_domain", "largest_owners", "device_state",
    "orphan_backend", "domains", "foreign_owner", "home_vs_connection",
)  # fmt: skip
TICKS = os.sysconf("SC_CLK_TCK")


def make(program: str, generator: str, folder: pathlib.Path, count: int, guests: int) -> pathlib.Path:
    """Links to the archives of fourteen hosts."""
    hosts = folder / "hosts"
    links = folder / f"links{count}"
    hosts.mkdir(parents=True, exist_ok=True)
    for number in range(1, 15):
        archive = hosts / f"host{number:02}.db"
        if not archive.exists():
            images = folder / f"images{number}"
            archives.run(generator, images, str(guests), "10", "values=1", "replace=3", f"seed={number}")
            archives.run(program, "import", "-q", "-a", archive, "--series", archive.stem, images)
    links.mkdir(exist_ok=True)
    for number in range(count):
        link = links / f"host{number:04}.db"
        if not link.exists():
            link.symlink_to(hosts / f"host{number % 14 + 1:02}.db")
    return links


def one_process(links: pathlib.Path) -> dict[str, tuple[float, float, int, int]]:
    """Seconds, processor seconds, rows and bytes read of each query, by one process of SQLite."""
    queries = reference.queries()
    result = {}
    for name in QUERIES:
        start, used, read = time.monotonic(), processor(), bytes_read()
        rows = 0
        for path in sorted(links.iterdir()):
            connection = reference.connect(path)
            rows += sum(1 for _ in reference.of_query(connection, queries[name], {}))
            connection.close()
        result[name] = (time.monotonic() - start, processor() - used, rows, bytes_read() - read)
    return result


def processor() -> float:
    """The processor seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def bytes_read() -> int:
    """The bytes that this process has read."""
    return int(pathlib.Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])


def processor_of(roots: list[int]) -> float:
    """The processor seconds of processes and of all below them, with those that ended."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            used[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    total, waiting = 0.0, list(roots)
    while waiting:
        process = waiting.pop()
        total += used.get(process, 0.0)
        waiting += children.get(process, [])
    return total


def on_spark(spark: SparkSession, cluster: Cluster, links: pathlib.Path) -> dict[str, tuple[float, float, int, int]]:
    """Seconds, processor seconds of the executors, rows and bytes to the driver of each query."""
    cores = spark.sparkContext.defaultParallelism
    # The session is up: executors run, and their Python has the package.
    for _ in range(2):
        source.read(spark, str(links), query="pending_output", cores=cores).toArrow()
    executors = cluster.executors()
    result = {}
    for name in QUERIES:
        start, used = time.monotonic(), processor_of(executors)
        table = source.read(spark, str(links), query=name, cores=cores).toArrow()
        errors = table.column("_error")
        assert errors.null_count == len(errors), errors.drop_null()[0]
        result[name] = (time.monotonic() - start, processor_of(executors) - used, len(table), table.nbytes)
    return result


def main(program: str, generator: str, folder: pathlib.Path, count: int, guests: int) -> None:
    """Measures, and prints a table."""
    links = make(program, generator, folder, count, guests)
    size = sum(path.stat().st_size for path in links.iterdir())
    print(f"{count} archives of {guests} guests, {size} bytes, SQLite {sqlite3.sqlite_version}, "
          f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    alone = one_process(links)
    print(f"one process done, load {os.getloadavg()[0]:.1f}", flush=True)
    spark_results = []
    for workers in (1, 2):
        with Cluster(folder / f"cluster{workers}", workers) as cluster:
            start = time.monotonic()
            with session.session(cluster.master, {"spark.executor.memory": "1g"}) as spark:
                spark.range(1).count()
                up = time.monotonic() - start
                spark_results.append(on_spark(spark, cluster, links))
        print(f"{workers} workers done, session up after {up:.1f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    print("| query | rows | bytes read | bytes to the driver | 1 process: s, cpu | 1 worker: s, cpu "
          "| 2 workers: s, cpu | cpu, 2 workers / process |")  # fmt: skip
    sums = [0.0] * 6
    for name in QUERIES:
        first, one, two = alone[name], spark_results[0][name], spark_results[1][name]
        assert first[2] == one[2] == two[2], name
        numbers = [first[0], first[1], one[0], one[1], two[0], two[1]]
        sums = [a + b for a, b in zip(sums, numbers)]
        print(f"| `{name}` | {first[2]} | {first[3]} | {two[3]} | "
              + " | ".join(f"{a:.1f}, {b:.1f}" for a, b in zip(numbers[::2], numbers[1::2]))
              + f" | {two[1] / first[1]:.2f} |")  # fmt: skip
    print("| all | | | | " + " | ".join(f"{a:.1f}, {b:.1f}" for a, b in zip(sums[::2], sums[1::2]))
          + f" | {sums[5] / sums[1]:.2f} |")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5, 6):
        sys.exit(__doc__)
    numbers = [int(word) for word in sys.argv[4:]] + [1000, 40][len(sys.argv) - 4 :]
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve(), *numbers)
