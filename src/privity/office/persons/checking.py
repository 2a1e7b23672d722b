"""``privity verify``, for the map of disclosures: every disclosed row stands in exactly one list, of its person, under the root entered.

Rests on the openings of intents and of the map's entries and on the key of the labels, not on what the tables say about each other.
Each version of the map is grown again from its lists, so every part that was kept is compared. Whoever holds the openings can do
the same, which is what keeps an office from hiding a disclosure under a label that it shows to nobody.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from privity.errors import TamperError
from privity.ledger import verifiable_map
from privity.office.persons import classes, disclosures, keeping, notices, tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from privity.ledger.verifiable_map import Part, Place
    from privity.office.persons.keeping import Leaf
    from privity.office.place import Office
    from privity.store import Tx

Row = dict[str, Any]
_Item = tuple[int, int]  # intent entry, place in it


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """What the map says that the entries do not, and what it leaves out."""
    roots = tx.rows("map_root")
    if not roots:
        yield from ("the map of disclosures has parts and no root" for name in ("map_node", "map_leaf", "map_place") if tx.rows(name))
        return
    try:
        lists = dict(_lists(office, tx))
        for epoch in sorted({row["epoch"] for row in roots}):
            yield from _grown_again(tx, epoch, [row for row in roots if row["epoch"] == epoch], lists)
        yield from _held(office, tx, roots[-1], lists)
        yield from _rows_said(office, tx, roots)
    except TamperError as error:
        yield f"the map of disclosures: {error}"


def _lists(office: Office, tx: Tx) -> Iterator[tuple[tuple[int, bytes], Leaf]]:
    """(version, label) → list, of every version."""
    for row in tx.rows("map_leaf"):
        yield (row["version"], row["label"]), keeping.opened(office, row)


# ---------------------------------------------------------------- roots


def _grown_again(tx: Tx, epoch: int, roots: list[Row], lists: Mapping[tuple[int, bytes], Leaf]) -> Iterator[str]:
    """Grow one key's map from its lists, a version at a time: each root, and each part as kept."""
    held: dict[Place, Part] = {}
    written: dict[int, dict[bytes, Leaf]] = {}
    for (version, label), leaf in lists.items():
        written.setdefault(version, {})[label] = leaf
    for root in roots:
        version = root["version"]
        values = {label: leaf.commitment if leaf.items else None for label, leaf in written.get(version, {}).items()}
        grown = verifiable_map.grow(verifiable_map.parts_in(held), values)
        held.update(grown.parts)
        if grown.root != root["root"]:
            yield f"entry {root['entry']}: the lists of the map do not give the root that was entered"
        if dict(keeping.parts_of_version(tx, epoch, version)) != dict(grown.parts):
            yield f"entry {root['entry']}: the parts kept of the map are not those that its lists give"


# ---------------------------------------------------------------- who stands where


def _held(office: Office, tx: Tx, root: Row, lists: Mapping[tuple[int, bytes], Leaf]) -> Iterator[str]:
    """Every disclosed row of every intent that the newest root covers is in the one list that it must be in."""
    key = tags.of_epoch(office, tx, root["epoch"])
    covers, names = root["covers"], _names(office, tx, root)
    wanted = dict(_wanted(office, tx, covers, names))
    labels = dict(zip(sorted(set(wanted.values())), key.tags(sorted(set(wanted.values()))), strict=True))
    expected = {item: labels[where].label for item, where in wanted.items()}
    first = min(row["version"] for row in tx.rows("map_root", epoch=root["epoch"]))
    newest = {label: leaf for (version, label), leaf in sorted(lists.items(), key=lambda one: one[0][0]) if version >= first}
    stands = [(_item(item), label) for label, leaf in newest.items() for item in leaf.items]
    yield from _compared(expected, stands)
    placed = {row["intent"]: row["list"] for row in tx.rows("map_place")}
    for intent in sorted(set(names) | set(placed)):
        if placed.get(intent) != names.get(intent):
            yield f"entry {intent}: its place in the map of disclosures is not where it must be"


def _compared(expected: Mapping[_Item, bytes], stands: Iterable[tuple[_Item, bytes]]) -> Iterator[str]:
    found = list(stands)
    times = Counter(item for item, _ in found)
    for intent, lost in sorted(Counter(intent for intent, place in expected if (intent, place) not in times).items()):
        yield f"entry {intent}: {lost} of its disclosed rows are not in the map of disclosures"
    for intent in sorted({intent for (intent, _), count in times.items() if count > 1}):
        yield f"entry {intent}: a disclosed row is in the map of disclosures twice"
    for intent in sorted({item[0] for item, label in found if item in expected and expected[item] != label}):
        yield f"entry {intent}: a disclosed row is in the map under another person's label, or in another list than it must be"
    for intent in sorted({item[0] for item in times if item not in expected}):
        yield f"entry {intent}: the map of disclosures says of it what it does not say"


def _item(item: Mapping[str, Any]) -> _Item:
    return item["entry"], item["place"]


def _wanted(office: Office, tx: Tx, covers: int, names: Mapping[int, str]) -> Iterator[tuple[_Item, tuple[str, str]]]:
    """(intent, place) → (list, record id), from the openings of all intents that are covered."""
    for row in tx.rows("opening_file", kind="intent"):
        if row["first"] < covers:
            said = disclosures.opening(office, tx, row["first"])
            for record_id, item in disclosures.items(row["first"], said, "", ""):
                yield _item(item), (names[row["first"]], record_id)


def _names(office: Office, tx: Tx, root: Row) -> dict[int, str]:
    """Intent → the list in which it must stand, by the rules and the delays that were there when the root was entered."""
    entry, day = root["entry"], root["day"]
    laws = [row["digest"] for row in tx.rows("in_force", kind="law", id=office.regime) if row["entry"] < entry]
    rules = classes.under(office, str(laws[-1]), day)
    cases = classes.cases_of(tx, notices.running(tx, day, before=entry))
    kinds = sorted(set(cases.values()), key=repr)
    lists = dict(zip(kinds, rules.lists(kinds), strict=True))
    return {intent: lists[case] for intent, case in cases.items() if intent < root["covers"]}


# ---------------------------------------------------------------- rows


def _rows_said(office: Office, tx: Tx, roots: list[Row]) -> Iterator[str]:
    """The roots over rows: as the intents state them, as their rows give them, each once in an opening of the map."""
    told: Counter[int] = Counter()
    for root in roots:
        said = disclosures.opening(office, tx, root["entry"])
        rows = said["rows"]
        for intent, stated in rows:
            told[intent] += 1
            opening = disclosures.opening(office, tx, intent)
            if not stated == disclosures.root_of(opening) == disclosures.root_again(opening):
                yield f"entry {intent}: the root over its rows is not the one that the map gives"
    covered = [row["first"] for row in tx.rows("opening_file", kind="intent") if row["first"] < roots[-1]["covers"]]
    yield from (f"entry {intent}: no opening of the map lists it once" for intent in covered if told[intent] != 1)
