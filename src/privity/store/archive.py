"""Openings and shards → sealed files that are durable when the call returns, and back only unaltered.

Both kinds are AES-256-GCM over zstd-compressed content, one random 96-bit nonce a file, mode 0600, written beside their place, synced
and renamed. What a file *is* is authenticated with it: an openings file is bound to its first index and count and
named by the SHA-256 of its bytes; a shard is bound to its own name and to what the caller says of it (batch, stage). So a file that
was altered, renamed, swapped or sealed with another key is a TamperError that names the file, and never half a table.

A file says which key sealed it (form 2: 8 bytes after its first line), so that a key can be replaced and what it sealed still be read.
Files of form 1 say nothing; every key is tried. New files are always sealed with the current key.

Cannot know that a file is gone: the tables ``opening_file`` and ``shard`` say which must be there. Which key is current `office` says.
"""

from __future__ import annotations

import hmac
import io
import os
import struct
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.errors import TamperError
from privity.ledger.entry import SALT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENINGS, _OPENINGS_1 = b"privity openings 2\n", b"privity openings 1\n"
_FRAME, _FRAME_1 = b"privity frame 2\n", b"privity frame 1\n"
_ID = 8  # bytes
_VALUE = b"privity value 1\n"
_NONCE = 12
_HEADER = struct.Struct("<QII")  # first, count, bytes before compression
_SUFFIX = ".openings"


@dataclass(frozen=True, slots=True)
class Openings:
    """What opens the entries from ``first``: 16 bytes of salt for each, joined, and their rows. Its repr shows no row."""

    first: int
    salts: bytes = field(repr=False)
    rows: list[bytes] = field(repr=False)


# ---------------------------------------------------------------- keys


def key_id(key: bytes) -> bytes:
    """8 bytes that say which key sealed a file, and nothing else about it."""
    return hmac.digest(key, b"privity archive key", "sha256")[:_ID]


@dataclass(frozen=True, slots=True)
class Keys:
    """What seals and opens: the key that seals now (32 bytes), and those that sealed before, oldest first. Its repr shows none."""

    current: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    def named(self, name: bytes) -> bytes | None:
        """The key of this id, if it is here."""
        return next((key for key in (self.current, *self.older) if key_id(key) == name), None)


def _keys(key: bytes | Keys) -> Keys:
    return Keys(key) if isinstance(key, bytes) else key


def sealed_with(path: Path) -> bytes:
    """The id of the key that sealed a file, as the file says it; empty for form 1. Nothing is checked."""
    with path.open("rb") as file:
        begin = file.read(len(_OPENINGS) + _ID)
    magic = next((each for each in (_OPENINGS, _FRAME) if begin.startswith(each)), None)
    return begin[len(magic) : len(magic) + _ID] if magic else b""


# ---------------------------------------------------------------- openings


def write(directory: Path, key: bytes | Keys, rows: Sequence[bytes], salts: bytes, first: int) -> str:
    """Seal the openings of the entries from ``first``; returns the file's name within the directory.

    ``key``: 32 bytes, or several with the current one. ``salts``: 16 for each row, joined. Call it before the entries are committed: a file
    that no table names is only waste, an entry without an opening is a loss.
    """
    if len(salts) != SALT * len(rows):
        raise ValueError("a salt of 16 bytes is needed for each row")
    lengths = struct.pack(f"<{len(rows)}I", *map(len, rows))
    plain = b"".join((salts, lengths, *rows))
    current = _keys(key).current
    header = _OPENINGS + key_id(current) + _HEADER.pack(first, len(rows), len(plain))
    sealed = header + _seal(_squeeze(plain), current, header)
    name = sha256(sealed).hexdigest() + _SUFFIX
    _place(directory / name, sealed)
    return name


def read(directory: Path, key: bytes | Keys, name: str) -> Openings:
    """The openings in a file of that name, or raise TamperError."""
    path = directory / name
    sealed = _bytes(path)
    magic = next((each for each in (_OPENINGS, _OPENINGS_1) if sealed.startswith(each)), None)
    if magic is None or sha256(sealed).hexdigest() + _SUFFIX != name:
        raise _altered(path)
    begin = len(magic) + (_ID if magic == _OPENINGS else 0)
    header = sealed[: begin + _HEADER.size]
    if len(header) != begin + _HEADER.size:
        raise _altered(path)
    first, count, size = _HEADER.unpack(header[begin:])
    tried = _fitting(key, header[len(magic) : begin], path)
    return _unpack(first, count, _swell(_unseal(sealed[len(header) :], tried, header, path), size))


def _unpack(first: int, count: int, plain: bytes) -> Openings:
    salts, at = plain[: SALT * count], (SALT + 4) * count
    rows = list[bytes]()
    for length in struct.unpack_from(f"<{count}I", plain, SALT * count):
        rows.append(plain[at : at + length])
        at += length
    return Openings(first, salts, rows)


# ---------------------------------------------------------------- shards


def seal_frame(path: Path, frame: pl.DataFrame, key: bytes | Keys, *, about: str = "") -> str:
    """Write a table to a sealed file; returns the SHA-256 of the file, in hexadecimal, for the table ``shard``.

    ``about`` says what it is (``BATCH/STAGE``); the same words, and the same file name, open it again.
    """
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    current = _keys(key).current
    header = _FRAME + key_id(current)
    sealed = header + _seal(buffer.getvalue(), current, _named(header, path, about))
    _place(path, sealed)
    return sha256(sealed).hexdigest()


def open_frame(path: Path, key: bytes | Keys, *, about: str = "", digest: str | None = None) -> pl.DataFrame:
    """The table in a sealed file, or raise TamperError. ``digest``: what `seal_frame` returned, if it is known."""
    sealed = _bytes(path)
    magic = next((each for each in (_FRAME, _FRAME_1) if sealed.startswith(each)), None)
    if magic is None or digest not in (None, sha256(sealed).hexdigest()):
        raise _altered(path)
    header = sealed[: len(magic) + (_ID if magic == _FRAME else 0)]
    tried = _fitting(key, header[len(magic) :], path)
    return pl.read_parquet(io.BytesIO(_unseal(sealed[len(header) :], tried, _named(header, path, about), path)))


def _named(header: bytes, path: Path, about: str) -> bytes:
    return header + f"{about}\n{path.name}".encode()


# ---------------------------------------------------------------- values in a table


def seal_value(plain: bytes, key: bytes | Keys, bound: bytes) -> bytes:
    """A small value for a table's cell: key id, nonce, AES-256-GCM. ``bound`` says what it is; the same words open it again."""
    current = _keys(key).current
    return key_id(current) + _seal(plain, current, _VALUE + bound)


def open_value(sealed: bytes, key: bytes | Keys, bound: bytes) -> bytes:
    """What `seal_value` sealed.

    Raises:
        TamperError: it was altered or moved, or its key is not here.
    """
    found = _keys(key).named(sealed[:_ID])
    plain = next(_opening(sealed[_ID:], [found], _VALUE + bound), None) if found else None
    if plain is None:
        raise TamperError("a sealed value was altered, moved or sealed with another key", remedy="run `privity verify`")
    return plain


# ---------------------------------------------------------------- sealing


def _seal(plain: bytes, key: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _fitting(key: bytes | Keys, name: bytes, path: Path) -> list[bytes]:
    """The key that a file names; of a file that names none, every key, oldest first."""
    keys = _keys(key)
    if not name:
        return [*keys.older, keys.current]
    found = keys.named(name)
    if found is None:
        raise TamperError(
            f"{path} names archive key {name.hex()}, which is not among the office's keys",
            remedy="open the office again; else restore that key from a backup; if there never was such a key, the file was altered",
        )
    return [found]


def _unseal(sealed: bytes, keys: Sequence[bytes], bound: bytes, path: Path) -> bytes:
    plain = next(_opening(sealed, keys, bound), None)
    if plain is None:
        raise _altered(path)
    return plain


def _opening(sealed: bytes, keys: Sequence[bytes], bound: bytes) -> Iterator[bytes]:
    for key in keys:
        try:
            yield AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
        except (InvalidTag, ValueError):
            continue


def _squeeze(plain: bytes) -> bytes:
    return bytes(pa.Codec("zstd", 1).compress(plain, asbytes=True))


def _swell(packed: bytes, size: int) -> bytes:
    return bytes(pa.Codec("zstd").decompress(packed, size, asbytes=True))


def _altered(path: Path) -> TamperError:
    return TamperError(
        f"{path} was altered, moved or sealed with another key", remedy="restore the file from a backup, or use the office's own key"
    )


# ---------------------------------------------------------------- files


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise TamperError(f"{path} is missing", remedy="restore the file from a backup") from None


def _place(path: Path, content: bytes) -> None:
    """Whole and on the disk, or not at all: written aside, synced, renamed, and the directory synced."""
    handle, aside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make what was renamed into a directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
