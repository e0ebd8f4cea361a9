#!/usr/bin/env python3
"""Writes what the package knows of the queries and views, from the program.

Usage: make_catalog.py PROGRAM [--check]

With --check nothing is written: the exit status is 1 if the package has another list than the
program. It needs nothing but Python.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
PLACE = FOLDER / "src" / "xsarchive_spark" / "catalog.json"
DIGEST = FOLDER.parent / "schema" / "digest.txt"


def output(*words: str) -> str:
    """What the program prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def text(program: str) -> str:
    """The content of the file."""
    document = {
        "program": "xsarchive " + output(program, "--version").strip(),
        "schema_digest": DIGEST.read_text(encoding="utf-8").strip(),
        **json.loads(output(program, "query", "--list", "--format", "json")),
    }
    return json.dumps(document, indent=1) + "\n"


def main(program: str, is_check: bool) -> int:
    """Writes or compares the file; returns the exit status."""
    content = text(program)
    if not is_check:
        PLACE.write_text(content, encoding="utf-8")
        return 0
    if PLACE.read_text(encoding="utf-8") == content:
        return 0
    print(f"{PLACE}: the program has other queries or views; run: make fleet-catalog", file=sys.stderr)
    return 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], "--check" in sys.argv))
