"""Disclosures that the ledger has → notices to the people they were about, and the pack for a recipient's notice of a breach.

A notice to a person is made only for a trigger that the statute names (26 USC 7431(e), 5 USC 552a(e)(8)): whoever asks for one states the
trigger, its day and the proceeding, and answers for it; nothing here knows whether a charge was brought. The notice carries no name and no
record id; which notice goes to whom stands in ``routing.csv`` beside them, readable by its owner only. Where the law wants the notice to
state rights that only the proceeding tells, no notice is made without them.

The pack names packages, rows, officers, dates and entries, and nobody whom they are about.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from privity.account.law import canonical
from privity.account.lines import NO_CITATION, SAME
from privity.account.told import AFTERWARDS
from privity.errors import InputError, RefusedError
from privity.office import disk, keys, past
from privity.office.reports import forms, looks, read, statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.account.law import AccountingLaw, Breach, Notice, Trigger
    from privity.account.told import Told
    from privity.ledger.entry import Json
    from privity.office.place import Office

_EVER = (date.min, date.max)
_NO_DAY = (date.min, date.min)  # of determinations, none are needed
ROUTING = "routing.csv"


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What makes a notice due: the trigger's id, its day, the proceeding by its number, and the rights that it gives, if any."""

    trigger: str
    day: date
    ground: str
    rights: str = ""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One disclosure in a notice: date, to whom, under what, what, and its entry."""

    date: str
    agency: str
    authority: str
    what: str
    entry: int


# ---------------------------------------------------------------- notices to people


def notify(office: Office, kind: str, proceeding: Proceeding, named: Sequence[str], out: Path, person: str) -> list[Path]:
    """Write a notice for each person whom the named disclosures are about, and enter each before it is written.

    Args:
        office: the office.
        kind: a notice of its regime.
        proceeding: why it is due.
        named: disclosures, ``ENTRY:ROW`` of an intent, or ``ENTRY`` of a record or of a whole package.
        out: a folder.
        person: who has them made. The routing says whom disclosures were about, so the look is entered before anything is read.

    Raises:
        InputError: no such notice or trigger, something named that is no disclosure, or nobody is named.
        RefusedError: the law does not make this notice due on what was said, or wants more said; or the person holds no office here.
    """
    law = forms.accounting_law(office)
    notice, trigger = _due(office, law, kind, proceeding)
    looks.enter(office, person, proceeding.ground, {"purpose": f"notices {kind}", "disclosures": list(named)})
    told = read.of_period(office, *_NO_DAY)
    about = _about(office, told, law, named)
    written, routes = [], []
    for number, (record_id, found) in enumerate(sorted(about.items()), 1):
        text = _text(office, notice, trigger, proceeding, found)
        more: dict[str, Json] = {"record": record_id, "disclosures": sorted({one.entry for one in found})}
        with office.store.write() as tx:
            issued = statements.issue(office, tx, kind, f"trigger {trigger.id} of {proceeding.day}", text, more)
        path = out / f"notice-{issued.entry}-{number}.txt"
        disk.write_file(path, issued.text.encode())
        path.chmod(0o600)
        written.append(path)
        routes.append((path.name, record_id))
    _route(out, routes)
    return written


def _due(office: Office, law: AccountingLaw, kind: str, proceeding: Proceeding) -> tuple[Notice, Trigger]:
    if kind not in law.notices:
        raise InputError(f"this office has no notice `{kind}`", remedy=f"one of: {', '.join(law.notices) or 'none'}")
    notice = law.notices[kind]
    if proceeding.trigger not in notice.triggers:
        raise RefusedError(
            f"{notice.cite} asks for no notice on `{proceeding.trigger}`", remedy=f"its triggers: {', '.join(notice.triggers)}"
        )
    trigger = notice.triggers[proceeding.trigger]
    if not proceeding.ground.strip():
        raise RefusedError("the proceeding is not named", remedy="name it with --ground, by its number")
    if proceeding.day > office.day:
        raise RefusedError("the trigger's day is to come", remedy="a notice is made once its trigger has happened")
    if trigger.needs_rights and not proceeding.rights.strip():
        raise RefusedError(
            f"{notice.cite} wants the person's rights under the proceeding stated", remedy="give them in a file with --rights"
        )
    return notice, trigger


def _about(office: Office, told: Told, law: AccountingLaw, named: Sequence[str]) -> dict[str, list[Disclosed]]:
    """Record id → the disclosures named that are about them.

    Raises:
        InputError: something named is no disclosure, or is one recorded without ids.
    """
    names = dict(told.agencies.select("agency", "name").iter_rows())
    made = told.disclosed(*_EVER)
    found: dict[str, list[Disclosed]] = {}
    with office.store.read() as tx:
        recorded = {one.entry: one for one in past.every(office, tx)}
    for one in named:
        entry, row = _numbers(one)
        rows = made.filter((pl.col("entry") == entry) & (pl.lit(row is None) | (pl.col("ordinal") == (row or 0))))
        mine = [(str(each["record_id"]), _passed(each, names, law)) for each in rows.iter_rows(named=True)]
        if entry in recorded and row is None:
            kept = recorded[entry].past
            said = Disclosed(kept.made.isoformat(), names.get(kept.agency, kept.agency), kept.authority, law.what[kept.what], entry)
            mine += [(record_id, said) for record_id in kept.records]
        if not mine:
            raise InputError(
                f"`{one}` is no disclosure about somebody who is known", remedy="ENTRY:ROW as `privity account --form` lists them"
            )
        for record_id, each in mine:
            found.setdefault(record_id, []).append(each)
    return found


def _passed(row: Mapping[str, object], names: Mapping[str, str], law: AccountingLaw) -> Disclosed:
    agency, authority = str(row["agency"]), canonical(str(row["basis"])) or NO_CITATION
    return Disclosed(str(row["day"]), names.get(agency, agency), authority, law.what.get(SAME, SAME), int(str(row["entry"])))


def _numbers(named: str) -> tuple[int, int | None]:
    entry, colon, row = named.partition(":")
    if not entry.isdecimal() or (colon and not row.isdecimal()):
        raise InputError("a disclosure is named ENTRY:ROW, or ENTRY", remedy="for example 81:3")
    return int(entry), int(row) if colon else None


def _text(office: Office, notice: Notice, trigger: Trigger, proceeding: Proceeding, found: Sequence[Disclosed]) -> str:
    folders = [str(folder) for folder in (office.root / "letters", forms.TEMPLATES)]
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, trim_blocks=True
    )  # plain text: nothing is escaped, and nothing but the values below can be reached
    values = {
        "custodian": office.custodian,
        "day": office.day.isoformat(),
        "notice": notice,
        "trigger": trigger,
        "proceeding": proceeding,
        "disclosures": sorted(set(found), key=lambda one: (one.date, one.entry)),
    }
    try:
        return environment.get_template("notice.txt").render(values)
    except TemplateError as error:
        raise InputError(f"the template `notice.txt` cannot be filled: {error.message}", remedy="compare it with the shipped one") from None


def _route(out: Path, routes: Sequence[tuple[str, str]]) -> None:
    """Which notice goes to whom: a new file each time, readable by its owner only."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("notice", "record_id"), *routes])
    path = out / ROUTING
    number = 1
    while path.exists():
        number += 1
        path = out / f"routing-{number}.csv"
    keys.write_secret(path, text.getvalue().encode())


# ---------------------------------------------------------------- a recipient's breach


def breach_pack(office: Office, identified: str, *, package: str = "", officer: str = "", agency: str = "") -> forms.Page:
    """What a recipient needs to tell whom it must tell, about the packages in scope; entered as issued.

    ``identified``: when a possible issue was identified, in ISO form with the hour.

    Raises:
        InputError: the scope is empty or the moment cannot be read.
        RefusedError: the regime knows no such notice, or nothing in scope was ever entered.
    """
    law = forms.accounting_law(office)
    if law.breach is None:
        raise RefusedError("this regime knows no such notice", remedy="see its `accounting.toml`")
    if not (package or officer or agency):
        raise InputError("nothing is in scope", remedy="name --package, --officer or --agency")
    moment = _moment(office, identified)
    told = read.of_period(office, *_NO_DAY)
    rows = _packages(told, package, officer, agency)
    if rows.is_empty():
        raise RefusedError("no package and no record is in that scope", remedy="`privity packages OFFICE` lists packages")
    page = _pack(office, told, law.breach, moment, rows)
    with office.store.write() as tx:
        statements.issue(office, tx, "breach-pack", f"{rows.height} packages or records", forms.as_json(page).decode())
    return page


def _moment(office: Office, said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise InputError("the moment cannot be read", remedy="for example 2025-08-14T09:30") from None
    if found.date() > office.day:
        raise InputError("the moment is to come", remedy="when the possible issue was identified")
    return found


def _packages(told: Told, package: str, officer: str, agency: str) -> pl.DataFrame:
    """A line a package, and one for each disclosure recorded afterwards, that fits all that was named."""
    asked = told.received.select("batch", "agency", pl.col("entry").alias("receipt"))
    answered = told.answered.join(asked, on="batch", how="left").join(told.standing(), on="package", how="left")
    sent = answered.group_by("package", "batch", "agency", "officer", "day", "entry", "receipt", "standing").agg(
        pl.len().cast(pl.Int64).alias("answers"),
        pl.col("disclosed").sum().cast(pl.Int64).alias("disclosures"),
        _joined(pl.col("ordinal").filter("disclosed").sort()).alias("rows"),
        _joined(pl.col("determination").drop_nulls().sort()).alias("determinations"),
    )
    later = told.recorded.select(
        "agency",
        "officer",
        pl.col("made").alias("day"),
        "entry",
        pl.lit(AFTERWARDS).alias("standing"),
        pl.col("people").alias("disclosures"),
    )
    whole = pl.concat([sent, later], how="diagonal").with_columns(pl.col("standing").fill_null("not acknowledged"))
    for name, wanted in (("officer", officer), ("agency", agency)):
        whole = whole.filter(pl.col(name) == wanted) if wanted else whole
    whole = whole.filter(pl.col("package").str.starts_with(package)) if package else whole
    return whole.sort("day", "entry")


def _joined(numbers: pl.Expr) -> pl.Expr:
    return numbers.cast(pl.String).str.join(" ")


_HEADINGS = {
    "agency": "Agency",
    "officer": "Officer",
    "package": "Package",
    "batch": "Batch",
    "day": "Date",
    "answers": "Rows answered",
    "disclosures": "Disclosures",
    "rows": "Rows disclosed",
    "standing": "Custody",
    "entry": "Ledger entry",
    "receipt": "Request entry",
    "determinations": "Determination entries",
}


def _pack(office: Office, told: Told, law: Breach, moment: datetime, rows: pl.DataFrame) -> forms.Page:
    until = moment + timedelta(hours=law.hours)
    facts = (
        ("custodian", office.custodian),
        ("under", law.cite),
        ("made on", office.day.isoformat()),
        ("possible issue identified", moment.isoformat(timespec="minutes")),
        (f"tell within {law.hours} hours", until.isoformat(timespec="minutes")),
        ("tell", "; ".join(law.tell)),
        ("ledger", told.origin),
        ("entries read", str(told.size)),
        ("root", told.root),
    )
    counted = f"{rows.height} packages or records, {int(rows['disclosures'].sum())} disclosures. Whom they were about is not in this pack."
    return forms.Page(law.title, facts, _HEADINGS, rows, (counted, *(f"{step[0].upper()}{step[1:]}." for step in law.steps)))
