"""Commands about people: enrol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from privity.office.keys.ends import Ended

Agency = Annotated[str, typer.Option("--agency", help="The agency's id; `custodian` for the office's own people.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    enrol = typer.Typer(help="Agencies, people, offices held, safeguards. Each is an entry in the ledger.", no_args_is_help=True)
    app.add_typer(enrol, name="enrol")

    @enrol.command("agency")
    def agency(
        folder: options.OfficeFolder,
        agency: Annotated[str, typer.Argument(help="Its id, in the vocabulary's word if it has one.")],
        name: Annotated[str, typer.Option("--name", help="Its name.")],
        kind: Annotated[
            str, typer.Option("--kind", help="federal, or the vocabulary's word for its kind; `custodian` for this office.")
        ] = "federal",
        as_of: options.AsOf = "",
    ) -> None:
        """Enter an agency. Example: privity enrol agency office us-dhs --name "Department of Homeland Security" """
        from privity.office.enrol import enrol_agency
        from privity.office.place import open_office

        screen.say(f"entry {enrol_agency(open_office(folder, options.day(as_of)), agency, name, kind)}")

    @enrol.command("person")
    def person(
        folder: options.OfficeFolder,
        person: Annotated[str, typer.Argument(metavar="PERSON", help="Their name, as they sign and as request files name them.")],
        agency: Agency,
        public_key: Annotated[str, typer.Option("--public-key", help="ed25519:…, as `privity key new` prints it.")],
        recipient: Annotated[str, typer.Option("--recipient", help="hpke-p384:… or age1…, if packages are sent to them.")] = "",
        as_of: options.AsOf = "",
    ) -> None:
        """Enter a person and their key. Example: privity enrol person office r.okafor --agency custodian --public-key ed25519:..."""
        from privity.office.enrol import Person, enrol_people
        from privity.office.keys import decode_public
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        screen.say(f"entry {enrol_people(office, agency, [Person(person, decode_public(public_key), recipient)])}")

    @enrol.command("roster")
    def roster(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="One line a person; the column recipient may be left out.")],
        agency: Agency,
        as_of: options.AsOf = "",
    ) -> None:
        """Enter many people from a CSV file with the headings person, public_key, recipient. Example: privity enrol roster office r.csv --agency us-dhs"""
        import csv

        from privity.office.enrol import Person, enrol_people
        from privity.office.keys import decode_public
        from privity.office.place import open_office

        try:
            with file.open(newline="", encoding="utf-8") as handle:
                rows = list(csv.DictReader(handle))
        except (OSError, UnicodeDecodeError):
            raise InputError(f"`{file.name}` cannot be read", remedy="name a CSV file in UTF-8") from None
        if not rows or not {"person", "public_key"} <= set(rows[0]):
            raise InputError(f"{file.name}: no headings person and public_key", remedy="one line a person, the headings first")
        people = [Person(row["person"], decode_public(row["public_key"]), row.get("recipient") or "") for row in rows]
        first = enrol_people(open_office(folder, options.day(as_of)), agency, people)
        screen.say(f"entries {first} to {first + len(people) - 1}")

    @enrol.command("appoint")
    def appoint(
        folder: options.OfficeFolder,
        person: Annotated[str, typer.Argument(metavar="PERSON", help="Their name, as they sign and as request files name them.")],
        held: Annotated[
            str, typer.Argument(metavar="HELD", help="intake-officer, reviewer, approver, counsel, inspector, or an office of the law.")
        ],
        agency: Agency,
        since: Annotated[str, typer.Option("--since", help="First day.")],
        until: Annotated[str, typer.Option("--until", help="First day on which it is no longer held.")] = "",
        kind: Annotated[str, typer.Option("--kind", help="appointed, acting, delegated.")] = "appointed",
        instrument: Annotated[str, typer.Option("--instrument", help="The paper it rests on.")] = "",
        as_of: options.AsOf = "",
    ) -> None:
        """Enter that a person holds an office. Example: privity enrol appoint office r.okafor reviewer --agency custodian --since 2025-01-20"""
        from privity.office.enrol import appoint as enter
        from privity.office.place import open_office
        from privity.terms import Appointment

        begins = options.day(since)
        if begins is None:
            raise InputError("an appointment begins on a day", remedy="state it with --since")
        held_from = Appointment(person, held, begins, options.day(until), kind, instrument)
        screen.say(f"entry {enter(open_office(folder, options.day(as_of)), held_from, agency)}")

    @enrol.command("revoke")
    def revoke(
        folder: options.OfficeFolder,
        person: Annotated[str, typer.Argument(metavar="PERSON", help="Their name, as they sign and as request files name them.")],
        agency: Agency,
        since: Annotated[str, typer.Option("--since", help="The first day on which the key counts for nothing.")],
        ground: Annotated[str, typer.Option("--ground", help="Why.")],
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """End a person's keys; they are enrolled again with others. Example: privity enrol revoke office r.okafor --agency custodian --since 2025-08-07 --ground "laptop stolen" """
        from dataclasses import asdict

        from privity.office.keys import ends
        from privity.office.place import open_office

        begins = options.day(since)
        if begins is None:
            raise InputError("a key ends on a day", remedy="state it with --since")
        done = ends.end(open_office(folder, options.day(as_of)), agency, person, begins, ground)
        screen.answer(as_json, asdict(done), lambda: _show_ended(done))

    @enrol.command("safeguards")
    def safeguards(
        folder: options.OfficeFolder,
        agency: Annotated[str, typer.Argument(help="The recipient agency.")],
        state: Annotated[str, typer.Argument(help="current, open-findings, lapsed, never-determined.")],
        note: Annotated[str, typer.Option("--note", help="What the determination rests on.")] = "",
        as_of: options.AsOf = "",
    ) -> None:
        """Enter the determination about a recipient's safeguards. Example: privity enrol safeguards office us-dhs current --note "review of May" """
        from privity.office.enrol import determine_safeguards
        from privity.office.place import open_office

        screen.say(f"entry {determine_safeguards(open_office(folder, options.day(as_of)), agency, state, note)}")


def _show_ended(done: Ended) -> None:
    screen.say(f"entry {done.entry}: the keys of this person count for nothing; enrol them again with new ones")
    lists = (
        ("packages sent to the key, for recall", done.sent),
        ("entries of acts signed with it since", done.acts),
        ("packages with rows released on those acts", done.rested),
    )
    for what, listed in lists:
        if listed:
            screen.say(f"{what}: {', '.join(map(str, listed))}")
