"""Entries and openings in, one person's account out: a fold that owns no table.

The input is the person's own list of the map of disclosures, opened, and under which basis each item may be shown
(``office.persons.classes``).
The output says what was disclosed, when, to whom, under what, and how far it is complete: for what passed through this office, for some
kinds of entry, from a day on, up to an entry, except what the law lets the office keep back. Never more. Proofs are put beside it
by the office; nothing is decided here. What was recorded afterwards is not in the map: it is a list of its own, under the same rules, and
nothing shows that it is all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from privity.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.ledger.entry import Json

FORMAT = "privity/account-of-a-person/v1"
RECIPIENT = "an officer or employee of the agency who is engaged in the case"


@dataclass(frozen=True, slots=True)
class Ground:
    """Under what an item is shown: a citation, and whether the statute demands it (STATUTE) or the custodian chose it (POLICY)."""

    cite: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One disclosure, as the person reads it. ``entry`` and ``place``: where its proof begins. ``custody``: what became of its package."""

    entry: int
    place: int
    day: str
    agency: str
    to: str
    basis: str
    fields: tuple[str, ...]
    custody: str
    shown_under: Ground


@dataclass(frozen=True, slots=True)
class Later:
    """One disclosure that was recorded afterwards: the entry and its day, and what the office was told."""

    entry: int
    entered: str
    made: str
    agency: str
    authority: str
    purpose: str
    what: str
    channel: str
    shown_under: Ground


@dataclass(frozen=True, slots=True)
class Extent:
    """How far an account is complete: kinds of entry, from a day on, for the first ``covers`` entries of the ledger ``origin``."""

    origin: str
    kinds: tuple[str, ...]
    since: str
    until: str
    covers: int

    def __str__(self) -> str:
        return (
            f"Complete for disclosures that passed through this office and were entered as {', '.join(f'`{kind}`' for kind in self.kinds)} "
            f"in its ledger {self.origin}, from {self.since} to {self.until} (the first {self.covers:,} entries), except what the law "
            "excludes from this account or lets the office delay. It says nothing of other offices, of other ways, or of earlier days. "
            "What was recorded afterwards is not among these entries: what of it names this record and may be shown is a list of its own, "
            "and nothing shows that it is all."
        )


@dataclass(frozen=True, slots=True)
class PersonsAccount:
    """What one person may be shown, in ledger order."""

    lines: tuple[Line, ...]
    later: tuple[Later, ...]
    extent: Extent

    def row(self) -> dict[str, Json]:
        """The account as JSON has it."""
        extent = self.extent
        return {
            "format": FORMAT,
            "complete": {
                "origin": extent.origin,
                "kinds": list(extent.kinds),
                "since": extent.since,
                "until": extent.until,
                "covers": extent.covers,
                "says": str(extent),
            },
            "items": [_spelled(line) for line in self.lines],
            "recorded_afterwards": [_spelled_later(one) for one in self.later],
        }


def _spelled(line: Line) -> dict[str, Json]:
    return {
        "entry": line.entry,
        "place": line.place,
        "day": line.day,
        "agency": line.agency,
        "to": line.to,
        "basis": line.basis,
        "fields": list(line.fields),
        "custody": line.custody,
        "shown_under": line.shown_under.cite,
        "source": line.shown_under.source,
    }


def _spelled_later(one: Later) -> dict[str, Json]:
    return {
        "entry": one.entry,
        "entered": one.entered,
        "made": one.made,
        "agency": one.agency,
        "authority": one.authority,
        "purpose": one.purpose,
        "what": one.what,
        "channel": one.channel,
        "shown_under": one.shown_under.cite,
        "source": one.shown_under.source,
    }


def fold(
    items: Sequence[Mapping[str, Any]],
    later: Sequence[Mapping[str, Any]],
    grounds: Mapping[str, Ground],
    said: Mapping[str, Any],
    origin: str,
) -> PersonsAccount:
    """One person's account.

    Args:
        items: of their list: ``entry``, ``place``, ``day``, ``agency``, ``basis``, ``fields``; and ``custody`` of the package.
        later: what was recorded afterwards about them, and may be shown: the words of `Later` but its ground.
        grounds: basis of a disclosure → under what it may be shown to the one who asks.
        said: the opening of the map's entry: ``kinds``, ``since``, ``day``, ``covers``.
        origin: the ledger.

    Raises:
        RefusedError: an item that may not be shown: then none is, for a part would betray the rest.
    """
    if any(basis not in grounds for basis in (*(item["basis"] for item in items), *(one["authority"] for one in later))):
        raise RefusedError(
            "the access rules do not open this account to the one who asks",
            remedy="the rules are those of the regime's access law; counsel decides",
        )
    lines = tuple(_line(item, grounds[str(item["basis"])]) for item in items)
    recorded = tuple(Later(**one, shown_under=grounds[str(one["authority"])]) for one in later)
    extent = Extent(origin, tuple(said["kinds"]), said["since"], said["day"], said["covers"])
    return PersonsAccount(tuple(sorted(lines, key=lambda line: (line.entry, line.place))), recorded, extent)


def _line(item: Mapping[str, Any], ground: Ground) -> Line:
    return Line(
        item["entry"],
        item["place"],
        item["day"],
        item["agency"],
        RECIPIENT,
        item["basis"],
        tuple(item["fields"]),
        item["custody"],
        ground,
    )
