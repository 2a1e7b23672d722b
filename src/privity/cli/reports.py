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
        record_id: Annotated[
            str,
            typer.Option(
                "--record", help="With a form: disclosures about one person only; a look, with --as and --ground.", show_default=False
            ),
        ] = "",
        person: Annotated[str, typer.Option("--as", help="With --record: who looks; they hold an office here.")] = "",
        ground: Annotated[str, typer.Option("--ground", help="With --record: why. It goes into the ledger: name nobody.")] = "",
        public: Annotated[bool, typer.Option("--public", help="With `annual`: only what the statute asks for.")] = False,
        trace: Annotated[bool, typer.Option("--trace", help="With `annual`: the entries behind each figure.")] = False,
        out: Out = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """The accounting of requests and disclosures. Example: privity account office --year 2025 --form 5466-b --out 2025.csv"""
        from privity.office.place import open_office

        if record_id and form in ("", ANNUAL):
            raise InputError("figures are not given about one person", remedy="name a form of the regime with --form")
        office = open_office(folder, options.day(as_of))
        if record_id:
            _give(_about(office, form, year, record_id, person, ground), out, as_json)
        elif not form:
            _account(office, year, as_json)
        elif form == ANNUAL:
            _annual(office, year, out, public=public, trace=trace, as_json=as_json)
        else:
            _form(office, form, year, out, as_json)

    @app.command()
    def record(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="One disclosure that did not pass here.")],
        person: Annotated[str, typer.Option("--by", help="Who enters it.")],
        key: options.KeyFile,
        confirmer: Annotated[str, typer.Option("--confirmed-by", help="Who confirms it: somebody else of this office.")],
        confirmer_key: Annotated[
            Path | None, typer.Option("--confirmed-key", help="Their private key file (PEM).", show_default=False)
        ] = None,
        signature: Annotated[
            Path | None, typer.Option("--confirmed-signature", help="Or what `sign-record` wrote.", show_default=False)
        ] = None,
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
        if (confirmer_key is None) == (signature is None):
            raise InputError("it is confirmed in one way", remedy="say --confirmed-key, or --confirmed-signature")
        if confirmer_key is not None:
            confirmed = past.Hand(confirmer, open_key(confirmer_key, options.passphrase(confirmer_passphrase_file or passphrase_file)))
        else:
            confirmed = past.Hand(confirmer, signature=_signature(signature))
        entry = past.enter(office, said, by, confirmed)
        screen.answer(as_json, {"entry": entry}, lambda: screen.say(f"recorded afterwards: ledger entry {entry}"))

    @app.command("sign-record")
    def sign_record(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="One disclosure that did not pass here.")],
        person: Annotated[str, typer.Option("--by", help="Who enters it.")],
        confirmer: Annotated[str, typer.Option("--confirmed-by", help="Who confirms it, and signs here.")],
        key: options.KeyFile,
        out: Annotated[Path, typer.Option("--out", help="The signature to write.")],
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """Confirm a record at another desk, for the day of today. Example: privity sign-record office call.toml --by r.okafor --confirmed-by a.lindqvist --key lindqvist.pem --out call.sig"""
        from privity.office import past
        from privity.office.disk import write_file
        from privity.office.keys import open_key
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        said = past.read(office, file)
        text = past.signed_text(said, person, confirmer, office.day, office.origin)
        write_file(out, open_key(key, options.passphrase(passphrase_file)).sign(text).hex().encode() + b"\n")
        screen.say(f"{out}: good for an entry of {office.day} by {person}")

    @app.command()
    def notice(
        folder: options.OfficeFolder,
        kind: Annotated[str, typer.Option("--kind", help="A notice of the office's regime: 7431-e, 552a-e-8.")],
        trigger: Annotated[str, typer.Option("--trigger", help="What makes it due, by its id.")],
        on: Annotated[str, typer.Option("--on", help="The day of that (YYYY-MM-DD).")],
        ground: Annotated[str, typer.Option("--ground", help="The proceeding, by its number.")],
        disclosure: Annotated[list[str], typer.Option("--disclosure", help="ENTRY:ROW, or ENTRY; may be repeated.")],
        out: Annotated[Path, typer.Option("--out", help="The folder for the notices.")],
        person: Annotated[str, typer.Option("--as", help="Who has them made; they hold an office here, and the look is an entry.")],
        rights: Annotated[Path | None, typer.Option("--rights", help="A file: the person's rights in that proceeding.")] = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """A notice to each person whom disclosures were about. Example: privity notice office --kind 7431-e --trigger charge-7213 --on 2026-02-03 --ground "No. 1:26-cr-17" --disclosure 81:3 --as r.okafor --out notices"""
        from privity.office.place import open_office
        from privity.office.reports import notices

        office, day = open_office(folder, options.day(as_of)), options.day(on)
        if day is None:
            raise InputError("the trigger's day is not named", remedy="name it with --on")
        proceeding = notices.Proceeding(trigger, day, ground, _text(rights))
        written = [str(path) for path in notices.notify(office, kind, proceeding, disclosure, out, person)]
        screen.answer(
            as_json, {"written": written}, lambda: screen.say(f"{len(written)} notices written: {out}; {notices.ROUTING} says whose")
        )

    @app.command()
    def breach(
        folder: options.OfficeFolder,
        identified: Annotated[str, typer.Option("--identified", help="When a possible issue was identified: 2025-08-14T09:30.")],
        package: Annotated[str, typer.Option("--package", help="A package, or the beginning of its name.")] = "",
        officer: Annotated[str, typer.Option("--officer", help="All that one engaged officer received.")] = "",
        agency: Annotated[str, typer.Option("--agency", help="All that one agency received.")] = "",
        out: Out = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """What a recipient needs to tell of a possible breach in time. Example: privity breach office --package 88d3 --identified 2025-08-14T09:30 --out pack.html"""
        from privity.office.place import open_office
        from privity.office.reports import notices

        office = open_office(folder, options.day(as_of))
        _give(notices.breach_pack(office, identified, package=package, officer=officer, agency=agency), out, as_json)

    @app.command()
    def statement(
        folder: options.OfficeFolder,
        out: Annotated[Path, typer.Option("--out", help="The signed note to write.")],
        nothing_shared: Annotated[bool, typer.Option("--nothing-shared", help="That nothing was shared.")] = False,
        agency: Annotated[str, typer.Option("--agency", help="With whom; anybody, if not said.")] = "any",
        through: Annotated[str, typer.Option("--through", help="Up to this day; today, if not said.", show_default=False)] = "",
        annual: Annotated[int | None, typer.Option("--annual", help="The public figures of a year.", show_default=False)] = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Sign and enter a statement. Example: privity statement office --nothing-shared --agency us-dhs-ice --through 2025-06-30 --out nothing.note"""
        from privity.office.disk import write_file
        from privity.office.place import open_office
        from privity.office.reports import statements

        if nothing_shared == (annual is not None):
            raise InputError("one statement is made at a time", remedy="say --nothing-shared, or --annual YEAR")
        office = open_office(folder, options.day(as_of))
        if annual is not None:
            made = statements.annual_report(office, annual)
        else:
            made = statements.nothing_shared(office, agency, options.day(through))
        write_file(out, made.text.encode())
        said = {"entry": made.entry, "written": str(out), "key": office.verifier.vkey}
        screen.answer(as_json, said, lambda: screen.say(f"{out}: ledger entry {made.entry}\ncheck it with: {office.verifier.vkey}"))

    @app.command("check-statement")
    def check_statement(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A signed statement.")],
        key: Annotated[str, typer.Option("--key", help="The office's verifier key, as `privity init` printed it.")],
        as_json: options.Json = False,
    ) -> None:
        """Whether a statement is signed by an office's key, and what it says; needs no office. Example: privity check-statement nothing.note --key VKEY"""
        from privity.office.reports import statements

        found = statements.check(_text(file), key)
        said = {"statement": found.kind, **found.words, "says": list(found.sentences)}
        screen.answer(
            as_json, said, lambda: screen.say("\n".join([f"signed: {found.kind}", *map(" ".join, found.words.items()), *found.sentences]))
        )


def _signature(file: Path | None) -> bytes:
    try:
        return bytes.fromhex(_text(file))
    except ValueError:
        raise InputError(f"`{file}` holds no signature", remedy="`privity sign-record` writes one") from None


def _text(file: Path | None) -> str:
    """A text file that was named; nothing if none was."""
    try:
        return file.read_bytes().decode().strip("\ufeff") if file is not None else ""
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{file}` cannot be read", remedy="name a text file in UTF-8") from None


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


def _form(office: Office, name: str, year: int | None, out: Path | None, as_json: bool) -> None:
    from privity.office.reports import forms

    span = forms.period(office, forms.accounting_law(office).form(name), year)
    _give(forms.lines_page(office, name, *span), out, as_json)


def _about(office: Office, name: str, year: int | None, record_id: str, person: str, ground: str) -> Page:
    from privity.office.reports import forms, looks

    span = forms.period(office, forms.accounting_law(office).form(name), year)
    return looks.about(office, name, span, record_id, person, ground)


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
