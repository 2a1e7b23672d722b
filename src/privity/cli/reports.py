"""Commands on accountings, what is recorded afterwards, notices, breach packs and statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError, RefusedError

if TYPE_CHECKING:
    from privity.account import Accounting
    from privity.office.place import Office
    from privity.office.reports.forms import Page

ANNUAL = "annual"
Out = Annotated[Path | None, typer.Option("--out", help="Write it here: .csv, .json or .html.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command()
    def account(
        folder: options.OfficeFolder,
        year: Annotated[int | None, typer.Option("--year", help="Calendar year.", show_default=False)] = None,
        form: Annotated[str, typer.Option("--form", help="A form of the office's regime, or `annual`: the yearly table.")] = "",
        record_id: Annotated[str, typer.Option("--record", help="Disclosures about one person only.", show_default=False)] = "",
        public: Annotated[bool, typer.Option("--public", help="With `annual`: only what the statute asks for.")] = False,
        trace: Annotated[bool, typer.Option("--trace", help="With `annual`: the entries behind each figure.")] = False,
        out: Out = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """The accounting of requests and disclosures. Example: privity account office --year 2025 --form 5466-b --out 2025.csv"""
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        if not form:
            _account(office, year, as_json)
        elif form == ANNUAL:
            _annual(office, year, out, public=public, trace=trace, as_json=as_json)
        else:
            _form(office, form, year, record_id, out, as_json)

    @app.command()
    def record(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="One disclosure that did not pass here.")],
        person: Annotated[str, typer.Option("--by", help="Who enters it.")],
        key: options.KeyFile,
        confirmer: Annotated[str, typer.Option("--confirmed-by", help="Who confirms it: somebody else of this office.")],
        confirmer_key: Annotated[Path, typer.Option("--confirmed-key", help="Their private key file (PEM).")],
        passphrase_file: options.PassphraseFile = None,
        confirmer_passphrase_file: Annotated[Path | None, typer.Option("--confirmed-passphrase-file", help="As --passphrase-file.")] = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Enter a past or outside disclosure, by two people. Example: privity record office call.toml --by r.okafor --key okafor.pem --confirmed-by a.lindqvist --confirmed-key lindqvist.pem"""
        from privity.office import past
        from privity.office.keys import open_key
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        said = past.read(office, file)
        by = past.Hand(person, open_key(key, options.passphrase(passphrase_file)))
        confirmed = past.Hand(confirmer, open_key(confirmer_key, options.passphrase(confirmer_passphrase_file or passphrase_file)))
        entry = past.enter(office, said, by, confirmed)
        screen.answer(as_json, {"entry": entry}, lambda: screen.say(f"recorded afterwards: ledger entry {entry}"))


# ---------------------------------------------------------------- account


def _account(office: Office, year: int | None, as_json: bool) -> None:
    from privity.office.accounting import for_year

    found = for_year(office, _stated(year))
    said = {
        "year": found.year,
        "agencies": found.agencies.rows(named=True),
        "reconciled": found.reconciled.rows(named=True),
        "parts": found.parts.rows(named=True),
        "purposes": found.purposes.rows(named=True),
        "gaps": list(found.gaps),
    }
    screen.answer(as_json, said, lambda: _show_account(found))
    if found.gaps:
        raise RefusedError("the accounting does not reconcile", remedy="run `privity verify`")


def _stated(year: int | None) -> int:
    if year is None:
        raise InputError("no year is named", remedy="name it with --year, for example --year 2025")
    return year


def _annual(office: Office, year: int | None, out: Path | None, *, public: bool, trace: bool, as_json: bool) -> None:
    from privity.office.reports import forms

    page, _ = forms.annual_page(office, _stated(year), public=public, trace=trace)
    _give(page, out, as_json)


def _form(office: Office, name: str, year: int | None, record_id: str, out: Path | None, as_json: bool) -> None:
    from privity.office.reports import forms

    span = forms.period(office, forms.accounting_law(office).form(name), year)
    _give(forms.lines_page(office, name, *span, record_id), out, as_json)


def _give(page: Page, out: Path | None, as_json: bool) -> None:
    """Write a page where it was asked for; else show it."""
    from privity.office.reports import forms

    if out is not None:
        forms.write(page, out)
    said = {"written": str(out), "lines": page.rows.height} if out is not None else forms.as_object(page)
    screen.answer(as_json, said, lambda: _show_page(page, out))


def _show_page(page: Page, out: Path | None) -> None:
    if out is not None:
        screen.say(f"{page.rows.height:,} lines written: {out}")
        return
    screen.say(page.title)
    for label, value in page.facts:
        screen.say(f"{label}: {value}")
    right = [place for place, name in enumerate(page.headings) if page.rows[name].dtype.is_integer()]
    screen.table("", list(page.headings.values()), page.rows.select(*page.headings).rows(), right=right)
    for said in page.notes:
        screen.say(said)


def _show_account(found: Accounting) -> None:
    both = ((found.agencies, "as 26 USC 6103(p)(3)(C) asks"), (found.reconciled, "where each request stands"))
    for table, title in both:
        for row in table.iter_rows(named=True):
            lines = [(name, row[name]) for name in table.columns if name != "agency"]
            screen.table(f"{row['agency']}, {found.year}: {title}", ("", "rows"), lines, right=(1,))
    screen.table("what these are made of", ("agency", "figure", "part", "rows"), found.parts.rows(), right=(3,))
    screen.table("purposes", ("agency", "purpose", "rows"), found.purposes.rows(), right=(2,))
    screen.say("every request of the year stands in exactly one line" if not found.gaps else "\n".join(found.gaps))
