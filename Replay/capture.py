"""Captures the stores of real daemons, at rest and while clients change them.

Usage: capture.py [--short] XSARCHIVE HYPERVISOR.SO

A xenstored and an oxenstored get a store of a host with guests. At rest, an image has to be what
xenstore-ls prints. Then clients in processes of their own change the store, and each change keeps
something true: two values are equal, one of two nodes exists, a tree is whole. An image has to keep
it, too, unless the image's entry in the custody log names the paths in doubt.

Prints one line for each daemon, writers and method: `ok` or `FAIL`, and what was seen.
Exit status: 0 all as expected, 1 a difference, 2 trouble.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

from access import BARE_STREAM, BARE_TEXT
from client import END, INTRODUCE, MKDIR, RM, SET_PERMS, START, Denied, SocketClient
from daemon import Daemon, Refused, until
from device import Device
from program import Program, Trouble
from refusals import refusals

# Seconds that the writers rest after each change: none, as a busy host, and so that a walk never
# meets a change.
PACES = {"full speed": 0, "a change each 2 ms": 0.002, "a change each 50 ms": 0.05}


class Place:
    """What a client needs to know of a daemon."""

    def __init__(self, directory):
        self.directory = directory


def fill(client, guests):
    """A host with guests, of which each has some dozens of nodes."""
    client.write(b"/tool/note", b"\x00\xff\n\"\\ end")
    client.ask(MKDIR, b"/tool/empty")
    for domid in range(1, guests + 1):
        home = b"/local/domain/%d" % domid
        client.write(home + b"/name", b"guest%d" % domid)
        client.ask(SET_PERMS, home, b"n%d" % domid, b"r0")
        for kind in (b"vif", b"vbd"):
            for number in range(3):
                front = home + b"/device/%s/%d" % (kind, number)
                for key in (b"state", b"backend", b"mac", b"handle", b"event-channel"):
                    client.write(front + b"/" + key, b"%s of %d" % (key, domid))
                client.ask(SET_PERMS, front, b"n%d" % domid, b"r0")
        client.write(b"/vm/%d/uuid" % domid, b"u%d" % domid)
    for domid in range(1, min(guests, 4)):
        client.ask(INTRODUCE, b"%d" % domid, b"1", b"1")


# ---- Writers ----


def in_transaction(client, change):
    while True:
        number = int(client.ask(START, b"").rstrip(b"\0"))
        change(number)
        try:
            client.ask(END, b"T", transaction=number)
            return
        except Denied as error:
            if str(error) != "EAGAIN":
                raise


def pair(client, step):
    """Two values are equal, and so are the permissions of two nodes."""

    def change(number):
        for side in (b"a", b"b"):
            client.write(b"/t/pair/" + side, b"%d" % step, number)
            client.ask(SET_PERMS, b"/t/pair/" + side, b"n0", b"r%d" % (step % 7), transaction=number)

    in_transaction(client, change)


def move(client, step):
    """The node exists exactly once, below one of two others."""
    here, there = (b"x", b"y") if step % 2 else (b"y", b"x")

    def change(number):
        client.answer(RM, b"/t/move/" + here, transaction=number)
        client.write(b"/t/move/%s/down/node" % there, b"%d" % step, number)

    in_transaction(client, change)


def tree(client, step):
    """A tree is whole, with one value in all of its nodes, or it is not there."""
    if step % 3 == 2:
        client.answer(RM, b"/t/tree")
        return

    def change(number):
        # Removed and made again: no event names the nodes in between.
        client.answer(RM, b"/t/tree", transaction=number)
        for path in (b"/t/tree/1/2/3", b"/t/tree/1/2", b"/t/tree/1", b"/t/tree"):
            client.write(path, b"%d" % step, number)

    in_transaction(client, change)


def works(directory, writer, rest, stop):
    end = time.monotonic() + 10
    while True:
        try:
            client = SocketClient(Place(directory))
            break
        except BlockingIOError:
            # The daemon has not accepted the clients before this one yet.
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
    step = 1
    while not stop.is_set():
        writer(client, step)
        step += 1
        if rest:
            time.sleep(rest)
    client.close()


class Writers:
    """Processes that change the store until the end of a `with` statement."""

    def __init__(self, directory, rest):
        self.stop = multiprocessing.Event()
        self.processes = [
            multiprocessing.Process(target=works, args=(directory, writer, rest, self.stop)) for writer in (pair, move, tree)
        ]

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for process in self.processes:
            process.join(10)
            if process.is_alive():
                process.kill()

    @property
    def ended_early(self):
        """How many had an error, or an answer that never came."""
        return sum(process.exitcode != 0 for process in self.processes)


# ---- What an image has to keep ----


def nodes(listing):
    """A listing as a dictionary of path to value and permissions."""
    found = {}
    for line in listing.decode("utf-8", "backslashreplace").splitlines():
        path, _, rest = line.partition(" = ")
        value, _, perms = rest.rpartition("   (")
        found[path] = (value, perms)
    return found


def broken(found):
    """What an image does not keep: pairs of what is wrong, and the part of the tree."""
    if found.get("/t/pair/a") != found.get("/t/pair/b"):
        yield f"{found.get('/t/pair/a')} and {found.get('/t/pair/b')}", "/t/pair"
    places = [path for path in found if path.startswith("/t/move/") and path.endswith("/node")]
    if len(places) != 1:
        yield f"{len(places)} nodes that move", "/t/move"
    if any(path in found for path in ("/t/move/x", "/t/move/y")) and len([path for path in found if path.count("/") == 3 and path.startswith("/t/move/")]) != 1:
        yield "a rest of the node that moves", "/t/move"
    tree = {path: value for path, value in found.items() if path == "/t/tree" or path.startswith("/t/tree/")}
    if tree and (len(tree) != 4 or len({value for value, _ in tree.values()}) != 1):
        yield f"a tree of {len(tree)} nodes with the values {sorted({value for value, _ in tree.values()})}", "/t/tree"


def is_in_doubt(part, unsettled):
    return any(path == part or path.startswith(part + "/") or part.startswith(path.rstrip("/") + "/") for path in unsettled)


class Captures:
    """Captures of one daemon, each in an archive of its own."""

    def __init__(self, program, daemon):
        self.program = program
        self.socket = os.path.join(daemon.directory, "socket")

    def take(self, *options, expected=(0,)):
        """Returns exit status, listing, the note of the custody log, and seconds."""
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            archive = os.path.join(folder, "captures.db")
            environment = dict(os.environ, XSARCHIVE=archive)
            command = [self.program.path, "capture", "--socket", self.socket, *options]
            start = time.monotonic()
            result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
            seconds = time.monotonic() - start
            if result.returncode not in expected:
                raise Trouble(f"capture {' '.join(options)}: exit status {result.returncode}: {result.stderr.decode()}")
            listing = self.program.run("ls", "-f", "-p", "@1", archive=archive)
            alarms = self.program.lines("check", "@1", "--severity", "info", expected=(0, 1), archive=archive)
            if any(alarm["rule"].startswith("restore-") for alarm in alarms):
                raise AssertionError("a forecast of a restore, though connections are unknown")
            self.program.run("verify", archive=archive)
            note = json.loads(self.program.lines("custody", archive=archive)[0]["note"])
            if (result.returncode == 1) != bool(note["unsettled"]):
                raise AssertionError(f"exit status {result.returncode} with {len(note['unsettled'])} unsettled paths")
            return result.returncode, listing, note, seconds


def at_rest(captures, daemon, methods):
    """Compares captures with xenstore-ls; returns a line."""
    start = time.monotonic()
    expected = daemon.list()
    listed = time.monotonic() - start
    seen = []
    for method in methods:
        _, listing, note, seconds = captures.take("--method", method)
        if listing != expected:
            raise AssertionError(f"{method}: " + difference(expected, listing))
        took = (moment(note["end"]) - moment(note["start"])) if note["start"] else 0
        seen.append(f"{method} ({note['method']}) {took:.2f} s, in an archive {seconds:.2f} s")
    count = len(expected.splitlines())
    return f"at rest: {count} nodes as xenstore-ls prints them; xenstore-ls {listed:.2f} s, " + ", ".join(seen)


def moment(text):
    """Seconds of the day."""
    hours, minutes, seconds = text.rstrip("Z").split("T")[1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def difference(expected, listing):
    one, two = expected.splitlines(), listing.splitlines()
    for left, right in zip(one, two):
        if left != right:
            return f"xenstore-ls {left!r}, xsarchive {right!r}"
    return f"xenstore-ls has {len(one)} lines, xsarchive {len(two)}"


def changing(captures, daemon, pace, method, count, timeout):
    """Takes captures while clients write; returns a line."""
    settled = doubtful = rounds = events = excused = 0
    writers = Writers(daemon.directory, PACES[pace])
    with writers:
        for _ in range(count):
            status, listing, note, _ = captures.take(
                "--method", method, "--timeout", str(timeout), expected=(0, 1))
            found = nodes(listing)
            for what, part in broken(found):
                if not is_in_doubt(part, note["unsettled"]):
                    raise AssertionError(f"{what}, and {part} is not in doubt ({note['unsettled'][:5]}; {note['rounds']} rounds)")
                excused += 1
            settled += status == 0
            doubtful += status == 1
            rounds += note["rounds"]
            events += note["events"]
    return (
        f"{pace}, {method}: {settled} of {count} settled, {doubtful} with paths in doubt "
        f"({excused} invariants broken there), {rounds} rounds, {events} events"
        + (f"; {writers.ended_early} of {len(writers.processes)} writers ended early" if writers.ended_early else "")
    )


def long_list(captures, daemon, client, methods):
    """A list of children that is longer than a message can be; xenstore-ls cannot read oxenstored's."""
    names = [b"/long/child-%d" % number for number in range(900)]
    for name in names:
        client.write(name, b"")
    for method in methods:
        listing = captures.take("--method", method)[1]
        if not daemon.is_oxenstored and listing != daemon.list():
            raise AssertionError(f"{method}: " + difference(daemon.list(), listing))
        found = [line.split(b" ")[0] for line in listing.splitlines() if line.startswith(b"/long/")]
        if sorted(found) != sorted(names):
            raise AssertionError(f"{method}: {len(found)} children of {len(names)}")
    client.ask(RM, b"/long")
    return f"a list of {len(names)} children"


def part(captures, daemon):
    _, listing, note, _ = captures.take("--subtree", "/local/domain/2")
    below = [line for line in daemon.list().splitlines() if line.startswith((b"/local/domain/2 ", b"/local/domain/2/"))]
    if [line for line in listing.splitlines() if line.startswith(b"/local/domain/2")] != below:
        raise AssertionError("a part is not what xenstore-ls prints")
    return f"a part: {len(below)} nodes, {note['requests']} requests"


def device(captures, daemon):
    """The same through a character device, as on a host whose xenstored is a domain of its own."""
    socket = captures.socket
    before = daemon.list()
    with Device(daemon) as stand_in:
        captures.socket = stand_in.path
        try:
            methods = ("auto", "walk")
            notes = [captures.take("--method", method) for method in methods]
            below = captures.take("--subtree", "/local/domain/2")[1]
            if daemon.is_oxenstored:
                result = subprocess.run(
                    [captures.program.path, "capture", "--method", "signal", "--socket", stand_in.path],
                    stdin=subprocess.DEVNULL, capture_output=True)
                if result.returncode != 2 or b"SIGUSR1 is not sent" not in result.stderr:
                    raise AssertionError(f"a signal to what cannot be seen: {result.stderr}")
        finally:
            captures.socket = socket
        if stand_in.trouble:
            raise AssertionError(f"the device: {stand_in.trouble}")
        for method, (_, listing, note, _) in zip(methods, notes):
            if listing != before:
                raise AssertionError(f"{method}: " + difference(before, listing))
            if note["program"] is not None:
                raise AssertionError(f"the program {note['program']} of a device")
        if b"/local/domain/3" in below or b"/local/domain/2/name" not in below:
            raise AssertionError("a part through the device")
        return f"a character device: {stand_in.requests} requests, the same nodes"


# A program of its own: a process begins with the largest resident set of the one that started it.
MEMORY = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def memory(*command):
    """The largest resident set of a command, in MB."""
    result = subprocess.run([sys.executable, "-ISc", MEMORY, *command], stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command[1:3])}: exit status {result.returncode}: {result.stderr}")
    return int(result.stdout) / 1000


def large(program, data, shim):
    """A host with 4090 guests. What the program takes without a store is not counted: debug builds take more."""
    with Daemon(data, shim, rings=True) as daemon, tempfile.TemporaryDirectory(prefix="replay-") as folder:
        client = SocketClient(daemon)
        fill(client, 4090)
        client.close()
        file, archive = os.path.join(folder, "image"), os.path.join(folder, "captures.db")
        command = [program.path, "capture", "--quiet", "--timeout", "500", "--socket", os.path.join(daemon.directory, "socket")]
        alone = memory(program.path, "--version")
        written = memory(*command, "-o", file) - alone
        stored = memory(*command, "-a", archive) - alone
        if not 0 < written < 45 or not 0 < stored < 85:
            raise AssertionError(f"{written:.0f} MB for a file, {stored:.0f} MB for an archive")
        exported = program.run("export", "@1", archive=archive)
        with open(file, "rb") as image:
            if image.read() != exported:
                raise AssertionError("the file is not what the archive has")
        return f"4090 guests, {len(exported)} bytes: besides the program's {alone:.0f} MB, a file takes {written:.0f} MB, an archive {stored:.0f} MB"


# ---- What a daemon writes itself ----


def left(captures, daemon):
    """What oxenstored leaves at its end is offered, and the command that is named imports it."""
    before = daemon.list()
    daemon.end()
    if not until(lambda: os.path.exists(daemon.state_file), 5):
        raise AssertionError("oxenstored left no state")
    result = subprocess.run(
        [captures.program.path, "capture", "--socket", captures.socket], stdin=subprocess.DEVNULL, capture_output=True)
    lines = [line for line in result.stderr.decode().splitlines() if line.startswith(f"xsarchive: {daemon.state_file}: oxenstored's state of 20")]
    if result.returncode != 2 or len(lines) != 1 or b"cannot connect" not in result.stderr:
        raise AssertionError(f"exit status {result.returncode}: {result.stderr}")
    words = lines[0].split(": xsarchive ")[1].split(" ")
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        archive = os.path.join(folder, "captures.db")
        captures.program.run(*words, archive=archive)
        listing = captures.program.run("ls", "-f", "-p", "@1", archive=archive)
        unlike = {line for line in set(listing.splitlines()) ^ set(before.splitlines()) if not line.startswith(b"/@")}
        if unlike:
            raise AssertionError(f"the state is not what xenstore-ls printed: {sorted(unlike)[:4]}")
    return "a state that was left: offered, imported, and what xenstore-ls printed"


def live_update(captures, daemon, client, guests):
    """The preflight refuses what would end the daemon; then the state has everything."""

    def verdict():
        lines = captures.program.run(
            "capture", "--method", "live-update", "--dry-run", "--socket", captures.socket, expected=(0, 1)).decode()
        return {line.split(":")[0] for line in lines.splitlines() if ":" in line}

    def refused(method, words):
        before = daemon.list()
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            archive = os.path.join(folder, "captures.db")
            command = [captures.program.path, "capture", "--socket", captures.socket, "--method", method, "-a", archive]
            result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
            if result.returncode != 2 or words not in result.stderr:
                raise AssertionError(f"{method}: exit status {result.returncode}: {result.stderr}")
            if os.path.exists(archive):
                raise AssertionError(f"{method} was refused, and made an archive")
        if daemon.list() != before or daemon.has_ended():
            raise AssertionError(f"{method} was refused, and the store is another one")
        left = [name for name in os.listdir(daemon.directory) if name.startswith("state_dump") and "taken" not in name]
        if left:
            raise AssertionError(f"{method} was refused, and left {left}")

    # The guests own nodes, and are not introduced: this kills a restore.
    if guests > 3 and verdict() != {"owner"}:
        raise AssertionError(f"owners that are not introduced: {verdict()}")
    refused("live-update", b"not introduced")
    refused("signal", b"SIGUSR1 is not sent")
    for domid in range(1, guests + 1):
        client.answer(INTRODUCE, b"%d" % domid, b"1", b"1")
    if verdict():
        raise AssertionError(f"everything is introduced: {verdict()}")
    client.write(b"/t/stale", b"x")
    client.ask(SET_PERMS, b"/t/stale", b"n0", b"r4077")
    if verdict() != {"entry"}:
        raise AssertionError(f"an entry of a domain that is not introduced: {verdict()}")
    client.ask(RM, b"/t/stale")
    client.ask(MKDIR, b"/local/domain/4088")
    if verdict() != {"build"}:
        raise AssertionError(f"a domain that is being built: {verdict()}")
    client.ask(RM, b"/local/domain/4088")
    open(os.path.join(daemon.directory, "state_dump"), "w").close()
    if verdict() != {"file"}:
        raise AssertionError(f"a state that is there: {verdict()}")
    os.unlink(os.path.join(daemon.directory, "state_dump"))
    number = client.ask(START, b"").rstrip(b"\0")
    client.write(b"/t/open", b"x", int(number))
    refused("live-update", b"the daemon refused the live update and goes on")
    client.ask(END, b"F", transaction=int(number))

    before, process = daemon.list(), daemon.process
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        archive = os.path.join(folder, "captures.db")
        captures.program.run("capture", "--method", "live-update", "--socket", captures.socket, archive=archive)
        if daemon.has_ended() or daemon.process != process or daemon.list() != before:
            raise AssertionError("the daemon is another one after the live update")
        if captures.program.run("ls", "-f", "-p", "@1", archive=archive) != before:
            raise AssertionError("the state is not what xenstore-ls prints")
        captures.program.run("verify", archive=archive)
        rings = captures.program.lines(
            "sql", "SELECT count(*) AS n FROM connections WHERE domid > 0", archive=archive)[0]["n"]
        watches = captures.program.lines("sql", "SELECT count(*) AS n FROM watches WHERE path = '/'", archive=archive)
        if rings != guests or watches[0]["n"] != 0:
            raise AssertionError(f"{rings} rings of {guests}, {watches} watches of our own")
    if [name for name in os.listdir(daemon.directory) if "xsarchive" in name]:
        raise AssertionError("the second name of the state was left")
    return f"a live update: refused for owners, entries, a build, a file and a transaction; then a state with {rings} rings"


def unguarded(shim):
    """What the preflight refuses does kill a daemon."""
    with Daemon(BARE_STREAM, shim, rings=True) as daemon:
        client = SocketClient(daemon)
        client.write(b"/owned", b"x")
        client.ask(SET_PERMS, b"/owned", b"n9")
        client.close()
        try:
            daemon.live_update()
        except Refused as error:
            return f"without the preflight the daemon dies: {error}"
        raise AssertionError("a daemon survived a live update with an owner that is not introduced")


def debug_dump(captures, daemon):
    """oxenstored writes its nodes, and no live update of it is made."""
    result = subprocess.run(
        [captures.program.path, "capture", "--method", "live-update", "--dry-run", "--socket", captures.socket],
        stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode != 1 or not result.stdout.startswith(b"daemon: "):
        raise AssertionError(f"a verdict on oxenstored: {result.stdout}")
    before = daemon.list()
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        archive = os.path.join(folder, "captures.db")
        for _ in range(2):
            captures.program.run("capture", "--method", "signal", "--socket", captures.socket, archive=archive)
        captures.program.run("verify", archive=archive)
        listing = captures.program.run("ls", "-f", "-p", "@1", archive=archive)
        # db.debug has the children of a node in the opposite order.
        # As a database it has the special nodes apart from the others.
        unlike = {line for line in set(listing.splitlines()) ^ set(before.splitlines()) if not line.startswith(b"/@")}
        if unlike or daemon.list() != before:
            raise AssertionError(f"the state is not what xenstore-ls prints: {sorted(unlike)[:4]}")
    return "a signal: db.debug is what xenstore-ls prints"


def failures(name, tasks):
    """Runs the tasks, prints what each says, and counts those that fail."""
    failed = 0
    for task in tasks:
        try:
            print(f"ok   {name}: {task()}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAIL {name}: {error}", flush=True)
    return failed


def main(words):
    is_short = "--short" in words
    path, shim = [word for word in words if not word.startswith("--")]
    program = Program(os.path.abspath(path))
    failed = trouble = 0
    for name, data in (("xenstored", BARE_STREAM), ("oxenstored", BARE_TEXT)):
        is_oxenstored = name == "oxenstored"
        # A thousand captures under writers, of a store that is read fast enough for so many.
        for guests, count in ((12, 3),) if is_short else ((400, 0), (40, 112)):
            try:
                with Daemon(data, shim, rings=True) as daemon:
                    client = SocketClient(daemon)
                    fill(client, guests)
                    for writer in (pair, move, tree):
                        writer(client, 1)
                    captures = Captures(program, daemon)
                    tasks = []
                    if guests != 40:
                        # A transaction of xenstored takes time with the square of the number of nodes.
                        both = ("auto", "walk", "transaction") if is_short or is_oxenstored else ("auto", "walk")
                        tasks += [lambda: at_rest(captures, daemon, both), lambda: part(captures, daemon)]
                        tasks.append(lambda: long_list(captures, daemon, client, both))
                        tasks.append(lambda: device(captures, daemon))
                        if is_oxenstored:
                            tasks.append(lambda: debug_dump(captures, daemon))
                        else:
                            tasks += [lambda: live_update(captures, daemon, client, guests), lambda: unguarded(shim)]
                            tasks.append(lambda: refusals(program, daemon, client, shim))
                    for pace in PACES if count else ():
                        for method in ("auto", "walk") if is_oxenstored else ("walk",):
                            tasks.append(
                                lambda pace=pace, method=method: changing(captures, daemon, pace, method, count, 2))
                    if is_oxenstored and guests != 40:
                        tasks.append(lambda: left(captures, daemon))
                    failed += failures(name, tasks)
                    client.close()
                if guests == 400:
                    failed += failures(name, [lambda: large(program, data, shim)])
            except (Refused, Denied, Trouble, OSError) as error:
                trouble += 1
                print(f"FAIL {name}: {error}", flush=True)
    print(f"captures: {trouble + failed} failed")
    return 2 if trouble else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
