"""Generated images for the comparison of access: small hosts as streams of layout v1."""

import random
import struct
from dataclasses import dataclass

NONE = 0x7FF4
ANY = 32757
SPECIAL = (b"@introduceDomain", b"@releaseDomain")


@dataclass
class Entry:
    """An entry of a node's permissions."""

    letter: str
    domid: int
    is_stale: bool = False

    def word(self):
        return b"%s%d" % (self.letter.encode(), self.domid)


@dataclass
class Image:
    """Rings as pairs of domid and target, in order; nodes as pairs of path and permissions."""

    rings: list
    nodes: list

    def stream(self):
        """The image as the bytes of a stream; domain 0 has ring and socket 1, the others follow."""
        records = [record(1, struct.pack("<ii", 5, 6))]
        for number, (domid, target) in enumerate(self.rings, 1):
            ring = struct.pack("<HHI", domid, NONE if target is None else target, port(domid))
            records.append(record(2, struct.pack("<IHH", number, 0, 0) + ring + struct.pack("<HHI", 0, 0, 0)))
        for path, perms in self.nodes:
            entries = b"".join(struct.pack("<BBH", ord(entry.letter), entry.is_stale, entry.domid) for entry in perms)
            head = struct.pack("<IIHHHH", 0, 0, len(path) + 1, 1, 0, len(perms))
            records.append(record(5, head + entries + path + b"\0" + b"v"))
        return struct.pack(">8sII", b"xenstore", 1, 0) + b"".join(records) + record(0, b"")

    def domids(self):
        """Every domid that the image names, and one that it does not."""
        named = {entry.domid for _, perms in self.nodes for entry in perms}
        return sorted({domid for domid, _ in self.rings} | {domid for domid in named if domid < 32752} | {77})

    def without_stale(self):
        """The image without what requests cannot make: stale entries."""
        fresh = [(path, perms[:1] + [entry for entry in perms[1:] if not entry.is_stale]) for path, perms in self.nodes]
        return Image(self.rings, [(path, [Entry(perms[0].letter, perms[0].domid)] + perms[1:]) for path, perms in fresh])


def record(kind, body):
    """A record as daemons write it: its `len` counts the padding."""
    body += bytes(-len(body) % 8)
    return struct.pack("<II", kind, len(body)) + body


def port(domid):
    """The event channel of a ring in the stream."""
    return 2 if domid == 0 else 20 + domid


def generated(seed, count):
    """A host with `count` random nodes below a directory, some special entries, some targets."""
    source = random.Random(seed)
    guests = [1, 2, 3, 4, 5, 6]
    rings = [(0, None)]
    for domid in source.sample(guests, len(guests)):
        rings.append((domid, source.choice([None, None, *guests, 0])))
    rings = [(domid, None if target == domid else target) for domid, target in rings]
    named = [0, *guests, 9, 20]

    def entry(domids, stale):
        return Entry(source.choice("nrwb"), source.choice(domids), source.random() < stale)

    def perms(longest):
        # An owner without a connection ends the restore.
        return [entry([0, *guests], 0.1)] + [entry([*named, ANY], 0.15) for _ in range(source.randrange(longest + 1))]

    host = [Entry("n", 0)]
    nodes = [(b"/", perms(1) if source.random() < 0.5 else host), (b"/g", perms(2))]
    nodes += [(b"/g/%d" % number, perms(4)) for number in range(count)]
    special = [(path, perms(3)) for path in SPECIAL]
    return Image(rings, nodes + special)
