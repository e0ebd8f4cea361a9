"""Every query and every view gives the rows that SQLite gives, in its order."""

from __future__ import annotations

import json
import pathlib
import sqlite3
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from xsarchive_spark import catalog
from xsarchive_spark.catalog import Column

import archives
import reference
from reading import errors, read

CATALOG = catalog.load()


def test_the_catalog_has_every_query_of_the_repository_unchanged() -> None:
    assert {name: query.sql for name, query in CATALOG.queries.items()} == reference.queries()


def test_the_catalog_has_every_view_and_column_of_an_archive(crafted: pathlib.Path) -> None:
    ours = {name: [column.name for column in columns] for name, columns in CATALOG.views.items()}
    assert ours == reference.views(crafted)


def own_rows(table: pa.Table, columns: tuple[Column, ...]) -> list[tuple[Any, ...]]:
    """The answer's own columns, octets as bytes."""
    values = []
    for column in columns:
        if column.kind in ("octets", "any"):
            texts = table.column(column.name).to_pylist()
            octets = table.column(column.name + "_octets").to_pylist()
            values.append([number(t) if o is None else o for t, o in zip(texts, octets)])
        else:
            values.append([reference.octets(v) for v in table.column(column.name).to_pylist()])
    return list(zip(*values)) if len(table) else []


def number(text: str | None) -> int | float | None:
    """A number of a column that may also have octets."""
    if text is None:
        return None
    return float(text) if any(c in text for c in ".e") else int(text)


def plain(rows: Any) -> list[tuple[Any, ...]]:
    """Rows of SQLite, octets as bytes."""
    return [tuple(reference.octets(value) for value in row) for row in rows]


@pytest.mark.parametrize("name", sorted(CATALOG.queries))
def test_a_query_gives_the_rows_of_sqlite(name: str, fleet: list[pathlib.Path]) -> None:
    query = CATALOG.queries[name]
    given = {key: value for key, value in archives.PARAMETERS.items() if query.takes(key)}
    table = read(fleet, query=name, **{f"param.{key}": value for key, value in given.items()})
    assert errors(table) == {}
    for path in fleet:
        own = table.filter(pc.equal(table.column("archive"), str(path)))
        connection = reference.connect(path)
        expected = plain(reference.of_query(connection, reference.queries()[name], given))
        connection.close()
        assert own_rows(own, query.columns) == expected, path


# Every node times every domain and daemon: one archive is enough here, the cluster has all.
LARGE = {"access_by_daemon", "permset_access", "access", "node_places"}


@pytest.mark.parametrize("name", sorted(CATALOG.views))
def test_a_view_gives_the_rows_of_sqlite(name: str, fleet: list[pathlib.Path]) -> None:
    columns = CATALOG.views[name]
    asked = [path for path in fleet if path.stem == "crafted"] if name in LARGE else fleet
    table = read(asked, relation=name)
    assert errors(table) == {}
    for path in asked:
        own = table.filter(pc.equal(table.column("archive"), str(path)))
        connection = reference.connect(path)
        expected = plain(reference.of_view(connection, name, [column.name for column in columns]))
        connection.close()
        assert own_rows(own, columns) == expected, path


def test_changes_are_those_from_each_step_to_the_next(fleet: list[pathlib.Path]) -> None:
    table = read(fleet, report="changes", images="all", trace="true")
    assert errors(table) == {}
    rows = table.to_pylist()
    compared = 0
    for path in fleet:
        connection = reference.connect(path)
        digests = dict(connection.execute("SELECT image_id, sha256 FROM images"))
        times = {(series, step): (image, seen) for series, step, image, seen in connection.execute(
            "SELECT series, step, image_id, seen_at FROM series_steps")}  # fmt: skip
        expected = []
        for (series, step), (after, seen) in sorted(times.items()):
            if (series, step - 1) not in times:
                continue
            before, seen_before = times[series, step - 1]
            found = connection.execute(
                "SELECT change, path, old_value, new_value, old_owner, new_owner, old_perms, new_perms "
                "FROM node_changes WHERE before_id = ? AND after_id = ?", (before, after)
            )  # fmt: skip
            head = (series, after, seen, digests[after], before, seen_before, digests[before])
            expected += [(*head, *map(reference.octets, row)) for row in found]
        connection.close()
        names = ("series", "image_id", "seen_at", "image_sha256", "before_image_id", "before_seen_at", "before_sha256",
                 "change", "path_octets", "old_value_octets", "new_value_octets", "old_owner", "new_owner", "old_perms",
                 "new_perms")  # fmt: skip
        ours = [tuple(row[name] for name in names) for row in rows if row["archive"] == str(path)]
        assert [(*row[:7], *map(reference.octets, row[7:])) for row in ours] == expected, path
        compared += len(expected)
    assert compared > 100


def test_an_image_that_was_seen_again_has_two_steps(crafted: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = tmp_path / "again.db"
    copy.write_bytes(crafted.read_bytes())
    connection = sqlite3.connect(copy)
    (first, _), (last, _) = connection.execute("SELECT image_id, seen_at FROM series_steps ORDER BY step").fetchall()
    connection.execute(
        "INSERT INTO series_step SELECT series, 3, image_id, '2099-01-01T00:00:00Z', 'import', '2099-01-01T00:00:00Z', "
        "'import', covers_tree, trees + 2, covers_rings, rings + 2 FROM series_step WHERE step = 1"
    )
    connection.commit()
    connection.close()
    steps = read([copy], report="steps", images="all").to_pylist()
    assert [(row["before_image_id"], row["image_id"]) for row in steps] == [(None, first), (first, last), (last, first)]
    assert [row["seen_at"] for row in read([copy], report="steps").to_pylist()] == ["2099-01-01T00:00:00Z"]
    back = read([copy], report="changes").to_pylist()
    there = read([crafted], report="changes").to_pylist()
    added = {row["path"] for row in there if row["change"] == "added"}
    assert added and added == {row["path"] for row in back if row["change"] == "removed"}


def test_all_answers_of_an_archive_come_from_one_task(fleet: list[pathlib.Path]) -> None:
    table = read(fleet[:2], report="answers", names="dead_owner,domains,relation:watches")
    names = {(kind, name) for kind, name in zip(table.column("kind").to_pylist(), table.column("name").to_pylist())}
    assert names <= {("query", "dead_owner"), ("query", "domains"), ("relation", "watches")}
    connection = reference.connect(fleet[0])
    expected = [
        [reference.json_value(value) for value in row]
        for row in reference.of_query(connection, reference.queries()["domains"], {})
    ]
    connection.close()
    rows = [row for row in table.to_pylist() if row["archive"] == str(fleet[0]) and row["name"] == "domains"]
    assert [list(json.loads(row["row"]).values()) for row in rows] == expected
    assert [row["ordinal"] for row in rows] == list(range(1, len(rows) + 1))


def test_octets_are_printable_beside_their_bytes(crafted: pathlib.Path) -> None:
    table = read([crafted], relation="nodes", where__path="/local/domain/1/data/octets")
    assert table.column("value").to_pylist() == ["\\xff\\xfe\\n\\x01"]
    assert table.column("value_octets").to_pylist() == [b"\xff\xfe\n\x01"]
    table = read([crafted], relation="nodes", where__path="/local/domain/1/data/order")
    assert table.column("value").to_pylist() == ["a\\\\b \\u{202e}é"]
    assert table.column("value_octets").to_pylist() == ["a\\b \u202eé".encode()]


def test_a_row_of_another_type_than_declared_is_an_error(
    crafted: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = {**CATALOG.views, "nodes": tuple(
        Column("value", "integer") if column.name == "value" else column for column in CATALOG.views["nodes"]
    )}  # fmt: skip
    wrong = catalog.Catalog("", CATALOG.schema_version, CATALOG.schema_digest, CATALOG.queries, views)
    monkeypatch.setattr(catalog, "load", lambda: wrong)
    said = errors(read([crafted], relation="nodes"))["crafted"]
    assert "column value is declared as integer and has a value of Python's type " in said
