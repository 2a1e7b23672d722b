"""Whoever owns the file can drop the triggers and change anything. Does verify name what they changed, by index?"""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from privity.errors import TamperError
from privity.ledger import Kind, Problem, Signer, append, commit_rows, encode_all, log, tlog, tlog_proof, verify
from privity.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
SIZES = [1, 3, 1, 300, 1, 600, 2, 1, 1]  # entries 0, 1-3, 4, 5-304, 305, 306-905, 906-907, 908, 909
TOTAL = sum(SIZES)
SALTS, ROWS = bytes(16 * TOTAL), [str(i).encode() for i in range(TOTAL)]
ENTRIES = encode_all(Kind.DETERMINATION, "b" * 32, date(2026, 11, 23), commit_rows(SALTS, ROWS))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("original") / "office.db"
    store, at = Store.create(place), 0
    for size in SIZES:
        with store.write() as tx:
            append(tx, SIGNER, SIGNER.name, ENTRIES[at : at + size])
        at += size
    store.close()
    return place


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path / "office.db"))


def problems(path: Path, **known: object) -> list[Problem]:
    with Store.open(path).read() as tx:
        return list(verify(tx, [SIGNER.verifier], SIGNER.name, **known))


def alter(path: Path, *statements: str) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.create_function("leaves", 1, lambda body: b"".join(tlog.leaf_hashes([body[i : i + 192] for i in range(0, len(body), 192)])))
    raw.create_function("other", 2, lambda body, i: body[: i * 192 + 70] + bytes([body[i * 192 + 70] ^ 1]) + body[i * 192 + 71 :])
    for statement in statements:
        raw.execute(statement)
    raw.close()


def covers(found: list[Problem], *indexes: int) -> bool:
    return all(any(p.first <= i < p.first + p.count for p in found) for i in indexes)


def test_an_unaltered_ledger_has_no_problem(path: Path) -> None:
    assert problems(path, used=TOTAL) == []


@pytest.mark.invariant
@pytest.mark.parametrize("index", [0, 2, 4, 5, 255, 256, 304, 305, 511, 512, 700, 907, 908, 909])
def test_one_altered_entry_is_named_alone(path: Path, index: int) -> None:
    alter(path, f"UPDATE segment SET body = other(body, {index} - first) WHERE {index} BETWEEN first AND first + count - 1")
    assert [(p.first, p.count) for p in problems(path) if p.what != "not in the form of an entry"] == [(index, 1)]


@pytest.mark.parametrize("index", [0, 2, 4, 5, 304, 700, 907, 909])
def test_an_entry_altered_together_with_its_hash_is_named_within_its_append_or_tile(path: Path, index: int) -> None:
    where = f"WHERE {index} BETWEEN first AND first + count - 1"
    alter(path, f"UPDATE segment SET body = other(body, {index} - first) {where}", f"UPDATE segment SET leaves = leaves(body) {where}")
    found = problems(path)
    assert covers(found, index)
    assert sum(p.count for p in found) <= 300


CASES: dict[str, tuple[list[str], list[int]]] = {
    "a dropped first segment": (["DELETE FROM segment WHERE first = 0"], [0]),
    "a dropped single entry": (["DELETE FROM segment WHERE first = 305"], [305]),
    "a dropped part of a bulk append": (["DELETE FROM segment WHERE first = 512"], list(range(512, 768))),
    "two single entries exchanged": (
        ["UPDATE segment SET first = 9999 WHERE first = 908", "UPDATE segment SET first = 908 WHERE first = 909", "UPDATE segment SET first = 909 WHERE first = 9999"],
        [908, 909],
    ),
    "two bodies exchanged": (
        ["CREATE TABLE t AS SELECT first, body FROM segment WHERE first IN (0, 4)", "UPDATE segment SET body = (SELECT body FROM t WHERE first = 4) WHERE first = 0",
         "UPDATE segment SET body = (SELECT body FROM t WHERE first = 0) WHERE first = 4"],
        [0, 4],
    ),
    "bodies and hashes exchanged": (
        ["CREATE TABLE t AS SELECT * FROM segment WHERE first IN (0, 4)",
         "UPDATE segment SET (body, leaves) = (SELECT body, leaves FROM t WHERE first = 4) WHERE first = 0",
         "UPDATE segment SET (body, leaves) = (SELECT body, leaves FROM t WHERE first = 0) WHERE first = 4"],
        [0, 4],
    ),
    "two notes exchanged": (
        ["CREATE TABLE t AS SELECT first, note FROM segment WHERE first IN (0, 4)", "UPDATE segment SET note = (SELECT note FROM t WHERE first = 4) WHERE first = 0",
         "UPDATE segment SET note = (SELECT note FROM t WHERE first = 0) WHERE first = 4"],
        [0, 4],
    ),
    "a removed note": (["UPDATE segment SET note = NULL WHERE first = 305"], [305]),
    "the last note and peaks removed": (["UPDATE segment SET note = NULL, peaks = NULL WHERE first = 909"], [909]),
    "a changed signature": (["UPDATE segment SET note = replace(note, 'A', 'B') WHERE first = 4"], [4]),
    "changed peaks": (["UPDATE segment SET peaks = zeroblob(length(peaks)) WHERE first = 4"], [4]),
    "a changed kept hash": (["UPDATE segment SET leaves = zeroblob(32) WHERE first = 4"], [4]),
    "a changed node": (['UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND "index" = 1'], list(range(256, 512))),
    "a dropped node": (['DELETE FROM node WHERE level = 1 AND "index" = 0'], list(range(256))),
    "an entry taken out of a segment": (["UPDATE segment SET body = substr(body, 1, 192), leaves = substr(leaves, 1, 32), count = 1 WHERE first = 906"], [907]),
    "a shortened body": (["UPDATE segment SET body = substr(body, 1, 191) WHERE first = 4"], [4]),
    "an entry added at the end": (["INSERT INTO segment SELECT 910, 1, body, leaves, NULL, NULL FROM segment WHERE first = 4"], [910]),
    "an entry added with an old note": (["INSERT INTO segment SELECT 910, 1, body, leaves, note, peaks FROM segment WHERE first = 909"], [910]),
    "an entry added in between": (["INSERT INTO segment SELECT 2, 1, body, leaves, note, peaks FROM segment WHERE first = 4"], [2]),
    "a cut within a tile whose node is kept": (["DELETE FROM segment WHERE first >= 512"], list(range(512, 768))),
}  # fmt: skip


@pytest.mark.invariant
@pytest.mark.parametrize("case", CASES)
def test_every_alteration_is_named_by_index(path: Path, case: str) -> None:
    statements, indexes = CASES[case]
    alter(path, *statements)
    found = problems(path)
    assert covers(found, *indexes), [str(p) for p in found]
    assert not covers(found, 100) or 100 in indexes, "an untouched entry, far from the alteration, is not suspected"


@pytest.mark.invariant
@pytest.mark.parametrize("first", [0, 5, 305, 909])
def test_an_end_cut_off_is_named_by_whoever_holds_a_checkpoint_or_a_row_that_rests_on_it(path: Path, first: int) -> None:
    with Store.open(path).read() as tx:
        held = [tx.head().note]
    alter(path, f"DELETE FROM segment WHERE first >= {first}", f'DELETE FROM node WHERE ("index" + 1) * 256 > {first}')
    assert problems(path) == []  # by itself it is a good ledger: this is what cannot be known from inside
    for known in ({"held": held}, {"used": TOTAL}):
        assert covers(problems(path, **known), *range(first, TOTAL))


def test_a_held_checkpoint_of_another_history_is_named(path: Path, tmp_path: Path) -> None:
    other = Store.create(tmp_path / "other.db")
    with other.write() as tx:
        fork = append(tx, SIGNER, SIGNER.name, ENTRIES[1:5]).checkpoint
        middle = append(tx, SIGNER, SIGNER.name, ENTRIES[5:8]).checkpoint
    assert covers(problems(path, held=[fork]), 3)
    assert covers(problems(path, held=[middle]), 6)
    with pytest.raises(TamperError):
        problems(path, held=[fork.replace("4\n", "5\n")])


def test_another_key_or_another_name_verifies_nothing(path: Path) -> None:
    stranger = Signer(SIGNER.name, bytes(32))
    with Store.open(path).read() as tx:
        assert covers(list(verify(tx, [stranger.verifier], SIGNER.name)), 0, 3, 909)
        assert covers(list(verify(tx, [SIGNER.verifier], "another.example")), 0, 3, 909)


def test_an_opening_that_does_not_open_its_entry_is_named(path: Path) -> None:
    with Store.open(path).read() as tx:
        assert list(log.mismatches(tx, 0, SALTS, ROWS)) == []
        assert [p.first for p in log.mismatches(tx, 3, SALTS[:32], [ROWS[3], ROWS[5]])] == [4]
        assert [p.first for p in log.mismatches(tx, TOTAL - 1, SALTS[:32], [ROWS[-1], b""])] == [TOTAL]


def test_a_proof_is_checked_without_the_office(path: Path) -> None:
    with Store.open(path).read() as tx:
        proofs = {index: tlog_proof(tx, index) for index in (0, 256, 400, TOTAL - 1)}
        root = tlog.root(tlog.leaf_hashes(log.read_entries(tx, 0, 305)))
        growth = log.prove_growth(tx, 305, TOTAL)
    for index, text in proofs.items():
        assert log.check_proof(text, ENTRIES[index], [SIGNER.verifier], SIGNER.name) == index
        with pytest.raises(TamperError):
            log.check_proof(text, ENTRIES[index - 1], [SIGNER.verifier], SIGNER.name)
    assert tlog.verify_consistency(305, TOTAL, root, tlog.root(tlog.leaf_hashes(ENTRIES)), growth)


def test_a_message_shows_nothing_of_an_entry(path: Path) -> None:
    shown: Callable[[bytes], str] = lambda raw: sha256(raw).hexdigest()  # noqa: E731
    alter(path, "UPDATE segment SET body = other(body, 0) WHERE first = 4")
    text = " ".join(map(str, problems(path)))
    assert text == "entry 4: altered"
    assert shown(ENTRIES[4]) not in text
