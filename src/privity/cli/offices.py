"""Commands on an office: init, load, submit, batches, determinations, answers, explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privity.cli import options, screen
from privity.cli.progress import progress

BOUND = ("identified by", "asked", "identified", "namesakes expected", "decoys taken", "wrong at most")

UNGUARDED = (
    "the role that this office works with owns its tables, and could drop the triggers that keep them from being changed; "
    "in service give the tables another owner with --store-owner"
)
StoreOwner = Annotated[
    str, typer.Option("--store-owner", help="PostgreSQL: the address as the role that owns the tables; not kept.", show_default=False)
]

if TYPE_CHECKING:
    from privity.office.explain import Explanation


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command()
    def init(
        folder: options.OfficeFolder,
        custodian: Annotated[str, typer.Option("--custodian", help="The custodian's name, as letters print it.")],
        origin: Annotated[str, typer.Option("--origin", help="The ledger's name, like a host name: disclosure.example.gov/ledger.")],
        regime: Annotated[str, typer.Option("--regime", help="The instrument that this office serves.")] = "us/26-usc-6103",
        law: Annotated[Path | None, typer.Option("--law", help="The law to begin with; the shipped one if not said.")] = None,
        trial: Annotated[bool, typer.Option("--trial", help="For trying out: other days may be stated.")] = False,
        store: Annotated[
            str, typer.Option("--store", help="A PostgreSQL database: postgresql://role@host/database?schema=NAME", show_default=False)
        ] = "",
        store_owner: StoreOwner = "",
        as_of: options.AsOf = "",
    ) -> None:
        """Make an office: store, keys, law in force. Example: privity init office --custodian "Disclosure" --origin d.example.gov/ledger"""
        from privity.office.init import init as make
        from privity.rules.facts import SHIPPED

        office = make(
            folder, custodian=custodian, origin=origin, law_root=law or SHIPPED, regime=regime, trial=trial, as_of=options.day(as_of),
            store=store or None, store_owner=store_owner or None,
        )  # fmt: skip
        screen.say(f"office made in {folder}\nledger key: {office.verifier.vkey}")
        if store and not office.store.guarded:
            screen.say(UNGUARDED)

    @app.command()
    def upgrade(folder: options.OfficeFolder, store_owner: StoreOwner = "", as_json: options.Json = False) -> None:
        """Carry an office's tables to this version of Privity, in one transaction. Example: privity upgrade office"""
        from privity.office.place import store_of
        from privity.store import Store

        before, after = Store.upgrade(store_of(folder), owner=store_owner or None)
        done = (
            f"tables of revision {before} are now of revision {after}" if before != after else f"the tables are of revision {after} already"
        )
        screen.answer(as_json, {"before": before, "after": after}, lambda: screen.say(done))

    @app.command()
    def load(
        folder: options.OfficeFolder,
        source: Annotated[
            list[str] | None,
            typer.Argument(metavar="[SOURCE]...", help="Parquet or CSV files, folders of them, or a database: postgresql://..."),
        ] = None,
        table: Annotated[str, typer.Option("--table", help="The table of the database, as schema.name.", show_default=False)] = "",
        engine: options.EngineName = "duckdb",
        prune: Annotated[bool, typer.Option("--prune", help="Remove prepared registers that nothing rests on any more.")] = False,
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Load and prepare the custodian's records; only what changed is prepared anew. Example: privity load office register/"""
        from privity.cli import loading
        from privity.office import register_prune
        from privity.office.place import open_office

        office, said = open_office(folder, options.day(as_of)), dict[str, object]()
        if source or table or not prune:
            with progress(as_json) as told:
                done = loading.from_source(office, source or [], table, told, engine)
            said |= loading.said(done)
            if not as_json:
                loading.show(done)
        if prune:
            gone = register_prune.prune(office)
            said |= {"pruned_registers": gone.registers, "pruned_parts": gone.parts}
            if not as_json:
                screen.say(f"removed: {gone.registers:,} registers that nothing rests on, {gone.parts:,} parts")
        screen.answer(as_json, said, lambda: None)

    @app.command()
    def submit(
        folder: options.OfficeFolder,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The request file: workbook, CSV, Parquet or JSON Lines.")],
        envelope: Annotated[Path, typer.Option("--envelope", help="The envelope (TOML).")],
        intake_officer: Annotated[str, typer.Option("--intake-officer", help="Who takes it in.")],
        columns: Annotated[Path | None, typer.Option("--columns", help="How headings are read.")] = None,
        engine: options.EngineName = "duckdb",
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """Receive, examine, identify, determine. Example: privity submit office r.csv --envelope e.toml --intake-officer i.marsh"""
        from privity.intake import columns as mappings
        from privity.office.place import open_office
        from privity.office.submit import submit as take

        office = open_office(folder, options.day(as_of))
        mapping = mappings.load(columns) if columns else None
        with progress(as_json) as told:
            batch = take(office, file, envelope, intake_officer=intake_officer, mapping=mapping, progress=told, engine=engine)
        _outcomes(folder, batch.id, as_json, as_of)

    @app.command()
    def batches(folder: options.OfficeFolder, as_json: options.Json = False) -> None:
        """List what was received. Example: privity batches office"""
        from privity.office.place import open_office

        with open_office(folder).store.read() as tx:
            rows = tx.rows("batch")
        names = ("batch", "received_day", "agency", "rows", "defects", "form", "entry")
        found = [{name: row[name] for name in names} for row in rows]
        lines = [[str(row["batch"])[:12], *(row[name] for name in names[1:])] for row in found]
        screen.answer(as_json, {"batches": found}, lambda: screen.table("", names, lines, right=(3, 4, 6)))

    @app.command()
    def determinations(
        folder: options.OfficeFolder, batch: options.BatchId, as_json: options.Json = False, as_of: options.AsOf = ""
    ) -> None:
        """What became of a batch, by outcome and citation. Example: privity determinations office 3f9a"""
        _outcomes(folder, batch, as_json, as_of)

    @app.command()
    def answers(
        folder: options.OfficeFolder,
        batch: options.BatchId,
        out: Annotated[Path, typer.Option("--out", help="The list to write (CSV).")],
        as_of: options.AsOf = "",
    ) -> None:
        """What the requester hears at once, a line a row. Example: privity answers office 3f9a --out answers.csv"""
        from privity.office import at_once
        from privity.office import batch as kept
        from privity.office.place import open_office

        office = open_office(folder, options.day(as_of))
        with office.store.read() as tx:
            found = kept.named(tx, batch)
        screen.say(f"{at_once.write(office, found, out):,} rows written: {out}")

    @app.command()
    def explain(
        folder: options.OfficeFolder,
        row: Annotated[
            str, typer.Argument(metavar="REQUEST_ID|BATCH:ROW", help="A row, by the requester's id or by its number in the file.")
        ],
        person: Annotated[str, typer.Option("--as", help="Who looks; they hold an office here.")] = "",
        ground: Annotated[str, typer.Option("--ground", help="Why they look. It goes into the ledger: name nobody.")] = "",
        as_of: options.AsOf = "",
        as_json: options.Json = False,
    ) -> None:
        """One row: each requirement, met or not, on which fact; the look is an entry. Example: privity explain office R-00017 --as r.okafor --ground "the agency asks why" """
        from dataclasses import asdict

        found = _explained(folder, row, as_of, person, ground)
        screen.answer(as_json, asdict(found), lambda: _show_row(found))


def _outcomes(folder: Path, batch: str, as_json: bool, as_of: str) -> None:
    from privity.office import basis, bounds
    from privity.office import batch as kept
    from privity.office import determinations as made
    from privity.office.place import open_office
    from privity.office.submit import counts
    from privity.terms import Duty

    office = open_office(folder, options.day(as_of))
    with office.store.read() as tx:
        found = kept.named(tx, batch)
        bound = [row for row in bounds.of(tx, found.id) if row["answered"]]
    on = basis.basis_of(office, found)
    outcome = counts(office, found)
    by_citation = made.by_citation(on.rulebook, made.load(office, found))
    said = {"batch": found.id, "rows": found.rows, "defects": found.defects, "problems": found.meta.get("problems"), "day": found.day,
            "rulebook": on.rulebook.digest, "outcomes": outcome.rows(named=True), "by_citation": by_citation.rows(named=True), "bounds": bound}  # fmt: skip

    def show() -> None:
        screen.say(f"batch {found.id[:12]}: {found.rows:,} rows received {found.day}, ledger entry {found.entry}")
        for problem in list(found.meta.get("problems") or []):  # type: ignore[call-overload]
            screen.say(f"the envelope: {problem}")
        screen.table("", ("stage", "outcome", "duty", "rows"), outcome.rows(), right=(3,))
        held = outcome.filter(outcome["duty"] == Duty.HELD)["rows"].sum()
        if held:
            screen.say(f"{held:,} rows are a duty held on agreement or policy alone: for counsel, by {made.due(office, found)}")
        screen.say()
        screen.citations(by_citation, "")
        if bound:
            rows = [
                (row["stratum"], row["asked"], row["answered"], f"{row['namesakes']:.2g}", row["decoys"], f"{row['limit']:.2g}")
                for row in bound
            ]
            screen.say()
            screen.table("error bound (for the office)", BOUND, rows, right=(1, 2, 3, 4, 5))

    screen.answer(as_json, said, show)


def _explained(folder: Path, row: str, as_of: str, person: str, ground: str) -> Explanation:
    import polars as pl

    from privity.errors import InputError
    from privity.office import batch as kept
    from privity.office import dispose
    from privity.office.explain import find_row, may_look, shown
    from privity.office.place import open_office

    office = open_office(folder, options.day(as_of))
    may_look(office, person, ground)
    beginning, colon, number = row.rpartition(":")
    name, ordinal = (beginning, -1) if colon and number.isdigit() else find_row(office, row)
    with office.store.read() as tx:
        batch = kept.named(tx, name)
    if ordinal < 0:
        hits = dispose.request_words(office, batch).filter(pl.col("row") == int(number))["ordinal"].to_list()
        if not hits:
            raise InputError("the batch has no such row", remedy="rows are numbered as in the file; the first after the heading is 2")
        ordinal = hits[0]
    return shown(office, batch, ordinal, person, ground)


def _show_row(found: Explanation) -> None:
    screen.say(f"batch {found.batch[:12]}, row {found.row}: {found.outcome} at the {found.stage} stage; ledger entry {found.entry}")
    screen.say(f"duty: {found.duty}" + (f", due {found.due}" if found.due else ""))
    screen.say(f"identification: {found.identification}")
    screen.say(f"decided as of {found.day} under rulebook {found.rulebook[:12]}\n")
    rows = [(one.standing, one.source, one.cite, one.requirement, "; ".join(one.facts)) for one in found.lines]
    screen.table("", ("", "source", "citation", "requirement", "rests on"), rows)
    for one in found.lines:
        if one.standing in ("not met", "fact missing"):
            screen.say(f"\n{one.cite}: {one.fails}." + (f"\n  to supply: {one.supply}." if one.supply else ""))
