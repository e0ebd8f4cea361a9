"""The findings of an image: the rules of the format, and the named queries with a severity.

The rules are what the import noticed. A query's row becomes a sentence by its header, as in
`xsarchive check`; a test compares the two. Only the program itself knows what a daemon would do with
an image on restore: with the option `program`, it is asked instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import octets
from .answers import Head, Rows, head
from .applicability import Applicability
from .archive import Archive, Image
from .batches import number_text
from .catalog import Query

_UNLISTED = re.compile(r"and (\d+) more of this kind")
_LONGEST = 120


def of_image(path: str, archive: Archive, image: Image) -> Iterator[tuple[Head, Rows]]:
    """The findings of one image, every row of a query."""
    first = head(path, archive, image)
    rules = archive.execute(
        'SELECT severity, rule, record, "offset", message, expected, NULL FROM findings WHERE image_id = ?',
        (image.image_id,),
    )
    rows: Rows = []
    for row in rules:
        more = _UNLISTED.fullmatch(row[4])
        rows.append((*row, int(more[1]) if more else 0))
    yield first, rows
    covered = Applicability(archive, image.image_id)
    for query in archive.catalog.queries.values():
        if query.severity is not None and covered.problem(query) is None:
            answer = archive.execute(query.sql, {"image_id": image.image_id, **_defaults(query)}).fetchall()
            yield first, [_finding(query, row) for row in answer]


def of_program(reported: list[dict[str, Any]]) -> Rows:
    """The findings that the program reported."""
    return [
        (
            entry["severity"],
            entry["rule"],
            entry["record"],
            entry["offset"],
            entry["message"],
            entry["expected"],
            json.dumps(entry["fields"]) if entry["fields"] else None,
            entry["unlisted"],
        )
        for entry in reported
    ]


def _defaults(query: Query) -> dict[str, None]:
    return {known.name: None for known in query.parameters if known.name != "image_id"}


def _finding(query: Query, row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = {column.name: value for column, value in zip(query.columns, row)}
    if query.sentence:
        message = sentence(query.sentence, values)
    else:
        pairs = (f"{name} {_quoted(value)}" for name, value in values.items() if value is not None)
        message = f"{query.title}: {', '.join(pairs)}"
    fields = json.dumps({name: json_value(value) for name, value in values.items()})
    return (query.severity, query.name, None, None, message, "", fields, 0)


def json_value(value: Any) -> Any:
    """A value of SQLite as the program writes it in JSON: octets that are not text are `{"hex": ...}`."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, str) and not value.isascii() and not octets.is_text(octets.encode(value)):
        return {"hex": octets.encode(value).hex()}
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return number_text(value)
    return value


def sentence(template: str, values: dict[str, Any]) -> str:
    """The sentence of a query's header with the values of a row.

    `{column}` is a value, a text in quotation marks; `[column]` is the text as words, a list of
    domids as `1, 2 and 3`; `<A|B>` is the first of the parts whose columns all have a value.
    """
    result, rest = "", template
    while match := re.search(r"[{\[<]", rest):
        result, start = result + rest[: match.start()], match.start()
        close = {"{": "}", "[": "]", "<": ">"}[rest[start]]
        end = rest.find(close, start)
        end = len(rest) if end < 0 else end
        inner = rest[start + 1 : end]
        if close == "}":
            result += _quoted(values.get(inner))
        elif close == "]":
            result += _words(values.get(inner), inner == "domids")
        else:
            result += _choice(inner, values)
        rest = rest[end + 1 :]
    return result + rest


def _choice(parts: str, values: dict[str, Any]) -> str:
    for part in parts.split("|"):
        names = re.findall(r"[\[{]([^\]}]*)[\]}]", part)
        if all(values.get(name) is not None for name in names):
            return sentence(part, values)
    return ""


def _quoted(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, (str, bytes)):
        return octets.quoted(value, _LONGEST)
    return number_text(value)


def _words(value: Any, is_list: bool) -> str:
    if not isinstance(value, str):
        return _quoted(value)
    text = octets.printable(value)
    if not is_list:
        return text
    names = text.split()
    return " and ".join(([", ".join(names[:-1])] if len(names) > 1 else []) + names[-1:])
