"""The installed program `xsarchive`, run in a task."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from . import octets
from .archive import ArchiveProblem

_MISSING = (
    "cannot run the program {}: {}; install xsarchive where the tasks run, or name it with the option program"
)


@dataclass(frozen=True)
class Verdict:
    """What `xsarchive verify` says of an archive."""

    passed: bool
    message: str
    # The digest of all images, which is the same for the same images in any archive.
    digest: str | None


def verify(program: str, path: str, timeout: float | None) -> Verdict:
    """Re-encodes every image of an archive and checks its custody log.

    Raises ArchiveProblem if the program cannot be run.
    """
    status, output, complaint = _run([program, "verify", "--json", "-a", path], timeout)
    try:
        report: dict[str, Any] = json.loads(output)
    except ValueError:
        return Verdict(False, complaint or f"xsarchive verify ended with status {status}", None)
    first = report["first_problem"]
    message = "" if first is None else f"{first['subject']}: {first['problem']}"
    return Verdict(status == 0 and report["holds"] is True, octets.harmless(message or complaint), report["digest"])


def check(program: str, path: str, image_ids: list[int], timeout: float | None) -> list[dict[str, Any]]:
    """The findings of archived images, as `xsarchive check --format jsonl` has them.

    Raises ArchiveProblem if the program cannot be run or has trouble.
    """
    references = [f"@{image_id}" for image_id in image_ids]
    words = [program, "check", "--severity", "info", "--format", "jsonl", "-a", path, *references]
    status, output, complaint = _run(words, timeout)
    if status not in (0, 1):
        raise ArchiveProblem(complaint or f"xsarchive check ended with status {status}")
    return [json.loads(line) for line in output.splitlines() if line]


def _run(words: list[str], timeout: float | None) -> tuple[int, str, str]:
    """The exit status, standard output, and the last line of standard error."""
    try:
        result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
    except OSError as error:
        raise ArchiveProblem(_MISSING.format(words[0], error.strerror)) from error
    except subprocess.TimeoutExpired as error:
        raise ArchiveProblem(f"{words[0]} {words[1]} stopped: the time limit is over; raise timeout") from error
    lines = octets.decode(result.stderr).strip().splitlines()
    complaint = octets.harmless(lines[-1].removeprefix("xsarchive: ")) if lines else ""
    return result.returncode, octets.decode(result.stdout), complaint
