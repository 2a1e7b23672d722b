"""``make fuzz``: a million requests, most of them rubbish, against a register with the same kinds of rows. Prints one object."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import check, garbage
from privity.engines.duckdb import DuckDB
from privity.match import identify
from privity.match.register import findings, prepare

SEED = 20_250_807
MOST_MEMORY = 3_000_000_000  # bytes


def run(count: int, held: int, folder: Path, seed: int = SEED) -> dict[str, object]:
    """Draw, prepare, identify, check. Seconds are of the processor, of all threads together."""
    seconds: dict[str, float] = {}
    people = garbage.people(held, seed)
    made = garbage.requests(count, people, seed)
    files = garbage.register(folder, people, seed)
    eligible = check.eligible(made.asks)
    _lap(seconds, "draw")
    engine = DuckDB(folder / "spill")
    register = prepare(files, engine, folder / "prepared")
    _lap(seconds, "prepare")
    found = identify(eligible, register, engine, folder / "work", asked_bars=("i-6-informant", "i-6-impairment"), seed=1)
    _lap(seconds, "identify")
    seen = check.holds(found, made)
    _lap(seconds, "check")
    odd = findings(register, engine)
    assert odd.several_people >= 1
    assert odd.conflicting_keys >= 1
    return {**seen, "register_rows": odd.row_count, "cpu_seconds": seconds}


def _lap(seconds: dict[str, float], name: str) -> None:
    seconds[name] = round(time.process_time() - sum(seconds.values()), 1)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--requests", type=int, default=1_000_000)
    given.add_argument("--people", type=int, default=200_000)
    given.add_argument("--seed", type=int, default=SEED)
    asked = given.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="privity-fuzz-") as folder:
        told = run(asked.requests, asked.people, Path(folder), asked.seed)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**told, "seconds": round(time.monotonic() - begun, 1), "peak_bytes": most, "seed": asked.seed}))  # noqa: T201
    assert most <= MOST_MEMORY, "more memory than a small machine has"


if __name__ == "__main__":
    main()
