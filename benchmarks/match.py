"""Matching alone: requests against registers that grow. Time, memory, and with the truth at hand how often it names the wrong person.

    python benchmarks/match.py [--quick] [--json]

Every generated request is put to it as if it had been eligible. Beside it, in the same run, a merge on equal columns (pandas
if it is installed, the same merge in Polars if not): name and birth date, or number; a request that so finds one person is identified.
A merge has no rivals, no bound and no addresses: it is what is quick, not what is the same.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Steps, command_line, find_spec, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

FULL = {"requests": 1_280_000, "registers": [1_000_000, 5_000_000]}
QUICK = {"requests": 30_000, "registers": [50_000, 100_000]}
NAMED = ["last_name", "first_name", "date_of_birth"]


def generate(*, place: str, requests: int, register: int) -> dict[str, Any]:
    """A register and requests about its people; nothing if they are there."""
    import generate as made

    if not (Path(place) / "truth.parquet").is_file():
        shutil.rmtree(place, ignore_errors=True)
        made.main(["--requests", str(requests), "--register-rows", str(register), "--out", place])
    return {"files_mb": round(sum(path.stat().st_size for path in Path(place).rglob("*.parquet")) / 1e6, 1)}


def prepare(*, place: str, target: str) -> dict[str, Any]:
    """The register's rows into the columns that matching reads; once for a register, whatever is asked of it later."""
    from privity.engines.duckdb import DuckDB
    from privity.match.register import prepare as prepared

    Path(target).mkdir(parents=True)
    prepared(sorted((Path(place) / "register").glob("*.parquet")), DuckDB(Path(target)), Path(target) / "register")
    return {"prepared_mb": round(sum(path.stat().st_size for path in Path(target).rglob("*.parquet")) / 1e6, 1)}


def identify(*, place: str, target: str) -> dict[str, Any]:
    """Whom each request means, what is held of them, and the bound."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match import identify as module
    from privity.match.register import prepared
    from privity.terms import Eligible

    asked = pl.read_parquet(Path(place) / "requests.parquet").with_row_index("ordinal").with_columns(row=pl.col("ordinal") + 2)
    register, steps = prepared(Path(target) / "register"), Steps()
    matching = __import__("sys").modules[module.__module__]
    for name in ("prepare_requests", "decoys", "_judged", "_held", "_compared", "_with_namesakes"):
        steps.wrap(matching, name, name.strip("_").replace("_", " "))
    with steps.step("other"):
        bars = ["i-6-informant", "i-6-impairment"]
        found = matching.identify(Eligible(asked), register, DuckDB(Path(target)), asked_bars=bars, seed=7)
    people = found.identifications.frame.filter(pl.col("record_id").is_not_null())
    limits = dict(found.bounds.frame.select("stratum", "limit").iter_rows())
    return {**_compared(people.select("ordinal", "record_id"), Path(place)), "limits": limits, **steps.found()}


def _compared(named: pl.DataFrame, place: Path) -> dict[str, Any]:
    """Against the truth."""
    import polars as pl

    truth = pl.read_parquet(place / "truth.parquet")
    judged = named.join(truth, on="ordinal", how="left", suffix="_true")
    right = judged.filter(pl.col("record_id") == pl.col("record_id_true")).height
    return {"requests": truth.height, "held": truth["record_id"].count(), "identified": named.height, "wrong_person": named.height - right}


# ---------------------------------------------------------------- a merge


def merge(*, place: str) -> dict[str, Any]:
    """Requests and register joined on equal columns; a request that finds one person counts as identified."""
    began, cpu = time.perf_counter(), time.process_time()
    library = "pandas" if find_spec("pandas") else "polars"
    named = {"pandas": _merged_pandas, "polars": _merged_polars}[library](Path(place))
    seconds = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu}
    return {"library": library, **_compared(named, Path(place)), **seconds}


def _merged_polars(place: Path) -> pl.DataFrame:
    import polars as pl

    asked = pl.read_parquet(place / "requests.parquet", columns=[*NAMED, "tin"]).with_row_index("ordinal")
    asked = asked.with_columns(pl.col("tin").str.replace_all("-", ""))
    held = pl.read_parquet(place / "register" / "*.parquet", columns=["record_id", *NAMED, "tin"])
    by_name = asked.select("ordinal", *NAMED).join(held.drop("tin"), on=NAMED).select("ordinal", "record_id")
    by_number = asked.select("ordinal", "tin").join(held.select("record_id", "tin"), on="tin").select("ordinal", "record_id")
    both = pl.concat([by_name, by_number]).unique()
    return both.filter(pl.len().over("ordinal") == 1)


def _merged_pandas(place: Path) -> pl.DataFrame:
    import pandas as pd
    import polars as pl

    asked = pd.read_parquet(place / "requests.parquet", columns=[*NAMED, "tin"]).reset_index(names="ordinal")
    asked["tin"] = asked["tin"].str.replace("-", "")
    held = pd.concat(pd.read_parquet(path, columns=["record_id", *NAMED, "tin"]) for path in sorted((place / "register").glob("*.parquet")))
    # pandas joins missing to missing: take them out first, as SQL does.
    by_name = asked.dropna(subset=NAMED).merge(held.dropna(subset=NAMED), on=NAMED)[["ordinal", "record_id"]]
    by_number = asked.dropna(subset=["tin"]).merge(held.dropna(subset=["tin"]), on="tin")[["ordinal", "record_id"]]
    both = pd.concat([by_name, by_number]).drop_duplicates()
    return pl.from_pandas(both[~both["ordinal"].duplicated(keep=False)]).with_columns(pl.col("ordinal").cast(pl.UInt32))


STAGES = {one.__name__: one for one in (generate, prepare, identify, merge)}


def measured(place: Path, sizes: dict[str, Any], kept: Path) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    figures: dict[str, Any] = {"sizes": sizes}
    peers: dict[str, Any] = {}
    for rows in sizes["registers"]:
        data, target = kept / f"{sizes['requests']}-{rows}", place / str(rows)
        made = run("generate", place=data, requests=sizes["requests"], register=rows)
        figures[str(rows)] = {
            "generate": made,
            "prepare": run("prepare", place=data, target=target),
            "identify": run("identify", place=data, target=target),
        }
        peers[str(rows)] = {"merge": run("merge", place=data)}
    small, large = (figures[str(rows)]["identify"] for rows in sizes["registers"])
    ratios = {
        "register_growth": sizes["registers"][1] / sizes["registers"][0],
        "identify_cpu_growth": large["cpu"] / small["cpu"],
        "identify_peak_growth": large["peak_gb"] / small["peak_gb"],
        "identify_cpu_over_merge": large["cpu"] / peers[str(sizes["registers"][1])]["merge"]["cpu"],
    }
    return {"benchmark": "match", "figures": figures, "peers": peers, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures = found["figures"]
    for rows in map(str, figures["sizes"]["registers"]):
        one, peer = figures[rows], found["peers"][rows]["merge"]
        costs = [
            ("prepare the register (once)", one["prepare"]),
            ("identify", one["identify"]),
            *one["identify"]["steps"].items(),
            (f"merge ({peer['library']})", peer),
        ]
        title = f"{figures['sizes']['requests']:,} requests, register of {int(rows):,} rows"
        yield title, ("", "wall s", "CPU s", "peak GB"), [(name, cost["wall"], cost["cpu"], cost["peak_gb"]) for name, cost in costs]
        told = [("matching", one["identify"]), (f"merge ({peer['library']})", peer)]
        yield (
            "Against the truth",
            ("", "held", "identified", "wrong person"),
            [(name, it["held"], it["identified"], it["wrong_person"]) for name, it in told],
        )
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-match-") as folder:
        found = measured(Path(folder), QUICK if given.quick else FULL, given.place or Path(folder) / "data")
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
