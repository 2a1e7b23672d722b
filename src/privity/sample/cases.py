"""The requester's side: officers with modest loads, cases of one to four people, and a reason that belongs to each.

Reads words.toml; gives `Case`s and the text of a specific reason. Reasons are put together from what happened and why it bears on
the case, so that no group of near-equal reasons comes near the size that makes boilerplate (law/policy/policy.toml).
All officers, cases and events are made up.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from privity.sample.places import Place

REQUEST_DAY = date(2025, 6, 27)
BULK_OFFICER = "Corwin Halloran"  # the one person named in every row of the bulk block
UNSIGNED_OFFICER = "Petra Lindqvist"  # named in some rows, and signs for none of them
OFFICERS = 60

_FIRST = (  # noqa: SIM905 - words read best as words
    "Alden Beatrix Cyrus Delia Emmett Fern Gordon Hollis Imogen Jarvis "
    "Keziah Lowell Marcella Noble Odessa Prescott Quill Rosalind Sterling Thea"
).split()
_LAST = (  # noqa: SIM905
    "Ashby Breck Carrow Dunmore Eastlake Farrow Grange Hartsell Ingram Jessup Kittredge Larkin Merrow Norwood Ormsby"
).split()
_OFFICES = (  # noqa: SIM905
    "SEA PDX SFR LOS PHX ELP HOU DAL DEN CHI DET STP BUF NYC NEW BAL ATL MIA NOL KCM"
).split()
_KINDS = ("officer", "employee", "special agent", "officer or employee")


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of case: its provision in several spellings, what may have happened, and why an address may bear on it."""

    name: str
    weight: int
    ground: str
    charges: tuple[str, ...]
    authority: tuple[str, ...]
    because: tuple[str, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one officer. ``order`` is the final order's day where the offense rests on one."""

    id: str
    opened: date
    officer: str
    kind: str
    authority: str
    purpose: str
    family: Family
    order: date | None

    @property
    def predicates(self) -> dict[str, str]:
        """The columns of 8 USC 1253(a)(1): date, class and clause; empty for every other offense."""
        if self.order is None:
            return {}
        return {"predicate_date": self.order.isoformat(), "predicate_class": "1227", "predicate_ground": self.family.ground}


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


@cache
def families() -> tuple[Family, ...]:
    """The kinds of case in words.toml."""
    entries: Sequence[Mapping[str, object]] = _words()["family"]  # type: ignore[assignment]
    return tuple(_family(entry) for entry in entries)


def _family(entry: Mapping[str, object]) -> Family:
    lists = {key: tuple(map(str, entry[key])) for key in ("charges", "authority", "because", "events")}  # type: ignore[call-overload]
    return Family(str(entry["name"]), int(str(entry["weight"])), str(entry.get("ground", "")), **lists)


def officers() -> list[str]:
    """Sixty made-up names."""
    return [f"{_FIRST[i % len(_FIRST)]} {_LAST[(i * 7 + i // len(_FIRST)) % len(_LAST)]}" for i in range(OFFICERS)]


def cases(dice: Random) -> Iterator[Case]:
    """Cases without end, each with its own number; officers in turn, so that loads stay even."""
    names = officers()
    weights = [family.weight for family in families()]
    for serial in range(1, 10**9):
        family = dice.choices(families(), weights)[0]
        yield _case(serial, names[serial % len(names)], family, dice)


def of_ground(source: Iterator[Case], ground: str) -> Case:
    """The next case that rests on a final order, of one clause or (empty) of any."""
    return next(case for case in source if case.order and ground in (case.family.ground, ""))


def _case(serial: int, officer: str, family: Family, dice: Random) -> Case:
    order = _between(date(2016, 1, 4), date(2023, 9, 1), dice) if family.ground else None
    opened = _between(date(2024, 1, 8), date(2025, 6, 13), dice)
    number = f"{dice.choice(_OFFICES)}{opened:%y}-{10000 + serial * 7}"
    purposes = ["criminal investigation", "investigation", "investigation"]
    purposes += ["grand jury", "criminal prosecution"] if order else []
    return Case(number, opened, officer, dice.choice(_KINDS), dice.choice(family.authority), dice.choice(purposes), family, order)


def _between(first: date, last: date, dice: Random) -> date:
    return first + timedelta(days=dice.randrange((last - first).days + 1))


def reason(case: Case, place: Place, period: int, dice: Random, *, offense: bool = True) -> str:
    """One or two sentences that belong to this case: what happened, and why the information may be relevant to it.

    Without ``offense`` they do not say in so many words what is charged; the row's authority does.
    """
    pools: Mapping[str, Sequence[str]] = _words()["because"]
    why = dice.choice([text for pool in case.family.because for text in pools[pool]])
    facts = _facts(case, place, period, dice)
    event, why = dice.choice(case.family.events).format_map(facts), why.format_map(facts | {"source": dice.choice(_slot("source"))})
    if offense:
        why = dice.choice(_frames()).format(charge=dice.choice(case.family.charges), why=why)
    if dice.random() < 0.35:
        return f"{_upper(why)}. {_upper(event)}."
    return f"{_upper(event)}{dice.choice(';:')} {why}."


def _frames() -> Sequence[str]:
    frames: Sequence[str] = _words()["frames"]  # type: ignore[assignment]
    return frames


def _slot(name: str) -> list[str]:
    return list(_words()["slots"][name])


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(case: Case, place: Place, period: int, dice: Random) -> dict[str, str]:
    slots = {name: dice.choice(_slot(name)) for name in _words()["slots"]}
    day = _between(case.opened - timedelta(days=400), case.opened, dice)
    earlier = _between(day - timedelta(days=900), day - timedelta(days=20), dice)
    days = {"day": _day(day, dice), "day2": _day(earlier, dice), "order": _day(case.order or earlier, dice)}
    return slots | days | {"city": place.city, "state": place.state, "year": str(period), "n": str(dice.randrange(2, 990))}


def _day(day: date, dice: Random) -> str:
    return dice.choice((f"{day.month}/{day.day}/{day:%Y}", day.isoformat(), f"{day.day} {day:%B %Y}"))
