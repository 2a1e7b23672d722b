"""A halt entered by one process while another answers 10,000 rows and is killed at random: what still leaves, and how long until it bites.

    python benchmarks/halt.py            10,000 rows, five races undisturbed and five with kills; some minutes
    python benchmarks/halt.py --quick    small

Made-up people (passage.py makes the batch: lawful, approved rows only, so every row would be answered `same`). Each race has an office of
its own. The halt is entered by `privity halt add`, a process started from nothing when some packages are out; times run from
that start, so they hold the start of the program. Beside the times, counted from the ledger and the outbox: rows disclosed by intents after
the halt's entry, and packages that disclose and left although a release began again after the halt. Both must be 0.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import command_line, machine, report, stage
from passage import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = {"requests": 40_000, "register": 50_000, "released": 10_000, "races": 5, "package_rows": 64}
QUICK = {"requests": 4_000, "register": 8_000, "released": 800, "races": 1, "package_rows": 8}
PASSAGE = str(Path(__file__).with_name("passage.py"))
STAY = f"""id = "a-stay"
kind = "stay"
court = "a court"
case = "a case"
docket = "No. 1"
cite = "a case, No. 1"
effect = "disclosure"
from = {ANSWERED}

[scope]
regime = "us/26-usc-6103"
bases = ["i-2"]
class = "invented"
"""
RELEASES = """
import json, sys, time
from datetime import date
from pathlib import Path
from privity.office import batch as batches, release as last
from privity.office.place import open_office
from privity.seal.age import AgeSealer
office = open_office(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
with office.store.read() as tx:
    batch = batches.named(tx, tx.rows("batch")[0]["batch"])
enters = last._enter
def timed(*given):
    name = enters(*given)
    print(json.dumps([name, time.monotonic()]), flush=True)
    return name
last._enter = timed
last.release(office, batch, Path(sys.argv[3]), AgeSealer())
"""


# ---------------------------------------------------------------- one race


def smaller(*, office: str, rows: int) -> dict[str, Any]:
    """Packages of so many rows, so that a halt has many to stop."""
    from privity.office import law
    from privity.office.place import open_office
    from privity.rules.facts import SHIPPED

    folder = Path(shutil.copytree(SHIPPED, f"{office}-law"))
    policy = folder / "policy" / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("package_rows = 256", f"package_rows = {rows}"), encoding="utf-8")
    law.install(open_office(Path(office), ANSWERED), folder, "smaller packages")
    return {}


def race(*, office: str, place: str, seed: int, kills: bool) -> dict[str, Any]:
    """Start a release; when some packages are out, start ``privity halt add``; with ``kills``, kill the release about then, and go on after."""
    draw, root, out = random.Random(seed), Path(place) / "office", Path(place) / "out"
    shutil.copytree(office, root)
    stay = Path(place) / "stay.toml"
    stay.write_text(STAY, encoding="utf-8")
    lines = Path(place) / "entered.jsonl"
    sending = _release(root, out, lines)
    _until(lines, draw.randint(1, 4))
    began, entering = time.monotonic(), _enter(root, stay)
    if kills:
        time.sleep(draw.random() * 2)
        sending.send_signal(signal.SIGKILL)
        sending.wait()
    committed = _committed(root, entering)
    left = _left(out) if kills else set()
    turns = _finish(root, out, lines, sending, draw, kills=kills)
    return _counted(root, out, lines, left, kills=kills, began=began, committed=committed) | {"releases": turns}


def _release(root: Path, out: Path, lines: Path) -> subprocess.Popen[bytes]:
    with lines.open("ab") as told:
        return subprocess.Popen(
            [sys.executable, "-c", RELEASES, str(root), str(ANSWERED), str(out)], stdout=told, stderr=subprocess.DEVNULL
        )


def _until(lines: Path, packages: int) -> None:
    while not lines.exists() or lines.read_text(encoding="utf-8").count("\n") < packages:
        time.sleep(0.005)


def _enter(root: Path, stay: Path) -> subprocess.Popen[bytes]:
    from privity.sample import world

    who = ("--as", world.COUNSEL, "--office", "counsel", "--key", str(root / f"{world.COUNSEL}.pem"), "--as-of", str(ANSWERED), "--json")
    command = [sys.executable, "-m", "privity", "halt", "add", str(root), str(stay), *who]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"PRIVITY_PASSPHRASE": world.PASSPHRASE})


def _committed(root: Path, entering: subprocess.Popen[bytes]) -> float:
    """When the halt's entry was first seen; and wait for the command's end."""
    from privity.office.place import open_office

    store, seen = open_office(root, ANSWERED).store, 0.0
    while not seen:
        if entering.poll() not in (None, 0):
            raise SystemExit("the halt was not entered")
        with store.read() as tx:
            seen = time.monotonic() if tx.rows("halt") else 0.0
        time.sleep(0.002)
    if entering.wait():
        raise SystemExit("the halt was not entered")
    return seen


def _finish(root: Path, out: Path, lines: Path, sending: subprocess.Popen[bytes], draw: random.Random, *, kills: bool) -> int:
    """Until a release ends by itself; what was entered and may no longer go is recalled. Returns how many were started."""
    turns = 1
    while sending.wait() != 0:
        if sending.returncode > 0:
            _recall(root)
        turns += 1
        sending = _release(root, out, lines)
        if kills and turns < 4:
            time.sleep(2 + draw.random() * 3)
            sending.send_signal(signal.SIGKILL)
        if turns > 20:
            raise SystemExit("the release does not end")
    return turns


def _recall(root: Path) -> None:
    from privity.office.place import open_office
    from privity.office.release import recall

    office = open_office(root, ANSWERED)
    with office.store.read() as tx:
        waiting = [row["package"] for row in tx.now("custody") if row["state"] == "intent"]
    if not waiting:
        raise SystemExit("the release was refused, and no package waits")
    for name in waiting:
        recall(office, name, "halted before it left")


def _left(out: Path) -> set[str]:
    return {path.stem for path in out.glob("*.age")}


def _counted(root: Path, out: Path, lines: Path, left: set[str], *, kills: bool, began: float, committed: float) -> dict[str, Any]:
    from privity.office import halt
    from privity.office.place import open_office

    office = open_office(root, ANSWERED)
    with office.store.read() as tx:
        at = tx.rows("halt")[0]["entry"]
        entries = {row["package"]: row["entry"] for row in tx.rows("package")}
        disclosed: dict[str, int] = dict.fromkeys(entries, 0)
        for row in tx.rows("package_row", disclosed=1):
            disclosed[row["package"]] += 1
    told = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    withheld = [when for name, when in told if entries[name] > at]
    (one,) = [each for each in halt.listing(office) if each.halt.id == "a-stay"]
    return {
        "committed": round(committed - began, 3),
        "first_withheld": round(min(withheld) - began, 3) if withheld else None,
        "packages_before": sum(entry < at for entry in entries.values()),
        "packages_after": sum(entry > at for entry in entries.values()),
        "rows_disclosed_before": sum(disclosed[name] for name in entries if entries[name] < at),
        "rows_disclosed_after": sum(disclosed[name] for name in entries if entries[name] > at),
        "left_after_a_new_start": sum(1 for name in _left(out) - left if disclosed[name]) if kills else 0,
        "rows_on_the_recall_list": sum(each.rows for each in one.released),
    }


STAGES = {"race": race, "smaller": smaller}


# ---------------------------------------------------------------- the run


def measured(place: Path, sizes: dict[str, int]) -> dict[str, Any]:
    """Make the batch once, approve it, and race over copies of the office."""
    about, office, data, batch = machine(), place / "office", place / "data", place / "batch"
    stage(PASSAGE, "generate", place=data, requests=sizes["requests"], register=sizes["register"])
    made = stage(PASSAGE, "lawful", place=data, out=batch, rows=sizes["released"])
    stage(PASSAGE, "staff", place=batch, register=data, office=office)
    stage(PASSAGE, "load", register=data, office=office)
    stage(PASSAGE, "submit", place=batch, office=office)
    approved = [stage(PASSAGE, "approve", office=office, who=who)["rows"] for who in ("r.okafor", "a.lindqvist")]
    stage(__file__, "smaller", office=office, rows=sizes["package_rows"])
    races = []
    for seed in range(2 * sizes["races"]):
        with tempfile.TemporaryDirectory(dir=place) as folder:
            races.append({"kills": bool(seed % 2)} | stage(__file__, "race", office=office, place=folder, seed=seed, kills=bool(seed % 2)))
            print(races[-1], file=sys.stderr)
    figures = {"sizes": sizes, "rows": made["rows"], "approved": approved[-1], "races": races, "times": _times(races)}
    ratios = {name: sum(one[name] for one in races) for name in ("rows_disclosed_after", "left_after_a_new_start")}
    return {"benchmark": "halt", "figures": figures, "peers": {}, "ratios": ratios, "machine": about}


def _times(races: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    found = {}
    for name in ("committed", "first_withheld"):
        calm = [one[name] for one in races if one[name] is not None and not one["kills"]]
        found[name] = {"p50": round(statistics.median(calm), 3), "max": max(calm), "races": len(calm)} if calm else {}
    return found


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures = found["figures"]
    times = [(name.replace("_", " "), *each.values()) for name, each in figures["times"].items() if each]
    yield "From the start of `privity halt add`, undisturbed races, seconds", ("", "p50", "max", "races"), times
    names = (
        "kills",
        "releases",
        "packages_before",
        "packages_after",
        "rows_disclosed_before",
        "rows_disclosed_after",
        "left_after_a_new_start",
    )
    rows = [(number, *(int(one[name]) for name in names)) for number, one in enumerate(figures["races"], 1)]
    yield f"{figures['approved']:,} approved rows", ("race", *(name.replace("_", " ") for name in names)), rows
    yield "Must be 0", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-halt-") as folder:
        found = measured(given.place or Path(folder), QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)
    if any(found["ratios"].values()):
        raise SystemExit("something was disclosed after the halt")


if __name__ == "__main__":
    main()
