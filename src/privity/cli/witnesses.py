"""Commands on witnesses: who signs the ledger's checkpoints besides the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privity.office.witness_ask import Answer

Name = Annotated[str, typer.Argument(metavar="NAME", help="The witness's name, as its key begins: court.example.gov/w1.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    witness = typer.Typer(help="Outsiders who sign the ledger's checkpoints. Each change is an entry.", no_args_is_help=True)
    app.add_typer(witness, name="witness")

    @witness.command("add")
    def add(
        folder: options.OfficeFolder,
        name: Name,
        vkey: Annotated[str, typer.Option("--vkey", help="Its verifier key of type 4: NAME+ID+KEY.")],
        url: Annotated[str, typer.Option("--url", help="Its submission prefix; /add-checkpoint is appended.")],
        as_of: options.AsOf = "",
    ) -> None:
        """Enter a witness, or its new key or address. Example: privity witness add office w.example/w1 --vkey w.example/w1+... --url https://w.example"""
        from privity.office import witness, witness_roster
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        screen.say(f"entry {witness_roster.add(office, name, vkey, url)}")
        with office.store.read() as tx:
            needed = witness.quorum(office, tx)
        if not needed:
            screen.say("nothing waits for witnesses until `witness_quorum` is set in the policy: docs/witnesses.md")

    @witness.command("retire")
    def retire(folder: options.OfficeFolder, name: Name, as_of: options.AsOf = "") -> None:
        """Enter that a witness counts no more. Example: privity witness retire office w.example/w1"""
        from privity.office import witness_roster
        from privity.office.place import open_office

        screen.say(f"entry {witness_roster.retire(open_office(folder, options.day(as_of)), name)}")

    @witness.command("list")
    def listing(folder: options.OfficeFolder, as_json: options.Json = False) -> None:
        """Who may witness, and up to where each has signed. Example: privity witness list office"""
        from privity.office import cosigned, witness, witness_roster
        from privity.office.place import open_office

        office = open_office(folder)
        with office.store.read() as tx:
            needed, size = witness.quorum(office, tx), tx.head().size
            known = witness_roster.enrolled(office, tx)
            rows = [(one.name, one.url, *cosigned.last_of(tx, one.key)) for one in known]
        names = ("witness", "url", "entries signed", "signed at")
        said = {"quorum": needed, "entries": size, "witnesses": [dict(zip(names, row, strict=True)) for row in rows]}

        def show() -> None:
            screen.table("", names, [(*row[:3], _when(row[3])) for row in rows], right=(2,))
            screen.say(f"the ledger has {size:,} entries; needed before anything leaves: {needed}")

        screen.answer(as_json, said, show)

    @witness.command("ask")
    def ask(folder: options.OfficeFolder, as_of: options.AsOf = "", as_json: options.Json = False) -> None:
        """Send the newest checkpoint to every witness. Exit 1 if one did not sign. Example: privity witness ask office"""
        from privity.office import witness
        from privity.office.place import open_office

        answers = witness.ask(open_office(folder, options.day(as_of)))
        found = [
            {"witness": one.witness, "said": one.said.value, "entries": one.size, "why": one.why, "time": one.time or None}
            for one in answers
        ]
        screen.answer(as_json, {"answers": found}, lambda: _show(answers))
        missing = [one.witness for one in answers if not one.lines]
        if missing or not answers:
            raise RefusedError(
                f"{len(missing)} of {len(answers)} witnesses did not sign" if answers else "no witness is enrolled",
                remedy="ask again later; if the ledger is behind or beside, see docs/witnesses.md"
                if answers
                else "enrol one with `privity witness add`",
            )


def _show(answers: Sequence[Answer]) -> None:
    rows = [(one.witness, one.said.value, one.size, _when(one.time or None), one.why) for one in answers]
    screen.table("", ("witness", "", "entries", "signed at", "why not"), rows, right=(2,))


def _when(seconds: int | None) -> str:
    """A witness's time, in UTC."""
    from datetime import UTC, datetime

    return "never" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
