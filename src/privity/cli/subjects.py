"""Commands on the person's account: subject, check-account, delay, contest, refused-about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Official = Annotated[str, typer.Option("--as", help="Who acts: a person enrolled in this office.")]
Record = Annotated[str, typer.Option("--record", help="The person's record id in the register.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command("subject")
    def account_of_person(
        folder: options.OfficeFolder,
        record: Record,
        out: Annotated[Path, typer.Option("--out", help="Folder for the account and its proofs.")],
        person: Official,
        key: options.KeyFile,
        identity: Annotated[str, typer.Option("--identity-proved", help="How the person's identity was proved.")],
        stated: Annotated[
            str, typer.Option("--stated-individual", help="5 USC 552a(a)(2), as stated: yes | no | not-stated.")
        ] = "not-stated",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Draw up what a person may be shown of the disclosures about them, with proofs. Example: privity subject office --record P1 --as r.okafor --key okafor.pem --identity-proved "passport" --out account"""
        from privity.office.persons import classes, giving
        from privity.office.place import open_office

        if stated not in classes.STATED:
            raise InputError(f"`{stated}` is not what can be stated", remedy=f"one of: {', '.join(classes.STATED)}")
        office = open_office(folder, options.day(as_of))
        given = giving.give(office, record, classes.Asker(identity, stated), person, _key(key, passphrase_file))
        written = [str(path) for path in giving.write(given, out)]
        items, later, says = len(given.account.lines), len(given.account.later), str(given.account.extent)
        said = {"written": written, "items": items, "recorded": later, "look": given.look, "says": says}
        screen.answer(as_json, said, lambda: screen.say("\n".join([*written, f"items: {items}", f"recorded afterwards: {later}", says])))

    @app.command("check-account")
    def check_account(
        folder: Annotated[Path, typer.Argument(metavar="ACCOUNT", help="The folder that `privity subject` wrote.")],
        ledger_key: Annotated[str, typer.Option("--ledger-key", help="The office's verifier key, as it is known from elsewhere.")],
        earlier: Annotated[Path | None, typer.Option("--earlier", help="An older account of the same person.")] = None,
        held: Annotated[Path | None, typer.Option("--held", help="A checkpoint of the ledger known from elsewhere.")] = None,
        as_json: options.Json = False,
    ) -> None:
        """Check an account without the office. Example: privity check-account account --ledger-key "$(cat ledger.vkey)" """
        from privity.verifier.account import check_account as check

        found = check(folder, ledger_key, earlier=earlier, held=_text(held) if held else "")
        said = {
            "problems": list(found.problems),
            "items": found.items,
            "recorded": found.recorded,
            "covers": found.covers,
            "says": found.says,
        }
        lines = found.problems or (f"holds: {found.items} items", *found.lines, found.says)
        screen.answer(as_json, said, lambda: screen.say("\n".join(lines)))
        if found.problems:
            raise typer.Exit(1)

    @app.command()
    def delay(
        folder: options.OfficeFolder,
        act: Annotated[str, typer.Argument(metavar="ACT", help="list | add")] = "list",
        package: Annotated[str, typer.Argument(metavar="[PACKAGE]", help="The package, or the beginning of its name.")] = "",
        authority: Annotated[str, typer.Option("--authority", help="On whose authority, and by which instrument.")] = "",
        form: Annotated[str, typer.Option("--form", help="written | oral")] = "written",
        until: Annotated[str, typer.Option("--until", help="The day on which it has ended (YYYY-MM-DD).")] = "",
        person: Official = "",
        key: Annotated[Path | None, typer.Option("--key", help="Their private key file.")] = None,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Delay the notice of a package to the people in it, or list delays. Example: privity delay office add 3f9a --authority "order of 2025-08-14, D.D.C." --until 2025-10-01 --as c.ode --key ode.pem"""
        from privity.office.persons import delays
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        if act == "list":
            with office.store.read() as tx:
                rows = delays.listed(office, tx)
            _table(as_json, "delays", ("package", "authority", "form", "day", "until", "state", "entry"), rows)
            return
        ends = options.day(until)
        if act != "add" or not (key and person and ends):
            raise InputError("a delay needs --authority, --until, --as and --key", remedy="see `privity delay --help`")
        entry = delays.delay(office, package, authority, form, ends, person, _key(key, passphrase_file))
        screen.answer(as_json, {"entry": entry, "until": ends.isoformat()}, lambda: screen.say(f"entry {entry}: ends by itself on {ends}"))

    @app.command()
    def contest(
        folder: options.OfficeFolder,
        act: Annotated[str, typer.Argument(metavar="ACT", help="list | open | resolve")] = "list",
        name: Annotated[str, typer.Argument(metavar="[CONTEST]", help="To resolve: the contest, or the beginning of its id.")] = "",
        record: Record = "",
        ground: Annotated[str, typer.Option("--ground", help="The person's ground, or the ground of the resolution.")] = "",
        person: Official = "",
        key: Annotated[Path | None, typer.Option("--key", help="Their private key file.")] = None,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Enter a person's contest, which stops reuse at once; two people resolve it. Example: privity contest office open --record P1 --ground "not my address" --as r.okafor --key okafor.pem"""
        from privity.office.persons import contests, holders
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        if act == "list":
            with office.store.read() as tx:
                rows = tx.now("contest")
            _table(as_json, "contests", ("contest", "state", "person", "day", "entry"), rows)
            return
        if act not in ("open", "resolve") or not (key and person):
            raise InputError("a contest needs --ground, --as and --key", remedy="see `privity contest --help`")
        opened = _key(key, passphrase_file)
        if act == "resolve":
            state, entry = contests.resolve(office, name, ground, person, opened)
            screen.answer(as_json, {"state": state, "entry": entry}, lambda: screen.say(f"entry {entry}: {state}"))
            return
        made, entry = contests.contest(office, record, ground, person, opened)
        held = holders.holders(office, record)
        said = {"contest": made, "entry": entry, "holders": held}
        names = ("package", "agency", "officer", "state")
        lines = [[row[each] for each in names] for row in held]
        screen.answer(as_json, said, lambda: screen.table(f"contest {made}, entry {entry}; who holds what was disclosed:", names, lines))

    @app.command("refused-about")
    def refused_about(
        folder: options.OfficeFolder,
        first: Annotated[str, typer.Option("--first-name", help="As stated.")],
        last: Annotated[str, typer.Option("--last-name", help="As stated.")],
        purpose: Annotated[str, typer.Option("--purpose", help="accounting | court | inspector")],
        person: Official,
        key: options.KeyFile,
        born: Annotated[str, typer.Option("--date-of-birth", help="As stated (YYYY-MM-DD).")] = "",
        tin: Annotated[str, typer.Option("--tin", help="As stated.")] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Find requests refused before anybody was identified, by stated identifiers. Example: privity refused-about office --first-name Ada --last-name Quill --date-of-birth 1980-01-01 --purpose court --as c.ode --key ode.pem"""
        from privity.office.persons import refused
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        rows = refused.find(office, refused.Stated(first, last, born, tin), purpose, person, _key(key, passphrase_file))
        names = ("day", "agency", "basis", "batch", "ordinal", "entry")
        lines = [[row[name] for name in names] for row in rows]
        screen.answer(as_json, {"says": refused.SAYS, "requests": rows}, lambda: screen.table(refused.SAYS, names, lines))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path}` cannot be read", remedy="name a checkpoint of the ledger") from None


def _key(path: Path, secret: Path | None) -> Ed25519PrivateKey:
    from privity.office.keys import open_key

    return open_key(path, options.passphrase(secret))


def _table(as_json: bool, word: str, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    found = [{name: row[name] for name in names} for row in rows]
    said = [{name: str(value) if name in ("day", "until") else value for name, value in row.items()} for row in found]
    screen.answer(as_json, {word: said}, lambda: screen.table("", names, [[row[name] for name in names] for row in found]))
