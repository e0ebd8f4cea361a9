"""Finds the file descriptors that a state names: those of the process that wrote it.

The state is read here independently of the program under test, and as a daemon reads it: every
length is trusted.
"""

import struct
from dataclasses import dataclass, field

OXENSTORED = b"$xenstored-dump-format"

# A state's descriptors are below this number, those of the lab itself are not.
HIGHEST = 900


@dataclass
class Descriptors:
    """File descriptor numbers: listening sockets, event channel device, one for each client."""

    listeners: list = field(default_factory=list)
    events: list = field(default_factory=list)
    clients: list = field(default_factory=list)

    def all(self):
        return self.listeners + self.events + self.clients


def is_oxenstored(data):
    return data.startswith(OXENSTORED)


def descriptors(data):
    return of_text(data) if is_oxenstored(data) else of_stream(data)


def of_stream(data):
    found = Descriptors()
    place = 16
    while place + 8 <= len(data):
        kind, length = struct.unpack_from("<II", data, place)
        body = data[place + 8 : place + 8 + 16].ljust(16, b"\0")
        if kind == 0:
            break
        if kind == 1:
            listener, events = struct.unpack_from("<ii", body)
            found.listeners.append(listener)
            found.events.append(events)
        # conn-type 1: a socket; its descriptor is at the offset where a ring has its domid.
        if kind == 2 and struct.unpack_from("<H", body, 4) == (1,):
            found.clients.append(struct.unpack_from("<i", body, 8)[0])
        place += 8 + length
    return usable(found)


def of_text(data):
    found = Descriptors()
    places = {b"global": found.listeners, b"evtchn-dev": found.events, b"socket": found.clients}
    for line in data.split(b"\n"):
        words = line.split(b",")
        if words[0] in places and len(words) > 1 and words[1].lstrip(b"-").isdigit():
            places[words[0]].append(int(words[1]))
    return usable(found)


def usable(found):
    """Each number once, without those that cannot be a descriptor here.

    The daemon then finds that descriptor closed, as it would elsewhere.
    """
    seen = set()

    def new(fds):
        fresh = [fd for fd in dict.fromkeys(fds) if 0 <= fd < HIGHEST and fd not in seen]
        seen.update(fresh)
        return fresh

    return Descriptors(new(found.listeners), new(found.events), new(found.clients))
