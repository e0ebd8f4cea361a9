"""The named queries and the views of an archive, with the types of their columns.

`catalog.json` is what the program says of itself (`make_catalog.py` writes it): this package runs
the queries as they are and guesses no type.
"""

from __future__ import annotations

import difflib
import functools
import importlib.resources
import json
import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

Known = TypeVar("Known")

KINDS = ("integer", "real", "text", "octets", "any")


class NoSuchName(ValueError):
    """A query or a view that the catalog does not have."""


@dataclass(frozen=True)
class Column:
    """A column of an answer.

    `kind` is integer, real, text (printable text of the program's own), octets (bytes of a guest) or
    any (a number or octets).
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query, `:name` in its SQL."""

    name: str
    is_integer: bool
    is_required: bool
    meaning: str


@dataclass(frozen=True)
class Query:
    """A named query: its SQL, unchanged, and what its header says."""

    name: str
    title: str
    sql: str
    columns: tuple[Column, ...]
    parameters: tuple[Parameter, ...]
    severity: str | None
    needs: tuple[str, ...]
    sentence: str

    def takes(self, parameter: str) -> bool:
        """Whether the query has a parameter."""
        return any(known.name == parameter for known in self.parameters)

    @property
    def statement(self) -> str:
        """The SQL without its last semicolon, to be part of another statement."""
        return self.sql.rstrip().rstrip(";")


@dataclass(frozen=True)
class Catalog:
    """Everything that can be asked of an archive."""

    program: str
    schema_version: int
    schema_digest: str
    queries: dict[str, Query] = field(repr=False)
    views: dict[str, tuple[Column, ...]] = field(repr=False)

    def query(self, name: str) -> Query:
        """The query with this name.

        Raises NoSuchName, with the nearest name, if there is none.
        """
        return _find(self.queries, name, "query")

    def view(self, name: str) -> tuple[Column, ...]:
        """The columns of a view.

        Raises NoSuchName, with the nearest name, if there is none.
        """
        return _find(self.views, name, "relation")


def _find(known: dict[str, Known], name: str, what: str) -> Known:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    raise NoSuchName(f"there is no {what} {name}" + (f"; did you mean {near[0]}?" if near else ""))


def parse(document: dict[str, Any]) -> Catalog:
    """A catalog from its JSON.

    Raises ValueError if a column has a type that this package does not know.
    """
    queries = {entry["name"]: _query(entry) for entry in document["queries"]}
    views = {view["name"]: _columns(view["name"], view["columns"]) for view in document["views"]}
    return Catalog(document["program"], document["schema"], document["schema_digest"], queries, views)


@functools.cache
def load() -> Catalog:
    """The catalog that this package brings along."""
    text = importlib.resources.files(__package__).joinpath("catalog.json").read_text(encoding="utf-8")
    return parse(json.loads(text))


def _columns(owner: str, columns: list[dict[str, str]]) -> tuple[Column, ...]:
    for column in columns:
        if column["type"] not in KINDS:
            raise ValueError(f"{owner}: column {column['name']} has the unknown type {column['type']}")
    return tuple(Column(column["name"], column["type"]) for column in columns)


def _query(entry: dict[str, Any]) -> Query:
    severity = entry["severity"]
    return Query(
        name=entry["name"],
        title=entry["title"],
        sql=entry["sql"],
        columns=_columns(entry["name"], entry["columns"]),
        parameters=tuple(
            Parameter(known["name"], known["type"] == "integer", not known["optional"], known["meaning"])
            for known in entry["parameters"]
        ),
        severity=None if severity == "none" else severity,
        needs=tuple(entry["needs"]),
        sentence=" ".join(re.findall(r"^-- sentence: (.*)$", entry["sql"], re.MULTILINE)),
    )
