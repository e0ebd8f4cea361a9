"""What is asked: the options of the data source, checked once, on the driver."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .catalog import Catalog, Column, Query
from .places import Bounds

# The reports of this package, beside the queries and views of the archives.
REPORTS: dict[str, tuple[Column, ...]] = {
    # One row for each series of an archive.
    "archives": (
        Column("schema_version", "integer"),
        Column("images", "integer"),
        Column("first_seen", "text"),
        Column("last_seen", "text"),
        Column("bytes", "integer"),
        Column("file_sha256", "text"),
        Column("custody_entries", "integer"),
        Column("custody_hash", "text"),
    ),
    # One row for each image.
    "images": (
        Column("sha256", "text"),
        Column("last_seen", "text"),
        Column("schema_version", "integer"),
        Column("custody_hash", "text"),
    ),
    # One row for each step of a series; the first has nothing before it.
    "steps": (
        Column("before_image_id", "integer"),
        Column("sha256", "text"),
        Column("schema_version", "integer"),
        Column("custody_hash", "text"),
    ),
    # What changed in the nodes from the step before.
    "changes": (
        Column("before_image_id", "integer"),
        Column("before_image", "text"),
        Column("before_seen_at", "text"),
        Column("before_sha256", "text"),
        Column("change", "text"),
        Column("path", "octets"),
        Column("old_value", "octets"),
        Column("new_value", "octets"),
        Column("old_owner", "integer"),
        Column("new_owner", "integer"),
        Column("old_perms", "text"),
        Column("new_perms", "text"),
    ),
    # What `xsarchive verify` says of each archive.
    "verify": (Column("verified", "integer"), Column("message", "text"), Column("images_digest", "text")),
    # The findings of each image.
    "findings": (
        Column("severity", "text"),
        Column("rule", "text"),
        Column("record", "integer"),
        Column("offset", "integer"),
        Column("message", "text"),
        Column("expected", "text"),
        Column("fields", "text"),
        Column("unlisted", "integer"),
    ),
    # The rows of many queries and views, each as JSON, all of an archive in one task.
    "answers": (
        Column("kind", "text"),
        Column("name", "text"),
        Column("ordinal", "integer"),
        Column("row", "text"),
    ),
    # What one path holds in each image.
    "value": (Column("state", "text"), Column("value", "octets"), Column("perms", "text")),
}

_HEAD = (
    Column("archive", "text"),
    Column("archive_id", "text"),
    Column("series", "text"),
    Column("image_id", "integer"),
    Column("image", "text"),
    Column("seen_at", "text"),
)
_TRACE = (Column("image_sha256", "text"), Column("custody_hash", "text"))
ERROR = Column("_error", "text")

# Who chooses the images; they cannot be parameters, as an id is local to an archive.
_IMAGE_PARAMETERS = ("image_id", "before_id", "after_id")
# Of these, all are asked.
_LOCAL_PARAMETERS = ("log",)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?Z?)?")
_OPTIONS = {
    "archives", "cores", "fetch_bytes", "images", "max_bytes", "mode", "names", "notes", "path", "paths", "program",
    "query", "relation", "report", "task_archives", "task_bytes", "timeout", "trace", "verified",
    "where.domid", "where.image", "where.path", "where.prefix", "where.series",
}  # fmt: skip


class BadOption(ValueError):
    """An option that does not fit, and what does."""


@dataclass(frozen=True)
class Conditions:
    """What rows must meet; each goes into SQLite's WHERE, or is a parameter of the query."""

    path: str | None = None
    prefix: str | None = None
    domid: int | None = None
    image: str | None = None
    series: str | None = None

    @property
    def of_rows(self) -> bool:
        """Whether there is a condition on more than the images."""
        return self.path is not None or self.prefix is not None or self.domid is not None


@dataclass(frozen=True)
class Request:
    """A question to archives."""

    kind: str
    name: str
    archives: tuple[str, ...]
    columns: tuple[Column, ...]
    images: str = "latest"
    parameters: dict[str, str] = field(default_factory=dict)
    conditions: Conditions = Conditions()
    names: tuple[str, ...] = ()
    fail_fast: bool = False
    verified: bool = False
    program: str = "xsarchive"
    asks_program: bool = False
    notes: bool = False
    trace: bool = False
    timeout: float | None = None
    task_archives: int = 100
    task_bytes: int = 256 << 20
    cores: int = 2
    bounds: Bounds = Bounds()
    storage: dict[str, str] = field(default_factory=dict)

    @property
    def is_verification(self) -> bool:
        """Whether the program's verdict is asked."""
        return self.kind == "report" and self.name == "verify"

    @property
    def is_about_steps(self) -> bool:
        """Whether each step of a series is asked, and what came before it."""
        return self.kind == "report" and self.name in ("steps", "changes")

    @property
    def needs_file(self) -> bool:
        """Whether the answer needs the archive as a file, not only what SQLite reads of it."""
        if self.kind != "report":
            return False
        return self.name in ("verify", "archives") or (self.name == "findings" and self.asks_program)

    @property
    def head(self) -> tuple[Column, ...]:
        """The columns before the answer's own. One that the answer has, too, is the answer's."""
        own = {column.name for column in self.columns}
        return tuple(column for column in _HEAD + (_TRACE if self.trace else ()) if column.name not in own)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """All columns, in order."""
        return (*self.head, *self.columns, ERROR)

    @property
    def head_places(self) -> tuple[int, ...]:
        """Which columns of a full head the answer keeps."""
        kept = {column.name for column in self.head}
        return tuple(place for place, column in enumerate(_HEAD + _TRACE) if column.name in kept)


def request(options: Mapping[str, str], catalog: Catalog) -> Request:
    """The question that options ask.

    Raises BadOption or NoSuchName if they contradict each other or name what is not there.
    """
    lower = {key.lower(): value for key, value in options.items()}
    parameters = {key[6:]: value for key, value in lower.items() if key.startswith("param.")}
    storage = {key[8:]: value for key, value in lower.items() if key.startswith("storage.")}
    for key in lower:
        if key not in _OPTIONS and not key.startswith(("param.", "storage.")):
            raise BadOption(f"there is no option {key}; the options are {', '.join(sorted(_OPTIONS))}")
    asked = [kind for kind in ("query", "relation", "report") if kind in lower]
    if len(asked) != 1:
        raise BadOption("give one of the options query, relation and report")
    kind, name = asked[0], lower[asked[0]]
    conditions = Conditions(
        lower.get("where.path"),
        lower.get("where.prefix"),
        _integer(lower, "where.domid"),
        lower.get("where.image"),
        lower.get("where.series"),
    )
    if conditions.prefix is not None and not conditions.prefix.rstrip("/") and conditions.prefix != "/":
        raise BadOption("where.prefix is empty; give a path, like /local/domain")
    columns = _columns(kind, name, parameters, conditions, catalog)
    images = lower.get("images", "latest" if conditions.image is None else "all")
    _check_images(images)
    names = tuple(part.strip() for part in lower.get("names", "").split(",") if part.strip())
    if name == "value" and kind == "report" and conditions.path is None:
        raise BadOption("report value needs where.path")
    mode = lower.get("mode", "permissive").lower()
    if mode not in ("permissive", "failfast"):
        raise BadOption(f"mode {mode} is neither permissive nor failfast")
    timeout = lower.get("timeout")
    return Request(
        kind=kind,
        name=name,
        archives=_archives(lower),
        columns=columns,
        images=images,
        parameters=parameters,
        conditions=conditions,
        names=names,
        fail_fast=mode == "failfast",
        verified=_flag(lower, "verified"),
        program=lower.get("program", "xsarchive"),
        asks_program="program" in lower,
        notes=_flag(lower, "notes"),
        trace=_flag(lower, "trace"),
        timeout=None if timeout is None else float(timeout),
        task_archives=_positive(lower, "task_archives", 100),
        task_bytes=_positive(lower, "task_bytes", 256 << 20),
        cores=_positive(lower, "cores", 2),
        bounds=Bounds(_positive(lower, "fetch_bytes", 64 << 20), _positive(lower, "max_bytes", 8 << 30)),
        storage=storage,
    )


def _columns(
    kind: str, name: str, parameters: dict[str, str], conditions: Conditions, catalog: Catalog
) -> tuple[Column, ...]:
    if kind == "query":
        query = catalog.query(name)
        _check_parameters(query, parameters, conditions)
        return query.columns
    if kind == "report":
        if name not in REPORTS:
            raise BadOption(f"there is no report {name}; the reports are {', '.join(REPORTS)}")
        return REPORTS[name]
    if parameters:
        raise BadOption(f"relation {name} takes no parameters; use the options where.*")
    columns = catalog.view(name)
    _check_conditions(f"relation {name}", {column.name for column in columns}, conditions)
    return columns


def _check_parameters(query: Query, parameters: dict[str, str], conditions: Conditions) -> None:
    for name, value in parameters.items():
        if name in _IMAGE_PARAMETERS:
            raise BadOption(f"{name} is local to an archive; choose images by the options images and where.image")
        if name in _LOCAL_PARAMETERS:
            raise BadOption(f"{name} is an id that is local to an archive; leave it out, and all are asked")
        known = next((known for known in query.parameters if known.name == name), None)
        if known is None:
            takes = [known.name for known in query.parameters if known.name not in _IMAGE_PARAMETERS]
            raise BadOption(f"query {query.name} has no parameter {name}; it takes {', '.join(takes) or 'none'}")
        if known.is_integer:
            _number(f"param.{name}", value)
    given = set(parameters) | {
        name
        for name, value in (
            ("path", conditions.path), ("domid", conditions.domid), ("series", conditions.series),
        )
        if value is not None
    }  # fmt: skip
    for known in query.parameters:
        if known.is_required and known.name not in given and known.name not in _IMAGE_PARAMETERS:
            raise BadOption(f"query {query.name} requires param.{known.name}: {known.meaning}")
    columns = {column.name for column in query.columns}
    names = {known.name for known in query.parameters}
    _check_conditions(f"query {query.name}", columns | names, conditions)


def _check_conditions(what: str, names: set[str], conditions: Conditions) -> None:
    if conditions.path is not None and "path" not in names:
        raise BadOption(f"{what} has no path; leave out where.path")
    if conditions.prefix is not None and "path" not in names:
        raise BadOption(f"{what} has no path; leave out where.prefix")
    if conditions.domid is not None and not names & {"domid", "owner"}:
        raise BadOption(f"{what} has neither domid nor owner; leave out where.domid")


def _archives(options: dict[str, str]) -> tuple[str, ...]:
    """The option `path` or `paths` is what Spark makes of `load`; `archives` has one a line."""
    patterns: list[str] = []
    if "path" in options:
        patterns.append(options["path"])
    if "paths" in options:
        patterns += json.loads(options["paths"])
    if "archives" in options:
        patterns += [line for line in options["archives"].splitlines() if line]
    if not patterns:
        raise BadOption("name the archives: load('/archives/*.db')")
    return tuple(patterns)


def _check_images(images: str) -> None:
    word, _, rest = images.partition(":")
    if images in ("latest", "all") or (word in ("named", "listed") and rest):
        return
    if word == "since":
        if _TIME.fullmatch(rest):
            return
        raise BadOption(f"images: '{rest}' is not a time in UTC, like 2026-11-01 or 2026-11-01T12:00:00Z")
    raise BadOption(f"images: '{images}' is none of latest, all, since:TIME and named:PATTERN")


def _integer(options: dict[str, str], name: str) -> int | None:
    return _number(name, options[name]) if name in options else None


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise BadOption(f"{name}: '{value}' is not an integer") from None


def _positive(options: dict[str, str], name: str, default: int) -> int:
    number = _integer(options, name)
    if number is not None and number < 1:
        raise BadOption(f"{name}: {number} is not a positive number")
    return default if number is None else number


def _flag(options: dict[str, str], name: str) -> bool:
    value = options.get(name, "false").lower()
    if value not in ("true", "false"):
        raise BadOption(f"{name}: '{value}' is neither true nor false")
    return value == "true"
