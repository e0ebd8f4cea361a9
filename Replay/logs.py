"""Runs scripted histories on real daemons with logging on, and compares what xsarchive reads in
their logs with the scripts.

Usage: logs.py [--short] XSARCHIVE HYPERVISOR.SO

For each seed, clients in domain 0 and in guests write, remove, set permissions, use transactions
that commit, abort and are in conflict, and are refused. The events of the log have to be the
requests of the script, in its order and with its outcomes; a transaction's result has to be what
the client was told; blame has to name the last writer of each value that the daemon then has; and
the log has to come out of the archive byte for byte.

Prints one line for each daemon and form of log. Exit status: 0 all as expected, 1 a difference, 2
trouble.
"""

import os
import random
import sys
import tempfile
import time

from access import BARE_STREAM, BARE_TEXT
from client import END, INTRODUCE, MKDIR, READ, RM, SET_PERMS, START, WRITE, Denied, RingClient, SocketClient
from daemon import Daemon, Refused
from program import Program, Trouble

GUESTS = (3, 4)
OPERATIONS = {WRITE: "write", MKDIR: "mkdir", RM: "rm", SET_PERMS: "setperms", READ: "read"}


class LoggedDaemon(Daemon):
    """A daemon that writes a log: of everything, or what it writes by default."""

    def __init__(self, data, shim, everything=True):
        super().__init__(data, shim, rings=True)
        self.everything = everything

    def command(self):
        words = super().command()
        if self.is_oxenstored:
            if self.everything:
                with open(os.path.join(self.directory, "oxenstored.conf"), "a") as file:
                    for what in ("read", "transactions", "special"):
                        file.write(f"access-log-{what}-ops = true\n")
            return words
        return words + ["-T", self.log]

    @property
    def log(self):
        return os.path.join(self.directory, "access.log" if self.is_oxenstored else "trace.log")


class Script:
    """Makes requests by a seed, and keeps what they were and who wrote what."""

    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.random = random.Random(seed)
        self.clients = [(0, SocketClient(daemon)), (0, SocketClient(daemon))]
        for port, domid in enumerate(GUESTS, 2):
            self.clients[0][1].ask(INTRODUCE, b"%d" % domid, b"1", b"%d" % port)
            number = int(open(os.path.join(daemon.directory, f"port.{domid}")).read())
            self.clients.append((domid, RingClient(daemon, domid, number)))
        # (domid, operation, path, value, outcome), and the results of transactions.
        self.requests = []
        self.results = []
        # The value of each path that was written, and by which domain; what transactions change
        # counts when they are committed.
        self.writers = {}
        self.number = 0

    def close(self):
        for _, client in self.clients:
            client.close()

    def path(self, domid):
        place = self.random.choice(("a", "a/b", "c", "c/d/e", "f"))
        home = self.random.choice((domid, domid, self.random.choice((0,) + GUESTS)))
        return f"/local/domain/{home}/t/{place}"

    def request(self, index, transaction=0):
        """Makes one request; returns the change that it makes if it counts."""
        domid, client = self.clients[index]
        path = self.path(domid)
        kind = self.random.choice((WRITE, WRITE, WRITE, MKDIR, RM, SET_PERMS, READ))
        words = [path.encode()]
        value = None
        if kind == WRITE:
            self.number += 1
            value = self.random.choice(("%d", "value %d", "%d\n(x)", 'a "%d"')) % self.number
        if kind == SET_PERMS:
            words += [b"n%d" % domid, b"b%d" % self.random.choice(GUESTS)]
        try:
            if kind == WRITE:
                client.write(words[0], value.encode(), transaction)
            else:
                client.ask(kind, *words, transaction=transaction)
            outcome = "ok"
        except Denied as error:
            outcome = str(error)
        self.requests.append((domid, OPERATIONS[kind], path, value, outcome))
        return (kind, path, value, domid) if outcome == "ok" else None

    def take(self, change):
        if not change:
            return
        kind, path, value, domid = change
        if kind == WRITE:
            self.writers[path] = (value, domid)
        elif kind == RM:
            for other in [other for other in self.writers if other == path or other.startswith(path + "/")]:
                del self.writers[other]

    def transaction(self, index):
        domid, client = self.clients[index]
        number = int(client.ask(START, b"").rstrip(b"\0"))
        before = len(self.requests)
        changes = [self.request(index, number) for _ in range(self.random.randrange(1, 4))]
        is_in_log = any(what != "read" for _, what, *_ in self.requests[before:])
        if self.random.random() < 0.4:
            other = self.random.choice([other for other in range(len(self.clients)) if other != index])
            self.take(self.request(other))
        commits = self.random.random() < 0.7
        try:
            client.ask(END, b"T" if commits else b"F", transaction=number)
            result = "commit" if commits else "abort"
        except Denied as error:
            result = "conflict" if str(error) == "EAGAIN" else str(error)
        if result == "commit":
            for change in changes:
                self.take(change)
        # A transaction without changes has no commit to speak of.
        is_told = any(change and change[0] != READ for change in changes)
        self.results.append((domid, number, result, is_told, is_in_log))

    def run(self, steps):
        for domid in (0,) + GUESTS:
            home = f"/local/domain/{domid}"
            for path in (home, home + "/t"):
                self.clients[0][1].write(path.encode(), b"")
                self.clients[0][1].ask(SET_PERMS, path.encode(), b"n%d" % domid, b"r0")
        self.clients[0][1].write(b"/begin", b"")
        for _ in range(steps):
            index = self.random.randrange(len(self.clients))
            if self.random.random() < 0.3:
                self.transaction(index)
            else:
                self.take(self.request(index))
        self.clients[0][1].write(b"/end", b"")
        # A connection's next request shows that the one before it has succeeded.
        for _, client in self.clients:
            client.answer(READ, b"/local/domain/0/t")


EVENTS = """
SELECT domid, operation, path, value, outcome, result, took_effect, connection, complete FROM events
WHERE operation IN ('write', 'mkdir', 'rm', 'setperms', 'read')
  AND position > (SELECT min(position) FROM events WHERE path = '/begin' AND operation = 'write')
  AND position < (SELECT max(position) FROM events WHERE path = '/end' AND operation = 'write')
  AND connection NOT GLOB 'r(*'
ORDER BY position
"""


def is_of_read(script, place, error):
    """Whether a read that came after a request, and is not in the log, had the error that follows it there."""
    domid = script.requests[place][0]
    for other, operation, *_, outcome in script.requests[place + 1:]:
        if other == domid and operation != "read":
            return False
        if other == domid and outcome == error:
            return True
    return False


def compare(program, folder, script, daemon, everything):
    """Raises AssertionError for the first difference; returns counts."""
    archive = os.path.join(folder, "logs.db")
    program.run("import", "-q", "--series", "host", daemon.log, archive=archive)
    exported = program.run("export", "log:1", archive=archive)
    with open(daemon.log, "rb") as file:
        if exported != file.read()[: len(exported)]:
            raise AssertionError("the log does not come out as it was")
    events = program.lines("sql", EVENTS, archive=archive)
    wanted = [request for request in script.requests if everything or request[1] != "read"]
    places = [place for place, request in enumerate(script.requests) if everything or request[1] != "read"]
    if len(events) != len(wanted):
        raise AssertionError(f"{len(events)} events, {len(wanted)} requests")
    for event, place, (domid, operation, path, value, outcome) in zip(events, places, wanted):
        found = (event["domid"], event["operation"], event["path"], event["value"])
        if found != (domid, operation, path, value):
            raise AssertionError(f"the log has {found}, the script {(domid, operation, path, value)}")
        # Errors that a node does not exist are only in logs with reads.
        if not everything and (event["outcome"] is None or event["took_effect"] is None):
            continue
        if event["outcome"] != outcome and not (not everything and is_of_read(script, place, event["outcome"])):
            raise AssertionError(f"{found}: the log has {event['outcome']}, the script {outcome}")
    results = program.lines(
        "sql", "SELECT domid, tid, result, connection FROM log_transactions ORDER BY first_position", archive=archive)
    # The C xenstored numbers the transactions of each connection, and domain 0 has two.
    told = {}
    for row in results:
        if not row["connection"].startswith("r("):
            told.setdefault((row["domid"], row["tid"]), []).append(row["result"])
    for domid, number, result, is_told, is_in_log in script.results:
        if not everything and not is_in_log:
            continue
        seen = told.get((domid, number))
        if not seen:
            raise AssertionError(f"transaction {number} of domain {domid} is not in the log")
        seen = seen.pop(0)
        # oxenstored may commit a transaction that was in conflict when it does it again.
        again = daemon.is_oxenstored and seen == "conflict" and result == "commit"
        # What changes nothing has no commit in oxenstored's log.
        idle = daemon.is_oxenstored and seen is None
        if is_told and seen != result and not again and not idle:
            raise AssertionError(f"transaction {number} of domain {domid}: the log has {seen}, the client {result}")
    return archive, len(wanted)


def blame(program, archive, script, folder, listed, moment):
    """Compares blame with the writers of the script."""
    listing = os.path.join(folder, "listing.txt")
    with open(listing, "wb") as file:
        file.write(listed)
    program.run("import", "-q", "--series", "host", "--captured-at", moment, listing, archive=archive)
    rows = {row["path"]: row for row in program.lines("blame", "@1", "/local/domain", archive=archive)}
    for path, (value, domid) in script.writers.items():
        row = rows.get(path)
        if row is None or row["value"] != value:
            raise AssertionError(f"{path}: the store has {row and row['value']!r}, the script {value!r}")
        if row["domid"] != domid:
            raise AssertionError(f"{path}: blame names {row['domid']} ({row['reason']}), the script {domid}")
    return len(script.writers), sum(rows[path]["certainty"] == "certain" for path in script.writers)


def history(program, shim, name, everything, seed, steps):
    data = BARE_TEXT if name == "oxenstored" else BARE_STREAM
    with LoggedDaemon(data, shim, everything) as daemon, tempfile.TemporaryDirectory(prefix="replay-") as folder:
        script = Script(daemon, seed)
        script.run(steps)
        listed = daemon.list()
        # The log of a C xenstored has the host's time; the machine of the test may have any zone.
        clock = time.localtime() if name == "xenstored" else time.gmtime()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", clock)
        if name == "oxenstored":
            # Its log has milliseconds: what is of the same one as the image is not certain.
            now = time.time() + 0.001
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03}"
        # Only a log that goes on after the image is certain to have all that was before it.
        time.sleep(1.1)
        script.clients[0][1].write(b"/later", b"")
        archive, requests = compare(program, folder, script, daemon, everything)
        written, certain = blame(program, archive, script, folder, listed, moment)
        if certain < written * 0.9 and name == "oxenstored" and everything:
            raise AssertionError(f"only {certain} of {written} writers are certain")
        script.close()
        return requests, written, certain


KINDS = [("xenstored", True), ("oxenstored", True), ("oxenstored", False)]


def run_histories(kinds, seeds, one, told):
    """Runs `one` with each kind of log and each seed, and adds up the counts that it returns.

    Prints a line a kind, with what `told` makes of the sums. Returns the exit status.
    """
    failed = 0
    for name, everything in kinds:
        what = f"{name}, {'everything' if everything else 'default'}"
        seed, sums = 0, None
        try:
            for seed in range(seeds):
                counts = one(name, everything, seed)
                sums = counts if sums is None else [sum(pair) for pair in zip(sums, counts)]
            print(f"ok    {what}: {seeds} histories, {told(*sums)}")
        except (AssertionError, Refused, Trouble) as problem:
            failed += 1
            print(f"FAIL  {what}, seed {seed}: {problem}")
        sys.stdout.flush()
    print(f"{len(kinds)} kinds of logs, {failed} failed")
    return 1 if failed else 0


def main(arguments):
    short = "--short" in arguments
    path, shim = [word for word in arguments if word != "--short"]
    program = Program(path)
    seeds, steps = (3, 40) if short else (100, 80)
    return run_histories(
        KINDS, seeds, lambda name, everything, seed: history(program, shim, name, everything, seed, steps),
        lambda requests, written, certain: f"{requests} requests, {written} values with their writers, {certain} certain")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
