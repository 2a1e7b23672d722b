"""``receive``: a file and its envelope become a batch on record, whatever is wrong with them.

26 USC 6103(p)(3)(A) wants every request accounted for. So the receipt comes first and comes always: a file that cannot be read, an
envelope that is missing a signature or does not fit its file, are received with that said, and nothing of them can
be eligible. Receiving the same file with the same envelope again is the same batch.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from privity import review
from privity.errors import InputError, RefusedError
from privity.intake import envelope as envelopes
from privity.intake.read import read
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.office import batch as batches
from privity.office import enrol, law, record
from privity.office.place import SHARD, Office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.intake.columns import Mapping as ColumnMapping
    from privity.intake.envelope import Submission, Verified
    from privity.intake.read import Batch as Received
    from privity.store import Tx

COLUMNS_KEPT = ("salt", "commitment")  # beside the columns of the request, in a sealed shard
WORDS_OF_THE_SENDER = ("engaged", "headings", "file")  # sealed only: a heading or a file name can name a person


def receive(office: Office, file: Path, envelope: Path, *, intake_officer: str, mapping: ColumnMapping | None = None) -> str:
    """Put a request file on record; returns the batch id.

    Raises:
        InputError: the file or the envelope cannot be read. It is on record as received all the same, and the message says so.
        RefusedError: the intake officer does not hold that office today; nothing is received by someone who may not.
    """
    with office.store.read() as tx:
        if not review.holds(enrol.appointments(tx, enrol.CUSTODIAN), intake_officer, review.INTAKE, office.day):
            raise RefusedError(
                f"`{intake_officer}` is not an intake officer on {office.day}", remedy="name one with --intake-officer, or appoint them"
            )
    digest, batch = identity(office, file, envelope)
    with office.store.read() as tx:
        if tx.rows("batch", batch=batch):
            return batch
        vocabulary = law.in_force(office, tx)[1].vocabulary
    try:
        said = envelopes.parse(envelope)
        received = read(file, vocabulary.columns, mapping)
    except InputError as problem:
        _enter_unreadable(office, batch, digest, intake_officer)
        raise InputError(f"received as batch {batch}, and cannot be read: {problem}", remedy=problem.remedy) from problem
    original = _original(said, envelope)
    _enter(office, batch, received, _verified(office, said, received, original, intake_officer), intake_officer, original)
    return batch


def identity(office: Office, file: Path, envelope: Path) -> tuple[str, str]:
    """The file's digest, and the batch id: the same for the same two files, and meaningless outside the office."""
    digests = []
    for path in (file, envelope):
        try:
            with path.open("rb") as handle:
                digests.append(file_digest(handle, "sha256").hexdigest())
        except OSError:
            raise InputError(f"`{path}` cannot be opened", remedy="check the path") from None
    return digests[0], office.blind("batch", *digests)[:32]


def _verified(office: Office, said: Submission, received: Received, original: bytes | None, intake_officer: str) -> Verified:
    """The envelope held against the file, the keys enrolled for the agency that it names, and the letter it was entered from.

    An attestation is the intake officer's own word: one in another's name is no writing.
    """
    with office.store.read() as tx:
        keys = enrol.public_keys(tx, said.agency)
    letter = sha256(original).hexdigest() if original is not None else ""
    found = envelopes.verify(said, received.source.sha256, _cases(received.requests.frame), keys, original_sha256=letter)
    if said.form == "attested" and said.attested is not None and said.attested.by != intake_officer:
        return replace(found, in_writing=False, problems=(*found.problems, "attested-by-another"))
    return found


def _original(said: Submission, envelope: Path) -> bytes | None:
    """The letter that an attested envelope names, beside it."""
    if said.attested is None or not said.attested.original:
        return None
    path = envelope.parent / Path(said.attested.original).name
    return path.read_bytes() if path.is_file() else None


def _cases(requests: pl.DataFrame) -> Mapping[str, list[str]]:
    """Engaged person → the cases of this file that name them, as the file writes both."""
    pairs = requests.select("engaged_person", "case_id").drop_nulls().unique().sort("engaged_person", "case_id")
    grouped = pairs.group_by("engaged_person", maintain_order=True).agg("case_id")
    return dict(grouped.iter_rows())


def _enter(office: Office, batch: str, received: Received, verified: Verified, intake_officer: str, original: bytes | None) -> None:
    """Seal the rows, then commit receipt and state together. Killed before the commit: nothing is on record, and it is done again."""
    commitments: list[bytes] = []
    digests: list[tuple[int, str]] = []
    for number, shard in enumerate(_shards(received.requests.frame)):
        sealed = _committed(office, shard)
        commitments += sealed["commitment"].to_list()
        digests.append((shard.height, batches.write_shard(office, batch, "requests", number, sealed)))
    defects = batches.write_shard(office, batch, "defects", 0, received.defects.frame)
    said = verified.envelope
    meta = {
        "signatory": said.signatory,
        "dated": said.dated.isoformat() if said.dated else None,
        "assurance": bool(said.facts.get("assurance")),
        "in_writing": verified.in_writing,
        "problems": list(verified.problems),
        "engaged": {person: sorted(cases) for person, cases in verified.engaged.items()},
        "intake_officer": intake_officer,
        "file": received.source.name,
        "mapping": received.source.mapping,
        "headings": list(received.source.headings),
    }
    kept = pl.DataFrame({"meta": [json.dumps(meta, sort_keys=True)], "original": pl.Series([original], dtype=pl.Binary)})
    engaged = batches.write_shard(office, batch, "envelope", 0, kept)
    row: dict[str, entries.Json] = {
        "batch": batch,
        "agency": said.agency,
        "signatory": said.signatory,
        "dated": meta["dated"],
        "basis": said.basis,
        "agreement": said.agreement,
        "file": received.source.sha256,
        "rows": len(received.requests),
        "defects": len(received.defects),
        "root": entries.row_root(commitments).hex() if commitments else None,
        "form": said.form,
        "in_writing": verified.in_writing,
        "problems": list(verified.problems),
        "intake_officer": intake_officer,
        "envelope": engaged,
        "received": office.day.isoformat(),
    }
    with office.store.write() as tx:
        if tx.rows("batch", batch=batch):
            return  # another process was first, with the same files
        index = record.enter(office, tx, Kind.RECEIPT, row, batch)
        short = {name: value for name, value in meta.items() if name not in WORDS_OF_THE_SENDER}
        _add_batch(tx, office, row, short, index)
        for number, (rows, digest) in enumerate(digests):
            tx.add_one("shard", batch=batch, stage="requests", shard=number, rows=rows, digest=digest, first_entry=None, count=0)
        for stage, digest in (("defects", defects), ("envelope", engaged)):
            tx.add_one("shard", batch=batch, stage=stage, shard=0, rows=0, digest=digest, first_entry=None, count=0)


def _shards(requests: pl.DataFrame) -> list[pl.DataFrame]:
    return [requests.slice(start, SHARD) for start in range(0, requests.height, SHARD)]


def _committed(office: Office, shard: pl.DataFrame) -> pl.DataFrame:
    """The rows with a fresh salt and a commitment each: what a receipt's root is made of."""
    salts = office.salts(shard.height)
    commitments = entries.commit_rows(salts, entries.canonical_rows(shard))
    size = entries.SALT
    cut = [salts[i * size : (i + 1) * size] for i in range(shard.height)]
    return shard.with_columns(pl.Series("salt", cut, pl.Binary), pl.Series("commitment", commitments, pl.Binary))


def _enter_unreadable(office: Office, batch: str, digest: str, intake_officer: str) -> None:
    """A receipt for what could not be read: no rows, and no word of it, nor of its name."""
    row: dict[str, entries.Json] = {
        "batch": batch,
        "agency": "unknown",
        "signatory": "",
        "dated": None,
        "basis": "",
        "agreement": "",
        "file": digest,
        "rows": 0,
        "defects": 1,
        "root": None,
        "form": "unreadable",
        "in_writing": False,
        "problems": ["cannot-be-read"],
        "intake_officer": intake_officer,
        "received": office.day.isoformat(),
    }
    with office.store.write() as tx:
        if not tx.rows("batch", batch=batch):
            index = record.enter(office, tx, Kind.RECEIPT, row, batch)
            _add_batch(tx, office, row, {"problems": ["cannot-be-read"], "intake_officer": intake_officer}, index)


def _add_batch(tx: Tx, office: Office, row: Mapping[str, entries.Json], meta: Mapping[str, object], index: int) -> None:
    kept = {name: row[name] for name in ("batch", "agency", "basis", "agreement", "rows", "defects", "form")}
    tx.add_one("batch", **kept, file_sha256=row["file"], received_day=office.day, meta=json.dumps(dict(meta), sort_keys=True), entry=index)
