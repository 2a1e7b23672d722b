"""``privity halt``: a court order that withholds, entered by one and confirmed by another; its end, by a docketed act and two persons.

Withholding is the safe side, so the first signature puts a halt in force: one transaction, under the lock that release takes for each
package, makes a version of the law that has the file, puts it in force and enters who signed. Until a second person confirms
it, it withholds and shows as open. A halt ends only by ``lift``: one proposes, naming the docketed act, another signs; the file stays, with
``to``. A file that is wrong is ended in the same way, as entered in error, and counsel is one of the two. No version of the
law and no court interpretation ends or loosens a halt (``law.install``, ``rules.halts``).

What it withholds is for the rule (``rules.halts``), what was already released under it for ``reached``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import enrol, law, record, signing, witness
from privity.office.reached import Reached, released
from privity.review import APPROVER, COUNSEL
from privity.rules import halts
from privity.rules.lawfile import LawFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from privity.ledger.entry import Json
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.rules.halts import Halt
    from privity.store import Tx

ADDED, CONFIRMED, PROPOSED, LIFTED = "added", "confirmed", "lift-proposed", "lifted"
INSPECTOR = "inspector"
MAY_WITHHOLD = frozenset(enrol.CUSTODIAN_OFFICES)
MAY_LIFT = frozenset({COUNSEL, APPROVER, INSPECTOR})
IN_ERROR = "entered in error"
_PARTS = 4  # of a docketed act
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class State:
    """What was signed about one halt: the rows of its entering, confirmation, last proposal and end, where there are such."""

    added: Mapping[str, object] | None = None
    confirmed: Mapping[str, object] | None = None
    proposed: Mapping[str, object] | None = None
    lifted: Mapping[str, object] | None = None

    @property
    def awaits(self) -> bool:
        """Whether it is in force on one signature."""
        return self.added is not None and self.confirmed is None and self.lifted is None


def state_of(tx: Tx, name: str) -> State:
    """Fold what was signed about a halt. One that came with the law has no first signature."""
    last = {row["act"]: row for row in tx.rows("halt", halt=name)}
    return State(last.get(ADDED), last.get(CONFIRMED), last.get(PROPOSED), last.get(LIFTED))


# ---------------------------------------------------------------- entered


def add(office: Office, file: Path, by: Official) -> Halt:
    """Put a halt in force on one signature, at once.

    Raises:
        InputError: the file cannot be read, has ended, or is of another regime.
        LawError: it is not well formed.
        RefusedError: the person may not sign, or a halt of that id is on file.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{file.name}` cannot be read", remedy="give a halt file (docs/formats/halt.md)") from None
    with office.store.write() as tx:
        halt = _new(office, tx, text)
        row = signing.signed(office, tx, by, MAY_WITHHOLD, _said(ADDED, halt.id, text, halt.cite))
        _put_in_force(office, tx, halt.id, text, f"halt {halt.id} entered")
        _enter(office, tx, row)
    return halt


def _new(office: Office, tx: Tx, text: str) -> Halt:
    book = law.in_force(office, tx)[1]
    halt = halts.read_halt(LawFile("the file", text), book.vocabulary)
    if halt is None:
        raise InputError("the file speaks of another regime", remedy=f"`regime` of this office is `{office.regime}`")
    if halt.lifted or halt.ended_on(office.day):
        raise InputError("the halt has ended already", remedy="leave out `lifted`, and `to` if it is not a day to come")
    if any(one.id == halt.id for one in book.halts):
        raise RefusedError(f"a halt `{halt.id}` is on file", remedy="give this one its own id; a wrong one is lifted as entered in error")
    return halt


def confirm(office: Office, name: str, by: Official) -> int:
    """The second signature under a halt, by another person; returns its entry. It withholds no more and no less than before.

    Raises:
        RefusedError: it awaits none, or the person may not sign.
    """
    with office.store.write() as tx:
        halt, state = _on_file(office, tx, name), state_of(tx, name)
        if not state.awaits or state.added is None:
            raise RefusedError(f"halt `{name}` awaits no second signature", remedy="`privity halt list` shows what does")
        row = signing.signed(office, tx, by, MAY_WITHHOLD, _said(CONFIRMED, name, halt.file.text, halt.cite))
        signing.another(row, state.added)
        return _enter(office, tx, row)


# ---------------------------------------------------------------- ended


def propose_lift(office: Office, name: str, act: str, by: Official, until: date | None = None) -> int:
    """Propose the end of a halt; it goes on withholding. A later proposal takes the place of one that nobody has signed.

    ``act``: ``COURT; DOCKET; YYYY-MM-DD; WHAT IT SAYS``, or ``entered in error: WHY``. ``until``: the first day on which it
    no longer withholds, at the earliest the day of the second signature.

    Raises:
        InputError: the act is neither.
        RefusedError: no such halt, it has ended, or the person may not sign.
    """
    docketed(act, office.day)
    witness.stands(office)
    with office.store.write() as tx:
        halt = _standing(office, tx, name)
        row = signing.signed(office, tx, by, MAY_LIFT, _said(PROPOSED, name, halt.file.text, act, until))
        return _enter(office, tx, row)


def lift(office: Office, name: str, by: Official) -> date:
    """Sign the proposal as the second person: the halt ends. Returns the first day on which it no longer withholds.

    Raises:
        RefusedError: nothing is proposed, the file changed since, or the person may not sign.
    """
    witness.stands(office)  # what ends a halt loosens: not in an office that is behind what was witnessed
    with office.store.write() as tx:
        halt, first = _standing(office, tx, name), state_of(tx, name).proposed
        if first is None or first["content"] != _content(halt.file.text):
            raise RefusedError(
                f"no end of halt `{name}` is proposed, or its file was changed since", remedy="propose one with `privity halt lift --act`"
            )
        said = first["until"]
        last = max(office.day, halt.since, said if isinstance(said, date) else office.day)
        last = min(last, halt.until or last)  # an act that ends a halt does not lengthen it
        text = halts.closed(halt, last, str(first["ground"]))
        row = signing.signed(office, tx, by, MAY_LIFT, _said(LIFTED, name, text, str(first["ground"]), last))
        signing.second(office, tx, row, first)
        counsel(str(first["ground"]), {str(row["office"]), str(first["office"])})
        _put_in_force(office, tx, name, text, f"halt {name} lifted")
        _enter(office, tx, row)
    return last


def docketed(act: str, today: date) -> None:
    """Whether an act that ends a halt or a hold is named in full.

    Raises:
        InputError: a part is missing, or its day is unreadable or has not come.
    """
    if act.startswith(f"{IN_ERROR}: ") and act.removeprefix(f"{IN_ERROR}: ").strip():
        return
    parts = [part.strip() for part in act.split(";", _PARTS - 1)]
    try:
        dated = date.fromisoformat(parts[2]) if _DAY.fullmatch(parts[2]) else None
    except (IndexError, ValueError):
        dated = None
    if len(parts) != _PARTS or not all(parts) or dated is None or dated > today:
        raise InputError(
            "the act that would end it is not named in full",
            remedy='write "COURT; DOCKET; YYYY-MM-DD; WHAT IT SAYS", or "entered in error: WHY" and let counsel be one of the two',
        )


def counsel(ground: str, offices: set[str]) -> None:
    """Whether counsel signed, where no court's act is named.

    Raises:
        RefusedError: not so.
    """
    if ground.startswith(IN_ERROR) and COUNSEL not in offices:
        raise RefusedError("counsel is one of the two who say that it was entered in error", remedy="let counsel sign")


# ---------------------------------------------------------------- entering


def _said(act: str, name: str, text: str, ground: str, until: date | None = None) -> dict[str, Json]:
    return {"halt": name, "act": act, "content": _content(text), "ground": ground, "until": until.isoformat() if until else None}


def _content(text: str) -> str:
    return LawFile("", text).digest


def _enter(office: Office, tx: Tx, row: dict[str, Json]) -> int:
    index = record.enter(office, tx, Kind.HALT, row)
    until = date.fromisoformat(str(row["until"])) if row["until"] else None
    tx.add_one("halt", **(row | {"until": until, "day": office.day}), entry=index)
    return index


def _put_in_force(office: Office, tx: Tx, name: str, text: str, ground: str) -> None:
    """The version in force with this one file more, or changed."""
    digest, book = law.in_force(office, tx)
    mine, files = next((one.file.name for one in book.halts if one.id == name), None), law.contents(office.root / "law" / digest)
    path = mine or f"{halts.FOLDER}/{name}.toml"
    if mine is None and path in files:  # it would end what that file says, whoever's halt it is
        raise RefusedError(f"`{path}` is on file, and is of another halt", remedy="give this one an id that names no file there is")
    law.put_in_force(office, tx, law.keep_contents(office.root, files | {path: text.encode()}, office.regime), ground)


def _on_file(office: Office, tx: Tx, name: str) -> Halt:
    found = next((one for one in law.in_force(office, tx)[1].halts if one.id == name), None)
    if found is None:
        raise RefusedError(f"no halt `{name}` is on file", remedy="`privity halt list OFFICE` shows them by id")
    return found


def _standing(office: Office, tx: Tx, name: str) -> Halt:
    halt = _on_file(office, tx, name)
    if halt.ended_on(office.day) or halt.lifted:
        raise RefusedError(f"halt `{name}` has ended", remedy="`privity halt list OFFICE` shows since when")
    return halt


# ---------------------------------------------------------------- read again


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """Versions of the law that end or alter a halt without the act of two persons beside them, for `privity verify`."""
    versions = [row for row in tx.rows("in_force", kind="law", id=office.regime) if row["entry"] is not None]
    for before, row in pairwise(versions):
        books = [law.version(office.root, office.regime, one["digest"]) for one in (before, row)]
        for name in halts.weakened(books[0].halts, books[1].halts, row["since"]):
            if not _by_two(tx, name, row["entry"] + 1):
                yield f"entry {row['entry']}: this law ends or alters halt `{name}`, and no two persons signed that"


def _by_two(tx: Tx, name: str, entry: int) -> bool:
    """Whether the entry lifts the halt, and another person proposed it before. Their signatures are read by `signing`."""
    rows = [row for row in tx.rows("halt", halt=name) if row["entry"] is not None and row["entry"] <= entry]
    asked = [row for row in rows if row["act"] == PROPOSED]
    ended = [row for row in rows if (row["act"], row["entry"]) == (LIFTED, entry)]
    return bool(asked and ended) and asked[-1]["person"] != ended[0]["person"] and asked[-1]["key"] != ended[0]["key"]


# ---------------------------------------------------------------- what is in force


@dataclass(frozen=True, slots=True)
class Listed:
    """One halt on file, on a day: what it is, who signed it, what it reaches of what was released."""

    halt: Halt
    in_force: bool
    state: State
    awaiting_days: int | None
    released: tuple[Reached, ...]


def listing(office: Office) -> list[Listed]:
    """Every halt on file, those in force first; for recall, what was already released within its scope."""
    with office.store.read() as tx:
        book = law.in_force(office, tx)[1]
        states = {halt.id: state_of(tx, halt.id) for halt in book.halts}
    found = released(office, book, book.halts)
    listed = [
        Listed(halt, halt.applies_on(office.day), states[halt.id], _age(states[halt.id], office.day), found[halt.id]) for halt in book.halts
    ]
    return sorted(listed, key=lambda one: (not one.in_force, one.halt.since, one.halt.id))


def _age(state: State, today: date) -> int | None:
    if not state.awaits or state.added is None:
        return None
    since = state.added["day"]
    return (today - since).days if isinstance(since, date) else 0
