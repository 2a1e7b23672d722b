"""A simulated street as parts, and the many ways in which people write the same one.

Reads the street, number and unit columns of pseudopeople; writes the register's lines and a requester's spelling of them.
Spellings follow USPS Publication 28 (suffixes, directionals, unit designators). Only streets whose every part is known are
*plain*; the rest stay as simulated (misspelt, cut, without a suffix) and are never used where the truth must be "same".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from privity.sample.places import Place

SUFFIXES = {
    "ave": "avenue",
    "blvd": "boulevard",
    "cir": "circle",
    "ct": "court",
    "dr": "drive",
    "ln": "lane",
    "pkwy": "parkway",
    "pl": "place",
    "rd": "road",
    "st": "street",
    "ter": "terrace",
    "trl": "trail",
}
DIRECTIONS = {
    "e": "east",
    "n": "north",
    "ne": "northeast",
    "nw": "northwest",
    "s": "south",
    "se": "southeast",
    "sw": "southwest",
    "w": "west",
}
_SHORT = {long: short for table in (SUFFIXES, DIRECTIONS) for short, long in table.items()}
_AMBIGUOUS = frozenset(  # words that are also something else
    (  # noqa: SIM905
        "saint mount fort highway route county state rural box unit floor camp old new hwy loop run way park point square plaza "
        "alley bend cove crossing mt ft apt lot trailer jail prison detention private the avn str av ext extension heights hill "
        "ridge view lake creek spring springs valley village circle court terrace trail place lane drive road street avenue"
    ).split()
)
_ORDINAL = re.compile(r"\d{0,2}(?:1st|2nd|3rd|[04-9]th)|\d?1[1-3]th")
_UNIT = re.compile(r"(apt|apartment|unit) ?#? ?(\d{1,4}[a-z]?|[a-z])")


@dataclass(frozen=True, slots=True)
class Street:
    """The parts of a plain street, all lower case and in the short spelling; empty = not there."""

    before: str
    name: str
    suffix: str
    after: str

    @classmethod
    def parse(cls, text: str) -> Street | None:
        """The parts, or None unless every one of them is known beyond doubt."""
        words = [_SHORT.get(word, word) if i else word for i, word in enumerate(text.split())]
        before = _take(words, 0, len(words) > 2)
        after = _take(words, -1, len(words) > 2)
        suffix = words.pop() if len(words) > 1 and words[-1] in SUFFIXES else ""
        plain = suffix and 1 <= len(words) <= 3 and all(_known(word, len(words)) for word in words)
        return cls(before, " ".join(words), suffix, after) if plain and not (before and after) else None

    def __str__(self) -> str:
        return " ".join(part for part in (self.before, self.name, self.suffix, self.after) if part)


def _take(words: list[str], at: int, allowed: bool) -> str:
    word = _SHORT.get(words[at], words[at]) if words else ""
    if not allowed or word not in DIRECTIONS:
        return ""
    words.pop(at)
    return word


def _known(word: str, count: int) -> bool:
    if _ORDINAL.fullmatch(word):
        return count == 1
    taken = word in _AMBIGUOUS or word in SUFFIXES or word in DIRECTIONS or word in _SHORT
    return word.isalpha() and word.isascii() and len(word) >= 4 and not taken


@dataclass(frozen=True, slots=True)
class Home:
    """An address as held: the register's two lines, its place, and its parts where they are known beyond doubt."""

    line1: str
    line2: str
    place: Place
    number: str = ""
    street: Street | None = None
    unit: str = ""
    plain: bool = False  # whether another spelling can be written that is the same beyond doubt

    @property
    def building(self) -> tuple[str, str, str]:
        """What no invented address may share: number, street and ZIP code, in one spelling."""
        return (self.number, str(self.street) if self.street else self.line1.lower(), self.place.zip)


def home(number: str | None, street: str | None, unit: str | None, box: float | None, place: Place) -> Home:
    """The address of a simulated row, at a real place."""
    if box is not None:
        return Home(f"PO BOX {int(box)}", "", place, number=f"box {int(box)}")
    parts = Street.parse(street or "")
    unit_found = _UNIT.fullmatch(unit or "")
    plain = bool(number and re.fullmatch(r"[1-9]\d{0,4}", number) and parts and (unit_found or not unit))
    line1 = " ".join(part for part in (number, street) if part).upper()
    return Home(line1, (unit or "").upper(), place, number or "", parts, unit_found[2] if unit_found else "", plain)


def written(held: Home, dice: Random) -> dict[str, str]:
    """One of the ways in which a requester writes a plain address; columns address_line1 to zip.

    The same number, street, unit and place; abbreviations, case, punctuation and the line of the unit differ.
    """
    if not held.plain or held.street is None:
        return {"address_line1": _cased(held.line1), "address_line2": _cased(held.line2), **_place(held.place, dice)}
    shout = dice.random() < 0.3
    line = " ".join((held.number, _spelt(held.street, dice)))
    unit = dice.choice(("apt {}", "apt. {}", "apartment {}")) if "AP" in held.line2 else "unit {}"
    second = unit.format(held.unit) if held.unit else ""
    if second and dice.random() < 0.4:
        line, second = f"{line}{dice.choice((' ', ', '))}{second}", ""
    return {"address_line1": _cased(line, shout), "address_line2": _cased(second, shout), **_place(held.place, dice)}


def _cased(text: str, shout: bool = False) -> str:
    """Capitalised words that leave `6th` and `12b` alone, or all capitals."""
    if shout:
        return text.upper()
    return " ".join(word.capitalize() if word[:1].isalpha() else word for word in text.split())


def _spelt(street: Street, dice: Random) -> str:
    def one(short: str, table: dict[str, str]) -> str:
        return dice.choice((short, short, table[short], short + ".")) if short else ""

    parts = (one(street.before, DIRECTIONS), street.name, one(street.suffix, SUFFIXES), one(street.after, DIRECTIONS))
    return " ".join(part for part in parts if part)


def _place(place: Place, dice: Random) -> dict[str, str]:
    city = place.city.upper() if dice.random() < 0.4 else place.city
    return {"city": city, "state": place.state, "zip": place.zip}
