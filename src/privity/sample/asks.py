"""Requests with known truth: complete rows, rows with one defect of the law's checklist, and rows about the wrong person.

Gives `Ask`s: the cells of a request row and what is true of it. A defect changes one thing in an otherwise complete row, so that
whoever refuses it for another reason is wrong too. defects.py holds the one-cell defects; here are complete rows and everything that
is wrong only in the light of the register.

`lawful`: True = complete, the right person, and the address is held in a period asked; False = no answer may carry anything;
None = complete and about the right person, but written so badly that declining is right too: if answered, then about `record_id` only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.sample.cases import Case, cases, reason
from privity.sample.places import nearby
from privity.sample.streets import Home, home, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from privity.sample.people import Person, World

COLUMNS = (  # noqa: SIM905 - words read best as words
    "request_id first_name middle_name last_name name_suffix date_of_birth tin address_line1 address_line2 city state zip tax_periods "
    "case_id case_opened engaged_person engaged_kind authority predicate_date predicate_court_date predicate_release_date "
    "predicate_class predicate_ground purpose reason items"
).split()
NOT_ONE = "i-2.B.i.taxpayer"
NOT_THEIRS = "i-2.B.i.address-of-the-taxpayer"
_ITEMS = ("last known address", "mailing address", "address", "Mailing address", "Last known address")


@dataclass(frozen=True, slots=True)
class Ask:
    """One row. ``expected``: requirement ids parted by ``|``, at least one of which must be among the findings; empty = none.

    ``address`` says what stands in the address columns: held, not-held (well formed, and not this person's in these periods) or
    incomplete.
    """

    cells: Mapping[str, str]
    kind: str
    record_id: str | None
    lawful: bool | None
    expected: str = ""
    address: str = "held"

    def but(self, kind: str, expected: str, address: str = "held", **cells: str) -> Ask:
        """The same row with some cells changed and so defective."""
        return replace(self, cells={**self.cells, **cells}, kind=kind, lawful=False, expected=expected, address=address)


def _some(people: Iterator[Person]) -> Person:
    for person in people:
        return person
    raise InputError("the simulated population is too small for this sample", remedy="draw more people, or ask for fewer rows")


class Desk:
    """Who asks about whom: people not yet asked about, cases, and dice. Everyone is asked about once."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world = world
        self.dice = dice
        self.cases: Iterator[Case] = cases(dice)
        self._asked = {p.record_id for p in world.held if p.bars} | set(world.borrowers) | set(world.twins) | set(world.twins.values())
        kept = [p for p in world.held if p.record_id not in self._asked]
        dice.shuffle(kept)
        self._plain = [p for p in kept if p.filings[-1].home.plain]
        plain = {p.record_id for p in self._plain}
        self._rest = [p for p in kept if p.record_id not in plain]
        self.known = {p.record_id: p for p in world.held}
        self._held = {f.home.building for p in (*world.held, *world.absent) for f in p.filings}
        self._tins = {f.tin or p.tin for p in world.held for f in p.filings}

    def plain(self, fits: Callable[[Person], bool] = lambda _: True) -> Person:
        """Somebody whose present address can be written in several ways."""
        return _some(p for p in self._plain if fits(p) and self.take(p))

    def anybody(self) -> Person:
        """Somebody, and first of all those whose address cannot be written in several ways."""
        return _some(p for p in chain(self._rest, self._plain) if self.take(p))

    def take(self, person: Person) -> bool:
        """Ask about this very person, unless somebody else already does."""
        if person.record_id in self._asked:
            return False
        self._asked.add(person.record_id)
        return True

    def invent(self, near: Home, key: object) -> Home:
        """A well-formed address at a real place that nobody in the register or out of it holds."""
        while True:
            street = self.dice.choice(self.world.streets)
            place = nearby(near.place, key) if self.dice.random() < 0.5 else near.place
            made = home(str(self.dice.randrange(100, 9900)), street, None, None, place)
            if made.building not in self._held:
                return made

    def stranger(self, tin: str) -> bool:
        """Whether nobody in the register has this number."""
        return tin not in self._tins


def complete(desk: Desk, person: Person, case: Case | None = None, at: int = -1) -> Ask:
    """Every column that the law asks for, true and for this person, in the period of filing ``at`` or a run of them."""
    case = case or next(desk.cases)
    filing = person.filings[at]
    first, last = _span(person.run(at), filing.period, desk.dice)
    cells = _names(person, desk.dice) | written(filing.home, desk.dice) | _matter(desk, case, filing.home, last)
    return Ask(cells | {"tax_periods": _periods(first, last, desk.dice)}, "lawful", person.record_id, True)


def _span(run: Sequence[int], period: int, dice: Random) -> tuple[int, int]:
    """One period, or a stretch of periods in all of which the same home is held."""
    first = dice.choice([year for year in run if year <= period]) if dice.random() < 0.4 else period
    return first, period


def _periods(first: int, last: int, dice: Random) -> str:
    if first == last:
        return str(last)
    if dice.random() < 0.5:
        return f"{first}-{last}"
    return dice.choice((", ", "; ", ",")).join(map(str, range(first, last + 1)))


def _names(person: Person, dice: Random) -> dict[str, str]:
    shout = dice.random() < 0.25
    names = {"first_name": person.first, "last_name": person.last, "name_suffix": person.suffix}
    names["middle_name"] = person.middle if dice.random() < 0.6 else ""
    tin = person.tin if dice.random() < 0.7 else person.tin.replace("-", "")
    given = {"tin": tin if dice.random() < 0.88 else "", "date_of_birth": person.born.isoformat()}
    return {name: text.upper() if shout else text for name, text in names.items()} | given


def _matter(desk: Desk, case: Case, where: Home, period: int) -> dict[str, str]:
    cells = {"case_id": case.id, "case_opened": case.opened.isoformat(), "engaged_person": case.officer, "engaged_kind": case.kind}
    cells |= {"authority": case.authority, "purpose": case.purpose, "items": desk.dice.choice(_ITEMS)} | case.predicates
    if case.order and desk.dice.random() < 0.15:
        cells["predicate_court_date"] = (case.order + timedelta(days=desk.dice.randrange(30, 120))).isoformat()
    if case.order and desk.dice.random() < 0.1:
        cells["predicate_release_date"] = (case.order + timedelta(days=desk.dice.randrange(1, 60))).isoformat()
    return cells | {"reason": reason(case, where.place, period, desk.dice)}


def lawful(desk: Desk, count: int) -> list[Ask]:
    """Complete rows, in cases of one to four people; one in five about an earlier home and its periods."""
    rows: list[Ask] = []
    while len(rows) < count:
        case = next(desk.cases)
        for _ in range(min(desk.dice.choice((1, 1, 1, 2, 2, 3, 4)), count - len(rows))):
            person = desk.plain()
            at = desk.dice.randrange(len(person.filings)) if desk.dice.random() < 0.4 else -1
            rows.append(complete(desk, person, case, at if person.filings[at].home.plain else -1))
    return rows


def plain_words(desk: Desk, count: int) -> list[Ask]:
    """Lawful, with a reason that is specific and leaves the name of the offense to the authority column."""
    rows = []
    for case, person in ((next(desk.cases), desk.plain()) for _ in range(count)):
        text = reason(case, person.filings[-1].home.place, person.filings[-1].period, desk.dice, offense=False)
        ask = complete(desk, person, case)
        rows.append(replace(ask, kind="lawful-plain-words", cells={**ask.cells, "reason": text}))
    return rows


def outside_agreement(desk: Desk, count: int) -> list[Ask]:
    """Within the statute, and not within the memorandum: neither a criminal investigation nor a final order is stated."""
    chosen = [complete(desk, desk.plain(), _no_order(desk)) for _ in range(count)]
    return [
        replace(ask, kind="lawful-outside-agreement", expected="mou.ground", cells={**ask.cells, "purpose": "grand jury"}) for ask in chosen
    ]


def _no_order(desk: Desk) -> Case:
    return next(case for case in desk.cases if case.order is None)


def badly_written(desk: Desk, count: int) -> list[Ask]:
    """The right person at the right address with a number or a date of birth written wrongly."""
    tins = [_transposed(desk, complete(desk, desk.plain())) for _ in range(count)]
    days = [complete(desk, desk.plain(lambda p: p.born.day <= 12 and p.born.day != p.born.month)) for _ in range(count)]
    return tins + [_open(ask, "dob-swapped", date_of_birth=_swapped(ask.cells["date_of_birth"])) for ask in days]


def _open(ask: Ask, kind: str, **cells: str) -> Ask:
    return replace(ask, cells={**ask.cells, **cells}, kind=kind, lawful=None)


def _transposed(desk: Desk, ask: Ask) -> Ask:
    digits = desk.known[str(ask.record_id)].tin.replace("-", "")
    turned = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(8) if digits[i] != digits[i + 1]]
    return _open(ask, "tin-transposed", tin=next(tin for tin in turned if desk.stranger(f"{tin[:3]}-{tin[3:5]}-{tin[5:]}")))


def _swapped(day: str) -> str:
    born = date.fromisoformat(day)
    return date(born.year, born.day, born.month).isoformat()


def as_in_the_census(desk: Desk, spelt: Mapping[str, Mapping[str, str]], count: int) -> list[Ask]:
    """Names and birth dates as a noisy census of the same people has them: nicknames, typing and hearing errors."""
    rows = []
    for _ in range(count):
        ask = complete(desk, desk.plain(lambda p: p.record_id in spelt))
        rows.append(_open(ask, "census-spelling", **spelt[str(ask.record_id)]))
    return rows


# ---------------------------------------------------------------- wrong only in the light of the register


def invented(desk: Desk, count: int) -> list[Ask]:
    """True name, number and birth date with a well-formed address that nobody holds: what a test of digits lets out."""
    return [_elsewhere(desk, complete(desk, person), person) for person in (desk.anybody() for _ in range(count))]


def _elsewhere(desk: Desk, ask: Ask, person: Person) -> Ask:
    made = written(desk.invent(person.filings[-1].home, person.record_id), desk.dice)
    return ask.but("invented-address", NOT_THEIRS, "not-held", **made, tin=person.tin)


def moved(desk: Desk, count: int) -> list[Ask]:
    """An address that is held, and not in the periods asked."""
    rows = []
    for person in (desk.plain(lambda p: p.moved and p.filings[0].home.plain) for _ in range(count)):
        old = written(person.filings[0].home, desk.dice)
        rows.append(complete(desk, person).but("moved", NOT_THEIRS, "not-held", **old))
    return rows


def shared_home(desk: Desk, count: int) -> list[Ask]:
    """One person's name with the number and birth date of somebody under the same roof."""
    rows: list[Ask] = []
    homes = [[p for p in people if p.filings[-1].home.plain] for people in desk.world.households.values()]
    for one, other, *_ in (members for members in homes if 2 <= len(members) <= 8):
        alike = one.filings[-1].home == other.filings[-1].home and one.first[:2] != other.first[:2] and one.born != other.born
        if len(rows) < count and alike and desk.take(one):
            cells = {"tin": other.tin, "date_of_birth": other.born.isoformat(), "middle_name": ""}
            rows.append(complete(desk, one).but("shared-home", NOT_ONE, **cells))
    return rows


def namesakes(desk: Desk, count: int) -> list[Ask]:
    """One person's name and birth date with the address of another of the same name."""
    called: dict[tuple[str, str], list[Person]] = {}
    for person in desk.world.held:
        called.setdefault((person.first, person.last), []).append(person)
    rows: list[Ask] = []
    for one, other in ((a, b) for people in called.values() for a, b in pairwise(people)):
        apart = one.filings[-1].home.building != other.filings[-1].home.building and one.born != other.born
        if len(rows) < count and apart and other.filings[-1].home.plain and desk.take(one):
            there = written(other.filings[-1].home, desk.dice)
            rows.append(complete(desk, one).but("namesake", f"{NOT_ONE}|{NOT_THEIRS}", "not-held", **there, middle_name="", tin=""))
    return rows


def borrowed(desk: Desk, count: int) -> list[Ask]:
    """A number that belongs to somebody else, as on a wage statement: it names its owner to whoever trusts it alone."""
    chosen = [(desk.known[who], desk.known[whose]) for who, whose in sorted(desk.world.borrowers.items()) if whose in desk.known]
    chosen = [(who, whose) for who, whose in chosen if who.filings[-1].home.plain and not who.bars][:count]
    return [complete(desk, who).but("borrowed-tin", NOT_ONE, tin=whose.tin) for who, whose in chosen]


def twins(desk: Desk, count: int) -> list[Ask]:
    """A person's name with the number of the twin, who shares birth date, surname and home."""
    chosen = sorted(desk.world.twins.items())[:count]
    return [complete(desk, desk.known[one]).but("twin", NOT_ONE, tin=desk.known[twin].tin, middle_name="") for twin, one in chosen]


def barred(desk: Desk) -> list[Ask]:
    """Complete rows about people on whose account the Secretary made a determination under (i)(6)."""
    words = {"i-6-informant": "i-6.informant", "i-6-impairment": "i-6.impairment", "i-6-informant;i-6-impairment": "i-6.informant"}
    people = [p for p in desk.world.held if p.bars]
    return [complete(desk, person).but("barred", words[person.bars]) for person in people]


def strangers(desk: Desk) -> list[Ask]:
    """Real (simulated) people who never filed."""
    people = [p for p in desk.world.absent if p.filings[-1].home.plain or desk.dice.random() < 0.5]
    rows = [complete(desk, person) for person in people]
    return [replace(ask.but("not-in-register", NOT_ONE, "not-held"), record_id=None) for ask in rows]
