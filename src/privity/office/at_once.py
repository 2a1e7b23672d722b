"""``privity answers``: what a requester hears at once, a line a row: refused at the request stage, why, and what to supply; or when.

An eligible row says nothing but that it will be answered, so that nobody learns from this list who is in the register.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from privity.intake.answer_sheet import harmless
from privity.office import basis, determinations, disk, dispose, law
from privity.office.release import answer_day
from privity.terms import Outcome, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from privity.office.batch import Batch
    from privity.office.place import Office

COLUMNS = ("row", "request_id", "answer", "citation", "what is missing or wrong", "what to supply")


def rows(office: Office, batch: Batch) -> pl.DataFrame:
    """``COLUMNS`` for every row of a batch, in file order."""
    on = basis.basis_of(office, batch)
    whole = determinations.load_whole(office, batch)
    with office.store.read() as tx:
        day = answer_day(batch, law.in_force(office, tx)[1])
    names = {name for name in whole["reasons"].explode().drop_nulls().str.splitn(" ", 3).struct.field("field_1").unique().to_list() if name}
    known = [on.rulebook.requirement(name) for name in sorted(names)]
    words = pl.DataFrame(
        {
            "requirement": [one.id for one in known],
            "citation": [f"{one.source.value} {one.cite}" for one in known],
            "fails": [one.fails for one in known],
            "supply": [one.supply for one in known],
        },
        schema=dict.fromkeys(("requirement", "citation", "fails", "supply"), pl.String),
    )
    refused = whole.filter((pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST))
    said = (
        refused.select("ordinal", pl.col("reasons").alias("reason"))
        .explode("reason")
        .with_columns(pl.col("reason").str.splitn(" ", 3).struct.rename_fields(["source", "requirement", "kind"]))
        .unnest("reason")
        .filter(pl.col("kind") != "refer")
        .join(words, on="requirement", maintain_order="left")
        .group_by("ordinal", maintain_order=True)
        .agg(*(_joined(name, heading) for name, heading in zip(("citation", "fails", "supply"), COLUMNS[3:], strict=True)))
    )
    answer = pl.when(pl.col(COLUMNS[3]).is_not_null()).then(pl.lit("refused")).otherwise(pl.lit(f"will be answered on {day}"))
    listed = dispose.request_words(office, batch).join(said, on="ordinal", how="left", maintain_order="left")
    return listed.select("row", "request_id", answer.alias("answer"), *(pl.col(name).fill_null("") for name in COLUMNS[3:]))


def _joined(name: str, heading: str) -> pl.Expr:
    return pl.col(name).filter(pl.col(name) != "").unique(maintain_order=True).str.join("; ").alias(heading)


def write(office: Office, batch: Batch, out: Path) -> int:
    """Write the list as CSV; returns the number of rows. Text that a spreadsheet would run gets an apostrophe in front."""
    table = rows(office, batch)
    guarded = table.with_columns(harmless(pl.col(pl.String)))
    buffer = io.BytesIO()
    guarded.write_csv(buffer)
    disk.write_file(out, buffer.getvalue())
    return table.height
