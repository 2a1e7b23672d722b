"""Addresses: cells into a standing and a key, and two addresses compared. Speed, and beside it the labeller that people use.

    python benchmarks/address.py [--quick] [--json]

The peer is ``usaddress``, a line at a time, sampled; it labels words and neither judges nor compares. (This project itself asks it
about the lines that its own rules cannot read.) Twice: generated requests, tidy but for fillers, and the sample's. How often
a key is wrong is measured in evaluation, not here.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

FULL = {"rows": 1_000_000, "labelled": 5_000}
QUICK = {"rows": 100_000, "labelled": 1_000}
CELLS = ("address_line1", "address_line2", "city", "state", "zip")


def generate(*, place: str, rows: int) -> dict[str, Any]:
    """Requests to read addresses of."""
    import generate as made

    if not Path(place).is_dir():
        made.main(["--requests", str(rows), "--register-rows", "100000", "--out", place])
    return {}


def _cells(place: str, rows: int) -> pl.DataFrame:
    """Address cells of generated requests; of the sample's if no place is named."""
    import polars as pl

    from privity import sample

    frame = pl.read_parquet(Path(place) / "requests.parquet", columns=list(CELLS)) if place else sample.requests().select(CELLS)
    return frame.head(rows).select(pl.col("address_line1").alias("line1"), pl.col("address_line2").alias("line2"), *CELLS[2:])


def key(*, place: str, rows: int) -> dict[str, Any]:
    """Standing and key of every row."""
    from privity.fields import address

    cells = _cells(place, rows)
    address.key(cells.head(1_000))  # tables are read once
    wall, cpu = time.perf_counter(), time.process_time()
    keyed = address.key(cells)
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    standings = dict(keyed.drop_nulls("standing").group_by("standing").len().sort("len", descending=True).iter_rows())
    return {"rows": cells.height, "rows_a_cpu_second": cells.height / spent["cpu_seconds"], "standings": standings, **spent}


def agree(*, place: str, rows: int) -> dict[str, Any]:
    """Each address compared with its neighbour's."""
    from privity.fields import address

    keyed = address.key(_cells(place, rows))
    wall, cpu = time.perf_counter(), time.process_time()
    found = address.compare(keyed, keyed.reverse())
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {"rows": found.len(), "pairs_a_cpu_second": found.len() / spent["cpu_seconds"], **spent}


def label(*, place: str, rows: int) -> dict[str, Any]:
    """``usaddress`` over whole lines, one at a time."""
    import polars as pl
    import usaddress

    lines = _cells(place, rows).select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series().to_list()
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
    for name, where in (("generated", str(place)), ("sample", "")):
        figures[name] = {what: run(what, place=where, rows=sizes["rows"]) for what in ("key", "agree")}
    peers = {name: run("label", place=where, rows=sizes["labelled"]) for name, where in (("generated", str(place)), ("sample", ""))}
    ratios = {f"keys_over_labels_{name}": figures[name]["key"]["rows_a_cpu_second"] / peers[name]["rows_a_cpu_second"] for name in peers}
    return {"benchmark": "address", "figures": figures, "peers": {"usaddress": peers}, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    rows: list[tuple[object, ...]] = []
    for name in ("generated", "sample"):
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
