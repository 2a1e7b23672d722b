"""``privity sample``: draw, show, enter, overrule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.office.substantiate import Standing

VERBS = ("draw", "show", "enter", "overrule")
PREDICTABLE = "no witness signed what the rows were drawn by: the office could have known them beforehand (policy: witness_quorum)"


def sample(
    folder: options.OfficeFolder,
    batch: options.BatchId,
    verb: Annotated[str, typer.Argument(metavar="VERB", help=" | ".join(VERBS))] = "show",
    request: Annotated[str, typer.Option("--request", help="The row, by its request id.")] = "",
    finding: Annotated[str, typer.Option("--found", help="substantiated, or `not substantiated`.")] = "",
    document: Annotated[
        str,
        typer.Option("--document", help="charging-document, court-filing, final-order, investigation-report, other-record, none."),
    ] = "none",
    dated: Annotated[str, typer.Option("--dated", help="The document's date.")] = "",
    digest: Annotated[str, typer.Option("--digest", help="The document's SHA-256, if there is a file.")] = "",
    person: Annotated[str, typer.Option("--as", help="Who looked.")] = "",
    held: Annotated[str, typer.Option("--office", help="The office they act in: reviewer, inspector; to overrule: counsel.")] = "",
    key: Annotated[Path | None, typer.Option("--key", help="Their private key file.")] = None,
    ground: Annotated[str, typer.Option("--ground", help="The ground; needed to overrule.")] = "",
    passphrase_file: options.PassphraseFile = None,
    as_of: options.AsOf = "",
    as_json: options.Json = False,
) -> None:
    """Hold some approved rows against the case file before release. Example: privity sample office 3f9a draw"""
    from privity.cli.custody import opened
    from privity.office import dispose, substantiate
    from privity.office.keys import open_key

    office, found = opened(folder, batch, as_of)
    if verb not in VERBS:
        raise InputError(f"`{verb}` is not something to do with a sample", remedy=f"one of: {', '.join(VERBS)}")
    rows = dispose.referred(office, found)
    if verb == "draw":
        _draw(office, found, rows)
    elif verb in ("enter", "overrule"):
        if not (person and held and key):
            raise InputError("this needs its person, their office and their key", remedy="say --as, --office and --key")
        by = dispose.Official(person, held, open_key(key, options.passphrase(passphrase_file)))
        if verb == "overrule":
            substantiate.overrule(office, found, by, ground)
        else:
            seen = substantiate.Seen(document, options.day(dated), digest)
            (ordinal,) = dispose.choose(rows, request_ids=[request])[:1] or [-1]
            substantiate.find(office, found, rows, ordinal, by, finding, seen)
    _show(office, found, rows, as_json)


def _draw(office: Office, batch: Batch, rows: pl.DataFrame) -> None:
    """Enter a draw if approved rows are in none, then take the rows of each draw whose seed is there."""
    import polars as pl

    from privity.office import dispose, substantiate

    with office.store.read() as tx:
        stands = substantiate.standing(office, tx, batch)
        approved = dispose.standing(office, tx, batch, rows).frame.filter(pl.col("disposition") == "approved")["ordinal"].to_list()
    fresh = rows.filter(pl.col("ordinal").is_in(approved) & ~pl.col("ordinal").is_in(list(stands.covered)))
    if not fresh.is_empty() or not stands.waiting:
        substantiate.begin(office, batch, rows.filter(pl.col("ordinal").is_in(approved)))
    substantiate.settle(office, batch)


def _show(office: Office, batch: Batch, rows: pl.DataFrame, as_json: bool) -> None:
    import polars as pl

    from privity.office import substantiate

    with office.store.read() as tx:
        stands = substantiate.standing(office, tx, batch)
        findings = substantiate.findings(office, tx, batch.id)
        taken = sorted(substantiate.taken(office, tx, batch.id))
    words = rows.filter(pl.col("ordinal").is_in(taken)).select("ordinal", "row", "request_id", "case_id", "engaged_person")
    lines = [(*row[1:], findings.get(row[0], "to be found")) for row in words.rows()]
    said = {
        "batch": batch.id,
        "rows": [dict(zip(("row", "request_id", "case_id", "engaged_person", "finding"), line, strict=True)) for line in lines],
        "open": len(stands.open),
        "failed": len(stands.failed),
        "blocked": stands.blocked,
        "waiting for witnesses": list(stands.waiting),
        "unpredictable": bool(taken) and not stands.predictable,
    }
    screen.answer(as_json, said, lambda: _show_lines(lines, stands, bool(taken)))


def _show_lines(lines: list[tuple[object, ...]], stands: Standing, taken: bool) -> None:
    screen.table("", ("row", "request", "case", "engaged person", "finding"), lines, right=(0,))
    for entry in stands.waiting:
        screen.say(f"draw of entry {entry}: its rows are taken once witnesses have signed a checkpoint that covers it; draw again then")
    if stands.blocked:
        screen.say("a row is not substantiated: nothing of the batch is released until counsel overrules")
    if taken and stands.predictable:
        screen.say(PREDICTABLE)
