"""How often does matching name somebody when the person meant is not in the register? Leave-out, and the truth beside it.

    python evaluation/leave_out.py [--quick] [--json] [--seed final] [--place DIR]

Requests about made-up people (benchmarks/generate.py) are put to a register of as many people as rows, twice, at both operating points:
as it is (who is named, rightly or wrongly), and with every person left out whom any request means, relatives, twins and
namesakes staying: then whoever is named is named wrongly. Two denominators are kept apart: of those asked, and of those answered.

Seeds were frozen before the rules were written. Rules and thresholds were chosen on ``development`` only; ``final`` is for reporting,
once they stand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

SEEDS = {"development": 101, "final": 947}
FULL = {"requests": 1_280_000, "register": 20_000_000}
QUICK = {"requests": 30_000, "register": 200_000}
# Expected namesakes with the same birth date up to which a name alone identifies. Strict is 0: never.
POINTS = {"strict": 0.0, "bounded": 5e-5}
DECOYS = 7


def generate(*, place: str, requests: int, register: int, seed: int) -> dict[str, Any]:
    """Requests, register, truth; nothing if they are there."""
    import generate as made

    if not (Path(place) / "truth.parquet").is_file():
        given = ["--requests", str(requests), "--register-rows", str(register), "--out", place, "--seed", str(seed), "--one-period"]
        made.main(given)
    return {}


def prepare(*, place: str) -> dict[str, Any]:
    """The register as matching reads it, whole and without the people meant."""
    from privity.engines.duckdb import DuckDB
    from privity.match.register import prepare as prepared

    folder, engine = Path(place), DuckDB(Path(place))
    whole, without = folder / "whole", folder / "without"
    if not (whole / "births.parquet").is_file():
        whole.mkdir(exist_ok=True)
        prepared(sorted((folder / "register").glob("*.parquet")), engine, whole)
    if not (without / "births.parquet").is_file():
        _leave_out(whole, without, folder / "truth.parquet", engine)
    return {}


def _leave_out(whole: Path, without: Path, truth: Path, engine: Any) -> None:
    """Copy the prepared rows of everybody whom no request means; the counts of names and births are those of who is left."""
    import polars as pl

    from privity.match.queries import BIRTHS, NAMES

    (without / "rows").mkdir(parents=True, exist_ok=True)
    meant = pl.read_parquet(truth).select("record_id").drop_nulls().unique()
    for path in sorted((whole / "rows").glob("*.parquet")):
        kept = pl.read_parquet(path).join(meant, on="record_id", how="anti")
        kept.write_parquet(without / "rows" / path.name)
    rows = sorted((without / "rows").glob("*.parquet"))
    engine.save(NAMES, {"register": rows}, without / "names.parquet")
    engine.save(BIRTHS, {"register": rows}, without / "births.parquet")


def identify(*, place: str, register: str, limit: float) -> dict[str, Any]:
    """Everybody asked, against one of the two registers, at one operating point."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match import identify as identified
    from privity.match.prepare import ASKS
    from privity.match.register import prepared
    from privity.terms import Eligible

    folder = Path(place)
    asked = (
        pl.read_parquet(folder / "requests.parquet", columns=list(ASKS)).with_row_index("ordinal").with_columns(row=pl.col("ordinal") + 2)
    )
    work = folder / f"work-{register}"  # kept for the other operating point: candidates do not depend on it
    found = identified(Eligible(asked), prepared(folder / register), DuckDB(folder), work, asked_bars=[], seed=DECOYS, namesake_limit=limit)
    people = found.identifications.frame
    people.write_parquet(folder / f"found-{register}-{limit}.parquet")
    truth = pl.read_parquet(folder / "truth.parquet").rename({"record_id": "meant"})
    judged = pl.DataFrame({"ordinal": found.read, "judged": True})
    rows = people.join(truth, on="ordinal").join(judged, on="ordinal", how="left").join(_groups(asked, folder), on="ordinal", how="left")
    told = rows.with_columns(pl.col("judged").fill_null(False), right=(pl.col("record_id") == pl.col("meant")).fill_null(False))
    return {**_counts(told, "all"), "by_rule": _each(told, "rule"), "by_kind": _each(told, "kind"), "by_group": _each(told, "group"),
            "bounds": found.bounds.frame.to_dicts()}  # fmt: skip


def _groups(asked: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """The group of each request's surname by its share of the register."""
    import polars as pl

    from privity.match.bound import group
    from privity.match.prepare import prepare_requests

    names = pl.read_parquet(folder / "whole" / "names.parquet").group_by("ln").agg(pl.col("people").sum())
    share = pl.col("people").fill_null(0) / names["people"].sum()
    return prepare_requests(asked).select("ordinal", "ln").join(names, on="ln", how="left").select("ordinal", group(share).alias("group"))


def _each(told: pl.DataFrame, by: str) -> dict[str, Any]:
    return {str(name): _counts(rows, str(name)) for (name,), rows in told.drop_nulls(by).sort(by).group_by(by, maintain_order=True)}


def _counts(told: pl.DataFrame, _name: str) -> dict[str, Any]:
    """Asked, judged (put to the register), held (of those judged), answered, wrong; with the exact upper limits at 95 %."""
    import polars as pl

    from privity.match import upper_limit

    judged = told.filter("judged")
    answered = told.filter(pl.col("record_id").is_not_null())
    wrong, held = answered.filter(~pl.col("right")).height, judged["meant"].count()
    return {
        "asked": told.height,
        "judged": judged.height,
        "held": held,
        "answered": answered.height,
        "wrong": wrong,
        "wrong_of_judged_at_most": upper_limit(wrong, judged.height),
        "wrong_of_answered_at_most": upper_limit(wrong, answered.height),
        "recall": answered.filter("right").height / held if held else 0.0,
    }


STAGES = {one.__name__: one for one in (generate, prepare, identify)}


def measured(place: Path, sizes: dict[str, Any], seed: str) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    data = place / f"{seed}-{sizes['register']}"
    run("generate", place=data, **sizes, seed=SEEDS[seed])
    run("prepare", place=data)
    found = {
        point: {register: run("identify", place=data, register=register, limit=limit) for register in ("whole", "without")}
        for point, limit in POINTS.items()
    }
    return {"evaluation": "leave_out", "figures": {"sizes": sizes, "seed": seed, "points": POINTS, **found}, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    headings = ("", "judged", "held", "answered", "wrong", "of judged at most", "of answered at most", "recall")
    cells = ("judged", "held", "answered", "wrong", "wrong_of_judged_at_most", "wrong_of_answered_at_most", "recall")
    for point in found["figures"]["points"]:
        for register, title in (("whole", "everybody held"), ("without", "who is meant left out: every answer is wrong")):
            one = found["figures"][point][register]
            rows = {"all": one, **one["by_rule"], **one["by_group"]}
            yield f"{point}, {title}", headings, [(name, *(row[cell] for cell in cells)) for name, row in rows.items()]


def main() -> None:
    sys.argv, seed = _seed(sys.argv)
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-leave-out-") as folder:
        found = measured(given.place or Path(folder), QUICK if given.quick else FULL, seed)
    report(found, tables, as_json=given.json)


def _seed(arguments: list[str]) -> tuple[list[str], str]:
    if "--seed" not in arguments:
        return arguments, "development"
    at = arguments.index("--seed")
    return [*arguments[:at], *arguments[at + 2 :]], arguments[at + 1]


if __name__ == "__main__":
    main()
