"""Asks real daemons what domains may do, and compares the answers with those of xsarchive.

Usage: access.py [--short] XSARCHIVE HYPERVISOR.SO

The images are generated. Each is restored by xenstored, and its nodes are made by requests in
xenstored and in oxenstored. In each of the three, every domain sends requests for every node on its
ring; requests that change something are in a transaction that is aborted.

Prints one line for each daemon and image: `ok` or `FAIL`, what was seen.
Exit status: 0 all as expected, 1 a difference, 2 trouble.
"""

import os
import sys
import tempfile
import time

from client import (
    DIRECTORY, DOMAIN_PATH, END, GET_PERMS, INTRODUCE, IS_INTRODUCED, MKDIR, READ, RM, SET_PERMS, SET_TARGET, START,
    UNWATCH, WATCH, RingClient, SocketClient, Denied,
)
from daemon import Daemon, Refused
from image import Entry, Image, generated, port
from program import Program, Trouble

# The ring of domain 0 and the root: all that a daemon needs before requests make the rest.
BARE_STREAM = Image([(0, None)], [(b"/", [Entry("n", 0)])]).stream()
BARE_TEXT = b"$xenstored-dump-format\nglobal,5\nevtchn-dev,6,3\ndom,0,0,2,30000\nstore,2f,6e30,\n"

# What a request needs.
NEEDS = {"READ": "r", "GET_PERMS": "r", "DIRECTORY": "r", "WRITE": "w", "MKDIR": "w", "RM": "w", "SET_PERMS": "o"}


class Asked:
    """A daemon with an image's nodes, and its clients."""

    def __init__(self, image, kind, is_restored, shim):
        self.image = image
        self.is_restored = is_restored
        data = image.stream() if is_restored else BARE_TEXT if kind == "oxenstored" else BARE_STREAM
        self.daemon = Daemon(data, shim, rings=True)
        self.clients = {}

    def __enter__(self):
        self.daemon.__enter__()
        try:
            self.host = SocketClient(self.daemon)
            self.clients[0] = self.host
            if not self.is_restored:
                self.make()
            for domid in self.image.domids():
                if domid:
                    self.introduce(domid)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *words):
        for client in self.clients.values():
            client.close()
        self.daemon.__exit__(*words)

    def introduce(self, domid):
        """Makes the domain a client, and a domain of the daemon if it is not one yet."""
        if domid in self.clients:
            return
        if self.host.ask(IS_INTRODUCED, b"%d" % domid) != b"T\0":
            self.host.ask(INTRODUCE, b"%d" % domid, b"1", b"1")
        try:
            with open(os.path.join(self.daemon.directory, f"port.{domid}")) as file:
                number = int(file.read())
        except FileNotFoundError:
            number = port(domid)
        self.clients[domid] = RingClient(self.daemon, domid, number)

    def make(self):
        for domid, _ in self.image.rings[1:]:
            self.introduce(domid)
        for domid, target in self.image.rings[1:]:
            if target is not None:
                self.host.ask(SET_TARGET, b"%d" % domid, b"%d" % target)
        for path, perms in self.image.nodes:
            if not path.startswith(b"@"):
                self.host.write(path, b"v")
            self.host.ask(SET_PERMS, path, *(entry.word() for entry in perms))

    def answers(self, domid, path, owner):
        """For each request what the daemon says."""
        client = self.clients[domid]
        told = {"READ": client.answer(READ, path), "GET_PERMS": client.answer(GET_PERMS, path)}
        told["DIRECTORY"] = client.answer(DIRECTORY, path)
        transaction = int(client.ask(START, b"").rstrip(b"\0"))
        try:
            client.write(path, b"w", transaction)
            told["WRITE"] = "ok"
        except Denied as error:
            told["WRITE"] = str(error)
        told["SET_PERMS"] = client.answer(SET_PERMS, path, owner, transaction=transaction)
        child = path.rstrip(b"/") + b"/child"
        told["MKDIR"] = client.answer(MKDIR, child, transaction=transaction)
        if path != b"/":
            told["RM"] = client.answer(RM, path, transaction=transaction)
        client.answer(END, b"F", transaction=transaction)
        return told

    def hears(self, domid, path):
        """Whether a watch of the domain hears of the node."""
        client = self.clients[domid]
        client.ask(WATCH, path, b"t")
        client.ask(DOMAIN_PATH, b"1")
        client.events.clear()
        if path.startswith(b"@"):
            self.host.ask(INTRODUCE, b"32000", b"1", b"1")
            self.host.ask(9, b"32000")
        else:
            self.host.write(path, b"v")
        client.ask(DOMAIN_PATH, b"1")
        heard = bool(client.events)
        client.ask(UNWATCH, path, b"t")
        return heard


def compare(program, image, kind, is_restored, shim, file):
    """Raises AssertionError with the first difference; returns the number of answers."""
    with open(file, "wb") as stream:
        stream.write(image.stream())
    options = ["--daemon", kind] + (["--after-restore"] if is_restored else [])
    count = 0
    with Asked(image, kind, is_restored, shim) as asked:
        for domid in image.domids():
            rows = program.lines("access", file, "--domain", str(domid), *options)
            says = {row["path"].encode(): row for row in rows}
            for path, perms in image.nodes:
                row = says[path]
                place = f"domain {domid}, {path.decode()} {row['perms']}: xsarchive {row['access']} ({row['reason']})"
                reads = readable(row)
                if path.startswith(b"@"):
                    check(asked.hears(domid, path) == reads, place, "watch")
                    count += 1
                    continue
                rights = set("r" * reads + "w" * (row["access"] in ("w", "both")) + "o" * (row["set_perms"] == "yes"))
                for request, answer in asked.answers(domid, path, perms[0].word()).items():
                    if answer == "ok" or answer in ("EACCES", "EPERM"):
                        check((answer == "ok") == (NEEDS[request] in rights), place, f"{request} {answer}")
                        count += 1
                    elif NEEDS[request] in rights and request not in ("MKDIR", "RM"):
                        check(False, place, f"{request} {answer}")
                check((row["remove"] == "yes") == ("w" in rights and path != b"/"), place, "remove")
                # oxenstored fires no watch for a write of the root.
                if path != b"/" or kind != "oxenstored":
                    parent = path[: path.rindex(b"/")] or b"/"
                    heard = reads or (path != b"/" and readable(says[parent]))
                    check(asked.hears(domid, path) == heard, place, "watch")
                    count += 1
    return count


def readable(row):
    return row["access"] in ("r", "both")


def check(is_same, place, request):
    if not is_same:
        raise AssertionError(f"{place}, the daemon: {request}")


def main(words):
    short = "--short" in words
    words = [word for word in words if word != "--short"]
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, shim = Program(os.path.abspath(words[0])), os.path.abspath(words[1])
    failures = cases = 0
    with tempfile.TemporaryDirectory(prefix="access-") as folder:
        file = os.path.join(folder, "image")
        for seed in range(1, 2 if short else 9):
            image = generated(seed, 2 if short else 40)
            for kind, is_restored in (("c-4.17", True), ("c-4.17", False), ("oxenstored", False)):
                cases += 1
                begin = time.monotonic()
                subject = image if is_restored else image.without_stale()
                name = f"{kind}, {'restored' if is_restored else 'made by requests'}, image {seed}"
                try:
                    verdict, seen = "ok  ", f"{compare(program, subject, kind, is_restored, shim, file)} answers"
                except (AssertionError, Refused, Trouble, Denied) as error:
                    verdict, seen = "FAIL", error
                    failures += 1
                print(f"{verdict}  {name:<44} {seen}  ({time.monotonic() - begin:.1f} s)", flush=True)
    print(f"{cases} cases, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
