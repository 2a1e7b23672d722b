"""``privity submit``: a file and its envelope in, a determination on record for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.office import batch as batches
from privity.office import determinations, disk, witness
from privity.office.decide import decide
from privity.office.receive import identity, receive
from privity.office.register import EMBEDDED

if TYPE_CHECKING:
    from pathlib import Path

    from privity.intake.columns import Mapping
    from privity.office.batch import Batch
    from privity.office.decide import Progress
    from privity.office.place import Office


def submit(
    office: Office,
    file: Path,
    envelope: Path,
    *,
    intake_officer: str,
    mapping: Mapping | None = None,
    progress: Progress = lambda _step, _done, _total: None,
    engine: str = EMBEDDED,
) -> Batch:
    """Receive, examine, identify, determine. Run again after a kill, with the same files, it goes on where it stopped.

    Raises:
        InputError: the file or envelope cannot be read (it is on record all the same), or the office has no register.
        RefusedError: a witness has signed other entries than these, or more. One that is silent stops nothing: a receipt is owed.
    """
    witness.stands(office)
    # Shards lie where their names say: a second process with the same files would write over those that the first has on record.
    with disk.alone(office.root / "batches" / f".{identity(office, file, envelope)[1]}.lock"):
        batch = receive(office, file, envelope, intake_officer=intake_officer, mapping=mapping)
        with office.store.read() as tx:
            found = batches.named(tx, batch)
        decide(office, found, progress, engine)
    return found


def counts(office: Office, batch: Batch) -> pl.DataFrame:
    """``stage``, ``outcome``, ``duty``, ``rows``: what became of a batch."""
    whole = determinations.load(office, batch)
    return whole.group_by("stage", "outcome", "duty").agg(pl.len().alias("rows")).sort("stage", "outcome", "duty")
