"""Replayed approvals, swapped and edited packages, a replaced key, two processes at once: nothing wrong leaves, and nothing opens as another."""

from __future__ import annotations

import json
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from office import killed
from office.interlocked import new_recipient, waiting
from office.small import ANSWERED, RECEIVED, REVIEWED, Small, approve, cases_of, tamper
from office.test_release import entered
from privity.errors import InputError, PrivityError, RefusedError
from privity.ledger.entry import Kind
from privity.office import determinations, dispose, enrol
from privity.office.batch import Batch
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.office.verify import verify
from privity.sample import world
from privity.seal import KeyedSealer, hpke, open_package

PASS = "for trying out only"


@pytest.fixture(scope="module")
def sealed(made: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, bytes]]:
    """The batch released to HPKE keys: office, outbox, officer → private key."""
    place = tmp_path_factory.mktemp("sealed")
    office = made.office("approved", place, ANSWERED)
    keys = {}
    with office.store.read() as tx:
        officers = [row for row in tx.now("person", agency=world.AGENCY) if row["recipient"]]
    people = []
    for row in officers:
        keys[row["person"]], public = hpke.generate(PASS)
        people.append(enrol.Person(row["person"], row["public_key"], public))
    enrol.enrol_people(office, world.AGENCY, people)
    release(office, made.of(office), place / "out", KeyedSealer())
    return office.root, place / "out", keys


def packages(root: Path) -> list[dict[str, object]]:
    with open_office(root, ANSWERED).store.read() as tx:
        return tx.rows("package")


# ---------------------------------------------------------------- swapped


@pytest.mark.invariant
def test_hpke_packages_open_for_their_officer_and_answer_as_age_does(made: Small, sealed) -> None:
    root, out, keys = sealed
    said = []
    for row in packages(root):
        file = out / f"{row['package']}.hpke"
        payload = json.loads(open_package(file.read_bytes(), keys[str(row["officer"])], file.stem, lambda: PASS))
        assert payload["engaged_person"] == row["officer"]
        said += [one["answer"] for one in payload["rows"]]
    assert said.count("same") == 24
    assert verify(open_office(root, ANSWERED)).problems == ()


@pytest.mark.invariant
def test_all_hpke_files_of_a_batch_have_one_length_whatever_they_say(sealed) -> None:
    root, out, _ = sealed
    assert len({row["rows"] for row in packages(root)}) > 1, "of packages with as many rows this would say little"
    assert len({file.stat().st_size for file in out.glob("*.hpke")}) == 1


@pytest.mark.invariant
def test_a_ciphertext_under_another_packages_name_does_not_open_for_anybody(sealed) -> None:
    root, out, keys = sealed
    first, second, *_ = packages(root)
    for row, other in ((first, second), (second, first)):
        swapped = (out / f"{row['package']}.hpke").read_bytes()
        for key in keys.values():
            with pytest.raises(InputError):
                open_package(swapped, key, str(other["package"]), lambda: PASS)


@pytest.mark.invariant
def test_two_packages_of_one_officer_do_not_open_as_each_other(sealed) -> None:
    """What tells them apart is not the key."""
    root, out, keys = sealed
    row = packages(root)[0]
    raw, key = (out / f"{row['package']}.hpke").read_bytes(), keys[str(row["officer"])]
    assert open_package(raw, key, str(row["package"]), lambda: PASS)
    with pytest.raises(InputError):
        open_package(raw, key, "0" * 32, lambda: PASS)


@pytest.mark.parametrize("where", ["office", "outbox"])
def test_ciphertexts_that_changed_places_are_named_or_do_not_open(made: Small, sealed, tmp_path: Path, where: str) -> None:
    root, out, keys = sealed
    whole = Path(shutil.copytree(root if where == "office" else out, tmp_path / "copy"))
    folder = whole / "packages" if where == "office" else whole
    first, second, *_ = sorted(folder.glob("*.hpke"))
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    if where == "office":
        problems = "\n".join(verify(open_office(whole, ANSWERED)).problems)
        assert first.stem[:12] in problems
        assert second.stem[:12] in problems
    else:
        officer = {str(row["package"]): str(row["officer"]) for row in packages(root)}
        with pytest.raises(InputError):
            open_package(first.read_bytes(), keys[officer[first.stem]], first.stem, lambda: PASS)


# ---------------------------------------------------------------- edited, or swapped, between intent and sending


@pytest.mark.invariant
@pytest.mark.parametrize("how", ["edited", "of another package", "deleted"])
def test_a_package_that_was_changed_between_intent_and_sending_does_not_leave(made: Small, tmp_path: Path, how: str) -> None:
    office = made.office("approved", tmp_path, ANSWERED)
    batch, out = made.of(office), tmp_path / "out"
    package = waiting(office, batch, tmp_path, out)
    kept = office.root / "packages" / f"{package}.age"
    if how == "deleted":
        kept.unlink()
    elif how == "edited":
        kept.write_bytes(kept.read_bytes()[:-1] + b"\x00")
    else:
        kept.write_bytes(next(iter(sorted((made.root / "outbox").glob("*.age")))).read_bytes()[::-1])
    with pytest.raises(RefusedError, match=r"not the one that was entered|missing"):
        release(office, batch, out, KeyedSealer())
    assert not (out / f"{package}.age").exists()


def test_a_database_owner_who_also_changes_the_digest_is_named_by_verify(made: Small, tmp_path: Path) -> None:
    """The table says what the file is; the entry says what it was."""
    office = made.office("approved", tmp_path, ANSWERED)
    package = waiting(office, made.of(office), tmp_path, tmp_path / "out")
    kept = office.root / "packages" / f"{package}.age"
    kept.write_bytes(b"another answer")
    tamper(office.root, f"UPDATE package SET digest = '{sha256(b'another answer').hexdigest()}' WHERE package = '{package}'")
    again = open_office(office.root, ANSWERED)
    with pytest.raises(PrivityError):
        release(again, made.of(again), tmp_path / "out", KeyedSealer())
    assert not (tmp_path / "out" / f"{package}.age").exists()
    assert any("its row of `package` says otherwise" in problem for problem in verify(again).problems)


def test_a_database_owner_who_redirects_a_waiting_package_to_a_key_of_their_own_gains_nothing(made: Small, tmp_path: Path) -> None:
    """Its bytes were sealed before; only a new key at the next intent would help, and that is an entry with its fingerprint."""
    office = made.office("approved", tmp_path, ANSWERED)
    package = waiting(office, made.of(office), tmp_path, tmp_path / "out")
    tamper(office.root, "UPDATE package SET recipient_key = 'age1another'")
    again = open_office(office.root, ANSWERED)
    release(again, made.of(again), tmp_path / "out", KeyedSealer())
    (_, intent), *_ = [one for one in entered(again, Kind.INTENT) if one[1]["package"] == package]
    sent = (tmp_path / "out" / f"{package}.age").read_bytes()
    assert sha256(sent).hexdigest() == intent["digest"]
    assert json.loads(open_package(sent, made.agency.identities[intent["officer"]].encode(), package, str))
    assert any("its row of `package` says otherwise" in problem for problem in verify(again).problems)


# ---------------------------------------------------------------- replayed approvals


def second_batch(made: Small, office: Office, place: Path) -> Batch:
    letter = place / "second.toml"
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), dated=date(2025, 6, 28)))
    return submit(open_office(office.root, RECEIVED), made.file, letter, intake_officer=world.INTAKE)


def copied_act(office: Office, act: int, batch: str) -> str:
    """SQL that puts the act of one batch, signature and all, under another."""
    columns = "kind, person, office, day, evidence_digest, signature, key, ground, entry"
    return f"INSERT INTO act (batch, {columns}) SELECT '{batch}', {columns} FROM act WHERE seq = {act}"


@pytest.mark.invariant
def test_an_approval_of_one_batch_approves_nothing_of_another(made: Small, tmp_path: Path) -> None:
    office = made.office("approved", tmp_path, ANSWERED)
    second = second_batch(made, office, tmp_path)
    with office.store.read() as tx:
        acts = tx.rows("act", batch=made.batch)
    rows = dispose.referred(office, second)["ordinal"].to_list()
    inserts = [copied_act(office, act["seq"], second.id) for act in acts]
    fills = [f"INSERT INTO act_row SELECT max(seq) - {back}, {one} FROM act" for back in (0, 1) for one in rows]
    tamper(office.root, *inserts, *fills)
    again = open_office(office.root, ANSWERED)
    with pytest.raises(RefusedError, match="await review"):
        release(again, second, tmp_path / "out", KeyedSealer())
    assert not (tmp_path / "out").exists()


@pytest.mark.invariant
def test_an_approval_of_other_evidence_approves_nothing(made: Small, tmp_path: Path) -> None:
    """Two acts on one row, moved with their signatures to the rest of the batch."""
    office = made.office("submitted", tmp_path, REVIEWED)
    batch = made.of(office)
    first, *others = dispose.referred(office, batch)["ordinal"].to_list()
    approve(office, batch, [first])
    with office.store.read() as tx:
        seqs = [row["seq"] for row in tx.rows("act", batch=batch.id)]
    tamper(office.root, *(f"INSERT INTO act_row VALUES ({seq}, {one})" for seq in seqs for one in others))
    later = open_office(office.root, ANSWERED)
    said = {}
    try:
        said = dict(release(later, batch, tmp_path / "out", KeyedSealer()))
    except PrivityError:
        assert not (tmp_path / "out").exists()
    assert "same" not in said
    assert [one for _, row in entered(later, Kind.INTENT) for one in row["disclosed"]] == []


# ---------------------------------------------------------------- the recipient's key, and two processes


def test_a_key_enrolled_for_an_officer_by_somebody_else_shows_in_the_intent(made: Small, tmp_path: Path) -> None:
    """A replaced key is used, for it is what the roster says; whose it was is an entry, and the intent says to which key it went."""
    office = made.office("approved", tmp_path, ANSWERED)
    with office.store.read() as tx:
        officer = next(row["person"] for row in tx.now("person", agency=world.AGENCY) if row["recipient"])
    new_recipient(office, officer)
    release(office, made.of(office), tmp_path / "out", KeyedSealer())
    with office.store.read() as tx:
        key = enrol.recipient_key(tx, officer, world.AGENCY)
    said = [row for _, row in entered(office, Kind.INTENT) if row["officer"] == officer]
    assert {row["recipient"] for row in said} <= {key}
    assert {row["fingerprint"] for row in said} <= {sha256(str(key).encode()).hexdigest()}


def test_of_two_processes_that_send_one_waiting_package_one_sends_it(made: Small, tmp_path: Path) -> None:
    root = made.copy("approved", tmp_path)
    assert killed.was_killed(killed.run("release", root, ANSWERED, ("commit", "after", 1), made.batch, tmp_path / "first"))
    both = [killed.start("release", root, ANSWERED, "never", "", 0, made.batch, tmp_path / f"out{number}") for number in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    office = open_office(root, ANSWERED)
    copies = [file.stem for number in range(2) for file in (tmp_path / f"out{number}").glob("*.age")]
    with office.store.read() as tx:
        known = [row["package"] for row in tx.rows("package")]
        sent = [row["package"] for row in tx.rows("custody") if row["state"] == "sent"]
    assert sorted(copies) == sorted(known) == sorted(sent), "each package left once"
    rows = determinations.load(office, made.of(office)).filter(stage="record").height
    with office.store.read() as tx:
        assert len(tx.rows("package_row")) == rows
    assert verify(office).problems == ()
