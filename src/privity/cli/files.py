"""Commands that need no office: demo, examine, columns, letter about a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from privity.cli import options, screen
from privity.errors import InputError, RefusedError

if TYPE_CHECKING:
    from privity.office.examine import Examination
    from privity.rules.book import LawBook

File = Annotated[Path, typer.Argument(metavar="FILE", help="Workbook, CSV, Parquet or JSON Lines.")]
Law = Annotated[Path | None, typer.Option("--law", help="A folder of law; the shipped one if not said.")]
Regime = Annotated[str, typer.Option("--regime", help="Which instrument of it.")]
Mapping = Annotated[Path | None, typer.Option("--columns", help="How headings are read (TOML, from `privity columns --save`).")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @app.command()
    def demo(folder: Annotated[Path | None, typer.Option("--folder", help="Keep the demo's office here.")] = None) -> None:
        """The whole story on sample data: a batch in, every row answered. Example: privity demo"""
        from privity.demo import tell

        tell(folder, screen)

    @app.command()
    def examine(
        file: File,
        out: Annotated[Path | None, typer.Option("--out", help="Where to write; beside FILE if not said.")] = None,
        law: Law = None,
        regime: Regime = "us/26-usc-6103",
        basis: Annotated[str, typer.Option("--basis", help="The basis that the request invokes.")] = "",
        as_of: options.AsOf = "",
        columns: Mapping = None,
        as_json: options.Json = False,
    ) -> None:
        """Judge a request file by itself: the same rows back, with outcome, what is missing, citation, what to supply.

        No office, no keys, no register. Example: privity examine requests.xlsx
        """
        from privity.intake import answer_sheet

        found = _examined(file, law, regime, as_of, columns, basis)
        target = out or file.with_name(f"{file.stem}.examined{answer_sheet.suffix(found.batch)}")
        written = answer_sheet.write(target, found.batch, found.rows, _sheet_counts(found), _title(found))
        _show(found, [str(path) for path in written], as_json)

    @app.command()
    def columns(
        file: File,
        save: Annotated[Path | None, typer.Option("--save", help="Write the mapping as TOML, to edit and use with --columns.")] = None,
        law: Law = None,
        regime: Regime = "us/26-usc-6103",
        as_json: options.Json = False,
    ) -> None:
        """Show how the headings of a file are read. Example: privity columns requests.xlsx --save agency.toml"""
        from privity.intake import columns as mappings
        from privity.intake.read import read_headings

        found = mappings.propose(read_headings(file), _book(law, regime).vocabulary.columns)
        if save is not None:
            mappings.save(found, save)
        said = {"columns": dict(found.chosen), "unknown": list(found.unknown), "contested": list(found.contested)}

        def show() -> None:
            screen.table("", ("heading", "column"), list(found.chosen.items()))
            for title, left in (("read by nobody", found.unknown), ("contested: choose one", found.contested)):
                if left:
                    screen.say(f"{title}: {', '.join(left)}")

        screen.answer(as_json, said, show)

    @app.command()
    def letter(
        place: Annotated[Path, typer.Argument(metavar="OFFICE|FILE", help="An office, or a request file that was only examined.")],
        about: Annotated[str, typer.Argument(metavar="[BATCH|PACKAGE]", help="What in the office the letter is about.")] = "",
        kind: Annotated[str, typer.Option("--kind", help="acknowledgement, deficiency, refusal, cover, recall.")] = "acknowledgement",
        out: Annotated[Path | None, typer.Option("--out", help="Write the letter here.")] = None,
        custodian: Annotated[str, typer.Option("--custodian", help="The custodian's name, for a file.")] = "[custodian]",
        agency: Annotated[str, typer.Option("--agency", help="The agency's name, for a file.")] = "[agency]",
        ground: Annotated[str, typer.Option("--ground", help="The ground of a recall.")] = "",
        law: Law = None,
        regime: Regime = "us/26-usc-6103",
        as_of: options.AsOf = "",
    ) -> None:
        """A letter to sign, from the determination only. Example: privity letter requests.xlsx --kind deficiency"""
        from privity.office import letter as letters

        if place.is_dir():
            text = _office_letter(place, about, kind, ground, as_of)
        else:
            text = letters.for_examination(_examined(place, law, regime, as_of, None, ""), kind, custodian, agency)
        if out is not None:
            out.write_text(text)
        else:
            screen.say(text)


def _book(law: Path | None, regime: str) -> LawBook:
    from privity.rules.book import open_book
    from privity.rules.facts import SHIPPED

    return open_book(law or SHIPPED, regime)


def _examined(file: Path, law: Path | None, regime: str, as_of: str, columns: Path | None, basis: str) -> Examination:
    from privity.intake import columns as mappings
    from privity.office import clock
    from privity.office.examine import examine

    if not file.is_file():
        raise InputError(f"`{file}` is not a file", remedy="check the path")
    mapping = mappings.load(columns) if columns else None
    return examine(file, _book(law, regime), options.day(as_of) or clock.today(), basis=basis, mapping=mapping)


def _sheet_counts(found: Examination) -> pl.DataFrame:
    """Outcomes first, then what stood in the way; the count last, as the chart wants it."""
    outcome = found.rows["outcome"].value_counts().select(pl.lit("outcome").alias("source"), cite="outcome", rows="count")
    both = pl.concat([outcome.sort("cite"), found.counts], how="diagonal_relaxed")
    names = {"source": "source", "cite": "citation", "fails": "what is missing or wrong", "supply": "what to supply", "rows": "rows"}
    return both.select(pl.col(name).alias(heading) for name, heading in names.items())


def _title(found: Examination) -> list[str]:
    """What the first sheet says before its counts."""
    outcome = dict(found.rows["outcome"].value_counts().iter_rows())
    lines = [
        f"{found.batch.source.name}: {found.rows.height:,} rows, judged as of {found.rulebook.day} under {found.rulebook.vocabulary.title}",
        *(f"{name}: {count:,} rows" for name, count in sorted(outcome.items())),
        "Complete on its face says what the file says; it never says that a request is lawful.",
    ]
    if found.not_supplied:
        lines += ["Not supplied by this file; an envelope would tell:", *(f"  {one}" for one in found.not_supplied)]
    return lines


def _show(found: Examination, written: list[str], as_json: bool) -> None:
    outcome = {str(name): int(count) for name, count in found.rows["outcome"].value_counts().iter_rows()}
    said = {"rows": found.rows.height, "outcomes": outcome, "by_citation": found.counts.rows(named=True), "written": written,
            "not_supplied": list(found.not_supplied), "defects": len(found.batch.defects), "day": found.rulebook.day}  # fmt: skip

    def show() -> None:
        for line in _title(found):
            screen.say(line)
        screen.say()
        screen.citations(found.counts, "")
        screen.say(f"\nwritten: {', '.join(written)}")

    screen.answer(as_json, said, show)
    if found.rows.height == 0:
        raise RefusedError("the file has no rows", remedy="check that the rows are on the sheet that is read")


def _office_letter(place: Path, about: str, kind: str, ground: str, as_of: str) -> str:
    from privity.office import batch as batches
    from privity.office import letter as letters
    from privity.office.place import open_office

    office = open_office(place, options.day(as_of))
    if kind in ("cover", "recall"):
        return letters.for_package(office, about, kind, ground)
    with office.store.read() as tx:
        batch = batches.named(tx, about)
    return letters.for_batch(office, batch, kind)
