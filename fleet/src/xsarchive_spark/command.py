"""The command xsarchive-fleet."""

from __future__ import annotations

import argparse
import collections
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import catalog, octets, progress, publish
from .arguments import SEVERITIES, parse
from .catalog import NoSuchName
from .request import BadOption, request
from .session import NoSession, session
from .tables import Table, rows_of

# An image to which a query does not apply is no trouble.
_NOTE = "not applicable: "

DONE, DIFFERENCES, TROUBLE, USAGE = 0, 1, 2, 64


class Fleet:
    """The archives of a command line in a session."""

    def __init__(self, spark: SparkSession, given: argparse.Namespace) -> None:
        self.spark = spark
        self.given = given
        self.status = DONE

    def read(self, **options: str | None) -> DataFrame:
        """The rows of a question to the archives."""
        reader = self.spark.read.format("xsarchive")
        cores = str(self.spark.sparkContext.defaultParallelism)
        for name, value in {**base_options(self.given), "cores": cores, **options}.items():
            if value is not None:
                reader = reader.option(name.replace("__", "."), value)
        return reader.load()

    def fetch(self, rows: DataFrame) -> pa.Table:
        """The rows, while progress is shown."""
        with progress.shown(self.spark, self.given.command, not self.given.quiet):
            return rows.toArrow()

    def answered(self, table: pa.Table) -> pa.Table:
        """The rows of archives that answered; the others are named on standard error."""
        errors = table.column("_error")
        failed = table.filter(errors.is_valid())
        notes: collections.Counter[str] = collections.Counter()
        # Grouped rows have their number.
        counts = failed.column("count").to_pylist() if "count" in failed.column_names else [1] * len(failed)
        archives, said = failed.column("archive").to_pylist(), failed.column("_error").to_pylist()
        for archive, error, count in zip(archives, said, counts):
            if error.startswith(_NOTE):
                notes[error] += count
            else:
                self.complain(archive, error)
        for note, count in sorted(notes.items()):
            say(f"{count} image{'s' * (count > 1)}: {note}")
        return table.filter(errors.is_null()).drop_columns(["_error"])

    def complain(self, archive: str, error: str) -> None:
        """Names an archive that gave no answer."""
        say(f"{archive}: {error}")
        self.status = TROUBLE

    def print(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Prints a table; returns the number of its rows."""
        table = Table(columns, self.given.format)
        for row in rows:
            table.add(row)
        table.finish()
        sys.stdout.flush()
        return table.count

    def print_answer(self, table: pa.Table, hidden: Iterable[str] = ()) -> int:
        """Prints an answer with its octets in place of their text."""
        table = table.drop_columns([name for name in hidden if name in table.column_names])
        kinds = ["binary" if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type) else ""
                 for field in table.schema]  # fmt: skip
        names = table.column_names
        shown = [name for name, kind in zip(names, kinds) if kind != "binary"]
        return self.print(shown, rows_of(names, kinds, tuples(table)))


def tuples(table: pa.Table) -> Iterable[tuple[Any, ...]]:
    """The rows of a table, batch by batch."""
    for batch in table.to_batches(max_chunksize=4096):
        yield from zip(*(column.to_pylist() for column in batch.columns))


def say(message: str) -> None:
    """A line on standard error."""
    sys.stdout.flush()
    print("xsarchive-fleet: " + octets.harmless(message), file=sys.stderr)


def base_options(given: argparse.Namespace) -> dict[str, str]:
    """The options of the data source that every command has."""
    options = {"archives": "\n".join(given.archives)}
    wanted = {
        "images": "images", "where.series": "series", "where.image": "image", "where.path": "path",
        "where.prefix": "prefix", "where.domid": "domid", "program": "program", "timeout": "timeout",
        "task_archives": "task_archives",
    }  # fmt: skip
    for option, name in wanted.items():
        value = getattr(given, name, None)
        if value is not None and not (given.command == "odd-one-out" and name == "path"):
            options[option] = str(value)
    options |= {f"storage.{key}": value for key, value in pairs(given.storage, "--storage").items()}
    options |= {f"param.{key}": value for key, value in pairs(getattr(given, "parameters", []), "-P").items()}
    if given.fail_fast:
        options["mode"] = "failfast"
    if given.verified:
        options["verified"] = "true"
    return options


def pairs(words: list[str], option: str) -> dict[str, str]:
    """The values of an option KEY=VALUE."""
    result = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or not key:
            raise BadOption(f"{option} {word}: give KEY=VALUE")
        result[key] = value
    return result


# How much of the head a table as text shows; other formats have all of it.
_HIDDEN = ("archive_id", "seen_at")
# The digits of a digest that a table as text shows.
_DIGITS = 16


def run_query(fleet: Fleet) -> None:
    """`query NAME ARCHIVES...`"""
    given = fleet.given
    rows = fleet.read(query=given.name, notes="true" if given.out is None else None)
    if given.out is not None:
        with progress.shown(fleet.spark, "query", not given.quiet):
            rows.where("_error IS NULL").drop("_error").write.parquet(given.out)
        report_unread(fleet)
        return
    if given.hosts:
        counts = rows.groupBy("archive", "series", "_error").count().orderBy("series", "archive")
        table = fleet.answered(fleet.fetch(counts))
        fleet.print(["series", "archive", "rows"], ((b, a, n) for a, b, n in tuples(table)))
        return
    hidden = _HIDDEN if given.format == "text" else ()
    fleet.print_answer(fleet.answered(fleet.fetch(rows)), hidden)


def report_unread(fleet: Fleet) -> None:
    """Names the archives that cannot be read, where rows do not say so."""
    errors = fleet.read(report="images").where("_error IS NOT NULL").select("archive", "_error")
    for archive, error in errors.collect():
        fleet.complain(archive, error)


def run_findings(fleet: Fleet) -> None:
    """`findings ARCHIVES...`"""
    given = fleet.given
    failing = given.fail_on or given.severity
    least = min(given.severity, failing, key=SEVERITIES.index)
    wanted = SEVERITIES[SEVERITIES.index(least) :]
    rows = fleet.read(report="findings")
    rows = rows.where(F.col("severity").isin(*wanted) | F.col("_error").isNotNull())
    if given.each:
        table = fleet.answered(fleet.fetch(rows))
        fleet.print_answer(table, (*_HIDDEN, "fields", "unlisted") if given.format == "text" else ())
        found = set(table.column("severity").to_pylist())
    else:
        # A row that counts what is not listed stands for that many.
        count = F.sum(F.greatest(F.lit(1), F.col("unlisted"))).alias("findings")
        grouped = rows.groupBy("series", "archive", "rule", "severity", "_error").agg(count)
        table = fleet.answered(fleet.fetch(grouped.orderBy("series", "archive", "rule")))
        fleet.print_answer(table)
        found = set(table.column("severity").to_pylist())
    if given.program is None and not given.quiet:
        say("without restore-skips, restore-alters, restore-over-reads and restore-dies; --program xsarchive adds them")
    if found & set(SEVERITIES[SEVERITIES.index(failing) :]):
        fleet.status = max(fleet.status, DIFFERENCES)


def run_sql(fleet: Fleet) -> None:
    """`sql SELECT ARCHIVES...`"""
    words = set(re.findall(r"\w+", fleet.given.statement))
    relations = [name for name in catalog.load().views if name in words]
    if not relations:
        raise BadOption("the statement names no relation; docs/schema.md lists them as views")
    for name in relations:
        fleet.read(relation=name).where("_error IS NULL").drop("_error").createOrReplaceTempView(name)
    rows = fleet.spark.sql(fleet.given.statement)
    if fleet.given.out is not None:
        with progress.shown(fleet.spark, "sql", not fleet.given.quiet):
            rows.write.parquet(fleet.given.out)
    report_unread(fleet)
    if fleet.given.out is None:
        fleet.print_answer(fleet.fetch(rows))


def run_odd_one_out(fleet: Fleet) -> None:
    """`odd-one-out PATH ARCHIVES...`"""
    given = fleet.given
    table = fleet.answered(fleet.fetch(fleet.read(report="value", where__path=given.path)))
    names = ["archive", "series", "image_id", "image", "state", "value_octets", "perms"]
    rows = list(tuples(table.select(names)))
    known = [row for row in rows if row[4] != "unknown"]
    if len(known) < len(rows):
        say(f"{len(rows) - len(known)} images do not say what {given.path} holds, and are left out")

    def kind(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return (row[4], row[5], row[6] if given.perms else None)

    counts = collections.Counter(map(kind, known))
    if not counts:
        return
    usual, most = max(counts.items(), key=lambda entry: (entry[1], repr(entry[0])))
    odd = [row for row in known if kind(row) != usual]
    columns = ["archive", "series", "image_id", "image", "state", "value", "perms", "hosts", "usual", "usual_hosts"]
    fleet.print(columns, ((*row, counts[kind(row)], usual[1], most) for row in odd))
    if odd:
        fleet.status = max(fleet.status, DIFFERENCES)


def run_archives(fleet: Fleet) -> None:
    """`archives ARCHIVES...`"""
    given = fleet.given
    table = fleet.answered(fleet.fetch(fleet.read(report="archives")))
    table = table.drop_columns(["image_id", "image", "seen_at"])
    series = collections.defaultdict(set)
    copies = collections.defaultdict(set)
    rows = [dict(zip(table.column_names, row)) for row in tuples(table)]
    for row in rows:
        series[row["series"]].add(row["archive_id"])
        copies[row["archive_id"]].add(row["archive"])
    shown = []
    for row in rows:
        remarks = []
        if len(series[row["series"]]) > 1:
            remarks.append(f"{len(series[row['series']])} archives have a series of this name")
        if len(copies[row["archive_id"]]) > 1:
            remarks.append(f"{len(copies[row['archive_id']])} files are this archive")
        shown.append([*row.values(), "; ".join(remarks) or None])
    if given.format == "text":
        digests = [table.column_names.index(name) for name in ("archive_id", "file_sha256", "custody_hash")]
        for entry in shown:
            for place in digests:
                entry[place] = entry[place][:_DIGITS]
    fleet.print([*table.column_names, "remark"], shown)
    if any(entry[-1] for entry in shown):
        fleet.status = max(fleet.status, DIFFERENCES)


def run_publish(fleet: Fleet) -> None:
    """`publish DIR ARCHIVES...`"""
    given = fleet.given
    names = tuple(name.strip() for name in given.relations.split(",")) if given.relations else publish.RELATIONS
    options = {name: value for name, value in base_options(given).items() if name != "archives"}
    with progress.shown(fleet.spark, "publish", not given.quiet):
        result = publish.run(
            fleet.spark, given.directory, given.archives, names, options, publish_images(given), fleet.complain
        )
    fleet.print(["relation", "rows", "files", "bytes"], result.written)
    say(f"{result.images} new images of {result.archives} archives; {result.known} were published before")


def publish_images(given: argparse.Namespace) -> str:
    """Which images are to be published."""
    if given.latest and given.since is not None:
        raise BadOption("--latest and --since: give one of them")
    return "latest" if given.latest else "all" if given.since is None else f"since:{given.since}"


def list_queries(form: str) -> int:
    """`query` without a name."""
    table = Table(["name", "title"], form)
    for query in catalog.load().queries.values():
        table.add([query.name, query.title])
    table.finish()
    return DONE


_COMMANDS = {
    "query": run_query,
    "findings": run_findings,
    "sql": run_sql,
    "odd-one-out": run_odd_one_out,
    "archives": run_archives,
    "publish": run_publish,
}


def check(given: argparse.Namespace) -> None:
    """Finds mistakes before a session is started, which takes seconds."""
    options = base_options(given)
    if given.command == "query":
        request({**options, "query": given.name}, catalog.load())
    elif given.command == "publish":
        request({**options, "report": "images", "images": publish_images(given)}, catalog.load())
    else:
        report = {"sql": "images", "odd-one-out": "value"}.get(given.command, given.command)
        request({**options, "report": report, "where.path": "/"}, catalog.load())
    pairs(given.conf, "--conf")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    given = parse(arguments)
    if given.command == "query" and given.name is None:
        return list_queries(given.format)
    try:
        if not given.archives:
            raise BadOption(f"query {given.name}: name the archives")
        check(given)
    except (BadOption, NoSuchName) as error:
        say(str(error))
        return USAGE
    try:
        computes = given.command in ("sql", "publish")
        with session(given.master, pairs(given.conf, "--conf"), given.python, computes) as spark:
            fleet = Fleet(spark, given)
            _COMMANDS[given.command](fleet)
            return fleet.status
    except (NoSession, publish.NotPublished) as error:
        say(str(error))
    except BadOption as error:
        say(str(error))
        return USAGE
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except Exception as error:
        say(reason(error))
    return TROUBLE


def reason(error: Exception) -> str:
    """The line of Spark's report that says what went wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ours = [line for line in lines if re.match(r"(xsarchive_spark\S*|\w*(Error|Problem)): ", line)]
    line = ours[-1] if ours else lines[0] if lines else type(error).__name__
    return re.sub(r"^[\w.]+(Error|Problem|NoSuchName|BadOption): ", "", line)
