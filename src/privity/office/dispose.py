"""``privity review``: looking at referred rows, and acts on them. Every look and every act is an entry before it has an effect.

Evidence is what the ledger has: the determination of each row, opened and checked. An official signs the RFC 6962 root over the
commitments of the rows that an act is about, so two reviewers who sign the same root saw the same. No act is ever taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from privity import review
from privity.errors import InputError, RefusedError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import batch as batches
from privity.office import determinations, enrol, law, record, witness
from privity.office.keys import ends
from privity.terms import Act, ActKind, Disposition, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.store import Tx

REQUEST_WORDS = ("ordinal", "row", "request_id", "case_id", "engaged_person")


@dataclass(frozen=True, slots=True)
class Official:
    """Who acts: a person, in an office, with their own key."""

    person: str
    office: str
    key: Ed25519PrivateKey


def referred(office: Office, batch: Batch) -> pl.DataFrame:
    """The rows that wait for people: their determinations, and which case and engaged person they belong to."""
    rows = determinations.load(office, batch).filter(pl.col("outcome") == Outcome.REFERRED)
    return rows.join(request_words(office, batch), on="ordinal", how="left", maintain_order="left")


def request_words(office: Office, batch: Batch) -> pl.DataFrame:
    """``ordinal``, ``row``, ``request_id``, ``case_id``, ``engaged_person`` of every row of the batch."""
    parts = [shard.select(REQUEST_WORDS) for shard in batches.read_all(office, batch.id, "requests")]
    words = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(REQUEST_WORDS, pl.String))
    with office.store.read() as tx:
        enrolled = {_folded(row["person"]): row["person"] for row in tx.now("person", agency=batch.agency)}
    named = words["engaged_person"].unique().drop_nulls().to_list()
    known = {name: enrolled[_folded(name)] for name in named if _folded(name) in enrolled}
    return words.with_columns(pl.col("engaged_person").replace(known))  # one person, however a row writes the name


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def choose(rows: pl.DataFrame, *, cases: Collection[str] = (), request_ids: Collection[str] = ()) -> list[int]:
    """The ordinals that a reviewer names, by case or by request id, among referred rows.

    Raises:
        InputError: a case or a request that no referred row belongs to.
    """
    unknown = (set(cases) - set(rows["case_id"].to_list())) | (set(request_ids) - set(rows["request_id"].to_list()))
    if unknown:
        raise InputError(
            f"{len(unknown)} of the cases or requests named have no referred row", remedy="`privity review OFFICE BATCH list` lists them"
        )
    named = pl.col("case_id").is_in(list(cases)) | pl.col("request_id").is_in(list(request_ids))
    return rows.filter(named)["ordinal"].to_list()


# ---------------------------------------------------------------- acts


def evidence_root(tx: Tx, rows: pl.DataFrame, ordinals: Sequence[int]) -> str:
    """The root over the commitments of these rows' determinations, as the ledger has them now."""
    order = dict(zip(rows["ordinal"].to_list(), rows["entry"].to_list(), strict=True))
    first, last = min(order[one] for one in ordinals), max(order[one] for one in ordinals)
    raw = log.read_entries(tx, first, last - first + 1)
    return entries.row_root([entries.decode(raw[order[one] - first]).commitment for one in sorted(ordinals)]).hex()


def act(office: Office, batch: Batch, kind: ActKind, by: Official, ordinals: Sequence[int], ground: str = "") -> int:
    """Sign, check and enter one act; returns its entry. An objection is shown to the witnesses at once; it stands even if none answers.

    Raises:
        RefusedError: the person may not, the office is not held today, or a ground is missing. Nothing is recorded.
        InputError: the act names no referred row.
    """
    rows = determinations.load(office, batch).filter(pl.col("outcome") == Outcome.REFERRED)
    witness.stands(office)
    chosen = tuple(sorted(set(ordinals) & set(rows["ordinal"].to_list())))
    if not chosen:
        raise InputError("the act names no referred row", remedy="`privity review OFFICE BATCH list` lists them")
    with office.store.write() as tx:
        evidence = evidence_root(tx, rows, chosen)
        bare = Act(kind, batch.id, by.person, by.office, office.day, chosen, evidence, ground)
        signed = replace(bare, signature=by.key.sign(review.statement(bare)))
        key = enrol.public_keys(tx, enrol.CUSTODIAN).get(by.person)
        review.admit(signed, enrol.appointments(tx, enrol.CUSTODIAN), key, evidence)
        entry = _enter(office, tx, signed)
    if kind is ActKind.OBJECT:
        witness.ask(office)
    return entry


def _enter(office: Office, tx: Tx, signed: Act) -> int:
    what = Kind.OBJECTION if signed.kind is ActKind.OBJECT else Kind.DISPOSITION
    row: dict[str, entries.Json] = {
        "act": signed.kind.value,
        "batch": signed.batch,
        "person": signed.person,
        "office": signed.office,
        "day": signed.day.isoformat(),
        "rows": list(signed.ordinals),
        "evidence": signed.evidence,
        "ground": signed.ground,
        "signature": signed.signature.hex(),
    }
    index = record.enter(office, tx, what, row, signed.batch)
    seq = tx.add_one(
        "act",
        batch=signed.batch,
        kind=signed.kind.value,
        person=signed.person,
        office=signed.office,
        day=signed.day,
        evidence_digest=signed.evidence,
        signature=signed.signature,
        key=None,
        ground=signed.ground,
        entry=index,
    )
    tx.add("act_row", [{"act": seq, "ordinal": ordinal} for ordinal in signed.ordinals])
    return index


def look(office: Office, batch: Batch, person: str, ordinals: Sequence[int], ground: str = "") -> None:
    """Enter that somebody looked at rows, and why: a look at a record is an inspection (26 USC 6103(b)(7)).

    Raises:
        RefusedError: the person holds no office here today; nothing is entered, and nothing may be shown.
    """
    row: dict[str, entries.Json] = {"batch": batch.id, "person": person, "rows": sorted(ordinals), "day": office.day.isoformat()}
    row |= {"ground": ground} if ground else {}
    with office.store.write() as tx:
        holds_an_office(office, tx, person)
        record.enter(office, tx, Kind.LOOK, row, batch.id)


def holds_an_office(office: Office, tx: Tx, person: str) -> None:
    """Refuse whoever holds no office here today.

    Raises:
        RefusedError: they do not.
    """
    if not any(one.person == person and one.holds_on(office.day) for one in enrol.appointments(tx, enrol.CUSTODIAN)):
        raise RefusedError(f"`{person}` holds no office here on {office.day}", remedy="only people of this office look at its evidence")


# ---------------------------------------------------------------- what stands


def acts_on(tx: Tx, batch: str) -> list[Act]:
    """All acts on a batch, in ledger order."""
    found = tx.rows("act", batch=batch)
    return [
        Act(
            ActKind(row["kind"]),
            batch,
            row["person"],
            row["office"],
            row["day"],
            tuple(each["ordinal"] for each in tx.rows("act_row", act=row["seq"])),
            row["evidence_digest"],
            row["ground"],
            row["signature"] or b"",
        )
        for row in found
    ]


def standing(office: Office, tx: Tx, batch: Batch, rows: pl.DataFrame) -> Disposition:
    """The disposition of each referred row as it stands in this transaction.

    ``rows``: the referred rows, with ``entry`` and ``engaged_person``. An act whose signature does not hold, or whose evidence is no longer
    what the ledger has, counts for nothing; whose key ended, `ends` says.
    """
    sound = ends.counting(tx, acts_on(tx, batch.id))
    intact = {i: evidence_root(tx, rows, one.ordinals) == one.evidence for i, one in enumerate(sound)}
    merged = batch.rows < int(law.in_force(office, tx)[1].numbers.get("merge_intake_below_rows", 0))
    parties = review.Parties(batch.said("intake_officer"), batch.said("signatory"), merged)
    return review.dispose(rows, sound, enrol.appointments(tx, enrol.CUSTODIAN), parties, intact, office.day)
