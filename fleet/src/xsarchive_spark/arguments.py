"""The command line of xsarchive-fleet."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from .tables import FORMATS
from .version import __version__

SEVERITIES = ("info", "warning", "error")

_EPILOG = """\
ARCHIVES are files, directories (their *.db), patterns in quotation marks, or URIs like s3://bucket/hosts/*.db.
Exit status: 0 done, 1 findings or differences, 2 trouble (an archive could not be read), 64 wrong usage.
docs/fleet.md explains all of it.
"""
_OUT = "write Parquet files with Spark instead of printing rows"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    result = _Parser(
        prog="xsarchive-fleet",
        description="Ask many archives of xsarchive at once, on Spark.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--version", action="version", version=f"xsarchive-fleet {__version__}")
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    query = _command(commands, "query", "Run a named query on each archive; without a name, list the queries.")
    query.add_argument("name", nargs="?", metavar="NAME", help="the query's name")
    _archives(query, "*")
    _conditions(query)
    query.add_argument(
        "-P", dest="parameters", action="append", default=[], metavar="KEY=VALUE", help="a parameter of the query"
    )
    query.add_argument("--hosts", action="store_true", help="only say how many rows each series of an archive has")
    query.add_argument("--out", metavar="DIR", help=_OUT)

    findings = _command(commands, "findings", "Count what `xsarchive check` finds, by host and rule.")
    _archives(findings, "+")
    _conditions(findings, rows=False)
    findings.add_argument("--each", action="store_true", help="list each finding")
    findings.add_argument("--severity", choices=SEVERITIES, default="warning", help="the lowest to list")
    findings.add_argument("--fail-on", choices=SEVERITIES, help="the lowest that gives exit status 1")

    sql = _command(commands, "sql", "Run a SELECT of Spark over the relations of all archives.")
    sql.add_argument("statement", metavar="SELECT", help="its tables are the views of an archive, docs/schema.md")
    _archives(sql, "+")
    _conditions(sql)
    sql.add_argument("--out", metavar="DIR", help=_OUT)

    odd = _command(commands, "odd-one-out", "List the hosts on which a path holds something else than on most.")
    odd.add_argument("path", metavar="PATH", help="the path of a node")
    _archives(odd, "+")
    _conditions(odd, rows=False)
    odd.add_argument("--perms", action="store_true", help="compare permissions, too")

    archives = _command(commands, "archives", "Say what each archive is, and which have a series of one name.")
    _archives(archives, "+")

    publish = _command(commands, "publish", "Write relations as Parquet files, by day.")
    publish.add_argument("directory", metavar="DIR", help="a directory, or a URI like s3://bucket/xenstore")
    _archives(publish, "+")
    publish.add_argument("--since", metavar="TIME", help="only images that were seen at that time or later")
    publish.add_argument("--latest", action="store_true", help="only the newest image of each series")
    publish.add_argument("--relations", metavar="NAMES", help="only these, with commas between them")
    return result


def parse(words: list[str] | None) -> argparse.Namespace:
    """The arguments; archives may come after options.

    Ends the program with status 64 if they are wrong.
    """
    known = parser()
    given, rest = known.parse_known_args(words)
    unknown = [word for word in rest if word.startswith("-")]
    if unknown or (rest and getattr(given, "name", "") is None):
        known.error(f"unrecognized arguments: {' '.join(unknown or rest)}")
    given.archives += rest
    return given


def _command(commands: argparse._SubParsersAction[_Parser], name: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text, epilog=_EPILOG,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    command.add_argument("--master", metavar="URL", help="Spark's master (default: local[*])")
    command.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark")
    command.add_argument("--python", metavar="PATH", help="the Python of the tasks (default: this one)")
    command.add_argument("--format", choices=FORMATS, default="text", help="how rows are printed")
    command.add_argument("-q", "--quiet", action="store_true", help="no progress")
    command.add_argument("--fail-fast", action="store_true", help="stop at the first archive that cannot be read")
    command.add_argument("--verified", action="store_true", help="ask only archives that pass `xsarchive verify`")
    command.add_argument("--program", metavar="PATH", help="the xsarchive of the tasks")
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="stop a statement after that time")
    command.add_argument("--storage", action="append", default=[], metavar="KEY=VALUE",
                         help="what pyarrow's file system takes, like endpoint_override=127.0.0.1:9000")  # fmt: skip
    command.add_argument("--task-archives", type=int, metavar="COUNT", help="at most that many archives in a task")
    return command


def _archives(command: argparse.ArgumentParser, count: str) -> None:
    command.add_argument("archives", nargs=count, metavar="ARCHIVES", help="files, directories, patterns or URIs")


def _conditions(command: argparse.ArgumentParser, rows: bool = True) -> None:
    command.add_argument("--images", default=None, metavar="WHICH",
                         help="latest (of each series, the default), all, since:TIME or named:PATTERN")  # fmt: skip
    command.add_argument("--series", help="only this series")
    command.add_argument("--image", metavar="NAME", help="only images of this name")
    if rows:
        command.add_argument("--path", help="only rows about this path")
        command.add_argument("--prefix", metavar="PATH", help="only rows about this path and what is below it")
        command.add_argument("--domid", type=int, help="only rows about this domain")
