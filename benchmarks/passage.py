"""A whole passage: requests in, a determination on record for each; people approve; answers out. How long, how much memory, what limits it.

    python benchmarks/passage.py            1.28 million requests against registers of 1 and 5 million rows; some ten minutes
    python benchmarks/passage.py --quick    the same, small

Made-up people (generate.py); every reason is unlike every other, so nine rows in ten are eligible and go all the way. Data, offices
and prepared registers are made beforehand and timed apart. Beside it, in the same run, what people do instead: Cedar asked row by
row, and a merge on equal columns (pandas if it is installed, the same merge in Polars if not). Neither does what a passage does:
one only decides facts that are already found, the other finds people and decides nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Steps, command_line, machine, report, stage

from match import generate, merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


# Stages import what they need: a parent that holds little leaves the peak of its children alone.
FULL = {"requests": 1_280_000, "registers": [1_000_000, 5_000_000], "released": 52_000, "examined": 100_000, "asked": 3_000}
QUICK = {"requests": 30_000, "registers": [50_000, 100_000], "released": 2_200, "examined": 3_000, "asked": 300}
TARGETS = {"submit": (90.0, 4.0), "release": (60.0, None), "examine csv": (15.0, None), "examine xlsx": (60.0, None)}
RECEIVED, REVIEWED, ANSWERED, DATED = date(2025, 8, 7), date(2025, 8, 11), date(2025, 8, 14), date(2025, 6, 27)
A_LOAD = 180  # rows of one engaged officer


# ---------------------------------------------------------------- made beforehand


def lawful(*, place: str, out: str, rows: int) -> dict[str, Any]:
    """Of generated requests, those about somebody held and at their own address, with loads of ``A_LOAD`` rows for each engaged officer."""
    import generate as made
    import polars as pl

    truth = pl.read_parquet(Path(place) / "truth.parquet").filter(pl.col("kind") == "same").head(rows)
    asked = (
        pl.read_parquet(Path(place) / "requests.parquet").with_row_index("ordinal").join(truth.select("ordinal"), on="ordinal", how="semi")
    )
    asked = asked.drop("ordinal").with_row_index("ordinal").with_columns(made.officer().alias("engaged_person"))
    Path(out).mkdir(parents=True)
    asked.drop("ordinal").write_parquet(Path(out) / "requests.parquet")
    return {"rows": asked.height, "officers": asked["engaged_person"].n_unique()}


def staff(*, place: str, register: str, office: str) -> dict[str, Any]:
    """An office with its people and every engaged officer, and an envelope in which each officer signs for their cases."""
    import polars as pl

    from privity.sample import world

    file = Path(place) / "requests.parquet"
    pairs = pl.read_parquet(file, columns=["engaged_person", "case_id"])
    cases = dict(pairs.group_by("engaged_person").agg(pl.col("case_id").unique()).iter_rows())
    first = min((Path(register) / "register").iterdir())
    _, agency = world.staffed(Path(office), RECEIVED, cases, _few(first, Path(office).with_suffix(".parquet")))
    Path(office).with_suffix(".toml").write_text(world.envelope(agency, file, cases, dated=DATED), encoding="utf-8")
    return {"officers": len(cases)}


def _few(source: Path, target: Path) -> Path:
    """A register of a thousand rows, to open the office with; the real one is loaded, and timed, after it."""
    import polars as pl

    pl.scan_parquet(source).head(1_000).sink_parquet(target)
    return target


def load(*, register: str, office: str) -> dict[str, Any]:
    """Prepare a register and put it in force."""
    from privity.office.place import open_office
    from privity.office.register import load as put_in_force

    files = sorted((Path(register) / "register").glob("*.parquet"))
    put_in_force(open_office(Path(office), RECEIVED), files)
    prepared = Path(office) / "register"  # and in it the thousand rows that the office was opened with
    return {"prepared_mb": round(sum(path.stat().st_size for path in prepared.rglob("*.parquet")) / 1e6, 1)}


# ---------------------------------------------------------------- the passage


def submit(*, place: str, office: str, profile: str = "") -> dict[str, Any]:
    """Receive, examine, identify, determine: what ``privity submit`` does, with its ledger."""
    from privity.office import decide
    from privity.office import submit as door
    from privity.office.place import open_office
    from privity.sample import world

    opened, steps = open_office(Path(office), RECEIVED), Steps()
    _look_inside(steps, door, decide)
    with steps.step("other"), _profiled(profile):
        batch = door.submit(opened, Path(place) / "requests.parquet", Path(office).with_suffix(".toml"), intake_officer=world.INTAKE)
    found = steps.found()
    counted = door.counts(opened, batch)
    rows = {f"{stage} {outcome}": number for stage, outcome, _, number in counted.iter_rows()}
    size = sum(path.stat().st_size for path in Path(office).rglob("*") if path.is_file() and "register" not in path.parts)
    return {"rows": batch.rows, "outcomes": rows, "office_mb": round(size / 1e6, 1), **found}


def _look_inside(steps: Steps, door: Any, decide: Any) -> None:
    """The steps of a submit, from outside."""
    from privity.office import batch, register

    steps.wrap(door, "receive", "receive: read, seal, commit")
    steps.wrap(decide, "tally_all", "tally")
    steps.wrap(decide, "merge_all", "tally")
    steps.wrap(decide, "examine", "judge elements")
    steps.wrap(decide.decision, "determine", "determine")
    steps.wrap(decide, "_decide_twice", "decide twice (Cedar)")
    steps.wrap(decide, "identify", "identify")
    steps.wrap(decide, "_enter_determinations", "enter determinations")
    steps.wrap(batch, "read_shard", "open sealed shards")
    steps.wrap(batch, "write_shard", "seal shards")
    steps.wrap(register, "engine", "other")


def _profiled(path: str) -> Any:
    """A profile of what runs inside, into a file; nothing without one."""
    from contextlib import contextmanager

    @contextmanager
    def inside() -> Iterator[None]:
        import cProfile

        profile = cProfile.Profile()
        if path:
            profile.enable()
        yield
        if path:
            profile.disable()
            profile.dump_stats(path)

    return inside()


def approve(*, office: str, who: str) -> dict[str, Any]:
    """One official looks at all referred rows and signs for them."""
    from privity.office import batch as batches
    from privity.office import dispose
    from privity.office.place import open_office
    from privity.sample import world
    from privity.terms import ActKind

    opened = open_office(Path(office), REVIEWED)
    with opened.store.read() as tx:
        batch = batches.named(tx, tx.rows("batch")[0]["batch"])
    rows = dispose.referred(opened, batch)["ordinal"].to_list()
    dispose.act(opened, batch, ActKind.APPROVE, world.official(opened, who), rows)
    return {"rows": len(rows)}


def release(*, office: str, out: str, profile: str = "") -> dict[str, Any]:
    """Answer the batch on its day: every row decided again by both engines, sealed, entered, sent."""
    from privity.office import batch as batches
    from privity.office import release as last
    from privity.office.place import open_office
    from privity.seal import age

    opened, steps = open_office(Path(office), ANSWERED), Steps()
    with opened.store.read() as tx:
        batch = batches.named(tx, tx.rows("batch")[0]["batch"])
    _look_inside_release(steps, last)
    with steps.step("other"), _profiled(profile):
        answers = last.release(opened, batch, Path(out), age.AgeSealer())
    return {"answers": dict(answers), "packages": len(list(Path(out).glob("*.age"))), **steps.found()}


def _look_inside_release(steps: Steps, last: Any) -> None:
    from privity.seal import age

    steps.wrap(last, "_open", "open determinations and facts")
    steps.wrap(last.dispose, "standing", "fold the acts")
    steps.wrap(last.decision, "passing_twice", "decide again, frame and Cedar")
    steps.wrap(last.law, "in_force", "law in force")
    steps.wrap(last.law, "rulebook", "law in force")
    steps.wrap(last.answers, "disclose", "write the payload")
    steps.wrap(age.AgeSealer, "seal", "encrypt")
    steps.wrap(last, "_enter_intent", "enter the intent")
    steps.wrap(last, "_send", "send")


def written(*, place: str, out: str, rows: int) -> dict[str, Any]:
    """Some of the requests as CSV and as a workbook."""
    import polars as pl
    import xlsxwriter

    some = pl.read_parquet(Path(place) / "requests.parquet").head(rows)
    some.write_csv(f"{out}.csv")
    with xlsxwriter.Workbook(f"{out}.xlsx", {"strings_to_numbers": False, "constant_memory": True}) as book:
        sheet = book.add_worksheet("requests")
        for at, row in enumerate([tuple(some.columns), *some.iter_rows()]):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write_string(at, column, str(value))
    return {"rows": some.height}


def examine(*, file: str) -> dict[str, Any]:
    """Judge a file on its face, without an office."""
    from privity.office.examine import examine as judge
    from privity.rules.book import open_book
    from privity.rules.facts import SHIPPED

    began = time.perf_counter()
    found = judge(Path(file), open_book(SHIPPED), RECEIVED)
    return {
        "rows": found.rows.height,
        "complete": int((found.rows["outcome"] == "complete on its face").sum()),
        "inside": round(time.perf_counter() - began, 3),
    }


# ---------------------------------------------------------------- what people do instead


def cedar(*, office: str, rows: int) -> dict[str, Any]:
    """Cedar asked about rows one by one, each source in turn, with facts that a passage found before."""
    import cedarpy

    from privity.office import batch as batches
    from privity.office.basis import basis_of
    from privity.office.place import open_office
    from privity.rules.facts import cedar_schema

    opened = open_office(Path(office), RECEIVED)
    with opened.store.read() as tx:
        batch = batches.named(tx, tx.rows("batch")[0]["batch"])
    on = basis_of(opened, batch)
    facts = next(iter(batches.read_all(opened, batch.id, "facts"))).head(rows)
    requests = [_request(on, row) for row in facts.iter_rows(named=True)]
    policies = [cedarpy.PolicySet.from_str(text) for text in on.rulebook.policies.values()]
    schema = cedarpy.Schema.from_str(cedar_schema(on.rulebook.vocabulary))
    entities = cedarpy.Entities.from_json_str(json.dumps(_people(on)), schema)
    began = time.process_time()
    for request in requests:
        for policy in policies:
            cedarpy.is_authorized(request, policy, entities)
    return {"rows": len(requests), "sources": len(policies), "cpu_a_row": (time.process_time() - began) / len(requests)}


def _request(on: Any, row: dict[str, Any]) -> dict[str, Any]:
    facts = on.rulebook.vocabulary.facts
    context = {name: _value(facts[name].enum, value) for name, value in row.items() if name in facts and value is not None}
    principal = {"type": "Official", "id": on.asked.principal}
    return {
        "principal": principal,
        "action": {"type": "Action", "id": on.asked.action},
        "resource": {"type": "Holding", "id": "register"},
        "context": context,
    }


def _value(enum: str, value: object) -> object:
    if isinstance(value, date):
        return {"__extn": {"fn": "datetime", "arg": value.isoformat()}}
    return {"__entity": {"type": enum, "id": value}} if enum else value


def _people(on: Any) -> list[dict[str, Any]]:
    offices = sorted({office for held in on.asked.offices.values() for office in held})
    listed = [{"uid": {"type": "Office", "id": office}, "attrs": {}, "parents": []} for office in offices]
    held = [{"type": "Office", "id": office} for office in offices]
    return [*listed, {"uid": {"type": "Official", "id": on.asked.principal}, "attrs": {}, "parents": held}]


STAGES = {one.__name__: one for one in (generate, lawful, staff, load, submit, approve, release, written, examine, cedar, merge)}


# ---------------------------------------------------------------- the run


def measured(place: Path, sizes: dict[str, Any], kept: Path) -> dict[str, Any]:
    """Every stage in order. ``kept``: where generated data lies; ``place``: what this run makes, and removes."""
    about = machine()
    run = lambda name, **given: _told(name, stage(__file__, name, **given))  # noqa: E731
    figures: dict[str, Any] = {"sizes": sizes, "beforehand": {}, "submit": {}}
    for rows in sizes["registers"]:
        data, office = kept / f"{sizes['requests']}-{rows}", place / f"office-{rows}"
        figures["beforehand"][str(rows)] = {
            "generate": run("generate", place=data, requests=sizes["requests"], register=rows),
            "staff": run("staff", place=data, register=data, office=office),
            "load": run("load", register=data, office=office),
        }
        figures["submit"][str(rows)] = run("submit", place=data, office=office)
    figures["release"] = _released(run, place, data, sizes)
    figures["examine"] = _examined(run, place, data, sizes)
    peers = {"cedar": run("cedar", office=office, rows=sizes["asked"]), "merge": run("merge", place=data)}
    return {"benchmark": "passage", "figures": figures, "peers": peers, "ratios": _ratios(figures, peers, sizes), "machine": about}


def _told(name: str, found: dict[str, Any]) -> dict[str, Any]:
    print(f"{name}: {found['wall']:.1f} s, {found['cpu']:.1f} CPU s, {found['peak_gb']:.2f} GB", file=sys.stderr)
    return found


def _released(run: Any, place: Path, data: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    batch, office = place / "lawful", place / "office-release"
    made = run("lawful", place=data, out=batch, rows=sizes["released"])
    run("staff", place=batch, register=data, office=office)
    run("load", register=data, office=office)
    found = {"batch": made, "submit": run("submit", place=batch, office=office)}
    found["approve"] = [run("approve", office=office, who=who) for who in ("r.okafor", "a.lindqvist")]
    return found | {"release": run("release", office=office, out=place / "outbox")}


def _examined(run: Any, place: Path, data: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    run("written", place=data, out=place / "some", rows=sizes["examined"])
    return {kind: run("examine", file=place / f"some.{kind}") for kind in ("csv", "xlsx")}


def _ratios(figures: dict[str, Any], peers: dict[str, Any], sizes: dict[str, Any]) -> dict[str, Any]:
    small, large = (figures["submit"][str(rows)] for rows in sizes["registers"])
    naive = peers["cedar"]["cpu_a_row"] * sizes["requests"]
    return {
        "register_growth": sizes["registers"][1] / sizes["registers"][0],
        "submit_cpu_growth": round(large["cpu"] / small["cpu"], 3),
        "submit_peak_growth": round(large["peak_gb"] / small["peak_gb"], 3),
        "cedar_row_by_row_cpu_extrapolated": round(naive, 1),
        "cedar_row_by_row_over_submit_cpu": round(naive / large["cpu"], 2),
        "submit_cpu_over_merge_cpu": round(large["cpu"] / peers["merge"]["cpu"], 2),
    }


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures, sizes = found["figures"], found["figures"]["sizes"]
    cost = ("", "wall s", "CPU s", "peak GB")
    rows = [
        (f"{name}, register {size:,}", *_cost(figures["beforehand"][str(size)][name]))
        for size in sizes["registers"]
        for name in ("generate", "staff", "load")
    ]
    yield "Made beforehand", cost, rows
    for size in sizes["registers"]:
        one = figures["submit"][str(size)]
        title = f"Submit of {one['rows']:,} requests, register {size:,} rows ({one['outcomes']})"
        yield title, cost, [("all", *_cost(one)), *((name, *_cost(step)) for name, step in one["steps"].items())]
    one = figures["release"]
    title = f"Release of {one['release']['answers']} in {one['release']['packages']} packages"
    signed = [(f"approve {act['rows']:,} rows", *_cost(act)) for act in one["approve"]]
    yield (
        title,
        cost,
        [*signed, ("release", *_cost(one["release"])), *((name, *_cost(step)) for name, step in one["release"]["steps"].items())],
    )
    yield f"Examine {sizes['examined']:,} rows", cost, [(kind, *_cost(cell)) for kind, cell in figures["examine"].items()]
    peers = [
        (f"merge ({found['peers']['merge']['library']})", *_cost(found["peers"]["merge"])),
        (f"Cedar, {sizes['asked']:,} rows", *_cost(found["peers"]["cedar"])),
    ]
    yield "Instead", cost, peers
    yield "Aims", ("", "aim s", "wall s", "aim GB", "peak GB"), list(_aims(figures, sizes))
    yield "Ratios", ("", ""), list(found["ratios"].items())


def _cost(one: dict[str, Any]) -> tuple[float, float, float]:
    return one["wall"], one["cpu"], one["peak_gb"]


def _aims(figures: dict[str, Any], sizes: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    got = {"submit": figures["submit"][str(sizes["registers"][-1])], "release": figures["release"]["release"]}
    got |= {f"examine {kind}": cell for kind, cell in figures["examine"].items()}
    for name, (seconds, memory) in TARGETS.items():
        yield name, seconds, got[name]["wall"], memory or "", got[name]["peak_gb"]


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-passage-") as folder:
        kept = given.place or Path(folder) / "data"
        found = measured(Path(folder), QUICK if given.quick else FULL, kept)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
