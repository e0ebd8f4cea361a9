"""Runs the program under test for the replay."""

import json
import os
import subprocess
import tempfile


class Trouble(Exception):
    """An unexpected exit status, with the program's message."""


class Program:
    """Runs `xsarchive`; raises Trouble if the exit status is unexpected."""

    def __init__(self, path):
        self.path = path

    def run(self, *words, expected=(0,), archive=None):
        environment = dict(os.environ, XSARCHIVE=archive) if archive else None
        result = subprocess.run([self.path, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
        if result.returncode not in expected:
            said = result.stderr.decode("utf-8", "backslashreplace").strip()
            raise Trouble(f"xsarchive {' '.join(words)}: exit status {result.returncode}: {said.splitlines()[0] if said else ''}")
        return result.stdout

    def lines(self, *words, **options):
        """The objects of a table in jsonl."""
        return [json.loads(line) for line in self.run(*words, "--format", "jsonl", **options).splitlines()]

    def list(self, image):
        """What xenstore-ls would print for the image, or for the readable part of a damaged one."""
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            archive = os.path.join(folder, "state.db")
            self.run("import", "--salvage", image, archive=archive)
            # A state without a root has nothing to list.
            has_root = self.lines("sql", "SELECT 1 FROM nodes WHERE path = '/' AND conn_id = 0 LIMIT 1", archive=archive)
            return self.run("ls", "-f", "-p", "@1", archive=archive) if has_root else b""

    def forecast(self, image):
        """The findings of `check` that say what a daemon of Xen 4.17 would do on restore."""
        findings = self.lines("check", image, "--for", "4.17", "--severity", "info", expected=(0, 1))
        return [finding for finding in findings if finding["rule"].startswith("restore-")]

    def changes(self, archive, before, after):
        """Stores two states in an archive, in one series; returns what `diff` shows."""
        self.run("import", "--series", "replay", before, after, archive=archive)
        return self.lines("diff", "@1", "@2", expected=(0, 1), archive=archive)
