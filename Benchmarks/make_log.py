"""Writes an access log of oxenstored as a busy host would: LINES lines, by a seed.

Usage: make_log.py LINES FILE [SEED]

A hundred guests report their memory, dates and network addresses, a toolstack with short-lived
sockets reads devices and writes states, and watches fire for both. Reads are not in the log, as in
oxenstored's default configuration.
"""

import random
import sys
import time

GUESTS = 100


def uuid(chooser):
    digits = "%032x" % chooser.getrandbits(128)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Log:
    def __init__(self, file, chooser):
        self.file = file
        self.chooser = chooser
        self.now = 1785542400000
        self.second = None
        self.socket = 40000
        self.lines = 0
        self.tokens = [(name, uuid(chooser)) for name in ("A12", "A13", "A47", "D0")]
        self.number = 0

    def line(self, connection, operation, data=""):
        second, rest = divmod(self.now, 1000)
        if second != self.second:
            self.second = second
            self.date = time.strftime("%Y%m%dT%H:%M:%S", time.gmtime(second))
        self.file.write(f"[{self.date}.{rest:03}Z]  {connection:<12} {operation:<9} {data}\n")
        self.lines += 1

    def step(self):
        self.now += self.chooser.choice((0, 0, 1, 2, 5, 40))

    def events(self, path, guest):
        for name, token in self.tokens[: self.chooser.choice((1, 1, 2, 4))]:
            self.line(name, "w event", f"{path} {token}")

    def agent(self):
        """A guest's agent reports."""
        guest = self.chooser.randrange(1, GUESTS + 1)
        home = f"/local/domain/{guest}"
        for name, value in (
            ("data/meminfo_free", str(self.chooser.randrange(100000, 9999999))),
            ("data/updated", time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(self.now // 1000))),
            ("attr/vif/0/ipv4/0", f"10.0.{guest % 256}.{guest}"),
        ):
            self.line(f"D{guest}", "write", f"{name} {value}")
            self.events(f"{home}/{name}", guest)
            if self.chooser.random() < 0.02:
                self.line(f"D{guest}", "write", "control/feature-balloon 1")
                self.line(f"D{guest}", "error", "EACCES ")
            self.step()

    def tool(self):
        """A process in domain 0 changes a device."""
        self.socket += 1
        name = f"A{self.socket}"
        guest = self.chooser.randrange(1, GUESTS + 1)
        backend = f"/local/domain/0/backend/vbd/{guest}/{51712 + 16 * self.chooser.randrange(4)}"
        self.line(name, "newconn")
        if self.chooser.random() < 0.3:
            self.number += 1
            tid = f"{name}.{self.number}"
            self.line(tid, "write", f"{backend}/state {self.chooser.randrange(1, 7)}")
            self.line(tid, "write", f"{backend}/hotplug-status connected")
            isLost = self.chooser.random() < 0.03
            self.line(tid, "conflict" if isLost else "commit")
            if isLost:
                self.line(tid, "error", "EAGAIN ")
            else:
                self.events(f"{backend}/state", guest)
        else:
            self.line(name, "write", f"{backend}/state {self.chooser.randrange(1, 7)}")
            self.events(f"{backend}/state", guest)
            self.line(name, "setperms", f"{backend} n0 r{guest} ")
        self.line(name, "endconn")
        self.step()


def main():
    count, path = int(sys.argv[1]), sys.argv[2]
    chooser = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with open(path, "w") as file:
        log = Log(file, chooser)
        while log.lines < count:
            log.agent() if chooser.random() < 0.6 else log.tool()


main()
