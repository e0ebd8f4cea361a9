"""Replays the logs of scripted histories, and compares the state at moments with what the daemon
had then.

Usage: moments.py [--short] XSARCHIVE HYPERVISOR.SO

For each seed, clients in domain 0 and in guests change the store of a real daemon, as in logs.py;
besides, domains end and begin again, and nodes outside of homes are changed. Between parts of the
history the real xenstore-ls lists the store. The first listing is imported with the log; from it
on, `ls` has to print each later listing as the state at its moment, and `verify --replay` has to
find no difference between the listings.

A log with all that the daemon can write has to say everything. Of a log as the daemon writes it by
default, paths that are unknown are counted.

SEEDS and ONLY, in the environment, are the number of seeds and the daemon, if not both.

Prints one line for each daemon and form of log. Exit status: 0 all as expected, 1 a difference, 2
trouble.
"""

import datetime
import os
import random
import sys
import tempfile
import time

from client import END, INTRODUCE, MKDIR, RM, SET_PERMS, START, WRITE, Denied, RingClient, SocketClient
from access import BARE_STREAM, BARE_TEXT
from logs import KINDS, LoggedDaemon, run_histories
from program import Program

RELEASE = 9
GUESTS = (3, 4, 5)
VALUES = (b"%d", b"value %d", b"%d\n(x)", b'a "%d"', b"\\%d\x01\xff", b'%d"   (n0,r3)', b"\t%d...")


class History:
    """Makes requests by a seed."""

    def __init__(self, daemon, seed, with_long_values):
        self.daemon = daemon
        self.random = random.Random(seed)
        self.with_long_values = with_long_values
        self.number = 0
        self.sockets = [SocketClient(daemon), SocketClient(daemon)]
        self.rings = {}
        for domid in GUESTS:
            self.introduce(domid)

    def close(self):
        for client in self.sockets + list(self.rings.values()):
            client.close()

    def introduce(self, domid):
        host = self.sockets[0]
        host.ask(INTRODUCE, b"%d" % domid, b"1", b"%d" % domid)
        with open(os.path.join(self.daemon.directory, f"port.{domid}")) as file:
            self.rings[domid] = RingClient(self.daemon, domid, int(file.read()))
        home = b"/local/domain/%d" % domid
        for path in (home, home + b"/data"):
            host.write(path, b"")
            host.ask(SET_PERMS, path, b"n%d" % domid, b"r0")

    def end(self, domid):
        """A domain ends; what it owns elsewhere and has been granted is left to the daemon."""
        if self.random.random() < 0.5:
            self.sockets[0].answer(RM, b"/local/domain/%d" % domid)
        self.rings.pop(domid).close()
        self.sockets[0].ask(RELEASE, b"%d" % domid)

    def client(self):
        """A client, and the domain it is in."""
        domid = self.random.choice([0, 0] + list(self.rings))
        return domid, self.random.choice(self.sockets) if domid == 0 else self.rings[domid]

    def path(self, domid):
        place = b"/".join(self.random.choice((b"a", b"b", b"cc", b"d-1")) for _ in range(self.random.randrange(1, 5)))
        top = self.random.choice((b"data/", b"data/", b"/local/domain/%d/data/" % self.random.choice(GUESTS), b"/tool/x/", b"/shared/"))
        return top + place

    def request(self, domid, client, transaction=0):
        kind = self.random.choice((WRITE, WRITE, WRITE, WRITE, MKDIR, RM, SET_PERMS, SET_PERMS))
        path = self.path(domid)
        if domid == 0 and kind == SET_PERMS and self.random.random() < 0.1:
            path = b"@releaseDomain"
        try:
            if kind == WRITE:
                self.number += 1
                value = self.random.choice(VALUES) % self.number
                if self.with_long_values and self.random.random() < 0.1:
                    value *= 40
                client.write(path, value, transaction)
            elif kind == SET_PERMS:
                owner = self.random.choice((domid, self.random.choice((0,) + GUESTS)))
                # What happens to the owner of a special node when it ends depends on the version.
                if path.startswith(b"@"):
                    owner = 0
                others = [b"%s%d" % (letter, other) for letter, other in zip((b"r", b"b", b"w"), self.random.sample(GUESTS, 2))]
                client.ask(kind, path, b"%s%d" % (self.random.choice((b"n", b"n", b"r", b"b")), owner), *others, transaction=transaction)
            else:
                client.ask(kind, path, transaction=transaction)
        except Denied:
            pass

    def transaction(self, domid, client):
        number = int(client.ask(START, b"").rstrip(b"\0"))
        for _ in range(self.random.randrange(1, 5)):
            self.request(domid, client, number)
            if self.random.random() < 0.3:
                self.request(*self.client_beside(client))
        client.answer(END, b"T" if self.random.random() < 0.7 else b"F", transaction=number)

    def client_beside(self, client):
        while True:
            domid, other = self.client()
            if other is not client:
                return domid, other

    def run(self, steps):
        host = self.sockets[0]
        # A listing does not say the permissions of the root, which new nodes below it get.
        for path in (b"/tool/x", b"/vm", b"/libxl", b"/end"):
            host.write(path, b"")
        host.write(b"/shared", b"")
        host.ask(SET_PERMS, b"/shared", b"b0")
        for _ in range(steps):
            chance = self.random.random()
            if chance < 0.05 and len(self.rings) > 1:
                self.end(self.random.choice(list(self.rings)))
            elif chance < 0.1 and len(self.rings) < len(GUESTS):
                self.introduce(self.random.choice([domid for domid in GUESTS if domid not in self.rings]))
            elif chance < 0.35:
                self.transaction(*self.client())
            else:
                self.request(*self.client())
        # A connection's next request shows that the one before it has succeeded.
        for client in self.sockets:
            client.write(b"/end", b"")
        for client in self.rings.values():
            client.answer(WRITE, b"data/end")


def pause(daemon):
    """Waits until the log's next line has a later time than those before."""
    time.sleep(0.005 if daemon.is_oxenstored else 1.05 - time.time() % 1)


def listing(daemon):
    """What the real xenstore-ls prints, and a moment at which it was so."""
    pause(daemon)
    moment = datetime.datetime.now(datetime.timezone.utc)
    # A time without a fraction stands for the whole second.
    while moment.microsecond < 1000:
        moment = datetime.datetime.now(datetime.timezone.utc)
    listed = daemon.list()
    pause(daemon)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    return listed, text


def history(program, shim, name, everything, seed, parts, steps):
    """Raises AssertionError for the first difference; returns counts of paths: all, and unknown."""
    data = BARE_TEXT if name == "oxenstored" else BARE_STREAM
    with LoggedDaemon(data, shim, everything) as daemon, tempfile.TemporaryDirectory(prefix="replay-") as folder:
        script = History(daemon, seed, with_long_values=not everything)
        script.run(5)
        listings = [listing(daemon)]
        for _ in range(parts):
            script.run(steps)
            listings.append(listing(daemon))
        script.run(3)
        script.close()
        archive = os.path.join(folder, "moments.db")
        program.run("import", "-q", "--series", "host", daemon.log, archive=archive)
        for number, (listed, moment) in enumerate(listings):
            file = os.path.join(folder, f"listing-{number}.txt")
            with open(file, "wb") as out:
                out.write(b"# xenstore-ls -f -p\n" + listed)
            if number == 0:
                program.run("import", "-q", "--series", "host", "--captured-at", moment, file, archive=archive)
                for later, (wanted, moment) in enumerate(listings[1:], 1):
                    found = program.run("ls", "-f", "-p", f"@host@{moment}", expected=(0,) if everything else (0, 1), archive=archive)
                    if everything:
                        compare(wanted, found, later)
            else:
                program.run("import", "-q", "--series", "host", "--captured-at", moment, "--name", f"l{number}", file, archive=archive)
        said = program.run("verify", "--replay", archive=archive).decode().strip()
        words = said.replace(";", "").replace(",", "").split()
        same, unknown = int(words[words.index("paths:") + 1]), int(words[-4])
        if everything and unknown > 2 * parts:
            raise AssertionError(f"{unknown} paths are unknown: {said}")
        return same + unknown, unknown


def compare(wanted, found, part):
    missing = sorted(set(wanted.splitlines()) - set(found.splitlines()))
    odd = sorted(set(found.splitlines()) - set(wanted.splitlines()))
    if missing or odd:
        raise AssertionError(f"part {part}: the daemon has {missing[:3]}, the replay {odd[:3]}")


def main(arguments):
    short = "--short" in arguments
    path, shim = [word for word in arguments if word != "--short"]
    program = Program(path)
    seeds, parts, steps = (3, 1, 40) if short else (int(os.environ.get("SEEDS", "100")), 2, 60)
    kinds = [kind for kind in KINDS if kind[0].startswith(os.environ.get("ONLY", ""))]
    return run_histories(
        kinds, seeds, lambda name, everything, seed: history(program, shim, name, everything, seed, parts, steps),
        lambda paths, unknown: f"{seeds * parts} moments, {paths} paths, {unknown} of them not known whole")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
