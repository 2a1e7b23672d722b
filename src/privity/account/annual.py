"""A year's lines → the yearly table that a statute asks for, its due date, and the entries behind each figure.

26 USC 6103(p)(3)(C): by agency the number of requests, of instances of disclosure, of taxpayers, and the general purposes; within 90 days
after the close of the calendar year. What need not be accounted for is left out, and so are senders that the statute does
not list, and both are counted beside the table. Only citations, words of the vocabulary and names of enrolled agencies stand in it.

A person counts once an agency, by the record id in the openings: the register's own number, which no change of the office's keys touches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from privity.account import law as accounting
from privity.account.told import AFTERWARDS, NOT_STATED, UNACKNOWLEDGED, Told, people, whole_year
from privity.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from privity.account.law import AccountingLaw, Annual

REQUESTS, INSTANCES = "requests", "instances of disclosure"
UNNAMED = "{}: recorded without an id, so that one may count twice"
PACKAGES = "packages that carried a disclosure"
DUE, OVERDUE, FURNISHED, OPEN = "due", "overdue", "a signed report was entered", "the year has not closed"


@dataclass(frozen=True, slots=True)
class Row:
    """One agency's figures. ``unacknowledged`` and ``afterwards`` are parts of ``instances``, and ``packages`` is how many carried them.

    ``unnamed``: of ``people``, how many were recorded without an id, so that one person may count twice.
    """

    agency: str
    name: str
    requests: int
    instances: int
    people: int
    unacknowledged: int
    afterwards: int
    unnamed: int
    packages: int
    purposes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """The entries behind one figure: (entry, how much of the figure it gives). They add up to ``total``."""

    agency: str
    figure: str
    total: int
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The yearly table. ``outside``: what the year had that the statute does not ask for, in words and counts."""

    year: int
    due: date
    rows: tuple[Row, ...]
    behind: tuple[Behind, ...]
    outside: tuple[tuple[str, int], ...]


def due_date(year: int, days: int) -> date:
    """The last day of so many after the close of a calendar year.

    >>> due_date(2025, 90), due_date(2023, 90)
    (datetime.date(2026, 3, 31), datetime.date(2024, 3, 30))
    """
    return date(year, 12, 31) + timedelta(days=days)


def status(year: int, due: date, today: date, *, furnished: bool) -> str:
    """Where the duty stands on a day: the last day is still in time."""
    if furnished:
        return FURNISHED
    if today.year <= year:
        return OPEN
    return DUE if today <= due else OVERDUE


def annual(year: int, told: Told, law: AccountingLaw) -> Table:
    """The table of one calendar year.

    Raises:
        RefusedError: the regime has no such table, or the year has something that it cannot report on.
    """
    if law.annual is None:
        raise RefusedError("this regime asks for no yearly table", remedy="ask for a form with --form")
    parts = _parts(year, told)
    _reportable(parts, law.annual)
    kinds = dict(told.agencies.select("agency", "kind").iter_rows())
    listed = [name for name in sorted(parts.agencies()) if name in kinds and _listed(kinds[name], parts.of(name), law.annual)]
    kept = parts.accountable(law)
    names = dict(told.agencies.select("agency", "name").iter_rows())
    rows = tuple(_row(name, names[name], kept.of(name)) for name in listed)
    behind = tuple(one for name, row in zip(listed, rows, strict=True) for one in _behind(name, row, kept.of(name), law.annual.people))
    return Table(year, due_date(year, law.annual.due_days), rows, behind, tuple(_outside(parts, kept, set(listed))))


# ---------------------------------------------------------------- a year's frames


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What a year is made of: receipts, determined rows, disclosures, disclosures recorded afterwards, requests recorded afterwards."""

    files: pl.DataFrame
    decided: pl.DataFrame
    made: pl.DataFrame
    later: pl.DataFrame
    asked: pl.DataFrame

    def _each(self) -> tuple[pl.DataFrame, ...]:
        return self.files, self.decided, self.made, self.later, self.asked

    def agencies(self) -> set[str]:
        """Everyone who is named as asking or receiving."""
        return {name for frame in self._each() for name in frame["agency"].drop_nulls().to_list()}

    def bases(self) -> set[str]:
        """What anybody asked or received under, as written."""
        return {one for frame in self._each() for one in frame["basis"].drop_nulls().unique().to_list()}

    def of(self, agency: str) -> _Parts:
        """One agency's."""
        return _Parts(*(frame.filter(pl.col("agency") == agency) for frame in self._each()))

    def accountable(self, law: AccountingLaw) -> _Parts:
        """Those that the law wants accounted for."""
        exempt = [one for one in self.bases() if accounting.covers(law.exempt, one)]
        return _Parts(*(frame.filter(~pl.col("basis").is_in(exempt)) for frame in self._each()))


def _parts(year: int, told: Told) -> _Parts:
    span = whole_year(year)
    files = told.asked(*span)
    later, asked = (frame.rename({"authority": "basis"}) for frame in (told.afterwards(*span), told.asked_afterwards(*span)))
    decided = told.decided.join(files.select("batch", "agency", "basis", pl.col("entry").alias("receipt")), on="batch", how="inner")
    return _Parts(files, decided, told.disclosed(*span), later, asked)


def _reportable(parts: _Parts, law: Annual) -> None:
    for frame in (parts.files, parts.later, parts.asked):
        for entry, basis in frame.select("entry", "basis").iter_rows():
            if accounting.covers(law.stops, basis):
                raise RefusedError(f"entry {entry} rests on a basis that this table cannot report on", remedy=law.note)


def _listed(kind: str, parts: _Parts, law: Annual) -> bool:
    """Whether the statute wants an agency in the table: by its kind, or by what it asked or received under."""
    return kind in law.kinds or any(accounting.covers(law.under, basis) for basis in parts.bases())


# ---------------------------------------------------------------- figures, and what is behind them


def _row(agency: str, name: str, parts: _Parts) -> Row:
    return Row(
        agency,
        name,
        requests=_total(_requests(parts)),
        instances=_total(_instances(parts)),
        people=people(parts.made["record_id"], parts.later),
        unacknowledged=parts.made.filter(standing=UNACKNOWLEDGED).height,
        afterwards=int(parts.later["people"].sum()),
        unnamed=_total(_unnamed(parts)),
        packages=parts.made["package"].n_unique(),
        purposes=tuple(sorted((purpose, _total(found)) for purpose, found in _purposes(parts).items())),
    )


def _behind(agency: str, row: Row, parts: _Parts, called: str) -> Iterator[Behind]:
    """Every figure of a row with its entries."""
    unacknowledged = parts.made.filter(standing=UNACKNOWLEDGED)
    yield Behind(agency, REQUESTS, row.requests, _by_entry(_requests(parts)))
    yield Behind(agency, INSTANCES, row.instances, _by_entry(_instances(parts)))
    yield Behind(agency, called, row.people, _by_entry(_newly_seen(parts)))
    yield Behind(agency, f"{INSTANCES}: {UNACKNOWLEDGED}", row.unacknowledged, _by_entry(_one_each(unacknowledged)))
    yield Behind(agency, f"{INSTANCES}: {AFTERWARDS}", row.afterwards, _by_entry(parts.later.select("entry", "people").iter_rows()))
    yield Behind(agency, UNNAMED.format(called), row.unnamed, _by_entry(_unnamed(parts)))
    yield Behind(agency, PACKAGES, row.packages, _by_entry(set(_one_each(parts.made))))
    for purpose, found in sorted(_purposes(parts).items()):
        yield Behind(agency, f"purpose: {purpose}", _total(found), _by_entry(found))


def _requests(parts: _Parts) -> list[tuple[int, int]]:
    return [*parts.files.select("entry", "rows").iter_rows(), *parts.asked.select("entry", "people").iter_rows()]


def _instances(parts: _Parts) -> list[tuple[int, int]]:
    return [*_one_each(parts.made), *parts.later.select("entry", "people").iter_rows()]


def _one_each(made: pl.DataFrame) -> list[tuple[int, int]]:
    return [(entry, 1) for entry in made["entry"].to_list()]


def _newly_seen(parts: _Parts) -> list[tuple[int, int]]:
    """A person counts with the entry that named them first; whoever was recorded without an id counts with that entry."""
    first: dict[str, int] = {}
    listed = (
        parts.later.select("entry", "records").explode("records", empty_as_null=False, keep_nulls=False).rename({"records": "record_id"})
    )
    for entry, person in pl.concat([parts.made.select("entry", "record_id"), listed]).drop_nulls().sort("entry").iter_rows():
        first.setdefault(person, entry)
    return [*((entry, 1) for entry in first.values()), *_unnamed(parts)]


def _unnamed(parts: _Parts) -> list[tuple[int, int]]:
    """People of whom only the number was recorded."""
    return list(parts.later.select("entry", pl.col("people") - pl.col("records").list.len().cast(pl.Int64)).iter_rows())


def _purposes(parts: _Parts) -> dict[str, list[tuple[int, int]]]:
    """Purpose → (receipt, rows); rows that nobody has read yet state none."""
    counted = parts.decided.group_by("receipt", "purpose").agg(pl.len().cast(pl.Int64).alias("rows"))
    read = dict(counted.group_by("receipt").agg(pl.col("rows").sum()).iter_rows())
    rows = [*counted.select("purpose", "receipt", "rows").iter_rows(), *parts.asked.select("purpose", "entry", "people").iter_rows()]
    rows += [(NOT_STATED, entry, count - read.get(entry, 0)) for entry, count in parts.files.select("entry", "rows").iter_rows()]
    found: dict[str, list[tuple[int, int]]] = {}
    for purpose, entry, count in rows:
        if count:
            found.setdefault(purpose, []).append((entry, count))
    return found


def _by_entry(rows: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    summed: Counter[int] = Counter()
    for entry, count in rows:
        summed[entry] += count
    return tuple(sorted((entry, count) for entry, count in summed.items() if count))


def _total(rows: Iterable[tuple[int, int]]) -> int:
    return sum(count for _, count in rows)


def _outside(parts: _Parts, kept: _Parts, listed: set[str]) -> Iterator[tuple[str, int]]:
    """What is counted and stands in no row."""
    others = [kept.of(name) for name in kept.agencies() - listed]
    for what, figure in (("requests", _requests), ("instances of disclosure", _instances)):
        yield f"{what} of senders and recipients that the statute does not list", sum(_total(figure(one)) for one in others)
        yield f"{what} that need not be accounted for", _total(figure(parts)) - _total(figure(kept))
