"""Lines and figures of an accounting → a file: CSV, JSON, or one page of HTML that prints. The same rows, columns and figures in each.

A CSV cell that a spreadsheet would run gets an apostrophe in front. The page carries its style with it and loads nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from privity.account import annual as yearly
from privity.account import law as accounting
from privity.account import lines, texts
from privity.account.told import AFTERWARDS, UNACKNOWLEDGED
from privity.errors import InputError
from privity.intake.answer_sheet import harmless
from privity.office import disk, law
from privity.office.reports import read
from privity.rules.facts import regime_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.account.annual import Row, Table
    from privity.account.law import AccountingLaw, Form
    from privity.account.told import Told
    from privity.office.place import Office

SUFFIXES = (".csv", ".json", ".html")
TEMPLATES = Path(__file__).parent
OF_ONE = (
    "For the office's own use. Delays of notice and access rules are not applied here: `privity subject` shows what the person may see."
)
FIGURES = ("agency", "agency_name", "figure", "number")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One table with what stands above and below it. ``headings``: by column of ``rows``. ``facts``: label and value."""

    title: str
    facts: tuple[tuple[str, str], ...]
    headings: Mapping[str, str]
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()
    behind: tuple[yearly.Behind, ...] = field(default=())


def accounting_law(office: Office) -> AccountingLaw:
    """The accounting of the office's regime, in the law that is in force.

    Raises:
        LawError: the law in force has none, or it is not well formed.
    """
    with office.store.read() as tx:
        digest, _ = law.in_force(office, tx)
    root = office.root / "law" / digest
    return accounting.load(root, root if (root / "facts.toml").exists() else regime_folder(root, office.regime))


# ---------------------------------------------------------------- what stands on a page


def lines_page(office: Office, name: str, since: date, through: date, record_id: str = "") -> Page:
    """A form of the office's regime, on a period; about one person only, if a record id is given.

    Raises:
        InputError: the regime has no such form, or a form of requests was asked for about one person.
        TamperError: an entry or an opening is missing or altered.
    """
    law_now = accounting_law(office)
    form, told = law_now.form(name), read.of_period(office, since, through)
    if record_id and "request" in form.lines:
        raise InputError("a form that lists requests is not given about one person", remedy="requests are found by what they state")
    whole = lines.lines(_about(told, record_id) if record_id else told, law_now, since, through)
    rows = lines.of_form(form, whole)
    facts = (*_facts(office, told, form.cite), ("period", f"{since} to {through}"), *_retention(law_now))
    return Page(form.title, facts, dict(form.fields), rows, (*_notes(form), *((OF_ONE,) if record_id else ())))


def period(office: Office, form: Form, year: int | None) -> tuple[date, date]:
    """The days that a form covers: a calendar year, or so many years back from today where the form says so."""
    if year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    if form.years_back is None:
        raise InputError(f"the form `{form.id}` is of a calendar year", remedy="name it with --year")
    back = pl.Series([office.day]).dt.offset_by(f"-{form.years_back}y").item()
    return back, office.day


def annual_page(office: Office, year: int, *, public: bool, trace: bool) -> tuple[Page, Table]:
    """The yearly table; ``public``: only what the statute asks for; ``trace``: with the entries behind each figure.

    Raises:
        RefusedError: the regime asks for none, or something in the year cannot be reported by it.
        TamperError: an entry or an opening is missing or altered.
    """
    law_now, told = accounting_law(office), read.of_year(office, year)
    table = yearly.annual(year, told, law_now)
    said = law_now.annual
    assert said is not None  # `annual` has refused otherwise  # noqa: S101
    people = said.people
    numbers = [(row.agency, row.name, *one) for row in table.rows for one in _figures(row, people, public=public)]
    rows = pl.DataFrame(numbers, schema=dict.fromkeys(FIGURES[:3], pl.String) | {"number": pl.Int64}, orient="row")
    entries = {(one.agency, one.figure): " ".join(f"{entry}:{count}" for entry, count in one.entries) for one in table.behind}
    if trace:
        rows = rows.with_columns(pl.Series("entries", [entries.get((row[0], row[2]), "") for row in numbers], pl.String))
    headings = dict(zip(FIGURES, ("Agency", "Agency name", "Figure", "Number"), strict=True)) | (
        {"entries": "Entry:number"} if trace else {}
    )
    facts = (*_facts(office, told, said.cite), ("year", str(year)), ("due", f"{table.due} ({said.due_cite})"))
    if not public:
        facts += (("status", _status(office, year, table.due)), ("furnished to", said.furnished_to))
    outside = tuple(f"Not in this table: {what}: {number}." for what, number in table.outside if number) if not public else ()
    notes = (f"One answer about one person is one instance. A person counts once an agency. {said.note}", *outside)
    return Page(said.title, facts, headings, rows, notes, table.behind if trace else ()), table


def _figures(row: Row, people: str, *, public: bool) -> list[tuple[str, int]]:
    """What the statute asks for; and, not in the public form, what the instances are made of."""
    asked = [(yearly.REQUESTS, row.requests), (yearly.INSTANCES, row.instances), (people, row.people)]
    parts = [
        (f"{yearly.INSTANCES}: {UNACKNOWLEDGED}", row.unacknowledged),
        (f"{yearly.INSTANCES}: {AFTERWARDS}", row.afterwards),
        (yearly.UNNAMED.format(people), row.unnamed),
        (yearly.PACKAGES, row.packages),
    ]
    return [*asked, *([] if public else parts), *((f"purpose: {purpose}", rows) for purpose, rows in row.purposes)]


def _status(office: Office, year: int, due: date) -> str:
    signed = any(one["statement"] == texts.ANNUAL_REPORT and one["scope"] == f"year {year}" for one in read.statements(office))
    return yearly.status(year, due, office.day, furnished=signed)


def _about(told: Told, record_id: str) -> Told:
    """What is about one person: disclosures only."""
    mine = told.answered.filter(pl.col("disclosed") & (pl.col("record_id") == record_id))
    recorded = told.recorded.filter(pl.col("records").list.contains(record_id))
    return type(told)(
        told.origin, told.size, told.root, told.received, told.decided, mine, told.custody, told.agencies,
        recorded.with_columns(pl.lit(1, pl.Int64).alias("people")),
    )  # fmt: skip


def _facts(office: Office, told: Told, cite: str) -> tuple[tuple[str, str], ...]:
    return (
        ("custodian", office.custodian),
        ("under", cite),
        ("made on", office.day.isoformat()),
        ("ledger", told.origin),
        ("entries read", str(told.size)),
        ("root", told.root),
    )


def _retention(law_now: AccountingLaw) -> tuple[tuple[str, str], ...]:
    years = law_now.retention_years
    return (("kept", f"{'permanently' if years is None else f'{years} years at least'} ({law_now.retention_cite})"),)


def _notes(form: Form) -> tuple[str, ...]:
    like = ("This is not the official form; it is like it. Codes that nobody has checked are left empty.",) if form.like else ()
    return (*like, *((form.note,) if form.note else ()))


# ---------------------------------------------------------------- files


def write(page: Page, out: Path) -> None:
    """Write a page to a file, as its suffix says.

    Raises:
        InputError: another suffix.
    """
    made = {".csv": as_csv, ".json": as_json, ".html": as_html}.get(out.suffix.lower())
    if made is None:
        raise InputError(f"`{out.name}` is of no kind that can be written", remedy=f"end the name in one of: {', '.join(SUFFIXES)}")
    disk.write_file(out, made(page))


def as_csv(page: Page) -> bytes:
    """The rows under their headings, and nothing else, so that a program can read it."""
    cells = _cells(page).select(harmless(pl.all()))
    headings = pl.DataFrame({"h": list(page.headings.values())}).select(harmless(pl.col("h")))["h"].to_list()
    return cells.rename(dict(zip(cells.columns, headings, strict=True))).write_csv().encode()


def as_json(page: Page) -> bytes:
    """One object."""
    return (json.dumps(as_object(page), ensure_ascii=False, indent=1, default=str) + "\n").encode()


def as_object(page: Page) -> dict[str, object]:
    """A page as JSON has it: rows by the names of their fields, with entries as numbers."""
    found: dict[str, object] = {
        "title": page.title,
        **dict(page.facts),
        "headings": dict(page.headings),
        "rows": page.rows.rows(named=True),
        "notes": list(page.notes),
    }
    if page.behind:
        behind = [{"agency": one.agency, "figure": one.figure, "total": one.total, "entries": dict(one.entries)} for one in page.behind]
        found["behind"] = behind
    return found


def as_html(page: Page) -> bytes:
    """One page that prints."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    numbers = [page.rows[name].dtype.is_integer() for name in page.headings]
    shown = {"page": page, "headings": list(page.headings.values()), "rows": _cells(page).rows(), "numbers": numbers}
    return environment.get_template("page.html").render(shown).encode()


def _cells(page: Page) -> pl.DataFrame:
    """Every cell as the text that a person reads."""
    yes = [
        pl.when(name).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(name)
        for name, kind in page.rows.schema.items()
        if kind == pl.Boolean
    ]
    return page.rows.select(*page.headings).with_columns(yes).select(pl.all().cast(pl.String).fill_null(""))
