"""Openings and shards → sealed files that are durable when the call returns, and back only unaltered.

Both kinds are AES-256-GCM over zstd-compressed content, one random 96-bit nonce a file, mode 0600, written beside their place, synced
and renamed. What a file *is* is authenticated with it: an openings file is bound to its first index and count and
named by the SHA-256 of its bytes; a shard is bound to its own name and to what the caller says of it (batch, stage). So a file that
was altered, renamed, swapped or sealed with another key is a TamperError that names the file, and never half a table.

Cannot know that a file is gone: the tables ``opening_file`` and ``shard`` say which must be there. Keys are `office`'s business.
"""

from __future__ import annotations

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
    from collections.abc import Sequence

_OPENINGS = b"privity openings 1\n"
_FRAME = b"privity frame 1\n"
_NONCE = 12
_HEADER = struct.Struct("<QII")  # first, count, bytes before compression
_SUFFIX = ".openings"


@dataclass(frozen=True, slots=True)
class Openings:
    """What opens the entries from ``first``: 16 bytes of salt for each, joined, and their rows. Its repr shows no row."""

    first: int
    salts: bytes = field(repr=False)
    rows: list[bytes] = field(repr=False)


# ---------------------------------------------------------------- openings


def write(directory: Path, key: bytes, rows: Sequence[bytes], salts: bytes, first: int) -> str:
    """Seal the openings of the entries from ``first``; returns the file's name within the directory.

    ``key``: 32 bytes. ``salts``: 16 for each row, joined. Call it before the entries are committed: a file that no table names
    is only waste, an entry without an opening is a loss.
    """
    if len(salts) != SALT * len(rows):
        raise ValueError("a salt of 16 bytes is needed for each row")
    lengths = struct.pack(f"<{len(rows)}I", *map(len, rows))
    plain = b"".join((salts, lengths, *rows))
    header = _OPENINGS + _HEADER.pack(first, len(rows), len(plain))
    sealed = header + _seal(_squeeze(plain), key, header)
    name = sha256(sealed).hexdigest() + _SUFFIX
    _place(directory / name, sealed)
    return name


def read(directory: Path, key: bytes, name: str) -> Openings:
    """The openings in a file of that name, or raise TamperError."""
    path = directory / name
    sealed = _bytes(path)
    begin = len(_OPENINGS) + _HEADER.size
    header = sealed[:begin]
    if sha256(sealed).hexdigest() + _SUFFIX != name or len(header) != begin or not header.startswith(_OPENINGS):
        raise _altered(path)
    first, count, size = _HEADER.unpack(header[len(_OPENINGS) :])
    return _unpack(first, count, _swell(_unseal(sealed[begin:], key, header, path), size))


def _unpack(first: int, count: int, plain: bytes) -> Openings:
    salts, at = plain[: SALT * count], (SALT + 4) * count
    rows = list[bytes]()
    for length in struct.unpack_from(f"<{count}I", plain, SALT * count):
        rows.append(plain[at : at + length])
        at += length
    return Openings(first, salts, rows)


# ---------------------------------------------------------------- shards


def seal_frame(path: Path, frame: pl.DataFrame, key: bytes, *, about: str = "") -> str:
    """Write a table to a sealed file; returns the SHA-256 of the file, in hexadecimal, for the table ``shard``.

    ``about`` says what it is (``BATCH/STAGE``); the same words, and the same file name, open it again.
    """
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    sealed = _FRAME + _seal(buffer.getvalue(), key, _named(path, about))
    _place(path, sealed)
    return sha256(sealed).hexdigest()


def open_frame(path: Path, key: bytes, *, about: str = "", digest: str | None = None) -> pl.DataFrame:
    """The table in a sealed file, or raise TamperError. ``digest``: what `seal_frame` returned, if it is known."""
    sealed = _bytes(path)
    if not sealed.startswith(_FRAME) or digest not in (None, sha256(sealed).hexdigest()):
        raise _altered(path)
    return pl.read_parquet(io.BytesIO(_unseal(sealed[len(_FRAME) :], key, _named(path, about), path)))


def _named(path: Path, about: str) -> bytes:
    return _FRAME + f"{about}\n{path.name}".encode()


# ---------------------------------------------------------------- sealing


def _seal(plain: bytes, key: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _unseal(sealed: bytes, key: bytes, bound: bytes, path: Path) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError):
        raise _altered(path) from None


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
