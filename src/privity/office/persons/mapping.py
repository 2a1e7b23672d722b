"""The map of disclosures: after every release, each disclosed row stands in exactly one list of one person, under one root in the ledger.

A person has two labels. Under ``shown`` stands what the access rules let a person be shown; under ``kept back``, what they do not, or not
yet: an excepted purpose, a delay of notice. Which of the two is decided for all rows of an intent alike, by facts of the disclosure
alone, and decided again whenever delays or law are others than at the last root; what may be shown again moves. A list is never
deleted, only succeeded. The root's entry says which part of the ledger it covers, and its opening names nobody.

Labels are made before the lock is taken, a millisecond each; under it the map is only grown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from privity.errors import RefusedError
from privity.ledger import entry as entries
from privity.ledger import log, verifiable_map
from privity.ledger.entry import Kind
from privity.office import record
from privity.office.persons import classes, disclosures, keeping, notices, tags
from privity.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from privity.ledger.entry import Json
    from privity.office.persons.keeping import Leaf
    from privity.office.persons.tags import TagKey
    from privity.office.place import Office
    from privity.store import Tx

KINDS = (Kind.INTENT.value,)  # kinds of entry that the map covers
_TRIES = 5


@dataclass(frozen=True, slots=True)
class State:
    """What the map rested on when a transaction looked: the newest version (0: none), and what each intent's list was and must be."""

    version: int
    epoch: int
    root: bytes
    size: int
    newest_key: int
    now: Mapping[int, str]
    wanted: Mapping[int, str]

    @property
    def moved(self) -> tuple[int, ...]:
        """Intents that are new, or stand in another list than they must."""
        return tuple(intent for intent, name in self.wanted.items() if self.now.get(intent) != name)


@dataclass(frozen=True, slots=True)
class Change:
    """What goes into and out of the list of each label, which intents moved, and the roots of the rows of those that are new."""

    into: Mapping[bytes, Sequence[Mapping[str, Any]]]
    out_of: Mapping[bytes, frozenset[int]]
    moved: Sequence[int]
    rows: Sequence[tuple[int, str]]


def bring_up_to_date(office: Office, *, always: bool = False) -> int | None:
    """Enter a new root if a disclosure is not in the map, or not in its right list; returns its version, or None.

    ``always``: enter a root even if nothing moved, so that it covers the ledger as it is now.

    Raises:
        RefusedError: other writers were first, again and again.
    """
    for _ in range(_TRIES):
        with office.store.read() as tx:
            calm = settled(tx, office.day)
            seen = None if calm else look(office, tx)
        if seen is None or (seen.version and not seen.moved and seen.epoch == seen.newest_key):
            if not always:
                return None
            version = _again(office)
        else:
            key = tags.ready(office)
            version = _enter(office, key, seen, _change(office, key, seen))
        if version:
            return version
    raise RefusedError("the map of disclosures changes faster than it can be written", remedy="run it again when no release runs")


def renew_key(office: Office) -> int | None:
    """A new key for labels, and the whole map drawn up again under it, a millisecond a person; returns the version. The old key stays."""
    with office.store.read() as tx:
        after = len(tx.rows("tag_key"))
    tags.renew(office, after)
    return bring_up_to_date(office)


def settled(tx: Tx, day: date) -> bool:
    """Whether nothing can have moved since the newest root: no intent, law, delay or key after it, no delay that ended. A few queries."""
    last = tx.rows(select(schema.map_root).order_by(schema.map_root.c.version.desc()).limit(1))
    if not last or last[0]["epoch"] != len(tx.rows("tag_key")):
        return False
    entered = (schema.package.c.entry, schema.in_force.c.entry, schema.notice_delay.c.entry)
    newest = max(tx.rows(select(func.max(column).label("entry")))[0]["entry"] or 0 for column in entered)
    ended = any(last[0]["day"] < row["until"] <= day for row in tx.rows("notice_delay"))
    return newest < last[0]["entry"] and not ended


def newest(tx: Tx) -> dict[str, Any]:
    """The newest root: ``version``, ``epoch``, ``root``, ``covers``, ``day``, ``entry``."""
    return tx.rows(select(schema.map_root).order_by(schema.map_root.c.version.desc()).limit(1))[0]


def listing(tx: Tx, intent: int) -> int:
    """The entry of the map whose opening gives the root over an intent's rows."""
    first = tx.rows(select(func.min(schema.map_place.c.version).label("version")).where(schema.map_place.c.intent == intent))[0]["version"]
    return int(tx.rows("map_root", version=first)[0]["entry"])


def look(office: Office, tx: Tx) -> State:
    """The map as this transaction sees it, beside what it must be."""
    last = tx.rows(select(schema.map_root).order_by(schema.map_root.c.version.desc()).limit(1))
    rules, delayed = classes.access(office, tx), notices.running(tx, office.day)
    cases = classes.cases_of(tx, delayed)
    kinds = sorted(set(cases.values()), key=repr)
    lists = dict(zip(kinds, rules.lists(kinds), strict=True))
    return State(
        version=last[0]["version"] if last else 0,
        epoch=last[0]["epoch"] if last else 0,
        root=last[0]["root"] if last else verifiable_map.EMPTY_ROOT,
        size=tx.head().size,
        newest_key=len(tx.rows("tag_key")),
        now={row["intent"]: row["list"] for row in tx.rows("map_place")},
        wanted={intent: lists[case] for intent, case in cases.items()},
    )


# ---------------------------------------------------------------- what changes


def _change(office: Office, key: TagKey, seen: State) -> Change:
    """The items of the intents that moved, under the labels that they reach and leave. Under a new key, every item is new."""
    fresh = key.epoch != seen.epoch
    moved = sorted(seen.wanted) if fresh else sorted(seen.moved)
    moves: list[_Move] = []
    rows: list[tuple[int, str]] = []
    with office.store.read() as tx:
        about = _about(tx)
        for intent in moved:
            said = disclosures.opening(office, tx, intent)
            before = None if fresh else seen.now.get(intent)
            moves += [_Move(who, item, seen.wanted[intent], before) for who, item in disclosures.items(intent, said, *about[intent])]
            rows += [(intent, disclosures.root_of(said))] if intent not in seen.now else []
    return _sorted_out(_labels(key, moves), moves, moved, rows)


@dataclass(frozen=True, slots=True)
class _Move:
    """One item of one person, on its way to a list, perhaps from another."""

    record_id: str
    item: Mapping[str, Any]
    to: str
    before: str | None


def _labels(key: TagKey, moves: Sequence[_Move]) -> dict[tuple[str, str], bytes]:
    """(list, record id) → label, of every list that is touched."""
    asked = sorted({(name, move.record_id) for move in moves for name in (move.to, move.before) if name})
    return {one: tag.label for one, tag in zip(asked, key.tags(asked), strict=True)}


def _sorted_out(
    labels: Mapping[tuple[str, str], bytes], moves: Sequence[_Move], moved: Sequence[int], rows: Sequence[tuple[int, str]]
) -> Change:
    into: defaultdict[bytes, list[Mapping[str, Any]]] = defaultdict(list)
    out_of: defaultdict[bytes, set[int]] = defaultdict(set)
    for move in moves:
        into[labels[move.to, move.record_id]].append(move.item)
        if move.before:
            out_of[labels[move.before, move.record_id]].add(move.item["entry"])
    return Change(into, {label: frozenset(those) for label, those in out_of.items()}, moved, rows)


def _about(tx: Tx) -> dict[int, tuple[str, str]]:
    """Intent entry → agency and basis, as the batch has them."""
    known = {row["batch"]: (row["agency"], row["basis"]) for row in tx.rows("batch")}
    return {row["entry"]: known[row["batch"]] for row in tx.rows("package") if row["entry"] is not None}


# ---------------------------------------------------------------- one version


def _enter(office: Office, key: TagKey, seen: State, change: Change) -> int | None:
    """Grow the map and enter its root, in one transaction; None if what was seen no longer holds."""
    with office.store.write() as tx:
        again = look(office, tx)
        if (again.version, again.wanted) != (seen.version, seen.wanted):
            return None
        version = seen.version + 1
        leaves = _leaves(office, tx, seen.version, change)
        values = {label: leaf.commitment if leaf.items else None for label, leaf in leaves.items()}
        grown = verifiable_map.grow(keeping.parts_of(tx, key.epoch, seen.version), values)
        _enter_root(office, tx, version, key.epoch, grown.root, change.rows)
        keeping.add_parts(tx, key.epoch, version, grown.parts)
        keeping.add_leaves(office, tx, version, leaves)
        tx.add("map_place", ({"intent": intent, "version": version, "list": seen.wanted[intent]} for intent in change.moved))
    return version


def _leaves(office: Office, tx: Tx, version: int, change: Change) -> dict[bytes, Leaf]:
    """The lists that change, as they are to be."""
    labels = sorted({*change.into, *change.out_of})
    old = keeping.leaves_of(office, tx, labels, version)
    made = {}
    for label in labels:
        gone = change.out_of.get(label, frozenset())
        stays = [item for item in (old[label].items if label in old else []) if item["entry"] not in gone]
        made[label] = keeping.make_leaf(office, [*stays, *change.into.get(label, ())])
    return made


def _again(office: Office) -> int | None:
    """The same map, covering the ledger as it is now; None if something moved meanwhile."""
    with office.store.write() as tx:
        if not settled(tx, office.day):
            return None
        last = newest(tx)
        _enter_root(office, tx, last["version"] + 1, last["epoch"], last["root"], ())
    return int(last["version"]) + 1


def _enter_root(office: Office, tx: Tx, version: int, epoch: int, root: bytes, rows: Sequence[tuple[int, str]]) -> None:
    """The entry of a root. Nothing in its opening is about anybody, so it goes with every account."""
    size, (public,) = tx.head().size, (row["public"] for row in tx.rows("tag_key", seq=epoch))
    row: dict[str, Json] = {
        "enrols": "map_root",
        "version": version,
        "root": root.hex(),
        "covers": size,
        "kinds": list(KINDS),
        "since": entries.decode(log.read_entries(tx, 0, 1)[0]).day.isoformat(),
        "key": sha256(public).hexdigest(),
        "rows": [[intent, found] for intent, found in rows],
        "day": office.day.isoformat(),
    }
    index = record.enter(office, tx, Kind.MAP, row)
    tx.add_one("map_root", version=version, epoch=epoch, root=root, covers=size, day=office.day, entry=index)
