"""Octets of guests as printable text.

Paths, values and tokens are bytes that guests choose. Every program that shows them gets text in
which nothing can steer a terminal, reorder a line or stay invisible; the bytes are beside it.
"""

from __future__ import annotations

# What is drawn as nothing although its category is that of letters or marks.
_IGNORABLE = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0]
    + list(range(0xFE00, 0xFE10))
    + list(range(0xE0100, 0xE01F0))
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}

# The octets that do not decode become lone surrogates, from which they come back unchanged.
_ERRORS = "surrogateescape"


def decode(octets: bytes) -> str:
    """The octets as a text from which `encode` gives them back."""
    return octets.decode("utf-8", _ERRORS)


def encode(value: str | bytes) -> bytes:
    """The octets of a value of SQLite."""
    return value if isinstance(value, bytes) else value.encode("utf-8", _ERRORS)


def printable(value: str | bytes) -> str:
    """The octets as `xsarchive` prints them: `\\n`, `\\r`, `\\t`, `\\\\` as in C, other controls and octets
    that are not UTF-8 as `\\xNN`, what is invisible or reorders a line as `\\u{NNNN}`."""
    text = decode(value) if isinstance(value, bytes) else value
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(_character(character) for character in text)


def quoted(value: str | bytes, limit: int | None = None) -> str:
    """The printable text in quotation marks, cut off after a number of octets."""
    octets = encode(value)
    cut = octets if limit is None else octets[:limit]
    return '"' + printable(cut).replace('"', '\\"') + '"' + ("" if len(cut) == len(octets) else "...")


def is_text(octets: bytes) -> bool:
    """Whether an archive stores the octets as TEXT: they are UTF-8 without NUL."""
    if b"\0" in octets:
        return False
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_unsafe(character: str) -> bool:
    """Whether a character could do harm or stay invisible on a terminal."""
    return not character.isprintable() or ord(character) in _IGNORABLE


def harmless(text: str) -> str:
    """Escapes only what could do harm, for messages whose values are already escaped."""
    return "".join(_character(c) if is_unsafe(c) else c for c in text)


def _character(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if not is_unsafe(character):
        return character
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{{{number:x}}}"
