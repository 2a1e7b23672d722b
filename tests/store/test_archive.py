"""Is a sealed file whole or absent, and refused when it was altered, moved, or sealed with another key?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polars as pl
import pytest

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
