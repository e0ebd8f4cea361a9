#!/usr/bin/env python3
"""Measures the fleet.

Usage: measure.py PROGRAM GENERATOR DIRECTORY [COUNT [GUESTS]]
       measure.py PROGRAM GENERATOR DIRECTORY slopes COUNT,COUNT... QUERY

COUNT (1000) archives are links to fourteen hosts of GUESTS (20) guests with ten images. The first form
prints the table of docs/fleet.md: ten queries by one process of SQLite, by two at once, and on a
cluster of one and of two workers. The second asks one query of more and more archives of 20 guests on
two workers. Processor time of Spark is that of its executors with their Python; that of the driver is
named apart. On a busy machine, compare processor times, and seconds only within one run.
"""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import pickle
import resource
import sqlite3
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS), str(TESTS.parent / "src")]

from pyspark.sql import SparkSession
from xsarchive_spark import catalog, session, source
from xsarchive_spark.request import request

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
    hosts = folder / f"hosts{guests}"
    links = folder / f"links{guests}x{count}"
    hosts.mkdir(parents=True, exist_ok=True)
    for number in range(1, 15):
        archive = hosts / f"host{number:02}.db"
        if not archive.exists():
            images = folder / f"images{number}"
            archives.run(generator, images, str(guests), "10", "values=1", "replace=3", f"seed={number}")
            archives.run(program, "import", "-q", "-a", archive, "--series", archive.stem, images)
    links.mkdir(exist_ok=True)
    for number in range(count):
        link = links / f"host{number:06}.db"
        if not link.exists():
            link.symlink_to(hosts / f"host{number % 14 + 1:02}.db")
    return links


def ask(name: str, paths: list[pathlib.Path]) -> tuple[float, int, int]:
    """Processor seconds, rows and bytes read of a query, in the plainest loop that Python has."""
    used, read, rows = processor(), bytes_read(), 0
    sql = reference.queries()[name]
    for path in paths:
        connection = reference.connect(path)
        # Without octets that are not UTF-8, which these hosts do not have.
        connection.text_factory = str
        rows += sum(1 for _ in reference.of_query(connection, sql, {}))
        connection.close()
    return processor() - used, rows, bytes_read() - read


def processes(links: pathlib.Path, count: int) -> dict[str, tuple[float, float, int, int]]:
    """Seconds, processor seconds, rows and bytes read of each query, by processes of SQLite at once."""
    paths = sorted(links.iterdir())
    result = {}
    with multiprocessing.get_context("fork").Pool(count) as pool:
        for name in QUERIES:
            start = time.monotonic()
            parts = pool.starmap(ask, [(name, paths[place::count]) for place in range(count)], 1)
            used, rows, read = (sum(part[place] for part in parts) for place in range(3))
            result[name] = (time.monotonic() - start, used, int(rows), int(read))
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


def driver_processor() -> float:
    """The processor seconds of the driver: of this process, and of its Java without what that started."""
    used = processor()
    for process in driver_java():
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += sum(map(int, fields[11:13])) / TICKS
    return used


def listing(links: pathlib.Path) -> tuple[float, int]:
    """The processor seconds to list and pack archives, and the bytes of all tasks."""
    used = processor()
    asked = request({"query": "dead_grantee", "archives": str(links)}, catalog.load())
    tasks = source.XSArchiveReader(asked).partitions()
    return processor() - used, sum(len(pickle.dumps(task)) for task in tasks)


def driver_java() -> list[int]:
    """The Java of the driver."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == os.getpid() and b"org.apache.spark.deploy.SparkSubmit" in words:
                found.append(int(entry.name))
    return found


def peak(process: int | str) -> int:
    """The most memory that a process had, in MB."""
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) // 1024


def table(program: str, generator: str, folder: pathlib.Path, count: int, guests: int) -> None:
    """Measures, and prints the table of docs/fleet.md."""
    links = make(program, generator, folder, count, guests)
    size = sum(path.stat().st_size for path in links.iterdir())
    print(f"{count} archives of {guests} guests, {size / 1e6:.0f} MB, SQLite {sqlite3.sqlite_version}, "
          f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    alone = processes(links, 1)
    both = processes(links, 2)
    print(f"processes done, load {os.getloadavg()[0]:.1f}", flush=True)
    spark_results = []
    for workers in (1, 2):
        with Cluster(folder / f"cluster{workers}", workers) as cluster:
            start = time.monotonic()
            with session.session(cluster.master, {"spark.executor.memory": "1g"}) as spark:
                spark.range(1).count()
                up, used = time.monotonic() - start, driver_processor()
                spark_results.append(on_spark(spark, cluster, links))
                used = driver_processor() - used
        print(f"{workers} workers done, session up after {up:.1f} s, driver {used:.1f} s of processor, "
              f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    print("| query | rows | read from files | to the driver | one process | two at once | 1 worker | 2 workers "
          "| to one | to two |\n|" + " --- |" * 10)  # fmt: skip
    columns = [alone, both, *spark_results]
    sums = [[0.0, 0.0] for _ in columns]
    for name in QUERIES:
        cells = [column[name] for column in columns]
        assert len({cell[2] for cell in cells}) == 1, name
        for total, cell in zip(sums, cells):
            total[0] += cell[0]
            total[1] += cell[1]
        print(f"| `{name}` | {cells[0][2]:,} | {cells[0][3] / 1e6:.0f} MB | {cells[3][3] / 1e6:.1f} MB | "
              + line([list(cell[:2]) for cell in cells]))  # fmt: skip
    print("| all ten | | | | " + line(sums))


def line(cells: list[list[float]]) -> str:
    """Seconds and processor seconds, and how two workers compare with one process and with two."""
    shown = " | ".join(f"{seconds:.1f}, {used:.1f}" for seconds, used in cells)
    return f"{shown} | {cells[3][1] / cells[0][1]:.2f} | {cells[3][1] / cells[1][1]:.2f} |"


def slopes(program: str, generator: str, folder: pathlib.Path, counts: list[int], name: str) -> None:
    """Asks one query of more and more archives, and prints what each further archive costs."""
    found = []
    print(f"`{name}`, two workers, load {os.getloadavg()[0]:.1f}")
    print("| archives | seconds | executors, processor | driver, processor | to list them, processor | tasks "
          "| driver's peak memory: Java, Python |\n|" + " --- |" * 7, flush=True)  # fmt: skip
    with Cluster(folder / "cluster2", 2) as cluster:
        with session.session(cluster.master, {"spark.executor.memory": "1g"}) as spark:
            for count in [counts[0], *counts]:
                links = make(program, generator, folder, count, 20)
                cores = spark.sparkContext.defaultParallelism
                start, used, own = time.monotonic(), processor_of(cluster.executors()), driver_processor()
                rows = source.read(spark, str(links), query=name, cores=cores)
                answer = rows.groupBy("series", "archive", "_error").count().toArrow()
                assert answer.column("_error").null_count == len(answer)
                numbers = (time.monotonic() - start, processor_of(cluster.executors()) - used, driver_processor() - own)
                found.append((count, *numbers))
                # The first is only there to warm up.
                if len(found) > 1:
                    memory = f"{peak(driver_java()[0])}, {peak('self')} MB"
                    used, size = listing(links)
                    print(f"| {count:,} | " + " | ".join(f"{number:.1f}" for number in numbers)
                          + f" | {used:.2f} | {size / 1e6:.2f} MB | {memory} |", flush=True)  # fmt: skip
    (least, *first), (most, *last) = found[1], found[-1]
    for what, low, high in zip(("seconds", "executors", "driver"), first, last):
        slope = (high - low) / (most - least)
        print(f"{what}: {slope * 1000:.2f} ms an archive and {low - slope * least:.1f} s; 100,000 archives: "
              f"{low + slope * (100_000 - least):.0f} s")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5, 6, 7):
        sys.exit(__doc__)
    place = pathlib.Path(sys.argv[3]).resolve()
    if sys.argv[4:5] == ["slopes"]:
        slopes(sys.argv[1], sys.argv[2], place, [int(word) for word in sys.argv[5].split(",")], sys.argv[6])
    else:
        given = [int(word) for word in sys.argv[4:]] + [1000, 20][len(sys.argv) - 4 :]
        table(sys.argv[1], sys.argv[2], place, given[0], given[1])
