"""Commands on the law: what is in force, one provision's requirements, a new version into an office."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

Regime = Annotated[str, typer.Option("--regime", help="Which instrument.")]
Law = Annotated[Path | None, typer.Option("--law", help="A folder of law; the shipped one if not said.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    law = typer.Typer(help="The law as data: bases, requirements, court interpretations, halts, agreements.", no_args_is_help=True)
    app.add_typer(law, name="law")

    @law.command("list")
    def listing(folder: Law = None, regime: Regime = "us/26-usc-6103", as_of: options.AsOf = "", as_json: options.Json = False) -> None:
        """What is in force on a day. Example: privity law list --as-of 2025-12-01"""
        from privity.office import clock
        from privity.rules.book import in_force, open_book
        from privity.rules.facts import SHIPPED

        book = open_book(folder or SHIPPED, regime)
        rulebook = in_force(book, options.day(as_of) or clock.today())
        said = {
            "day": rulebook.day, "digest": rulebook.digest, "halts": rulebook.halts, "readings": rulebook.readings, "switches": rulebook.switches,
            "agreements": {name: book.agreement_state(name, rulebook.day) for name in book.agreements},
        }  # fmt: skip

        def show() -> None:
            screen.say(f"{book.vocabulary.title}, as of {rulebook.day}; rulebook {rulebook.digest[:12]}")
            rows = [
                (one.source, one.cite, one.id, one.stage, one.fails)
                for rules in rulebook.requirements.values()
                for one in rules
                if one.effect == "forbid"
            ]
            screen.table("", ("source", "citation", "requirement", "stage", "said when it is not met"), rows)
            screen.table(
                "court interpretations", ("switch", "value"), [(name, str(value).lower()) for name, value in rulebook.switches.items()]
            )
            for name, state in said["agreements"].items():  # type: ignore[attr-defined]
                screen.say(f"agreement {name}: {state or 'not begun'}")

        screen.answer(as_json, said, show)

    @law.command("show")
    def show(
        citation: Annotated[str, typer.Argument(metavar="CITATION", help="A citation, or the id of a requirement.")],
        folder: Law = None,
        regime: Regime = "us/26-usc-6103",
        as_of: options.AsOf = "",
    ) -> None:
        """The rules of a provision, as Cedar. Example: privity law show "26 USC 6103(i)(2)(B)(i)" """
        from privity.office import clock
        from privity.rules.book import in_force, open_book
        from privity.rules.facts import SHIPPED

        rulebook = in_force(open_book(folder or SHIPPED, regime), options.day(as_of) or clock.today())
        found = [rule for rules in rulebook.rules.values() for rule in rules if citation in (rule.requirement.cite, rule.requirement.id)]
        if not found:
            raise InputError("no rule in force has this citation or id", remedy="`privity law list` lists them")
        for rule in found:
            screen.say(rule.text + "\n")

    @law.command("install")
    def install(
        office: options.OfficeFolder,
        folder: Annotated[Path, typer.Argument(metavar="LAW", help="The folder of the new version, with every halt of the office.")],
        ground: Annotated[
            str, typer.Option("--ground", help="Why: the act of a legislature, a court's order, an agreement signed or ended.")
        ],
        as_of: options.AsOf = "",
    ) -> None:
        """Put another version of the law in force in an office. Example: privity law install office ./law --ground "two of three witnesses from today" """
        from privity.office.law import install as put
        from privity.office.place import open_office

        screen.say(f"law {put(open_office(office, options.day(as_of)), folder, ground)[:12]} in force")
