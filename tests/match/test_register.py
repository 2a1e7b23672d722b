"""What is counted in a register, and which preparation made its rows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from privity.engines.duckdb import DuckDB
from privity.match import register as module
from privity.match import version
from privity.match.prepare import REGISTER
from privity.match.register import COUNTS, Findings, findings, prepare, prepared

from .conftest import OTHER, Cells, held

Found = Callable[[list[Cells]], Findings]
CELL = pl.String()


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """``found(rows)``: what a register of these rows holds."""

    def run(rows: list[Cells]) -> Findings:
        engine = DuckDB(tmp_path / "spill", memory="500MB")
        pl.DataFrame(rows, schema=dict.fromkeys(REGISTER, CELL)).write_parquet(tmp_path / "held.parquet")
        return findings(prepare([tmp_path / "held.parquet"], engine, tmp_path / "prepared"), engine)

    return run


def test_a_register_without_oddities(found: Found) -> None:
    rows = [held("a"), held("a", "2021", **OTHER), held("b", tin="512-55-6788", date_of_birth="1990-01-05")]
    assert found(rows) == Findings(row_count=3, people=2, conflicting_keys=0, conflicting_people=0, several_people=0)


def test_equal_rows_under_one_key_are_no_conflict(found: Found) -> None:
    rows = [held("a"), held("a"), held("a", last_name="GOMEZ ", first_name="ana")]  # equal once they are prepared
    assert found(rows) == Findings(3, 1, 0, 0, 0)


@pytest.mark.parametrize("other", [OTHER, {"bars": "i-6-informant"}, {"data_class": "return"}, {"tin": None}, {"address_line1": None}])
def test_rows_that_differ_under_one_key_are_counted_once_a_key(found: Found, other: Cells) -> None:
    rows = [held("a"), held("a", **other), held("a", **other), held("a", "2021"), held("a", "2021", **other), held("b"), held("b", **other)]
    assert found(rows) == Findings(7, 2, 3, 2, 0)


def test_rows_whose_period_cannot_be_read_have_no_key(found: Found) -> None:
    assert found([held("a", "all"), held("a", "all", **OTHER), held("a", "2022")]).conflicting_keys == 0


def test_two_people_under_one_id_differ_in_birth_and_in_number(found: Found) -> None:
    other = {"date_of_birth": "1991-05-06", "tin": "512-55-6788"}
    rows = [held("a"), held("a", "2021", **other)]
    rows += [held("b"), held("b", "2021", date_of_birth=other["date_of_birth"])]  # a birth date mended
    rows += [held("c"), held("c", "2021", tin=other["tin"])]  # a number changed
    rows += [held("d"), held("d", "2021", date_of_birth=None, tin=None)]
    assert found(rows).several_people == 1


def test_every_count_has_its_file(tmp_path: Path) -> None:
    pl.DataFrame([held("a")], schema=dict.fromkeys(REGISTER, CELL)).write_parquet(tmp_path / "held.parquet")
    made = prepare([tmp_path / "held.parquet"], DuckDB(tmp_path / "spill"), tmp_path / "prepared")
    assert made == prepared(tmp_path / "prepared")
    assert {name: pl.read_parquet(getattr(made, name)).height for name in COUNTS} == dict.fromkeys(COUNTS, 1)
    assert set(COUNTS) | {"rows"} == set(module.PreparedRegister.__slots__)


# ---------------------------------------------------------------- the version of preparing


def imported(path: str) -> set[str]:
    """The modules of the program that a module names in its imports, for types or not."""
    tree = ast.parse(files("privity").joinpath(*path.split("/")).read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("privity"):
            whole = node.module.split(".")[1:]
            found |= {"/".join([*whole, alias.name]) for alias in node.names} | {"/".join(whole)}
    return {f"{name}.py" for name in found if files("privity").joinpath(*f"{name}.py".split("/")).is_file()}


def preparing() -> set[str]:
    """The files that preparing rests on, by their imports."""
    rests, todo = set[str](), ["match/prepare.py"]
    while todo:
        rests.add(path := todo.pop())
        todo += imported(path) - rests
    return rests


def test_every_library_that_preparing_imports_is_in_its_version() -> None:
    named: set[str] = set()
    for path in preparing():
        for node in ast.walk(ast.parse(files("privity").joinpath(*path.split("/")).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                named.add(node.module.split(".")[0])
    libraries = named - sys.stdlib_module_names - {"privity", "__future__"}
    assert "polars" in libraries
    assert libraries <= set(version.PACKAGES)


def test_everything_that_preparing_imports_is_in_its_version() -> None:
    rests = preparing()
    counted = {name for name, _ in version._sources()}
    assert "match/prepare.py" in counted
    assert rests - counted <= {"errors.py", "terms.py"}, "a file that preparing imports must count as preparing: see AFTER"


def test_another_text_or_another_library_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    first = version.preparation.__wrapped__()
    assert first == version.preparation.__wrapped__()
    sources = list(version._sources())
    name, content = sources[0]
    monkeypatch.setattr(version, "_sources", lambda: iter([(name, content + b"\n"), *sources[1:]]))
    other_text = version.preparation.__wrapped__()
    monkeypatch.undo()
    monkeypatch.setattr(version, "_version", lambda package: "0" if package == "polars" else "1")
    assert len({first, other_text, version.preparation.__wrapped__()}) == 3
