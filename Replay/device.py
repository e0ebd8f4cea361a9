"""A character device that leads to a daemon as the kernel's /dev/xen/xenbus does: a terminal."""

import os
import select
import socket
import struct
import threading
import tty

from client import UNWATCH, WATCH

HEADER = struct.Struct("<IIII")


class Device:
    """Passes on what a client writes to `path`; use it in a `with` statement.

    As in the kernel's device, watches are the device's own: it answers WATCH and UNWATCH itself,
    with the number 0. What the kernel does about the end of a client is not imitated.
    """

    def __init__(self, daemon):
        self.daemon = daemon
        self.trouble = None
        self.requests = 0

    def __enter__(self):
        self.end, other = os.openpty()
        # Held open: without a client a terminal hangs up.
        self.other = other
        tty.setraw(other)
        self.path = os.ttyname(other)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.path.join(self.daemon.directory, "socket"))
        self.wake, self.stop = os.pipe()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        os.close(self.stop)
        self.thread.join(10)
        self.socket.close()
        for descriptor in (self.end, self.other, self.wake):
            os.close(descriptor)

    def work(self):
        try:
            self.pass_on()
        except (OSError, ValueError) as error:
            self.trouble = error

    def pass_on(self):
        requests, replies = b"", b""
        while True:
            ready, _, _ = select.select([self.end, self.socket, self.wake], [], [])
            if self.wake in ready:
                return
            if self.end in ready:
                requests += os.read(self.end, 1 << 16)
                for kind, number, transaction, payload in self.messages(requests):
                    requests = requests[HEADER.size + len(payload) :]
                    self.requests += 1
                    self.socket.sendall(HEADER.pack(kind, number, transaction, len(payload)) + payload)
            if self.socket in ready:
                more = self.socket.recv(1 << 16)
                if not more:
                    return
                replies += more
                for kind, number, transaction, payload in self.messages(replies):
                    replies = replies[HEADER.size + len(payload) :]
                    if kind in (WATCH, UNWATCH):
                        number = 0
                    self.write(HEADER.pack(kind, number, transaction, len(payload)) + payload)

    def write(self, data):
        while data:
            data = data[os.write(self.end, data) :]

    @staticmethod
    def messages(data):
        """The whole messages at the beginning."""
        place = 0
        while len(data) - place >= HEADER.size:
            kind, number, transaction, length = HEADER.unpack_from(data, place)
            if len(data) - place - HEADER.size < length:
                return
            place += HEADER.size
            yield kind, number, transaction, data[place : place + length]
            place += length
