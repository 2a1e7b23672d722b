"""How often does matching name the wrong person, on people whom nobody here made up? pseudopeople (IHME, BSD-3), with its own noise.

    python evaluation/pseudopeople.py [--quick] [--json] [--place DIR]

pseudopeople simulates households over the years and what censuses, social security and employers write of them, with errors that its
authors chose. It has pins of its own: the script makes `.venv-pseudopeople` beside the project's environment, from
`requirements-pseudopeople.lock`, and draws there, in a child process. Its sample population (about 20,000 people) comes with it.

The register is the filers and spouses of the simulated 1040 returns of six years, as they are, of age, a row for each person and year. Each
request file is asked of two registers: ``open``, from which two people in five are missing, and ``without``, from which everybody asked
about is missing and three quarters of all others stay, housemates and relatives too: there every answer is wrong. Each again with a million
made-up strangers (benchmarks/people.py) beside them. W-2 and 1099 files bear borrowed numbers, but no birth date, and nothing is
identified without one: they are asked as they are once, and else with the true birth date of the person who is named in them.

Everybody in the sample lives in "Anytown WA 00000", which is no address. Each household gets a real city, state and ZIP code by a fixed
shuffle of its noise-free address, the same in register and requests; so noise in city, state and ZIP code is not tried here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

HERE = Path(__file__).parent
POINTS = {"strict": 0.0, "bounded": 1e-4}
YEARS = range(2025, 2031)  # of the register
ADULT = 18
KEPT = 0.6  # of the people, in the register ``open``
PARTS = 4  # a file's people are asked about in quarters, one for each seed, where they are left out
DECOYS = 7
STRANGERS = 1_000_000  # with fewer people held, rule R7 does not apply
FULL = {
    "seeds": [1, 2, 3],
    "census": [2020, 2030, 2040],
    "social": [2030],
    "wages": [2026, 2030],
    "noise": ["usual", "much"],
    "strangers": STRANGERS,
}
QUICK = {"seeds": [1], "census": [2030], "social": [2030], "wages": [2030], "noise": ["usual"], "strangers": 0}
WRONG_SHOWN = 50


def files(sizes: dict[str, Any]) -> list[dict[str, Any]]:
    """The request files: kind, year, noise, seed."""
    return [
        {"name": f"{kind}-{year}-{noise}-{seed}", "kind": kind, "year": year, "noise": noise, "seed": seed}
        for kind in ("census", "social", "wages")
        for year in sizes[kind]
        for noise in sizes["noise"]
        for seed in sizes["seeds"]
    ]


def draw(*, place: str, sizes: dict[str, Any]) -> dict[str, Any]:
    """The environment and the files; nothing that is there is made again."""
    wanted = {f"{one['name']}.parquet" for one in files(sizes)} | {"register.parquet"}
    target = Path(place) / "drawn"
    target.mkdir(parents=True, exist_ok=True)
    if not wanted <= {path.name for path in target.iterdir()}:
        command = [str(environment()), "-P", str(HERE / "pseudopeople_draw.py")]
        wanted_of = {"target": str(target), "years": list(YEARS), "adult": ADULT, "files": files(sizes)}
        subprocess.run([*command, json.dumps(wanted_of)], check=True, stdout=sys.stderr)  # noqa: S603
    return {}


def environment() -> Path:
    """Python with pseudopeople, in an environment of its own."""
    folder = HERE.parent / ".venv-pseudopeople"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "-r", str(HERE / "requirements-pseudopeople.lock")], check=True, stdout=sys.stderr)  # noqa: S603
        done.touch()
    return python


def prepare(*, place: str, strangers: int) -> dict[str, Any]:
    """The registers as matching reads them: ``open``, and ``without`` each quarter of the people."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match.register import prepare as prepared

    folder = Path(place)
    if not (folder / "people" / "births.parquet").is_file():
        held = pl.read_parquet(folder / "drawn" / "register.parquet")
        (folder / "source").mkdir(exist_ok=True)
        rows = (
            _settled(held)
            .rename({"simulant_id": "record_id"})
            .with_columns(data_class=pl.lit("taxpayer-identity"), bars=pl.lit(None, pl.String))
        )
        rows.drop("home").write_parquet(folder / "source" / "people.parquet")
        (folder / "people").mkdir(exist_ok=True)
        prepared([folder / "source" / "people.parquet"], DuckDB(folder), folder / "people")
    if strangers and not (folder / "strangers" / "births.parquet").is_file():
        (folder / "strangers").mkdir(exist_ok=True)
        prepared(_strangers(folder / "source", strangers), DuckDB(folder), folder / "strangers")
    return {"people": _registers(folder, bool(strangers))}


def _strangers(target: Path, count: int) -> list[Path]:
    """Made-up people, in the last year of the register."""
    import polars as pl
    from chance import Chance
    from people import CHUNK, register, zips

    made = []
    for first in range(0, count, CHUNK):
        numbers = pl.int_range(first, min(first + CHUNK, count), dtype=pl.UInt64, eager=True)
        rows = register(numbers, Chance(6103), zips(), (2022,)).with_columns(tax_period=pl.lit(str(YEARS[-1])))
        made.append(target / f"strangers-{first // CHUNK}.parquet")
        rows.write_parquet(made[-1])
    return made


def _registers(folder: Path, with_strangers: bool) -> int:
    """Cut the prepared rows to each register; names and births are counted over what is left."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match.register import count, placed

    people = pl.concat([pl.read_parquet(path) for path in sorted((folder / "people" / "rows").glob("*.parquet"))])
    cuts = {"open": _share("kept", "record_id") < KEPT} | {f"without-{part}": _part() != part for part in range(PARTS)}
    for name, cut in cuts.items():
        for beside in (False, True) if with_strangers else (False,):
            target = folder / (f"{name}-strangers" if beside else name)
            if not (target / "births.parquet").is_file():
                (target / "rows").mkdir(parents=True, exist_ok=True)
                people.filter(cut).write_parquet(target / "rows" / "people.parquet")
                for path in (folder / "strangers" / "rows").glob("*.parquet") if beside else ():
                    (target / "rows" / f"strangers-{path.name}").symlink_to(path.resolve())
                count(placed((target / "rows").glob("*.parquet"), target), DuckDB(folder))
    return people["record_id"].n_unique()


def _share(what: str, of: str) -> pl.Expr:
    """Uniform in [0, 1), of a person's number: the people of the sample are 0_0, 0_1 and so on."""
    import polars as pl
    from chance import Chance

    return Chance(6103)(what, pl.col(of).str.extract(r"_([0-9]+)$").cast(pl.UInt64))


def _part(of: str = "record_id") -> pl.Expr:
    """The quarter that a person is in."""
    return (_share("part", of) * PARTS).floor().cast(int)


def _settled(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds the city, state and ZIP code of each home."""
    import polars as pl
    from chance import Chance
    from people import zips

    table = zips()
    homes = rows.select("home").drop_nulls().unique()
    number = pl.Series("number", [int.from_bytes(_digest(home), "big") for home in homes["home"]], dtype=pl.UInt64)
    at = homes.with_columns(number).with_columns(at=Chance(6103).whole("home", table.height, "number")).drop("number")
    return rows.join(at.join(table.with_row_index("at"), on="at").drop("at"), on="home", how="left", maintain_order="left")


def _digest(home: str) -> bytes:
    from hashlib import sha256

    return sha256(home.casefold().encode()).digest()[:8]


def asked_of(folder: Path, one: dict[str, Any], dated: bool) -> pl.DataFrame:
    """The rows of a request file, in the columns that matching reads; and ``meant``."""
    import polars as pl

    from privity.match.prepare import ASKS

    rows = _settled(pl.read_parquet(folder / "drawn" / f"{one['name']}.parquet"))
    if one["kind"] == "wages" and dated:
        rows = rows.with_columns(date_of_birth="true_birth")
    rows = rows.with_columns(
        tax_periods=pl.lit(f"{YEARS[0]}-{YEARS[-1]}"), address_line2=pl.lit(None, pl.String), name_suffix=pl.lit(None, pl.String)
    )
    return rows.select(pl.col("simulant_id").alias("meant"), *(pl.col(name).cast(pl.String) for name in ASKS))


def identify(*, place: str, one: dict[str, Any], register: str, dated: bool, strangers: bool) -> dict[str, Any]:
    """One file asked of one register, at both operating points."""
    import polars as pl

    from privity.engines.duckdb import DuckDB
    from privity.match import identify as identified
    from privity.match.prepare import ASKS
    from privity.match.register import prepared
    from privity.terms import Eligible

    folder, part = Path(place), one["seed"] % PARTS
    rows = asked_of(folder, one, dated)
    if register == "without":
        rows = rows.filter(_part("meant") == part)
    rows = rows.with_row_index("ordinal").with_columns(row=pl.col("ordinal") + 2)
    asked, name = Eligible(rows.select("ordinal", "row", *ASKS)), "open" if register == "open" else f"without-{part}"
    held, engine = prepared(folder / (f"{name}-strangers" if strangers else name)), DuckDB(folder)
    found = {}
    with tempfile.TemporaryDirectory(prefix="work-", dir=folder) as work:
        for point, limit in POINTS.items():
            told = identified(asked, held, engine, Path(work) / "work", asked_bars=[], seed=DECOYS, namesake_limit=limit)
            judged = rows.join(told.identifications.frame, on="ordinal").with_columns(judged=pl.col("ordinal").is_in(told.read.implode()))
            found[point] = _counted(judged, held.rows)
    return found


def _counted(told: pl.DataFrame, held: Sequence[Path]) -> dict[str, Any]:
    """Asked, judged (put to the register), held and with somebody else's number (of those judged), answered, wrong; by rule; the wrong ones."""
    import polars as pl

    people = pl.scan_parquet(list(held)).select("record_id", "tin").unique().collect()
    ids, lent = people["record_id"], people.drop_nulls().select(number="tin", lender="record_id")
    answered = told.filter(pl.col("record_id").is_not_null()).with_columns(right=pl.col("record_id") == pl.col("meant"))
    wrong, judged = answered.filter(~pl.col("right")), told.filter("judged")
    number = judged.select("ordinal", "meant", number=pl.col("tin").str.replace_all("-", ""))
    borrowed = number.join(lent, on="number").group_by("ordinal").agg(pl.col("lender").ne(pl.col("meant")).all()).filter("lender")
    by_rule = answered.group_by("rule").agg(answered=pl.len(), wrong=(~pl.col("right")).sum()).sort("rule")
    return {
        "asked": told.height,
        "judged": judged.height,
        "held": judged.filter(pl.col("meant").is_in(ids.implode())).height,
        "borrowed": borrowed.height,
        "answered": answered.height,
        "wrong": wrong.height,
        "by_rule": {rule: {"answered": count, "wrong": bad} for rule, count, bad in by_rule.iter_rows()},
        "cases": _beside(wrong.head(WRONG_SHOWN), held),
    }


def _beside(wrong: pl.DataFrame, held: Sequence[Path]) -> list[dict[str, Any]]:
    """What a request says that was taken for somebody else, and what is held of them. They are simulated people."""
    import polars as pl

    columns = ["tin", "fn", "ln", "mi", "dob", "key"]
    rows = (
        pl.scan_parquet(list(held))
        .join(wrong.lazy().select("record_id"), on="record_id", how="semi")
        .select("record_id", *columns)
        .unique()
    )
    sides = (
        rows.with_columns(pl.col("dob").cast(pl.String))
        .sort("record_id", *columns)
        .collect()
        .group_by("record_id", maintain_order=True)
        .agg(held=pl.struct(columns))
    )
    said = ["meant", "record_id", "rule", "tin", "first_name", "middle_name", "last_name", "date_of_birth", "address_line1", "zip"]
    return wrong.select(said).join(sides, on="record_id", how="left", maintain_order="left").to_dicts()


STAGES = {one.__name__: one for one in (draw, prepare, identify)}


def measured(place: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    run("draw", place=place, sizes=sizes)
    held = run("prepare", place=place, strangers=sizes["strangers"])
    rows = []
    for one, dated, strangers in _runs(sizes):
        for register in ("open", "without"):
            found = run("identify", place=place, one=one, register=register, dated=dated, strangers=strangers)
            file = one["kind"] if dated or one["kind"] != "wages" else "wages, undated"
            label = {
                "file": file,
                "year": one["year"],
                "noise": one["noise"],
                "seed": one["seed"],
                "register": register,
                "strangers": strangers,
            }
            rows += [{**label, "point": point, **found[point]} for point in POINTS]
    figures = {"sizes": sizes, "people": held["people"], "points": POINTS, "files": rows, "totals": list(_totals(rows))}
    return {"evaluation": "pseudopeople", "figures": figures, "machine": about}


def _runs(sizes: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    """Each file, whether its people's birth dates are joined to it, and whether strangers stand beside the register."""
    every = files(sizes)
    yield next(one for one in every if one["kind"] == "wages"), False, False
    yield from ((one, True, False) for one in every)
    if sizes["strangers"]:  # the first seed tells enough: a register of a million takes its time
        yield from ((one, True, True) for one in every if one["seed"] == sizes["seeds"][0])


SUMMED = ("asked", "judged", "held", "borrowed", "answered", "wrong")


def _totals(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Over seeds; then over all files. Limits are exact, at 95 %; the same people are asked about again and again, so they say a little too little."""
    from privity.match import upper_limit

    def total(label: dict[str, Any], of: list[dict[str, Any]]) -> dict[str, Any]:
        sums = {name: sum(row[name] for row in of) for name in SUMMED}
        rules = sorted({rule for row in of for rule in row["by_rule"]})
        by_rule = {
            rule: {name: sum(row["by_rule"].get(rule, {}).get(name, 0) for row in of) for name in ("answered", "wrong")} for rule in rules
        }
        limits = {f"wrong_of_{name}_at_most": upper_limit(sums["wrong"], sums[name]) for name in ("judged", "answered")}
        right = sums["answered"] - sums["wrong"]
        return {**label, **sums, **limits, "recall": right / sums["held"] if sums["held"] else 0.0, "by_rule": by_rule}

    whose = ("point", "register", "strangers")
    for names in ((*whose, "file", "year", "noise"), whose):
        labels = list(dict.fromkeys(tuple(row[name] for name in names) for row in rows))
        for label in sorted(labels, key=str):
            yield total(dict(zip(names, label, strict=True)), [row for row in rows if tuple(row[name] for name in names) == label])


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    cells = (*SUMMED, "wrong_of_judged_at_most", "wrong_of_answered_at_most", "recall")
    headings = ("", *SUMMED, "of judged at most", "of answered at most", "recall", "answered, wrong by rule")
    titles = {"open": "two people in five not held", "without": "who is meant left out: every answer is wrong"}
    groups: dict[tuple[str, str, bool], list[dict[str, Any]]] = {}
    for row in found["figures"]["totals"]:
        groups.setdefault((row["point"], row["register"], row["strangers"]), []).append(row)
    for (point, register, strangers), rows in groups.items():
        name = lambda row: f"{row['file']} {row['year']}, {row['noise']} noise" if "file" in row else "all"  # noqa: E731
        rules = lambda row: " ".join(f"{rule} {it['answered']},{it['wrong']}" for rule, it in row["by_rule"].items())  # noqa: E731
        beside = ", beside a million strangers" if strangers else ""
        yield f"{point}, {titles[register]}{beside}", headings, [(name(row), *(row[cell] for cell in cells), rules(row)) for row in rows]
    cases = [
        (row["point"], row["file"], row["seed"], case["rule"], case["meant"], case["record_id"])
        for row in found["figures"]["files"]
        for case in row["cases"]
    ]
    yield "Wrong", ("", "file", "seed", "rule", "meant", "named"), cases


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-pseudopeople-") as folder:
        found = measured(given.place or Path(folder), QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
