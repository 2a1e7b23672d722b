"""Does anything pass before a quorum of witnesses has signed, and does everything pass once it has?"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from privity.errors import InputError, LawError, RefusedError
from privity.ledger import log
from privity.ledger.note import Note, Proof, open_checkpoint
from privity.office import cosigned, witness, witness_http, witness_roster, witnessed
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.office.witness_ask import Said
from witness.honest import Honest, serving
from witness.offices import DAY, enrolled, fresh, grow, set_quorum
from witness.offices import witnessed as with_witnesses


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return fresh(tmp_path)


def size(office: Office) -> int:
    with office.store.read() as tx:
        return tx.head().size


# ---------------------------------------------------------------- the quorum


def test_the_shipped_policy_asks_for_no_witness(office: Office) -> None:
    witness.require(office, grow(office))
    witness.stands(office)


@pytest.mark.invariant
def test_nothing_passes_before_a_quorum_has_signed_and_everything_it_covers_passes_then(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as (first, second):
        entry = grow(office)
        silent, second.url = second.url, ""
        with office.store.read() as tx:
            assert witness.witnessed(tx, 2) == 0
        assert {one.said for one in witness.ask(office)} == {Said.SIGNED}
        witness.require(office, entry)
        assert len(first.seen) == len(second.seen) == 1  # it was covered: nobody was asked again
        second.url = silent
    entry = grow(office)
    with pytest.raises(RefusedError, match="cannot be reached"):
        witness.require(office, entry)
    with office.store.read() as tx:
        assert witness.witnessed(tx, 2) == entry  # the older checkpoint still stands, and does not cover the newer entry


def test_a_witness_that_is_missing_delays_and_a_later_run_passes(office: Office) -> None:
    one = Honest("w.test/one", {office.origin: office.verifier})
    with serving(one):
        enrolled(office, one)
    set_quorum(office, 1)
    entry = grow(office)
    with pytest.raises(RefusedError):
        witness.require(office, entry)
    with serving(one):
        enrolled(office, one)  # its port is another
        witness.require(office, entry)


def test_one_of_two_is_enough_where_the_policy_says_one(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=1) as (_, second):
        second.down = True
        witness.require(office, grow(office))


@pytest.mark.parametrize("needed", [-1, 0.5])
def test_a_number_that_is_no_number_of_witnesses_loosens_nothing(office: Office, needed: float) -> None:
    set_quorum(office, needed)  # type: ignore[arg-type]
    with pytest.raises(LawError):
        witness.require(office, 0)


def test_more_witnesses_asked_for_than_enrolled_lets_nothing_pass(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=2), pytest.raises(RefusedError):
        witness.require(office, grow(office))


def test_the_lines_of_two_witnesses_under_different_checkpoints_are_no_quorum(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as (first, second):
        entry = grow(office)
        second.down = True
        witness.ask(office)
        grow(office)
        first.down, second.down = True, False
        witness.ask(office)
        assert not witness.covered(office, entry)


# ---------------------------------------------------------------- who counts


def test_a_retired_witness_counts_no_more_for_what_it_signed_before_either(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=1) as (first, second):
        entry = grow(office)
        second.down = True
        witness.require(office, entry)
        witness_roster.retire(office, first.name)
        assert not witness.covered(office, entry)
        with pytest.raises(RefusedError):
            witness.require(office, entry)
        assert len(first.seen) == 1  # and is not asked


def test_a_witness_with_a_new_key_counts_by_the_new_key_only(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (old,):
        entry = grow(office)
        witness.require(office, entry)
        new = Honest(old.name, {office.origin: office.verifier})
        with serving(new):
            enrolled(office, new)
            assert not witness.covered(office, entry)
            witness.require(office, entry)
    assert verify(office).problems == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "another.test/one"}, "of another name"),
        ({"url": "ftp://w.test"}, "address"),
        ({"url": "https://me:secret@w.test/"}, "address"),
        ({"url": "https://w.test/?x=1"}, "address"),
        ({"url": "https:///w"}, "address"),
        ({"url": "https://w.test:99999/"}, "address"),
        ({"vkey": "w.test/one+00000000+BAAA"}, "verifier key"),
    ],
)
def test_what_is_no_witness_is_not_enrolled(office: Office, change: dict[str, str], why: str) -> None:
    one = Honest("w.test/one", {})
    said = {"name": one.name, "vkey": one.vkey, "url": "https://w.test/"} | change
    before = size(office)
    with pytest.raises(InputError, match=why):
        witness_roster.add(office, said["name"], said["vkey"], said["url"])
    assert size(office) == before


def test_one_key_is_one_witness_and_the_offices_own_is_none(office: Office) -> None:
    one = Honest("w.test/one", {})
    twin = Honest("w.test/two", {}, key=one.key)
    witness_roster.add(office, one.name, one.vkey, "https://w.test/")
    with pytest.raises(InputError, match="under another name"):
        witness_roster.add(office, twin.name, twin.vkey, "https://w.test/")
    own = witness_roster.Cosigner("mine.test/w", office.verifier.public)
    with pytest.raises(InputError, match="its own ledger"):
        witness_roster.add(office, own.name, own.vkey, "https://w.test/")


def test_a_witness_that_is_not_enrolled_cannot_be_retired(office: Office) -> None:
    with pytest.raises(InputError):
        witness_roster.retire(office, "nobody.test")


# ---------------------------------------------------------------- asking


def test_each_question_goes_on_from_what_the_witness_signed_last_and_the_ledger_may_be_large(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        witness.ask(office)
        first = size(office)
        grow(office, 300)
        (answer,) = witness.ask(office)
        assert answer.said is Said.SIGNED
        assert [re.match(r"old (\d+)", body)[1] for body in one.seen] == ["0", str(first)]  # type: ignore[index]
        assert set(one.paths) == {"/w/add-checkpoint"}


def test_a_line_that_was_lost_between_answer_and_commit_is_asked_for_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.ask(office)
        grow(office)
        with monkeypatch.context() as killed:
            killed.setattr(witness, "_keep", lambda *_: None)
            witness.ask(office)
        entry = grow(office)
        witness.require(office, entry)


def test_what_was_witnessed_is_on_file_beside_the_database_with_its_line(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as made:
        witness.require(office, grow(office))
    text = (office.root / "witnessed" / f"{size(office)}.note").read_text()
    assert open_checkpoint(text, [office.verifier], office.origin).size == size(office)
    assert [line.name for line in Note.parse(text).signatures] == [office.origin, *(one.name for one in made)]


def test_the_same_checkpoint_asked_about_a_hundred_times_is_kept_once(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        start = one.clock()
        one.clock = lambda: start + len(one.seen)
        for _ in range(101):
            witness.ask(office)
    assert len(Note.parse(witnessed.newest(office) or "").signatures) == 2
    open_office(office.root, DAY)


def test_of_many_witnessed_checkpoints_the_newest_are_kept(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        for _ in range(20):
            grow(office)
            witness.ask(office)
    assert len(list((office.root / "witnessed").glob("*.note"))) == 16
    assert open_checkpoint(witnessed.newest(office) or "", [office.verifier], office.origin).size == size(office)


def test_several_that_write_and_ask_at_once_all_pass(office: Office) -> None:
    def write(_: int) -> None:
        mine = open_office(office.root, DAY)
        for _ in range(5):
            witness.require(mine, grow(mine))

    with with_witnesses(office, names=2, quorum=2), ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    assert verify(office).problems == ()


# ---------------------------------------------------------------- proofs


def test_a_proof_carries_the_checkpoint_that_a_quorum_has_signed_if_it_covers_the_entry(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as made:
        entry = grow(office)
        witness.require(office, entry)
        cosigned_at = size(office)
        late = grow(office)
        with office.store.read() as tx:
            proof, raw = witness.proof_of(office, tx, entry), log.read_entries(tx, entry, 1)[0]
            assert log.check_proof(proof, raw, [office.verifier], office.origin) == entry
            parsed = Proof.parse(proof)
            assert open_checkpoint(parsed.checkpoint, [office.verifier], office.origin).size == cosigned_at
            assert {line.name for line in Note.parse(parsed.checkpoint).signatures} == {office.origin, *(one.name for one in made)}
            plain = witness.proof_of(office, tx, late)
            assert log.check_proof(plain, log.read_entries(tx, late, 1)[0], [office.verifier], office.origin) == late
            assert plain == log.tlog_proof(tx, late)


def test_verify_reads_lines_and_witnesses_and_finds_them_sound(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as (first, _):
        witness.require(office, grow(office))
        witness_roster.retire(office, first.name)
    assert verify(office).problems == ()
    with office.store.read() as tx:
        assert list(cosigned.problems(tx)) == []


def test_an_address_is_kept_without_the_slash_at_its_end() -> None:
    assert witness_http.checked("https://w.test/a/") == "https://w.test/a"
