"""Matching beside its peers, in one run: what each costs, whom each names, and how often that is the wrong person.

    python benchmarks/peers.py [--quick] [--json]

The same made-up requests and register (`generate.py --one-period`, a seed of their own) go to Privity at both operating points, to Splink
(probabilistic linkage, by the Ministry of Justice), to the best candidate by a score of points, and to a merge on equal columns (pandas).
Splink and the score get the columns that Privity prepares, so that names and addresses are read alike; the merge reads what is there.

Splink gives a weight; from which weight on, and how far ahead of the next candidate, a pair is believed is for its user to choose. It is
chosen here on another seed than the one reported: the lowest weight at which nobody wrong was named there, and the lowest at which at most
one in a thousand was; and the curve over all weights stands beside them. Everybody asked is counted, also where a tool cannot answer: recall is of
all requests about somebody held. Stages run in processes of their own; preparing, which is done once for a register, is shown apart.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

FULL = {"requests": 300_000, "register": 2_000_000, "spark": True}
QUICK = {"requests": 10_000, "register": 60_000, "spark": False}
SEEDS = {"reported": 6103, "thresholds": 7213}
POINTS = {"strict": 0.0, "bounded": 1e-4}
MARGINS = (0, 5, 10)  # weight ahead of the next candidate
WEIGHTS = range(-6, 61)
DRAWN = range(-5, 61, 5)  # of the curve
FEW = 1e-3
DECOYS = 7
SPARK_MEMORY = "6GB"


def generate(*, place: str, requests: int, register: int, seed: int) -> dict[str, Any]:
    """A register and requests about its people; nothing if they are there."""
    import generate as made

    if not (Path(place) / "truth.parquet").is_file():
        shutil.rmtree(place, ignore_errors=True)
        given = ["--requests", str(requests), "--register-rows", str(register), "--out", place, "--seed", str(seed), "--one-period"]
        made.main(given)
    return {}


def prepare(*, place: str, target: str, engine: str) -> dict[str, Any]:
    """The register's rows, and the requests, into the columns that matching reads."""
    import polars as pl

    from privity.engines import named
    from privity.match.prepare import prepare_requests
    from privity.match.register import prepare as prepared

    Path(target).mkdir(parents=True)
    with _started(engine, Path(target)):
        prepared(sorted((Path(place) / "register").glob("*.parquet")), named(engine, Path(target) / "spill"), Path(target) / "register")
    asked = pl.read_parquet(Path(place) / "requests.parquet").with_row_index("ordinal")
    prepare_requests(asked).drop("place").write_parquet(Path(target) / "asked.parquet")
    return {}


def privity(*, place: str, target: str, engine: str, limit: float) -> dict[str, Any]:
    """Whom each request means; by rule; and the bound that the batch gets."""
    import polars as pl

    from privity.engines import named
    from privity.match import identify
    from privity.match.register import prepared
    from privity.terms import Eligible

    asked = pl.read_parquet(Path(place) / "requests.parquet").with_row_index("ordinal").with_columns(row=pl.col("ordinal") + 2)
    with tempfile.TemporaryDirectory(dir=target) as work, _started(engine, Path(target)):
        held, runs = prepared(Path(target) / "register"), named(engine, Path(target) / "spill")
        found = identify(Eligible(asked), held, runs, Path(work) / "work", asked_bars=[], seed=DECOYS, namesake_limit=limit)
    people = found.identifications.frame.drop_nulls("record_id").select("ordinal", "record_id", "rule")
    rules = {rule: _against(rows, Path(place)) for (rule,), rows in sorted(people.group_by("rule"))}
    bounds = found.bounds.frame.select("stratum", "asked", "answered", "decoys", "limit").to_dicts()
    return {**_against(people, Path(place)), "by_rule": rules, "bounds": bounds}


def _started(engine: str, target: Path) -> Any:
    """Spark, for as long as it is needed."""
    from contextlib import contextmanager, nullcontext

    if engine != "spark":
        return nullcontext()

    @contextmanager
    def running() -> Iterator[None]:
        from privity.engines import session

        session.start(target / "spill", SPARK_MEMORY, None)
        try:
            yield
        finally:
            session.end()

    return running()


def merge(*, place: str) -> dict[str, Any]:
    """Joined on equal name and birth date, or equal number; whoever is alone is named."""
    import match

    return _against(match._merged_pandas(Path(place)), Path(place))  # noqa: SLF001


# ---------------------------------------------------------------- the best candidate by points

SCORED = """
WITH pairs AS (
  SELECT a.ordinal, r.record_id FROM asked AS a JOIN register AS r ON a.tin = r.tin
  UNION SELECT a.ordinal, r.record_id FROM asked AS a JOIN register AS r ON a.ln = r.ln AND a.dob = r.dob
  UNION SELECT a.ordinal, r.record_id FROM asked AS a JOIN register AS r ON a.fn = r.fn AND a.ln = r.ln AND a.dy = r.dy
  UNION SELECT a.ordinal, r.record_id FROM asked AS a JOIN register AS r ON a.fn = r.fn AND a.building = r.building
),
scored AS (
  SELECT
    p.ordinal,
    p.record_id,
    CASE WHEN a.tin = r.tin THEN 4 ELSE 0 END
    + COALESCE(CASE WHEN a.fn = r.fn THEN 2 WHEN JARO_WINKLER_SIMILARITY(a.fn, r.fn) >= 0.9 THEN 1 END, 0)
    + COALESCE(CASE WHEN a.ln = r.ln THEN 2 WHEN JARO_WINKLER_SIMILARITY(a.ln, r.ln) >= 0.9 THEN 1 END, 0)
    + COALESCE(CASE WHEN a.dob = r.dob THEN 3 WHEN a.dy = r.dy THEN 1 END, 0)
    + CASE WHEN a.key = r.key THEN 3 ELSE 0 END AS points
  FROM pairs AS p
  JOIN asked AS a ON p.ordinal = a.ordinal
  JOIN register AS r ON p.record_id = r.record_id
)
SELECT ordinal, record_id FROM scored QUALIFY RANK() OVER (PARTITION BY ordinal ORDER BY points DESC) = 1
"""


def best(*, place: str, target: str) -> dict[str, Any]:
    """Points for what agrees; whoever alone has most is named, however few."""
    from privity.engines.duckdb import DuckDB

    tables = {"asked": [Path(target) / "asked.parquet"], "register": sorted((Path(target) / "register" / "rows").glob("*.parquet"))}
    found = DuckDB(Path(target)).query(SCORED, tables)
    return _against(found.filter(found["ordinal"].is_unique()), Path(place))


# ---------------------------------------------------------------- Splink

BLOCKS = (
    ("tin",),
    ("ln", "dob"),
    ("fn", "dob", "l2"),
    ("fn", "ln", "dy", "dm"),
    ("fn", "ln", "dy", "dd"),
    ("fn", "ln", "dm", "dd"),
    ("building", "fn"),
)
SIDES = "tin, fn, ln, mi, dob, dy, dm, dd, key, building, zip5, substr(ln, 1, 2) AS l2"
FIRST_TWO = """
SELECT
  CASE WHEN unique_id_l LIKE 'P%' THEN unique_id_r ELSE unique_id_l END AS ordinal, -- ids of people held begin with P
  ARG_MAX(CASE WHEN unique_id_l LIKE 'P%' THEN unique_id_l ELSE unique_id_r END, match_weight) AS record_id,
  MAX(match_weight) AS weight,
  MAX(match_weight, 2) AS first_two
FROM {pairs} GROUP BY ALL
"""


def splink(*, target: str) -> dict[str, Any]:
    """The best candidate of each request, its weight and how far ahead it is; into best.parquet."""
    import logging

    import duckdb
    import polars as pl
    from splink import Linker, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.disable(logging.CRITICAL)  # it tells every step of its training
    con = duckdb.connect(config={"threads": 2, "temp_directory": str(Path(target) / "splink")})
    register = [str(path) for path in sorted((Path(target) / "register" / "rows").glob("*.parquet"))]
    con.execute(
        f"CREATE TABLE asked AS SELECT CAST(ordinal AS VARCHAR) AS unique_id, {SIDES} FROM read_parquet($1)",  # noqa: S608
        [str(Path(target) / "asked.parquet")],
    )
    con.execute(f"CREATE TABLE register AS SELECT record_id AS unique_id, {SIDES} FROM read_parquet($1)", [register])  # noqa: S608
    (count,) = con.execute("SELECT COUNT(*) FROM register").fetchall()[0]
    runs = DuckDBAPI(connection=con)
    linker = Linker([runs.register("asked"), runs.register("register")], _settings(count))
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for known in (("tin",), ("ln", "dob")):  # between them every comparison is left free once
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*known))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    found = con.sql(FIRST_TWO.format(pairs=pairs.physical_name)).pl()
    ahead = pl.col("weight") - pl.col("first_two").list.get(1, null_on_oob=True)
    found = found.select(pl.col("ordinal").cast(pl.UInt32), "record_id", "weight", ahead=ahead.fill_null(float("inf")))
    found.write_parquet(Path(target) / "best.parquet")
    return {"candidates": found.height}


def _settings(people: int) -> Any:
    """Names by similarity and how common they are, birth date by its parts; trained without the truth."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    births = [
        {"sql_condition": "dob_l IS NULL OR dob_r IS NULL", "label_for_charts": "null", "is_null_level": True},
        {"sql_condition": "dob_l = dob_r", "label_for_charts": "equal"},
        {"sql_condition": "(dy_l = dy_r)::INT + (dm_l = dm_r)::INT + (dd_l = dd_r)::INT = 2", "label_for_charts": "two of three"},
        {"sql_condition": "ELSE", "label_for_charts": "else"},
    ]
    places = [
        {"sql_condition": "key_l IS NULL OR key_r IS NULL", "label_for_charts": "null", "is_null_level": True},
        {"sql_condition": "key_l = key_r", "label_for_charts": "equal"},
        {"sql_condition": "building_l = building_r", "label_for_charts": "building"},
        {"sql_condition": "ELSE", "label_for_charts": "else"},
    ]
    names = [cl.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True) for name in ("fn", "ln")]
    return SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in BLOCKS],
        probability_two_random_records_match=1 / people,
        comparisons=[
            cl.ExactMatch("tin"),
            *names,
            cl.ExactMatch("mi"),
            cl.CustomComparison(output_column_name="address", comparison_levels=places),
            cl.CustomComparison(output_column_name="dob", comparison_levels=births),
        ],
    )


def curve(*, place: str, target: str) -> dict[str, Any]:
    """Splink's best candidates at every weight and margin, against the truth."""
    import polars as pl

    found = pl.read_parquet(Path(target) / "best.parquet")
    rows = []
    for margin in MARGINS:
        for weight in WEIGHTS:
            named = found.filter((pl.col("weight") >= weight) & (pl.col("ahead") > margin if margin == 0 else pl.col("ahead") >= margin))
            rows.append({"weight": weight, "margin": margin, **_against(named, Path(place))})
    return {"points": rows}


def _against(named: pl.DataFrame, place: Path) -> dict[str, Any]:
    """Answered, wrong, the upper limit of that share, and recall, of all requests about somebody held."""
    import polars as pl

    from privity.match import upper_limit

    truth = pl.read_parquet(place / "truth.parquet")
    judged = named.join(truth, on="ordinal", how="left", suffix="_true")
    right, held = judged.filter(pl.col("record_id") == pl.col("record_id_true")).height, truth["record_id"].count()
    wrong = named.height - right
    limit = upper_limit(wrong, named.height)
    return {
        "asked": truth.height,
        "held": held,
        "answered": named.height,
        "wrong": wrong,
        "wrong_of_answered_at_most": limit,
        "recall": right / held,
    }


STAGES = {one.__name__: one for one in (generate, prepare, privity, merge, best, splink, curve)}


# ---------------------------------------------------------------- all of it


def measured(place: Path, sizes: dict[str, Any], kept: Path) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    amounts = {name: sizes[name] for name in ("requests", "register")}
    data = {use: kept / f"{seed}-{sizes['requests']}-{sizes['register']}" for use, seed in SEEDS.items()}
    for use, seed in SEEDS.items():
        run("generate", place=data[use], **amounts, seed=seed)
    costs, told = {}, {}
    engines = ("duckdb", "spark") if sizes["spark"] else ("duckdb",)
    for engine in engines:
        costs[f"prepare the register once ({engine})"] = run("prepare", place=data["reported"], target=place / engine, engine=engine)
    points = [(engine, point) for engine in engines for point in POINTS if engine == "duckdb" or point == "strict"]
    for engine, point in points:
        name = f"Privity, {point}" if engine == "duckdb" else f"Privity, {point}, on Spark"
        told[name] = run("privity", place=data["reported"], target=place / engine, engine=engine, limit=POINTS[point])
    target = place / "duckdb"
    told["merge (pandas)"] = run("merge", place=data["reported"])
    told["best by points"] = run("best", place=data["reported"], target=target)
    costs["Splink, training and prediction"] = run("splink", target=target)
    drawn = run("curve", place=data["reported"], target=target)["points"]
    run("prepare", place=data["thresholds"], target=place / "other", engine="duckdb")
    run("splink", target=place / "other")
    chosen = _chosen(run("curve", place=data["thresholds"], target=place / "other")["points"])
    for name, choice in chosen.items():
        same = next(row for row in drawn if all(row[key] == choice[key] for key in ("weight", "margin")))
        told[f"Splink, {name}"] = {**costs["Splink, training and prediction"], **same}
    figures = {"costs": costs, "told": told, "curve": [row for row in drawn if row["weight"] in DRAWN], "chosen_on_the_other_seed": chosen}
    return {"benchmark": "peers", "sizes": sizes, "seeds": SEEDS, "figures": figures, "ratios": _ratios(told), "machine": about}


def _chosen(points: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The weight and margin with the best recall among those that named nobody wrong, or few; and what nobody chose."""
    answering = [row for row in points if row["answered"]]
    none = [row for row in answering if row["wrong"] == 0]
    some = [row for row in answering if row["wrong"] <= FEW * row["answered"]]
    found = {"none wrong on the other seed": none, "one in a thousand on the other seed": some}
    picks = {name: max(rows, key=lambda row: row["recall"]) for name, rows in found.items() if rows}
    return {**picks, "best candidate above 0": next(row for row in points if (row["weight"], row["margin"]) == (0, 0))}


def _ratios(told: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Cost of each peer over Privity's, strict."""
    ours = told["Privity, strict"]
    return {f"{name}: CPU over Privity's": round(it["cpu"] / ours["cpu"], 3) for name, it in told.items() if it is not ours}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures, sizes = found["figures"], found["sizes"]
    told, counted = figures["told"], ("answered", "wrong", "wrong_of_answered_at_most", "recall")
    cost, words = ("wall", "cpu", "peak_gb"), ("wall s", "CPU s", "peak GB")
    title = f"{sizes['requests']:,} requests, {sizes['register']:,} people"
    yield (
        title,
        ("", *words, "answered", "wrong", "wrong at most", "recall"),
        [(name, *(it[key] for key in (*cost, *counted))) for name, it in told.items()],
    )
    yield "Beforehand, or shared", ("", *words), [(name, *(it[key] for key in cost)) for name, it in figures["costs"].items()]
    rules = [
        (f"{point}: {rule}", *(row[key] for key in counted))
        for point in POINTS
        for rule, row in told[f"Privity, {point}"]["by_rule"].items()
    ]
    yield "By rule", ("", "answered", "wrong", "wrong at most", "recall"), rules
    headings = ("", "weight", "margin", "answered", "wrong", "wrong at most", "recall")
    for name, rows in (
        ("Splink, at every weight", figures["curve"]),
        ("Chosen on the other seed", figures["chosen_on_the_other_seed"].values()),
    ):
        yield name, headings, [("", row["weight"], row["margin"], *(row[key] for key in counted)) for row in rows]
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-peers-") as folder:
        found = measured(Path(folder), QUICK if given.quick else FULL, given.place or Path(folder) / "data")
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
