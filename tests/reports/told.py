"""Disclosures that were recorded afterwards, and a package of each state of custody: what accountings are tried on."""

from __future__ import annotations

from pathlib import Path

from office.small import ANSWERED, Small
from privity.office import enrol, keys, past
from privity.office.place import Office
from privity.office.release import acknowledge, recall
from privity.sample import world
from privity.terms import Appointment

FILE = """
[disclosure]
agency = "us-dhs"
officer = "Lt. Quill"
made = 2025-03-02
requested = 2025-03-01
authority = "26 USC 6103(i)(3)(B)(i)"
purpose = "criminal-investigation"
what = "address"
channel = "telephone"
people = 3
record_ids = ["REC-A", "REC-B"]
"""


def hands(office: Office) -> list[past.Hand]:
    return [past.Hand(who, world.official(office, who).key) for who in (world.REVIEWER, world.APPROVER)]


def staff(office: Office) -> None:
    """Two people of an office that has none yet, and an agency called as the file calls it."""
    enrol.enrol_agency(office, enrol.CUSTODIAN, office.custodian, "custodian")
    enrol.enrol_agency(office, "us-dhs", "The county", "local")
    for who in (world.REVIEWER, world.APPROVER):
        enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(who, keys.new_key(office.root / f"{who}.pem", world.PASSPHRASE))])
        enrol.appoint(office, Appointment(who, world.STAFF[who], world.SINCE), enrol.CUSTODIAN)


def recorded(office: Office, folder: Path, **changed: str) -> int:
    """Enter the disclosure of ``FILE``, some of its lines changed."""
    lines = dict(line.split(" = ", 1) for line in FILE.strip().splitlines()[1:])
    text = "\n".join(["[disclosure]", *(f"{name} = {value}" for name, value in (lines | changed).items() if value)])
    path = folder / "past.toml"
    path.write_text(text)
    return past.enter(office, past.read(office, path), *hands(office))


def record_of(office: Office) -> str:
    """A record id that a package disclosed."""
    from privity.office.reports import read

    return str(read.of_year(office, 2025).answered.drop_nulls("record_id")["record_id"].sort().item(0))


def busy(made: Small, folder: Path) -> Office:
    """Released, one package unacknowledged, one recalled, one recalled unseen, and three disclosures recorded afterwards; one about somebody disclosed here too."""
    office = made.office("released", folder, ANSWERED)
    with office.store.read() as tx:
        packages = [row["package"] for row in tx.rows("package")]
    assert len(packages) >= 3
    acknowledge(office, packages[1], "")
    recall(office, packages[1], "called back")
    recall(office, packages[2], "called back")
    recorded(office, folder)
    recorded(office, folder, made="2025-08-01", record_ids=f'["{record_of(office)}", "REC-A"]', people="2", requested="")
    recorded(office, folder, made="2024-12-31", requested="", people="1", record_ids='["REC-A"]')
    return office
