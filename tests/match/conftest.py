"""A small register and a way to ask it: people as dictionaries, so that a test shows only what matters to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import polars as pl
import pytest

from privity.engines.duckdb import DuckDB
from privity.match import Identified, PreparedRegister, identify, prepare
from privity.match.prepare import REGISTER
from privity.terms import ORDINAL, Eligible

Cells = dict[str, str | None]
Ask = Callable[..., Identified]
ASKS = (*REGISTER[2:13], "tax_periods")
HOME = {"address_line1": "12 Oak St", "city": "Albany", "state": "NY", "zip": "12203"}
OTHER = {"address_line1": "977 Maple Ave", "city": "Albany", "state": "NY", "zip": "12203"}
ANA = {"first_name": "Ana", "last_name": "Gomez", "date_of_birth": "1980-02-23", "tin": "412-55-6788", **HOME}
BARS = ("i-6-informant", "i-6-impairment")


def held(record_id: str, tax_period: str = "2022", **cells: str | None) -> Cells:
    """A row of the register: Ana's, but for what is said."""
    return {**ANA, "record_id": record_id, "tax_period": tax_period, "data_class": "taxpayer-identity", "bars": None, **cells}


def asked(**cells: str | None) -> Cells:
    """A request for Ana in 2022, but for what is said."""
    return {**ANA, "tax_periods": "2022", **cells}


def eligible(asks: list[Cells]) -> Eligible:
    """The requests as `determine` would hand them over."""
    rows = pl.DataFrame(asks, schema={name: pl.String() for name in ASKS})
    return Eligible(rows.with_row_index("ordinal").with_columns(pl.col("ordinal").cast(ORDINAL), row=pl.col("ordinal") + 2))


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """``ask(register rows, requests, seed=1)``: prepare, identify. A register is prepared once in a session."""
    engine = DuckDB(tmp_path_factory.mktemp("spill"), memory="500MB")

    @cache
    def register(rows: str) -> PreparedRegister:
        folder = tmp_path_factory.mktemp("register")
        pl.DataFrame(json.loads(rows), schema={column: pl.String() for column in REGISTER}).write_parquet(folder / "held.parquet")
        return prepare([folder / "held.parquet"], engine, folder)

    def run(rows: list[Cells], asks: list[Cells], *, seed: int = 1, namesake_limit: float = 0.0) -> Identified:
        work = tmp_path_factory.mktemp("work") / "batch"
        held_register = register(json.dumps(rows))
        return identify(eligible(asks), held_register, engine, work, asked_bars=BARS, seed=seed, namesake_limit=namesake_limit)

    return run


def one(found: Identified) -> dict[str, object]:
    """The only request: its identification and its facts together."""
    row = found.identifications.frame.join(found.record_facts.drop("identity"), on="ordinal", how="left")
    return row.row(0, named=True)
