"""Draw the sample: `python -m privity.sample.draw PSEUDOPEOPLE_DIR OUT --seed N`.

Reads ``register.parquet``, ``census2030.parquet`` and ``w2_2030.parquet`` as drawn from pseudopeople 1.3.1 (simulated people);
writes ``register.parquet``, ``requests.csv``, ``requests.xlsx`` (a few hundred of the same rows) and ``truth.parquet``.
The same input, seed and package versions give the same bytes. The committed sample is seed 2025; other seeds check a result.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter

from privity.sample import asks, defects, people
from privity.sample.people import YEARS_BACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.sample.asks import Ask

_CREATED = datetime(2025, 6, 27)  # noqa: DTZ001 - a workbook has no time zone
TRUTH = {
    "request_id": pl.String(),
    "kind": pl.String(),
    "record_id": pl.String(),
    "lawful": pl.Boolean(),
    "expected": pl.String(),
    "address": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows of each kind; ``each`` is per defect."""

    lawful: int = 2500
    invented: int = 1000
    bulk: int = 2000
    moved: int = 250
    shared: int = 200
    namesakes: int = 110
    borrowed: int = 90
    twins: int = 40
    badly_written: int = 100
    census: int = 120
    outside: int = 40
    plain_words: int = 100
    each: int = 22
    absent: int = 320
    barred: int = 36
    shown: int = 400  # rows of the workbook


def draw(source: Path, out: Path, seed: int, sizes: Sizes | None = None) -> None:
    """Write the four files of a sample into the existing folder ``out``."""
    sizes = sizes or Sizes()
    world = people.read(source, seed, absent=sizes.absent, twins=sizes.twins, barred=sizes.barred)
    people.register_frame(world.held).write_parquet(out / "register.parquet", compression="zstd", compression_level=19)
    desk = asks.Desk(world, Random(f"requests {seed}"))
    rows = _batch(desk, _census(source), sizes)
    desk.dice.shuffle(rows)
    requests, truth = _frames(rows)
    requests.write_csv(out / "requests.csv")
    truth.write_parquet(out / "truth.parquet", compression="zstd", compression_level=19)
    _workbook(requests, truth, sizes.shown, out / "requests.xlsx")


def _batch(desk: asks.Desk, census: Mapping[str, Mapping[str, str]], sizes: Sizes) -> list[Ask]:
    """All rows. Those about particular people come first, while those people are still there to ask about."""
    return [
        *asks.shared_home(desk, sizes.shared),
        *asks.namesakes(desk, sizes.namesakes),
        *asks.borrowed(desk, sizes.borrowed),
        *asks.twins(desk, sizes.twins),
        *asks.moved(desk, sizes.moved),
        *asks.barred(desk),
        *asks.strangers(desk),
        *asks.badly_written(desk, sizes.badly_written),
        *asks.as_in_the_census(desk, census, sizes.census),
        *asks.lawful(desk, sizes.lawful),
        *asks.plain_words(desk, sizes.plain_words),
        *asks.outside_agreement(desk, sizes.outside),
        *defects.defective(desk, sizes.each),
        *defects.bulk(desk, sizes.bulk),
        *asks.invented(desk, sizes.invented),
    ]


def _frames(rows: Sequence[Ask]) -> tuple[pl.DataFrame, pl.DataFrame]:
    numbers = [f"R{i:06d}" for i in range(1, len(rows) + 1)]
    cells = [{**dict.fromkeys(asks.COLUMNS, ""), **ask.cells, "request_id": number} for number, ask in zip(numbers, rows, strict=True)]
    known = [(n, ask.kind, ask.record_id, ask.lawful, ask.expected or None, ask.address) for n, ask in zip(numbers, rows, strict=True)]
    requests = pl.DataFrame(cells, schema=dict.fromkeys(asks.COLUMNS, pl.String()))
    return requests.with_columns(pl.all().replace("", None)), pl.DataFrame(known, schema=TRUTH, orient="row")


def _census(source: Path) -> dict[str, dict[str, str]]:
    """Names and birth date of each person as the census has them, where all are there and at least one differs from the register."""
    rows = pl.read_parquet(source / "census2030.parquet").sort("simulant_id").unique("simulant_id", keep="none", maintain_order=True)
    rows = rows.with_columns(born=pl.col("date_of_birth").str.to_date("%m/%d/%Y", strict=False).dt.offset_by(f"-{YEARS_BACK}y"))
    told = rows.drop_nulls(["first_name", "last_name", "born"]).select("simulant_id", "first_name", "last_name", "born")
    held = pl.read_parquet(source / "register.parquet").select(
        "simulant_id", "first_name", "last_name", born=pl.col("date_of_birth").dt.offset_by(f"-{YEARS_BACK}y").dt.date()
    )
    other = told.join(held, on=told.columns, how="anti", maintain_order="left")
    return {
        who.replace("_", "-"): {"first_name": first, "last_name": last, "date_of_birth": born.isoformat(), "middle_name": "", "tin": ""}
        for who, first, last, born in other.iter_rows()
    }


def _workbook(requests: pl.DataFrame, truth: pl.DataFrame, shown: int, path: Path) -> None:
    """Some rows of every kind, in file order, as a workbook whose every cell is text."""
    kinds = truth.with_columns(nth=pl.int_range(pl.len()).over("kind"))
    few = kinds.sort("nth", "request_id").head(shown).select("request_id")
    rows = requests.join(few, on="request_id", how="semi", maintain_order="left")
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"title": "Sample requests about simulated people", "created": _CREATED})
        sheet = book.add_worksheet("requests")
        text = book.add_format({"num_format": "@"})
        for at, row in enumerate([tuple(rows.columns), *rows.iter_rows()]):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write_string(at, column, value, text)


def main() -> None:
    """The command line."""
    line = argparse.ArgumentParser(prog="python -m privity.sample.draw", description=__doc__)
    line.add_argument("source", type=Path, metavar="PSEUDOPEOPLE_DIR")
    line.add_argument("out", type=Path, metavar="OUT")
    line.add_argument("--seed", type=int, default=2025)
    given = line.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    draw(given.source, given.out, given.seed)


if __name__ == "__main__":
    main()
