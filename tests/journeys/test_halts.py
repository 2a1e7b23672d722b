"""Halts, holds, retention and the end of an office on the command line, with exit codes."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from journeys.conftest import Privity
from office.small import ANSWERED, Small
from office.test_release import STAY
from privity.cli.options import PASSPHRASE_VARIABLE
from privity.office.place import open_office
from privity.office.release import destroyed
from privity.sample import world

AS_OF = ("--as-of", ANSWERED.isoformat())
ACT = "D.D.C.; No. 1; 2025-08-12; dissolved"


@pytest.fixture
def office(made: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, world.PASSPHRASE)
    return made.copy("released", tmp_path)


@pytest.fixture
def stay(tmp_path: Path) -> Path:
    path = tmp_path / "stay.toml"
    path.write_text(STAY.format(day=ANSWERED))
    return path


def by(office: Path, person: str) -> tuple[object, ...]:
    return ("--as", person, "--office", world.STAFF[person], "--key", office / f"{person}.pem", *AS_OF)


def test_a_halt_from_its_entry_to_its_end(privity: Privity, office: Path, stay: Path, tmp_path: Path) -> None:
    added = privity("halt", "add", office, stay, *by(office, world.COUNSEL))
    assert added.code == 0, added.err
    assert "in force now; awaits its second signature" in added.out
    assert "already released within its scope: 24 rows" in added.out
    listed = privity("halt", "list", office, "--recall-list", tmp_path / "recall.csv", *AS_OF)
    assert "AWAITS ITS SECOND SIGNATURE, for 0 days" in listed.out
    with (tmp_path / "recall.csv").open(newline="") as file:
        assert sum(int(row["rows"]) for row in csv.DictReader(file) if row["halt"] == "a-stay") == 24
    assert privity("halt", "confirm", office, "a-stay", *by(office, world.COUNSEL)).code == 1
    assert privity("halt", "confirm", office, "a-stay", *by(office, world.REVIEWER)).code == 0
    assert privity("halt", "lift", office, "a-stay", "--act", "over", *by(office, world.COUNSEL)).code == 2
    proposed = privity("halt", "lift", office, "a-stay", "--act", ACT, *by(office, world.COUNSEL))
    assert (proposed.code, "it withholds until another person signs" in proposed.out) == (0, True)
    assert privity("halt", "lift", office, "a-stay", *by(office, world.COUNSEL)).code == 1
    assert f"from {ANSWERED}" in privity("halt", "lift", office, "a-stay", *by(office, world.APPROVER)).out
    (one,) = [each for each in privity("halt", "list", office, "--json", *AS_OF).json["halts"] if each["id"] == "a-stay"]
    assert (one["in_force"], one["to"], one["lifted"]) == (False, ANSWERED.isoformat(), ACT)
    assert [each["act"] for each in one["signatures"]] == ["added", "confirmed", "lift-proposed", "lifted"]
    assert privity("verify", office).code == 0


def test_law_that_lacks_a_halt_is_bad_law(privity: Privity, office: Path, stay: Path) -> None:
    from privity.rules.facts import SHIPPED

    assert privity("halt", "add", office, stay, *by(office, world.COUNSEL)).code == 0
    said = privity("law", "install", office, SHIPPED, "--ground", "an upgrade", *AS_OF)
    assert said.code == 2
    assert "halt `a-stay`: it is not in the folder" in said.err
    assert "to mend: copy the files from law/" in said.err


def test_a_hold_stops_pruning_and_two_end_it(privity: Privity, office: Path) -> None:
    placed = privity("hold", "add", office, "--kind", "exposure", "--scope", "one package", "--ground", "a letter",
                     "--discovered", "2025-08-01", *by(office, world.INTAKE))  # fmt: skip
    assert (placed.code, "hold exposure-1 placed" in placed.out) == (0, True)
    (one,) = privity("hold", "list", office, "--json", *AS_OF).json["holds"]
    assert (one["state"], one["may end from"]) == ("running", "2027-08-02")
    assert privity("retention", office, "--json", *AS_OF).json["holds"] == ["exposure-1"]
    assert privity("close", office, "--ground", "x", *by(office, world.COUNSEL)).code == 1
    assert privity("hold", "end", office, "exposure-1", "--act", "expired", *by(office, world.COUNSEL)).code == 1
    assert privity("hold", "end", office, "exposure-1", "--act", ACT, *by(office, world.COUNSEL)).code == 0
    assert privity("hold", "end", office, "exposure-1", *by(office, world.APPROVER)).code == 0
    assert privity("retention", office, "--apply", *AS_OF).code == 0


def test_an_office_is_closed_and_still_read(privity: Privity, office: Path, made: Small, tmp_path: Path) -> None:
    opened = open_office(office, date(2025, 8, 14))
    with opened.store.read() as tx:
        names = [row["package"] for row in tx.rows("package")]
    for name in names:
        destroyed(opened, name, "nothing is left")
    assert privity("close", office, *by(office, world.APPROVER)).code == 1
    assert privity("close", office, "--ground", "the programme ended", *by(office, world.COUNSEL)).code == 0
    assert "the office is closed" in privity("close", office, *by(office, world.APPROVER)).out
    assert privity("account", office, "--year", "2025").code == 0
    assert privity("verify", office).code == 0
    row = made.truth["request_id"].item(0)
    assert privity("explain", office, row, *AS_OF).code == 2
    shown = privity("explain", office, row, "--as", world.COUNSEL, "--ground", "the inspector asks", "--json", *AS_OF)
    assert json.loads(shown.out)["lines"]
