"""Matching alone: requests against registers that grow. Time and memory, beside the bare joins on the same keys and a merge.

    python benchmarks/match.py [--quick] [--json]

Every generated request is put to it as if it had been eligible; as many people as rows are held. *Bare joins* are the eight joins of
match.sql that look for candidates, alone: DuckDB over the same prepared files on the same keys; once only counting pairs, once writing each pair
with the columns that comparing it reads. Whatever else matching does (reading cells, decoys, comparing, rivals, what is held of those found, the bound) comes on top. A merge on
equal columns (pandas) has no rivals, no bound and no addresses: it is what is quick, not what is the same.

The register of 100 million rows is the one of 20 million read five times, for time and memory only: it holds nobody new, so that
real rows would bring more namesakes and more candidates.
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

FULL = {"requests": 1_280_000, "registers": [1_000_000, 5_000_000, 20_000_000], "times": 5, "many": 7_000_000, "merged": 5_000_000}
QUICK = {"requests": 30_000, "registers": [50_000, 100_000], "times": 2, "many": 60_000, "merged": 100_000}
NAMED = ["last_name", "first_name", "date_of_birth"]
AIMS = {"joins": 2.0, "peak_gb": 2.0, "many_s": 600.0, "many_gb": 6.0, "prepared_a_second": 150_000}


def generate(*, place: str, requests: int, register: int) -> dict[str, Any]:
    """A register and requests about its people; nothing if they are there."""
    import generate as made

    if not (Path(place) / "truth.parquet").is_file():
        shutil.rmtree(place, ignore_errors=True)
        made.main(["--requests", str(requests), "--register-rows", str(register), "--out", place, "--one-period"])
    return {"files_mb": round(sum(path.stat().st_size for path in Path(place).rglob("*.parquet")) / 1e6, 1)}


def prepare(*, place: str, target: str) -> dict[str, Any]:
    """The register's rows into the columns that matching reads; once for a register, whatever is asked of it later."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match.prepare import prepare_register
    from privity.match.register import count, prepared

    files, engine, began = sorted((Path(place) / "register").glob("*.parquet")), DuckDB(Path(target)), time.perf_counter()
    Path(target).mkdir(parents=True)
    (Path(target) / "register").mkdir()
    engine.map_rows(prepare_register, files, Path(target) / "register" / "rows")
    rows, spent = int(pl.scan_parquet(files).select(pl.len()).collect().item()), time.perf_counter() - began
    count(prepared(Path(target) / "register"), engine)
    size = sum(path.stat().st_size for path in Path(target).rglob("*.parquet"))
    return {"rows": rows, "rows_a_second": rows / spent, "prepared_mb": round(size / 1e6, 1)}


def asks(*, place: str, target: str) -> dict[str, Any]:
    """Requests and decoys as identification would prepare them, kept for the bare joins."""
    from privity.engines.duckdb import DuckDB
    from privity.match import retrieve
    from privity.match.bound import decoys

    step = retrieve._Steps(Path(target) / "asks-of-joins", lambda _share: None)  # noqa: SLF001
    files = retrieve._asks(_eligible(place), DuckDB(Path(target)), step)  # noqa: SLF001
    decoys(files, 7).write_parquet(files[0].with_name("zz-decoys.parquet"))
    return {}


def joins(*, target: str, register: str, times: int, written: bool = False) -> dict[str, Any]:
    """The bare joins, one after the other: counted, or written with the columns of the register that comparing reads."""
    from privity.engines.duckdb import DuckDB
    from privity.match.alike import alike
    from privity.match.prepare import PERSON
    from privity.match.queries import CANDIDATES
    from privity.match.register import prepared

    engine, rows = DuckDB(Path(target)), prepared(Path(register) / "register").rows * times
    probes = sorted((Path(target) / "asks-of-joins" / "asks").glob("*.parquet"))
    tables = {"asks": probes, "register": rows, "alike": alike()}
    columns = ", ".join(f"r.{name}" for name in (*PERSON, "building", "door", "tax_period"))
    for name, sql in CANDIDATES.items():
        if written:
            engine.save(sql.replace("r.record_id", f"r.record_id, {columns}"), tables, Path(target) / f"bare-{name}.parquet")
            (Path(target) / f"bare-{name}.parquet").unlink()
        else:
            engine.query(f"SELECT COUNT(*) AS pairs FROM ({sql})", tables)  # noqa: S608 - our own query
    return {}


def joins_written(**given: Any) -> dict[str, Any]:
    """The bare joins, written."""
    return joins(**given, written=True)


def _eligible(place: str) -> pl.DataFrame:
    import polars as pl

    from privity.match.prepare import ASKS

    asked = pl.read_parquet(Path(place) / "requests.parquet", columns=list(ASKS)).with_row_index("ordinal")
    return asked.with_columns(row=pl.col("ordinal") + 2)


def identify(*, place: str, target: str, register: str, times: int) -> dict[str, Any]:
    """Whom each request means, what is held of them, and the bound."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match import bound, retrieve
    from privity.match import identify as entry
    from privity.match.register import PreparedRegister, prepared
    from privity.terms import Eligible

    steps, matching = Steps(), __import__("sys").modules[entry.__module__]
    held = prepared(Path(register) / "register")
    held = PreparedRegister(held.rows * times, held.names, held.births)
    for module, name, said in (
        (retrieve, "_asks", "read the requests"), (retrieve, "decoys", "make decoys"), (retrieve._Steps, "query", "find candidates"),  # noqa: SLF001
        (retrieve, "_counted", "frequencies"), (retrieve, "_known", "frequencies"), (matching, "_judged", "compare"),
        (matching, "_held", "what is held"), (matching, "_compared", "compare addresses"), (bound, "bounds", "bound"),
    ):  # fmt: skip
        steps.wrap(module, name, said)
    work = Path(target) / "work"
    with steps.step("other"):
        bars = ["i-6-informant", "i-6-impairment"]
        found = matching.identify(Eligible(_eligible(place)), held, DuckDB(Path(target)), work, asked_bars=bars, seed=7)
    left = sum(path.stat().st_size for path in work.rglob("*.parquet"))
    shutil.rmtree(work)
    people = found.identifications.frame.filter(pl.col("record_id").is_not_null())
    limits = dict(found.bounds.frame.select("stratum", "limit").iter_rows())
    return {
        **_compared(people.select("ordinal", "record_id"), Path(place)),
        "limits": limits,
        "work_mb": round(left / 1e6, 1),
        **steps.found(),
    }


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


STAGES = {one.__name__: one for one in (generate, prepare, asks, joins, joins_written, identify, merge)}


def measured(place: Path, sizes: dict[str, Any], kept: Path) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    figures: dict[str, Any] = {"sizes": sizes}
    peers: dict[str, Any] = {}
    largest = sizes["registers"][-1]
    for rows in sizes["registers"]:
        data, target = kept / f"{sizes['requests']}-{rows}", place / str(rows)
        made = run("generate", place=data, requests=sizes["requests"], register=rows)
        prepared = run("prepare", place=data, target=target)
        run("asks", place=data, target=target)
        against = {"target": target, "register": target, "times": 1}
        figures[str(rows)] = {"generate": made, "prepare": prepared, "identify": run("identify", place=data, **against)}
        peers[str(rows)] = {"joins": run("joins", **against), "joins_written": run("joins_written", **against)}
        if rows <= sizes["merged"]:
            peers[str(rows)]["merge"] = run("merge", place=data)
    data, target = kept / f"{sizes['requests']}-{largest}", place / str(largest)
    again = {"target": target, "register": target, "times": sizes["times"]}
    figures["again"] = {"rows": largest * sizes["times"], "identify": run("identify", place=data, **again)}
    peers["again"] = {"joins": run("joins", **again)}
    data = kept / f"{sizes['many']}-{largest}"
    run("generate", place=data, requests=sizes["many"], register=largest)
    figures["many"] = {"identify": run("identify", place=data, target=target, register=target, times=1)}
    return {"benchmark": "match", "figures": figures, "peers": peers, "ratios": _ratios(figures, peers), "aims": AIMS, "machine": about}


def _ratios(figures: dict[str, Any], peers: dict[str, Any]) -> dict[str, float]:
    small, *_, large = (str(rows) for rows in figures["sizes"]["registers"])
    first, last, again = (figures[name]["identify"] for name in (small, large, "again"))
    reading = last["steps"]["read the requests"]["cpu"]
    return {
        "register_growth": int(large) / int(small),
        "identify_cpu_growth": last["cpu"] / first["cpu"],
        "identify_peak_growth": last["peak_gb"] / first["peak_gb"],
        "again_growth": figures["again"]["rows"] / int(large),
        "again_cpu_growth": again["cpu"] / last["cpu"],
        "identify_wall_over_joins": last["wall"] / peers[large]["joins"]["wall"],
        "identify_cpu_over_joins": last["cpu"] / peers[large]["joins"]["cpu"],
        "identify_cpu_over_joins_keys_given": (last["cpu"] - reading) / peers[large]["joins"]["cpu"],
        "identify_cpu_over_joins_written_keys_given": (last["cpu"] - reading) / peers[large]["joins_written"]["cpu"],
    }


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures, peers = found["figures"], found["peers"]
    for rows in (*map(str, figures["sizes"]["registers"]), "again", "many"):
        one, beside = figures[rows], peers.get(rows, {})
        costs = [(name, one[name]) for name in ("prepare", "identify") if name in one]
        costs += [*one["identify"]["steps"].items(), *((f"peer: {name}", cost) for name, cost in beside.items())]
        title = f"{one['identify']['requests']:,} requests, register: {rows}"
        yield title, ("", "wall s", "CPU s", "peak GB"), [(name, cost["wall"], cost["cpu"], cost["peak_gb"]) for name, cost in costs]
        told = [("matching", one["identify"]), *((name, cost) for name, cost in beside.items() if "identified" in cost)]
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
