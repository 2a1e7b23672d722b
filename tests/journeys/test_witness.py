"""Witnesses, backup and restore, on the command line: what the operator is told, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeys.conftest import Privity
from office.small import REVIEWED, Small
from privity.office import dispose
from privity.office.place import Office, open_office
from privity.sample import world
from witness.honest import Honest, serving
from witness.offices import DAY, fresh, set_quorum

AS_OF = DAY.isoformat()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return fresh(tmp_path)


def test_a_witness_is_enrolled_asked_listed_and_retired(privity: Privity, office: Office) -> None:
    one = Honest("court.test/w1", {office.origin: office.verifier})
    with serving(one):
        assert privity("witness", "ask", office.root).code == 1  # none is enrolled
        assert privity("witness", "add", office.root, one.name, "--vkey", one.vkey, "--url", one.url, "--as-of", AS_OF).code == 0
        set_quorum(office, 1)
        assert "never" in privity("witness", "list", office.root).out
        asked = privity("witness", "ask", office.root, "--json")
        assert asked.code == 0
        (answer,) = asked.json["answers"]  # type: ignore[misc]
        assert (answer["witness"], answer["said"]) == (one.name, "signed")
        listed = privity("witness", "list", office.root, "--json").json
        assert (listed["quorum"], listed["witnesses"][0]["entries signed"]) == (1, listed["entries"])  # type: ignore[index]
        one.down = True
        said = privity("witness", "ask", office.root)
        assert (said.code, "answered 503" in said.out) == (1, True)
        assert privity("witness", "retire", office.root, one.name, "--as-of", AS_OF).code == 0
        assert privity("witness", "list", office.root, "--json").json["witnesses"] == []
    assert privity("verify", office.root).code == 0


@pytest.mark.parametrize("vkey", ["", "court.test/w1", "court.test/w1+00000000+AAAA"])
def test_a_key_that_is_none_is_bad_input(privity: Privity, office: Office, vkey: str) -> None:
    said = privity("witness", "add", office.root, "court.test/w1", "--vkey", vkey, "--url", "https://court.test")
    assert said.code == 2
    assert "verifier key" in said.err


def test_an_office_behind_what_was_witnessed_runs_no_command_and_verify_says_why(privity: Privity, office: Office, tmp_path: Path) -> None:
    one = Honest("court.test/w1", {office.origin: office.verifier})
    assert privity("backup", office.root, "--out", tmp_path / "copy").code == 0
    with serving(one):
        privity("witness", "add", office.root, one.name, "--vkey", one.vkey, "--url", one.url, "--as-of", AS_OF)
        assert privity("witness", "ask", office.root).code == 0
    office.store.close()
    for file in office.root.glob("office.db*"):
        file.unlink()
    (office.root / "office.db").write_bytes((tmp_path / "copy" / "office" / "office.db").read_bytes())
    for words in (
        ["batches"],
        ["packages"],
        ["witness", "list"],
        ["witness", "ask"],
        ["checkpoint"],
        ["backup", "--out", tmp_path / "more"],
    ):
        said = privity(*words[: 2 if words[0] == "witness" else 1], office.root, *words[2 if words[0] == "witness" else 1 :])
        assert said.code == 1, words
        assert "the ledger is behind" in said.err
        assert "docs/witnesses.md" in said.err
    said = privity("verify", office.root)
    assert said.code == 1
    assert "the ledger is behind" in said.out


def test_a_backup_is_restored_with_the_keys_and_refused_with_a_later_checkpoint(privity: Privity, office: Office, tmp_path: Path) -> None:
    said = privity("backup", office.root, "--out", tmp_path / "copy.tar", "--json")
    assert (said.code, said.json["keys"]) == (0, False)
    assert privity("restore", tmp_path / "copy.tar", tmp_path / "again").code == 2
    privity("enrol", "agency", office.root, "us-dhs", "--name", "Department of Homeland Security", "--as-of", AS_OF)
    privity("checkpoint", office.root, "--out", tmp_path / "later.note")
    keys = ["--keys", office.root / "keys"]
    late = privity("restore", tmp_path / "copy.tar", tmp_path / "again", *keys, "--held", tmp_path / "later.note")
    assert (late.code, "once longer" in late.err) == (1, True)
    assert not (tmp_path / "again").exists()
    said = privity("restore", tmp_path / "copy.tar", tmp_path / "again", *keys)
    assert said.code == 0
    assert "no witness has confirmed" in said.out
    assert privity("verify", tmp_path / "again").code == 0
    assert privity("restore", tmp_path / "copy.tar", tmp_path / "again", *keys).code == 2


def test_who_objects_is_told_whether_a_witness_has_seen_it(privity: Privity, made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, REVIEWED)
    row = dispose.referred(office, made.of(office)).row(0, named=True)
    words = ["review", office.root, made.batch, "object", "--case", row["case_id"], "--as", world.COUNSEL, "--office", "counsel", "--key",
             office.root / f"{world.COUNSEL}.pem", "--ground", "two people of one name", "--as-of", REVIEWED.isoformat()]  # fmt: skip
    said = privity(*words)
    assert (said.code, "no witness has seen it yet" in said.out) == (0, True)
    one = Honest("court.test/w1", {office.origin: office.verifier})
    with serving(one):
        privity("witness", "add", office.root, one.name, "--vkey", one.vkey, "--url", one.url, "--as-of", REVIEWED.isoformat())
        said = privity(*words, "--json")
        assert json.loads(said.out)["witnessed by"] == [one.name]
    assert open_office(office.root, REVIEWED).root == office.root
