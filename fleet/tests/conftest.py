"""Archives for the tests, made once."""

from __future__ import annotations

import pathlib

import pytest

import archives


@pytest.fixture(scope="session")
def xsarchive() -> str:
    """The program."""
    name = archives.program()
    if name is None:
        pytest.skip("no program: build it, or name it in XSARCHIVE_PROGRAM")
    return name


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory, xsarchive: str) -> list[pathlib.Path]:
    """Archives of the fixtures, in order of their names."""
    return sorted(archives.make(tmp_path_factory.mktemp("fleet"), xsarchive, None, 11))


@pytest.fixture(scope="session")
def crafted(fleet: list[pathlib.Path]) -> pathlib.Path:
    """The archive in which most queries find something."""
    return next(path for path in fleet if path.stem == "crafted")
