"""A Spark session for the command: quiet, and with this package in every task."""

from __future__ import annotations

import contextlib
import importlib.resources
import os
import pathlib
import shlex
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator

from pyspark.sql import SparkSession

from .source import register


class NoSession(Exception):
    """Why there is no Spark session, and what to do."""


# Where SQLite gives the rows and Spark only passes them on, a question is over before what the second
# compiler of Java makes of Spark's code is of use, or the code that Spark writes for a question.
# Without both, the Java of two executors took 4.2 s of processor time for five short questions,
# with them 10.7 s. Options that an administrator gives stay: these go before them.
_FIRST_COMPILER = "-XX:TieredStopAtLevel=1"
_PASSING_ROWS = {
    "spark.executor.defaultJavaOptions": _FIRST_COMPILER,
    "spark.sql.codegen.wholeStage": "false",
}


@contextlib.contextmanager
def session(
    master: str | None, settings: dict[str, str], python: str | None = None, computes: bool = False
) -> Iterator[SparkSession]:
    """A session on a master, which ends with the block.

    Without a master: that of spark-submit if it started this program, otherwise all cores of this
    machine. `computes` says that Spark does more than to pass on rows: it joins or sorts them. Raises
    NoSession if no session can be had.
    """
    if not _is_submitted() and _java() is None:
        raise NoSession("no Java found: install a JRE of version 17 or later, e.g. openjdk-17-jre-headless")
    # The tasks need a Python that has pyarrow; the first `python3` there rarely has.
    os.environ.setdefault("PYSPARK_PYTHON", python or sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory(prefix="xsarchive-fleet-") as folder:
        spark = _start(master, settings, pathlib.Path(folder), computes)
        try:
            register(spark)
            yield spark
        finally:
            spark.stop()


def _is_submitted() -> bool:
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=os.path.join(home, "bin") if home else None)


def _start(master: str | None, settings: dict[str, str], folder: pathlib.Path, computes: bool) -> SparkSession:
    if master is None and not _is_submitted():
        master = "local[*]"
    with importlib.resources.as_file(importlib.resources.files(__package__) / "log4j2.properties") as source:
        shutil.copy(source, folder / "log4j2.properties")
    is_local = master is not None and master.startswith("local")
    configured = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # In pyspark 4.3.0 a view that is used twice keeps the filters of its first use.
        "spark.sql.python.filterPushdown.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.maxResultSize": "0",
    }
    if master is not None and (is_local or "//127.0.0.1" in master or "//localhost" in master):
        configured["spark.driver.host"] = "127.0.0.1"
        configured["spark.driver.bindAddress"] = "127.0.0.1"
    if not computes:
        configured |= _PASSING_ROWS
    configured |= settings
    if master is not None and "PYSPARK_SUBMIT_ARGS" not in os.environ:
        options = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
        options += "" if computes else " " + _FIRST_COMPILER
        words = ["--master", master, "--driver-java-options", options]
        memory = settings.get("spark.driver.memory")
        words += ["--driver-memory", memory] if memory else []
        os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join([*words, "pyspark-shell"])
    builder = SparkSession.builder.appName("xsarchive-fleet")
    if master is not None:
        builder = builder.master(master)
    for name, value in configured.items():
        builder = builder.config(name, value)
    log = folder / "spark.log"
    try:
        with _standard_error_in(log):
            spark = builder.getOrCreate()
    except Exception as error:
        tail = log.read_text(errors="replace").strip().splitlines()[-20:]
        raise NoSession("\n".join([*tail, f"no Spark session on {master}: {error}"])) from error
    if not is_local:
        archive = folder / "xsarchive_spark.zip"
        _zip(archive)
        spark.sparkContext.addPyFile(str(archive))
    return spark


@contextlib.contextmanager
def _standard_error_in(log: pathlib.Path) -> Iterator[None]:
    """Java is started with standard error in a file: it prints warnings that no option stops."""
    saved = os.dup(2)
    try:
        with open(log, "wb") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _zip(archive: pathlib.Path) -> None:
    """This package, for tasks on machines that do not have it."""
    package = importlib.resources.files(__package__)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for entry in package.iterdir():
            if entry.is_file() and not entry.name.endswith(".pyc"):
                file.writestr(f"{__package__}/{entry.name}", entry.read_bytes())
