"""Draw a register and request files from pseudopeople's sample population: runs in pseudopeople's own environment, with pandas.

    .venv-pseudopeople/bin/python -P evaluation/pseudopeople_draw.py '{"target": DIR, "years": [...], "adult": 18, "files": [...]}'

Writes register.parquet (a row for each filer or spouse and year, without noise) and one file for each of ``files`` (name, kind, year, noise,
seed), in the columns of a request, with ``simulant_id`` (whom the row means), ``home`` (their address without noise) and ``true_birth``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pseudopeople

TYPOS = {"make_typos": {"cell_probability": 0.08}}
BIRTHS = TYPOS | {"copy_from_household_member": {"cell_probability": 0.03}, "swap_month_and_day": {"cell_probability": 0.03}}
NUMBERS = {"copy_from_household_member": {"cell_probability": 0.03}, "write_wrong_digits": {"cell_probability": 0.05}}
NAMES = {"first_name": TYPOS | {"use_nickname": {"cell_probability": 0.05}}, "last_name": TYPOS}
MUCH = {
    "decennial_census": NAMES | {"date_of_birth": BIRTHS, "street_name": TYPOS, "street_number": TYPOS},
    "social_security": NAMES | {"date_of_birth": BIRTHS, "ssn": NUMBERS},
    "taxes_w2_and_1099": NAMES | {"ssn": NUMBERS, "mailing_address_street_name": TYPOS},
}
KINDS = {"census": "decennial_census", "social": "social_security", "wages": "taxes_w2_and_1099"}


def draw(target: Path, years: list[int], adult: int, files: list[dict[str, Any]]) -> None:
    """Write the files; all from the sample that comes with the package."""
    raw = Path(pseudopeople.__file__).parent / "data" / "sample_datasets"
    source = {kind: pd.read_parquet(raw / kind / f"{kind}.parquet") for kind in (*KINDS.values(), "taxes_1040")}
    born = pd.concat([rows.dropna(subset=["date_of_birth"])[["simulant_id", "date_of_birth"]] for rows in source.values()])
    born = born.drop_duplicates("simulant_id").set_index("simulant_id")["date_of_birth"].dt.strftime("%Y-%m-%d")
    _filers(source["taxes_1040"], years, adult).to_parquet(target / "register.parquet")
    for one in files:
        kind = KINDS[one["kind"]]
        noise = {kind: {"column_noise": MUCH[kind]}} if one["noise"] == "much" else None
        rows = getattr(pseudopeople, f"generate_{kind}")(seed=one["seed"], year=one["year"], config=noise)
        if one["kind"] == "social":
            rows = rows.drop_duplicates("simulant_id")  # one event of each person
        _asked(rows, source[kind], one["year"], born).to_parquet(target / f"{one['name']}.parquet")


def _filers(returns: pd.DataFrame, years: list[int], adult: int) -> pd.DataFrame:
    """Filers and spouses of age: a row for each person and year, as the simulation has them."""
    filer = [name for name in returns.columns if not name.startswith(("spouse_", "dependent_", "guardian"))]
    beside = returns[[f"spouse_{name}" if f"spouse_{name}" in returns.columns else name for name in filer]]
    both = pd.concat([returns[filer], beside.set_axis(filer, axis=1)]).dropna(subset=["simulant_id"])
    both = both[both["tax_year"].isin(years) & (both["age"] >= adult)].drop_duplicates(["simulant_id", "tax_year"])
    written = _written(both, "mailing_address_")
    return written.assign(home=written["address_line1"], tax_period=both["tax_year"].astype(int).astype(str).to_numpy())


def _asked(rows: pd.DataFrame, raw: pd.DataFrame, year: int, born: pd.Series) -> pd.DataFrame:
    """The rows of a noisy file; ``home`` from the household's row without noise."""
    prefix = "mailing_address_" if "mailing_address_street_name" in rows.columns else ""
    asked = _written(rows, prefix)
    asked["true_birth"] = rows["simulant_id"].astype(str).map(born).to_numpy()
    if "household_id" not in rows.columns:
        return asked.assign(home=None)
    of_year = raw[raw["year" if "year" in raw.columns else "tax_year"] == year].drop_duplicates("household_id")
    homes = dict(zip(of_year["household_id"].astype(str), _written(of_year, prefix)["address_line1"], strict=True))
    return asked.assign(home=rows["household_id"].astype(str).map(homes).to_numpy())


def _written(rows: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """The columns of a request from those of pseudopeople."""

    def text(name: str) -> pd.Series:
        return rows[name].astype("string") if name in rows.columns else pd.Series(pd.NA, rows.index, dtype="string")

    line = text(f"{prefix}street_number").str.cat([text(f"{prefix}street_name"), text(f"{prefix}unit_number")], sep=" ", na_rep="")
    box = text(f"{prefix}po_box").str.replace(r"\.0$", "", regex=True)
    middle = text("middle_name") if "middle_name" in rows.columns else text("middle_initial")
    told = {"simulant_id": text("simulant_id"), "first_name": text("first_name"), "middle_name": middle, "last_name": text("last_name")}
    lines = ("PO BOX " + box).fillna(line.str.split().str.join(" "))
    return pd.DataFrame({**told, "date_of_birth": _day(rows), "address_line1": lines, "tin": text("ssn")}).reset_index(drop=True)


def _day(rows: pd.DataFrame) -> pd.Series | None:
    """The birth date as ISO 8601; missing where what is written is no date."""
    if "date_of_birth" not in rows.columns or "wages" in rows.columns:
        return None
    if rows["date_of_birth"].dtype.kind == "M":
        return rows["date_of_birth"].dt.strftime("%Y-%m-%d").astype("string")
    form = "%Y%m%d" if "event_date" in rows.columns else "%m/%d/%Y"
    return pd.to_datetime(rows["date_of_birth"].astype("string"), format=form, errors="coerce").dt.strftime("%Y-%m-%d").astype("string")


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    draw(Path(given.pop("target")), **given)
