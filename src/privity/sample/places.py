"""Where the simulated people live: every household gets one real city, state and ZIP code.

The simulation puts everybody in one town that does not exist. The ZIP table of the `zipcodes` package (USPS, monthly) has
the real ones; a household's place is a hash of its number and the seed. What cannot be had: that the street exists there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import zipcodes

_NOT_STATES = frozenset({"AA", "AE", "AP", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A ZIP code with the state it lies in and the name of its post office."""

    state: str
    zip: str
    city: str


@cache
def places() -> tuple[Place, ...]:
    """All active standard ZIP codes of the fifty states and the District, ordered by state and code."""
    table = zipcodes.list_all()
    return tuple(sorted(Place(z["state"], z["zip_code"], z["city"]) for z in table if _usable(z)))


@cache
def _positions() -> dict[Place, int]:
    return {place: at for at, place in enumerate(places())}


def _usable(entry: dict[str, object]) -> bool:
    return entry["zip_code_type"] == "STANDARD" and entry["active"] is True and entry["state"] not in _NOT_STATES


def number(*parts: object) -> int:
    """A whole number that depends on nothing but the parts: the same on every machine."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def place_of(*parts: object) -> Place:
    """The place of a household."""
    return places()[number("place", *parts) % len(places())]


def nearby(place: Place, *parts: object) -> Place:
    """Another place, most often in the same state: where a household lived before, or where nobody asked about lives."""
    table = places()
    at = _positions()[place]
    step = 1 + number("step", *parts) % 9
    near = table[(at + step) % len(table)]
    return near if near.state == place.state and number("near", *parts) % 10 < 7 else place_of("far", *parts)
