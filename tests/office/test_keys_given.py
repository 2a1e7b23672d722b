"""Which key to believe up to where: what outsiders are given, and a key that was stolen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office import keyed
from office.keyed import forged, known, problems, size
from office.small import ANSWERED, Small
from privity.cli.app import run
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import cosignature, note
from privity.ledger.entry import Kind, encode
from privity.ledger.note import Note, Signer
from privity.ledger.tenure import follow
from privity.office import keys, witness_roster
from privity.office.keys import changes, tenures
from privity.office.place import Office, open_office
from privity.sample import world


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return keyed.office(tmp_path_factory.mktemp("keys") / "office").root


@pytest.fixture
def office(plain: Path, tmp_path: Path) -> Office:
    return open_office(Path(shutil.copytree(plain, tmp_path / "office")), keyed.DAY)


@pytest.mark.invariant
def test_whoever_trusts_any_of_the_keys_learns_the_later_ones_from_what_is_given_out(office: Office, tmp_path: Path) -> None:
    first, proofs = office.verifier, [keyed.proof_of(office, 1)]
    for _ in range(2):
        _, office = keyed.change(office)
        keyed.write(office)
        proofs.append(keyed.proof_of(office, 1))
    assert run(["key", "list", str(office.root), "--out", str(tmp_path / "keys.jsonl")]) == 0
    given = tenures.parse_changes((tmp_path / "keys.jsonl").read_text())
    found = follow(first, given, office.origin)
    assert [(each.verifier, each.first, each.last) for each in found] == [(each.verifier, each.first, each.last) for each in known(office)]
    for proof in proofs:
        assert keyed.checks(office, found, proof) == 1
    middle = known(office)[1].verifier
    assert [each.verifier for each in follow(middle, given, office.origin)] == [each.verifier for each in known(office)][1:]
    assert follow(office.verifier, given, office.origin) == (known(office)[-1],)


@pytest.mark.invariant
def test_a_change_that_the_old_key_did_not_sign_is_not_followed(office: Office, tmp_path: Path) -> None:
    first = office.verifier
    _, office = keyed.change(office)
    with office.store.read() as tx:
        (given,) = tenures.ledger_changes(office, tx)
    other = Signer(office.origin, bytes(32))
    said = json.loads(given.row)
    proof = note.Proof.parse(given.proof)
    newer = note.Proof(proof.index, proof.hashes, note.sign(Note.parse(proof.checkpoint).text, other))
    spoilt = {
        "another new key": given.__class__(given.salt, json.dumps(said | {"new": other.vkey}).encode(), given.entry, given.proof),
        "signed by the new key alone": given.__class__(given.salt, given.row, given.entry, str(newer)),
        "another salt": given.__class__(bytes(16), given.row, given.entry, given.proof),
        "another entry": given.__class__(given.salt, given.row, encode(Kind.KEY, "0" * 32, office.day, bytes(32)), given.proof),
        "another beginning": given.__class__(given.salt, json.dumps(said | {"start": 1}).encode(), given.entry, given.proof),
    }
    assert len(follow(first, [given], office.origin)) == 2
    for change in spoilt.values():
        with pytest.raises(TamperError):
            follow(first, [change], office.origin)
    with pytest.raises(TamperError):
        follow(first, [given, given], office.origin)


def test_what_is_given_out_names_no_official(office: Office) -> None:
    _, office = keyed.change(office)
    with office.store.read() as tx:
        text = tenures.as_text(office, tx)
    assert not [person for person in world.STAFF if person in text]
    assert "a reason" not in text


# ---------------------------------------------------------------- revoked


@pytest.mark.invariant
def test_a_stolen_key_is_believed_up_to_the_size_named_and_no_further(office: Office) -> None:
    thief = office.signer
    with office.store.read() as tx:
        seen, bound = tx.head().note, tx.head().size
    early = keyed.proof_of(office, 0)
    keyed.write(office)
    with office.store.read() as tx:
        late_note = tx.head().note
    late = keyed.proof_of(office, 0)
    _, office = keyed.change(office, does="revoked", trusted=bound)
    keyed.write(office)
    assert keyed.checks(office, known(office), early) == 0
    with pytest.raises(TamperError, match="not in force"):
        keyed.checks(office, known(office), late)
    assert keyed.checks(office, known(office), keyed.proof_of(office, 0)) == 0, "the same entry under the new key"
    with pytest.raises(TamperError):
        keyed.checks(office, known(office), forged(office, [thief]))
    assert problems(office, [seen]) == ""
    assert "not in force" in problems(office, [late_note])
    with office.store.read() as tx:
        given = tenures.ledger_changes(office, tx)
    assert follow(thief.verifier, given, office.origin)[0].trusted == bound


def test_a_revocation_without_a_witness_needs_its_size_named(office: Office) -> None:
    by = keyed.by(office, world.COUNSEL)
    with pytest.raises(RefusedError, match="witness"):
        changes.propose(office, "revoked", "ledger", by, "stolen")
    with pytest.raises(InputError, match="entries"):
        changes.propose(office, "revoked", "ledger", by, "stolen", size(office) + 1)
    with office.store.write() as tx:
        tx.add_one("cosignature", size=4, witness="w.example", line="-", day=office.day)
    with pytest.raises(RefusedError, match="witness"):  # a line that nobody signed counts for nothing
        changes.propose(office, "revoked", "ledger", by, "stolen")
    signed = witnessed(office)
    proposal = changes.propose(office, "revoked", "ledger", by, "stolen")
    with office.store.read() as tx:
        assert tx.rows("key_act", entry=proposal)[0]["trusted"] == signed


def witnessed(office: Office) -> int:
    """A witness is enrolled and signs the newest checkpoint; returns its size."""
    key = Ed25519PrivateKey.generate()
    witness_roster.add(office, "w.example", cosignature.Cosigner("w.example", keys.public(key)).vkey, "http://127.0.0.1:9/")
    with office.store.write() as tx:
        head = tx.head()
        line = str(cosignature.cosign("w.example", key, Note.parse(head.note).text, 1_786_000_000))
        tx.add_one("cosignature", size=head.size, witness="w.example", line=line, day=office.day)
    return head.size


def test_packages_whose_proofs_are_believed_no_more_are_listed(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        packages = {row["package"]: row["entry"] for row in tx.rows("package")}
    bound = sorted(packages.values())[1]
    done, _ = keyed.change(office, does="revoked", trusted=bound)
    assert set(done.to_prove_again) == {name for name, entry in packages.items() if entry >= bound}
    assert 0 < len(done.to_prove_again) < len(packages)


# ---------------------------------------------------------------- by command


def said(capsys, *words: object) -> dict[str, object]:
    capsys.readouterr()
    assert run([*map(str, words), "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_two_persons_rotate_revoke_and_list_by_command(office: Office, capsys, monkeypatch) -> None:
    monkeypatch.setenv("PRIVITY_PASSPHRASE", world.PASSPHRASE)
    root, day = office.root, ("--as-of", keyed.DAY)
    ode = ("--as", world.COUNSEL, "--office", "counsel", "--key", root / f"{world.COUNSEL}.pem", *day)
    lindqvist = ("--as", world.APPROVER, "--office", "approver", "--key", root / f"{world.APPROVER}.pem", *day)
    for act in (("rotate", root, "ledger"), ("rotate", root, "archive"), ("revoke", root, "--trusted", "5")):
        entry = said(capsys, "key", *act, *ode, "--ground", "a reason")["entry"]
        assert [one["entry"] for one in said(capsys, "key", "list", root)["proposed"]] == [entry]
        assert run(["key", "confirm", *map(str, (root, entry, *ode))]) == 1
        done = said(capsys, "key", "confirm", root, entry, *lindqvist)
        assert done["entry"] == entry + 2
    found = said(capsys, "key", "list", root)
    assert [one["trusted"] is None for one in found["ledger"]] == [False, False, True]
    assert found["ledger"][1]["trusted"] == 5
    assert [(one["in_force"], one["files"] > 0) for one in found["archive"]] == [(False, True), (True, True)]
    assert {one["state"] for one in found["key_files"]} == {"in force", "for reading"}
    assert run(["key", "list", str(root)]) == 0
    assert (
        said(capsys, "enrol", "revoke", root, world.COUNSEL, "--agency", "custodian", "--since", keyed.DAY, "--ground", "g", *day)["sent"]
        == []
    )
    assert run(["key", "rotate", *map(str, (root, "ledger", *ode)), "--ground", "g"]) == 1
    assert said(capsys, "verify", root)["problems"] == []
