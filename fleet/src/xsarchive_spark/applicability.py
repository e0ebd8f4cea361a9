"""Whether a query applies to an image: no row does not mean nothing found if the image cannot say."""

from __future__ import annotations

from collections.abc import Iterable

from .archive import Archive
from .catalog import Query

# The names of needs in a query's header, and the columns of the view covered_kinds.
_KINDS = {
    "covered nodes": None,
    "the whole host": None,
    "nodes": "nodes",
    "permissions": "permissions",
    "stale marks": "stale",
    "special nodes": "special",
    "connections": "connections",
    "watches": "watches",
    "transactions": "transactions",
    "pending data": "pending",
    "quotas": "quotas",
}
_PENDING = "SELECT EXISTS (SELECT 1 FROM pending_nodes WHERE image_id = ?)"
_HOST = "SELECT scope = 'host' FROM scopes WHERE image_id = ?"
_WHOLE = "SELECT EXISTS (SELECT 1 FROM coverage WHERE image_id = ? AND kind = 'nodes' AND root = '/' AND covered = 1)"


class Applicability:
    """What one image covers."""

    def __init__(self, archive: Archive, image_id: int) -> None:
        self._archive = archive
        self._image_id = image_id
        cursor = archive.execute("SELECT * FROM covered_kinds WHERE image_id = ?", (image_id,))
        names = [column[0] for column in cursor.description]
        row = cursor.fetchone()
        self._covered = {name for name, value in zip(names, row or ()) if name != "image_id" and value}

    def problem(self, query: Query) -> str | None:
        """Why the query does not apply, as the program says it; None if it applies."""
        missing = [need for need in query.needs if not self._covers(need)]
        if missing:
            return f"not applicable: needs {_listed(missing)}"
        needs = set(query.needs)
        if not needs & {"the whole host", "covered nodes"}:
            return None
        if "connections" in self._covered and not self._says(_HOST):
            return "not applicable: the image holds only part of a host"
        if "the whole host" in needs and not self._says(_WHOLE):
            return "not applicable: needs the whole host"
        if "covered nodes" in needs and "nodes" not in self._covered:
            return "not applicable: needs all nodes of a part of the tree"
        return None

    def _covers(self, need: str) -> bool:
        kind = _KINDS.get(need)
        if kind is None or kind in self._covered:
            return True
        # Pending nodes that a database holds are known, even if there may be more.
        return kind == "pending" and self._says(_PENDING)

    def _says(self, sql: str) -> bool:
        row = self._archive.execute(sql, (self._image_id,)).fetchone()
        return bool(row and row[0])


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return " and ".join(([", ".join(names[:-1])] if len(names) > 1 else []) + names[-1:])
