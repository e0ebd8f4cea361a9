#!/usr/bin/env python3
"""Checks the format of all files of this repository, in seconds and without a build.

Swift follows .swift-format, every text file .editorconfig, and shell and Python scripts parse. A
finding is one line that begins with FILE:LINE; the exit status is then 1.
`swift format -i -r --parallel DIRECTORY` corrects most findings in Swift.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SWIFT = os.environ.get("SWIFT", "swift")

# The output of builds, runs and fuzzers.
SKIPPED_FOLDERS = {".git", ".data", "demo", "Corpus", "Finds", "__pycache__"}
# Images, expected outputs and other files that a program wrote.
FIXTURES = "Tests/Fixtures/"
# The files that .editorconfig gives tabs.
TABBED = {"Makefile", "Replay/hypervisor.c"}


def repository_files():
    """The paths of all files, relative to the top directory, without links and the output of builds."""
    paths = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith(".build")]
        for name in names:
            path = pathlib.Path(folder, name)
            if not path.is_symlink():
                paths.append(path.relative_to(ROOT).as_posix())
    return sorted(paths)


def swift_is_clean(paths):
    """`swift format` prints its findings itself. Returns whether there are none."""
    if subprocess.run([SWIFT, "format", "--version"], capture_output=True).returncode != 0:
        print("lint: this toolchain has no `swift format`; Swift 6.0 and later have it (SWIFT= names another)",
              file=sys.stderr)
        return False
    return subprocess.run([SWIFT, "format", "lint", "--strict", "--parallel", *paths], cwd=ROOT).returncode == 0


def shell_findings(path):
    shell = "dash" if shutil.which("dash") else "sh"
    result = subprocess.run([shell, "-n", path], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        # "dash: 12: FILE: Syntax error: ..." or "FILE: 12: Syntax error: ..."
        message = result.stderr.strip()
        words = message.split(": ")
        line = next((int(word) for word in words if word.isdigit()), 1)
        yield line, words[-1] if len(words) < 2 else ": ".join(words[-2:])


def python_findings(path, content):
    try:
        # In memory, so that no file is written.
        compile(content, path, "exec")
    except (SyntaxError, ValueError) as error:
        yield getattr(error, "lineno", None) or 1, str(error)


def text_findings(path, content):
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.endswith(b"\r"):
            yield number, "a carriage return at the end of the line"
        # A document may quote what a program printed.
        elif line != line.rstrip() and not path.endswith(".md"):
            yield number, "spaces at the end of the line"
        if line.startswith(b"\t") and path not in TABBED:
            yield number, "a tab instead of spaces"
    if lines[-1]:
        yield len(lines), "no newline at the end of the file"
    elif len(lines) > 2 and not lines[-2]:
        yield len(lines) - 1, "an empty line at the end of the file"


def main():
    paths = repository_files()
    clean = swift_is_clean([path for path in paths if path.endswith(".swift")])
    for path in paths:
        content = (ROOT / path).read_bytes()
        if path.startswith(FIXTURES) or b"\0" in content:
            continue
        try:
            content.decode()
        except UnicodeDecodeError as error:
            findings = [(content.count(b"\n", 0, error.start) + 1, "not UTF-8")]
        else:
            findings = list(text_findings(path, content))
        if path.endswith(".sh") or content.startswith(b"#!/bin/sh"):
            findings += shell_findings(path)
        elif path.endswith(".py"):
            findings += python_findings(path, content)
        for line, what in findings:
            print(f"{path}:{line}: {what}", file=sys.stderr)
            clean = False
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
