"""The simulated filers as a custodian would hold them: people with periods, homes, moves, spouses, twins and borrowed numbers.

Reads the files drawn from pseudopeople (simulated people; data/ATTRIBUTION.md); gives `Person`s and the register table of
The columns are those of docs/formats/register.md. The simulation's years 2025-2030 become tax periods 2019-2024; dates of birth shift by
the same six years.
Adults only. Nobody is chosen, here or for a request, by status, origin or the kind of their number.

Not in the simulation, so made here: earlier periods, the home before a move, twins, bars.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from privity.sample.places import nearby, number, place_of
from privity.sample.streets import Home, Street, home

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

YEARS_BACK = 6
ADULT_BY = date(2007, 6, 27)  # eighteen on the day the requests are dated
FIRST_PERIOD = 2018
LAST_PERIOD = 2024
_CROWD = 12  # more people than this under one roof is an institution: nobody moves together, nobody is a spouse

REGISTER = (  # noqa: SIM905 - words read best as words
    "record_id tax_period tin first_name middle_name last_name name_suffix date_of_birth address_line1 address_line2 city state zip "
    "address_as_of data_class source_document role bars"
).split()


@dataclass(frozen=True, slots=True)
class Filing:
    """What is held for one person and one tax period."""

    period: int
    home: Home
    source: str = "1040"
    tin: str = ""  # where it is another than the person's own: a borrowed number


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated person. ``filings`` are ordered by period, at most one each."""

    record_id: str
    tin: str
    first: str
    middle: str
    last: str
    born: date
    household: str
    filings: tuple[Filing, ...]
    suffix: str = ""
    role: str = "primary"
    bars: str = ""

    def run(self, at: int) -> tuple[int, ...]:
        """The unbroken periods round filing ``at`` with the same home."""
        same = [f.period for f in self.filings if f.home == self.filings[at].home]
        return tuple(same)

    @property
    def moved(self) -> bool:
        """Whether two different buildings are held."""
        return len({f.home.building for f in self.filings}) > 1


@dataclass(frozen=True, slots=True)
class World:
    """Everybody: ``held`` is in the register, ``absent`` never filed, ``borrowers`` maps a person to the owner of the number they used."""

    held: tuple[Person, ...]
    absent: tuple[Person, ...]
    borrowers: dict[str, str]
    twins: dict[str, str]
    streets: tuple[str, ...]
    households: dict[str, list[Person]] = field(default_factory=dict)


def read(folder: Path, seed: int, *, absent: int = 320, twins: int = 40, barred: int = 36) -> World:
    """Everybody of ``register.parquet`` who is an adult, and who borrowed whose number by ``w2_2030.parquet``."""
    rows = pl.read_parquet(folder / "register.parquet").sort("simulant_id")
    rows = rows.with_columns(born=pl.col("date_of_birth").dt.offset_by(f"-{YEARS_BACK}y").dt.date())
    rows = rows.filter(pl.col("born") <= ADULT_BY)
    streets = tuple(sorted({s for s in rows["mailing_address_street_name"].drop_nulls() if Street.parse(s)}))
    everybody = [_person(row, seed, streets) for row in rows.iter_rows(named=True)]
    order = sorted(everybody, key=lambda p: number("absent", seed, p.record_id))
    gone, held = order[:absent], sorted(order[absent:], key=lambda p: p.record_id)
    wages = pl.read_parquet(folder / "w2_2030.parquet").filter(pl.col("ssn").is_not_null())
    borrowed = _borrowers(wages, held)
    held = _with_roles(_with_payees(held, borrowed, seed))
    held = _with_bars(held, seed, barred)
    pairs = _twins(held, seed, twins)
    everyone = sorted([*held, *pairs], key=lambda p: p.record_id)
    asked = {who: whose for who, (whose, _) in borrowed.items() if not _lends(who, seed)}
    return World(tuple(everyone), tuple(gone), asked, {p.record_id: p.record_id[:-1] for p in pairs}, streets, _by_household(everyone))


def _person(row: dict[str, object], seed: int, streets: Sequence[str]) -> Person:
    household = str(row["household_id"])
    now = home(_text(row, "street_number"), _text(row, "street_name"), _text(row, "unit_number"), _box(row), place_of(seed, household))
    born = date.fromisoformat(str(row["born"]))
    last = int(str(row["tax_year"])) - YEARS_BACK
    first = max(FIRST_PERIOD, born.year + 17, last - number("periods", seed, row["simulant_id"]) % 4)
    filings = tuple(Filing(year, _home_in(year, now, household, seed, streets)) for year in range(min(first, last), last + 1))
    names = (str(row["first_name"]), str(row["middle_initial"]), str(row["last_name"]))
    return Person(str(row["simulant_id"]).replace("_", "-"), str(row["ssn"]), *names, born, household, filings)


def _text(row: dict[str, object], name: str) -> str | None:
    value = row[f"mailing_address_{name}"]
    return None if value is None else " ".join(str(value).split())


def _box(row: dict[str, object]) -> float | None:
    value = row["mailing_address_po_box"]
    return float(value) if isinstance(value, float) else None


def _home_in(year: int, now: Home, household: str, seed: int, streets: Sequence[str]) -> Home:
    """Two households of five moved once, all together; before that they lived at a house that nobody else is given."""
    moved_in = 2020 + number("moved in", seed, household) % 5
    if number("moves", seed, household) % 5 > 1 or year >= moved_in or not streets:
        return now
    street = streets[number("street", seed, household) % len(streets)]
    return home(str(100 + number("house", seed, household) % 9800), street, None, None, nearby(now.place, seed, household))


def _borrowers(wages: pl.DataFrame, held: Sequence[Person]) -> dict[str, tuple[str, str]]:
    """Person → (owner, number): a wage statement of one person under a number that belongs to another, unlike-named one."""
    own = {person.tin: person for person in held}
    known = {person.record_id: person for person in held}
    found: dict[str, tuple[str, str]] = {}
    for who, tin in wages.select("simulant_id", "ssn").unique(maintain_order=True).iter_rows():
        borrower, owner = known.get(who.replace("_", "-")), own.get(tin)
        if borrower and owner and borrower is not owner and borrower.first[:2] != owner.first[:2]:
            found[borrower.record_id] = (owner.record_id, tin)
    return found


def _lends(who: str, seed: int) -> bool:
    """Whether the register itself shows the borrowed number (half of them); the other half is asked about with it."""
    return number("lends", seed, who) % 2 == 0


def _with_payees(held: Sequence[Person], borrowed: dict[str, tuple[str, str]], seed: int) -> list[Person]:
    """Wage statements for the period after somebody's last return: another document, another class of data."""
    out = []
    for person in held:
        last = person.filings[-1]
        tin = borrowed[person.record_id][1] if person.record_id in borrowed and _lends(person.record_id, seed) else ""
        paid = tin or number("paid", seed, person.record_id) % 3 == 0
        if paid and last.period < LAST_PERIOD:
            source = "1099" if number("form", seed, person.record_id) % 6 == 0 else "w2"
            out.append(replace(person, filings=(*person.filings, Filing(last.period + 1, last.home, source, tin))))
        else:
            out.append(person)
    return out


def _by_household(people: Iterable[Person]) -> dict[str, list[Person]]:
    homes: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        homes[person.household].append(person)
    return dict(homes)


def _with_roles(held: Sequence[Person]) -> list[Person]:
    """Spouse, dependent, Sr and Jr, as far as surnames and ages under one roof suggest: it is simulated anyway."""
    out = {person.record_id: person for person in held}
    for members in _by_household(held).values():
        if 1 < len(members) <= _CROWD:
            head, *others = sorted(members, key=lambda p: p.born)
            for other in others:
                out[other.record_id], out[head.record_id] = _beside(other, out[head.record_id])
    return list(out.values())


def _beside(other: Person, head: Person) -> tuple[Person, Person]:
    gap = other.born.year - head.born.year
    if other.last != head.last:
        return other, head
    if other.first == head.first and gap > 16:
        return replace(other, suffix="Jr"), replace(head, suffix="Sr")
    role = "spouse" if gap <= 14 else "dependent" if ADULT_BY.year - other.born.year < 5 else "primary"
    return replace(other, role=role), head


def _with_bars(held: Sequence[Person], seed: int, count: int) -> list[Person]:
    chosen = sorted((p for p in held if p.filings[-1].home.plain), key=lambda p: number("bar", seed, p.record_id))[:count]
    words = ("i-6-informant", "i-6-impairment", "i-6-informant;i-6-impairment")
    bars = {p.record_id: words[number("which", seed, p.record_id) % 3] for p in chosen}
    return [replace(p, bars=bars.get(p.record_id, "")) for p in held]


_NEAR = {
    "Maria": "Marie", "Mary": "Marie", "John": "Jonathan", "Michael": "Michelle", "Daniel": "Danielle", "Robert": "Roberta",
    "Andrew": "Andrea", "Eric": "Erica", "Joseph": "Josephine", "Paul": "Paula", "Brian": "Bryan", "Nicole": "Nicholas",
    "Christopher": "Christina", "Patrick": "Patricia", "Steven": "Stephen", "Anthony": "Antonia", "Gabriel": "Gabriela",
    "Jennifer": "Jenna", "Samuel": "Samantha", "Alexander": "Alexandra",
}  # fmt: skip


def _twins(held: Sequence[Person], seed: int, count: int) -> list[Person]:
    """Born the same day to the same surname and home, a number one digit apart, a first name a few letters apart."""
    taken = {person.tin for person in held}
    fit = [p for p in held if p.first in _NEAR and p.filings[-1].home.plain and not p.bars and _sister(p.tin) not in taken]
    fit = sorted(fit, key=lambda p: number("twin", seed, p.record_id))[:count]
    return [replace(p, record_id=p.record_id + "t", tin=_sister(p.tin), first=_NEAR[p.first], filings=_own(p.filings)) for p in fit]


def _own(filings: tuple[Filing, ...]) -> tuple[Filing, ...]:
    return tuple(replace(filing, tin="") for filing in filings)


def _sister(tin: str) -> str:
    return tin[:-1] + str((int(tin[-1]) + 1) % 10)


def register_frame(people: Sequence[Person]) -> pl.DataFrame:
    """The register table of docs/formats/register.md, a row for each person and period; dates as dates, period as a whole number."""
    rows = [_row(person, filing) for person in people for filing in person.filings]
    kinds = {name: pl.String() for name in REGISTER} | {"tax_period": pl.Int32(), "date_of_birth": pl.Date(), "address_as_of": pl.Date()}
    return pl.DataFrame(rows, schema=kinds, orient="row").sort("record_id", "tax_period")


def _row(person: Person, filing: Filing) -> tuple[object, ...]:
    at, paid = filing.home, filing.source != "1040"
    seen = date(filing.period + 1, 1, 1).toordinal() + (20 if paid else 45) + number("seen", person.record_id, filing.period) % 90
    names = (person.first, person.middle, person.last, person.suffix or None)
    where = (at.line1, at.line2 or None, at.place.city, at.place.state, at.place.zip)
    kind = ("other-return-information", filing.source, "payee") if paid else ("taxpayer-identity", "1040", person.role)
    tin = filing.tin or person.tin
    return (person.record_id, filing.period, tin, *names, person.born, *where, date.fromordinal(seen), *kind, person.bars or None)
