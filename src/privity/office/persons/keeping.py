"""Where the map's parts and lists are kept: rows of tables that only grow, each with the version of the map that wrote it.

A list is sealed with the archive's key and bound to its label. Not here: what belongs into which list (``mapping``).
"""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.ledger.verifiable_map import Branch, Lone, Part, Place
from privity.store import archive, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from privity.ledger.verifiable_map import Parts
    from privity.office.place import Office
    from privity.store import Tx

_MANY = 500  # places or labels in one query
_FEW = 64  # places that are worth a query each: every index step counts, and the root has a row a version


class Leaf(NamedTuple):
    """A label's list as it stands: the commitment in the map, and what opens it (salt of 16 bytes, canonical row)."""

    commitment: bytes
    salt: bytes
    row: bytes

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items of the list, in the order of their entries."""
        return list(json.loads(self.row)["items"])


# ---------------------------------------------------------------- parts


def place_key(epoch: int, place: Place) -> bytes:
    """A place of one key's map as bytes that sort: epoch, depth, prefix."""
    return epoch.to_bytes(2, "big") + place.depth.to_bytes(2, "big") + place.prefix.to_bytes((place.depth + 7) // 8, "big")


def parts_of(tx: Tx, epoch: int, upto: int) -> Parts:
    """The parts of the map of one key, as they stood at a version."""

    def of(places: Sequence[Place]) -> dict[Place, Part]:
        keys = {place_key(epoch, place): place for place in places}
        rows = _one_by_one(tx, keys, upto) if len(keys) <= _FEW else _together(tx, list(keys), upto)
        return {keys[row["place"]]: _part(row) for row in rows}

    return of


def parts_of_version(tx: Tx, epoch: int, version: int) -> Iterator[tuple[Place, Part]]:
    """The parts that one version wrote, of the map of one key; those of other maps are another's."""
    for row in tx.rows(select(schema.map_node).where(schema.map_node.c.version == version)):
        key = row["place"]
        depth = int.from_bytes(key[2:4], "big")
        if key == place_key(epoch, Place(depth, int.from_bytes(key[4:], "big"))):
            yield Place(depth, int.from_bytes(key[4:], "big")), _part(row)


def _one_by_one(tx: Tx, keys: Iterable[bytes], upto: int) -> Iterator[dict[str, Any]]:
    c = schema.map_node.c
    for key in keys:
        yield from tx.rows(select(schema.map_node).where(c.place == key, c.version <= upto).order_by(c.version.desc()).limit(1))


def _together(tx: Tx, keys: Sequence[bytes], upto: int) -> Iterator[dict[str, Any]]:
    c = schema.map_node.c
    for at in range(0, len(keys), _MANY):
        those = keys[at : at + _MANY]
        newest = (
            select(c.place, func.max(c.version).label("version")).where(c.place.in_(those), c.version <= upto).group_by(c.place).subquery()
        )
        yield from tx.rows(
            select(schema.map_node).join(newest, (c.place == newest.c.place) & (c.version == newest.c.version)).order_by(c.place)
        )


def _part(row: Mapping[str, Any]) -> Part:
    left, right = row["left"], row["right"]
    return Lone(left, right) if row["lone"] else Branch(left, right)


def add_parts(tx: Tx, epoch: int, version: int, parts: Mapping[Place, Part]) -> None:
    """Keep what a change of the map made."""
    tx.add("map_node", (_node(epoch, version, place, part) for place, part in parts.items()))


def _node(epoch: int, version: int, place: Place, part: Part) -> dict[str, Any]:
    left, right = (part.label, part.leaf) if isinstance(part, Lone) else (part.left, part.right)
    return {"place": place_key(epoch, place), "version": version, "lone": int(isinstance(part, Lone)), "left": left, "right": right}


# ---------------------------------------------------------------- lists


def make_leaf(office: Office, items: Sequence[Mapping[str, Any]]) -> Leaf:
    """A list with a new salt."""
    ordered: list[Mapping[str, Any]] = sorted(items, key=itemgetter("entry", "place"))
    row = entries.canonical({"items": ordered})
    salt = office.salts(1)
    return Leaf(entries.commit_rows(salt, [row])[0], salt, row)


def add_leaves(office: Office, tx: Tx, version: int, leaves: Mapping[bytes, Leaf]) -> None:
    """Keep lists, sealed."""

    def sealed(label: bytes, leaf: Leaf) -> bytes:
        return archive.seal_value(leaf.salt + leaf.row, office.archive_key, _bound(label))

    tx.add(
        "map_leaf",
        (
            {"label": label, "version": version, "commitment": leaf.commitment, "sealed": sealed(label, leaf)}
            for label, leaf in leaves.items()
        ),
    )


def leaves_of(office: Office, tx: Tx, labels: Sequence[bytes], upto: int) -> dict[bytes, Leaf]:
    """The lists of these labels as they stood at a version; a label without one is left out.

    Raises:
        TamperError: a list was altered, or is not what its commitment says.
    """
    c, found = schema.map_leaf.c, dict[bytes, Leaf]()
    for at in range(0, len(labels), _MANY):
        those = select(schema.map_leaf).where(c.label.in_(labels[at : at + _MANY]), c.version <= upto).order_by(c.label, c.version)
        newest = {row["label"]: row for row in tx.rows(those)}
        found |= {label: opened(office, row) for label, row in newest.items()}
    return found


def opened(office: Office, row: Mapping[str, Any]) -> Leaf:
    """A row of ``map_leaf``, opened and held against its commitment."""
    label, sealed, commitment = row["label"], row["sealed"], row["commitment"]
    try:
        plain = archive.open_value(sealed, office.archive_key, _bound(label))
    except TamperError:
        raise _altered() from None
    salt, said = plain[: entries.SALT], plain[entries.SALT :]
    if entries.commit_rows(salt, [said]) != [commitment]:
        raise _altered()
    return Leaf(commitment, salt, said)


def _bound(label: bytes) -> bytes:
    return b"privity/list/v1\n" + label


def _altered() -> TamperError:
    return TamperError("a list of the map of disclosures was altered", remedy="run `privity verify`; restore the database from a backup")
