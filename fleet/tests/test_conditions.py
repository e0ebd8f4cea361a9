"""Conditions and the choice of images go to SQLite; the rest is what the whole answer has."""

from __future__ import annotations

import pathlib
import sqlite3
from typing import Any

import pytest

import reference
from reading import read


@pytest.fixture(scope="module")
def host(fleet: list[pathlib.Path]) -> pathlib.Path:
    """An archive of three images of one series."""
    return next(path for path in fleet if path.stem == "host7")


def asked(host: pathlib.Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What SQLite says."""
    connection = reference.connect(host)
    rows = list(connection.execute(sql, values))
    connection.close()
    return rows


def paths(host: pathlib.Path, **options: Any) -> list[tuple[int, bytes]]:
    """Image and path of the nodes."""
    table = read([host], relation="nodes", **options)
    return list(zip(table.column("image_id").to_pylist(), table.column("path_octets").to_pylist()))


def test_images_are_chosen(host: pathlib.Path) -> None:
    def images(**options: Any) -> list[str]:
        return list(dict.fromkeys(read([host], report="images", **options).column("image").to_pylist()))

    names = [name for (name,) in asked(host, "SELECT name FROM images ORDER BY image_id")]
    assert images() == names[-1:]
    assert images(images="all") == names
    assert images(images="named:*seq-1*") == names[:1]
    assert images(where__image=names[1]) == [names[1]]
    assert images(images="all", where__series="host7") == names
    assert images(images="all", where__series="other") == []
    assert images(images="since:2999-01-01") == []
    assert images(images="since:2020-01-01T00:00:00Z") == names


def test_a_path_and_a_prefix_limit_rows(host: pathlib.Path) -> None:
    expected = asked(host, "SELECT image_id, CAST(path AS BLOB) FROM nodes WHERE path = '/local/domain/1'")
    assert paths(host, images="all", where__path="/local/domain/1") == expected
    below = "path = '/local/domain/1' OR substr(path, 1, 16) = '/local/domain/1/'"
    expected = asked(host, f"SELECT image_id, CAST(path AS BLOB) FROM nodes WHERE {below}")
    assert sorted(paths(host, images="all", where__prefix="/local/domain/1/")) == sorted(expected)
    everything = asked(host, "SELECT count(*) FROM nodes WHERE image_id = 3 AND path NOT LIKE '@%'")[0][0]
    assert len(paths(host, where__prefix="/")) == everything


def test_a_prefix_finds_octets_below_it(fleet: list[pathlib.Path]) -> None:
    restored = next(path for path in fleet if path.stem == "restore-series")
    connection = sqlite3.connect(restored)
    blobs = connection.execute("SELECT count(*) FROM nodes WHERE typeof(path) = 'blob'").fetchone()[0]
    connection.close()
    table = read([restored], relation="nodes", images="all", where__prefix="/")
    found = [octets for octets in table.column("path_octets").to_pylist() if not octets.isascii()]
    assert len(found) <= blobs


def test_a_domid_limits_rows(host: pathlib.Path) -> None:
    table = read([host], relation="watches", images="all")
    assert "domid" not in table.schema.names
    table = read([host], relation="perms", where__domid=1)
    assert set(table.column("domid").to_pylist()) == {1}
    table = read([host], relation="nodes", where__domid=1)
    assert set(table.column("owner").to_pylist()) == {1}


def test_a_condition_on_a_query_keeps_its_order(host: pathlib.Path) -> None:
    whole = read([host], query="stale_perms", images="all").to_pylist()
    part = read([host], query="stale_perms", images="all", where__domid=whole[0]["domid"]).to_pylist()
    assert part == [row for row in whole if row["domid"] == whole[0]["domid"]]
    whole = read([host], query="world_access", images="all").to_pylist()
    part = read([host], query="world_access", images="all", where__prefix="/local/domain").to_pylist()
    assert part == [row for row in whole if row["path"].startswith("/local/domain")]


def test_conditions_are_parameters_where_a_query_has_them(host: pathlib.Path) -> None:
    by_condition = read([host], query="path_history", where__path="/local/domain/1/name").to_pylist()
    assert by_condition == read([host], query="path_history", param__path="/local/domain/1/name").to_pylist()
    assert len(by_condition) == 3
    assert [row["series"] for row in by_condition] == ["host7"] * 3


def test_two_images_are_compared_along_their_series(host: pathlib.Path) -> None:
    newest = read([host], query="growth").to_pylist()
    assert {row["image_id"] for row in newest} == {3}
    assert {row["image_id"] for row in read([host], query="growth", images="all").to_pylist()} == {2, 3}


def test_a_column_of_the_answer_is_not_repeated(host: pathlib.Path) -> None:
    names = read([host], relation="nodes").schema.names
    assert names[:5] == ["archive", "archive_id", "series", "image", "seen_at"]
    assert names.count("image_id") == 1 and names[-1] == "_error"


def test_what_a_path_holds_is_present_absent_or_unknown(fleet: list[pathlib.Path], host: pathlib.Path) -> None:
    row = read([host], report="value", where__path="/local/domain/0/name").to_pylist()[0]
    assert (row["state"], row["value_octets"]) == ("present", b"Domain-0")
    assert read([host], report="value", where__path="/no/such").column("state").to_pylist() == ["absent"]
    listings = next(path for path in fleet if path.stem == "listings")
    states = set(read([listings], report="value", where__path="/no/such").column("state").to_pylist())
    assert states <= {"absent", "unknown"}
