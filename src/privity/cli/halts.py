"""Commands on court orders that withhold: halt add, confirm, lift, list."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from privity.office.dispose import Official
    from privity.office.halt import Listed

Person = Annotated[str, typer.Option("--as", help="Who signs.")]
Held = Annotated[str, typer.Option("--office", help="The office they act in: any of this office.")]
Ending = Annotated[str, typer.Option("--office", help="The office they act in: counsel, inspector, approver.")]
HaltId = Annotated[str, typer.Argument(metavar="HALT", help="The halt's id.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    halt = typer.Typer(help="Court orders that withhold: entered by one, confirmed by another, ended by two.", no_args_is_help=True)
    app.add_typer(halt, name="halt")

    @halt.command()
    def add(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The halt (docs/formats/halt.md).")],
        person: Person,
        held: Held,
        key: options.KeyFile,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Put a court order in force at once, on one signature; a second confirms it. Example: privity halt add office stay.toml --as c.ode --office counsel --key ode.pem"""
        from privity.office import halt as verbs
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        made = verbs.add(office, file, _official(person, held, key, passphrase_file))
        (one,) = [listed for listed in verbs.listing(office) if listed.halt.id == made.id]
        rows = sum(each.rows for each in one.released)

        def show() -> None:
            screen.say(f"halt {made.id} entered; in force {'now' if one.in_force else f'from {made.since}'}; awaits its second signature")
            screen.say(
                f"already released within its scope: {rows:,} rows in {len(one.released):,} packages; `privity halt list` names them"
            )

        said = {
            "halt": made.id,
            "in_force": one.in_force,
            "awaits second signature": True,
            "released rows": rows,
            "packages": len(one.released),
        }
        screen.answer(as_json, said, show)

    @halt.command()
    def confirm(
        folder: options.OfficeFolder,
        name: HaltId,
        person: Person,
        held: Held,
        key: options.KeyFile,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """Sign a halt as the second person. Example: privity halt confirm office stay-1 --as r.okafor --office reviewer --key okafor.pem"""
        from privity.office import halt as verbs
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        screen.say(f"halt {name} confirmed, entry {verbs.confirm(office, name, _official(person, held, key, passphrase_file))}")

    @halt.command()
    def lift(
        folder: options.OfficeFolder,
        name: HaltId,
        person: Person,
        held: Ending,
        key: options.KeyFile,
        act: Annotated[
            str,
            typer.Option(
                "--act",
                help='To propose: "COURT; DOCKET; YYYY-MM-DD; WHAT IT SAYS", or "entered in error: WHY". Without it: sign the proposal.',
            ),
        ] = "",
        until: Annotated[
            str, typer.Option("--to", help="First day on which it no longer withholds; the day of the second signature if not said.")
        ] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
    ) -> None:
        """End a halt: one proposes with --act, another signs without. Example: privity halt lift office stay-1 --as a.lindqvist --office approver --key lindqvist.pem"""
        from privity.office import halt as verbs
        from privity.office.place import open_office

        office, by = open_office(folder, options.day(as_of)), _official(person, held, key, passphrase_file)
        if act:
            entry = verbs.propose_lift(office, name, act, by, options.day(until))
            screen.say(f"end of halt {name} proposed, entry {entry}; it withholds until another person signs")
            return
        if until:
            raise InputError("the day stands in the proposal", remedy="propose anew with --act and --to, or sign without --to")
        screen.say(f"halt {name} lifted: from {verbs.lift(office, name, by)} it withholds nothing")

    @halt.command("list")
    def listing(
        folder: options.OfficeFolder,
        recall_list: Annotated[
            Path | None, typer.Option("--recall-list", help="Write here, as CSV, what was released within each scope.")
        ] = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Halts on file: in force or not, whom they bind, who signed, what was already released. Example: privity halt list office --recall-list recall.csv"""
        from privity.office import halt as verbs
        from privity.office.place import open_office
        from privity.office.reached import write_recall_list

        office = open_office(folder, options.day(as_of))
        found = verbs.listing(office)
        if recall_list is not None:
            write_recall_list({one.halt.id: one.released for one in found}, recall_list)
        said = {"day": office.day, "halts": [_as_json(one) for one in found]}
        screen.answer(as_json, said, lambda: _show(found, office.day, recall_list))


def _official(person: str, held: str, key: Path, secret: Path | None) -> Official:
    from privity.office.dispose import Official
    from privity.office.keys import open_key

    return Official(person, held, open_key(key, options.passphrase(secret)))


def _as_json(one: Listed) -> dict[str, object]:
    halt = one.halt
    return {
        "id": halt.id, "in_force": one.in_force, "effect": halt.effect, "cite": halt.cite, "from": halt.since, "to": halt.until,
        "bases": halt.bases, "narrows": halt.narrows, "times": halt.times, **halt.said, "last_checked": halt.checked, "lifted": halt.lifted,
        "signatures": _signatures(one), "awaiting second signature for days": one.awaiting_days, "released": [asdict(each) for each in one.released],
    }  # fmt: skip


def _signatures(one: Listed) -> list[dict[str, object]]:
    rows = (one.state.added, one.state.confirmed, one.state.proposed, one.state.lifted)
    return [{name: row[name] for name in ("act", "person", "office", "day", "ground", "entry")} for row in rows if row]


def _show(found: list[Listed], day: date, written: Path | None) -> None:
    for one in found:
        halt = one.halt
        states = "in force" if one.in_force else f"begins {halt.since}" if halt.since > day else f"ended {halt.until}"
        screen.say(f"{halt.id}: {states}; effect: {halt.effect}")
        until = f" to {halt.until}" if halt.until else ", no end set"
        screen.say(f"  {halt.cite}; from {halt.since}{until}")
        screen.say(f"  reaches: {_scope(one)}")
        for name in ("binds", "class", "status", "appeal", "unsure", "source"):
            if halt.said[name]:
                screen.say(f"  {name}: {halt.said[name]}")
        screen.say(f"  last checked: {halt.checked or 'not said'}")
        screen.say(f"  signed: {_signed(one)}")
        _show_released(one)
    if written is not None:
        screen.say(f"recall list written: {written}")


def _scope(one: Listed) -> str:
    halt = one.halt
    parts = [f"bases {', '.join(halt.bases)}", *(f"{word} {', '.join(values)}" for word, values in halt.narrows.items())]
    parts += [f"{word} from {first or 'ever'} to {end or 'ever'}" for word, (first, end) in halt.times.items()]
    return "; ".join(parts)


def _signed(one: Listed) -> str:
    who = [f"{row['act']} by {row['person']} ({row['office']}) on {row['day']}" for row in _signatures(one)]
    wait = [f"AWAITS ITS SECOND SIGNATURE, for {one.awaiting_days} days"] if one.awaiting_days is not None else []
    return "; ".join(who + wait) or "came with the law"


def _show_released(one: Listed) -> None:
    rows = sum(each.rows for each in one.released)
    verb = "held within its scope" if not one.halt.withholds else "released within its scope, for recall"
    screen.say(f"  {verb}: {rows:,} rows in {len(one.released):,} packages")
    lines = [(each.package[:12], each.officer, each.rows, each.state, each.since, each.entry) for each in one.released]
    if lines:
        screen.table("", ("package", "officer", "rows", "state", "since", "entry"), lines, right=(2, 5))
