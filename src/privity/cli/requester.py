"""Commands for the requesting agency: draft an envelope, sign one's cases, sign the whole, open an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    envelope = typer.Typer(help="The envelope of a request: who asks, under what, for which file.", no_args_is_help=True)
    app.add_typer(envelope, name="envelope")

    @envelope.command("draft")
    def draft(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The request file: workbook, CSV, Parquet or JSON Lines.")],
        out: Annotated[Path, typer.Option("--out", help="The envelope to write (TOML).")],
        agency: Annotated[str, typer.Option("--agency", help="The id under which the custodian enrolled the agency.")],
        signatory: Annotated[str, typer.Option("--signatory", help="The official who will sign.")],
        dated: Annotated[str, typer.Option("--dated", help="The date of the request.")],
        basis: Annotated[str, typer.Option("--basis", help="The provision under which disclosure is asked.")],
        agreement: Annotated[str, typer.Option("--agreement", help="The agreement, if any.")] = "",
        assurance: Annotated[
            bool, typer.Option("--assurance", help="Each person asked about is under active criminal investigation.")
        ] = False,
    ) -> None:
        """Begin an envelope. Example: privity envelope draft r.csv --out e.toml --agency us-dhs --signatory secretary --dated 2025-06-27 --basis "26 USC 6103(i)(2)" """
        from hashlib import sha256

        from privity.intake import envelope as envelopes

        digest = sha256(_bytes(file)).hexdigest()
        made = envelopes.draft(
            agency=agency, signatory=signatory, dated=options.day(dated), basis=basis, agreement=agreement,
            assurance=assurance, file_name=file.name, file_sha256=digest,
        )  # fmt: skip
        _write(out, envelopes.as_toml(made))

    @envelope.command("sign-cases")
    def sign_cases(
        path: Annotated[Path, typer.Argument(metavar="ENVELOPE", help="The envelope (TOML).")],
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The request file: workbook, CSV, Parquet or JSON Lines.")],
        person: Annotated[str, typer.Option("--person", help="The engaged person, as the file names them.")],
        key: options.KeyFile,
        passphrase_file: options.PassphraseFile = None,
        columns: Annotated[Path | None, typer.Option("--columns", help="How headings are read; as the custodian will read them.")] = None,
        law: Annotated[Path | None, typer.Option("--law", help="A folder of law; the shipped one if not said.")] = None,
        regime: Annotated[str, typer.Option("--regime", help="Which instrument of it.")] = "us/26-usc-6103",
    ) -> None:
        """An engaged person signs the list of their own cases. Example: privity envelope sign-cases e.toml r.csv --person "M Hale" --key hale.pem"""
        from privity.intake import columns as mappings
        from privity.intake import envelope as envelopes
        from privity.intake.read import read
        from privity.office.keys import open_key
        from privity.rules.book import open_book
        from privity.rules.facts import SHIPPED

        mapping = mappings.load(columns) if columns else None
        rows = read(file, open_book(law or SHIPPED, regime).vocabulary.columns, mapping).requests.frame
        cases = sorted({case for who, case in rows.select("engaged_person", "case_id").iter_rows() if who == person and case})
        if not cases:
            raise InputError("the file names this person in no case", remedy="write the name as the file does")
        screen.say(f"{len(cases)} cases")
        signed = envelopes.sign_cases(
            envelopes.parse(path), person, "officer-or-employee", cases, open_key(key, options.passphrase(passphrase_file))
        )
        _write(path, envelopes.as_toml(signed))

    @envelope.command("sign")
    def sign(
        path: Annotated[Path, typer.Argument(metavar="ENVELOPE", help="The envelope (TOML).")],
        key: options.KeyFile,
        passphrase_file: options.PassphraseFile = None,
    ) -> None:
        """The official signs the whole; last. Example: privity envelope sign e.toml --key secretary.pem"""
        from privity.intake import envelope as envelopes
        from privity.office.keys import open_key

        _write(path, envelopes.as_toml(envelopes.sign(envelopes.parse(path), open_key(key, options.passphrase(passphrase_file)))))

    @app.command("open")
    def open_answer(
        package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The package's file.")],
        identity: Annotated[Path, typer.Option("--identity", help="The recipient's secret key file.")],
        name: Annotated[str, typer.Option("--package", help="The package's name, if the file no longer bears it.")] = "",
        passphrase_file: options.PassphraseFile = None,
    ) -> None:
        """Open an answer that was encrypted to you. Example: privity open 3f9a.hpke --identity hale.key"""
        from privity.seal import open_package

        payload = open_package(_bytes(package), _bytes(identity), name or package.stem, lambda: options.passphrase(passphrase_file))
        screen.say(payload.decode().rstrip())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise InputError(f"`{path}` cannot be read", remedy="check the path") from None


def _write(path: Path, text: str) -> None:
    from privity.office.disk import write_file

    write_file(path, text.encode())
    screen.say(f"written: {path}")
