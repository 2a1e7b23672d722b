"""``privity sample``: before a batch is released, some of its approved rows are held against the case file.

1. *draw* enters the approved rows and how many will be taken: from then on the rows cannot be chosen.
2. *drawn* takes them by a seed from the first checkpoint that a quorum of witnesses signed after that. Without witnesses the seed is the
   office's own checkpoint, which is not unpredictable; whoever shows it says so.
3. *finding*: a reviewer or an inspector, not the intake officer, signs what was seen in the case file for each row taken.
4. One row that is not substantiated refers the whole batch: nothing of it is released until counsel overrules, naming a ground. The row
   itself is not answered unless a later finding substantiates it.

Rows approved later need a draw of their own. A sample refuses; it never approves: every released row has its disposition besides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from privity import review
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.ledger.note import Note
from privity.office import cosigned, dispose, draw, enrol, law, record, witness, witness_roster
from privity.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import polars as pl

    from privity.ledger.entry import Json
    from privity.office.batch import Batch
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.store import Tx

DRAW, DRAWN, FINDING, OVERRULE = "draw", "drawn", "finding", "overrule"
SUBSTANTIATED, NOT = "substantiated", "not substantiated"
MAY = frozenset({"reviewer", "inspector"})
DOCUMENTS = ("charging-document", "court-filing", "final-order", "investigation-report", "other-record", "none")

Step = dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in the case file: a kind of document (``DOCUMENTS``), its date, its SHA-256 if there is a file. No words of it."""

    document: str
    dated: date | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the samples of a batch stand. ``covered``: ordinals in a draw that is large enough; ``open``: taken and without a finding.

    ``failed``: ordinals whose last finding is that they are not substantiated; ``blocked``: a failure that counsel has not overruled.
    """

    covered: frozenset[int]
    waiting: tuple[int, ...]
    open: tuple[int, ...]
    failed: frozenset[int]
    blocked: bool
    predictable: bool


# ---------------------------------------------------------------- drawn


def rows_wanted(office: Office, tx: Tx) -> int:
    """How many rows of each draw are substantiated, by the office's policy; 0: none.

    Raises:
        RefusedError: an office in service whose policy sets no number.
    """
    wanted = int(law.in_force(office, tx)[1].numbers.get("sample_rows", 0))
    if wanted < 1 and not office.trial:
        raise RefusedError(
            "the office's policy sets no sample to substantiate", remedy="set `sample_rows` to 1 or more in policy.toml and install the law"
        )
    return wanted


def begin(office: Office, batch: Batch, approved: pl.DataFrame) -> int:
    """Enter a draw over the approved rows that no earlier draw covers; returns its entry. Which rows are taken is not known yet.

    ``approved``: ``ordinal``, ``entry`` and ``engaged_person`` of every row that stands approved.

    Raises:
        RefusedError: the policy asks for no sample, or a draw covers every approved row already.
    """
    with office.store.write() as tx:
        wanted, stands = rows_wanted(office, tx), standing(office, tx, batch)
        fresh = approved.filter(~approved["ordinal"].is_in(list(stands.covered)))
        if wanted < 1 or fresh.is_empty():
            raise RefusedError("there is nothing to draw", remedy="every approved row is in a draw already, or `sample_rows` is 0")
        strata = {officer: number for number, officer in enumerate(sorted(fresh["engaged_person"].unique().to_list()))}
        rows = [[one["ordinal"], one["entry"], strata[one["engaged_person"]]] for one in fresh.iter_rows(named=True)]
        evidence = dispose.evidence_root(tx, fresh, fresh["ordinal"].to_list())
        return _enter(office, tx, batch, DRAW, {"rows": rows, "size": wanted, "evidence": evidence})


def settle(office: Office, batch: Batch) -> list[int]:
    """Take the rows of every draw whose seed is there now; returns the ordinals taken.

    Raises:
        RefusedError: too few witnesses have signed a checkpoint that covers the draw. It waits; nothing is taken.
    """
    every: list[int] = []
    with office.store.read() as tx:
        entered = [entry for entry, _ in steps(office, tx, batch.id, DRAW)]
    witness.require(office, max(entered, default=-1))  # asks those who have not signed yet
    with office.store.write() as tx:
        done = {step["draw"] for _, step in steps(office, tx, batch.id, DRAWN)}
        for entry, step in [one for one in steps(office, tx, batch.id, DRAW) if one[0] not in done]:
            size, checkpoint, lines = _seed(office, tx, entry)
            seed = draw.seed_of(checkpoint, lines)
            chosen = draw.take(_rows(step), seed, _int(step["size"]))
            said: Step = {
                "draw": entry, "covered": size, "checkpoint": checkpoint, "lines": sorted(lines), "seed": seed.hex(), "rows": chosen,
            }  # fmt: skip
            _enter(office, tx, batch, DRAWN, said)
            every += chosen
    return every


def _seed(office: Office, tx: Tx, entry: int) -> tuple[int, str, list[str]]:
    """The first checkpoint that covers the draw and that enough witnesses have signed: size, text, the lines that hold."""
    needed, s = witness.quorum(office, tx), schema.segment.c
    if needed:
        size = _first_signed(tx, entry, needed)
    else:
        own = (
            select((s.first + s["count"]).label("size")).where(s.first + s["count"] > entry, s.note.is_not(None)).order_by(s.first).limit(1)
        )
        size = next((int(row["size"]) for row in tx.rows(own)), 0)
    note = cosigned.note_at(tx, size)
    if note is None:
        raise RefusedError(
            f"fewer than {needed} witnesses have signed a checkpoint that covers the draw, entry {entry}", remedy="run the step again later"
        )
    written = cosigned.lines_under(tx, size, witness_roster.keys(tx)) if needed else {}
    return size, Note.parse(note).text, [line for one in written.values() for line in one.splitlines()]


def _first_signed(tx: Tx, entry: int, needed: int) -> int:
    """The size of the oldest checkpoint over an entry that so many have signed, each signature verified; 0: none."""
    known, c = witness_roster.keys(tx), schema.cosignature.c
    sizes = tx.rows(select(c.size).where(c.size > entry).group_by(c.size).order_by(c.size))
    return next((row["size"] for row in sizes if len(cosigned.lines_under(tx, row["size"], known)) >= needed), 0)


def _rows(step: Step) -> list[draw.Row]:
    found = step["rows"]
    if not isinstance(found, list):
        raise TypeError("a draw names its rows")
    return [(int(one[0]), int(one[1]), int(one[2])) for one in found]


def _int(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError("a number was expected")
    return value


# ---------------------------------------------------------------- found


def find(office: Office, batch: Batch, rows: pl.DataFrame, ordinal: int, by: Official, finding: str, seen: Seen) -> int:
    """Sign, check and enter what the case file shows of one row that was taken; returns the entry. ``rows``: the referred rows.

    Raises:
        RefusedError: the row was not taken, or the person may not. Nothing is recorded.
        InputError: a finding or a document of no known kind, or a finding that what was seen does not bear.
    """
    _fits(finding, seen)
    with office.store.write() as tx:
        those = taken(office, tx, batch.id)
        if ordinal not in those:
            raise RefusedError("this row was not taken", remedy="`privity sample OFFICE BATCH show` lists those that were")
        (engaged,) = rows.filter(rows["ordinal"] == ordinal)["engaged_person"].to_list()
        _admit(office, tx, by, MAY, (batch.said("intake_officer"), batch.said("signatory"), engaged))
        said: Step = {
            "drawn": those[ordinal], "row": ordinal, "finding": finding, "document": seen.document, "digest": seen.digest,
            "dated": seen.dated.isoformat() if seen.dated else "", "evidence": dispose.evidence_root(tx, rows, [ordinal]),
        }  # fmt: skip
        return _sign(office, tx, batch, FINDING, said, by)


def overrule(office: Office, batch: Batch, by: Official, ground: str) -> int:
    """Counsel lifts the block of a failed sample, naming a ground. The rows that failed stay unanswered; returns the entry.

    Raises:
        RefusedError: no failure stands, no ground is named, or the person is not counsel today.
    """
    with office.store.write() as tx:
        if not standing(office, tx, batch).blocked:
            raise RefusedError("no failure of a sample stands", remedy="there is nothing to overrule")
        if not ground.strip():
            raise RefusedError("to overrule a ground must be named", remedy="state the ground with --ground")
        _admit(office, tx, by, frozenset({review.COUNSEL}), (batch.said("intake_officer"), batch.said("signatory")))
        failures: list[Json] = [entry for entry, step in steps(office, tx, batch.id, FINDING) if step["finding"] == NOT]
        return _sign(office, tx, batch, OVERRULE, {"findings": failures, "ground": ground}, by)


def _fits(finding: str, seen: Seen) -> None:
    if finding not in (SUBSTANTIATED, NOT):
        raise InputError(f"`{finding}` is not a finding", remedy=f"one of: {SUBSTANTIATED}, {NOT}")
    if seen.document not in DOCUMENTS:
        raise InputError(f"`{seen.document}` is not a kind of document", remedy=f"one of: {', '.join(DOCUMENTS)}")
    if finding == SUBSTANTIATED and (seen.document == "none" or seen.dated is None):
        raise InputError("nothing seen substantiates nothing", remedy="say the kind of document and its date")
    if seen.digest and (len(seen.digest) != 64 or set(seen.digest) - set("0123456789abcdef")):  # noqa: PLR2004 - SHA-256 in hexadecimal
        raise InputError("the document's digest is not a SHA-256", remedy="64 hexadecimal digits, as `sha256sum` prints them")


def _admit(office: Office, tx: Tx, by: Official, may: frozenset[str], barred: Sequence[str]) -> None:
    if by.office not in may:
        raise RefusedError(f"the office `{by.office}` cannot do this", remedy=f"offices that can: {', '.join(sorted(may))}")
    if not review.holds(enrol.appointments(tx, enrol.CUSTODIAN), by.person, by.office, office.day):
        raise RefusedError(f"`{by.person}` does not hold the office `{by.office}` on {office.day}", remedy="appoint or delegate first")
    if by.person in barred:
        raise RefusedError(f"`{by.person}` took the batch in, asked for it or is engaged in it", remedy="somebody else does it")


def _sign(office: Office, tx: Tx, batch: Batch, step: str, said: Step, by: Official) -> int:
    whole: Step = {**said, "person": by.person, "office": by.office, "day": office.day.isoformat(), "step": step, "batch": batch.id}
    signature = by.key.sign(statement(whole))
    if not signed(whole | {"signature": signature.hex()}, enrol.public_keys(tx, enrol.CUSTODIAN).get(by.person, b"")):
        raise RefusedError("not signed by this person's enrolled key", remedy="sign with the key whose public half is enrolled")
    return _enter(office, tx, batch, step, said, by, signature)


def statement(step: Step) -> bytes:
    """The bytes that a person signs: the step without its signature, in its one spelling."""
    return entries.canonical({name: value for name, value in step.items() if name != "signature"})


def signed(step: Step, public_key: bytes) -> bool:
    """Whether a step bears its person's signature (Ed25519, raw 32-byte key)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(str(step["signature"])), statement(step))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def _enter(office: Office, tx: Tx, batch: Batch, step: str, said: Step, by: Official | None = None, signature: bytes = b"") -> int:
    """One step: its entry, and its row of the table with the same words."""
    whole: Step = {**said, "step": step, "batch": batch.id, "day": office.day.isoformat()}
    if by is not None:
        whole |= {"person": by.person, "office": by.office, "signature": signature.hex()}
    index = record.enter(office, tx, Kind.SUBSTANTIATION, whole, batch.id)
    tx.add_one("substantiation", batch=batch.id, step=step, day=office.day, entry=index)
    return index


# ---------------------------------------------------------------- what stands


def steps(office: Office, tx: Tx, batch: str, step: str) -> list[tuple[int, Step]]:
    """(entry, what was entered) of the steps of a kind, oldest first; read from the openings, each held against its entry."""
    found = [row["entry"] for row in tx.rows("substantiation", batch=batch, step=step)]
    said = [(entry, json.loads(record.opened(office, tx, entry, 1)[0])) for entry in found]
    if any((one["batch"], one["step"]) != (batch, step) for _, one in said):
        raise TamperError("a step of a sample is not what its entry says", remedy="run `privity verify`")
    return said


def taken(office: Office, tx: Tx, batch: str) -> dict[int, int]:
    """Ordinal taken → the entry that took it."""
    return {_int(row): entry for entry, step in steps(office, tx, batch, DRAWN) for row in _list(step["rows"])}


def findings(office: Office, tx: Tx, batch: str) -> dict[int, str]:
    """Ordinal → its last finding that counts: a failure whoever signed it, anything better only if its signature holds now."""
    sound = {entry for entry, _ in _sound(office, tx, batch, FINDING)}
    every = steps(office, tx, batch, FINDING)
    return {_int(step["row"]): str(step["finding"]) for entry, step in every if entry in sound or step["finding"] == NOT}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []


def _sound(office: Office, tx: Tx, batch: str, kind: str) -> list[tuple[int, Step]]:
    """Findings or overrulings, oldest first, whose signature holds by the key enrolled now. Where none does, the row is open again."""
    keys = enrol.public_keys(tx, enrol.CUSTODIAN)
    return [(entry, step) for entry, step in steps(office, tx, batch, kind) if signed(step, keys.get(str(step.get("person")), b""))]


def failed(office: Office, tx: Tx, batch: str) -> frozenset[int]:
    """The ordinals whose last finding that counts is that they are not substantiated."""
    return frozenset(ordinal for ordinal, finding in findings(office, tx, batch).items() if finding == NOT)


def standing(office: Office, tx: Tx, batch: Batch) -> Standing:
    """Where the samples of a batch stand, in this transaction."""
    wanted = int(law.in_force(office, tx)[1].numbers.get("sample_rows", 0))
    draws = steps(office, tx, batch.id, DRAW)
    enough = [(entry, step) for entry, step in draws if _int(step["size"]) >= wanted]
    settled = steps(office, tx, batch.id, DRAWN)
    found = {_int(step["row"]) for _, step in _sound(office, tx, batch.id, FINDING)}
    failures = [entry for entry, step in steps(office, tx, batch.id, FINDING) if step["finding"] == NOT]
    overruled = max((entry for entry, _ in _sound(office, tx, batch.id, OVERRULE)), default=-1)
    return Standing(
        covered=frozenset(row[0] for _, step in enough for row in _rows(step)),
        waiting=tuple(entry for entry, _ in draws if entry not in {step["draw"] for _, step in settled}),
        open=tuple(sorted(set(taken(office, tx, batch.id)) - found)),
        failed=failed(office, tx, batch.id),
        blocked=any(entry > overruled for entry in failures),
        predictable=any(not step["lines"] for _, step in settled),
    )


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """Findings and overrulings that were not signed by the key that was their person's then: for `privity verify`."""
    enrolled = tx.rows("person", agency=enrol.CUSTODIAN)
    for batch in {row["batch"] for row in tx.rows("substantiation")}:
        for kind in (FINDING, OVERRULE):
            try:
                said = steps(office, tx, batch, kind)
            except TamperError:
                continue  # whoever reads all openings and tables names it
            for entry, step in said:
                keys = [one["public_key"] for one in enrolled if one["person"] == step.get("person") and (one["entry"] or 0) < entry]
                if not keys or not signed(step, keys[-1] or b""):
                    yield f"entry {entry}: the {kind} is not signed by its person's key"


def require(office: Office, tx: Tx, batch: Batch, approved: pl.DataFrame) -> None:
    """Return if every approved row was drawn from, every row taken is substantiated, and no failure stands.

    Raises:
        RefusedError: what is missing. Nothing of the batch is released.
    """
    if rows_wanted(office, tx) < 1 or approved.is_empty():
        return
    stands = standing(office, tx, batch)
    if stands.blocked:
        raise RefusedError(
            "a row of the sample is not substantiated, which refers the whole batch",
            remedy="counsel overrules with `privity sample OFFICE BATCH overrule`, naming a ground, or nothing of it is released",
        )
    uncovered = len(set(approved["ordinal"].to_list()) - stands.covered)
    if uncovered or stands.waiting:
        raise RefusedError(f"{uncovered} approved rows were never drawn from", remedy="run `privity sample OFFICE BATCH draw`")
    if stands.open:
        raise RefusedError(
            f"{len(stands.open)} rows of the sample have no finding",
            remedy="`privity sample OFFICE BATCH show` lists them; enter what the case file shows",
        )
