"""Records the stores of real daemons: a script of changes, kills, a full disk, a signal to stop.

Usage: record.py [--short] XSARCHIVE HYPERVISOR.SO

Prints one line for each daemon and task: `ok` or `FAIL`, and what was seen.
Exit status: 0 all as expected, 1 a difference, 2 trouble.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

from access import BARE_STREAM, BARE_TEXT
from capture import difference, failures, fill, in_transaction
from client import INTRODUCE, MKDIR, RM, SET_PERMS, Denied, SocketClient
from daemon import PATIENCE, Daemon, Refused, until
from device import Device
from program import Program, Trouble

RELEASE = 9


class Recorder:
    """`xsarchive record` in a process of its own; use it in a `with` statement."""

    def __init__(self, program, daemon, archive, *options, largest=None, socket=None):
        self.program = program
        self.archive = archive
        socket = socket or os.path.join(daemon.directory, "socket")
        self.command = [program.path, "record", "--series", "host", "--socket", socket, "-a", archive, *options]
        self.largest = largest
        self.process = None

    def limit(self):
        if self.largest:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.largest, resource.RLIM_INFINITY))

    def __enter__(self):
        self.output = tempfile.TemporaryFile()
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors, preexec_fn=self.limit)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def read(self, file):
        # Not by a seek: the recorder writes at the place of the same open file.
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode("utf-8", "backslashreplace")

    @property
    def images(self):
        """How many images it has stored."""
        return self.read(self.output).count("\n")

    @property
    def said(self):
        return self.read(self.errors)

    def wait_for(self, count):
        if not until(lambda: self.images >= count or self.process.poll() is not None, PATIENCE) or self.images < count:
            raise AssertionError(f"{self.images} images instead of {count}: {self.said.strip()}")

    def wait_for_words(self, words, times=1):
        if not until(lambda: self.said.count(words) >= times, PATIENCE):
            raise AssertionError(f"it did not say {words!r}, but: {self.said.strip()}")

    def stop(self):
        """Ends it as systemd does; returns nothing, and fails unless it ends well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError("it does not stop") from None
        if status != 0:
            raise AssertionError(f"it ended with {status}: {self.said.strip()}")

    @property
    def seconds(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Place:
    """A daemon and an archive for its recorder."""

    def __init__(self, program, daemon, folder):
        self.program, self.daemon = program, daemon
        self.archive = os.path.join(folder, f"record-{random.randrange(10**9)}.db")

    def record(self, *options, **more):
        return Recorder(self.program, self.daemon, self.archive, *options, **more)

    def newest_is_the_store(self):
        expected = self.daemon.list()
        listing = self.program.run("ls", "-f", "-p", "@host:latest", archive=self.archive)
        if listing != expected:
            raise AssertionError("the newest image: " + difference(expected, listing))
        self.program.run("verify", archive=self.archive)

    def notes(self):
        entries = self.program.lines("custody", archive=self.archive)
        return [json.loads(entry["note"]) for entry in entries if entry["action"] == "import"]


# ---- A script of changes ----


def steps():
    """Pairs of a change, and the paths that it changes."""

    def value(client):
        client.write(b"/s/value", b"1")

    def same(client):
        client.write(b"/s/value", b"2")
        client.write(b"/s/value", b"2")

    def perms(client):
        client.ask(SET_PERMS, b"/s/value", b"n0", b"r3")

    def deep(client):
        # No event names the ancestors.
        client.write(b"/s/a/b/c/d", b"deep")

    def empty(client):
        client.ask(MKDIR, b"/s/empty")

    def remove(client):
        client.ask(RM, b"/s/a/b")

    def again(client):
        def change(number):
            client.ask(RM, b"/s/a", transaction=number)
            client.write(b"/s/a/new", b"n", number)

        in_transaction(client, change)

    def moved(client):
        def change(number):
            client.ask(RM, b"/s/a/new", transaction=number)
            client.write(b"/s/moved", b"n", number)

        in_transaction(client, change)

    return [
        (value, {"/s", "/s/value"}), (same, {"/s/value"}), (perms, {"/s/value"}),
        (deep, {"/s/a", "/s/a/b", "/s/a/b/c", "/s/a/b/c/d"}), (empty, {"/s/empty"}),
        (remove, {"/s/a/b", "/s/a/b/c", "/s/a/b/c/d"}), (again, {"/s/a/new"}),
        (moved, {"/s/a/new", "/s/moved"}), (lambda client: client.ask(RM, b"/s"), {"/s", "/s/a", "/s/empty", "/s/moved", "/s/value"}),
    ]


def script(place, client, rounds, rest):
    """Each step becomes one image, and the differences of the images are the script."""
    expected = []
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        for _ in range(rounds):
            for change, paths in steps():
                change(client)
                expected.append(paths)
                recorder.wait_for(len(expected) + 1)
        rested = recorder.seconds
        time.sleep(rest)
        rested = recorder.seconds - rested
        if recorder.images != len(expected) + 1:
            raise AssertionError(f"{recorder.images} images of {len(expected)} changes")
        recorder.stop()
    ids = [row["image_id"] for row in place.program.lines("images", "--all", archive=place.archive)]
    for before, after, paths in zip(ids, ids[1:], expected):
        changes = place.program.lines("diff", f"@{before}", f"@{after}", expected=(0, 1), archive=place.archive)
        # Nodes that are made again move in the order of children, too.
        found = {change["path"] for change in changes if change["kind"] in ("node", "perms")}
        if found != paths:
            raise AssertionError(f"@{before} to @{after}: {changes} instead of {sorted(paths)}")
    place.newest_is_the_store()
    return f"a script: {len(expected)} changes, as many images, the differences are the script; {rested:.2f} s of processor time in {rest} s at rest"


def released(place, client):
    """Permissions that name a domain may change without an event when it is released."""
    client.ask(INTRODUCE, b"9", b"9", b"9")
    client.write(b"/r/node", b"x")
    client.ask(SET_PERMS, b"/r/node", b"n0", b"r9")
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        client.ask(RELEASE, b"9")
        client.write(b"/r/other", b"y")
        recorder.wait_for(2)
        # The reading after the release may be one of its own.
        time.sleep(0.5)
        recorder.stop()
    place.newest_is_the_store()
    client.ask(RM, b"/r")
    return "a release: the image is the store"


def stopped(place, client):
    """What had changed when the signal came is stored, however long the interval is."""
    with place.record("--interval", "1h") as recorder:
        recorder.wait_for(1)
        client.write(b"/stopped", b"1")
        recorder.stop()
        count = recorder.images
    if count != 2 or place.notes()[-1]["reason"] != "stop":
        raise AssertionError(f"{count} images, {place.notes()[-1]}")
    place.newest_is_the_store()
    return "a signal to stop: the last change is stored"


def through_device(place, client):
    """A character device, as on a host whose xenstored is a domain of its own."""
    with Device(place.daemon) as stand_in, place.record("--interval", "0.1s", socket=stand_in.path) as recorder:
        recorder.wait_for(1)
        for number in range(2, 6):
            client.write(b"/device/a/%d" % number, b"x")
            recorder.wait_for(number)
        client.ask(RM, b"/device")
        recorder.wait_for(6)
        recorder.stop()
        if stand_in.trouble:
            raise AssertionError(f"the device: {stand_in.trouble}")
    place.newest_is_the_store()
    return "a character device: 5 changes, as many images"


def full(place, client):
    """Without space it says so once, and stores again when there is some."""
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        recorder.stop()
    size = os.path.getsize(place.archive)
    with place.record("--interval", "0.1s", largest=size) as recorder:
        # The first image of a run takes space, too.
        for number in range(8):
            client.write(b"/full/%d" % number, b"x" * 2000)
            time.sleep(0.15)
        recorder.wait_for_words("not stored: ")
        client.write(b"/full/last", b"y")
        time.sleep(0.5)
        resource.prlimit(recorder.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        recorder.wait_for_words("stores again")
        said = recorder.said.count("not stored: ")
        recorder.stop()
    if said != 1:
        raise AssertionError(f"it said {said} times that it cannot store: {recorder.said}")
    place.newest_is_the_store()
    missed = max(note.get("failed_attempts", 0) for note in place.notes())
    client.ask(RM, b"/full")
    return f"a full disk: said once; the custody log counts {missed} failed attempts"


def recorder_killed(place, client, times):
    """Killed at any moment, the recorder leaves a valid archive."""
    stored = 0
    for number in range(times):
        with place.record("--interval", "0.1s") as recorder:
            end = time.monotonic() + random.uniform(0.02, 0.6)
            while time.monotonic() < end:
                client.write(b"/killed/%d" % random.randrange(20), b"%d" % number)
            recorder.process.kill()
            recorder.process.wait()
            stored += recorder.images
        # Before the first image is stored there is no archive.
        if stored:
            place.program.run("verify", archive=place.archive)
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        recorder.stop()
    place.newest_is_the_store()
    client.ask(RM, b"/killed")
    return f"{times} kills of the recorder: the archive is valid, and the next run goes on"


def daemon_killed(place, times, guests):
    """The recorder connects to the next daemon, and the custody log has the gap."""
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        for number in range(1, times + 1):
            client = SocketClient(place.daemon)
            end = time.monotonic() + random.uniform(0, 0.4)
            while time.monotonic() < end:
                client.write(b"/killed/%d" % random.randrange(20), b"%d" % number)
            client.close()
            os.kill(place.daemon.process, signal.SIGKILL)
            until(place.daemon.has_ended, PATIENCE)
            for name in os.listdir(place.daemon.directory):
                if "taken" in name or name in ("log", "output"):
                    os.unlink(os.path.join(place.daemon.directory, name))
            place.daemon.start()
            place.daemon.wait_for_state(1)
            client = SocketClient(place.daemon)
            fill(client, guests)
            client.close()
            recorder.wait_for_words("connected again", number)
        # The last changes came after the connection was back, or before.
        until(lambda: place.program.run("ls", "-f", "-p", "@host:latest", archive=place.archive) == place.daemon.list(), PATIENCE)
        recorder.stop()
    gaps = [gap for note in place.notes() for gap in note.get("gaps", [])]
    if len(gaps) != times or any(gap["from"] > gap["to"] for gap in gaps):
        raise AssertionError(f"{len(gaps)} gaps of {times}: {gaps[:3]}")
    place.newest_is_the_store()
    return f"{times} kills of the daemon: connected again each time, and the custody log has {len(gaps)} gaps"


def updated(place, client, guests):
    """A live update of the daemon keeps the connection, or the recorder connects again."""
    # A xenstored dies of nodes whose owner is not introduced.
    for domid in range(1, guests + 1):
        client.answer(INTRODUCE, b"%d" % domid, b"1", b"1")
    with place.record("--interval", "0.1s") as recorder:
        recorder.wait_for(1)
        place.daemon.live_update()
        fresh = SocketClient(place.daemon)
        fresh.write(b"/updated", b"1")
        if not until(lambda: recorder.images >= 2, PATIENCE):
            raise AssertionError(f"no image after a live update: {recorder.said}")
        until(lambda: place.program.run("ls", "-f", "-p", "@host:latest", archive=place.archive) == place.daemon.list(), PATIENCE)
        recorder.stop()
        said = recorder.said
        fresh.close()
    place.newest_is_the_store()
    return "a live update: " + ("connected again" if "connected again" in said else "the connection stays") + ", and the image is the store"


def pruned(place, client):
    """--prune keeps what the rules say."""
    with place.record("--interval", "0.1s") as recorder:
        for number in range(1, 6):
            recorder.wait_for(number)
            client.write(b"/pruned", b"%d" % number)
        recorder.wait_for(6)
        recorder.stop()
    with place.record("--interval", "0.1s", "--prune", "--keep-last", "2") as recorder:
        recorder.wait_for_words("pruned ")
        recorder.stop()
    count = len(place.program.lines("images", "--all", archive=place.archive))
    if count != 2:
        raise AssertionError(f"{count} images after a prune")
    place.newest_is_the_store()
    return "a prune: 2 images are left"


def main(words):
    is_short = "--short" in words
    path, shim = [word for word in words if not word.startswith("--")]
    program = Program(os.path.abspath(path))
    guests, rounds, kills = (12, 1, 2) if is_short else (400, 40, 50)
    failed = trouble = 0
    for name, data in (("xenstored", BARE_STREAM), ("oxenstored", BARE_TEXT)):
        try:
            with Daemon(data, shim, rings=True) as daemon, tempfile.TemporaryDirectory(prefix="replay-") as folder:
                client = SocketClient(daemon)
                fill(client, guests)
                tasks = [
                    lambda place: script(place, client, rounds, 1 if is_short else 30), lambda place: released(place, client),
                    lambda place: stopped(place, client), lambda place: through_device(place, client),
                    lambda place: full(place, client),
                    lambda place: recorder_killed(place, client, kills), lambda place: pruned(place, client),
                    lambda place: updated(place, client, guests), lambda place: daemon_killed(place, kills, guests),
                ]
                failed += failures(name, [lambda task=task: task(Place(program, daemon, folder)) for task in tasks])
                client.close()
        except (Refused, Denied, Trouble, OSError) as error:
            trouble += 1
            print(f"FAIL {name}: {error}", flush=True)
    print(f"records: {trouble + failed} failed")
    return 2 if trouble else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
