"""Is what `privity ledger export` writes complete, only what is new, whole at every instant, and never older than it was?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from office.small import ANSWERED, Small, small
from privity.cli.app import run
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import export as whole_export
from privity.ledger.note import sign
from privity.office import disk, enrol, keys, witness_roster
from privity.office import export as exporting
from privity.office.export import export, growth
from privity.office.keys import changes
from privity.office.place import Office, open_office
from privity.sample import world
from privity.terms import Appointment
from verifier.outside import Witness, files, grow, length, note, office, verified
from witness.offices import set_quorum


@pytest.fixture
def made(tmp_path: Path) -> Office:
    return office(tmp_path / "office", 300)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "public"


def enrolled(made: Office, *witnesses: Witness) -> None:
    for each in witnesses:
        witness_roster.add(made, each.key.name, each.vkey, "http://127.0.0.1:9")


def cosign(made: Office, *witnesses: Witness) -> None:
    with made.store.write() as tx:
        for each in witnesses:
            tx.add_one("cosignature", size=tx.head().size, witness=each.key.name, line=each.line(tx.head().note or ""), day=made.day)


@pytest.mark.invariant
def test_an_export_has_every_tile_and_no_more_and_the_verifier_accepts_it(made: Office, out: Path) -> None:
    done = export(made, out)
    with made.store.read() as tx:
        expected = dict(whole_export(tx))
    found = files(out)
    about, listed = json.loads(found.pop("about.json")), found.pop("keys.jsonl")
    assert json.loads(listed)["key"]["vkey"] == made.verifier.vkey
    assert found == expected
    assert (done.size, done.before, done.written) == (300, 0, len(expected) + 2)
    assert (about["origin"], about["vkey"]) == (made.origin, made.verifier.vkey)
    assert verified(made, out) == 0


def test_the_program_exports_a_released_office_and_verifies_the_export(tmp_path: Path, capsys) -> None:
    made: Small = small()
    root = made.copy("released", tmp_path)
    released = open_office(root, ANSWERED)
    with released.store.read() as tx:
        key, size, packages = released.verifier.vkey, tx.head().size, len(tx.rows("package"))
    assert run(["ledger", "export", str(root), "--out", str(tmp_path / "public"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == size
    assert run(["verify", str(tmp_path / "public"), "--vkey", key, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verified"] is True
    assert said["reports"][0]["kinds"]["intent"] == packages
    assert run(["verify", str(tmp_path / "public")]) == 2
    assert run(["verify", str(root)]) == 0
    assert run(["verify", str(tmp_path / "none"), "--vkey", key]) == 2


# ---------------------------------------------------------------- only what is new


def test_a_later_export_writes_only_what_is_new(made: Office, out: Path) -> None:
    export(made, out)
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    assert export(made, out).written == 0
    grow(made, 700)
    done = export(made, out)
    after = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    assert [path.name for path in before if before[path] != after.get(path)] == ["checkpoint"]
    assert done.written == sum(after[path] != before.get(path) for path in after)
    assert verified(made, out) == 0


def test_partial_tiles_stay_as_long_as_the_checkpoint_before_needs_them(made: Office, out: Path) -> None:
    export(made, out)
    grow(made, 700)
    first = (out / "checkpoint").read_bytes()
    export(made, out)
    second = (out / "checkpoint").read_bytes()
    assert (out / "tile/entries/001.p/44").is_file()
    (out / "checkpoint").write_bytes(first)  # who fetched the checkpoint before still finds all that it needs
    assert verified(made, out) == 0
    (out / "checkpoint").write_bytes(second)
    grow(made, 701)
    assert export(made, out).cleared == 2
    assert not (out / "tile/entries/001.p").exists()
    assert verified(made, out) == 0


@pytest.mark.invariant
def test_an_export_that_is_stopped_at_any_file_leaves_the_earlier_checkpoint_valid(made: Office, out: Path, monkeypatch) -> None:
    export(made, out)
    old = (out / "checkpoint").read_bytes()
    grow(made, 800)
    with made.store.read() as tx:
        steps = len(dict(exporting.static.tiles(tx, 800, 300))) + 1
    real = disk.write_file
    for stop in range(steps):
        left = [stop]

        def write(path: Path, content: bytes, left=left) -> None:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            real(path, content)

        monkeypatch.setattr(disk, "write_file", write)
        with pytest.raises(KeyboardInterrupt):
            export(made, out)
        assert (out / "checkpoint").read_bytes() == old
        assert verified(made, out) == 0
    monkeypatch.setattr(disk, "write_file", real)
    assert export(made, out).size == 800
    assert verified(made, out) == 0


def test_a_file_that_was_altered_is_mended_by_writing_all_again(made: Office, out: Path) -> None:
    export(made, out)
    (out / "tile/0/000").write_bytes(bytes(32 * 256))
    assert verified(made, out) == 1
    export(made, out)
    assert verified(made, out) == 1
    export(made, out, whole=True)
    assert verified(made, out) == 0


# ---------------------------------------------------------------- never back


@pytest.mark.invariant
def test_an_export_never_goes_back(made: Office, out: Path, tmp_path: Path) -> None:
    old = open_office(Path(shutil.copytree(made.root, tmp_path / "backup")))
    grow(made, 400)
    export(made, out)
    before = files(out)
    with pytest.raises(RefusedError, match="never goes back"):
        export(old, out)
    assert files(out) == before


def test_an_export_of_another_history_is_refused(made: Office, out: Path, tmp_path: Path) -> None:
    other = open_office(Path(shutil.copytree(made.root, tmp_path / "fork")))
    from privity.ledger import Kind

    grow(made, 350)
    grow(other, 400, Kind.HALT)
    export(made, out)
    before = files(out)
    with pytest.raises(TamperError, match="two histories"):
        export(other, out)
    assert files(out) == before


def test_a_folder_of_something_else_is_refused(made: Office, out: Path, tmp_path: Path) -> None:
    (out / "letters").mkdir(parents=True)
    with pytest.raises(InputError):
        export(made, out)
    stranger = office(tmp_path / "stranger")
    export(stranger, tmp_path / "theirs")
    with pytest.raises(InputError, match="not one that this ledger signed"):
        export(made, tmp_path / "theirs")


# ---------------------------------------------------------------- witnesses


def test_cosignatures_on_record_stand_under_the_checkpoint_and_count(made: Office, out: Path) -> None:
    one, two = Witness(), Witness("witness.example/w2", 2)
    enrolled(made, one, two)
    export(made, out)
    assert verified(made, out, "--witness", one.vkey, "--quorum", 1) == 1
    cosign(made, one)
    assert export(made, out).cosignatures == 1
    assert verified(made, out, "--witness", one.vkey, "--witness", two.vkey, "--quorum", 1) == 0
    assert verified(made, out, "--witness", one.vkey, "--witness", two.vkey, "--quorum", 2) == 1
    cosign(made, two)
    assert export(made, out).cosignatures == 2
    assert verified(made, out, "--witness", one.vkey, "--witness", two.vkey, "--quorum", 2) == 0


def test_a_line_that_no_witness_of_the_office_wrote_is_not_handed_out(made: Office, out: Path) -> None:
    enrolled(made, Witness())
    cosign(made, Witness("stranger.example", 7), Witness("witness.example/w1", 8))
    assert export(made, out).cosignatures == 0


def test_a_witnessed_export_goes_as_far_as_the_quorum_and_no_further(made: Office, out: Path) -> None:
    set_quorum(made, 1)
    enrolled(made, Witness())
    with pytest.raises(RefusedError):
        export(made, out, witnessed=True)
    cosign(made, Witness())
    size = length(made)
    grow(made, 500)
    assert export(made, out, witnessed=True).size == size
    assert verified(made, out, "--witness", Witness().vkey, "--quorum", 1) == 0
    assert export(made, out).size == 500


# ---------------------------------------------------------------- another key


def rotated(made: Office, does: str = "rotated", trusted: int | None = None) -> Office:
    """Two persons end the ledger's key; the office, opened again."""
    if not (made.root / f"{world.COUNSEL}.pem").is_file():
        enrol.enrol_agency(made, enrol.CUSTODIAN, "Disclosure Office", "custodian")
        for person in (world.COUNSEL, world.APPROVER):
            enrol.enrol_people(made, enrol.CUSTODIAN, [enrol.Person(person, keys.new_key(made.root / f"{person}.pem", world.PASSPHRASE))])
            enrol.appoint(made, Appointment(person, world.STAFF[person], world.SINCE), enrol.CUSTODIAN)
    proposal = changes.propose(made, does, "ledger", world.official(made, world.COUNSEL), "a reason", trusted)
    changes.confirm(made, proposal, world.official(made, world.APPROVER))
    return open_office(made.root, made.day)


@pytest.mark.invariant
def test_whoever_trusts_the_first_key_is_led_to_the_next(made: Office, out: Path, tmp_path: Path, capsys) -> None:
    first, held = made.verifier.vkey, tmp_path / "held.note"
    held.write_text(note(made))
    export(made, out)
    made = rotated(made)
    at_change = length(made)
    made = rotated(grow(made, 400))
    grow(made, 500)
    export(made, out)
    assert made.verifier.vkey != first
    assert run(["verify", str(out), "--vkey", first, "--held", str(held)]) == 0
    assert run(["verify", str(out), "--vkey", made.verifier.vkey]) == 0
    assert run(["ledger", "proof", str(made.root), "17", "--out", str(tmp_path)]) == 0
    proof = str(tmp_path / "17.tlog-proof")
    assert run(["verify", proof, "--vkey", first]) == 1
    assert run(["verify", proof, "--vkey", first, "--keys", str(out / "keys.jsonl")]) == 0
    raw = (out / "keys.jsonl").read_text()
    for bad in (
        raw.replace(f'\\"start\\":{at_change}', f'\\"start\\":{at_change + 1}'),
        raw.replace('"salt": "', '"salt": "0'),
        raw.replace("index", "indes"),
    ):
        assert bad != raw
        (out / "keys.jsonl").write_text(bad)
        assert run(["verify", str(out), "--vkey", first]) == 2
    (out / "keys.jsonl").unlink()
    assert run(["verify", str(out), "--vkey", first]) == 1


def test_a_change_that_only_one_of_the_two_keys_signed_leads_nowhere(made: Office, out: Path) -> None:
    """Who has the new key, or stole the old one, cannot make a change alone."""
    first = made.verifier.vkey
    made = grow(rotated(made), 400)
    export(made, out)
    assert run(["verify", str(out), "--vkey", first]) == 0
    lines = (out / "keys.jsonl").read_text().splitlines()
    change = json.loads(lines[-1])
    signatures = [line for line in change["change"]["proof"].splitlines() if line.startswith("— ")]
    assert len(signatures) == 2
    for dropped in signatures:
        alone = {**change["change"], "proof": change["change"]["proof"].replace(dropped + "\n", "")}
        (out / "keys.jsonl").write_text("\n".join([*lines[:-1], json.dumps({"change": alone}), ""]))
        assert run(["verify", str(out), "--vkey", first]) == 2


def test_a_key_that_ended_signs_nothing_more(made: Office, out: Path, tmp_path: Path) -> None:
    """Who stole the first key signs a checkpoint of a size after its end; whoever has the list refuses it."""
    old = made.signer
    made = grow(rotated(made), 400)
    export(made, out)
    assert run(["verify", str(out), "--vkey", old.vkey]) == 0
    (out / "checkpoint").write_text(sign(note(made).partition("\n\n")[0] + "\n", old))
    assert run(["verify", str(out), "--vkey", old.vkey]) == 1


def test_a_revoked_key_is_believed_up_to_the_size_that_its_end_names(made: Office, out: Path, tmp_path: Path) -> None:
    early, late = tmp_path / "early.note", tmp_path / "late.note"
    early.write_text(note(made))
    grow(made, 350)
    late.write_text(note(made))
    first = made.verifier.vkey
    made = grow(rotated(made, "revoked", 320), 400)
    export(made, out)
    assert run(["verify", str(out), "--vkey", first, "--held", str(early)]) == 0
    assert run(["verify", str(out), "--vkey", first, "--held", str(late)]) == 2


# ---------------------------------------------------------------- growth and proofs


def test_growth_is_proved_to_whoever_holds_an_old_checkpoint(made: Office, tmp_path: Path) -> None:
    held = tmp_path / "old.note"
    held.write_text(note(made))
    grow(made, 1000)
    assert run(["ledger", "growth", str(made.root), "--held", str(held), "--out", str(tmp_path / "growth")]) == 0
    assert verified(made, tmp_path / "growth", "--held", held) == 0
    raw = (tmp_path / "growth").read_bytes()
    (tmp_path / "growth").write_bytes(raw.replace(b"old 300", b"old 299"))
    assert verified(made, tmp_path / "growth", "--held", held) == 1
    lines = raw.split(b"\n")
    (tmp_path / "growth").write_bytes(b"\n".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert verified(made, tmp_path / "growth", "--held", held) == 1


def test_growth_is_not_shown_from_a_checkpoint_of_another_history(made: Office, tmp_path: Path) -> None:
    other = open_office(Path(shutil.copytree(made.root, tmp_path / "fork")))
    from privity.ledger import Kind

    grow(other, 350, Kind.HALT)
    grow(made, 400)
    with pytest.raises(TamperError):
        growth(made, note(other))
    with pytest.raises(RefusedError):
        growth(other, note(made))
    with pytest.raises(TamperError):
        growth(made, note(office(tmp_path / "stranger", 10)))


def test_a_proof_of_an_entry_is_written_and_checked(made: Office, tmp_path: Path, capsys) -> None:
    assert run(["ledger", "proof", str(made.root), "17", "--out", str(tmp_path)]) == 0
    assert verified(made, tmp_path / "17.tlog-proof") == 0
    assert "entry 17 (look)" in capsys.readouterr().out
    assert run(["ledger", "proof", str(made.root), "300", "--out", str(tmp_path)]) == 2
