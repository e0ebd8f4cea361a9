"""What is known against a live update, made on a real daemon: each reason is seen, and nothing else."""

import multiprocessing
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading

import daemon as daemons
from access import BARE_STREAM
from client import MKDIR, RM, SocketClient
from daemon import Daemon

HEADER = struct.Struct("<IIII")
CONTROL = 0


def verdict(program, path, *options):
    """The words of the reasons."""
    lines = program.run("capture", "--method", "live-update", "--dry-run", "--socket", path, *options, expected=(0, 1)).decode()
    return {line.split(":")[0] for line in lines.splitlines() if ":" in line}


def expect(program, path, expected, what, *options):
    seen = verdict(program, path, *options)
    if seen != expected:
        raise AssertionError(f"{what}: {sorted(seen)} instead of {sorted(expected)}")


def releases(program, path):
    """Releases that the user states, of which the live update fails or is not there."""
    for release, expected in (
        ("4.21.0", {"release"}), ("4.21", {"release"}), ("4.14.6", {"release"}), ("4.21.1", set()), ("4.22", set()),
    ):
        expect(program, path, expected, f"Xen {release}", "--xen", release)


def tools(program, path):
    """Processes with the names of those that build or move a domain."""
    for name, word in (("xl", "create"), ("xl", "migrate-receive"), ("xl", "restore"), ("libxl-save-helper", "--save-domain")):
        process = subprocess.Popen(
            ["/usr/sbin/" + name, "-ISc", "print(flush=True); import time; time.sleep(60)", word],
            executable=sys.executable, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            process.stdout.readline()
            expect(program, path, {"build"}, f"{name} {word}")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    # This tool builds nothing.
    process = subprocess.Popen(
        ["/usr/sbin/xl", "-ISc", "print(flush=True); import time; time.sleep(60)", "console"],
        executable=sys.executable, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        process.stdout.readline()
        expect(program, path, set(), "xl console")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def kinds(program, path, client):
    """A daemon that is a domain, and one that is not clearly a C xenstored."""
    client.write(b"/tool/xenstored/domid", b"1")
    expect(program, path, {"domain"}, "a daemon that is a domain of its own")
    client.write(b"/tool/xenstored", b"/usr/sbin/oxenstored")
    expect(program, path, {"daemon", "domain"}, "a daemon that calls itself another one")
    client.ask(RM, b"/tool/xenstored")
    client.ask(MKDIR, b"/libxl/4077")
    expect(program, path, {"build"}, "a directory of libxl for a domain that is not introduced")
    client.ask(RM, b"/libxl")


def work(path, stop):
    class Place:
        directory = os.path.dirname(path)

    client = SocketClient(Place)
    step = 0
    while not stop.is_set():
        step += 1
        client.write(b"/t/restless", b"%d" % step)
    client.close()


def restless(program, shim):
    """A small store that does not rest while it is read."""
    with Daemon(BARE_STREAM, shim, rings=True) as daemon:
        path = os.path.join(daemon.directory, "socket")
        stop = multiprocessing.Event()
        processes = [multiprocessing.Process(target=work, args=(path, stop)) for _ in range(3)]
        for process in processes:
            process.start()
        try:
            # It may rest for the moment of a round, so a round is long.
            seen = set()
            for _ in range(5):
                seen = seen or verdict(program, path, "--timeout", "5", "--rate", "30")
            if seen != {"store"}:
                raise AssertionError(f"a store that does not rest: {sorted(seen)}")
        finally:
            stop.set()
            for process in processes:
                process.join(10)


class Relay:
    """A socket in the directory of another one, which leads there and leaves `live-update` out of the help."""

    def __init__(self, path):
        self.target = path
        self.path = path + ".relay"

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        os.unlink(self.path)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            for source, target, is_reply in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.copy, args=(source, target, is_reply), daemon=True).start()

    @staticmethod
    def copy(source, target, is_reply):
        data = b""
        try:
            while more := source.recv(1 << 16):
                data += more
                while len(data) >= HEADER.size and len(data) >= HEADER.size + HEADER.unpack_from(data)[3]:
                    kind, number, transaction, length = HEADER.unpack_from(data)
                    payload, data = data[HEADER.size : HEADER.size + length], data[HEADER.size + length :]
                    if is_reply and kind == CONTROL:
                        payload = payload.replace(b"live-update", b"something-e")
                    target.sendall(HEADER.pack(kind, number, transaction, len(payload)) + payload)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def older(program, path):
    """What an older daemon answers, whose process is not the one that holds the socket."""
    with Relay(path) as relay:
        expect(program, relay.path, {"request", "process"}, "a daemon without live update, on another process's socket")


class Copied(Daemon):
    """A daemon whose program is a file of the test."""

    def command(self):
        self.program = os.path.join(self.directory, "xen-4.17", "xenstored")
        os.makedirs(os.path.dirname(self.program), exist_ok=True)
        if not os.path.exists(self.program):
            shutil.copy2(daemons.XENSTORED, self.program)
        return [self.program, "-N", "-U"]


def replaced(program, shim):
    """A program that was replaced, may not be run, or is of a directory that says no release."""
    with Copied(BARE_STREAM, shim, rings=True) as daemon:
        path = os.path.join(daemon.directory, "socket")
        expect(program, path, set(), "a program that is there")
        os.chmod(daemon.program, 0o600)
        expect(program, path, {"process"}, "a program that may not be run")
        os.chmod(daemon.program, 0o700)
        moved = os.path.join(daemon.directory, "xen-4.17", "xenstored.new")
        shutil.copy2(daemons.XENSTORED, moved)
        os.rename(moved, daemon.program)
        expect(program, path, {"process"}, "a program that was replaced")
        if daemon.has_ended():
            raise AssertionError("the daemon has ended")


def nameless(program, shim):
    """A program whose place does not say the release, on a machine without a hypervisor."""

    class Nameless(Copied):
        def command(self):
            self.program = os.path.join(self.directory, "bin", "xenstored")
            os.makedirs(os.path.dirname(self.program), exist_ok=True)
            shutil.copy2(daemons.XENSTORED, self.program)
            return [self.program, "-N", "-U"]

    with Nameless(BARE_STREAM, shim, rings=True) as daemon:
        path = os.path.join(daemon.directory, "socket")
        if not os.path.exists("/sys/hypervisor/version"):
            expect(program, path, {"release"}, "a daemon of which the release is not known")
        expect(program, path, set(), "a daemon of which the user states the release", "--xen", "4.17.7")


def refusals(program, daemon, client, shim):
    """Tries all of them on a daemon against which nothing is known; returns a line."""
    path = os.path.join(daemon.directory, "socket")
    before = daemon.list()
    expect(program, path, set(), "nothing")
    releases(program, path)
    tools(program, path)
    kinds(program, path, client)
    restless(program, shim)
    older(program, path)
    replaced(program, shim)
    nameless(program, shim)
    after = daemon.list()
    if after != before or daemon.has_ended():
        unlike = sorted(set(after.splitlines()) ^ set(before.splitlines()))
        raise AssertionError(f"the store is another one: {unlike[:4]}")
    return "refused for 3 releases and one that is not known, 4 tools, a domain, another daemon, libxl, a restless store, an older daemon, a replaced program"
