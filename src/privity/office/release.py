"""``privity release``: every eligible row of a batch is answered, once, on its day, in packages that cannot outrun their entries.

Each package is entered with everything it rests on checked afresh, and sent only if nothing stands in its way by then (``interlock``). A
halt that was entered before a package left withholds it; one that is entered after finds it on its recall list. An intent whose copy
was interrupted is decided again and copied again, the same bytes; without an acknowledgement it counts as disclosed (``custody``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity import release as answers
from privity.errors import RefusedError
from privity.ledger import log
from privity.match.identify import AS_OF
from privity.office import basis, clock, custody, determinations, dispose, enrol, interlock, law, substantiate, witness
from privity.office import batch as batches
from privity.office.answer_day import answer_day
from privity.office.custody import acknowledge, destroyed, recall
from privity.office.interlock import Run
from privity.office.persons import mapping
from privity.terms import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.release import Packet, Sealer

    Progress = Callable[[str, int, int], None]

__all__ = ["acknowledge", "answer_day", "destroyed", "recall", "release"]

PERIODS = "tax_periods"  # the column in which a request says for which periods it asks, where the regime has one


def release(office: Office, batch: Batch, out: Path, sealer: Sealer, progress: Progress = lambda _s, _d, _t: None) -> Mapping[str, int]:
    """Answer a batch; returns how many rows were answered how, and how many are ``withheld``. After a kill, run it again.

    Raises:
        RefusedError: the answer day has not come, rows await review, a sample is not substantiated, an engaged officer has no key that
            the office takes, or too few witnesses have signed. What had not left by then stays.
    """
    witness.stands(office)
    run = _open(office, batch)
    packets = _unanswered(run)
    _ready(run, packets, sealer)
    out.mkdir(parents=True, exist_ok=True)
    _send_what_was_entered(run, out)
    done = 0
    for packet in packets:
        name = interlock.enter(run, packet, sealer)
        _send(run, name, out)
        done += packet.rows.height
        progress("release", done, sum(each.rows.height for each in packets))
    mapping.bring_up_to_date(office)
    return dict(+run.answers)


def _open(office: Office, batch: Batch) -> Run:
    """Load what was entered: determinations, facts, the words of the requests, and the receipt."""
    whole = determinations.load_whole(office, batch)
    rows = determinations.eligible(whole).join(dispose.request_words(office, batch), on="ordinal", how="left", maintain_order="left")
    kept = pl.concat(list(batches.read_all(office, batch.id, "facts"))).join(rows.select("ordinal"), on="ordinal", how="semi")
    rows = rows.join(
        kept.select("ordinal", *(name for name in kept.columns if name == AS_OF)), on="ordinal", how="left", maintain_order="left"
    )
    facts = kept.drop(AS_OF, strict=False)  # no rule reads it: it goes with the answer, and decides nothing
    with office.store.read() as tx:
        receipt = Receipt(batch.id, batch.entry, log.tlog_proof(tx, batch.entry))
    return Run(office, batch, _with_periods(office, batch, rows), facts, receipt, basis.basis_of(office, batch), clock.today())


def _with_periods(office: Office, batch: Batch, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds the periods asked, in the request's own words."""
    shards = list(batches.read_all(office, batch.id, "requests"))
    if not shards or PERIODS not in shards[0].columns:
        return rows
    asked = pl.concat([shard.select("ordinal", pl.col(PERIODS).cast(pl.String)) for shard in shards])
    return rows.join(asked, on="ordinal", how="left", maintain_order="left")


def _unanswered(run: Run) -> list[Packet]:
    """The rows that no package carries yet, cut into packets."""
    with run.office.store.read() as tx:
        size = int(law.in_force(run.office, tx)[1].numbers.get("package_rows", 256))
        answered = [row["ordinal"] for row in tx.rows("package_row", batch=run.batch.id)]
    return list(answers.packets(run.rows.filter(~pl.col("ordinal").is_in(answered)), size))


def _ready(run: Run, packets: list[Packet], sealer: Sealer) -> None:
    """Refuse before anything is done if it could not be finished. Each package is checked again when it is entered."""
    office, batch = run.office, run.batch
    with office.store.read() as tx:
        day = answer_day(batch, law.in_force(office, tx)[1])
        if office.day.isoformat() < day:
            raise RefusedError(f"the answer day of this batch is {day}", remedy="every eligible row is answered on that day, together")
        disposition = interlock.standing(run, tx)
        waiting = disposition.frame["disposition"].null_count()
        if waiting and packets:
            raise RefusedError(
                f"{waiting} referred rows await review", remedy="approve or decline each; nothing is released because a clock ran out"
            )
        officers = {packet.officer for packet in packets}
        missing = {officer for officer in officers if not enrol.recipient_key(tx, officer, batch.agency)}
        if missing:
            raise RefusedError(
                f"{len(missing)} engaged officers have no enrolled key", remedy="enrol their keys with `privity enrol person --recipient`"
            )
        for officer in sorted(officers):
            interlock.recipient_of(run, tx, officer, sealer)
        if packets:
            substantiate.require(office, tx, batch, interlock.approved(run, disposition))


def _send_what_was_entered(run: Run, out: Path) -> None:
    """Packages whose copy was interrupted: the same bytes, again, if they may still go. What was sent is not sent again."""
    with run.office.store.read() as tx:
        states = custody.states(tx)
        mine = [row["package"] for row in tx.rows("package", batch=run.batch.id)]
    for package in (one for one in mine if states.get(one) == custody.INTENT):
        _send(run, package, out, counted=False)


def _send(run: Run, package: str, out: Path, *, counted: bool = True) -> None:
    """Send a package; rows of one that is withheld are counted as that, and no longer as what it would have said."""
    if interlock.send(run, package, out):
        return
    with run.office.store.read() as tx:
        rows = tx.rows("package_row", package=package)
    if counted:
        run.answers.subtract(answers.SAME if row["disclosed"] else answers.NO_DISCLOSURE for row in rows)
    run.answers[custody.WITHHELD] += len(rows)
