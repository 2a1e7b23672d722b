"""What the office says under its own name: that nothing was shared, or a year's figures. A C2SP note by the ledger's key, and entered.

Checked, signed and entered in one transaction, so that nothing can be entered between the look and the signature. The text is in the
opening and the table holds its digest. Anybody with the office's verifier key can check the note, and can hold size and root against a
checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from privity.account import annual as yearly
from privity.account import texts
from privity.errors import InputError, RefusedError
from privity.ledger import entry as entries
from privity.ledger import log, note
from privity.ledger.entry import Kind
from privity.office import enrol, record
from privity.office.reports import forms, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.account.annual import Table
    from privity.account.told import Told
    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

SPOKEN_OF = (Kind.INTENT, Kind.RECORDED)


@dataclass(frozen=True, slots=True)
class Issued:
    """A text that was issued, and the entry that says so."""

    entry: int
    text: str


def nothing_shared(office: Office, agency: str = texts.ANY, through: date | None = None) -> Issued:
    """Say, signed, that nothing was shared with an agency, or with any, through a day (today if none is named).

    Raises:
        RefusedError: an intent or a recorded disclosure is in scope, or may be.
        InputError: the agency is not enrolled, so that the statement would be true of anything; or the day is to come.
        TamperError: an entry or an opening is missing or altered.
    """
    until = through or office.day
    if until > office.day:
        raise InputError("the day is to come", remedy="name today or an earlier day with --through")
    with office.store.write() as tx:
        if agency != texts.ANY and (agency == enrol.CUSTODIAN or not tx.now("agency", agency=agency)):
            raise InputError(f"the agency `{agency}` is not enrolled", remedy="name it as `privity enrol agency` did")
        told = read.within(office, tx, date.min, date.min)  # no determination is needed
        found = _in_scope(told, agency, until)
        if found:
            raise RefusedError(
                f"entry {found[0]} is an intent or a recorded disclosure in that scope", remedy="the accounting says what was disclosed"
            )
        text = texts.nothing_shared(_scope(office, tx, told), agency, until, [str(kind) for kind in SPOKEN_OF])
        signed = note.sign(text, office.signer)
        return issue(office, tx, texts.NOTHING_SHARED, f"agency {agency}; through {until}", signed)


def _in_scope(told: Told, agency: str, until: date) -> list[int]:
    """Entries that stand in the way. An intent whose receipt is gone could be anybody's."""
    asked = told.received.select("batch", "agency")
    intents = told.answered.join(asked, on="batch", how="left").select("entry", "agency", "day")
    recorded = told.recorded.select("entry", "agency", pl.col("made").alias("day"))
    both = pl.concat([intents, recorded]).filter(pl.col("day") <= until)
    mine = both if agency == texts.ANY else both.filter(pl.col("agency").is_null() | (pl.col("agency") == agency))
    return mine["entry"].unique().sort().to_list()


def annual_report(office: Office, year: int) -> Issued:
    """Sign and enter the public figures of a closed calendar year.

    Raises:
        RefusedError: the year has not closed, the regime asks for no such table, or something in the year cannot be reported by it.
        TamperError: an entry or an opening is missing or altered.
    """
    if office.day.year <= year:
        raise RefusedError("the year has not closed", remedy="sign its report in the next year")
    law_now = forms.accounting_law(office)
    with office.store.write() as tx:
        told = read.within(office, tx, date(year, 1, 1), date(year, 12, 31))
        table = yearly.annual(year, told, law_now)
        cite = law_now.annual.cite if law_now.annual else ""
        people = law_now.annual.people if law_now.annual else ""
        text = texts.annual_report(_scope(office, tx, told), year, table.due, cite, entries.canonical(_figures(table, people)).decode())
        return issue(office, tx, texts.ANNUAL_REPORT, f"year {year}", note.sign(text, office.signer))


def _figures(table: Table, people: str) -> dict[str, Json]:
    """The public figures: what the statute asks for, by agency."""
    return {
        row.agency: {yearly.REQUESTS: row.requests, yearly.INSTANCES: row.instances, people: row.people, "purposes": dict(row.purposes)}
        for row in table.rows
    }


def _scope(office: Office, tx: Tx, told: Told) -> texts.Scope:
    (first,) = log.read_entries(tx, 0, 1)
    return texts.Scope(told.origin, told.size, bytes.fromhex(told.root), entries.decode(first).day, office.day)


def issue(office: Office, tx: Tx, kind: str, scope: str, text: str, more: Mapping[str, Json] | None = None) -> Issued:
    """Enter a text that the office issues; the same text is entered once. ``more``: what belongs to it and stands in the opening alone."""
    digest = sha256(text.encode()).hexdigest()
    for known in tx.rows("statement", statement=kind, digest=digest):
        return Issued(known["entry"], text)
    row = {"statement": kind, "scope": scope, "digest": digest, "day": office.day.isoformat()}
    index = record.enter(office, tx, Kind.STATEMENT, {**row, "text": text, **(more or {})})
    tx.add_one("statement", **(row | {"day": office.day}), entry=index)
    return Issued(index, text)


def check(signed: str, vkey: str) -> texts.Statement:
    """What a signed statement says, if the key signed it. Needs no office.

    Raises:
        InputError: not a verifier key.
        TamperError: not signed by it, or no statement.
    """
    return texts.parse(note.verify(signed, [note.Verifier.parse(vkey)]))
