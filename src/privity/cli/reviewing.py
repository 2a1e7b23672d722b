"""Commands of reviewers: review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    from privity.office.batch import Batch
    from privity.office.place import Office

ACTS = ("list", "show", "approve", "decline", "object", "withdraw", "overrule")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command()
    def review(
        folder: options.OfficeFolder,
        batch: options.BatchId,
        act: Annotated[str, typer.Argument(metavar="ACT", help=" | ".join(ACTS))] = "list",
        case: Annotated[list[str] | None, typer.Option("--case", help="All referred rows of a case; may be repeated.")] = None,
        request: Annotated[list[str] | None, typer.Option("--request", help="One row by its request id; may be repeated.")] = None,
        cases_file: Annotated[Path | None, typer.Option("--cases", help="A file with a case id a line.")] = None,
        person: Annotated[str, typer.Option("--as", help="Who acts.")] = "",
        held: Annotated[str, typer.Option("--office", help="The office they act in: reviewer, approver, counsel.")] = "",
        key: Annotated[Path | None, typer.Option("--key", help="Their private key file.")] = None,
        ground: Annotated[str, typer.Option("--ground", help="The ground; needed to decline, object, withdraw, overrule.")] = "",
        passphrase_file: options.PassphraseFile = None,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """List, show, and decide referred rows. Example: privity review office 3f9a approve --case LRD-1 --as r.okafor --office reviewer --key okafor.pem"""
        from privity.office import dispose

        office, found = _open(folder, batch, as_of)
        if act not in ACTS:
            raise InputError(f"`{act}` is not an act", remedy=f"one of: {', '.join(ACTS)}")
        rows = dispose.referred(office, found)
        if act == "list":
            _list(office, found, rows, as_json)
            return
        cases = [*(case or []), *(_lines(cases_file) if cases_file else [])]
        chosen = dispose.choose(rows, cases=cases, request_ids=request or [])
        if act == "show":
            _show(office, found, rows, chosen, person, as_json)
            return
        _act(office, found, act, chosen, person, held, key, ground, passphrase_file, as_json)


def _open(folder: Path, batch: str, as_of: str) -> tuple[Office, Batch]:
    from privity.office import batch as kept
    from privity.office.place import open_office

    office = open_office(folder, options.day(as_of))
    with office.store.read() as tx:
        return office, kept.named(tx, batch)


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError:
        raise InputError(f"`{path}` cannot be read", remedy="check the path") from None


def _list(office: Office, batch: Batch, rows: pl.DataFrame, as_json: bool) -> None:
    """Referred rows by case, with what stands on each."""
    from privity.office import dispose

    with office.store.read() as tx:
        stands = dispose.standing(office, tx, batch, rows).frame.select("ordinal", "disposition")
    joined = rows.join(stands, on="ordinal", how="left").with_columns(pl.col("disposition").fill_null("awaiting review"))
    by_case = joined.group_by("case_id", "engaged_person", "disposition", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("due").min()
    )
    said = {"batch": batch.id, "cases": by_case.rows(named=True)}
    lines = by_case.select("case_id", "engaged_person", "rows", "disposition", "due").rows()
    screen.answer(as_json, said, lambda: screen.table("", ("case", "engaged person", "rows", "disposition", "due"), lines, right=(2,)))


def _show(office: Office, batch: Batch, rows: pl.DataFrame, chosen: list[int], person: str, as_json: bool) -> None:
    """The frozen evidence of rows; looking is an entry."""
    from privity.office import dispose

    if not person:
        raise InputError("who looks?", remedy="say with --as; a look is an entry in the ledger")
    dispose.look(office, batch, person, chosen)
    with office.store.read() as tx:
        root = dispose.evidence_root(tx, rows, chosen) if chosen else ""
    names = ("row", "request_id", "case_id", "rule", "agreed", "duty", "due", "reasons", "entry")
    shown = rows.filter(pl.col("ordinal").is_in(chosen)).select(names)
    screen.answer(as_json, {"evidence": root, "rows": shown.rows(named=True)}, lambda: _show_evidence(root, names, shown))


def _show_evidence(root: str, names: tuple[str, ...], shown: pl.DataFrame) -> None:
    screen.say(f"evidence {root}")
    texts = [[", ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in shown.rows()]
    screen.table("", names, texts)


def _act(
    office: Office,
    batch: Batch,
    act: str,
    chosen: list[int],
    person: str,
    held: str,
    key: Path | None,
    ground: str,
    secret: Path | None,
    as_json: bool,
) -> None:
    from privity.office import dispose, witness
    from privity.office.keys import open_key
    from privity.terms import ActKind

    if not (person and held and key):
        raise InputError("an act needs its person, their office and their key", remedy="say --as, --office and --key")
    by = dispose.Official(person, held, open_key(key, options.passphrase(secret)))
    entry = dispose.act(office, batch, ActKind(act), by, chosen, ground)
    said: dict[str, object] = {"entry": entry, "rows": len(chosen)}
    if act == ActKind.OBJECT:
        said["witnessed by"] = list(witness.seen_by(office, entry))
    screen.answer(as_json, said, lambda: _show_act(act, said))


def _show_act(act: str, said: dict[str, object]) -> None:
    screen.say(f"{act}: {said['rows']:,} rows, entry {said['entry']}")
    if "witnessed by" in said:
        names = ", ".join(said["witnessed by"])  # type: ignore[arg-type]
        screen.say(
            f"witnessed by: {names}"
            if names
            else "no witness has seen it yet; it stands, and every later step that asks a witness shows it"
        )
