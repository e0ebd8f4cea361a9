"""The command line: mistakes are said before a session starts, and statuses are those of the tool."""

from __future__ import annotations

import pathlib

import pytest
from xsarchive_spark import command
from xsarchive_spark.tables import Table


@pytest.fixture(autouse=True)
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session would take seconds."""

    def refuse(*words: object) -> None:
        raise AssertionError("a session was started")

    monkeypatch.setattr(command, "session", refuse)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query", "dead_grante", "x.db"], "did you mean dead_grantee?"),
        (["query", "dead_grantee"], "name the archives"),
        (["query", "access", "x.db"], "query access requires param.domid"),
        (["query", "access", "-P", "domid", "x.db"], "give KEY=VALUE"),
        (["query", "domains", "--images", "new", "x.db"], "none of latest, all"),
        (["findings", "--images", "since:tomorrow", "x.db"], "is not a time"),
        (["publish", "out", "--since", "yesterday", "x.db"], "is not a time"),
        (["publish", "out", "--since", "2026-01-01", "--latest", "x.db"], "give one of them"),
        (["archives", "--conf", "spark", "x.db"], "give KEY=VALUE"),
    ],
)
def test_a_mistake_is_wrong_usage(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(words) == command.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["nothing"], ["findings"], ["query", "domains", "x.db", "--domid", "x"], ["query", "domains", "x.db", "--all"]],
)
def test_what_the_parser_refuses_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(words)
    assert stopped.value.code == command.USAGE


def test_without_a_name_the_queries_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["query"]) == command.DONE
    assert "dead_grantee  " in capsys.readouterr().out


def test_the_line_that_says_what_went_wrong_is_found() -> None:
    report = "An exception was thrown\nTraceback:\nxsarchive_spark.archive.ArchiveProblem: a.db: damaged\n\tat java"
    assert command.reason(Exception(report)) == "a.db: damaged"
    assert command.reason(ValueError("plain")) == "plain"


def test_a_table_as_text_is_aligned(tmp_path: pathlib.Path) -> None:
    name = tmp_path / "out"
    with open(name, "w") as file:
        table = Table(["host", "n"], "text", file)
        for row in (["a\u202eb", 1], ["longer", None], [b"\xff", 1000]):
            table.add(row)
        table.finish()
    assert name.read_text().splitlines() == [
        "host           n", "a\\u{202e}b     1", "longer         -", "x'ff'       1000",
    ]  # fmt: skip
