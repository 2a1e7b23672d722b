"""A halt and what was disclosed before it → the packages whose disclosed rows it reaches: the list from which to recall.

The rows are put to the halt's own rule, with the facts that they were determined on, as of the first day of the halt: whoever would be
withheld then is reached, and so is a row of which a fact is missing. Nothing is recalled here, and nothing about a person is told:
packages, counts, and the officers of the agency who hold them.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING

import polars as pl

from privity.office import basis, disk
from privity.office import batch as batches
from privity.rules import frame, halts
from privity.rules.book import in_force
from privity.rules.facts import facts_schema
from privity.terms import Facts, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.rules.book import LawBook
    from privity.rules.halts import Halt
    from privity.store import Tx


@dataclass(frozen=True, slots=True)
class Reached:
    """One package that disclosed rows within the scope of a halt. ``rows``: how many of them; ``disclosed``: of how many in all."""

    package: str
    batch: str
    agency: str
    officer: str
    rows: int
    disclosed: int
    state: str
    since: str
    entry: int


def released(office: Office, book: LawBook, wanted: Sequence[Halt]) -> dict[str, tuple[Reached, ...]]:
    """Halt id → packages, by entry. Packages of every state are told, with the state."""
    found: dict[str, list[Reached]] = {halt.id: [] for halt in wanted}
    with office.store.read() as tx:
        packages, states = {row["package"]: row for row in tx.rows("package")}, {row["package"]: row for row in tx.now("custody")}
        disclosed = _disclosed(tx)
        known = {name: batches.named(tx, name) for name in disclosed}
    for name, rows in disclosed.items():
        facts = _facts(office, known[name], book, {ordinal for _, ordinal in rows})
        for halt in wanted:
            hit = reaches(book, halt, facts, basis.basis_of(office, known[name]).asked.action)
            held = _by_package(rows, hit)
            found[halt.id] += [_told(packages[one], states[one], known[name], *held[one]) for one in held if held[one][0]]
    return {name: tuple(sorted(those, key=lambda one: one.entry)) for name, those in found.items()}


def _disclosed(tx: Tx) -> dict[str, list[tuple[str, int]]]:
    """Batch → (package, ordinal) of every disclosed row."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in tx.rows("package_row", disclosed=1):
        found[row["batch"]].append((row["package"], row["ordinal"]))
    return found


def _facts(office: Office, batch: Batch, book: LawBook, ordinals: set[int]) -> pl.DataFrame:
    """The facts of these rows in the words of the law in force; one that it knows and they do not is missing."""
    whole = pl.concat(list(batches.read_all(office, batch.id, "facts"))).filter(pl.col("ordinal").is_in(list(ordinals)))
    schema = facts_schema(book.vocabulary, Stage.REQUEST)
    return whole.select(_as(whole, name, kind) for name, kind in schema.items())


def _as(whole: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    if name not in whole.columns:
        return pl.lit(None, kind).alias(name)
    column = pl.col(name).cast(pl.String) if isinstance(kind, pl.Enum) else pl.col(name)
    return column.cast(kind, strict=False)


def reaches(book: LawBook, halt: Halt, facts: pl.DataFrame, action: str | None) -> set[int]:
    """The ordinals that the halt's rule forbids, or errs on, on its first day. ``facts``: of the request stage; ``action``: the basis."""
    rulebook = replace(in_force(book, halt.since), rules={Source.HALT: (halts.rule_of(halt, book.vocabulary),)})
    then = Facts(facts.with_columns(pl.lit(halt.since, pl.Date).alias("decision_day")))
    table = then.frame.with_columns(pl.lit(None, pl.String).alias("principal"), pl.lit(action, pl.String).alias("action"))
    masks = frame.decide(rulebook, table, Stage.REQUEST, {})
    hit = pl.any_horizontal(pl.col(frame.mask_column(Source.HALT, kind, 0)) != 0 for kind in ("forbids", "errors"))
    return set(masks.filter(hit)["ordinal"].to_list())


def _by_package(rows: Iterable[tuple[str, int]], hit: set[int]) -> dict[str, tuple[int, int]]:
    """Package → (rows reached, rows disclosed)."""
    counted: dict[str, tuple[int, int]] = {}
    for package, ordinal in rows:
        reached, whole = counted.get(package, (0, 0))
        counted[package] = (reached + (ordinal in hit), whole + 1)
    return counted


def _told(package: Mapping[str, object], state: Mapping[str, object], batch: Batch, rows: int, disclosed: int) -> Reached:
    said = (str(package["package"]), batch.id, batch.agency, str(package["officer"]), rows, disclosed)
    return Reached(*said, str(state["state"]), str(state["day"]), int(str(package["entry"])))


def write_recall_list(found: Mapping[str, Sequence[Reached]], out: Path) -> int:
    """A line for each halt and package, as CSV; returns how many."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(("halt", *(one.name for one in fields(Reached))))
    rows = [(name, *astuple(one)) for name, those in found.items() for one in those]
    lines.writerows(rows)
    disk.write_file(out, text.getvalue().encode())
    return len(rows)
