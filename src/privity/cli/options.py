"""Options that several commands share, and how a passphrase is asked for."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from privity.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsOf = Annotated[
    str,
    typer.Option("--as-of", help="The day, if not today (YYYY-MM-DD); an office takes one only if made with --trial.", show_default=False),
]
OfficeFolder = Annotated[Path, typer.Argument(metavar="OFFICE", help="The office's folder.")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="The batch id, or its beginning.")]
KeyFile = Annotated[Path, typer.Option("--key", help="Private key file (PEM).")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the passphrase; or PRIVITY_PASSPHRASE; or you are asked.")
]

EngineName = Annotated[str, typer.Option("--engine", help="What matches: duckdb, on this machine, or spark (docs/cluster.md).")]

PASSPHRASE_VARIABLE = "PRIVITY_PASSPHRASE"  # noqa: S105 - a name, no secret


def day(text: str) -> date | None:
    """A day given on the command line; None if none was."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("a day is not of the form YYYY-MM-DD", remedy="for example 2025-08-07") from None


def passphrase(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase of a key: from a file, from the environment, or asked for."""
    if file is not None:
        try:
            return file.read_text().rstrip("\n")
        except (OSError, UnicodeDecodeError):  # the latter would carry the file's bytes, and it may be a key
            raise InputError(f"`{file}` cannot be read as text", remedy="check the path") from None
    said = os.environ.get(PASSPHRASE_VARIABLE)
    return said if said is not None else str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))
