"""Releases killed at random instants: what leaves without its entry, and what is lost that was acknowledged.

    python evaluation/kills.py --store sqlite|postgres [--kills 500] [--servers 20] [--out FILE]

Two processes release the same batch of the small office (``tests/office/small.py``) and are killed (`kill -9`) in turn, until it is all
outside; then another copy of the office. With ``postgres`` also the server's postmaster is killed, ``--servers`` times. What is held
after every kill stands in ``tests/office/kills.py``. Prints one JSON object after each, all figures from the beginning; with ``--out`` they are added
to a file, and a run that was broken off goes on from its last line. Exit code 1 if anything was found.

`kill -9` is not loss of power: what the operating system had taken is on the disk afterwards. Loss of power is not tested.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from office.kills import Tally, kills


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    given.add_argument("--kills", type=int, default=500)
    given.add_argument("--servers", type=int, default=20, help="kills of the postmaster; only with postgres")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--out", type=Path)
    said = given.parse_args()
    tally = _before(said.out, said.store)
    servers = said.servers if said.store == "postgres" else 0
    for now in kills(tally, said.kills, servers, said.seed + tally.kills):
        print(now.line(), flush=True)
        if said.out:
            with said.out.open("a") as file:
                file.write(now.line() + "\n")
    return 1 if tally.faults else 0


def _before(out: Path | None, store: str) -> Tally:
    """Where a run that was broken off stood."""
    lines = out.read_text().splitlines() if out and out.exists() else []
    tally = Tally(**json.loads(lines[-1])) if lines else Tally(store)
    if tally.store != store:
        raise SystemExit(f"{out} is of a run on {tally.store}")
    return tally


if __name__ == "__main__":
    sys.exit(main())
