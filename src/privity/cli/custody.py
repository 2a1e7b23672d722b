"""Commands on packages: the sample before they leave, release, what became of them, and the recipient's word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.cli.progress import progress
from privity.cli.sampling import sample
from privity.errors import InputError, RefusedError

if TYPE_CHECKING:
    from privity.office.batch import Batch
    from privity.office.custody_map import Line
    from privity.office.place import Office

HELD = ("package", "officer", "rows", "disclosed", "state", "since", "entry")
Note = Annotated[str, typer.Option("--note", help="The recipient's word, or the ground of a recall.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(sample)
    app.command()(release)
    app.command()(packages)
    app.command()(custody)
    app.command()(acknowledge)


def release(
    folder: options.OfficeFolder,
    batch: options.BatchId,
    out: Annotated[Path, typer.Option("--out", help="Where the packages go.")],
    as_of: options.AsOf = "",
    as_json: options.Json = False,
) -> None:
    """Answer every eligible row, on the answer day, in encrypted packages with proofs. Example: privity release office 3f9a --out outbox"""
    from privity.office.release import release as send
    from privity.seal import KeyedSealer

    office, found = opened(folder, batch, as_of)
    with progress(as_json) as told:
        answers = send(office, found, out, KeyedSealer(), told)
    rows = sorted(answers.items())
    screen.answer(as_json, dict(rows), lambda: screen.table("", ("answer", "rows"), rows, right=(1,)))
    if answers.get("withheld"):
        raise RefusedError(
            f"{answers['withheld']} rows were entered and not sent: something entered since stands in the way",
            remedy="`privity packages OFFICE` names the packages; recall each with `privity custody`",
        )


def packages(folder: options.OfficeFolder, as_of: options.AsOf = "", as_json: options.Json = False) -> None:
    """Who holds what, since when, and the court orders that bind its use. Example: privity packages office"""
    from privity.office.custody_map import holders
    from privity.office.place import open_office

    found = holders(open_office(folder, options.day(as_of)))
    orders = {str(line["agency"]): line["bound in use"] for line in found}
    screen.answer(as_json, {"packages": found, "bound in use": orders}, lambda: _show_holders(found))


def custody(
    folder: options.OfficeFolder,
    what: Annotated[str, typer.Argument(metavar="map|enter|PACKAGE", help="The map, a signed statement, or a package.")],
    given: Annotated[
        str, typer.Argument(metavar="[FILE|STATE]", help="The statement's file; or acknowledged, kept, recalled, destroyed.")
    ] = "",
    note: Note = "",
    person: Annotated[str, typer.Option("--as", help="The intake officer who attests what a letter says.")] = "",
    letter: Annotated[Path | None, typer.Option("--letter", help="The letter; its digest is entered.")] = None,
    manner: Annotated[str, typer.Option("--manner", help="Destroyed: returned or undisclosable. Kept: safeguarded.")] = "",
    as_of: options.AsOf = "",
    as_json: options.Json = False,
) -> None:
    """What became of packages, to closure. Example: privity custody office enter ack.toml; privity custody office 3f9a recalled --note "not confirmed" """
    from privity.office import acknowledgement
    from privity.office.custody_map import holders
    from privity.office.place import open_office

    office = open_office(folder, options.day(as_of))
    if what == "map":
        found = holders(office)
        screen.answer(as_json, {"packages": found}, lambda: _show_map(found))
        return
    if what == "enter":
        entry = acknowledgement.enter(office, _text(Path(given)))
    else:
        entry = _attest(office, what, given, note, person, letter, manner)
    screen.answer(as_json, {"entry": entry}, lambda: screen.say(f"entry {entry}"))


def acknowledge(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The package's file; its proof lies beside it.")],
    person: Annotated[str, typer.Option("--person", help="The engaged person, as the package names them.")],
    key: options.KeyFile,
    out: Annotated[Path, typer.Option("--out", help="The statement to write (TOML).")],
    says: Annotated[str, typer.Option("--says", help="received, used, not-used, returned, undisclosable, kept.")] = "received",
    manner: Annotated[str, typer.Option("--manner", help="How, or what for.")] = "",
    case: Annotated[str, typer.Option("--case", help="Of a use: the case.")] = "",
    dated: Annotated[str, typer.Option("--dated", help="The day it is said; today if not.")] = "",
    passphrase_file: options.PassphraseFile = None,
) -> None:
    """The engaged person's signed word about a package, for the custodian. Example: privity acknowledge 3f9a.hpke --person "M Hale" --key hale.pem --out ack.toml"""
    from privity.office import acknowledgement, clock
    from privity.office.disk import write_file
    from privity.office.keys import open_key

    signing = open_key(key, options.passphrase(passphrase_file))
    said = acknowledgement.make(package, person, options.day(dated) or clock.today(), signing, says=says, manner=manner, case=case)
    write_file(out, acknowledgement.as_toml(said).encode())
    screen.say(f"written: {out}")


def opened(folder: Path, batch: str, as_of: str) -> tuple[Office, Batch]:
    """An office and one of its batches."""
    from privity.office import batch as kept
    from privity.office.place import open_office

    office = open_office(folder, options.day(as_of))
    with office.store.read() as tx:
        return office, kept.named(tx, batch)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path}` cannot be read", remedy="check the path") from None


def _attest(office: Office, package: str, state: str, note: str, person: str, letter: Path | None, manner: str) -> int:
    """A recall, which is the office's own, or what a letter says, which the intake officer attests."""
    from hashlib import sha256

    from privity.office import custody as kept

    if not note.strip():
        raise InputError("say what this rests on", remedy="the recipient's word, or the ground of a recall, with --note")
    if state == kept.RECALLED:
        return kept.attest(office, package, state, kept.Said(note, manner))
    if state not in (kept.ACKNOWLEDGED, kept.KEPT, kept.DESTROYED):
        raise InputError(f"`{state}` is not a state that can be entered", remedy="one of: acknowledged, kept, recalled, destroyed")
    if not person:
        raise InputError("who attests it?", remedy="say the intake officer with --as, or enter the recipient's signed statement")
    digest = sha256(letter.read_bytes()).hexdigest() if letter else ""
    return kept.attest(office, package, state, kept.Said(note, manner, kept.ATTESTED, person, digest))


def _show_holders(found: list[Line]) -> None:
    rows = [[str(line["package"])[:12], *(line[name] for name in HELD[1:])] for line in found]
    screen.table("", HELD, rows, right=(2, 3, 6))
    said = {(str(line["agency"]), str(cite)) for line in found for cite in _texts(line["bound in use"])}
    for agency, cite in sorted(said):
        screen.say(f"binds what {agency} may do with it: {cite}")


def _show_map(found: list[Line]) -> None:
    _show_holders(found)
    screen.say()
    for line in found:
        agreement = f", {line['agreement']}" if line["agreement"] else ""
        acts = ", ".join(_texts(line["dispositions"])) or "none: nothing is disclosed"
        screen.say(f"{str(line['package'])[:12]}: {line['basis']}{agreement}; approved by entries {acts}")
    waiting = [(str(line["package"])[:12], text) for line in found for text in _texts(line["outstanding"])]
    screen.say()
    screen.table("outstanding", ("package", "what"), waiting) if waiting else screen.say("nothing is outstanding")


def _texts(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []
