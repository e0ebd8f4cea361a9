"""Archives packed into tasks of about the same work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .places import Place

# What opening an archive and asking it costs, as bytes of a larger archive.
_FLOOR = 1 << 20
# Tasks for each core, so that the last ones end at about the same time.
_PER_CORE = 4

Packed = TypeVar("Packed")


def pack(
    items: Sequence[tuple[Place, Packed]], most_archives: int, most_bytes: int, cores: int
) -> list[list[tuple[Place, Packed]]]:
    """Cuts the list into runs, so that the answers keep the order of the archives.

    A task has at most that many archives and, unless it is a single one, bytes; and there are enough
    tasks for all cores.
    """
    weights = [max(place.size, _FLOOR) for place, _ in items]
    wanted = min(len(items), cores * _PER_CORE)
    limit = min(most_bytes, -(-sum(weights) // wanted)) if wanted else most_bytes
    tasks: list[list[tuple[Place, Packed]]] = []
    filled = 0
    for item, weight in zip(items, weights):
        # Half of an archive may stick out: runs of equal archives are then equally long.
        if not tasks or filled + weight // 2 > limit or len(tasks[-1]) >= most_archives:
            tasks.append([])
            filled = 0
        tasks[-1].append(item)
        filled += weight
    return tasks
