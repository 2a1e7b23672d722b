"""Somebody owns the office's folder, its database and its signing key; somebody else is a bad witness. What still stands?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from office.small import tamper
from privity.errors import RefusedError, TamperError
from privity.ledger import cosignature, log
from privity.ledger.note import Note, Signature
from privity.office import enrol, witness, witness_http, witnessed
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.office.witness_ask import Said
from witness.honest import Honest
from witness.offices import DAY, fresh, grow
from witness.offices import witnessed as with_witnesses


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return fresh(tmp_path)


def note(office: Office) -> str:
    with office.store.read() as tx:
        return tx.head().note or ""


def copied(office: Office, name: str) -> Path:
    """The whole folder as it is now, elsewhere."""
    return Path(shutil.copytree(office.root, office.root.parent / name))


def in_place_of(office: Office, saved: Path, *, only: str = "") -> Office:
    """Put an older copy where the office is: all of it, or its database only. It is opened as by a program that starts."""
    office.store.close()
    for file in office.root.glob("office.db*"):
        file.unlink()
    if only:
        for file in saved.glob("office.db*"):
            shutil.copy(file, office.root / file.name)
    else:
        shutil.rmtree(office.root)
        shutil.copytree(saved, office.root)
    return open_office(office.root, DAY)


def rewritten(office: Office, saved: Path) -> Office:
    """Another history of the same length and longer, from an older copy, signed with the office's own key."""
    longer = log_size(office) + 2
    other = open_office(saved, DAY, to_verify=True)
    while log_size(other) < longer:
        enrol.enrol_agency(other, "another", "Another history", "federal")
    return other


def log_size(office: Office) -> int:
    with office.store.read() as tx:
        return tx.head().size


# ---------------------------------------------------------------- the ledger


@pytest.mark.invariant
def test_a_database_that_was_rolled_back_is_refused_at_the_start(office: Office) -> None:
    saved = copied(office, "old")
    with with_witnesses(office, names=1, quorum=1):
        witness.require(office, grow(office))
    with pytest.raises(RefusedError, match="behind"):
        in_place_of(office, saved, only="office.db")


@pytest.mark.invariant
def test_a_history_that_was_written_again_with_the_offices_own_key_is_refused_at_the_start(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        saved = copied(office, "old")
        witness.require(office, grow(office))
    other = rewritten(office, saved)
    assert verify(other).problems == ()  # by itself it is sound
    other.store.close()
    with pytest.raises(RefusedError, match="beside"):
        in_place_of(office, saved, only="office.db")


@pytest.mark.invariant
@pytest.mark.parametrize("step", [witness.stands, lambda office: witness.require(office, grow(office))], ids=["stands", "require"])
def test_a_whole_folder_that_was_rolled_back_is_refused_when_the_witness_is_asked(office: Office, step: Callable[[Office], None]) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.require(office, grow(office))
        saved = copied(office, "old")
        witness.require(office, grow(office, 3))
        old = in_place_of(office, saved)  # opens: everything in it agrees
        with pytest.raises(RefusedError, match=r"has signed \d+ entries of this ledger, and the office has \d+"):
            step(old)


@pytest.mark.invariant
def test_a_whole_folder_with_another_history_is_refused_when_the_witness_is_asked(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.require(office, grow(office))
        saved = copied(office, "old")
        witness.require(office, grow(office, 3))
        other = rewritten(office, saved)
        with pytest.raises(RefusedError, match="has signed other entries under this ledger's name"):
            witness.stands(other)
        with pytest.raises(RefusedError, match="has signed other entries"):
            witness.require(other, log_size(other) - 1)


def test_another_history_of_the_same_length_is_refused_when_the_witness_is_asked(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        saved = copied(office, "old")
        grow(office)
        witness.ask(office)
        other = open_office(saved, DAY)
        enrol.enrol_agency(other, "another", "Another history", "federal")
        (answer,) = witness.ask(other)
        assert answer.said is Said.BESIDE


@pytest.mark.invariant
def test_two_witnesses_that_are_shown_different_histories_make_no_quorum(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as (first, second):
        saved = copied(office, "other")
        other = open_office(saved, DAY)
        entry, beside = grow(office), enrol.enrol_agency(other, "another", "Another history", "federal")
        second.down = True
        witness.ask(office)
        first.down, second.down = True, False
        witness.ask(other)
        first.down = False
        for each, at in ((office, entry), (other, beside)):
            with pytest.raises(RefusedError, match="other entries"):
                witness.require(each, at)
        # nor does it help to carry the line from one history to the other
        with other.store.read() as tx:
            (line,) = tx.rows("cosignature")
        with office.store.write() as tx:
            tx.add_one("cosignature", **{name: line[name] for name in ("size", "witness", "line", "day")})
        assert not witness.covered(office, entry)


# ---------------------------------------------------------------- the database


@pytest.mark.invariant
def test_a_line_that_the_databases_owner_inserted_counts_for_nothing_and_is_named(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=2) as (first, second):
        second.down = True
        entry = grow(office)
        witness.ask(office)
        text = Note.parse(note(office)).text
        forged = cosignature.cosign(second.name, first.key, text, first.clock())
        by_owner = Signature(second.name, cosignature.Cosigner.parse(second.vkey).key_id, forged.signature)
        with office.store.read() as tx:
            (real,) = tx.rows("cosignature")
        for i, line in enumerate((str(by_owner), real["line"], "x", "")):
            place = open_office(copied(office, f"with-{i}"), DAY)
            with place.store.write() as tx:
                tx.add_one("cosignature", size=log_size(office), witness=second.name, line=line, day=DAY)
            with place.store.read() as tx:
                assert witness.witnessed(tx, 1) == entry + 1
                assert witness.witnessed(tx, 2) == 0
            with pytest.raises(RefusedError):
                witness.require(place, entry)
            assert f"checkpoint of {entry + 1} entries: the line of witness `{second.name}`" in "\n".join(verify(place).problems)


def test_a_line_for_a_size_at_which_there_is_no_checkpoint_counts_for_nothing(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        witness.ask(office)
        with office.store.read() as tx:
            (real,) = tx.rows("cosignature")
        entry = grow(office)
        with office.store.write() as tx:
            tx.add_one("cosignature", size=10_000, witness=one.name, line=real["line"], day=DAY)
        assert not witness.covered(office, entry)
        witness.require(office, entry)


@pytest.mark.invariant
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO witness (witness, vkey, url, state, entry) SELECT '{made}', '{vkey}', url, 'enrolled', entry FROM witness LIMIT 1",
        "UPDATE witness SET vkey = '{other}'",
        "UPDATE witness SET vkey = 'no key'",
        "UPDATE witness SET url = 'http://127.0.0.1:9/'",
        "UPDATE witness SET state = 'enrolled'",
        "DELETE FROM witness WHERE state = 'retired'",
        "DELETE FROM witness",
    ],
)
def test_a_witness_that_the_databases_owner_made_up_or_took_away_is_found_before_it_is_counted(office: Office, statement: str) -> None:
    with with_witnesses(office, names=2, quorum=1) as (first, second):
        entry = grow(office)
        witness.require(office, entry)
        witness.witness_roster.retire(office, first.name)
        mine, same = Honest("mine.test/w", {}), Honest(second.name, {})
        tamper(office.root, statement.format(made=mine.name, vkey=mine.vkey, other=same.vkey))
        for step in (lambda: witness.require(office, entry), lambda: witness.stands(office), lambda: witness.ask(office)):
            with pytest.raises(TamperError):
                step()
        assert "`witness`" in "\n".join(verify(office).problems)


def test_a_note_that_is_not_the_offices_own_stops_it_rather_than_being_ignored(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.ask(office)
    path = office.root / "witnessed" / f"{log_size(office)}.note"
    sound = path.read_text()
    for changed in (sound.replace("\n", " ", 1), "", sound.replace(sound.split("\n")[2], "A" * 43 + "=")):
        path.write_text(changed)
        with pytest.raises(TamperError):
            open_office(office.root, DAY)
        assert verify(open_office(office.root, DAY, to_verify=True)).problems
    path.write_text(sound)
    open_office(office.root, DAY)
    (path.parent / "latest.note").write_text(sound)
    with pytest.raises(TamperError):
        open_office(office.root, DAY)


def test_an_office_that_must_not_run_can_still_be_verified_and_the_reason_is_named(office: Office) -> None:
    saved = copied(office, "old")
    with with_witnesses(office, names=1, quorum=1):
        witness.require(office, grow(office))
    with pytest.raises(RefusedError):
        in_place_of(office, saved, only="office.db")
    assert "behind" in "\n".join(verify(open_office(office.root, DAY, to_verify=True)).problems)


# ---------------------------------------------------------------- the witness


def twisted(change: Callable[[bytes], bytes]) -> Callable[[int, bytes], tuple[int, bytes]]:
    return lambda status, body: (status, change(body) if status == 200 else body)


def told(office: Office, one: Honest, twist: Callable[[int, bytes], tuple[int, bytes]]) -> witness.Answer:  # type: ignore[name-defined]
    """What the office makes of a twisted answer; nothing of it is kept and nothing passes."""
    one.twist = twist
    entry = grow(office)
    (answer,) = witness.ask(office)
    with office.store.read() as tx:
        assert tx.rows("cosignature", size=entry + 1) == []
    assert not (office.root / "witnessed" / f"{entry + 1}.note").exists()
    with pytest.raises(RefusedError):
        witness.require(office, entry)
    return answer


def test_a_witness_that_answers_anything_but_its_own_line_is_refused_and_named(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        other = Honest("other.test/one", {}, key=one.key)
        text = lambda: Note.parse(note(office)).text  # noqa: E731
        for twist, why in [
            (twisted(lambda _body: b""), "not signature lines"),
            (twisted(lambda _body: b"\n"), "not signature lines"),
            (twisted(lambda _body: b"<html>please sign in</html>\n"), "not signature lines"),
            (twisted(lambda body: body[:-1]), "not signature lines"),
            (twisted(lambda body: body * 2), ""),
            (twisted(lambda _body: other.line(text())), "no line by its enrolled key"),
            (twisted(lambda _body: Honest(one.name, {}).line(text())), "no line by its enrolled key"),
            (twisted(lambda _body: one.line(text().replace("\n", "x\n", 1))), "does not hold"),
            (twisted(lambda body: body + b"\xe2\x80\x94 w0.test/one " + b"A" * 20 + b"\n"), ""),
            (lambda _s, _b: (302, b""), "nothing is followed"),
            (lambda _s, _b: (500, b"secret words"), "answered 500"),
            (lambda _s, _b: (404, b""), "does not know this ledger's origin"),
            (lambda _s, _b: (403, b""), "does not know this ledger's key"),
            (lambda _s, _b: (409, b"many\n"), "something else"),
        ]:
            if why:
                answer = told(office, one, twist)
                assert answer.said is Said.REFUSED, why
                assert why in answer.why
                assert "secret" not in answer.why
        assert "/elsewhere" not in " ".join(one.paths)


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_line_that_is_replayed_or_of_the_future_is_refused(office: Office, off: int) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        now = one.clock()
        one.clock = lambda: now + off
        answer = told(office, one, one.twist)
        assert (answer.said, answer.why) == (Said.REFUSED, "signed with a time that is not now")


def test_a_line_from_before_the_ledger_grew_is_refused(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        old = one.line(Note.parse(note(office)).text)
        assert told(office, one, twisted(lambda _body: old)).why == "sent a signature that does not hold"


def test_a_witness_that_sends_too_many_lines_or_too_many_bytes_is_refused(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        more = b"".join(str(Signature(one.name, bytes([i, 1, 2, 3]), bytes(72))).encode() for i in range(9))
        assert told(office, one, twisted(lambda body: body + more)).why == "sent more lines than a witness needs"
        assert "at more length" in told(office, one, lambda _s, _b: (200, bytes(witness_http.MOST + 1))).why
        assert "not text" in told(office, one, lambda _s, _b: (200, b"\xff\xfe")).why


def test_a_witness_that_drips_is_cut_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    with with_witnesses(office, names=1, quorum=1) as (one,):
        one.pause = 0.05  # a byte at a time: no single wait is long, the whole would take ten seconds
        monkeypatch.setattr(witness_http.post, "__defaults__", (0.5,))
        began = time.monotonic()
        (answer,) = witness.ask(office)
        assert (answer.said, answer.why) == (Said.SILENT, "did not answer in time")
        assert time.monotonic() - began < 3


def test_a_witness_that_forgot_what_it_signed_is_refused_and_named(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        witness.require(office, grow(office))
        one.last.clear()
        answer = told(office, one, one.twist)
        assert answer.said is Said.REFUSED
        assert "forgotten" in answer.why


def test_a_witness_that_says_it_signed_more_stops_the_office_and_can_be_retired(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=1) as (one, _):
        one.twist = lambda _s, _b: (409, b"99999\n")
        with pytest.raises(RefusedError, match="99999"):
            witness.stands(office)
        witness.witness_roster.retire(office, one.name)
        witness.stands(office)
        witness.require(office, grow(office))


def test_a_witness_that_always_says_it_is_elsewhere_is_given_up(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        grow(office, 5)
        one.twist = lambda _s, _b: (409, f"{len(one.seen) % 2 + 1}\n".encode())
        (answer,) = witness.ask(office)
        assert (answer.said, len(one.seen)) == (Said.REFUSED, 8)


def test_nothing_is_sent_to_a_witness_but_checkpoints_and_hashes(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        grow(office, 20)
        witness.ask(office)
        (body,) = one.seen
        asked = cosignature.Request.parse(body)
        assert asked.checkpoint == note(office)
        with office.store.read() as tx:
            assert list(asked.proof) == log.prove_growth(tx, asked.old, log_size(office))


def test_notes_are_kept_before_lines_are_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError

    with with_witnesses(office, names=1, quorum=1):
        entry = grow(office)
        monkeypatch.setattr(witnessed.disk, "write_file", full)
        with pytest.raises(OSError):
            witness.ask(office)
        assert not witness.covered(office, entry)


@pytest.mark.parametrize("url", ["http://a..b/", f"http://{'a' * 70}.test/", "http://127.0.0.1:1/", "http://no-such-host.invalid/"])
def test_an_address_where_nobody_is_makes_a_silent_witness_and_no_failure(office: Office, url: str) -> None:
    one = Honest("w.test/one", {})
    witness.witness_roster.add(office, one.name, one.vkey, url)
    (answer,) = witness.ask(office)
    assert answer.said is Said.SILENT


def test_a_checkpoint_that_was_altered_under_its_lines_is_named_and_not_counted(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        entry = grow(office)
        witness.require(office, entry)
        tamper(office.root, f"UPDATE segment SET note = 'altered' WHERE first + count = {entry + 1}")
        with pytest.raises(TamperError):
            witness.require(office, entry)
        found = "\n".join(verify(open_office(office.root, DAY, to_verify=True)).problems)
        assert f"checkpoint of {entry + 1} entries" in found
        assert f"entry {entry}" in found


@pytest.mark.invariant
def test_one_witness_that_has_signed_more_stops_what_another_would_let_pass(office: Office) -> None:
    with with_witnesses(office, names=2, quorum=1) as (first, second):
        first.down = True
        witness.require(office, grow(office))
        saved = copied(office, "old")
        first.down, second.down = False, True
        witness.require(office, grow(office, 3))
        second.down = False
        old = in_place_of(office, saved)  # the second was away when the ledger went on, and would sign another end to it
        with pytest.raises(RefusedError, match=rf"witness `{first.name}` has signed \d+ entries"):
            witness.require(old, grow(old))


def test_a_note_that_was_deleted_is_missed_by_verify(office: Office) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.ask(office)
        assert verify(office).problems == ()
        (path,) = (office.root / "witnessed").glob("*.note")
        path.unlink()
        assert f"`witnessed/{path.name}` is gone" in "\n".join(verify(office).problems)
        witness.ask(office)
        assert verify(office).problems == ()
