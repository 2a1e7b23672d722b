"""What happened → 192 bytes for the log, and the row that opens them.

An *entry* says that something of a kind happened in a batch on a day and commits to a row, and no more: entries of every kind and
every outcome have the same fields and the same size, so the log tells a reader nothing about a person, nor how a request
was answered. It is one JSON object, its keys sorted, then spaces, then a newline. Its *opening* is a 16-byte salt and the
row, kept in the office's archive (`store.archive`): commitment = SHA-256(salt ‖ row). Without the salt, guesses cannot be tried.

Rows are canonical JSON: keys sorted, no white space, UTF-8, no fractions, whole numbers within ±(2**53 - 1). On ASCII keys that is
RFC 8785 for what it allows, so that anybody's JSON library can write the bytes again.

Cannot know whether the row is true. Where an entry stands in the tree is for `log`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

import polars as pl

from privity.errors import TamperError
from privity.ledger import tlog

SIZE = 192
SALT = 16
NO_BATCH = "0" * 32  # of an act that belongs to no batch
_LARGEST = 2**53 - 1
_ENTRY = re.compile(
    rb'\{"batch":"([0-9a-f]{32})","commitment":"([0-9a-f]{64})","day":"([0-9]{4}-[0-9]{2}-[0-9]{2})","kind":"([a-z-]{1,16})","v":1\} *\n'
)


class Kind(StrEnum):
    """What an entry records."""

    RECEIPT = "receipt"
    EXAMINED = "examined"
    DETERMINATION = "determination"
    DISPOSITION = "disposition"
    OBJECTION = "objection"
    INTENT = "intent"
    ACKNOWLEDGEMENT = "acknowledgement"
    RECALL = "recall"
    DESTROYED = "destroyed"
    USE = "use"
    SUBSTANTIATION = "substantiation"
    IN_FORCE = "in-force"
    HALT = "halt"
    HOLD = "hold"
    WITNESS = "witness"
    KEY = "key"
    LOOK = "look"
    MAP = "map"
    NOTICE = "notice"
    CONTEST = "contest"
    RECORDED = "recorded"
    STATEMENT = "statement"
    CLOSED = "closed"


class Entry(NamedTuple):
    """An entry, read. ``commitment``: 32 bytes."""

    kind: Kind
    batch: str
    day: date
    commitment: bytes


# ---------------------------------------------------------------- entries


def encode(kind: Kind, batch: str, day: date, commitment: bytes) -> bytes:
    """One entry, SIZE bytes. ``batch``: 32 lower-case hexadecimal digits that are random and mean nothing, or NO_BATCH."""
    return encode_all(kind, batch, day, [commitment])[0]


def encode_all(kind: Kind, batch: str, day: date, commitments: Sequence[bytes]) -> list[bytes]:
    """An entry for each commitment, all else the same: the fast path for the rows of a batch."""
    before = f'{{"batch":"{batch}","commitment":"'.encode()
    after = f'","day":"{day.isoformat()}","kind":"{Kind(kind)}","v":1}}'.encode()
    after += b" " * (SIZE - len(before) - 64 - len(after) - 1) + b"\n"
    entries = [before + commitment.hex().encode() + after for commitment in commitments]
    # All else is the same in each, so one stands for all but the length of its commitment; `log.append` looks at every entry again.
    if (entries and not well_formed(entries[0])) or any(len(commitment) != sha256().digest_size for commitment in commitments):
        raise ValueError("an entry takes 32 hexadecimal digits for its batch and a commitment of 32 bytes")
    return entries


def well_formed(raw: bytes) -> bool:
    """Whether the bytes have the form of an entry; `decode` also checks that the kind and the day exist."""
    return len(raw) == SIZE and _ENTRY.fullmatch(raw) is not None


def decode(raw: bytes) -> Entry:
    """Read an entry in its one spelling, or raise TamperError."""
    found = _ENTRY.fullmatch(raw) if len(raw) == SIZE else None
    if not found:
        raise _malformed()
    batch, commitment, day, kind = (part.decode() for part in found.groups())
    try:
        return Entry(Kind(kind), batch, date.fromisoformat(day), bytes.fromhex(commitment))
    except ValueError:
        raise _malformed() from None


def _malformed() -> TamperError:
    return TamperError("the bytes are not an entry", remedy="run `privity verify`, which names it by index")


# ---------------------------------------------------------------- commitments


def commit_rows(salts: bytes, rows: Sequence[bytes]) -> list[bytes]:
    """The commitment to each row, 32 bytes. ``salts``: 16 random bytes for each row, one after the other, never used before."""
    if len(salts) != SALT * len(rows):
        raise ValueError("a salt of 16 bytes is needed for each row")
    return [sha256(salts[SALT * i : SALT * i + SALT] + row).digest() for i, row in enumerate(rows)]


def row_root(commitments: Sequence[bytes]) -> bytes:
    """One hash over the commitments of a batch, in order: the RFC 6962 root with each commitment as a leaf's data."""
    return tlog.root(tlog.leaf_hashes(commitments))


# ---------------------------------------------------------------- rows

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical(row: Mapping[str, Json]) -> bytes:
    """The one spelling of a row. Dates are given as ISO text.

    >>> canonical({"b": [1, None], "a": "ä"}).decode()
    '{"a":"ä","b":[1,null]}'

    Raises:
        TypeError: a fraction, a number beyond ±(2**53 - 1), a key that is not text, or anything that JSON has no word for.
    """
    _check(row)
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:  # its own message would quote the text
        raise TypeError("a row holds text that is not Unicode") from None


def _check(value: object) -> None:
    match value:
        case None | bool() | str():
            return
        case int() if -_LARGEST <= value <= _LARGEST:
            return
        case Mapping() if all(isinstance(key, str) and key.isascii() for key in value):
            for each in value.values():
                _check(each)
        case list() | tuple():
            for each in value:
                _check(each)
        case _:
            raise TypeError("a row holds text, whole numbers within ±(2**53 - 1), true, false, null, lists and objects of these")


def canonical_rows(frame: pl.DataFrame) -> list[bytes]:
    """The same spelling for every row of a table at once; dates become ISO text, enums their words.

    Raises:
        TypeError: a column of a kind that has no canonical spelling, or a number that is too large.
    """
    for name, kind in frame.schema.items():
        if not name.isascii() or not _spelled_one_way(kind):
            raise TypeError(f"column `{name}` of {kind} has no canonical spelling")
    _check_numbers(frame)
    return frame.select(sorted(frame.columns)).write_ndjson().encode().split(b"\n")[: frame.height]


def _spelled_one_way(kind: pl.DataType) -> bool:
    words = isinstance(kind, pl.Enum | pl.Categorical) or kind == pl.List(pl.String)
    return words or kind.is_integer() or kind in (pl.String, pl.Boolean, pl.Date, pl.Null)


def _check_numbers(frame: pl.DataFrame) -> None:
    wide = [name for name, kind in frame.schema.items() if kind in (pl.Int64, pl.UInt64, pl.Int128)]
    for name in wide:
        if not frame[name].drop_nulls().is_between(-_LARGEST, _LARGEST).all():
            raise TypeError(f"column `{name}` holds a number beyond ±(2**53 - 1)")
