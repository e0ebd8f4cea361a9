"""How archives get to one place: copies made while another process writes, and merged ones."""

from __future__ import annotations

import pathlib
import subprocess

import archives
from reading import errors, read


def test_a_snapshot_taken_while_an_import_runs_is_whole(tmp_path: pathlib.Path, xsarchive: str) -> None:
    images = [archives.FIXTURES / f"xen-4.17-seq-{number}.bin" for number in (1, 2, 3)]
    archive = tmp_path / "host7.db"
    archives.run(xsarchive, "import", "-q", "-a", archive, "--series", "host7", images[0])
    words = [xsarchive, "import", "-q", "-a", str(archive), "--series", "host7", *map(str, images[1:])]
    copies: list[pathlib.Path] = []
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as writer:
        while writer.poll() is None:
            copy = tmp_path / f"copy{len(copies)}.db"
            archives.run(xsarchive, "snapshot", "-q", "-a", archive, copy)
            copies.append(copy)
    assert writer.returncode == 0 and copies
    counted = read([*copies, archive], report="verify", program=xsarchive)
    assert set(counted.column("verified").to_pylist()) == {1}
    # A copy of an archive has its identity.
    assert len(set(counted.column("archive_id").to_pylist())) == 1
    table = read([*copies, archive], report="archives")
    assert errors(table) == {}
    assert table.to_pylist()[-1]["images"] == 3 and set(table.column("images").to_pylist()) <= {1, 2, 3}


def test_a_merged_archive_answers_as_its_parts(tmp_path: pathlib.Path, xsarchive: str) -> None:
    parts = []
    for name, image in (("host1", "xen-4.17-small.bin"), ("host2", "xen-4.17-odd.bin")):
        part = tmp_path / f"{name}.db"
        archives.run(xsarchive, "import", "-q", "-a", part, "--series", name, archives.FIXTURES / image)
        parts.append(part)
    merged = tmp_path / "merged.db"
    for part in parts:
        archives.run(xsarchive, "merge", "-q", "-a", merged, part)

    def nodes(*paths: pathlib.Path) -> list[tuple[str, bytes]]:
        table = read(paths, relation="nodes")
        assert errors(table) == {}
        return sorted(zip(table.column("series").to_pylist(), table.column("path_octets").to_pylist()))

    assert nodes(merged) == nodes(*parts)
    identities = read([merged, *parts], report="archives").column("archive_id").to_pylist()
    assert len(set(identities)) == 3
