"""``privity verify``: every entry, opening, signature and file of an office read again; what is wrong is named by index.

Rests on nothing that the office believes about itself but its keys: the ledger's checkpoints are derived again from its entries, each
opening is held against its entry, each receipt against the rows that were sealed, each act against its signature, each package against
its bytes. A checkpoint note that was kept elsewhere (``held``) also shows an end that was cut off.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from privity import review
from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.office import acknowledgement, bounds, determinations, dispose, enrol, law, record, register, substantiate, tables
from privity.office import batch as batches
from privity.store import archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.store import Tx


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
    """Read everything again. ``held``: checkpoint notes kept elsewhere."""
    with office.store.read() as tx:
        found = [str(problem) for problem in log.verify(tx, [office.verifier], office.origin, held=held, used=tx.used())]
        openings = tx.rows("opening_file")
        found += [problem for row in openings for problem in _opening(office, tx, row)]
        found += _uncovered(openings, tx.head().size)
        found += tables.differences(office, tx)
        found += [*acknowledgement.differences(office, tx), *substantiate.differences(office, tx)]
        known = [batches.named(tx, row["batch"]) for row in tx.rows("batch")]
        acts, packages = tx.rows("act"), tx.rows("package")
        found += [problem for one in known for problem in _acts(tx, one.id)]
        found += [problem for row in packages for problem in _package(office, row)]
        found += [problem for row in tx.rows("in_force", kind="law") for problem in _law(office, row["digest"])]
        found += register.differences(office, tx)
        size = tx.head().size
    for one in known:
        found += _batch(office, one)
    return Verified(size, sum(row["count"] for row in openings), len(known), len(acts), len(packages), tuple(found))


def _opening(office: Office, tx: Tx, row: dict[str, object]) -> Iterator[str]:
    """Each opening opens its own entry."""
    first = int(str(row["first"]))
    try:
        kept = archive.read(office.openings(), office.archive_key, str(row["name"]))
    except TamperError as error:
        yield f"entries from {first}: their openings cannot be read: {error}"
        return
    if kept.first != first or len(kept.rows) != row["count"]:
        yield f"entries from {first}: their openings are of other entries"
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
    try:
        return [*_receipt(office, batch), *_determined(office, batch)]
    except TamperError as error:
        return [f"batch {batch.id[:12]}: {error}"]


def _receipt(office: Office, batch: Batch) -> Iterator[str]:
    commitments: list[bytes] = []
    for shard in batches.read_all(office, batch.id, "requests"):
        rows = entries.canonical_rows(shard.drop("salt", "commitment"))
        made = entries.commit_rows(b"".join(shard["salt"].to_list()), rows)
        if made != shard["commitment"].to_list():
            yield f"batch {batch.id[:12]}: rows are not what was committed to"
        commitments += made
    with office.store.read() as tx:
        (opening,) = record.opened(office, tx, batch.entry, 1)
        kept = {one["digest"] for one in batches.shards(tx, batch.id, "envelope")}
    root, envelope = (json.loads(opening).get(name) for name in ("root", "envelope"))
    if envelope is not None and envelope not in kept:
        yield f"entry {batch.entry}: the envelope on file is not the envelope of batch {batch.id[:12]}"
    if root != (entries.row_root(commitments).hex() if commitments else None):
        yield f"entry {batch.entry}: the rows on file are not the rows of the receipt"


def _determined(office: Office, batch: Batch) -> Iterator[str]:
    rows = determinations.load(office, batch)
    at = 0
    for number, shard in enumerate(batches.read_all(office, batch.id, "requests")):
        part = rows.slice(at, shard.height)
        if part.height and part["request"].to_list() != [one.hex() for one in shard["commitment"].to_list()]:
            yield f"batch {batch.id[:12]}: determinations of shard {number} are about other requests"
        at += shard.height
    with office.store.read() as tx:
        facts = {str(one["digest"]) for one in batches.shards(tx, batch.id, "facts")}
        bound = bounds.digest(tx, batch.id)
    if not set(rows["facts"].unique().to_list()) <= facts:
        yield f"batch {batch.id[:12]}: determinations rest on facts that are not on file"
    if set(rows["bound"].unique().to_list()) - {bound}:
        yield f"batch {batch.id[:12]}: the error bound on file is not the one that its determinations name"
    for stage in ("facts", "envelope", "defects", "attempts"):
        for _ in batches.read_all(office, batch.id, stage):
            pass  # opening a shard checks its digest


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
        yield f"package {str(row['package'])[:12]}: its ciphertext is missing"
    elif sha256(files[0].read_bytes()).hexdigest() != row["digest"]:
        yield f"package {str(row['package'])[:12]}: its ciphertext is not what entry {row['entry']} says"


def _law(office: Office, digest: str) -> Iterator[str]:
    try:
        law.version(office.root, office.regime, digest)
    except TamperError as error:
        yield str(error)
