"""Commands on keys: of officials and engaged persons (new, show, recipient), and of the office (list, rotate, revoke, confirm, protect, prune)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from privity.office.dispose import Official
    from privity.office.keys.changes import Changed
    from privity.office.place import Office

Person = Annotated[str, typer.Option("--as", help="Who acts.")]
Held = Annotated[str, typer.Option("--office", help="The office they hold here.")]
Ground = Annotated[str, typer.Option("--ground", help="Why.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    key = typer.Typer(help="Keys: of officials, of engaged persons, and of the office itself.", no_args_is_help=True)
    app.add_typer(key, name="key")
    _personal(key)
    _of_the_office(key)
    _files(key)


def _personal(key: typer.Typer) -> None:
    @key.command("new")
    def new(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file to write.")],
        passphrase_file: options.PassphraseFile = None,
    ) -> None:
        """Make a signing key, protected by a passphrase. Example: privity key new okafor.pem"""
        from privity.office.keys import encode_public, new_key

        public = new_key(path, options.passphrase(passphrase_file, confirm=True))
        screen.say(encode_public(public))

    @key.command("show")
    def show(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file.")],
        passphrase_file: options.PassphraseFile = None,
    ) -> None:
        """Print the public half of a signing key. Example: privity key show okafor.pem"""
        from privity.office import keys

        screen.say(keys.encode_public(keys.public(keys.open_key(path, options.passphrase(passphrase_file)))))

    @key.command("recipient")
    def recipient(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file to write.")],
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


def _of_the_office(key: typer.Typer) -> None:
    @key.command("list")
    def listed(
        folder: options.OfficeFolder,
        out: Annotated[Path | None, typer.Option("--out", help="Write the ledger's keys and their proofs here, for outsiders.")] = None,
        vkey: Annotated[bool, typer.Option("--vkey", help="Print only the verifier key that signs now.")] = False,
        as_json: options.Json = False,
    ) -> None:
        """The office's keys, which sizes of the ledger each signs, what is proposed. Example: privity key list office --json"""
        from privity.office.disk import write_file
        from privity.office.keys import tenures
        from privity.office.place import open_office

        office = open_office(folder)
        if vkey:
            screen.say(office.verifier.vkey)
            return
        if out is not None:
            with office.store.read() as tx:
                text = tenures.as_text(office, tx)
            write_file(out, text.encode())
        found = _found(office)
        screen.answer(as_json, found, lambda: _show(found))

    @key.command("rotate")
    def rotate(
        folder: options.OfficeFolder,
        kind: Annotated[str, typer.Argument(metavar="KEY", help="ledger or archive.")],
        person: Person,
        held: Held,
        key: options.KeyFile,
        ground: Ground,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Propose that a key of the office is replaced. Example: privity key rotate office ledger --as c.ode --office counsel --key ode.pem --ground "yearly" """
        _propose(folder, as_of, "rotated", kind, _by(person, held, key, passphrase_file), ground, None, as_json)

    @key.command("revoke")
    def revoke(
        folder: options.OfficeFolder,
        person: Person,
        held: Held,
        key: options.KeyFile,
        ground: Ground,
        trusted: Annotated[
            int, typer.Option("--trusted", help="The last size still believed on its signature alone; if not said, the newest witnessed.")
        ] = -1,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Propose that the ledger's key, which was stolen, ends. Example: privity key revoke office --as c.ode --office counsel --key ode.pem --trusted 812 --ground "server broken into" """
        size = None if trusted < 0 else trusted
        _propose(folder, as_of, "revoked", "ledger", _by(person, held, key, passphrase_file), ground, size, as_json)

    @key.command("confirm")
    def confirm(
        folder: options.OfficeFolder,
        entry: Annotated[int, typer.Argument(metavar="ENTRY", help="The entry of the proposal.")],
        person: Person,
        held: Held,
        key: options.KeyFile,
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Confirm what another person proposed; the new key is made and is in force. Example: privity key confirm office 812 --as a.lindqvist --office approver --key lindqvist.pem"""
        from dataclasses import asdict

        from privity.office.keys import changes
        from privity.office.place import open_office

        done = changes.confirm(open_office(folder, options.day(as_of)), entry, _by(person, held, key, passphrase_file))
        screen.answer(as_json, asdict(done), lambda: _show_changed(done))


def _files(key: typer.Typer) -> None:
    @key.command("protect")
    def protect(
        folder: options.OfficeFolder,
        passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", help="The new passphrase; or you are asked.")] = None,
        off: Annotated[bool, typer.Option("--off", help="Take the passphrase away: the keys lie in clear.")] = False,
    ) -> None:
        """Put the office's own keys under a passphrase, or another one. Example: privity key protect office --passphrase-file new.txt"""
        from privity.office.keys import files, passphrase

        before = [passphrase.ask()] if files.are_protected(folder) else []
        words = None if off else _new_words(passphrase_file)
        count = files.protect(folder, words, before)
        screen.say(f"{count} keys " + ("lie in clear" if off else f"are under the passphrase; {passphrase.FILE} names a file with it"))

    @key.command("prune")
    def prune(folder: options.OfficeFolder, as_json: options.Json = False) -> None:
        """Remove key files that nothing needs: of old ledger keys, and of keys that were never in force. Example: privity key prune office"""
        from privity.office.keys import changes
        from privity.office.place import open_office

        gone = changes.prune(open_office(folder))
        screen.answer(as_json, {"removed": gone}, lambda: screen.say(f"removed: {', '.join(gone) or 'nothing'}"))


def _new_words(file: Path | None) -> str:
    from privity.office.keys import passphrase

    if file is not None:
        return passphrase.from_file(file)
    words = str(typer.prompt("New passphrase of the office's keys", hide_input=True, confirmation_prompt=True))
    if not words:
        raise InputError("a passphrase is empty", remedy="type one, or name a file with --passphrase-file")
    return words


def _by(person: str, held: str, key: Path, secret: Path | None) -> Official:
    from privity.office.dispose import Official
    from privity.office.keys import open_key

    return Official(person, held, open_key(key, options.passphrase(secret)))


def _propose(folder: Path, as_of: str, does: str, kind: str, by: Official, ground: str, trusted: int | None, as_json: bool) -> None:
    from privity.office.keys import changes
    from privity.office.place import open_office

    entry = changes.propose(open_office(folder, options.day(as_of)), does, kind, by, ground, trusted)
    screen.answer(
        as_json,
        {"entry": entry},
        lambda: screen.say(f"proposed, entry {entry}; another person confirms: privity key confirm {folder} {entry}"),
    )


# ---------------------------------------------------------------- what is shown


def _found(office: Office) -> dict[str, object]:
    from privity.office.keys import changes, tenures

    with office.store.read() as tx:
        ledger = tenures.ledger_keys(tx, office.verifier)
        former = [row["old"] for row in tx.rows("office_key", key="archive")]
        waiting = [{name: row[name] for name in ("entry", "does", "key", "person", "day")} for row in changes.proposed(tx)]
    now, files = changes.present(office, "archive"), changes.needed(office)
    return {
        "ledger": [
            {"vkey": one.verifier.vkey, "first": one.first, "last": one.last, "trusted": one.last if one.trusted is None else one.trusted}
            for one in ledger
        ],
        "archive": [{"id": name, "in_force": name == now, "files": files.get(name, 0)} for name in [*former, now]],
        "archive_files_that_name_no_key": files.get("", 0),
        "proposed": waiting,
        "key_files": changes.key_files(office),
    }


def _show(found: dict[str, object]) -> None:
    def rows(name: str, *columns: str) -> list[list[object]]:
        listed = found[name]
        return [["" if row[one] is None else row[one] for one in columns] for row in listed]  # type: ignore[attr-defined]

    screen.table(
        "the ledger's keys", ("verifier key", "from size", "to size", "believed to"), rows("ledger", "vkey", "first", "last", "trusted")
    )
    screen.table("archive keys", ("id", "in force", "files it sealed"), rows("archive", "id", "in_force", "files"), right=(2,))
    if found["proposed"]:
        screen.table("proposed", ("entry", "what", "key", "by", "day"), rows("proposed", "entry", "does", "key", "person", "day"))
    screen.table("key files", ("kind", "file", "state"), rows("key_files", "kind", "file", "state"))


def _show_changed(done: Changed) -> None:
    screen.say(f"entry {done.entry}: the {done.key} key in force is {done.new}")
    if done.key == "ledger":
        screen.say("give the new key to whoever checks proofs: privity key list OFFICE --out keys.jsonl")
        if not done.removed:
            screen.say("the file of the old key could not be removed: remove it, and its copies")
    if done.to_prove_again:
        screen.say(f"{len(done.to_prove_again)} packages need proofs under the new key: {', '.join(done.to_prove_again)}")
