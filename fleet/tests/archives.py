"""Twenty archives to ask, made by the program: of the project's fixtures, and of a generator."""

from __future__ import annotations

import os
import pathlib
import shutil
import sqlite3
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = TOP / "Tests" / "Fixtures"

# What the parameters are that a query requires beside its image.
PARAMETERS = {
    "domid": "2", "path": "/local/domain/1/name", "uuid": "bacfb3d0-0b1f-4163-ae9f-f57f43b7a3a6",
    "least": "1", "percent": "1",
}  # fmt: skip

# An image in which every query finds something, some of it octets.
_EDITS = [
    "/libxl/1/device/vif/0/backend=/local/domain/0/backend/vif/1/9",
    "/local/domain/1/device/vif/0/backend=/local/domain/0/backend/vif/1/0",
    "/local/domain/1/device/vif/0/state=1",
    "/local/domain/1/data/big=" + "x" * 3000,
    "/local/domain/1/data/octets=\\xff\\xfe\\n\\x01",
    "/local/domain/1/data/order=a\\\\b \\u{202e}\\u{e9}",
    "/local/domain/1/vm=/vm/11111111-2222-3333-4444-555555555555",
    "/local/domain/1/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p=deep",
    "/local/domain/7/vm=/vm/66666666-2222-3333-4444-555555555555",
    "/tool/guest=1",
]
_PERMS = [
    "/local/domain/7=n7,r3", "/local/domain/1/data/big=n1,r0", "/tool/guest=n1,w2", "/local/domain/1/data=n1,w2,r3000",
    "/local/domain/1/data/octets=b0",
]  # fmt: skip


def program() -> str | None:
    """The program to test with: $XSARCHIVE_PROGRAM, or the debug build; None if there is none."""
    name = os.environ.get("XSARCHIVE_PROGRAM", str(TOP / ".build" / "debug" / "xsarchive"))
    return name if os.path.exists(name) else None


def generator() -> str | None:
    """The program that makes images of hosts: $XSARCHIVE_GENERATOR; None if there is none."""
    name = os.environ.get("XSARCHIVE_GENERATOR", "")
    return name if name and os.path.exists(name) else None


def run(*words: str | pathlib.Path) -> None:
    """Runs the program; findings and files that are no images (status 1) are no trouble here."""
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        raise RuntimeError(f"{words}: {result.returncode}: {result.stderr}")


def make(folder: pathlib.Path, xsarchive: str, maker: str | None, count: int = 20) -> list[pathlib.Path]:
    """Makes archives until there are that many: those of the fixtures first, then generated ones."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[pathlib.Path] = []

    def store(name: str, series: str | None, *files: pathlib.Path) -> None:
        archive = folder / f"{name}.db"
        if archive not in made:
            made.append(archive)
        if series is not None:
            run(xsarchive, "import", "-q", "--salvage", "-a", archive, "--series", series, *files)
            return
        # Every image is the newest one of its series.
        for file in files:
            run(xsarchive, "import", "-q", "--salvage", "-a", archive, "--series", file.name, file)

    crafted(folder / "crafted.db", xsarchive)
    made.append(folder / "crafted.db")
    store("host7", "host7", *(FIXTURES / f"xen-4.17-seq-{number}.bin" for number in (1, 2, 3)))
    # Another host whose series has the same name.
    store("host7-other", "host7", FIXTURES / "xen-4.17-small.bin", FIXTURES / "xen-4.17-odd.bin")
    versions = [path for path in sorted(FIXTURES.glob("xen-*.bin")) if "-seq-" not in path.name]
    store("versions", None, *versions, FIXTURES / "oxenstored-4.17-small.dump")
    store("formats", None, *sorted((FIXTURES / "formats").iterdir()))
    store("access", None, *sorted((FIXTURES / "access").glob("*.bin")))
    small = [path for path in sorted((FIXTURES / "listings").glob("*.txt")) if path.stat().st_size < 20_000]
    store("listings", None, *small)
    store("databases", None, *sorted((FIXTURES / "databases").iterdir()))
    store("restore", None, *sorted((FIXTURES / "restore").glob("*.bin"))[::20])
    store("restore-series", "restored", *sorted((FIXTURES / "restore").glob("*.bin"))[:6])
    store("logs", "logs", FIXTURES / "status-report", FIXTURES / "logs")
    number = 0
    while len(made) < count:
        number += 1
        name = f"host{number:03}"
        if maker is None:
            # Without the generator, archives of one image each, in another order.
            images = sorted(FIXTURES.glob("xen-*.bin"))
            store(name, name, images[number % len(images)], images[(number + 3) % len(images)])
            continue
        images_folder = folder / f"{name}.images"
        run(maker, images_folder, "2", "3", "values=1", "replace=2", f"seed={number}")
        store(name, name, images_folder)
        shutil.rmtree(images_folder)
    return made[:count]


def crafted(archive: pathlib.Path, xsarchive: str) -> None:
    """An archive with two images: a state of a host, and one in which much is wrong."""
    run(xsarchive, "import", "-q", "-a", archive, "--series", "crafted", FIXTURES / "xen-4.17-odd.bin")
    words = [word for edit in _EDITS for word in ("--set", edit)]
    words += [word for edit in _PERMS for word in ("--set-perms", edit)]
    run(xsarchive, "rebuild", "-q", "-a", archive, "@latest", "--escaped", "--save-as", "wrong", "--series", "crafted",
        *words)  # fmt: skip


def broken(folder: pathlib.Path, sound: pathlib.Path) -> dict[str, tuple[pathlib.Path, str]]:
    """Files that are no archives to read, each with a part of what is said of it."""
    folder.mkdir(parents=True, exist_ok=True)
    content = sound.read_bytes()
    pages = bytearray(content)
    pages[4096 * 3 : 4096 * 40] = b"\x5a" * (4096 * 37)
    files = {
        "cut": (content[: len(content) // 3], "damaged"),
        "pages": (bytes(pages), "damaged"),
        "garbage": (b"no archive at all\n" * 500, "damaged"),
        "empty": (b"", "not an xsarchive archive"),
    }
    result = {}
    for name, (octets, said) in files.items():
        path = folder / f"{name}.db"
        path.write_bytes(octets)
        result[name] = (path, said)
    other = folder / "foreign.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE something (a)")
    connection.commit()
    connection.close()
    result["foreign"] = (other, "not an xsarchive archive")
    older = folder / "older.db"
    shutil.copy(FIXTURES / "archives" / "v008.db", older)
    result["older"] = (older, "schema version 8, this package supports")
    newer = folder / "newer.db"
    newer.write_bytes(content)
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 999")
    connection.commit()
    connection.close()
    result["newer"] = (newer, "install the xsarchive-spark")
    forged = folder / "forged.db"
    forged.write_bytes(content)
    connection = sqlite3.connect(forged)
    connection.execute("DROP VIEW watches")
    connection.execute("CREATE VIEW watches AS SELECT 1 AS image_id")
    connection.commit()
    connection.close()
    result["forged"] = (forged, "not those of its schema version")
    dangling = folder / "dangling.db"
    dangling.symlink_to(folder / "nowhere.db")
    result["dangling"] = (dangling, "no such file")
    result["missing"] = (folder / "missing.db", "no such file")
    return result
