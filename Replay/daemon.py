"""A real daemon that restores a state: its run directory, its file descriptors, its process."""

import fcntl
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time

import state

TOOLS = "/usr/lib/xen-4.17/bin"
XENSTORED = TOOLS + "/xenstored"
OXENSTORED = TOOLS + "/oxenstored"
CONTROL = TOOLS + "/xenstore-control"

# Seconds. A restore of these states takes a fraction of one.
PATIENCE = 30


class Refused(Exception):
    """The daemon did not accept the state; the message is what it wrote last."""


class Daemon:
    """A daemon that has restored `data`, started as a live update starts it.

    Use it in a `with` statement; at the end of it the daemon is stopped and its files are removed.
    The state's clients are stand-ins that send nothing and read nothing. With `rings`, domains can
    be clients on their rings (client.py).
    """

    def __init__(self, data, shim, gone=(), rings=False):
        self.data = data
        self.shim = shim
        self.gone = gone
        self.rings = rings
        self.is_oxenstored = state.is_oxenstored(data)
        self.name = "oxenstored" if self.is_oxenstored else "xenstored"
        self.process = None
        self.status = None
        self.peers = []

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="replay-")
        self.directory = self.folder.name
        try:
            self.start()
            self.wait_for_state(1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            self.end()
        for peer in self.peers:
            peer.close()
        self.folder.cleanup()

    # ---- The process ----

    @property
    def state_file(self):
        return os.path.join(self.directory, "db" if self.is_oxenstored else "state_dump")

    def environment(self):
        rings = {"REPLAY_RINGS": "1"} if self.rings else {}
        return dict(
            os.environ,
            **rings,
            LD_PRELOAD=self.shim,
            REPLAY_DIR=self.directory,
            REPLAY_GONE=",".join(map(str, self.gone)),
            XENSTORED_RUNDIR=self.directory,
            XENSTORED_ROOTDIR=self.directory,
        )

    def command(self):
        if not self.is_oxenstored:
            return [XENSTORED, "-N", "-U"]
        configuration = os.path.join(self.directory, "oxenstored.conf")
        with open(configuration, "w") as file:
            file.write(
                f"pid-file = {self.directory}/pid\n"
                f"xenstored-log-file = {self.directory}/log\n"
                "xenstored-log-level = info\n"
                f"access-log-file = {self.directory}/access.log\n"
                "quota-activate = false\n"
                "xenstored-kva = /proc/xen/xsd_kva\n"
                "xenstored-port = /proc/xen/xsd_port\n"
            )
        return [OXENSTORED, "--no-fork", "--config-file", configuration, "--live", "--restart"]

    def start(self):
        with open(self.state_file, "wb") as file:
            file.write(self.data)
        plan = self.prepare(state.descriptors(self.data))
        command, environment = self.command(), self.environment()
        output = high(os.open(os.path.join(self.directory, "output"), os.O_WRONLY | os.O_CREAT, 0o600))
        self.process = os.fork()
        if self.process == 0:
            try:
                become(plan, output, command, environment)
            finally:
                os._exit(127)
        for _, fd in plan:
            os.close(fd)
        os.close(output)

    def prepare(self, wanted):
        """Opens what the descriptors refer to; returns pairs of wanted and current number."""
        plan = []
        for number in wanted.listeners:
            listener = socket.socket(socket.AF_UNIX)
            path = os.path.join(self.directory, "socket")
            # If there are several, a daemon takes the last one.
            if os.path.exists(path):
                os.unlink(path)
            listener.bind(path)
            listener.listen()
            plan.append((number, high(listener.detach())))
        for number in wanted.events:
            path = os.path.join(self.directory, "events")
            if not os.path.exists(path):
                os.mkfifo(path, 0o600)
            plan.append((number, high(os.open(path, os.O_RDWR))))
        for number in wanted.clients:
            mine, client = socket.socketpair(socket.AF_UNIX)
            fill(mine)
            plan.append((number, high(mine.detach())))
            self.peers.append(client)
        return plan

    def has_ended(self):
        if self.process is None:
            return True
        pid, status = os.waitpid(self.process, os.WNOHANG)
        if pid:
            self.process = None
            self.status = status
        return bool(pid)

    def end(self):
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.has_ended():
                return
            os.kill(self.process, sign)
            until(self.has_ended, 1)

    # ---- What it did ----

    def wait_for_state(self, number):
        """Waits until the daemon has restored its `number`th state."""
        done = lambda: self.has_taken(number) or self.has_ended()
        if not until(done, PATIENCE):
            raise Refused("no restore within " + str(PATIENCE) + " s")
        if not self.has_taken(number) or self.has_ended():
            raise Refused(self.last_words())

    def has_taken(self, number):
        """xenstored removes the file (it is kept under another name); oxenstored only logs it."""
        if self.is_oxenstored:
            return self.written("log").count(b"database loaded") >= number
        return os.path.exists(f"{self.state_file}.taken-{number}")

    def written(self, name):
        """The contents of a file in the run directory; empty if there is no such file."""
        try:
            with open(os.path.join(self.directory, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def last_words(self):
        """How the daemon ended, and what it wrote last."""
        lines = (self.written("log") + self.written("output")).decode("utf-8", "backslashreplace").strip().split("\n")
        said = next((line for line in lines if line.startswith("FATAL")), lines[-1])[:200]
        if self.status is None:
            return said or "it said nothing"
        if os.WIFSIGNALED(self.status):
            return f"ended by {signal.Signals(os.WTERMSIG(self.status)).name} {said}".strip()
        return f"ended with status {os.WEXITSTATUS(self.status)} {said}".strip()

    def ask(self, *command):
        """Runs one of Xen's own tools on this daemon; returns its standard output."""
        environment = dict(os.environ, XENSTORED_RUNDIR=self.directory, XENSTORED_PATH=os.path.join(self.directory, "socket"))
        try:
            result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Refused(f"no answer to {os.path.basename(command[0])} within {PATIENCE} s") from None
        if result.returncode != 0:
            said = result.stderr.strip().split(b"\n")[-1].decode("utf-8", "backslashreplace")[-200:]
            died = until(self.has_ended, 0.5)
            raise Refused(f"{os.path.basename(command[0])}: {said}" + (f"; the daemon {self.last_words()}" if died else ""))
        return result.stdout

    def can_be_asked(self):
        """Whether there is a socket on which the daemon listens."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(os.path.join(self.directory, "socket")) == 0

    def list(self):
        """The whole store, as the real xenstore-ls prints it."""
        return self.ask("xenstore-ls", "-f", "-p")

    def live_update(self):
        """Makes the daemon write its state and restart with it; returns the state."""
        self.ask(CONTROL, "live-update", "-F", "-t", "10", OXENSTORED if self.is_oxenstored else XENSTORED)
        self.wait_for_state(2)
        return self.written("db" if self.is_oxenstored else "state_dump.taken-2")


def become(plan, output, command, environment):
    """In the child: gives the descriptors the state's numbers, and becomes the daemon."""
    os.setsid()
    for number in (0, 1, 2):
        os.dup2(output, number)
    for number, fd in plan:
        os.dup2(fd, number, inheritable=True)
    os.closerange(state.HIGHEST, state.HIGHEST + 3000)
    os.execve(command[0], command, environment)


def high(fd):
    """Moves a descriptor to a number that no state uses, closed on exec."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < state.HIGHEST + 3000:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(state.HIGHEST + 3000, hard), hard))
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, state.HIGHEST)
    os.close(fd)
    return moved


def fill(end):
    """Fills a socket, so that the daemon keeps what it has for this client."""
    end.setblocking(False)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    try:
        while True:
            end.send(b"\0")
    except BlockingIOError:
        end.setblocking(True)


def until(condition, seconds):
    """Waits for a condition; returns whether it became true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
