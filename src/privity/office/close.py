"""``privity close``: the end of an office. Nothing more is received, determined, released or changed; everything can still be read.

One person proposes, another signs, and both times everything that stands in the way is looked for afresh, in the transaction of the
entry. Afterwards the ledger takes no receipt, determination, disposition or intent and no change of law or register
(``record.require_open``). Reading, verifying, accounting, exporting, custody of packages and a person's account go on: what an office
owes does not end with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import batch as batches
from privity.office import determinations, hold, record, signing
from privity.office.halt import MAY_LIFT
from privity.office.persons import contests, notices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from privity.ledger.entry import Json
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.store import Tx

PROPOSED, CLOSED = "proposed", "closed"
_SETTLED = frozenset({"destroyed"})


def propose(office: Office, ground: str, by: Official) -> int:
    """Propose to close the office; it goes on until another signs.

    Raises:
        InputError: no ground.
        RefusedError: something stands in the way, or the person may not sign.
    """
    if not ground.strip():
        raise InputError("an office is closed on a ground", remedy="say it with --ground")
    return _sign(office, PROPOSED, ground, by)


def close(office: Office, by: Official) -> int:
    """Sign as the second person: the office is closed.

    Raises:
        RefusedError: nothing is proposed, something stands in the way, or the person may not sign.
    """
    with office.store.read() as tx:
        proposed = tx.rows("closing", act=PROPOSED)
    if not proposed:
        raise RefusedError("nobody proposed to close the office", remedy="propose it with `privity close OFFICE --ground`")
    return _sign(office, CLOSED, str(proposed[-1]["ground"]), by, proposed[-1])


def _sign(office: Office, act: str, ground: str, by: Official, first: dict[str, object] | None = None) -> int:
    unanswered = list(_unanswered(office))
    with office.store.write() as tx:
        record.require_open(tx)
        _nothing_stands_in_the_way(office, tx, unanswered)
        row: dict[str, Json] = signing.signed(office, tx, by, MAY_LIFT, {"act": act, "ground": ground})
        if first is not None:
            signing.second(office, tx, row, first)
        index = record.enter(office, tx, Kind.CLOSED, row)
        tx.add_one("closing", **(row | {"day": office.day}), entry=index)
    return index


# ---------------------------------------------------------------- what stands in the way


def _nothing_stands_in_the_way(office: Office, tx: Tx, unanswered: list[str]) -> None:
    hold.require_none(office, tx, "the office is not closed")
    found = [*unanswered, *(problem for look in OBSTACLES for problem in look(office, tx))]
    if found:
        raise RefusedError(f"the office cannot be closed: {'; '.join(found)}", remedy="settle each, then propose again")


def _unanswered(office: Office) -> Iterator[str]:
    """Batches with a row that is not determined, or is eligible and in no package."""
    with office.store.read() as tx:
        known = [batches.named(tx, row["batch"]) for row in tx.rows("batch")]
    for batch in known:
        rows = determinations.load(office, batch)
        with office.store.read() as tx:
            answered = len(tx.rows("package_row", batch=batch.id))
        left = batch.rows - rows.height + determinations.eligible(rows).height - answered
        if left:
            yield f"batch {batch.id[:12]} has {left} rows without an answer"


def _custody(_office: Office, tx: Tx) -> Iterator[str]:
    """Packages that disclose and are not attested destroyed, and packages that were entered and never left."""
    discloses = {row["package"] for row in tx.rows("package_row", disclosed=1)}
    open_ = [
        row["package"]
        for row in tx.now("custody")
        if row["state"] == "intent" or (row["package"] in discloses and row["state"] not in _SETTLED)
    ]
    if open_:
        yield f"{len(open_)} packages are in open custody"


def _persons(office: Office, tx: Tx) -> Iterator[str]:
    """What persons are still owed: notice of what was disclosed while it is delayed, an answer to what they contest."""
    delayed = len(notices.running(tx, office.day))
    contested = sum(row["state"] != contests.RESOLVED for row in tx.now("contest"))
    if delayed:
        yield f"notice of {delayed} packages is delayed"
    if contested:
        yield f"{contested} contests are not resolved"


OBSTACLES: tuple[Callable[[Office, Tx], Iterator[str]], ...] = (_custody, _persons)
"""What else stands in the way of closing: each gives what is open, in words that name no person."""
