"""One altered byte, one row gone, two entries exchanged: found, and named? A draw of each class; all 10,000 are `evaluation/flips.py`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "evaluation"))

import flips

ON_DISK = ("opening file", "sealed shard", "package", "row deleted", "checkpoint in the database")
MORE_THAN_A_BYTE = ("tail cut", "pair swapped")
IN_MEMORY = [name for name in flips.SHARES if name not in ON_DISK]


@pytest.fixture(scope="module")
def bench():
    made = flips.Bench(random.Random(20_261_126))
    yield made
    if "office" in vars(made):
        made.office.close()


def missed(bench, name: str, times: int) -> list[flips.Outcome]:
    found = [getattr(bench, name.replace(" ", "_"))() for _ in range(times)]
    return [one for one in found if not one.found or not one.named]


@pytest.mark.invariant
@pytest.mark.parametrize("name", IN_MEMORY)
def test_one_altered_byte_of_ledger_export_or_proof_is_found_and_named(bench, name: str) -> None:
    assert missed(bench, name, 12) == []


@pytest.mark.parametrize("name", ON_DISK)
def test_one_altered_byte_or_deleted_row_of_an_office_is_found_and_named(bench, name: str) -> None:
    assert missed(bench, name, 8) == []


def test_a_row_deleted_from_any_table_is_named_by_its_entry(bench) -> None:
    office = bench.office
    first = {table: (which, entries) for table, which, entries in reversed(office.rows)}
    assert len(first) >= 13
    for table, (which, entries) in first.items():
        one = office._tampered(entries, f"DELETE FROM {table} WHERE {which}")
        assert (one.found, one.named) == (True, True), one.what


def test_a_check_that_an_altered_table_stops_is_named_and_stops_no_other(bench) -> None:
    """Texts of a table that are no JSON, no day, no number any more: one problem more, never the end of `verify`, and never the text."""
    office = bench.office
    (entry,), act = office.receipt.values(), office.acts[0]["entry"]
    for statement, named in (
        ("UPDATE batch SET meta = 'Zorblax'", entry),
        ("UPDATE batch SET received_day = 'Zorblax'", entry),
        ("UPDATE act SET day = 'Zorblax'", act),
        ("UPDATE act SET signature = NULL", act),
        ("UPDATE shard SET shard = 7", entry),
    ):
        one = office._tampered({named}, statement)
        assert (one.found, one.named, "Zorblax" in one.what.replace(statement, "")) == (True, True, False), one.what


def test_every_stage_of_a_batch_is_missed_when_its_shard_is_forgotten(bench) -> None:
    for row in bench.office.shards:
        one = bench.office._tampered({bench.office.receipt[row["batch"]]}, f"DELETE FROM shard WHERE seq = {row['seq']}")
        assert (one.found, one.named) == (True, True), row["stage"]


@pytest.mark.parametrize("name", [name for name in IN_MEMORY if name not in (*MORE_THAN_A_BYTE, "node")])
def test_the_one_entry_is_named_and_no_other(bench, name: str) -> None:
    assert all(getattr(bench, name.replace(" ", "_"))().alone is not False for _ in range(12))


def test_nothing_is_said_of_what_nobody_altered(bench) -> None:
    assert list(flips.verify(bench.original, [flips.SIGNER.verifier], flips.SIGNER.name, used=flips.TOTAL)) == []
    assert flips.files.check(bench.files.get, bench.files, flips.TRUST).findings == []
    assert bench.office._problems() == []


def test_a_flip_that_is_not_found_would_fail_the_suite(monkeypatch) -> None:
    monkeypatch.setattr(flips, "verify", lambda *_args, **_named: [])
    found = flips.run(100, 1, ["entry"])
    assert (found["found"], found["named"], len(found["missed"])) == (0, 0, 13)
