"""What every engine must do. Another engine joins by adding itself to ENGINES; nothing else here changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from privity.engines import session
from privity.engines.duckdb import DuckDB
from privity.engines.spark import Spark
from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from privity.match.engine import Engine

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "duckdb": lambda folder: DuckDB(folder / "spill", memory="500MB", threads=2),
    "spark": lambda folder: Spark(folder / "spill"),
}
ROWS = pl.DataFrame({"id": ["a", "b", "c"], "n": [1, 2, 3], "words": [["x"], None, ["y", "z"]], "pair": [{"p": "1", "q": None}] * 3})


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One Spark for all: it starts in ten seconds. What its folder holds."""
    folder = tmp_path_factory.mktemp("spark")
    session.start(folder, "2GB", 2)
    yield folder
    session.end()
    assert not list(folder.iterdir())


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "spark":
        request.getfixturevalue("spark")
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> list[Path]:
    ROWS.head(2).write_parquet(tmp_path / "one.parquet")
    ROWS.tail(1).write_parquet(tmp_path / "it's two.parquet")
    return [tmp_path / "one.parquet", tmp_path / "it's two.parquet"]


def parquet(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(sorted(folder.glob("*.parquet")))


def test_rows_are_mapped_in_order_over_all_files(engine: Engine, source: list[Path], tmp_path: Path) -> None:
    engine.map_rows(lambda rows: rows.with_columns(twice=pl.col("n") * 2), source, tmp_path / "out")
    assert parquet(tmp_path / "out").equals(ROWS.with_columns(twice=pl.col("n") * 2))


def test_csv_cells_come_as_text(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,zip\na,00501\nb,\n", encoding="utf-8")
    engine.map_rows(lambda rows: rows, [tmp_path / "in.csv"], tmp_path / "out")
    assert parquet(tmp_path / "out")["zip"].to_list() == ["00501", None]


def test_a_failing_function_leaves_nothing(engine: Engine, source: list[Path], tmp_path: Path) -> None:
    def fail(rows: pl.DataFrame) -> pl.DataFrame:
        if rows["n"].max() == 3:
            raise ZeroDivisionError
        return rows

    with pytest.raises(ZeroDivisionError):
        engine.map_rows(fail, source, tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_nothing_is_written_over(engine: Engine, source: list[Path], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="already there"):
        engine.map_rows(lambda rows: rows, source, tmp_path / "out")
    with pytest.raises(InputError, match="already there"):
        engine.save("SELECT id FROM t", {"t": source}, source[0])


def test_other_kinds_of_file_are_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"in\.txt is neither"):
        engine.map_rows(lambda rows: rows, [tmp_path / "in.txt"], tmp_path / "out")


def test_frames_and_files_join(engine: Engine, source: list[Path]) -> None:
    wanted = pl.DataFrame({"id": ["c", "a", "zz"]})
    found = engine.query("SELECT f.id, f.n, f.words, f.pair FROM w JOIN f ON w.id = f.id", {"w": wanted, "f": source}).sort("id")
    assert found.equals(ROWS.filter(pl.col("id") != "b"))


def test_null_equals_nothing(engine: Engine) -> None:
    side = pl.DataFrame({"k": ["a", None]})
    assert engine.query("SELECT l.k FROM l JOIN r ON l.k = r.k", {"l": side, "r": side})["k"].to_list() == ["a"]


def test_edit_distance_and_counting_are_the_same_everywhere(engine: Engine) -> None:
    names = pl.DataFrame({"a": ["MARIA", "MARIA", "LI", "ANA"], "b": ["MARIO", "MRAIA", "LU", None]})
    found = engine.query("SELECT a, b, LEVENSHTEIN(a, b) AS d, SUBSTR(a, 1, 2) AS s FROM t", {"t": names}).sort("a", "b")
    assert found["d"].to_list() == [None, 1, 1, 2]
    assert found["s"].to_list() == ["AN", "LI", "MA", "MA"]
    counted = engine.query("SELECT a, COUNT(DISTINCT b) AS n FROM t GROUP BY a", {"t": names}).sort("a")
    assert counted["n"].cast(pl.Int64).to_list() == [0, 1, 2]


def test_an_empty_frame_keeps_its_types(engine: Engine) -> None:
    found = engine.query("SELECT k, n FROM t", {"t": pl.DataFrame(schema={"k": pl.String, "n": pl.UInt32})})
    assert found.schema == {"k": pl.String(), "n": pl.UInt32()}


def test_a_saved_query_is_the_query(engine: Engine, source: list[Path], tmp_path: Path) -> None:
    engine.save("SELECT id, n FROM f WHERE n > 1", {"f": source}, tmp_path / "saved.parquet")
    assert pl.read_parquet(tmp_path / "saved.parquet").sort("id").equals(ROWS.select("id", "n").tail(2))


def test_a_failing_query_leaves_nothing(engine: Engine, source: list[Path], tmp_path: Path) -> None:
    with pytest.raises(Exception, match="nowhere"):
        engine.save("SELECT * FROM nowhere", {"f": source}, tmp_path / "saved.parquet")
    assert not list(tmp_path.glob("saved*"))
