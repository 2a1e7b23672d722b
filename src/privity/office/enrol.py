"""``privity enrol``: agencies, people with their public keys, offices held, safeguards. Each is one transaction and one entry.

Nothing here is ever edited: a change is a new line, and the newest line for an agency or a person counts. An
appointment keeps its dates and the instrument it rests on, so that who held an office on a past day can be answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.office import law, record
from privity.office.keys import ends
from privity.terms import Appointment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

APPOINTMENT_KINDS = ("appointed", "acting", "delegated")
SAFEGUARDS = ("current", "open-findings", "lapsed", "never-determined")
CUSTODIAN_OFFICES = ("intake-officer", "reviewer", "approver", "counsel", "inspector")
CUSTODIAN = "custodian"  # the agency to which the office's own people belong


def enrol_agency(office: Office, agency: str, name: str, kind: str) -> int:
    """Enter an agency. ``agency`` is its id in the vocabulary where that knows it; ``kind``: federal, state, local, custodian."""
    row: dict[str, Json] = {"enrols": "agency", "agency": agency, "name": name, "kind": kind}
    with office.store.write() as tx:
        entry = record.enter(office, tx, Kind.IN_FORCE, row)
        tx.add_one("agency", agency=agency, name=name, kind=kind, entry=entry)
    return entry


@dataclass(frozen=True, slots=True)
class Person:
    """One person to enrol: their signing key (raw, 32 bytes), and the key to which packages for them are encrypted, if they receive any."""

    name: str
    public_key: bytes
    recipient: str = ""


def enrol_people(office: Office, agency: str, people: Sequence[Person]) -> int:
    """Enter people of one agency, an entry each, all or none; returns the first entry."""
    rows = [
        entries.canonical(
            {"enrols": "person", "person": one.name, "agency": agency, "key": one.public_key.hex(), "recipient": one.recipient}
        )
        for one in people
    ]
    with office.store.write() as tx:
        _known_agency(tx, agency)
        _one_name_a_key(tx, agency, people)
        ends.require_none(tx, [key for one in people for key in (one.public_key, one.recipient)])
        first = record.enter_rows(office, tx, Kind.IN_FORCE, rows, office.salts(len(rows)), entries.NO_BATCH).first
        held = (
            {"person": one.name, "agency": agency, "public_key": one.public_key, "recipient": one.recipient or None, "entry": first + i}
            for i, one in enumerate(people)
        )
        tx.add("person", held)
    return first


def _one_name_a_key(tx: Tx, agency: str, people: Sequence[Person]) -> None:
    """Two persons are two keys: a key under two names could sign as both.

    Raises:
        InputError: a key that is or was another's, or that is given twice.
    """
    owners = {row["public_key"]: (row["agency"], row["person"]) for row in tx.rows("person")}
    for one in people:
        if owners.setdefault(one.public_key, (agency, one.name)) != (agency, one.name):
            raise InputError(f"the key of `{one.name}` is enrolled under another name", remedy="each person makes a key of their own")


def appoint(office: Office, appointment: Appointment, agency: str) -> int:
    """Enter that a person holds an office for a time: by appointment, dated delegation, or an instrument for acting officials.

    Raises:
        InputError: an office that nobody defines, a kind without its instrument, or dates out of order.
    """
    _sound(office, appointment)
    row: dict[str, Json] = {
        "enrols": "appointment",
        "person": appointment.person,
        "office": appointment.office,
        "agency": agency,
        "since": appointment.since.isoformat(),
        "until": appointment.until.isoformat() if appointment.until else None,
        "kind": appointment.kind,
        "instrument": appointment.instrument,
    }
    with office.store.write() as tx:
        _known_agency(tx, agency)
        if not tx.now("person", person=appointment.person, agency=agency):
            raise InputError(f"`{appointment.person}` is not enrolled", remedy="enrol the person and their key first")
        entry = record.enter(office, tx, Kind.IN_FORCE, row)
        held = {name: getattr(appointment, name) for name in ("person", "office", "since", "until", "kind", "instrument")}
        tx.add_one("appointment", **held, agency=agency, entry=entry)
    return entry


def determine_safeguards(office: Office, agency: str, state: str, note: str) -> int:
    """Enter the custodian's determination about a recipient's safeguards, for 6103: (p)(4)."""
    if state not in SAFEGUARDS:
        raise InputError(f"`{state}` is not a state of safeguards", remedy=f"one of: {', '.join(SAFEGUARDS)}")
    row: dict[str, Json] = {"enrols": "safeguards", "agency": agency, "state": state, "note": note}
    with office.store.write() as tx:
        _known_agency(tx, agency)
        entry = record.enter(office, tx, Kind.IN_FORCE, row)
        tx.add_one("safeguards", agency=agency, state=state, day=office.day, note=note, entry=entry)
    return entry


def _sound(office: Office, appointment: Appointment) -> None:
    with office.store.read() as tx:
        offices = set(law.in_force(office, tx)[1].vocabulary.offices) | set(CUSTODIAN_OFFICES)
    if appointment.office not in offices:
        raise InputError(f"there is no office `{appointment.office}`", remedy=f"one of: {', '.join(sorted(offices))}")
    if appointment.kind not in APPOINTMENT_KINDS:
        raise InputError(f"`{appointment.kind}` is not a way to hold an office", remedy=f"one of: {', '.join(APPOINTMENT_KINDS)}")
    if appointment.kind != "appointed" and not appointment.instrument:
        raise InputError("an acting official or a delegate needs a dated instrument", remedy="name it with --instrument")
    if appointment.until is not None and appointment.until <= appointment.since:
        raise InputError("the appointment ends before it begins", remedy="check --since and --until")


def _known_agency(tx: Tx, agency: str) -> None:
    if not tx.now("agency", agency=agency):
        raise InputError(f"the agency `{agency}` is not enrolled", remedy="enrol it first: `privity enrol agency`")


# ---------------------------------------------------------------- reading the roster


def appointments(tx: Tx, agency: str | None = None) -> list[Appointment]:
    """Everyone's offices, of one agency or of all."""
    rows = tx.now("appointment") if agency is None else tx.now("appointment", agency=agency)
    return [Appointment(r["person"], r["office"], r["since"], r["until"], r["kind"], r["instrument"]) for r in rows]


def offices_on(tx: Tx, agency: str, day: date) -> dict[str, frozenset[str]]:
    """Person → offices held in an agency on a day."""
    held: dict[str, set[str]] = {}
    for appointment in appointments(tx, agency):
        if appointment.holds_on(day):
            held.setdefault(appointment.person, set()).add(appointment.office)
    return {person: frozenset(offices) for person, offices in held.items()}


def public_keys(tx: Tx, agency: str) -> dict[str, bytes]:
    """Person → the signing key enrolled for them, in one agency."""
    return {r["person"]: r["public_key"] for r in tx.now("person", agency=agency) if r["public_key"]}


def recipient_key(tx: Tx, person: str, agency: str) -> str | None:
    """The key to which packages for an engaged person are encrypted, or None."""
    rows = tx.now("person", person=person, agency=agency)
    return rows[0]["recipient"] if rows else None


def safeguards_of(tx: Tx, agency: str) -> str:
    """The state last determined; ``never-determined`` if none was."""
    rows = tx.now("safeguards", agency=agency)
    return str(rows[0]["state"]) if rows else "never-determined"
