"""Commands on holds, retention and closing an office: hold add, end, list; retention; close."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from privity.office.dispose import Official
    from privity.office.hold import Hold

Person = Annotated[str, typer.Option("--as", help="Who signs.")]
Held = Annotated[str, typer.Option("--office", help="The office they act in: any of this office.")]
Ending = Annotated[str, typer.Option("--office", help="The office they act in: counsel, inspector, approver.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    hold = typer.Typer(help="While a hold runs nothing is deleted, no key is destroyed, no office is closed.", no_args_is_help=True)
    app.add_typer(hold, name="hold")

    @hold.command()
    def add(
        folder: options.OfficeFolder,
        kind: Annotated[str, typer.Option("--kind", help="litigation, or exposure (26 USC 7431).")],
        scope: Annotated[str, typer.Option("--scope", help="What it is about; name no person.")],
        ground: Annotated[str, typer.Option("--ground", help="Why: a docket, a letter, a finding.")],
        person: Person,
        held: Held,
        key: options.KeyFile,
        discovered: Annotated[
            str, typer.Option("--discovered", help="Of an exposure: the day on which the person discovered it; not known: leave it out.")
        ] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """Place a hold at once. Example: privity hold add office --kind litigation --scope "all of 2025" --ground "No. 1:25-cv-1" --as c.ode --office counsel --key ode.pem"""
        from privity.office import hold as verbs
        from privity.office.place import open_office

        office, by = open_office(folder, options.day(as_of)), _official(person, held, key, passphrase_file)
        name = verbs.add(office, kind, scope, ground, options.day(discovered), by)
        screen.say(f"hold {name} placed: nothing is deleted, no key is destroyed, the office is not closed")

    @hold.command()
    def end(
        folder: options.OfficeFolder,
        name: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's name.")],
        person: Person,
        held: Ending,
        key: options.KeyFile,
        act: Annotated[
            str,
            typer.Option(
                "--act", help='To propose: "COURT; DOCKET; YYYY-MM-DD; WHAT IT SAYS", or "expired". Without it: sign the proposal.'
            ),
        ] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """End a hold: one proposes with --act, another signs without. Example: privity hold end office litigation-1 --as a.lindqvist --office approver --key lindqvist.pem"""
        from privity.office import hold as verbs
        from privity.office.place import open_office

        office, by = open_office(folder, options.day(as_of)), _official(person, held, key, passphrase_file)
        if act:
            entry = verbs.propose_end(office, name, act, by)
            screen.say(f"end of hold {name} proposed, entry {entry}; it runs until another person signs")
        else:
            screen.say(f"hold {name} ended, entry {verbs.end(office, name, by)}")

    @hold.command("list")
    def listing(folder: options.OfficeFolder, as_of: options.AsOf = "", as_json: options.Json = False) -> None:
        """Every hold, running or ended. Example: privity hold list office"""
        from privity.office import hold as verbs
        from privity.office.place import open_office

        with open_office(folder, options.day(as_of)).store.read() as tx:
            found = verbs.all_holds(tx)
        headings = ("hold", "state", "scope", "ground", "discovered", "may end from", "placed")
        rows = [
            (one.name, _state(one), *(one.placed[name] or "" for name in ("scope", "ground", "discovered", "until", "day")))
            for one in found
        ]
        said = {"holds": [dict(zip(headings, row, strict=True)) for row in rows]}
        screen.answer(as_json, said, lambda: screen.table("", headings, rows))

    @app.command()
    def retention(
        folder: options.OfficeFolder,
        apply: Annotated[bool, typer.Option("--apply", help="Delete what is due; each deletion is an entry first.")] = False,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """What is permanent, what is due, what a hold keeps. Example: privity retention office --apply"""
        from privity.office import retention as verbs
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        found = verbs.apply(office) if apply else verbs.due(office)
        headings = ("class", "kept", "source", "citation or why", "due", "")
        rows = [
            (one.kept.name, one.kept.length, one.kept.source, one.kept.cite or one.kept.why, one.due, _deletes(one.deletes, apply, one.due, found.holds))
            for one in found.lines
        ]  # fmt: skip
        said = {
            "day": office.day, "applied": apply, "holds": found.holds,
            "kept": [{"name": one.kept.name, "what": one.kept.what, "kept": one.kept.length, "source": one.kept.source, "cite": one.kept.cite, "due": one.due} for one in found.lines],
        }  # fmt: skip

        def show() -> None:
            screen.table("", headings, rows, right=(4,))
            for name in found.holds:
                screen.say(f"hold {name} runs: nothing is deleted")

        screen.answer(as_json, said, show)

    @app.command()
    def close(
        folder: options.OfficeFolder,
        person: Person,
        held: Ending,
        key: options.KeyFile,
        ground: Annotated[
            str, typer.Option("--ground", help="To propose: why. Without it: sign the proposal, and the office is closed.")
        ] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """Close an office: one proposes with --ground, another signs. Example: privity close office --ground "the programme ended" --as c.ode --office counsel --key ode.pem"""
        from privity.office import close as verbs
        from privity.office.place import open_office

        office, by = open_office(folder, options.day(as_of)), _official(person, held, key, passphrase_file)
        if ground:
            screen.say(
                f"the end of the office is proposed, entry {verbs.propose(office, ground, by)}; it goes on until another person signs"
            )
        else:
            screen.say(f"the office is closed, entry {verbs.close(office, by)}; it can be read, verified and accounted for")


def _official(person: str, held: str, key: Path, secret: Path | None) -> Official:
    from privity.office.dispose import Official
    from privity.office.keys import open_key

    if not person or not held:
        raise InputError("an act needs its person and their office", remedy="say --as and --office")
    return Official(person, held, open_key(key, options.passphrase(secret)))


def _state(hold: Hold) -> str:
    if not hold.running:
        return "ended"
    return "running; its end is proposed" if hold.proposed else "running"


def _deletes(deletes: bool, applied: bool, due: int, holds: tuple[str, ...]) -> str:
    if not due:
        return ""
    if holds:
        return "kept by a hold"
    return ("deleted" if applied else "to delete with --apply") if deletes else "for people"
