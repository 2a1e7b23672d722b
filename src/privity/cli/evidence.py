"""Commands on the ledger for outsiders: verify, checkpoint, ledger export, ledger proof, ledger growth, verifier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError, RefusedError

Keys = Annotated[list[str] | None, typer.Option("--vkey", help="Of an export: the ledger's key, from elsewhere. May be repeated.")]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="Of an export: the key of a witness. May be repeated.")]
Quorum = Annotated[int, typer.Option("--quorum", help="Of an export: how many of these witnesses must have signed.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    ledger = typer.Typer(help="The ledger for outsiders: a static export, proofs.", no_args_is_help=True)
    app.add_typer(ledger, name="ledger")

    @app.command()
    def verify(
        place: Annotated[Path, typer.Argument(metavar="OFFICE|EXPORT", help="An office's folder; or an export, a proof, a checkpoint.")],
        held: Annotated[
            list[Path] | None, typer.Option("--held", help="A checkpoint note kept elsewhere; of an export, also an earlier export.")
        ] = None,
        vkey: Keys = None,
        keys: Annotated[Path | None, typer.Option("--keys", help="Of a proof: the ledger's list of keys, if its key changed.")] = None,
        witness: Witnesses = None,
        quorum: Quorum = 0,
        as_json: options.Json = False,
    ) -> None:
        """Read every entry, opening and signature again; name what is wrong by index. Example: privity verify office"""
        if (place / "office.toml").is_file():
            _verify_office(place, held or [], as_json)
        else:
            told = ["--keys", str(keys)] if keys else []
            told += ["--quorum", str(quorum), *(["--json"] if as_json else [])]
            _verify_files(place, held or [], vkey or [], witness or [], told)

    @app.command()
    def checkpoint(folder: options.OfficeFolder, out: Annotated[Path | None, typer.Option("--out", help="Write it here.")] = None) -> None:
        """The ledger's newest signed checkpoint, to keep elsewhere for `verify --held`. Example: privity checkpoint office --out 2025-08-07.note"""
        from privity.office.disk import write_file
        from privity.office.place import open_office

        with open_office(folder).store.read() as tx:
            note = tx.head().note or ""
        if out is None:
            screen.say(note.rstrip("\n"))
        else:
            write_file(out, note.encode())

    @ledger.command()
    def export(
        folder: options.OfficeFolder,
        out: Annotated[Path, typer.Option("--out", help="The folder to bring up to date; any web server can hand it out.")],
        witnessed: Annotated[bool, typer.Option("--witnessed", help="Only as far as the office's quorum of witnesses has signed.")] = False,
        whole: Annotated[bool, typer.Option("--whole", help="Write every file again, not only what is new.")] = False,
        as_json: options.Json = False,
    ) -> None:
        """The ledger as static files that anybody can check. Example: privity ledger export office --out public"""
        from dataclasses import asdict

        from privity.office.export import export as bring
        from privity.office.place import open_office

        done = bring(open_office(folder), out, witnessed=witnessed, whole=whole)
        line = f"{done.size:,} entries in {out}, {done.size - done.before:,} of them new; {done.written:,} files written, {done.cosignatures} cosignatures"
        screen.answer(as_json, asdict(done), lambda: screen.say(line))

    @ledger.command()
    def proof(
        folder: options.OfficeFolder,
        entry: Annotated[int, typer.Argument(metavar="ENTRY", help="The entry's index.")],
        out: Annotated[Path, typer.Option("--out", help="The folder to write ENTRY.entry and ENTRY.tlog-proof to.")],
    ) -> None:
        """An entry and the proof that it is in the ledger. Example: privity ledger proof office 14 --out proofs"""
        from privity.ledger import log
        from privity.office.disk import write_file
        from privity.office.place import open_office

        with open_office(folder).store.read() as tx:
            if not 0 <= entry < tx.head().size:
                raise InputError(f"the ledger has no entry {entry}", remedy=f"it has entries 0 to {tx.head().size - 1}")
            (raw,), text = log.read_entries(tx, entry, 1), log.tlog_proof(tx, entry)
        write_file(out / f"{entry}.entry", raw)
        write_file(out / f"{entry}.tlog-proof", text.encode())

    @ledger.command()
    def growth(
        folder: options.OfficeFolder,
        held: Annotated[Path, typer.Option("--held", help="The older checkpoint, as somebody kept it.")],
        out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    ) -> None:
        """What shows the holder of a checkpoint that the ledger only grew. Example: privity ledger growth office --held 2025-08-07.note --out growth"""
        from privity.office.disk import write_file
        from privity.office.export import growth as shown
        from privity.office.place import open_office

        write_file(out, shown(open_office(folder), _text(held)).encode())

    @app.command()
    def verifier(out: Annotated[Path, typer.Option("--out", help="The file to write.")]) -> None:
        """The verifier as one file, for whoever has no Privity; needs Python and `cryptography`. Example: privity verifier --out verifier.pyz"""
        from hashlib import sha256

        from privity.office.disk import write_file
        from privity.verifier.alone import one_file

        raw = one_file()
        write_file(out, raw)
        screen.say(f"{out}: SHA-256 {sha256(raw).hexdigest()}")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path}` cannot be read as a checkpoint", remedy="check the path") from None


def _verify_office(folder: Path, held: list[Path], as_json: bool) -> None:
    from dataclasses import asdict

    from privity.office.place import open_office
    from privity.office.verify import verify as read_again

    found = read_again(open_office(folder, to_verify=True), [_text(path) for path in held])
    screen.answer(as_json, asdict(found), lambda: _show_verified(found.problems, found.entries, found.openings))
    if found.problems:
        raise RefusedError(
            f"{len(found.problems)} things are not as the ledger says", remedy="keep the folder as it is, and ask the inspector"
        )


def _verify_files(place: Path, held: list[Path], vkeys: list[str], witnesses: list[str], told: list[str]) -> None:
    from privity.verifier.command import run

    if not place.exists():
        raise InputError(f"no office and no export at `{place}`", remedy="check the path")
    if not vkeys:
        raise InputError(
            "an export is checked with the ledger's key", remedy="give --vkey; take the key from the office, never from the export"
        )
    named = [part for path in held for part in ("--held", str(path))]
    named += [part for option, keys in (("--vkey", vkeys), ("--witness", witnesses)) for key in keys for part in (option, key)]
    code = run([str(place), *named, *told])
    if code:
        raise typer.Exit(code)


def _show_verified(problems: tuple[str, ...], entries: int, openings: int) -> None:
    screen.say(f"{entries:,} entries and {openings:,} openings read")
    for problem in problems:
        screen.say(f"  {problem}")
    if not problems:
        screen.say("verified: every entry, opening, signature and file is as the ledger says")
