"""A standalone cluster of Spark on the loopback address: a master and workers, all started here."""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import sys
import time
from types import TracebackType

import pyspark

HOME = os.path.dirname(pyspark.__file__)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Cluster:
    """A master and workers of one core each, for the time of a `with` block."""

    def __init__(self, folder: pathlib.Path, workers: int = 2, memory: str = "2g") -> None:
        self._folder = folder
        self._count = workers
        self._memory = memory
        self._processes: list[subprocess.Popen[bytes]] = []
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self._port = port

    def __enter__(self) -> Cluster:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port",
                    str(self._port), "--webui-port", str(free_port()))  # fmt: skip
        self._wait("master", "I have been elected leader")
        for number in range(self._count):
            self._start(f"worker{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1",
                        "--cores", "1", "--memory", self._memory, "--webui-port", str(free_port()),
                        "--work-dir", str(self._folder / f"work{number}"), self.master)  # fmt: skip
        for number in range(self._count):
            self._wait(f"worker{number}", "Successfully registered with master")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def executors(self) -> list[int]:
        """The processes that the workers have started for applications."""
        workers = {process.pid for process in self._processes[1:]}
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent in workers and b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words:
                found.append(int(entry.name))
        return sorted(found)

    def _start(self, name: str, main: str, *words: str) -> None:
        environment = {**os.environ, "SPARK_HOME": HOME, "SPARK_LOCAL_IP": "127.0.0.1",
                       "PYSPARK_PYTHON": sys.executable}  # fmt: skip
        # The workers must get the package from the session, as on other machines.
        environment.pop("PYTHONPATH", None)
        with open(self._folder / f"{name}.log", "wb") as log:
            self._processes.append(
                subprocess.Popen([os.path.join(HOME, "bin", "spark-class"), main, *words], env=environment,
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
            )

    def _wait(self, name: str, line: str) -> None:
        log = self._folder / f"{name}.log"
        for _ in range(600):
            if line in log.read_text(errors="replace"):
                return
            if self._processes[-1].poll() is not None and name == "master":
                break
            time.sleep(0.2)
        raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
