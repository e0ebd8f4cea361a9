"""Restores states in real daemons and compares the result with what xsarchive forecasts.

Usage: replay.py [--short] XSARCHIVE HYPERVISOR.SO FIXTURES

Prints one line for each case: `ok` or `FAIL`, the case, what was seen.
Exit status: 0 all as expected, 1 a difference, 2 trouble.
"""

import os
import re
import sys
import tempfile
import time

import state
from daemon import Daemon, Refused
from program import Program, Trouble

# xenstored 4.17 restores longer paths, but xenstore-ls cannot ask for them.
LONGEST_LISTED = 2048

# A real daemon's own live update leaves this in its next state: the connection of the tool that
# asked, with an undelivered "OK".
REPLY = "000000000000000000000000030000004f4b00"

# Streams whose result cannot be observed or forecast here, and why.
EXCEPTIONS = {
    "conn-socket-fd-is-listener.bin": "a client has the listener's descriptor",
    "len-16-too-large-lies.bin": "memory behind the file decides",
    "len-exact-pad1.bin": "memory behind the file decides",
    "no-root.bin": "the daemon has a root of its own, under which it lists the nodes",
    "global-twice-second-other.bin": "the second listener is none",
    "node-dotdot.bin": "xenstore-ls cannot ask for such a name",
    "node-illegal-ff.bin": "xenstore-ls cannot ask for such a name",
    "node-illegal-newline.bin": "xenstore-ls cannot ask for such a name",
    "node-illegal-space.bin": "xenstore-ls cannot ask for such a name",
    "node-trailing-slash-after-parent.bin": "xenstore-ls cannot ask for such a name",
    "node-two-slashes-only.bin": "xenstore-ls goes round in a circle",
    "noprobe-node-two-slashes-only.bin": "xenstore-ls goes round in a circle",
    "node-value-5000.bin": "xenstore-ls gets no value that is longer than a message",
}

# Nodes that oxenstored itself creates or sets when it starts.
OWN = ("/tool", "/tool/xenstored", "/@releaseDomain", "/@introduceDomain")

# What `rebuild` makes: a title, the image it starts from, and the options of each step.
REBUILT = [
    ("draft, then v1", "xen-4.17-seq-2.bin", [["--layout", "draft"], ["--layout", "v1"]]),
    ("draft without buffers, then v1", "xen-4.17-small.bin", [["--layout", "draft", "--drop", "buffers"], ["--layout", "v1"]]),
    ("v2 to v1", "xen-4.22-small.bin", [["--layout", "v1"]]),
    ("v2 with a depth to v1", "xen-2026-08-depth-2.bin", [["--layout", "v1"]]),
    ("v2 with a lying len to v1", "xen-2026-08-depth-3.bin", [["--layout", "v1"]]),
    ("big, then little", "xen-4.17-seq-3.bin", [["--byte-order", "big"], ["--byte-order", "little"]]),
    ("len without padding, then with", "xen-4.17-odd.bin", [["--length-rule", "body"], ["--length-rule", "padded"]]),
    ("as it is", "xen-4.20-small.bin", [[]]),
    ("a domain", "xen-4.17-small.bin", [["--domain", "2"]]),
    ("a subtree", "xen-4.17-small.bin", [["--subtree", "/local/domain/1"]]),
    (
        "edited",
        "xen-4.17-seq-1.bin",
        [["--set", "/local/domain/3/name=other", "--set", "/new/node=value", "--remove", "/local/domain/4", "--set-perms", "/vm=n0,r5"]],
    ),
    ("without sockets", "xen-4.17-seq-2.bin", [["--drop", "sockets"]]),
    ("oxenstored to v1", "oxenstored-4.17-small.dump", [["--layout", "v1"]]),
    ("oxenstored to draft to v1", "oxenstored-4.17-small.dump", [["--layout", "draft"], ["--layout", "v1"]]),
    ("v1 to oxenstored", "xen-4.17-small.bin", [["--layout", "oxenstored"]]),
    ("v2 to oxenstored", "xen-4.22-small.bin", [["--layout", "oxenstored"]]),
    ("draft to oxenstored", "xen-4.17-seq-3.bin", [["--layout", "draft"], ["--layout", "oxenstored"]]),
    ("oxenstored, edited", "oxenstored-4.17-small.dump", [["--set", "/local/domain/3/name=other", "--set-perms", "/vm=n0,r5"]]),
    ("oxenstored and back", "xen-4.17-tiny.bin", [["--layout", "oxenstored"], ["--layout", "v1"]]),
]


class Difference(Exception):
    """Something that is not as expected."""


class Replay:
    def __init__(self, program, shim, folder):
        self.program = program
        self.shim = shim
        self.folder = folder
        self.failures = 0
        self.cases = 0

    def case(self, name, test, *words):
        """Runs one case and reports what it returns."""
        self.cases += 1
        begin = time.monotonic()
        try:
            verdict, seen = "ok  ", test(*words)
        except (Difference, Refused, Trouble) as error:
            verdict, seen = "FAIL", error
            self.failures += 1
        print(f"{verdict}  {name:<58} {seen}  ({time.monotonic() - begin:.1f} s)", flush=True)

    # ---- Cases ----

    def restore(self, file):
        """A state in a real daemon: the same tree; a second state with only forecast changes."""
        forecast = self.program.forecast(file)
        refusal = self.refusal(file, forecast)
        if refusal:
            return self.refused(file, refusal)
        with self.daemon(file) as daemon:
            tree = self.compare_trees(daemon, file)
            after = self.write("second-state", daemon.live_update())
            self.compare_trees(daemon, file)
        return f"{daemon.name}: {tree}; second state: {self.compare_states(file, after, forecast)}"

    def rebuilt(self, file, steps):
        """A stream that `rebuild` has made, in one or several steps.

        A daemon must restore it, with the nodes of the image it was made from.
        """
        made = file
        for number, options in enumerate(steps, 1):
            target = os.path.join(self.folder, f"step-{number}")
            self.program.run("rebuild", made, "-o", target, "--force", *options)
            made = target
        forecast = self.program.forecast(made)
        refusal = self.refusal(made, forecast)
        if refusal:
            raise Difference(f"no daemon will take it: it {refusal}")
        seen = self.compare_nodes(file, made, changed=any(is_change(option) for options in steps for option in options))
        return f"{seen}; {self.restore(made)}"

    def foretold(self, file):
        """A stream that a daemon may refuse: it lives or dies as `check` forecasts."""
        forecast = self.program.forecast(file)
        refusal = self.refusal(file, forecast)
        if refusal:
            return self.refused(file, refusal)
        rules = sorted({finding["rule"] for finding in forecast})
        try:
            with self.daemon(file) as daemon:
                if not daemon.can_be_asked():
                    return "lives, but cannot be asked"
                if forecast:
                    daemon.list()
                    return "lives, with " + ", ".join(rules)
                return self.compare_trees(daemon, file)
        except Refused as error:
            if "restore-over-reads" not in rules:
                raise
            return f"does not live through restore-over-reads here: {error}"

    def refused(self, file, refusal):
        try:
            with self.daemon(file) as daemon:
                daemon.list()
        except Refused as error:
            return f"refused, as forecast ({refusal}): {error}"
        raise Difference(f"accepted, but the forecast was that it {refusal}")

    # ---- Help ----

    def daemon(self, file):
        return Daemon(read(file), self.shim)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def refusal(self, file, forecast):
        """Why the daemon of Xen 4.17 refuses a state; None if it accepts it."""
        for finding in forecast:
            if finding["rule"] == "restore-dies":
                return finding["message"].removeprefix("the C xenstored of Xen 4.17 ")
        return None

    def compare_nodes(self, before, after, changed):
        """Paths and values must be those of the image; some layouts cannot hold all permissions."""
        old, new = ({name_and_value(line) for line in self.program.list(file).splitlines()} for file in (before, after))
        # A listing never has these, and each daemon lists them at a different position.
        old, new = ({line for line in lines if not line.startswith(b"/@")} for lines in (old, new))
        if not changed and old != new:
            raise Difference(f"other nodes than those of the image: {sorted(old ^ new)[0][:200]!r}")
        return f"{len(new)} of {len(old)} nodes"

    def compare_trees(self, daemon, file):
        expected = self.program.list(file).splitlines()
        if any(len(line) > LONGEST_LISTED and len(line.split(b" = ")[0]) > LONGEST_LISTED for line in expected):
            return "xenstore-ls cannot list paths that long"
        found = daemon.list().splitlines()
        # oxenstored lists the children of a node in an order of its own.
        if daemon.is_oxenstored:
            expected, found = sorted(without_own(expected)), sorted(without_own(found))
        for number, (ours, theirs) in enumerate(zip(expected, found), 1):
            if ours != theirs:
                raise Difference(f"line {number} of xenstore-ls -f -p: xsarchive {ours[:200]!r}, the daemon {theirs[:200]!r}")
        if len(expected) != len(found):
            raise Difference(f"xsarchive lists {len(expected)} nodes, the daemon {len(found)}")
        return f"{len(found)} nodes as listed"

    def compare_states(self, before, after, forecast):
        """Every change between the states must be forecast, and every forecast must happen."""
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            archive = os.path.join(folder, "states.db")
            changes = self.program.changes(archive, before, after)
            self.program.run("verify", archive=archive)
        has_quotas = any(re.search(r"skips the record of type [67]$", finding["message"]) for finding in forecast)
        forecast = [finding for finding in forecast if finding["rule"] == "restore-alters"]
        foretold = [finding["message"] for finding in forecast]
        asked = 0
        # Of a part of a host, the connections outside it are not compared.
        reasons = [reason for line in changes for reason in line.get("not_compared", [])]
        is_part = any(reason["what"] == "others" or "connections" in reason.get("kinds", []) for reason in reasons)
        for change in changes:
            # A daemon writes its records in an order of its own.
            if "not_compared" in change or change["kind"] == "order":
                continue
            if is_asking_tool(change):
                asked += 1
                continue
            # A daemon of version 1 leaves these records out.
            if has_quotas and change["change"] == "removed" and change["kind"] in ("quota", "domain"):
                continue
            if is_own(change, state.is_oxenstored(read(before))):
                continue
            cause = next((message for message in foretold if explains(message, change)), None)
            if cause is None:
                raise Difference(f"not forecast: {change}")
            foretold.remove(cause)
        if foretold:
            raise Difference(f"forecast, but the daemon did not do it: {foretold[0]}")
        if asked != 1 and not (is_part and asked == 0):
            raise Difference(f"{asked} connections of the tool that asked for the live update")
        others = len(forecast) - len(foretold)
        return "nothing changed" if others == 0 else f"{others} changed, as forecast"


def read(path):
    with open(path, "rb") as file:
        return file.read()


def name_and_value(line):
    """A line of xenstore-ls -f -p without the permissions."""
    return line[: line.rindex(b"   (")]


def without_own(lines):
    """Leaves out the nodes that oxenstored itself creates or sets when it starts."""
    return [line for line in lines if line.split(b" = ")[0].decode("utf-8", "replace") not in OWN]


def is_own(change, is_oxenstored):
    """Whether a daemon makes this change to any state; no forecast is needed for it."""
    old, new = change["old"] or {}, change["new"] or {}
    if change["kind"] == "connection" and change["change"] == "changed":
        # xenstored 4.17 knows no unique-id; oxenstored asks the kernel for domain 0's ring.
        if "unique_id" in old and {name: old[name] for name in old if name != "unique_id"} == new:
            return True
        return is_oxenstored and old["domid"] == 0 and dict(old, revtchn=new["revtchn"]) == new
    if change["kind"] != "node":
        return False
    return change["path"] in OWN if is_oxenstored else (change["change"], change["path"][:1]) == ("added", "@")


def is_change(option):
    return option in ("--domain", "--subtree", "--set", "--remove")


def is_asking_tool(change):
    new = change["new"] or {}
    is_new_socket = (change["change"], change["kind"], new.get("type")) == ("added", "connection", "socket")
    return is_new_socket and new.get("out_data") in ({"hex": REPLY}, {"hex": ""}, None)


def explains(message, change):
    """Whether a line of the forecast is about this change."""
    target = re.search(r"drops domain (\d+) as the target of domain (\d+)", message)
    if target and (change["change"], change["kind"]) == ("changed", "connection"):
        old, new = change["old"], change["new"]
        return old["domid"] == int(target[2]) and dict(old, target_domid=None) == new
    stale = re.search(r'marks the permission of domain (\d+) for "(.*)" as stale', message)
    if "opens a new event channel device" in message and (change["change"], change["kind"]) == ("changed", "global"):
        unknown = {name: -1 for name in ("evtchn_fd", "virq_port") if name in change["old"]}
        return change["old"] == dict(change["new"], **unknown)
    if stale and (change["change"], change["kind"]) == ("changed", "perms"):
        old, new = change["old"]["perms"], change["new"]["perms"]
        return change["path"] == stale[2] and new.replace(":stale", "") == old and f"{stale[1]}:stale" in new
    return False


def main(words):
    short = "--short" in words
    words = [word for word in words if word != "--short"]
    if len(words) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, shim, fixtures = words
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        replay = Replay(Program(os.path.abspath(program)), os.path.abspath(shim), folder)

        def names(place, pattern):
            return sorted(name for name in os.listdir(os.path.join(fixtures, place)) if re.fullmatch(pattern, name))

        states = ["xen-4.17-small.bin", "xen-4.22-tiny.bin"] if short else names(".", r"(xen-.*\.bin|oxenstored-.*\.dump)")
        for name in states:
            replay.case(name, replay.restore, os.path.join(fixtures, name))
        if not short:
            for title, name, steps in REBUILT:
                replay.case(f"{name} rebuilt: {title}", replay.rebuilt, os.path.join(fixtures, name), steps)
            for name in names("restore", r".*\.bin"):
                if name in EXCEPTIONS:
                    continue
                replay.case("restore/" + name, replay.foretold, os.path.join(fixtures, "restore", name))
            for name, reason in EXCEPTIONS.items():
                print(f"left out  restore/{name}: {reason}")
    print(f"{replay.cases} cases, {replay.failures} failed")
    return 1 if replay.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
