"""What a batch is decided on: the law of its day, who signs, under what, for whom: the same at every stage, named in every determination.

The first time, it is read from the office as it stands. Once a batch has its ``examined`` entry, it is read from that entry, so that
a step that was killed, or is looked at years later, rests on the same law, roster and register.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from privity.determine import Asked
from privity.elements.element import Given
from privity.fields import citation
from privity.ledger import entry as entries
from privity.office import batch as batches
from privity.office import enrol, law, record, register
from privity.rules.book import Rulebook, in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.rules.facts import Vocabulary
    from privity.store import Tx

EXAMINED = "examined"
FORMS = ("signed", "attested")


@dataclass(frozen=True, slots=True)
class Basis:
    """What a batch is decided on. ``row`` is the canonical form; its digest stands in every determination."""

    rulebook: Rulebook
    asked: Asked
    office: Mapping[str, object]  # facts that the office knows, by name
    row: Mapping[str, entries.Json]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical row."""
        return sha256(entries.canonical(self.row)).hexdigest()

    @property
    def register(self) -> str:
        """The digest of the register that is asked."""
        return str(self.row["register"])


def basis_of(office: Office, batch: Batch) -> Basis:
    """The basis of a batch: as entered, or, before that, as the office stands."""
    with office.store.read() as tx:
        row = entered(office, tx, batch.id) or _today(office, tx, batch)
    book = law.version(office.root, office.regime, str(row["law"]))
    rulebook = in_force(book, date.fromisoformat(str(row["day"])), agreement=batch.agreement or None, agency=str(row["agency"]))
    return Basis(rulebook, _asked(row), _office_facts(row), row)


def entered(office: Office, tx: Tx, batch: str) -> Mapping[str, entries.Json] | None:
    """The basis in the batch's ``examined`` entry, or None before it."""
    known = batches.shards(tx, batch, EXAMINED)
    if not known:
        return None
    (opening,) = record.opened(office, tx, int(str(known[0]["first_entry"])), 1)
    found = json.loads(opening)["basis"]
    return dict(found)


def _today(office: Office, tx: Tx, batch: Batch) -> Mapping[str, entries.Json]:
    digest, book = law.in_force(office, tx)
    dated = batch.said("dated")
    signed_on = date.fromisoformat(dated) if dated else batch.day
    principal = batch.said("signatory") or None
    # Held when the request was signed, and still when it was received: a date is easily written.
    held = enrol.offices_on(tx, batch.agency, signed_on).get(principal or "", frozenset())
    held &= enrol.offices_on(tx, batch.agency, batch.day).get(principal or "", frozenset())
    return {
        "law": digest,
        "register": register.in_force(office, tx),
        "day": batch.day.isoformat(),
        "principal": principal,
        "offices": sorted(held),
        "action": action_of(batch.basis, book.vocabulary),
        "rows": batch.rows,
        "agency": agency_word(tx, batch.agency, book.vocabulary),
        "signatory_of_agency": bool(held),
        "agreement": batch.agreement or None,
        "agreement_state": book.agreement_state(batch.agreement, batch.day) if batch.agreement else None,
        "rulebook": in_force(book, batch.day, agreement=batch.agreement or None, agency=batch.agency).digest,
    }


def action_of(said: str, vocabulary: Vocabulary) -> str | None:
    """The basis that a request invokes, by its id or its citation; None if it invokes none of this regime's."""
    if said in vocabulary.bases:
        return said
    cited = [str(one) for one in citation.citations(said)]
    return next((basis.id for basis in vocabulary.bases.values() if cited == [basis.cite]), None)


def agency_word(tx: Tx, agency: str, vocabulary: Vocabulary) -> str | None:
    """The vocabulary's word for an agency: its id, or else the kind under which it was enrolled. None if it has no word for it."""
    rows = tx.now("agency", agency=agency)
    known = vocabulary.facts["agency"].values if "agency" in vocabulary.facts else ()
    words = [agency, rows[0]["kind"]] if rows else []
    return next((word for word in words if word in known), None)


def _asked(row: Mapping[str, entries.Json]) -> Asked:
    principal, action, held = row["principal"], row["action"], row["offices"]
    offices = frozenset(str(name) for name in held) if isinstance(held, list) else frozenset[str]()
    name = str(principal) if principal is not None else None
    return Asked(name, str(action) if action is not None else None, {name: offices} if name else {})


def _office_facts(row: Mapping[str, entries.Json]) -> dict[str, object]:
    facts: dict[str, object] = {name: row[name] for name in ("agency", "signatory_of_agency", "agreement_state", "rows")}
    received = date.fromisoformat(str(row["day"]))  # a batch is determined as of the day of its receipt; a release has a day of its own
    return {**facts, "day": received, "received": received}


# ---------------------------------------------------------------- what the envelope told


def envelope_facts(batch: Batch) -> dict[str, object]:
    """Facts that the vocabulary takes from the envelope, by name."""
    dated = batch.said("dated")
    return {
        "dated": date.fromisoformat(dated) if dated else None,
        "in_writing": batch.meta.get("in_writing"),
        "assurance": batch.meta.get("assurance"),
        "form": batch.form if batch.form in FORMS else None,
    }


def given(office: Office, batch: Batch, rulebook: Rulebook) -> Given:
    """What elements may know besides the row."""
    (kept,) = batches.read_all(office, batch.id, "envelope")
    meta = json.loads(kept["meta"].item())
    dated = batch.said("dated")
    predicate = rulebook.vocabulary.facts.get("predicate")
    return Given(
        day=rulebook.day,
        request_day=date.fromisoformat(dated) if dated else None,
        engaged={person: frozenset(cases) for person, cases in meta["engaged"].items()},
        numbers=rulebook.numbers,
        provisions=rulebook.vocabulary.provisions,
        predicates=predicate.values if predicate else (),
    )
