"""An archive that cannot be read is one row that says what to do; all others answer."""

from __future__ import annotations

import pathlib
import shutil
import sqlite3

import pytest
from xsarchive_spark import catalog
from xsarchive_spark.archive import ArchiveProblem
from xsarchive_spark.catalog import NoSuchName
from xsarchive_spark.request import BadOption

import archives
from reading import errors, read


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, fleet: list[pathlib.Path]) -> dict[str, tuple[pathlib.Path, str]]:
    """Files that are no archives to read."""
    sound = next(path for path in fleet if path.stem == "host7")
    return archives.broken(tmp_path_factory.mktemp("broken"), sound)


def test_each_broken_archive_is_one_row(
    broken: dict[str, tuple[pathlib.Path, str]], crafted: pathlib.Path
) -> None:
    table = read([crafted, *(path for path, _ in broken.values())], relation="nodes")
    said = errors(table)
    assert set(said) == set(broken)
    for name, (_, part) in broken.items():
        assert part in said[name], name
    answered = {row["archive"] for row in table.to_pylist() if row["_error"] is None}
    assert answered >= {str(crafted)}


def test_failfast_names_the_archive(broken: dict[str, tuple[pathlib.Path, str]]) -> None:
    path, part = broken["older"]
    with pytest.raises(ArchiveProblem, match=f"{path}: .*{part}"):
        read([path], relation="nodes", mode="failfast")


def test_flipped_bytes_are_found_by_the_program_only(
    fleet: list[pathlib.Path], tmp_path: pathlib.Path, xsarchive: str
) -> None:
    flipped = tmp_path / "flipped.db"
    shutil.copy(next(path for path in fleet if path.stem == "host7"), flipped)
    content = flipped.read_bytes()
    place = content.index(b"/local/domain/0/name")
    flipped.write_bytes(content[:place] + b"/local/domain/0/mane" + content[place + 20 :])
    assert errors(read([flipped], relation="nodes")) == {}
    assert "not verified: " in errors(read([flipped], relation="nodes", verified="true", program=xsarchive))["flipped"]
    report = read([flipped, fleet[0]], report="verify", program=xsarchive).to_pylist()
    verdicts = {pathlib.PurePath(row["archive"]).stem: row["verified"] for row in report}
    assert verdicts == {"flipped": 0, fleet[0].stem: 1}


def test_a_program_that_is_missing_is_said(crafted: pathlib.Path) -> None:
    said = errors(read([crafted], relation="nodes", verified="true", program="/nowhere/xsarchive"))["crafted"]
    assert "cannot run the program /nowhere/xsarchive" in said and "install xsarchive" in said


def test_a_statement_stops_at_its_time_limit(crafted: pathlib.Path) -> None:
    said = errors(read([crafted], relation="access_by_daemon", timeout="0.000001"))["crafted"]
    assert "the time limit is over" in said


def test_an_archive_without_an_image_is_said(crafted: pathlib.Path, tmp_path: pathlib.Path) -> None:
    empty = tmp_path / "new.db"
    source = sqlite3.connect(crafted)
    target = sqlite3.connect(empty)
    version = catalog.load().schema_version
    target.executescript(f"PRAGMA application_id = 0x78737261; PRAGMA user_version = {version};")
    for row in source.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"):
        if row[0] in ("table", "index", "view", "trigger") and not row[1].startswith("sqlite_"):
            target.execute(row[3])
    target.commit()
    target.close()
    source.close()
    said = errors(read([empty], relation="nodes"))["new"]
    assert "no image yet" in said or "not those of its schema version" in said


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({}, "give one of the options query, relation and report"),
        ({"query": "domains", "relation": "nodes"}, "give one of"),
        ({"query": "access"}, "query access requires param.domid"),
        ({"query": "access", "param.domid": "x"}, "param.domid: 'x' is not an integer"),
        ({"query": "access", "param.domid": "1", "param.image_id": "1"}, "image_id is local to an archive"),
        ({"query": "domains", "param.domid": "1"}, "query domains has no parameter domid; it takes none"),
        ({"query": "domains", "where.path": "/"}, "query domains has no path"),
        ({"relation": "nodes", "images": "newest"}, "none of latest, all, since:TIME"),
        ({"relation": "nodes", "images": "since:yesterday"}, "is not a time in UTC"),
        ({"relation": "nodes", "param.domid": "1"}, "relation nodes takes no parameters"),
        ({"relation": "nodes", "filter": "x"}, "there is no option filter"),
        ({"relation": "nodes", "mode": "slow"}, "neither permissive nor failfast"),
        ({"relation": "nodes", "task_archives": "0"}, "not a positive number"),
        ({"report": "value"}, "report value needs where.path"),
        ({"report": "nothing"}, "there is no report nothing"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, str], part: str) -> None:
    with pytest.raises(BadOption, match=part):
        read(["x.db"], **options)


def test_a_mistyped_name_gets_the_nearest() -> None:
    with pytest.raises(NoSuchName, match="there is no query dead_grante; did you mean dead_grantee?"):
        read(["x.db"], query="dead_grante")
    with pytest.raises(NoSuchName, match="there is no relation node; did you mean nodes?"):
        read(["x.db"], relation="node")


def test_an_empty_folder_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match="no archive there"):
        read([tmp_path], relation="nodes")
