"""An office for trying out, staffed and loaded with the sample, and a signed envelope for a request file.

Everyone here is made up. The custodian's people hold their keys in files, under the passphrase ``PASSPHRASE``; the agency's people
hold theirs in memory. Used by the demo, by tests and by whoever wants an office to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity import sample
from privity.intake import envelope as envelopes
from privity.office import enrol, keys
from privity.office.dispose import Official
from privity.office.init import init
from privity.office.register import load
from privity.rules.facts import SHIPPED
from privity.seal import age
from privity.terms import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from privity.office.place import Office

PASSPHRASE = "for trying out only"
AGENCY = "us-dhs"
SIGNATORY = "secretary"
INTAKE, REVIEWER, APPROVER, COUNSEL = "i.marsh", "r.okafor", "a.lindqvist", "c.ode"
STAFF = {INTAKE: "intake-officer", REVIEWER: "reviewer", APPROVER: "approver", COUNSEL: "counsel"}
SINCE = date(2025, 1, 20)


@dataclass(frozen=True, slots=True)
class Agency:
    """The requesting agency's people: signing keys, and the secret keys that open packages."""

    signatory: Ed25519PrivateKey
    officers: Mapping[str, Ed25519PrivateKey]
    identities: Mapping[str, str]


def staffed(
    root: Path,
    as_of: date,
    officers: Iterable[str],
    register: Path | None = None,
    *,
    store: str | None = None,
    store_owner: str | None = None,
) -> tuple[Office, Agency]:
    """Make an office on a day: its own people appointed, one agency with these engaged officers enrolled, the register loaded.

    ``store``, ``store_owner``: addresses of PostgreSQL, as `office.init.init` takes them.
    """
    office = init(
        root,
        custodian="Office of Disclosure (sample)",
        origin="sample.privity.example/ledger",
        law_root=SHIPPED,
        regime="us/26-usc-6103",
        trial=True,
        as_of=as_of,
        store=store,
        store_owner=store_owner,
    )
    enrol.enrol_agency(office, enrol.CUSTODIAN, office.custodian, "custodian")
    enrol.enrol_agency(office, AGENCY, "Department of Homeland Security", "federal")
    staff = [enrol.Person(person, keys.new_key(root / f"{person}.pem", PASSPHRASE)) for person in STAFF]
    enrol.enrol_people(office, enrol.CUSTODIAN, staff)
    for person, held in STAFF.items():
        enrol.appoint(office, Appointment(person, held, SINCE), enrol.CUSTODIAN)
    agency = _agency(office, officers)
    enrol.determine_safeguards(office, AGENCY, "current", "determined for the sample")
    load(office, [register or sample.paths()["register"]])
    return office, agency


def _agency(office: Office, officers: Iterable[str]) -> Agency:
    signatory = Ed25519PrivateKey.generate()
    signing = {officer: Ed25519PrivateKey.generate() for officer in sorted(officers)}
    pairs = {officer: age.generate() for officer in signing}
    people = [enrol.Person(officer, keys.public(key), pairs[officer][1]) for officer, key in signing.items()]
    enrol.enrol_people(office, AGENCY, [enrol.Person(SIGNATORY, keys.public(signatory)), *people])
    enrol.appoint(office, Appointment(SIGNATORY, "i-2-requester", SINCE), AGENCY)
    return Agency(signatory, signing, {officer: secret for officer, (secret, _) in pairs.items()})


def official(office: Office, person: str) -> Official:
    """One of the custodian's people, with their key opened."""
    return Official(person, STAFF[person], keys.open_key(office.root / f"{person}.pem", PASSPHRASE))


def envelope(
    agency: Agency, file: Path, cases: Mapping[str, Iterable[str]], *, agreement: str = "", dated: date = sample.REQUEST_DAY
) -> str:
    """A signed envelope for a request file, as TOML: each engaged officer signs their own cases, the signatory the whole."""
    digest = sha256(file.read_bytes()).hexdigest()
    drafted = envelopes.draft(
        agency=AGENCY,
        signatory=SIGNATORY,
        dated=dated,
        basis="26 USC 6103(i)(2)",
        agreement=agreement,
        assurance=True,
        file_name=file.name,
        file_sha256=digest,
    )
    for officer, own in sorted(cases.items()):
        drafted = envelopes.sign_cases(drafted, officer, "officer-or-employee", sorted(own), agency.officers[officer])
    return envelopes.as_toml(envelopes.sign(drafted, agency.signatory))
