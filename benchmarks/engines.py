"""The same matching on both engines: what it costs, and whether the rows are the same.

    python benchmarks/engines.py [--quick] [--json]

Each engine prepares the register and identifies 100,000 requests, in a process of its own. ``cpu`` is of the process and of
those that it started and waited for: Spark's Java, and its workers as far as Java waited for them, so Spark's is at least that.
``peak_gb`` is of the largest process, not of all together. ``rows`` is a digest of whom each request means and of what is held of them.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Steps, command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = {"requests": 100_000, "register": 1_000_000}
QUICK = {"requests": 5_000, "register": 10_000}
ENGINES = ("duckdb", "spark")


def generate(*, place: str, requests: int, register: int) -> dict[str, Any]:
    """A register and requests about its people; nothing if they are there."""
    import generate as made

    if not (Path(place) / "truth.parquet").is_file():
        shutil.rmtree(place, ignore_errors=True)
        made.main(["--requests", str(requests), "--register-rows", str(register), "--out", place])
    return {}


def match(*, place: str, target: str, engine: str) -> dict[str, Any]:
    """Prepare, identify; and a digest of whom each request means and of what is held of them."""
    import polars as pl

    from privity.engines import named
    from privity.match import identify, prepare
    from privity.terms import Eligible

    steps, runs = Steps(), named(engine, Path(target) / "spill")
    if engine == "spark":
        from privity.engines import session

        with steps.step("start"):
            session.start(Path(target) / "spill", "4GB", None)
    with steps.step("prepare the register"):
        register = prepare(sorted((Path(place) / "register").glob("*.parquet")), runs, Path(target) / "register")
    asked = pl.read_parquet(Path(place) / "requests.parquet").with_row_index("ordinal").with_columns(row=pl.col("ordinal") + 2)
    with steps.step("identify"):
        found = identify(Eligible(asked), register, runs, asked_bars=["i-6-informant", "i-6-impairment"], seed=7)
    if engine == "spark":
        with steps.step("end"):
            session.end()
    frames = (found.identifications.frame, found.record_facts)
    told = hashlib.sha256("".join(frame.write_ndjson() for frame in frames).encode()).hexdigest()
    return {
        "rows": told[:16],
        "identified": frames[0]["record_id"].count(),
        "steps": {name: {"wall": wall} for name, wall in steps.wall.items()},
    }


STAGES = {one.__name__: one for one in (generate, match)}


def measured(place: Path, sizes: dict[str, int], kept: Path) -> dict[str, Any]:
    about, data = machine(), kept / f"{sizes['requests']}-{sizes['register']}"
    stage(__file__, "generate", place=data, **sizes)
    figures = {name: stage(__file__, "match", place=data, target=place / name, engine=name) for name in ENGINES}
    one, other = figures.values()
    ratios = {"rows_equal": one["rows"] == other["rows"], "cpu": other["cpu"] / one["cpu"], "wall": other["wall"] / one["wall"]}
    return {"benchmark": "engines", "sizes": sizes, "figures": figures, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    sizes, figures = found["sizes"], found["figures"]
    title = f"{sizes['requests']:,} requests, register of {sizes['register']:,} rows"
    rows = [(name, it["wall"], it["cpu"], it["peak_gb"], it["identified"], it["rows"]) for name, it in figures.items()]
    yield title, ("", "wall s", "CPU s", "peak GB", "identified", "rows"), rows
    for name, it in figures.items():
        yield name, ("", "wall s"), [(step, cost["wall"]) for step, cost in it["steps"].items()]
    yield "Spark / DuckDB", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-engines-") as folder:
        found = measured(Path(folder), QUICK if given.quick else FULL, given.place or Path(folder) / "data")
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
