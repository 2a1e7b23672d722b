"""Does an entry say nothing more than it must, in one spelling and one size?"""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.errors import TamperError
from privity.ledger import entry, tlog
from privity.ledger.entry import Entry, Kind

DAY, BATCH = date(2026, 11, 23), "0123456789abcdef" * 2
RAW = entry.encode(Kind.DETERMINATION, BATCH, DAY, bytes(range(32)))


@pytest.mark.invariant
@pytest.mark.parametrize("kind", Kind)
def test_entries_of_every_kind_have_one_size_and_the_same_fields(kind: Kind) -> None:
    raw = entry.encode(kind, BATCH, date(1, 1, 1), bytes(32))
    assert len(raw) == entry.SIZE
    assert sorted(json.loads(raw)) == ["batch", "commitment", "day", "kind", "v"]
    assert entry.decode(raw) == Entry(kind, BATCH, date(1, 1, 1), bytes(32))


def test_no_changed_byte_reads_as_the_same_entry() -> None:
    for at in range(len(RAW)):
        for bit in (1, 2, 16, 32):
            changed = RAW[:at] + bytes([RAW[at] ^ bit]) + RAW[at + 1 :]
            try:
                assert entry.decode(changed) != entry.decode(RAW)
            except TamperError:
                continue


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, 191), st.binary(max_size=4)).map(lambda t: RAW[: t[0]] + t[1] + RAW[t[0] + len(t[1]) :]),
    )
)
def test_decode_refuses_or_encode_gives_the_same_bytes(raw: bytes) -> None:
    try:
        found = entry.decode(raw)
    except TamperError:
        return
    assert entry.encode(*found) == raw


@pytest.mark.parametrize("batch", ["", "0" * 31, "A" * 32, '"' * 32, "0" * 33])
def test_a_batch_id_is_thirty_two_hexadecimal_digits(batch: str) -> None:
    with pytest.raises(ValueError):
        entry.encode(Kind.LOOK, batch, DAY, bytes(32))


def test_a_commitment_is_the_hash_of_salt_and_row() -> None:
    salts, rows = bytes(range(32)), [b"{}", b'{"a":1}']
    assert entry.commit_rows(salts, rows) == [sha256(salts[:16] + rows[0]).digest(), sha256(salts[16:] + rows[1]).digest()]
    assert entry.row_root(entry.commit_rows(salts, rows)) == tlog.root([tlog.leaf_hash(c) for c in entry.commit_rows(salts, rows)])
    with pytest.raises(ValueError):
        entry.commit_rows(salts[:31], rows)


@pytest.mark.parametrize(
    "row",
    [
        {"a": 1.0},
        {"a": float("nan")},
        {"a": [0.5]},
        {"a": 2**53},
        {"é": 1},
        {1: "a"},
        {"a": DAY},
        {"a": b"x"},
        {"a": "\ud800"},
        {"a": {"b": 1e3}},
    ],
)
def test_what_has_two_spellings_is_refused(row: dict) -> None:
    with pytest.raises(TypeError) as caught:
        entry.canonical(row)
    assert "\ud800" not in str(caught.value)


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            TEXT | st.none(),
            st.integers(-(2**53) + 1, 2**53 - 1) | st.none(),
            st.dates() | st.none(),
            st.lists(TEXT, max_size=3) | st.none(),
            st.booleans() | st.none(),
        ),
        max_size=5,
    )
)
def test_a_table_is_spelled_as_its_rows_are(rows: list) -> None:
    schema = {"b": pl.String, "a": pl.Int64, "day": pl.Date, "Z": pl.List(pl.String), "yes": pl.Boolean}
    expected = [entry.canonical({"b": b, "a": a, "day": day and day.isoformat(), "Z": z, "yes": yes}) for b, a, day, z, yes in rows]
    assert entry.canonical_rows(pl.DataFrame(rows, schema=schema, orient="row")) == expected


@pytest.mark.parametrize(
    "column", [pl.Series("a", [1.5]), pl.Series("a", [2**53]), pl.Series("a", [b"x"]), pl.Series("a", [{"z": 1}]), pl.Series("é", [1])]
)
def test_a_table_with_a_column_of_two_spellings_is_refused(column: pl.Series) -> None:
    with pytest.raises(TypeError):
        entry.canonical_rows(column.to_frame())
