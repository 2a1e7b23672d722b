"""The custodian's files → the prepared register: rows that matching reads, how many people share a name or a birth date, what is odd in it.

Rows are prepared file by file and depend on nothing but the file; counts and findings are over all rows, and are made anew whenever
a file came or went. Nothing is mended: a key that is held twice stays twice, and a finding says how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.match.prepare import prepare_register
from privity.match.queries import BIRTHS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from privity.match.engine import Engine

COUNTS: Mapping[str, str] = {"names": NAMES, "births": BIRTHS}
"""Field of ``PreparedRegister`` (and name of its file) → the query over ``register`` that fills it."""

FINDINGS = """
WITH people AS (
  SELECT
    record_id,
    COUNT(*) AS held,
    CASE WHEN MIN(dob) <> MAX(dob) AND MIN(tin) <> MAX(tin) THEN 1 ELSE 0 END AS several
  FROM register
  GROUP BY record_id
),
twice AS (
  SELECT record_id, tax_period FROM register WHERE tax_period IS NOT NULL GROUP BY record_id, tax_period HAVING COUNT(*) > 1
),
told AS ( -- what is said under such a key: equal rows are one
  SELECT DISTINCT r.* FROM twice AS t JOIN register AS r ON t.record_id = r.record_id AND t.tax_period = r.tax_period
),
conflicts AS (
  SELECT record_id, tax_period FROM told GROUP BY record_id, tax_period HAVING COUNT(*) > 1
),
all_people AS (SELECT COUNT(*) AS people, SUM(held) AS held, SUM(several) AS several FROM people),
all_conflicts AS (SELECT COUNT(*) AS keys, COUNT(DISTINCT record_id) AS people FROM conflicts)
SELECT
  CAST(COALESCE(p.held, 0) AS BIGINT) AS row_count,
  CAST(p.people AS BIGINT) AS people,
  CAST(c.keys AS BIGINT) AS conflicting_keys,
  CAST(c.people AS BIGINT) AS conflicting_people,
  CAST(COALESCE(p.several, 0) AS BIGINT) AS several_people
FROM all_people AS p
CROSS JOIN all_conflicts AS c
"""


@dataclass(frozen=True, slots=True)
class PreparedRegister:
    """Where the prepared register lies: its rows, and how many people share each name and each birth date."""

    rows: tuple[Path, ...]
    names: Path
    births: Path


@dataclass(frozen=True, slots=True)
class Findings:
    """What a register holds, and what is odd in it. Numbers only.

    ``conflicting_keys``: (record_id, tax_period) under which rows say different things, of ``conflicting_people`` ids.
    ``several_people``: ids whose rows bear more than one birth date and more than one number: two people under one id.
    """

    row_count: int
    people: int
    conflicting_keys: int
    conflicting_people: int
    several_people: int


def prepare(source: Sequence[Path], engine: Engine, target: Path) -> PreparedRegister:
    """Prepare the custodian's files once, into the new folder ``target``: streamed, no more than a shard in memory.

    Raises:
        InputError: a file is of another kind, lacks a needed column, or ``target`` already holds a register.
    """
    engine.map_rows(prepare_register, source, target / "rows")
    register = prepared(target)
    count(register, engine)
    return register


def prepared(target: Path) -> PreparedRegister:
    """What ``prepare`` left in a folder."""
    return placed((target / "rows").glob("*.parquet"), target)


def placed(rows: Iterable[Path], counts: Path) -> PreparedRegister:
    """A register of these files of prepared rows, with its counts in a folder."""
    return PreparedRegister(tuple(sorted(rows)), **{name: counts / f"{name}.parquet" for name in COUNTS})


def count(register: PreparedRegister, engine: Engine) -> None:
    """Make the counts, as new files, over all rows."""
    for name, query in COUNTS.items():
        engine.save(query, {"register": register.rows}, getattr(register, name))


def findings(register: PreparedRegister, engine: Engine) -> Findings:
    """Look through all rows."""
    return Findings(**engine.query(FINDINGS, {"register": register.rows}).row(0, named=True))
