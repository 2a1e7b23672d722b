"""Commands on backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from privity.office.backup import Copied
    from privity.office.restore import Restored


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command()
    def backup(
        folder: options.OfficeFolder,
        out: Annotated[Path, typer.Option("--out", help="A folder, or one file that ends in .tar; it must not exist.")],
        with_keys: Annotated[
            bool, typer.Option("--with-keys", help="The office's keys too. Whoever has the copy can then read everything.")
        ] = False,
        as_json: options.Json = False,
    ) -> None:
        """Copy an office while it runs, without its keys. The register in it lies in clear. Example: privity backup office --out /backup/2025-08-07"""
        from dataclasses import asdict

        from privity.office.backup import back_up
        from privity.office.place import open_office

        found = back_up(open_office(folder), out, with_keys=with_keys)
        screen.answer(as_json, asdict(found), lambda: _show_copied(found))

    @app.command()
    def restore(
        source: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `privity backup` wrote.")],
        folder: Annotated[Path, typer.Argument(metavar="OFFICE", help="A folder that does not exist.")],
        keys: Annotated[Path | None, typer.Option("--keys", help="The office's keys folder, if the backup has none.")] = None,
        held: Annotated[list[Path] | None, typer.Option("--held", help="A checkpoint note kept elsewhere.")] = None,
        as_json: options.Json = False,
    ) -> None:
        """Put a backup in place, unless it is behind what was witnessed. Example: privity restore /backup/2025-08-07 office --keys keys --held 120.note"""
        from dataclasses import asdict

        from privity.office.restore import restore as bring

        found = bring(source, folder, keys=keys, held=[_note(path) for path in held or []])
        said = {**asdict(found), "answers": [{"witness": one.witness, "said": one.said.value, "why": one.why} for one in found.answers]}
        screen.answer(as_json, said, lambda: _show_restored(found))


def _note(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path}` is not a checkpoint note", remedy="give the file as the witness or the office wrote it") from None


def _show_copied(found: Copied) -> None:
    screen.say(f"{found.files:,} files, {found.size:,} bytes, {found.entries:,} ledger entries")
    screen.say(
        "keys: included" if found.keys else "keys: left out; keep `keys/` of the office in another place, nothing can be read without it"
    )
    screen.say(f"manifest: {found.digest}")


def _show_restored(found: Restored) -> None:
    screen.say(f"{found.files:,} files in place, {found.entries:,} ledger entries; everything was read again, nothing was altered")
    for one in found.answers:
        screen.say(f"witness {one.witness}: {one.said.value}" + (f", {one.why}" if one.why else ""))
    if not any(one.lines for one in found.answers):
        screen.say("no witness has confirmed that this copy is the newest: compare it with a checkpoint held elsewhere before you go on")
