"""What the package writes itself is what the program writes: findings, escapes, formats."""

from __future__ import annotations

import io
import json
import pathlib
import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest
from xsarchive_spark import octets
from xsarchive_spark.tables import Table, rows_of

import archives
from reading import read

MAKER = archives.TOP / "fleet" / "make_catalog.py"


def output(*words: str | pathlib.Path) -> str:
    """What a program prints, bytes that are not text kept."""
    result = subprocess.run([str(word) for word in words], capture_output=True, check=False)
    return result.stdout.decode("utf-8", "surrogateescape")


def test_the_catalog_is_that_of_the_program(xsarchive: str) -> None:
    words = [sys.executable, str(MAKER), xsarchive, "--check"]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


COMPARED = ("severity", "rule", "record", "offset", "message", "expected")


def test_findings_are_those_of_check(fleet: list[pathlib.Path], xsarchive: str) -> None:
    compared = 0
    for path in fleet:
        ours = read([path], report="findings").to_pylist()
        theirs = read([path], report="findings", program=xsarchive).to_pylist()
        images = {row["image_id"] for row in ours} | {row["image_id"] for row in theirs}
        for image in images:
            # Of a rule with many findings, check counts what follows the first hundred.
            cut = {row["rule"] for row in theirs if row["image_id"] == image and row["unlisted"]}

            def of(rows: list[dict[str, Any]], image: int = image, cut: set[str] = cut) -> list[tuple[Any, ...]]:
                return sorted(
                    (tuple(row[name] or "" for name in ("severity", "rule", "message", "expected")), row["record"] or 0)
                    for row in rows
                    if row["image_id"] == image
                    and row["rule"] not in cut
                    # Import chose the layout; a check of an archived image is told which it was.
                    and not row["rule"].startswith(("restore-", "layout-"))
                )

            assert of(ours) == of(theirs), (path, image)
            compared += len(of(ours))
    assert compared > 100


def test_the_program_adds_what_a_restore_would_do(fleet: list[pathlib.Path], xsarchive: str) -> None:
    restore = next(path for path in fleet if path.stem == "restore")
    rules = set(read([restore], report="findings", program=xsarchive).column("rule").to_pylist())
    assert {"restore-dies", "restore-skips"} & rules


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain /path-1", "plain /path-1"),
        (b"a\\b", "a\\\\b"),
        (b"\n\r\t", "\\n\\r\\t"),
        (b"\x00\x1b\x7f", "\\x00\\x1b\\x7f"),
        (b"\xff\xc3", "\\xff\\xc3"),
        ("é€".encode(), "é€"),
        ("\u202e\u200b\u00a0\u2800\ufe0f".encode(), "\\u{202e}\\u{200b}\\xa0\\u{2800}\\u{fe0f}"),
        ("\ue000\u0085".encode(), "\\u{e000}\\x85"),
    ],
)
def test_octets_are_escaped_as_the_program_escapes_them(value: bytes, text: str) -> None:
    assert octets.printable(value) == text
    assert octets.printable(octets.decode(value)) == text
    assert octets.encode(octets.decode(value)) == value


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "csv-safe"])
@pytest.mark.parametrize("query", ["world_access", "dead_owner", "largest_owners", "watches_by_domain", "flapping"])
def test_formats_are_those_of_the_program(form: str, query: str, crafted: pathlib.Path, xsarchive: str) -> None:
    table = read([crafted], query=query)
    own = [field.name for field in table.schema][table.schema.get_field_index("seen_at") + 1 : -1]
    kinds = ["binary" if pa.types.is_binary(table.schema.field(name).type) else "" for name in own]
    shown = [name for name, kind in zip(own, kinds) if kind != "binary"]
    text = io.StringIO()
    printed = Table(shown, form, text)
    for row in rows_of(own, kinds, zip(*(table.column(name).to_pylist() for name in own))):
        printed.add(row)
    printed.finish()
    assert text.getvalue() == output(xsarchive, "query", query, "-a", crafted, "--format", form)


def test_the_digests_of_an_archive_are_those_of_custody_and_verify(crafted: pathlib.Path, xsarchive: str) -> None:
    row = read([crafted], report="archives").to_pylist()[0]
    verified = json.loads(output(xsarchive, "verify", "--json", "-a", crafted))
    assert row["custody_hash"] == verified["custody_head"]
    assert row["custody_entries"] == verified["custody_entries"] == 2
    entries = json.loads(output(xsarchive, "custody", "-a", crafted, "--format", "json"))
    assert row["archive_id"] in json.dumps(entries[0])
    assert read([crafted], report="verify", program=xsarchive).to_pylist()[0]["images_digest"] == verified["digest"]
