"""An office whose keys were rotated or revoked: does everything go on, does what was given out still check, and nothing else?"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from attacks.test_ledger_altered import flip
from office import keyed
from office.keyed import again, forged, known, problems, size
from office.small import ANSWERED, RECEIVED, REVIEWED, Small, approve, tamper
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import log, note
from privity.ledger.entry import Kind, encode, encode_all
from privity.ledger.note import Checkpoint, Note, Signer, Verifier
from privity.office import record
from privity.office.accounting import for_year
from privity.office.keys import changes, files, tenures
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.office.verify import verify
from privity.sample import world
from privity.seal.age import AgeSealer


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return keyed.office(tmp_path_factory.mktemp("keys") / "office").root


@pytest.fixture
def office(plain: Path, tmp_path: Path) -> Office:
    return open_office(Path(shutil.copytree(plain, tmp_path / "office")), keyed.DAY)


# ---------------------------------------------------------------- the ledger's key


@pytest.mark.invariant
def test_the_old_key_signs_up_to_the_change_both_sign_the_change_and_the_new_one_everything_after(office: Office) -> None:
    old = office.verifier
    done, office = keyed.change(office)
    assert office.verifier.vkey == done.new != old.vkey == done.old
    keyed.write(office)
    with office.store.read() as tx:
        notes = {each.end: each.note for each in tx.read(0, size(office))}
    signed = {end: {line.key_id for line in Note.parse(text).signatures} for end, text in notes.items()}
    start = done.entry + 1
    assert {end for end, ids in signed.items() if ids == {old.key_id, office.verifier.key_id}} == {start}
    assert {end for end, ids in signed.items() if ids == {old.key_id}} == set(range(1, start))
    assert {end for end, ids in signed.items() if ids == {office.verifier.key_id}} == {start + 1}
    assert problems(office) == ""


@pytest.mark.invariant
def test_the_old_keys_file_is_gone_and_one_file_is_in_force(office: Office) -> None:
    secret = (office.root / "keys" / "ledger.key").read_bytes()
    _, office = keyed.change(office)
    (left,) = files.read(office.root, "ledger")
    assert Signer(office.origin, left.secret).vkey == office.verifier.vkey
    assert left.secret != secret
    assert left.path.stat().st_mode & 0o777 == 0o600


def test_a_key_can_be_rotated_again_and_again(office: Office) -> None:
    first = office.verifier
    for _ in range(3):
        _, office = keyed.change(office)
        keyed.write(office)
    assert known(office)[0].verifier == first
    assert len({each.verifier.vkey for each in known(office)}) == 4
    assert problems(office) == ""


@pytest.mark.invariant
def test_proofs_given_out_before_a_rotation_still_check_and_so_do_those_given_after(office: Office) -> None:
    before = keyed.proof_of(office, 0)
    done, office = keyed.change(office)
    at = keyed.proof_of(office, 0)
    keyed.write(office)
    after = keyed.proof_of(office, 0)
    for proof in (before, at, after):
        assert keyed.checks(office, known(office), proof) == 0
    with pytest.raises(TamperError):
        keyed.checks(office, [Verifier.parse(done.old)], after)


@pytest.mark.invariant
def test_a_proof_signed_by_a_retired_key_beyond_its_end_is_refused_and_so_is_a_new_key_before_its_beginning(office: Office) -> None:
    old = office.signer
    keyed.write(office)
    done, office = keyed.change(office)
    keyed.write(office)
    late = forged(office, [old])
    assert keyed.checks(office, [old.verifier], late) == size(office), "a sound proof, but for who signed it"
    with pytest.raises(TamperError, match="not in force"):
        keyed.checks(office, known(office), late)
    with pytest.raises(TamperError, match="not in force"):  # beside the right key it spoils the note too
        keyed.checks(office, known(office), forged(office, [office.signer, old]))
    assert keyed.checks(office, known(office), forged(office, [office.signer])) == size(office)
    before = note.sign(str(Checkpoint(office.origin, done.entry, bytes(32))), office.signer)
    with pytest.raises(TamperError, match="not in force"):
        log.check_proof(str(note.Proof(0, (), before)), encode(Kind.KEY, "0" * 32, office.day, bytes(32)), known(office), office.origin)


@pytest.mark.invariant
def test_a_process_that_still_has_the_old_key_can_add_nothing(office: Office) -> None:
    stale = again(office)
    keyed.change(office)
    with pytest.raises(RefusedError, match="another key"):
        keyed.write(stale)
    assert problems(office) == ""


@pytest.mark.invariant
def test_a_checkpoint_that_an_owner_of_the_database_signs_with_the_retired_key_is_named(office: Office) -> None:
    stale = again(office)
    _, office = keyed.change(office)
    raw = encode_all(Kind.RECEIPT, "ab" * 16, office.day, [bytes(32)])
    with office.store.write() as tx:
        before = log._range(tx.head().size, tx.head().peaks)
        leaves = log.tlog.leaf_hashes(raw)
        after, nodes = before.extend(leaves)
        text = note.sign(str(Checkpoint(office.origin, after.size, after.root())), stale.signer)
        tx.append(list(log._segments(before.size, raw, leaves, text, b"".join(after.peaks))), nodes)
    assert f"entry {after.size - 1}: its checkpoint cannot be used" in problems(office)


# ---------------------------------------------------------------- two persons


def acts(office: Office) -> list[dict[str, object]]:
    with office.store.read() as tx:
        return tx.rows("office_key")


@pytest.mark.invariant
def test_one_person_changes_no_key(office: Office) -> None:
    proposal = changes.propose(office, "rotated", "ledger", keyed.by(office, world.COUNSEL), "a reason")
    with pytest.raises(RefusedError, match="second person"):
        changes.confirm(office, proposal, keyed.by(office, world.COUNSEL))
    borrowed = keyed.by(office, world.COUNSEL).__class__(world.APPROVER, "approver", keyed.by(office, world.COUNSEL).key)
    with pytest.raises(RefusedError, match="not signed"):
        changes.confirm(office, proposal, borrowed)
    assert acts(office) == []
    keyed.write(office)


def test_who_holds_no_office_here_or_names_no_ground_proposes_nothing(office: Office) -> None:
    by = keyed.by(office, world.COUNSEL)
    before = size(office)
    for held, ground in (("inspector", "a reason"), ("i-2-requester", "a reason"), ("counsel", " ")):
        with pytest.raises((RefusedError, InputError)):
            changes.propose(office, "rotated", "ledger", by.__class__(by.person, held, by.key), ground)
    assert size(office) == before


def test_a_proposal_is_confirmed_once_and_not_after_its_key_ended(office: Office) -> None:
    first, second = (changes.propose(office, "rotated", "ledger", keyed.by(office, world.COUNSEL), "a reason") for _ in range(2))
    changes.confirm(office, first, keyed.by(office, world.APPROVER))
    office = again(office)
    for proposal in (first, second):
        with pytest.raises(RefusedError, match="in force no more"):
            changes.confirm(office, proposal, keyed.by(office, world.APPROVER))
    with pytest.raises(InputError, match="proposes no change"):
        changes.confirm(office, 0, keyed.by(office, world.APPROVER))


def test_a_proposal_by_somebody_whose_key_ended_since_is_not_confirmed(office: Office) -> None:
    from privity.office.keys import ends

    proposal = changes.propose(office, "rotated", "ledger", keyed.by(office, world.COUNSEL), "a reason")
    ends.end(office, "custodian", world.COUNSEL, office.day, "stolen")
    with pytest.raises(RefusedError, match="not signed"):
        changes.confirm(office, proposal, keyed.by(office, world.APPROVER))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE office_key SET start = start + 1",
        "UPDATE office_key SET trusted = 1",
        "UPDATE office_key SET old = new",
        "DELETE FROM office_key",
        "UPDATE key_act SET person = 'r.okafor' WHERE act = 'confirmed'",
        "UPDATE key_act SET person = 'c.ode' WHERE act = 'confirmed'",
        "UPDATE key_act SET ground = 'another'",
        "UPDATE key_act SET signature = zeroblob(64) WHERE act = 'proposed'",
        "DELETE FROM key_act",
    ],
)
def test_a_row_about_a_key_that_an_owner_of_the_database_changed_is_named(office: Office, statement: str) -> None:
    done, office = keyed.change(office)
    assert problems(office) == ""
    tamper(office.root, statement)
    if statement.startswith("DELETE FROM office_key"):  # then the office looks for the key that it was made with
        next((office.root / "keys").glob("ledger.*.key")).rename(office.root / "keys" / "ledger.key")
    found = problems(office)
    assert any(f"entry {done.entry - back}: " in found for back in range(3)), found


def test_a_change_from_whose_checkpoint_the_old_keys_line_was_taken_is_named(office: Office) -> None:
    done, office = keyed.change(office)
    keyed.write(office)
    with office.store.read() as tx:
        old, _new = Note.parse(tenures.checkpoint_at(tx, done.entry + 1)).signatures
    tamper(office.root, f"UPDATE segment SET note = replace(note, '{old}', '')")
    assert f"entry {done.entry}: the checkpoint of the change is not signed by both keys" in problems(office)


def test_a_key_changed_by_one_person_with_all_the_offices_keys_is_named(office: Office) -> None:
    """What the code refuses, somebody with the folder can do without it; verify says so."""
    new = Signer(office.origin, bytes(range(32)))
    row = {"act": "rotated", "key": "ledger", "old": office.verifier.vkey, "new": new.vkey, "day": office.day.isoformat()}
    with office.store.write() as tx:
        start = tx.head().size + 1
        whole = row | {"start": start, "trusted": start}
        written = [log.entry.canonical(whole)]
        at = record.enter_rows(office, tx, Kind.KEY, written, office.salts(1), "0" * 32, new).first
        tx.add_one("office_key", **(whole | {"day": office.day}), entry=at)
    (office.root / "keys" / "ledger.key").write_bytes(bytes(range(32)))
    assert problems(office) == f"entry {at}: a key was changed without two persons' acts"


# ---------------------------------------------------------------- the archive's key


@pytest.mark.invariant
def test_after_a_rotation_new_files_are_sealed_with_the_new_key_and_old_ones_are_still_read(office: Office) -> None:
    before = {path.name for path in office.openings().iterdir()}
    done, office = keyed.change(office, "archive")
    keyed.write(office)
    sealed = {path.name: changes.archive.sealed_with(path).hex() for path in office.openings().iterdir()}
    assert {sealed[name] for name in before} == {done.old}
    assert list(sealed.values()).count(done.new) == 1, "what was written after the change"
    assert problems(office) == ""
    (office.root / "keys" / "archive.key").unlink()
    assert f"names archive key {done.old}" in problems(office)


@pytest.mark.invariant
def test_a_process_that_still_seals_with_the_old_key_enters_nothing(office: Office) -> None:
    stale = again(office)
    keyed.change(office, "archive")
    with pytest.raises(RefusedError, match="archive key was rotated"):
        keyed.write(stale)


def test_an_archive_key_that_sealed_anything_is_never_pruned_and_waste_is(office: Office) -> None:
    _, office = keyed.change(office, "archive")
    _, office = keyed.change(office, "archive")
    _, office = keyed.change(office, "ledger")
    files.add(office.root, "archive", "ready", os.urandom(32))
    files.add(office.root, "ledger", "ready", os.urandom(32))
    assert sorted(changes.prune(office)) == ["archive.ready.key", "ledger.ready.key"]
    assert len(files.read(office.root, "archive")) == 3
    assert changes.prune(again(office)) == []
    assert problems(office) == ""


def test_what_must_be_kept_is_not_removed_and_the_new_key_is_in_force_all_the_same(office: Office, monkeypatch) -> None:
    def keeps(*_args) -> None:
        raise RefusedError("no key is destroyed while a hold runs")

    monkeypatch.setattr(changes, "require_removable", keeps)
    done, office = keyed.change(office)
    assert done.removed == ()
    assert (office.root / "keys" / "ledger.key").exists()
    keyed.write(office)
    with pytest.raises(RefusedError, match="hold"):
        changes.prune(office)
    assert [one["state"] for one in changes.key_files(office) if one["kind"] == "ledger"] == ["waste: privity key prune", "in force"]
    monkeypatch.undo()
    assert changes.prune(office) == ["ledger.key"]
    assert problems(office) == ""


def test_the_link_key_and_unknown_keys_are_not_changed(office: Office) -> None:
    by = keyed.by(office, world.COUNSEL)
    for does, key, why in (("rotated", "link", "never"), ("revoked", "archive", "signs nothing"), ("rotated", "other", "no key")):
        with pytest.raises(InputError, match=why):
            changes.propose(office, does, key, by, "a reason")


def test_a_key_that_lies_ready_is_taken_and_of_several_none(office: Office, tmp_path: Path, monkeypatch) -> None:
    """A mount that cannot be written to: the operator puts the next key there."""
    ready = Signer(office.origin, bytes(range(32)))
    path = office.root / "keys" / "ledger.next.key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o400)
    done, office = keyed.change(office)
    assert done.new == ready.vkey
    for name in "ab":
        files.add(office.root, "ledger", name, os.urandom(32))
    with pytest.raises(RefusedError, match="lie ready"):
        keyed.change(office)


# ---------------------------------------------------------------- the passage goes on


@pytest.mark.invariant
def test_with_both_keys_rotated_between_all_steps_the_passage_is_the_same(made: Small, tmp_path: Path) -> None:
    def rotated(day) -> Office:
        keyed.change(open_office(root, day))
        return keyed.change(open_office(root, day), "archive")[1]

    root = made.copy("staffed", tmp_path)
    batch = submit(rotated(RECEIVED), made.file, made.envelope, intake_officer=world.INTAKE)
    approve(rotated(REVIEWED), batch)
    answered = release(rotated(ANSWERED), batch, tmp_path / "out", AgeSealer())
    assert answered["same"] == 24
    office = rotated(ANSWERED)
    assert verify(office).problems == ()
    assert for_year(office, 2025).gaps == ()
    for proof in (tmp_path / "out").glob("*.tlog-proof"):
        raw = proof.with_suffix(".entry").read_bytes()
        assert keyed.checks(office, known(office), (proof.read_text(), raw)) > 0
    one = next(office.openings().iterdir())
    flip(one)
    assert "cannot be read" in problems(office)
