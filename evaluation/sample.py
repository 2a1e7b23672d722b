"""What becomes of the sample, whose every row has a known truth: errors by kind of row, with the filter of 2025 beside it.

    python evaluation/sample.py [--quick] [--json] [--agreement ID]

The sample's requests are submitted to an office made for it, on a day on which no halt was in force, with every envelope signed as
it should be. *Refused* here means no answer could follow; *referred* means that two people would look at it. Three numbers matter: lawful
rows refused, unlawful rows referred, rows referred about another person than meant. ``either`` counts rows that are about the right
person and written so badly that declining is right too.

With ``--agreement``, lawful rows outside it are refused too (kind ``lawful-outside-agreement``): a duty held, which goes to counsel.

The sample is drawn, not collected: its kinds have the shares that sample/draw.py gives them, so the totals say nothing about real
requests. The lines of the table do, as far as its simulated people are like people.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from privity import sample
from privity.office import determinations, dispose
from privity.office.submit import submit
from privity.sample import world
from privity.terms import Outcome

DAY, DATED = date(2025, 8, 7), date(2025, 6, 27)
SHORT = {  # headings that fit a screen
    "lawful_refused": "lawful refused",
    "unlawful_referred": "unlawful referred",
    "wrong_person": "wrong person",
    "expected_reason_missing": "other reason",
    "filter_lets_out": "filter lets out",
    "filter_unlawful": "of it unlawful",
}
TRUTHS = {True: "lawful", False: "unlawful", None: "either"}


def decided(place: Path, agreement: str) -> pl.DataFrame:
    """``request_id``, ``outcome``, ``stage``, ``record_id`` (whom the row was taken to mean) and ``reasons`` of every row."""
    roster = sample.roster()
    office, agency = world.staffed(place / "office", DAY, roster)
    envelope = place / "envelope.toml"
    envelope.write_text(world.envelope(agency, sample.requests_path(), roster, agreement=agreement, dated=DATED), encoding="utf-8")
    batch = submit(office, sample.requests_path(), envelope, intake_officer=world.INTAKE)
    words = dispose.request_words(office, batch).select("ordinal", "request_id")
    rows = determinations.load(office, batch).join(words, on="ordinal", validate="1:1")
    return rows.select("request_id", "outcome", "stage", "record_id", "reasons")


def errors(rows: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """A row for each kind and truth: how many, what became of them, how many errors; and what the filter would have let out."""
    out = sample.historical_filter(sample.requests(), sample.register()).with_columns(pl.lit(value=True).alias("let_out"))
    named = rows.rename({"record_id": "taken_for"})
    judged = truth.join(named, on="request_id", validate="1:1").join(out, on="request_id", how="left")
    referred, lawful = pl.col("outcome") == Outcome.REFERRED, pl.col("lawful")
    wrong = referred & pl.col("taken_for").ne_missing(pl.col("record_id"))
    named_reasons = pl.col("reasons").list.eval(pl.element().str.splitn(" ", 3).struct.field("field_1"))
    hit = named_reasons.list.set_intersection(pl.col("expected").str.split("|")).list.len() > 0
    blamed = pl.col("expected").is_null() | hit
    counted = judged.group_by("kind", "lawful").agg(
        rows=pl.len(),
        refused=(~referred).sum(),
        referred=referred.sum(),
        lawful_refused=(lawful.fill_null(value=False) & ~referred).sum(),
        unlawful_referred=(~lawful.fill_null(value=True) & referred).sum(),
        wrong_person=wrong.sum(),
        expected_reason_missing=(~blamed & ~lawful.fill_null(value=True)).sum(),
        filter_lets_out=pl.col("let_out").fill_null(value=False).sum(),
        filter_unlawful=(pl.col("let_out").fill_null(value=False) & ~lawful.fill_null(value=True)).sum(),
    )
    truths = pl.col("lawful").replace_strict(TRUTHS, return_dtype=pl.String).alias("truth")
    return counted.select("kind", truths, pl.exclude("kind", "lawful")).sort("truth", "rows", "kind", descending=[False, True, False])


def totals(table: pl.DataFrame) -> dict[str, Any]:
    """The sums, and the three rates."""
    sums = {name: int(table[name].sum()) for name in table.columns[2:]}
    of = {word: int(table.filter(pl.col("truth") == word)["rows"].sum()) for word in TRUTHS.values()}
    rates = {
        "lawful_refused_share": sums["lawful_refused"] / max(1, of["lawful"]),
        "unlawful_referred_share": sums["unlawful_referred"] / max(1, of["unlawful"]),
        "wrong_person_share_of_referred": sums["wrong_person"] / max(1, sums["referred"]),
        "filter_unlawful_share_of_let_out": sums["filter_unlawful"] / max(1, sums["filter_lets_out"]),
    }
    return {**of, **sums, **rates}


def why(rows: pl.DataFrame, truth: pl.DataFrame) -> list[dict[str, Any]]:
    """Why lawful rows were refused, most first."""
    lost = truth.filter("lawful").join(rows.filter(pl.col("outcome") != Outcome.REFERRED), on="request_id")
    said = lost.select("kind", pl.col("reasons").alias("reason")).explode("reason", empty_as_null=True)
    return said.group_by("kind", "reason").len("rows").sort("rows", "kind", "reason", descending=[True, False, False]).head(12).to_dicts()


def _print(rows: list[dict[str, Any]]) -> None:
    cells = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)] if rows else []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="no difference: it takes seconds")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--agreement", default="", help="the agreement that the envelope names")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="privity-sample-") as folder:
        rows = decided(Path(folder), given.agreement)
    truth = sample.truth()
    table = errors(rows, truth)
    found = {
        "evaluation": "sample",
        "day": str(DAY),
        "totals": totals(table),
        "kinds": table.to_dicts(),
        "lawful_refused_because": why(rows, truth),
    }
    if given.json:
        print(json.dumps(found, indent=1))
        return
    _print(table.rename(SHORT).rows(named=True))
    _print(found["lawful_refused_because"])
    for name, value in totals(table).items():
        print(f"  {name:36} {value:>10,}" if isinstance(value, int) else f"  {name:36} {value:>10.4%}")


if __name__ == "__main__":
    main()
