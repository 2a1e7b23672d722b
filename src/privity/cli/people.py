"""Commands about people and their keys: key, enrol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

Agency = Annotated[str, typer.Option("--agency", help="The agency's id; `custodian` for the office's own people.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    key = typer.Typer(help="Signing keys of officials, and package keys of engaged persons.", no_args_is_help=True)
    app.add_typer(key, name="key")

    @key.command("new")
    def new(path: Path, passphrase_file: options.PassphraseFile = None) -> None:
        """Make a signing key, protected by a passphrase. Example: privity key new okafor.pem"""
        from privity.office.keys import encode_public, new_key

        public = new_key(path, options.passphrase(passphrase_file, confirm=True))
        screen.say(encode_public(public))

    @key.command("show")
    def show(path: Path, passphrase_file: options.PassphraseFile = None) -> None:
        """Print the public half of a signing key. Example: privity key show okafor.pem"""
        from privity.office import keys

        screen.say(keys.encode_public(keys.public(keys.open_key(path, options.passphrase(passphrase_file)))))

    @key.command("recipient")
    def recipient(
        path: Path,
        scheme: Annotated[str, typer.Option("--scheme", help="hpke-p384 (FIPS algorithms, under a passphrase), or age.")] = "age",
        passphrase_file: options.PassphraseFile = None,
    ) -> None:
        """Make a key to which packages are encrypted. Example: privity key recipient hale.key --scheme hpke-p384"""
        from privity.office.keys import write_secret
        from privity.seal import age, hpke

        if scheme == "hpke-p384":
            pem, public = hpke.generate(options.passphrase(passphrase_file, confirm=True))
            write_secret(path, pem)
        elif scheme == "age":
            secret, public = age.generate()
            write_secret(path, f"{secret}\n".encode())
        else:
            raise InputError(f"`{scheme}` is not a scheme", remedy="one of: hpke-p384, age")
        screen.say(public)

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
        person: str,
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
    def roster(folder: options.OfficeFolder, file: Path, agency: Agency, as_of: options.AsOf = "") -> None:
        """Enter many people from a CSV file with the headings person, public_key, recipient. Example: privity enrol roster office r.csv --agency us-dhs"""
        import csv

        from privity.office.enrol import Person, enrol_people
        from privity.office.keys import decode_public
        from privity.office.place import open_office

        with file.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        if not rows or not {"person", "public_key"} <= set(rows[0]):
            raise InputError(f"{file.name}: no headings person and public_key", remedy="one line a person, the headings first")
        people = [Person(row["person"], decode_public(row["public_key"]), row.get("recipient") or "") for row in rows]
        first = enrol_people(open_office(folder, options.day(as_of)), agency, people)
        screen.say(f"entries {first} to {first + len(people) - 1}")

    @enrol.command("appoint")
    def appoint(
        folder: options.OfficeFolder,
        person: str,
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
