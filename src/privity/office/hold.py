"""``privity hold``: while litigation or an exposure runs, nothing is deleted, no key is destroyed, no office is closed.

Placed on one signature, because keeping is the safe side; ended by two persons, on a docketed act or after its last day. The
scope is for people: while any hold runs, the machine deletes nothing at all. An exposure runs two years from the day on which the person
discovered it (26 USC 7431(d)); a day of discovery that is not known sets no end. A hold never ends because a day has passed:
the day only lets two persons end it without a court's act. Holds withhold no answer; that is a halt (``office.halt``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import enrol, record, signing
from privity.office.halt import MAY_LIFT, counsel, docketed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.ledger.entry import Json
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.store import Tx

LITIGATION, EXPOSURE = "litigation", "exposure"
KINDS = (LITIGATION, EXPOSURE)
PLACED, PROPOSED, ENDED = "placed", "end-proposed", "ended"
EXPIRED = "expired"
YEARS = 2  # 26 USC 7431(d): from the date of discovery by the plaintiff
MAY_PLACE = frozenset(enrol.CUSTODIAN_OFFICES)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold: the row that placed it, the open proposal to end it, and the row that ended it."""

    name: str
    placed: Mapping[str, object]
    proposed: Mapping[str, object] | None
    ended: Mapping[str, object] | None

    @property
    def running(self) -> bool:
        """Whether it still keeps everything."""
        return self.ended is None

    @property
    def until(self) -> date | None:
        """The first day on which two persons may end it as expired; None if no day does."""
        found = self.placed["until"]
        return found if isinstance(found, date) else None


def all_holds(tx: Tx) -> list[Hold]:
    """Every hold ever placed, in order."""
    rows: dict[str, list[dict[str, object]]] = {}
    for row in tx.rows("hold"):
        rows.setdefault(row["hold"], []).append(row)
    return [_fold(name, those) for name, those in rows.items()]


def _fold(name: str, rows: list[dict[str, object]]) -> Hold:
    last = {str(row["act"]): row for row in rows}
    return Hold(name, rows[0], last.get(PROPOSED), last.get(ENDED))


def require_none(office: Office, tx: Tx, what: str) -> None:
    """Refuse while any hold runs. Whoever deletes, destroys a key or closes the office asks this in the transaction of its entry.

    ``what``: what is refused, as a message says it: ``no register is pruned``.

    Raises:
        RefusedError: naming the holds.
    """
    running = [one.name for one in all_holds(tx) if one.running]
    if running:
        raise RefusedError(
            f"{what} while a hold runs: {', '.join(running)} ({office.day})", remedy="`privity hold list` shows them; two persons end one"
        )


# ---------------------------------------------------------------- placed


def add(office: Office, kind: str, scope: str, ground: str, discovered: date | None, by: Official) -> str:
    """Place a hold at once; returns its name.

    Args:
        office: the office.
        kind: litigation or exposure.
        scope: what it is about, in words that name no person.
        ground: why: a docket, a letter, a finding.
        discovered: of an exposure, the day on which the person discovered it; None if that is not known.
        by: who signs, in any office of the custodian.

    Raises:
        InputError: a kind that there is not, or no scope or ground, or a day that has not come.
        RefusedError: the person may not sign.
    """
    if kind not in KINDS:
        raise InputError(f"`{kind}` is not a kind of hold", remedy=f"one of: {', '.join(KINDS)}")
    if not scope.strip() or not ground.strip():
        raise InputError("a hold needs a scope and a ground", remedy="say both; neither names a person")
    if discovered is not None and (kind != EXPOSURE or discovered > office.day):
        raise InputError("only an exposure has a day of discovery, and it is not a day to come", remedy="leave out --discovered")
    until = _years_after(discovered) if discovered else None
    with office.store.write() as tx:
        name = f"{kind}-{1 + len({row['hold'] for row in tx.rows('hold', kind=kind)})}"
        said = _said(name, PLACED, kind, scope, ground, discovered, until)
        _enter(office, tx, signing.signed(office, tx, by, MAY_PLACE, said))
    return name


def _years_after(day: date) -> date:
    """The first day after the time in which an action may be brought; of a 29 February, 1 March of a year that has none."""
    try:
        last = day.replace(year=day.year + YEARS)
    except ValueError:
        last = date(day.year + YEARS, 3, 1)
    return date.fromordinal(last.toordinal() + 1)


# ---------------------------------------------------------------- ended


def propose_end(office: Office, name: str, act: str, by: Official) -> int:
    """Propose to end a hold; it runs on. ``act``: a docketed act, as ``privity halt lift`` takes it, or ``expired``.

    Raises:
        InputError: the act is neither.
        RefusedError: no such hold runs, its last day has not passed, or the person may not sign.
    """
    with office.store.write() as tx:
        hold = _running(tx, name)
        if act == EXPIRED:
            _is_over(hold, office.day)
        else:
            docketed(act, office.day)
        return _enter(office, tx, signing.signed(office, tx, by, MAY_LIFT, _again(hold, PROPOSED, act)))


def end(office: Office, name: str, by: Official) -> int:
    """Sign the proposal as the second person: the hold ends. Returns the entry.

    Raises:
        RefusedError: nothing is proposed, or the person may not sign.
    """
    with office.store.write() as tx:
        hold = _running(tx, name)
        if hold.proposed is None:
            raise RefusedError(f"no end of hold `{name}` is proposed", remedy="propose one with `privity hold end --act`")
        row = signing.signed(office, tx, by, MAY_LIFT, _again(hold, ENDED, str(hold.proposed["ground"])))
        signing.second(office, tx, row, hold.proposed)
        counsel(str(row["ground"]), {str(row["office"]), str(hold.proposed["office"])})
        return _enter(office, tx, row)


def _running(tx: Tx, name: str) -> Hold:
    found = next((one for one in all_holds(tx) if one.name == name and one.running), None)
    if found is None:
        raise RefusedError(f"no hold `{name}` runs", remedy="`privity hold list OFFICE` shows them by name")
    return found


def _is_over(hold: Hold, today: date) -> None:
    if hold.until is None or today < hold.until:
        said = f"runs to before {hold.until}" if hold.until else "has no last day"
        raise RefusedError(f"hold `{hold.name}` {said}", remedy="name the docketed act that ends it")


# ---------------------------------------------------------------- entering


def _said(name: str, act: str, kind: str, scope: str, ground: str, discovered: date | None, until: date | None) -> dict[str, Json]:
    days = {"discovered": discovered, "until": until}
    return {"hold": name, "act": act, "kind": kind, "scope": scope, "ground": ground} | {
        key: day.isoformat() if day else None for key, day in days.items()
    }


def _again(hold: Hold, act: str, ground: str) -> dict[str, Json]:
    placed = hold.placed
    days = [day if isinstance(day, date) else None for day in (placed["discovered"], placed["until"])]
    return _said(hold.name, act, str(placed["kind"]), str(placed["scope"]), ground, *days)


def _enter(office: Office, tx: Tx, row: dict[str, Json]) -> int:
    index = record.enter(office, tx, Kind.HOLD, row)
    days = {name: date.fromisoformat(str(row[name])) if row[name] else None for name in ("discovered", "until")}
    tx.add_one("hold", **(row | days | {"day": office.day}), entry=index)
    return index
