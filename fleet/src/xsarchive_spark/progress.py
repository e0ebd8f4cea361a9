"""Says on standard error how many tasks are done, if a person is there to read it."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

from pyspark.sql import SparkSession

_FIRST = 1.0
_EVERY = 0.5


@contextlib.contextmanager
def shown(spark: SparkSession, verb: str, wanted: bool) -> Iterator[None]:
    """Shows the progress of the session's jobs while the block runs, after its first second."""
    if not wanted or not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_show, args=(spark, verb, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(spark: SparkSession, verb: str, ended: threading.Event) -> None:
    start = time.monotonic()
    drawn = False
    wait = _FIRST
    while not ended.wait(wait):
        wait = _EVERY
        done, count, failed = _tasks(spark)
        retried = f", {failed} tried again" if failed else ""
        seconds = int(time.monotonic() - start)
        print(f"\r{verb}: {done} of {count} tasks{retried}, {seconds} s\033[K", end="", file=sys.stderr, flush=True)
        drawn = True
    if drawn:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _tasks(spark: SparkSession) -> tuple[int, int, int]:
    tracker = spark.sparkContext.statusTracker()
    done = count = failed = 0
    for stage in tracker.getActiveStageIds():
        info = tracker.getStageInfo(stage)
        if info is not None:
            done, count, failed = done + info.numCompletedTasks, count + info.numTasks, failed + info.numFailedTasks
    return done, count, failed
