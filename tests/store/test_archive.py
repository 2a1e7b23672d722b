"""Is a sealed file whole or absent, and refused when it was altered, moved, or sealed with another key?"""

from __future__ import annotations

import io
import os
import struct
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.errors import TamperError
from privity.store import archive

if TYPE_CHECKING:
    from pathlib import Path

KEY, OTHER = bytes(range(32)), bytes(32)
ROWS = [b'{"name":"CANARY"}', b"", b"{}" * 500]
SALTS = os.urandom(48)
FRAME = pl.DataFrame({"ordinal": pl.Series([0, 1], dtype=pl.UInt32), "last_name": ["CANARY", None]})


def test_openings_come_back_as_they_went(tmp_path: Path) -> None:
    name = archive.write(tmp_path, KEY, ROWS, SALTS, 41)
    found = archive.read(tmp_path, KEY, name)
    assert (found.first, found.salts, found.rows) == (41, SALTS, ROWS)
    assert "CANARY" not in repr(found)
    empty = archive.read(tmp_path, KEY, archive.write(tmp_path, KEY, [], b"", 0))
    assert empty.rows == []


def test_a_table_comes_back_as_it_went(tmp_path: Path) -> None:
    digest = archive.seal_frame(tmp_path / "0000", FRAME, KEY, about="b/request")
    assert archive.open_frame(tmp_path / "0000", KEY, about="b/request", digest=digest).equals(FRAME)
    assert archive.open_frame(tmp_path / "0000", KEY, about="b/request").schema == FRAME.schema


def test_nothing_readable_is_on_the_disk_and_nothing_half_written(tmp_path: Path) -> None:
    archive.write(tmp_path, KEY, ROWS, SALTS, 0)
    archive.seal_frame(tmp_path / "0000", FRAME, KEY)
    assert len(list(tmp_path.iterdir())) == 2
    for path in tmp_path.iterdir():
        assert b"CANARY" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.invariant
def test_every_altered_byte_is_refused_and_the_file_named(tmp_path: Path) -> None:
    name = archive.write(tmp_path, KEY, ROWS[:2], SALTS[:32], 0)
    archive.seal_frame(tmp_path / "0000", FRAME, KEY)
    for path, read in (
        (tmp_path / name, lambda: archive.read(tmp_path, KEY, name)),
        (tmp_path / "0000", lambda: archive.open_frame(tmp_path / "0000", KEY)),
    ):
        raw = path.read_bytes()
        for changed in [raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :] for i in range(len(raw))] + [raw[:-1], raw + b"x", b"", raw[:20]]:
            path.write_bytes(changed)
            with pytest.raises(TamperError, match=path.name):
                read()
        path.write_bytes(raw)
        read()


def test_another_key_name_or_place_is_refused(tmp_path: Path) -> None:
    name = archive.write(tmp_path, KEY, ROWS, SALTS, 0)
    digest = archive.seal_frame(tmp_path / "0000", FRAME, KEY, about="b/request")
    (tmp_path / "0001").write_bytes((tmp_path / "0000").read_bytes())
    refused = [
        lambda: archive.read(tmp_path, OTHER, name),
        lambda: archive.read(tmp_path, KEY, "0" * 64 + ".openings"),
        lambda: archive.open_frame(tmp_path / "0000", OTHER, about="b/request"),
        lambda: archive.open_frame(tmp_path / "0000", KEY, about="c/request"),
        lambda: archive.open_frame(tmp_path / "0000", KEY, about="b/request", digest="0" * 64),
        lambda: archive.open_frame(tmp_path / "0001", KEY, about="b/request", digest=digest),
        lambda: archive.open_frame(tmp_path / "none", KEY),
    ]
    for attempt in refused:
        with pytest.raises(TamperError):
            attempt()


# ---------------------------------------------------------------- keys that change

SECOND = bytes(range(32, 64))


def by_hand(tmp_path: Path, key: bytes) -> tuple[str, Path]:
    """The two forms that name no key, written as docs/formats/sealed.md has them."""
    plain = SALTS[:16] + struct.pack("<I", 2) + b"{}"
    header = b"privity openings 1\n" + struct.pack("<QII", 7, 1, len(plain))
    packed = pa.Codec("zstd", 1).compress(plain, asbytes=True)
    openings = header + bytes(12) + AESGCM(key).encrypt(bytes(12), packed, header)
    name = sha256(openings).hexdigest() + ".openings"
    (tmp_path / name).write_bytes(openings)
    table, buffer = tmp_path / "0007", io.BytesIO()
    FRAME.write_parquet(buffer)
    bound = b"privity frame 1\nb/request\n0007"
    table.write_bytes(b"privity frame 1\n" + bytes(12) + AESGCM(key).encrypt(bytes(12), buffer.getvalue(), bound))
    return name, table


def test_a_file_that_names_no_key_is_read_with_whichever_key_opens_it(tmp_path: Path) -> None:
    name, table = by_hand(tmp_path, KEY)
    for keys in (KEY, archive.Keys(KEY), archive.Keys(SECOND, (KEY,)), archive.Keys(OTHER, (SECOND, KEY))):
        assert archive.read(tmp_path, keys, name).rows == [b"{}"]
        assert archive.open_frame(table, keys, about="b/request").equals(FRAME)
    for keys in (SECOND, archive.Keys(OTHER, (SECOND,))):
        with pytest.raises(TamperError):
            archive.read(tmp_path, keys, name)
        with pytest.raises(TamperError):
            archive.open_frame(table, keys, about="b/request")
    assert archive.sealed_with(tmp_path / name) == archive.sealed_with(table) == b""


@pytest.mark.invariant
def test_a_file_names_its_key_and_is_read_with_that_one_only(tmp_path: Path) -> None:
    keys = archive.Keys(SECOND, (KEY,))
    old, new = archive.write(tmp_path, KEY, ROWS, SALTS, 0), archive.write(tmp_path, keys, ROWS, SALTS, 3)
    archive.seal_frame(tmp_path / "0000", FRAME, keys)
    assert archive.sealed_with(tmp_path / old) == archive.key_id(KEY)
    assert archive.sealed_with(tmp_path / new) == archive.sealed_with(tmp_path / "0000") == archive.key_id(SECOND)
    assert archive.read(tmp_path, keys, old).rows == archive.read(tmp_path, keys, new).rows == ROWS
    with pytest.raises(TamperError, match="not among the office's keys"):
        archive.read(tmp_path, KEY, new)
    with pytest.raises(TamperError, match="not among the office's keys"):
        archive.open_frame(tmp_path / "0000", KEY)


def test_a_key_is_in_no_repr_and_not_in_its_id() -> None:
    keys = archive.Keys(SECOND, (KEY,))
    assert repr(keys) == "Keys()"
    assert archive.key_id(KEY) not in KEY
    assert len({archive.key_id(key) for key in (KEY, SECOND, OTHER)}) == 3
