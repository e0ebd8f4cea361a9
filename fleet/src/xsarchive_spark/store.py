"""The directory that a publication is in: a local one, or a prefix in an object store."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from typing import Any

from . import places

# The version of the layout, and the directory of its files.
LAYOUT = "v1"

_CHUNK = 1 << 20


class Store:
    """The directory that a publication is in, local or in an object store."""

    def __init__(self, directory: str, storage: dict[str, str]) -> None:
        self.directory = directory
        self.storage = storage
        self._system, root = places.file_system(directory.rstrip("/"), storage)
        self._root = root.rstrip("/") + "/" + LAYOUT

    def names(self, folder: str) -> list[str]:
        """The files below a directory, by their names in the layout."""
        from pyarrow import fs

        selector = fs.FileSelector(f"{self._root}/{folder}", allow_not_found=True, recursive=True)
        return sorted(
            info.path[len(self._root) + 1 :]
            for info in self._system.get_file_info(selector)
            if info.type == fs.FileType.File
        )

    def read(self, name: str) -> str:
        """The text of a file."""
        with self._system.open_input_stream(f"{self._root}/{name}") as file:
            return str(file.read().decode())

    def remove(self, name: str) -> None:
        """Removes a file."""
        self._system.delete_file(f"{self._root}/{name}")

    @contextlib.contextmanager
    def new(self, name: str) -> Iterator[Any]:
        """A file that is there under its name only when it is complete."""
        final = f"{self._root}/{name}"
        if places.is_remote(self.directory):
            # pyarrow ends an upload on an error as if it were whole, so nothing is sent before the end.
            with tempfile.TemporaryFile(prefix="xsarchive-") as file:
                yield file
                file.seek(0)
                with self._system.open_output_stream(final) as stream:
                    shutil.copyfileobj(file, stream, _CHUNK)
            return
        self._system.create_dir(os.path.dirname(final), recursive=True)
        partial = f"{os.path.dirname(final)}/.{uuid.uuid4().hex}.partial"
        try:
            with self._system.open_output_stream(partial) as file:
                yield file
            os.replace(partial, final)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise

    def size(self, name: str) -> int:
        """The bytes of a file."""
        return int(self._system.get_file_info(f"{self._root}/{name}").size)
