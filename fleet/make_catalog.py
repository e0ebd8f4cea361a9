#!/usr/bin/env python3
"""Writes what the package knows of the queries and views, from the program.

Usage: make_catalog.py PROGRAM IMAGE [--check]

IMAGE is any image, of which an archive is made to see its schema. With --check nothing is written:
the exit status is 1 if the package has another list than the program.
"""

from __future__ import annotations

import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "src"))

from xsarchive_spark.archive import digest

PLACE = pathlib.Path(__file__).resolve().parent / "src" / "xsarchive_spark" / "catalog.json"


def output(*words: str) -> str:
    """What the program prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def text(program: str, image: str) -> str:
    """The content of the file."""
    listed = json.loads(output(program, "query", "--list", "--format", "json"))
    with tempfile.TemporaryDirectory() as folder:
        archive = str(pathlib.Path(folder) / "archive.db")
        output(program, "import", "-q", "-a", archive, image)
        connection = sqlite3.connect(archive)
        schema_digest = digest(connection)
        connection.close()
    document = {
        "program": "xsarchive " + output(program, "--version").strip(), "schema_digest": schema_digest, **listed,
    }  # fmt: skip
    return json.dumps(document, indent=1) + "\n"


def main(program: str, image: str, is_check: bool) -> int:
    """Writes or compares the file; returns the exit status."""
    content = text(program, image)
    if not is_check:
        PLACE.write_text(content, encoding="utf-8")
        return 0
    if PLACE.read_text(encoding="utf-8") == content:
        return 0
    print(f"{PLACE}: the program has other queries or views; run: make fleet-catalog", file=sys.stderr)
    return 1


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], "--check" in sys.argv))
