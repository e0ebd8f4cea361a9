"""Clients of a daemon that runs with live rings: domain 0 on the socket, any other domain on its ring."""

import ctypes
import mmap
import os
import socket
import struct
import time

from daemon import PATIENCE, Refused

DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, START, END, INTRODUCE = 1, 2, 3, 4, 5, 6, 7, 8
DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, EVENT, ERROR, IS_INTRODUCED, SET_TARGET = 10, 11, 12, 13, 14, 15, 16, 17, 19

RING = 1024


class Denied(Exception):
    """The daemon's own word for an error: EACCES, ENOENT and so on."""


class Client:
    """Sends requests and reads the replies; watch events are kept in `events`."""

    def __init__(self):
        self.number = 0
        self.events = []

    def ask(self, kind, *words, transaction=0):
        """Sends a request of words that each end in NUL; returns the reply."""
        return self.ask_raw(kind, b"".join(word + b"\0" for word in words), transaction)

    def ask_raw(self, kind, payload, transaction=0):
        self.number += 1
        self.send(struct.pack("<IIII", kind, self.number, transaction, len(payload)) + payload)
        while True:
            kind, _, _, length = struct.unpack("<IIII", self.receive(16))
            payload = self.receive(length)
            if kind == EVENT:
                self.events.append(payload.split(b"\0")[0])
            elif kind == ERROR:
                raise Denied(payload.rstrip(b"\0").decode())
            else:
                return payload

    def write(self, path, value, transaction=0):
        return self.ask_raw(WRITE, path + b"\0" + value, transaction)

    def answer(self, kind, *words, transaction=0):
        """`ok`, or the daemon's word for the error."""
        try:
            self.ask(kind, *words, transaction=transaction)
        except Denied as error:
            return str(error)
        return "ok"


class SocketClient(Client):
    """Domain 0, on the socket."""

    def __init__(self, daemon):
        super().__init__()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(os.path.join(daemon.directory, "socket"))

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise Refused("the daemon has closed the socket")
            data += more
        return data

    def close(self):
        self.socket.close()


class RingClient(Client):
    """A domain, on its ring: 1024 bytes of requests and of replies, and four counters."""

    def __init__(self, daemon, domid, port):
        super().__init__()
        with open(os.path.join(daemon.directory, f"ring.{domid}"), "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4096)
        # Counters of requests read and written, and of replies: whole words, so that the daemon
        # never sees a half of one.
        self.counters = (ctypes.c_uint32 * 4).from_buffer(self.page, 2 * RING)
        self.pipe = os.open(os.path.join(daemon.directory, "events"), os.O_RDWR)
        self.port = struct.pack("<I", port)

    def close(self):
        os.close(self.pipe)
        del self.counters
        self.page.close()

    def send(self, data):
        end = time.monotonic() + PATIENCE
        while data:
            produced = self.counters[1]
            place = produced % RING
            count = min(RING - (produced - self.counters[0] & 0xFFFFFFFF), RING - place, len(data))
            self.page[place : place + count] = data[:count]
            self.counters[1] = produced + count & 0xFFFFFFFF
            data = data[count:]
            os.write(self.pipe, self.port)
            self.rest(count, end)

    def receive(self, count):
        data, end, idle = b"", time.monotonic() + PATIENCE, 0
        while len(data) < count:
            consumed = self.counters[2]
            place = consumed % RING
            part = min(self.counters[3] - consumed & 0xFFFFFFFF, RING - place, count - len(data))
            data += self.page[RING + place : RING + place + part]
            self.counters[2] = consumed + part & 0xFFFFFFFF
            idle = 0 if part else idle + 1
            # The daemon may wait for room, or may have missed an event.
            if (part and len(data) < count) or idle % 200 == 199:
                os.write(self.pipe, self.port)
            if idle > 20:
                self.rest(part, end)
        return data

    @staticmethod
    def rest(count, end):
        if count == 0:
            time.sleep(0.0002)
        if time.monotonic() > end:
            raise Refused(f"no answer on the ring within {PATIENCE} s")
