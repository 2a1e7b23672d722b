"""Things that change between approval and sending, each as an office would enter it; and a package that was entered and waits."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, DATED, RECEIVED, REVIEWED, Small, approve, cases_of
from office.test_release import MOU, STAY
from privity.errors import RefusedError
from privity.office import dispose, enrol, law
from privity.office.batch import Batch
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.rules.facts import SHIPPED
from privity.sample import world
from privity.seal import KeyedSealer, age
from privity.terms import ActKind, Appointment

READING = """id = "another-court"
court = "another court"
case = "a case"
scope = "a test"
regime = "us/26-usc-6103"
from = {day}
last_checked = {day}
status = "in force"
source = "a test"

[switches]
address_disclosable_under_i2 = false
"""
LIFE = '[[life]]\nfrom = {day}\nstate = "ended"\nsource = "a notice"\n\n[[term]]'


def install(office: Office, place: Path, *, numbers: dict[str, int] | None = None, files: dict[str, str] | None = None) -> None:
    """The shipped law with other numbers of the office's policy, or with other files, put in force."""
    folder = Path(shutil.copytree(SHIPPED, place / f"law{len(list(place.glob('law*')))}"))
    for name, text in (files or {}).items():
        (folder / name).write_text(text)
    policy = folder / "policy" / "policy.toml"
    kept = [line for line in policy.read_text().splitlines() if line.split("=")[0].strip() not in (numbers or {})]
    policy.write_text("\n".join([*kept, *(f"{name} = {value}" for name, value in (numbers or {}).items())]) + "\n")
    law.install(office, folder, "a test")


def nothing(_office: Office, _batch: Batch, _place: Path) -> None:
    """Nothing changes."""


def halt(office: Office, _batch: Batch, place: Path) -> None:
    install(office, place, files={"halts/a-stay.toml": STAY.format(day=office.day)})


def reading(office: Office, _batch: Batch, place: Path) -> None:
    install(office, place, files={"readings/another-court.toml": READING.format(day=office.day)})


def roster(office: Office, _batch: Batch, _place: Path) -> None:
    enrol.appoint(office, Appointment(world.APPROVER, world.STAFF[world.APPROVER], world.SINCE, office.day), enrol.CUSTODIAN)


def safeguards(office: Office, _batch: Batch, _place: Path) -> None:
    enrol.determine_safeguards(office, world.AGENCY, "lapsed", "a finding")


def agreement(office: Office, _batch: Batch, place: Path) -> None:
    name = f"agreements/{MOU}/agreement.toml"
    install(office, place, files={name: (SHIPPED / name).read_text().replace("[[term]]", LIFE.format(day=office.day), 1)})


def objection(office: Office, batch: Batch, _place: Path) -> None:
    rows = dispose.referred(office, batch)["ordinal"].to_list()
    dispose.act(office, batch, ActKind.OBJECT, world.official(office, world.COUNSEL), rows, "two people of one name")


def approvers_key(office: Office, _batch: Batch, _place: Path) -> None:
    """An approval by a key that is no longer its person's counts for nothing."""
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(world.APPROVER, bytes(range(32)))])


CHANGES = (halt, reading, roster, safeguards, agreement, objection, approvers_key)


def approved_under_agreement(made: Small, place: Path) -> tuple[Office, Batch]:
    """An office on the answer day: a batch under the agreement, every referred row approved."""
    office = made.office("staffed", place, RECEIVED)
    letter = place / "under.toml"
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), agreement=MOU, dated=DATED))
    batch = submit(office, made.file, letter, intake_officer=world.INTAKE)
    approve(open_office(office.root, REVIEWED), batch)
    return open_office(office.root, ANSWERED), batch


def waiting(office: Office, batch: Batch, place: Path, out: Path) -> str:
    """One package entered and not sent, because a witness is missing; then the office no longer asks for one. Returns its name."""
    install(office, place, numbers={"witness_quorum": 1})
    with pytest.raises(RefusedError, match="witness"):
        release(office, batch, out, KeyedSealer())
    assert not list(out.iterdir()), "a package left before its witness had signed"
    install(office, place, numbers={"witness_quorum": 0})
    with office.store.read() as tx:
        (row,) = tx.rows("package")
    return str(row["package"])


def new_recipient(office: Office, officer: str) -> str:
    """The officer's package key is replaced; returns the new secret."""
    secret, public = age.generate()
    with office.store.read() as tx:
        (kept,) = tx.now("person", person=officer, agency=world.AGENCY)
    enrol.enrol_people(office, world.AGENCY, [enrol.Person(officer, kept["public_key"], public)])
    return secret


TOMORROW = date(2025, 8, 15)
