"""Bytes of an entry bundle → entries, and whether each has the form of one (version 1: 192 bytes; docs/formats/entry.md).

Kinds are words; a kind that this verifier has never heard of is counted and not judged.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

SIZE = 192
STEP = 2 + SIZE  # in a bundle each entry follows its length
_LENGTH = SIZE.to_bytes(2, "big")
_FORM = re.compile(
    rb'\{"batch":"[0-9a-f]{32}","commitment":"([0-9a-f]{64})","day":"([0-9]{4}-[0-9]{2}-[0-9]{2})","kind":"([a-z-]{1,16})","v":1\} *\n'
)


def parts(raw: bytes) -> tuple[bytes, bytes, bytes] | None:
    """(commitment in hexadecimal, day, kind) of an entry; None if it has not the form of one."""
    found = _FORM.fullmatch(raw)
    return found.groups() if found and len(raw) == SIZE and _is_day(found[2]) else None  # type: ignore[return-value]


@cache
def _is_day(raw: bytes) -> bool:
    try:
        date.fromisoformat(raw.decode())
    except ValueError:
        return False
    return True


def cut(bundle: bytes, count: int) -> list[bytes] | None:
    """The entries of a bundle, without their lengths; None if the bundle is not as long as so many entries are."""
    if len(bundle) != STEP * count:
        return None
    return [bundle[at + 2 : at + STEP] for at in range(0, len(bundle), STEP)]


def mislaid(bundle: bytes) -> list[int]:
    """Positions in a bundle at which the length before an entry is not 192."""
    return [at // STEP for at in range(0, len(bundle), STEP) if bundle[at : at + 2] != _LENGTH]
