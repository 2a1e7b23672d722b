"""``privity record``: disclosures that did not pass here, entered afterwards: by telephone, in an emergency, before this office began.

A record is no determination: the machine decided nothing, and nothing here says that the disclosure was lawful. It says what the office
was told, who enters it and who confirms it: two people, each with their own signature. Record ids of the people disclosed are in the
opening alone, so that each person's account can have them; no table and no report shows one. Every other field is a word of a list, a day
or a number.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.account.law import canonical as cited
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.office import enrol, law, record
from privity.office.reports import forms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

CHANNELS = ("telephone", "in person", "letter", "electronic", "emergency", "before adoption")
_LONGEST = 200  # characters of an officer's name or a record id
_FIELDS: Mapping[str, type] = {
    "agency": str, "officer": str, "made": date, "requested": date, "authority": str, "purpose": str, "what": str, "channel": str,
    "people": int, "record_ids": list,
}  # fmt: skip
_OPTIONAL = ("requested", "record_ids")


@dataclass(frozen=True, slots=True)
class Past:
    """One disclosure, as told. ``people``: about how many; ``records``: ids of those who are known, at most so many."""

    agency: str
    officer: str
    made: date
    requested: date | None
    authority: str
    purpose: str
    what: str
    channel: str
    people: int
    records: tuple[str, ...] = field(repr=False)

    def content(self) -> dict[str, Json]:
        """As the opening holds it and as both people sign it."""
        return {
            "agency": self.agency,
            "officer": self.officer,
            "made": self.made.isoformat(),
            "requested": self.requested.isoformat() if self.requested else None,
            "authority": self.authority,
            "purpose": self.purpose,
            "what": self.what,
            "channel": self.channel,
            "people": self.people,
            "records": list(self.records),
        }


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody of this office: with their own key, or with the signature that they made elsewhere."""

    person: str
    key: Ed25519PrivateKey | None = field(default=None, repr=False)
    signature: bytes = b""

    def signs(self, text: bytes) -> bytes:
        """Their signature over a text. One made elsewhere is judged with the enrolled key like any other."""
        return self.key.sign(text) if self.key is not None else self.signature


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded disclosure as the ledger has it: its entry, and the day of the entry."""

    entry: int
    entered: date
    enterer: str
    confirmer: str
    past: Past


# ---------------------------------------------------------------- reading a file


def read(office: Office, path: Path) -> Past:
    """The file that describes one disclosure, under the table ``[disclosure]``.

    Raises:
        InputError: it cannot be read, or a field is missing, unknown, or not what it should be; the field is named and its value is not.
    """
    said = _table(path)
    for name in said:
        if name not in _FIELDS:
            raise _wrong(name, "there is no such field", f"fields are: {', '.join(_FIELDS)}")
    for name, kind in _FIELDS.items():
        if name not in said and name not in _OPTIONAL:
            raise _wrong(name, "is missing", "state it; what is not known is not recorded by guess")
        if name in said and type(said[name]) is not kind:
            raise _wrong(name, f"is not {_PLAIN[kind]}", "see docs/reports.md for an example")
    return _checked(office, said)


_PLAIN = {str: "text", date: "a date such as 2025-03-02, without quotation marks", int: "a whole number", list: "a list of text"}


def _wrong(name: str, what: str, remedy: str) -> InputError:
    return InputError(f"disclosure.{name}: {what}", remedy=remedy)


def _table(path: Path) -> dict[str, object]:
    try:
        whole = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path.name}` cannot be read", remedy="name a TOML file in UTF-8") from None
    except tomllib.TOMLDecodeError:  # its own message can quote the text
        raise InputError(f"`{path.name}` is not TOML", remedy="see docs/reports.md for an example") from None
    said = whole.get("disclosure")
    if not isinstance(said, dict) or set(whole) != {"disclosure"}:
        raise InputError(f"`{path.name}` is not one table `[disclosure]`", remedy="one file records one disclosure")
    return said


def _checked(office: Office, said: Mapping[str, object]) -> Past:
    with office.store.read() as tx:
        agencies = {str(row["agency"]) for row in tx.now("agency")}
        book = law.in_force(office, tx)[1]
    accounting = forms.accounting_law(office)
    purpose = book.vocabulary.facts.get("purpose")
    _among("agency", said, agencies - {enrol.CUSTODIAN}, "enrol the agency first: `privity enrol agency`")
    _among("channel", said, CHANNELS, f"one of: {', '.join(CHANNELS)}")
    _among("what", said, accounting.what, f"one of: {', '.join(accounting.what)}")
    words = (*(purpose.values if purpose else ()), *accounting.purpose_words)
    _among("purpose", said, words, f"one of: {', '.join(words)}")
    authority = cited(str(said["authority"]))
    if not authority:
        raise _wrong("authority", "cites nothing that can be read", "for example 26 USC 6103(i)(3)(B)(i)")
    made, requested, people, records = (said.get(name) for name in ("made", "requested", "people", "record_ids"))
    _in_order(office.day, made, requested)
    ids = _ids(records or [], people)
    return Past(
        str(said["agency"]),
        _line(said, "officer"),
        made if isinstance(made, date) else office.day,
        requested if isinstance(requested, date) else None,
        authority,
        str(said["purpose"]),
        str(said["what"]),
        str(said["channel"]),
        people if isinstance(people, int) else 0,
        ids,
    )


def _among(name: str, said: Mapping[str, object], words: Collection[str], remedy: str) -> None:
    if said[name] not in words:
        raise _wrong(name, "is not a word that this office knows", remedy)


def _line(said: Mapping[str, object], name: str) -> str:
    found = str(said[name])
    if not 0 < len(found) <= _LONGEST or not found.isprintable() or found != found.strip():
        raise _wrong(name, "is empty, longer than a line, or has signs that do not print", "write it on one line")
    return found


def _in_order(today: date, made: object, requested: object) -> None:
    if not isinstance(made, date) or made > today:
        raise _wrong("made", "is later than today", "a disclosure is recorded after it was made")
    if isinstance(requested, date) and requested > made:
        raise _wrong("requested", "is later than the disclosure", "leave it out if nobody asked")


def _ids(records: object, people: object) -> tuple[str, ...]:
    if not isinstance(people, int) or people < 1:
        raise _wrong("people", "is less than one", "about how many people something was disclosed")
    ids = records if isinstance(records, list) else []
    if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in ids) or len(set(ids)) != len(ids):
        raise _wrong("record_ids", "is not a list of different ids", "the register's record ids, each once")
    if len(ids) > people:
        raise _wrong("record_ids", "has more ids than `people` says", "make the two agree")
    return tuple(sorted(ids))


# ---------------------------------------------------------------- entering


def signed_text(past: Past, enterer: str, confirmer: str, day: date, origin: str) -> bytes:
    """The bytes that both people sign: canonical JSON of the content, of who they are, of the day of the entry, and of which ledger."""
    return entries.canonical({**past.content(), "enterer": enterer, "confirmer": confirmer, "day": day.isoformat(), "origin": origin})


def enter(office: Office, past: Past, by: Hand, confirmed: Hand) -> int:
    """Enter one disclosure; returns its entry.

    Raises:
        RefusedError: fewer than two people, one who holds no office here today, a key that is not theirs, or a record that is there
        already.
    """
    if by.person == confirmed.person:
        raise RefusedError("the same person enters and confirms", remedy="a second person of this office confirms")
    text = signed_text(past, by.person, confirmed.person, office.day, office.origin)
    signatures = [hand.signs(text) for hand in (by, confirmed)]
    name = office.blind("recorded", entries.canonical(past.content()).decode())[:32]
    row: dict[str, Json] = {
        **past.content(),
        "recorded": name,
        "day": office.day.isoformat(),
        "enterer": by.person,
        "confirmer": confirmed.person,
    }
    row |= {"signatures": [one.hex() for one in signatures]}
    with office.store.write() as tx:
        for known in tx.rows("recorded", recorded=name):
            raise RefusedError(
                f"this disclosure is on record as entry {known['entry']}", remedy="two like it differ in day, officer or people"
            )
        for hand, signature in zip((by, confirmed), signatures, strict=True):
            _may(office, tx, hand.person, text, signature)
        index = record.enter(office, tx, Kind.RECORDED, row)
        kept = {name: value for name, value in row.items() if name not in ("records", "signatures", "day", "made", "requested")}
        tx.add_one("recorded", **kept, made=past.made, requested=past.requested, entry=index)
    return index


def _may(office: Office, tx: Tx, person: str, text: bytes, signature: bytes) -> None:
    if not any(one.person == person and one.holds_on(office.day) for one in enrol.appointments(tx, enrol.CUSTODIAN)):
        raise RefusedError(f"`{person}` holds no office here on {office.day}", remedy="only people of this office record disclosures")
    if not _signed(enrol.public_keys(tx, enrol.CUSTODIAN).get(person, b""), text, signature):
        raise RefusedError(
            f"the record is not signed by the enrolled key of `{person}`", remedy="sign with the key whose public half is enrolled"
        )


def _signed(key: bytes, text: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---------------------------------------------------------------- reading back


def every(office: Office, tx: Tx) -> Iterator[Recorded]:
    """All recorded disclosures, from their openings, each held against its entry.

    Raises:
        TamperError: an opening is missing or altered.
    """
    for file in tx.rows("opening_file", kind=str(Kind.RECORDED)):
        for entry, raw in enumerate(record.opened(office, tx, int(file["first"]), int(file["count"])), int(file["first"])):
            said = json.loads(raw)
            yield Recorded(entry, date.fromisoformat(said["day"]), said["enterer"], said["confirmer"], _past(said))


def about(office: Office, tx: Tx, record_id: str) -> list[Recorded]:
    """The recorded disclosures about one person, oldest entry first. What was recorded without ids is not here: it can be about anybody.

    Raises:
        TamperError: an opening is missing or altered.
    """
    return sorted((one for one in every(office, tx) if record_id in one.past.records), key=lambda one: one.entry)


def _past(said: Mapping[str, object]) -> Past:
    made, requested = date.fromisoformat(str(said["made"])), said["requested"]
    records, people = said["records"], said["people"]
    return Past(
        agency=str(said["agency"]),
        officer=str(said["officer"]),
        made=made,
        requested=date.fromisoformat(str(requested)) if requested else None,
        authority=str(said["authority"]),
        purpose=str(said["purpose"]),
        what=str(said["what"]),
        channel=str(said["channel"]),
        people=int(str(people)),
        records=tuple(records) if isinstance(records, list) else (),
    )


def unsigned(office: Office, tx: Tx) -> Iterator[str]:
    """What two people did not sign with keys that were theirs then, a line each; for `privity verify`."""
    for file in tx.rows("opening_file", kind=str(Kind.RECORDED)):
        try:
            (raw,) = record.opened(office, tx, int(file["first"]), int(file["count"]))
        except TamperError:
            continue  # named by whoever reads them all
        if not _both_signed(office, tx, json.loads(raw), int(file["first"])):
            yield f"entry {file['first']}: the record is not signed by two people's own keys"


def _both_signed(office: Office, tx: Tx, said: Mapping[str, object], entry: int) -> bool:
    past, people = _past(said), (str(said["enterer"]), str(said["confirmer"]))
    text = signed_text(past, *people, date.fromisoformat(str(said["day"])), office.origin)
    signatures = said["signatures"]
    made = [bytes.fromhex(one) for one in signatures] if isinstance(signatures, list) else []
    return len(set(people)) == len(made) and all(
        _signed(_key_then(tx, who, entry), text, one) for who, one in zip(people, made, strict=True)
    )


def _key_then(tx: Tx, person: str, entry: int) -> bytes:
    """The key that was theirs when the entry was made: a new one does not undo what the old one signed."""
    rows = tx.rows("person", person=person, agency=enrol.CUSTODIAN)
    return next((row["public_key"] or b"" for row in reversed(rows) if (row["entry"] or 0) < entry), b"")
