"""The ledger and its openings → `account.told.Told`. Nothing is read from a table that an entry does not stand behind.

First the ledger itself is verified; then every entry must have an opening, and each opening that is used is held against its entry. What a
table says is not asked: a row of ``batch`` or ``package`` that somebody deleted changes no figure. Purposes stand in the sealed facts,
whose digest every determination names. Anything missing or altered is an error, so no figure is given that cannot be relied on.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from privity.account.told import AGENCIES, ANSWERED, CUSTODY, DECIDED, NOT_STATED, RECEIVED, RECORDED, Kinds, Told, whole_year
from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.ledger.tenure import open_at
from privity.office import batch as batches
from privity.office import determinations, openings
from privity.office.keys import tenures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from privity.office.place import Office
    from privity.store import Tx

STATES = {Kind.ACKNOWLEDGEMENT: "acknowledged", Kind.RECALL: "recalled", Kind.DESTROYED: "destroyed"}
_USED = {Kind.RECEIPT, Kind.INTENT, Kind.IN_FORCE, Kind.RECORDED, *STATES}

Said = dict[str, object]


@dataclass(frozen=True, slots=True)
class File:
    """A file of openings, as the ledger's own entries describe it: first entry, how many, of which kind, of which batch."""

    name: str
    first: int
    count: int
    kind: Kind
    batch: str


@dataclass(slots=True)
class _Rows:
    """Rows as they are found, before they are tables."""

    received: list[tuple[object, ...]] = field(default_factory=list)
    answered: list[tuple[object, ...]] = field(default_factory=list)
    custody: list[tuple[object, ...]] = field(default_factory=list)
    recorded: list[tuple[object, ...]] = field(default_factory=list)
    agencies: dict[str, tuple[object, ...]] = field(default_factory=dict)


def of_year(office: Office, year: int) -> Told:
    """What the ledger says, with the determinations that a calendar year needs.

    Raises:
        TamperError: an entry or an opening is missing or altered.
    """
    return of_period(office, *whole_year(year))


def of_period(office: Office, since: date, through: date) -> Told:
    """What the ledger says, with the determinations of the batches that were received, or disclosed from, in a period.

    Raises:
        TamperError: an entry or an opening is missing or altered.
    """
    with office.store.read() as tx:
        return within(office, tx, since, through)


def within(office: Office, tx: Tx, since: date, through: date) -> Told:
    """Like ``of_period``, as one transaction sees it: for an act that is entered in the same transaction."""
    size, root = verified(office, tx)
    files = list(opening_files(tx, size))
    rows = _Rows()
    for file in files:
        if file.kind in _USED:
            _take(rows, file, opened(office, tx, file))
    received, answered = _frame(rows.received, RECEIVED), _frame(rows.answered, ANSWERED)
    needed = _needed(received, answered, since, through)
    decided = _decided(office, tx, [file for file in files if file.kind is Kind.DETERMINATION and file.batch in needed])
    custody, agencies = _frame(rows.custody, CUSTODY), _frame(list(rows.agencies.values()), AGENCIES)
    return Told(office.origin, size, root, received, decided, answered, custody, agencies, _frame(rows.recorded, RECORDED))


def verified(office: Office, tx: Tx) -> tuple[int, str]:
    """Size and root of the ledger, once every entry and checkpoint in it has been derived again.

    Raises:
        TamperError: something is not as the ledger's own checkpoints say.
    """
    keys = tenures.ledger_keys(tx, office.verifier)
    problem = next(log.verify(tx, keys, office.origin, used=tx.used()), None)
    signed = tx.head().note
    if problem is not None or signed is None:
        raise TamperError(str(problem or "the ledger is empty"), remedy="run `privity verify`")
    found = open_at(signed, keys, office.origin, kept=True)
    return found.size, found.root.hex()


def opening_files(tx: Tx, size: int) -> Iterator[File]:
    """The files of openings, in order: together they open each entry once. Kind and batch are the entries' own.

    Raises:
        TamperError: an entry has no opening, or two.
    """
    at = 0
    for row in sorted(tx.rows("opening_file"), key=lambda one: int(one["first"])):
        first, count = int(row["first"]), int(row["count"])
        if first != at or count < 1:
            raise TamperError(f"entry {min(first, at)} has no opening on record, or two", remedy="run `privity verify`")
        (raw,) = log.read_entries(tx, first, 1) or [b""]
        one = entries.decode(raw)
        yield File(str(row["name"]), first, count, one.kind, one.batch)
        at = first + count
    if at != size:
        raise TamperError(f"entries {at} to {size - 1} have no opening on record", remedy="run `privity verify`")


def opened(office: Office, tx: Tx, file: File) -> list[bytes]:
    """The rows of a file, each held against its entry.

    Raises:
        TamperError: an opening is missing, or does not open its entry.
    """
    kept = openings.cut(office, {"name": file.name, "first": file.first, "count": file.count})
    problem = next(log.mismatches(tx, file.first, kept.salts, kept.rows), None)
    if problem is not None:
        raise TamperError(str(problem), remedy="run `privity verify`")
    return kept.rows


def statements(office: Office) -> list[Said]:
    """What the office issued under its name, oldest first: the rows of the openings.

    Raises:
        TamperError: an opening is missing or altered.
    """
    with office.store.read() as tx:
        files = [file for file in opening_files(tx, tx.head().size) if file.kind is Kind.STATEMENT]
        return [json.loads(raw) for file in files for raw in opened(office, tx, file)]


# ---------------------------------------------------------------- what each kind says


def _take(rows: _Rows, file: File, found: list[bytes]) -> None:
    for entry, raw in enumerate(found, file.first):
        said = json.loads(raw)
        if file.kind is Kind.RECEIPT:
            rows.received.append((said["batch"], said["agency"], said["basis"], date.fromisoformat(said["received"]), said["rows"], entry))
        elif file.kind is Kind.INTENT:
            rows.answered += _answers(said, entry)
        elif file.kind in STATES:
            rows.custody.append((said["package"], STATES[file.kind], date.fromisoformat(said["day"]), entry))
        elif file.kind is Kind.RECORDED:
            rows.recorded.append(recorded_row(said, entry))
        elif said.get("enrols") == "agency":
            rows.agencies[said["agency"]] = (said["agency"], said["name"], said["kind"], entry)


def _answers(said: Said, entry: int) -> Iterator[tuple[object, ...]]:
    """A row for each row that an intent answers; record and determination of those disclosed."""
    lists = [said[name] for name in ("rows", "disclosed", "records", "determinations")]
    rows, disclosed, records, made = (one if isinstance(one, list) else [] for one in lists)
    about = dict(zip(disclosed, zip(records, made, strict=True), strict=True))
    day = date.fromisoformat(str(said["day"]))
    for ordinal in rows:
        record, determination = about.get(ordinal, (None, None))
        yield said["batch"], ordinal, record, ordinal in about, day, said["package"], said["officer"], determination, entry


def recorded_row(said: Said, entry: int) -> tuple[object, ...]:
    """What the entry of a disclosure recorded afterwards says, in the order of ``RECORDED``."""
    days = [date.fromisoformat(str(said[name])) if said[name] else None for name in ("day", "made", "requested")]
    words = [said[name] for name in ("agency", "officer", "authority", "purpose", "what", "channel", "people", "records")]
    return (entry, *days, *words)


def _frame(rows: list[tuple[object, ...]], kinds: Kinds) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=kinds, orient="row")


# ---------------------------------------------------------------- determinations


def _needed(received: pl.DataFrame, answered: pl.DataFrame, since: date, through: date) -> set[str]:
    """Batches received in the period, or from which something was disclosed in it."""
    within = pl.col("day").is_between(since, through)
    return {*received.filter(within)["batch"], *answered.filter(within & pl.col("disclosed"))["batch"]}


def _decided(office: Office, tx: Tx, files: list[File]) -> pl.DataFrame:
    """A row for each determination, with the purpose that its request stated."""
    parts = [pl.DataFrame(schema=DECIDED)]
    seen: defaultdict[str, int] = defaultdict(int)
    for file in files:
        raw = pl.read_ndjson(io.BytesIO(b"\n".join(opened(office, tx, file))), schema=determinations.SCHEMA)
        purposes = _purposes(office, file.batch, seen[file.batch], raw["facts"].unique().to_list())
        seen[file.batch] += 1
        made = raw.with_columns(pl.int_range(file.first, file.first + file.count, dtype=pl.Int64).alias("entry"))
        joined = made.join(purposes, on="ordinal", how="left", maintain_order="left")
        parts.append(joined.select(pl.col(name).cast(kind) for name, kind in DECIDED.items()))
    return pl.concat(parts)


def _purposes(office: Office, batch: str, shard: int, digests: list[str]) -> pl.DataFrame:
    """What the requests of a shard said they were for; what could not be read is not stated. The determinations name the shard's digest."""
    if len(digests) != 1:
        raise TamperError(f"the determinations of batch {batch[:12]} rest on several files of facts", remedy="run `privity verify`")
    facts = batches.read_shard(office, batch, "facts", shard, digests[0])
    said = pl.col("purpose").cast(pl.String) if "purpose" in facts.columns else pl.lit(None, pl.String)
    return facts.select(pl.col("ordinal").cast(pl.UInt32), said.fill_null(NOT_STATED).alias("purpose"))
