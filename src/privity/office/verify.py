"""``privity verify``: every entry, opening, signature and file of an office read again; what is wrong is named by index.

Rests on nothing that the office believes about itself but its keys: the ledger's checkpoints are derived again from its entries, each
opening is held against its entry, each receipt against the rows that were sealed, each act against its signature, each package against
its bytes. A checkpoint note that was kept elsewhere (``held``) also shows an end that was cut off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from privity import review
from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.office import (
    acknowledgement,
    bounds,
    cosigned,
    determinations,
    dispose,
    enrol,
    halt,
    law,
    past,
    record,
    register,
    signing,
    substantiate,
    tables,
    witnessed,
)
from privity.office import batch as batches
from privity.office.keys import check, tenures
from privity.office.openings import cut
from privity.office.persons import checking, contests, officers
from privity.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.store import Tx


Check = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and what is wrong with it (empty: nothing)."""

    entries: int
    openings: int
    batches: int
    acts: int
    packages: int
    problems: tuple[str, ...]


def verify(office: Office, held: Sequence[str] = ()) -> Verified:
    """Read everything again. ``held``: checkpoint notes kept elsewhere; the newest that is kept beside the database is one of them."""
    with office.store.read() as tx:
        found = [problem for part, checked in _checks(office, tx, held) for problem in _finished(part, checked)]
        openings, rows = tx.rows("opening_file"), _rows(tx, "batch")
        acts, packages, size = _rows(tx, "act"), _rows(tx, "package"), tx.head().size
    for row in rows:
        found += _finished(f"entry {row['entry']}: its batch", partial(_named_batch, office, str(row["batch"])))
    return Verified(size, sum(row["count"] for row in openings), len(rows), len(acts), len(packages), tuple(found))


def _checks(office: Office, tx: Tx, held: Sequence[str]) -> Iterator[tuple[str, Check]]:
    """Each part of an office, and what finds the problems in it."""
    yield "the checkpoints held elsewhere", lambda: witnessed.problems(office, tx, cosigned.newest_on_file(tx))
    yield "the witnesses' lines", lambda: cosigned.problems(tx)
    yield "the ledger", lambda: _ledger(office, tx, held)
    yield "the tables", lambda: _unreadable(tx)
    yield "the openings", lambda: _uncovered(tx.rows("opening_file"), tx.head().size)
    for row in tx.rows("opening_file"):
        yield f"entries from {row['first']}: their openings", partial(_opening, office, tx, row)
    yield "the tables", lambda: tables.differences(office, tx)
    yield "the keys", lambda: check.differences(office, tx)
    yield "the signed acts of the office", lambda: signing.differences(office, tx)
    yield "the halts", lambda: halt.differences(office, tx)
    yield "the samples", lambda: substantiate.differences(office, tx)
    yield "the acknowledgements", lambda: acknowledgement.differences(office, tx)
    for row in _rows(tx, "batch"):
        yield f"entry {row['entry']}: the acts on its batch", partial(_acts, tx, str(row["batch"]))
    for row in _rows(tx, "package"):
        yield f"entry {row['entry']}: its package", partial(_package, office, row)
    for row in _rows(tx, "in_force", kind="law"):
        yield f"entry {row['entry']}: the law that it names", partial(_law, office, row["digest"])
    yield "the register", lambda: register.differences(office, tx)
    yield "the map of disclosures", lambda: checking.differences(office, tx)
    yield "the acts for persons", lambda: officers.differences(office, tx)
    yield "the contests", lambda: contests.differences(tx)
    yield "what was recorded afterwards", lambda: past.unsigned(office, tx)


def _finished(part: str, checked: Check) -> Iterator[str]:
    """The problems of a part. Whatever an altered table makes a check do, it is one problem more and stops no other check."""
    try:
        yield from checked()
    except TamperError as error:
        yield f"{part}: {error}"
    except Exception as error:  # noqa: BLE001 - its message may hold what somebody wrote into a table: only its kind is told
        yield f"{part}: cannot be read to the end ({type(error).__name__})"


def _rows(tx: Tx, table: str, **where: object) -> list[dict[str, Any]]:
    """The rows of a table; none if somebody altered one so that it cannot be read, which `_unreadable` names."""
    try:
        return tx.rows(table, **where)
    except ValueError:
        return []


def _unreadable(tx: Tx) -> Iterator[str]:
    """Rows in which a day is no day any more."""
    for table in (one for one in schema.metadata.sorted_tables if "entry" in one.c):
        if not _rows(tx, table.name):
            rested = [row["entry"] for row in tx.rows(select(table.c.entry))]
            bad = [entry for entry in rested if not _rows(tx, table.name, entry=entry)]
            yield from (f"entry {entry}: its row of `{table.name}` cannot be read" for entry in bad)


def _ledger(office: Office, tx: Tx, held: Sequence[str]) -> Iterator[str]:
    keys = tenures.ledger_keys(tx, office.verifier)
    yield from (str(problem) for problem in log.verify(tx, keys, office.origin, held=held, used=tx.used()))


def _named_batch(office: Office, name: str) -> list[str]:
    with office.store.read() as tx:
        batch = batches.named(tx, name)
    return _batch(office, batch)


def _opening(office: Office, tx: Tx, row: dict[str, object]) -> Iterator[str]:
    """Each opening opens its own entry."""
    first = int(str(row["first"]))
    try:
        kept = cut(office, row)
    except TamperError as error:
        yield f"entries from {first}: their openings cannot be read: {error}"
        return
    for problem in log.mismatches(tx, first, kept.salts, kept.rows):
        yield str(problem)


def _uncovered(openings: Sequence[dict[str, object]], size: int) -> Iterator[str]:
    """Every entry has an opening: a lost one is a finding."""
    at = 0
    for row in sorted(openings, key=lambda one: int(str(one["first"]))):
        first, count = int(str(row["first"])), int(str(row["count"]))
        if first != at:
            yield f"entries {at} to {first - 1}: no opening is on record" if first > at else f"entry {first}: opened twice"
        at = max(at, first + count)
    if at < size:
        yield f"entries {at} to {size - 1}: no opening is on record"


def _batch(office: Office, batch: Batch) -> list[str]:
    """The sealed rows are those of the receipt, and what was determined is about them."""
    about = f"entry {batch.entry}: batch {batch.id[:12]}"
    try:
        return [f"{about}: {what}" for what in (*_receipt(office, batch), *_determined(office, batch), *_unrecorded(office, batch))]
    except TamperError as error:
        return [f"{about}: {error}"]


def _receipt(office: Office, batch: Batch) -> Iterator[str]:
    commitments: list[bytes] = []
    for shard in batches.read_all(office, batch.id, "requests"):
        rows = entries.canonical_rows(shard.drop("salt", "commitment"))
        made = entries.commit_rows(b"".join(shard["salt"].to_list()), rows)
        if made != shard["commitment"].to_list():
            yield "rows are not what was committed to"
        commitments += made
    with office.store.read() as tx:
        (opening,) = record.opened(office, tx, batch.entry, 1)
        kept = {one["digest"] for one in batches.shards(tx, batch.id, "envelope")}
    root, envelope = (json.loads(opening).get(name) for name in ("root", "envelope"))
    if envelope is not None and envelope not in kept:
        yield "the envelope on file is not its envelope"
    if root != (entries.row_root(commitments).hex() if commitments else None):
        yield "the rows on file are not the rows of the receipt"


def _determined(office: Office, batch: Batch) -> Iterator[str]:
    rows = determinations.load(office, batch)
    at = 0
    for number, shard in enumerate(batches.read_all(office, batch.id, "requests")):
        part = rows.slice(at, shard.height)
        if part.height and part["request"].to_list() != [one.hex() for one in shard["commitment"].to_list()]:
            yield f"determinations of shard {number} are about other requests"
        at += shard.height
    with office.store.read() as tx:
        facts = {str(one["digest"]) for one in batches.shards(tx, batch.id, "facts")}
        bound = bounds.digest(tx, batch.id)
    if not set(rows["facts"].unique().to_list()) <= facts:
        yield "determinations rest on facts that are not on file"
    if set(rows["bound"].unique().to_list()) - {bound}:
        yield "the error bound on file is not the one that its determinations name"
    for stage in ("facts", "envelope", "defects", "attempts"):
        for _ in batches.read_all(office, batch.id, stage):
            pass  # opening a shard checks its digest


def _unrecorded(office: Office, batch: Batch) -> Iterator[str]:
    """Of a finished batch every sealed file is on record; before that one may be waste of a step that was killed."""
    with office.store.read() as tx:
        known = {(str(row["stage"]), int(str(row["shard"]))) for row in tx.rows("shard", batch=batch.id)}
    stages = [stage for stage, _ in known]
    finished = stages.count("determined") == stages.count("requests") > 0
    for path in sorted(office.batch_folder(batch.id).glob("*/*.sealed")) if finished else ():
        if (path.parent.name, int(path.stem)) not in known:
            yield f"{path.parent.name}/{path.name} is on no record"


def _acts(tx: Tx, batch: str) -> Iterator[str]:
    enrolled = tx.rows("person", agency=enrol.CUSTODIAN)
    for row, act in zip(tx.rows("act", batch=batch), dispose.acts_on(tx, batch), strict=True):
        # The key that was theirs when they acted: a new one does not undo what the old one signed.
        keys = [one["public_key"] for one in enrolled if one["person"] == act.person and (one["entry"] or 0) < (row["entry"] or 0)]
        if not keys or not review.signed_by(act, keys[-1] or b""):
            yield f"entry {row['entry']}: the act is not signed by its person's key"


def _package(office: Office, row: dict[str, object]) -> Iterator[str]:
    files = list((office.root / "packages").glob(f"{row['package']}.*"))
    if not files:
        yield f"entry {row['entry']}: package {str(row['package'])[:12]}: its ciphertext is missing"
    elif all(sha256(file.read_bytes()).hexdigest() != row["digest"] for file in files):  # a killed step may have left another
        yield f"entry {row['entry']}: package {str(row['package'])[:12]}: its ciphertext is not what the entry says"


def _law(office: Office, digest: str) -> Iterator[str]:
    try:
        law.version(office.root, office.regime, digest)
    except TamperError as error:
        yield str(error)
