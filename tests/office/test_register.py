"""A register of many files: what is prepared, what is used again, what is refused, and what the ledger says of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from office.small import RECEIVED, Small, tamper
from privity import sample
from privity.engines.duckdb import DuckDB
from privity.errors import InputError, TamperError
from privity.match import prepare, version
from privity.office import record, register, register_prune
from privity.office.init import init
from privity.office.place import Office
from privity.office.register import Loaded, load
from privity.office.submit import submit
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.sample import world

HELD = sample.register().head(600)
DAY = date(2025, 8, 7)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    regime = "us/26-usc-6103"
    return init(tmp_path / "office", custodian="D", origin="d.example/ledger", law_root=SHIPPED, regime=regime, trial=True, as_of=DAY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A snapshot of four files."""
    place = tmp_path / "register"
    place.mkdir()
    for number in range(4):
        HELD.slice(number * 150, 150).write_parquet(place / f"{number}.parquet")
    return place


def prepared_rows(office: Office, loaded: Loaded) -> pl.DataFrame:
    return pl.read_parquet(register.of(office, loaded.digest).rows).sort("record_id", "tax_period")


def opening(office: Office, entry: int) -> dict[str, object]:
    with office.store.read() as tx:
        (row,) = record.opened(office, tx, entry, 1)
    found = json.loads(row)
    assert isinstance(found, dict)
    return found


# ---------------------------------------------------------------- only what changed


def test_a_folder_is_prepared_file_by_file_and_is_the_register_that_it_would_be_at_once(
    office: Office, folder: Path, tmp_path: Path
) -> None:
    loaded = load(office, [folder])
    whole = prepare(sorted(folder.glob("*")), DuckDB(tmp_path), tmp_path / "whole")
    assert (loaded.files, loaded.prepared, loaded.found.row_count) == (4, 4, 600)
    assert loaded.found.people == HELD["record_id"].n_unique()
    assert prepared_rows(office, loaded).equals(pl.read_parquet(whole.rows).sort("record_id", "tax_period"))
    mine = register.of(office, loaded.digest)
    for name in ("names", "births"):
        one, other = (pl.read_parquet(getattr(it, name)) for it in (mine, whole))
        assert one.sort(one.columns).equals(other.sort(one.columns))
    assert verify(office).problems == ()


def test_only_a_file_whose_content_changed_is_prepared_again(office: Office, folder: Path) -> None:
    first = load(office, [folder])
    changed = pl.read_parquet(folder / "2.parquet").with_columns(city=pl.lit("ALBANY"))
    changed.write_parquet(folder / "2.parquet")
    (folder / "0.parquet").rename(folder / "another name.parquet")
    second = load(office, [folder])
    assert (second.files, second.prepared) == (4, 1)
    assert second.digest != first.digest
    assert prepared_rows(office, second)["building"].is_not_null().any()
    assert load(office, sorted(folder.glob("*"), reverse=True)).digest == second.digest, "names and order of files are nothing"
    assert prepared_rows(office, first).height == 600, "the register before is still there"
    assert verify(office).problems == ()


def test_a_file_that_is_gone_takes_its_rows_with_it(office: Office, folder: Path) -> None:
    load(office, [folder])
    gone = pl.read_parquet(folder / "1.parquet")["record_id"]
    (folder / "1.parquet").unlink()
    second = load(office, [folder])
    assert (second.files, second.prepared, second.found.row_count) == (3, 0, 450)
    only = set(gone) - set(pl.read_parquet(folder / "*.parquet")["record_id"])
    assert only
    assert not only & set(prepared_rows(office, second)["record_id"])
    names = pl.read_parquet(register.of(office, second.digest).names)
    assert names["people"].sum() == prepared_rows(office, second).drop_nulls(["fn", "ln"]).select("fn", "ln", "record_id").n_unique()


def test_the_same_content_twice_is_one_file(office: Office, folder: Path) -> None:
    shutil.copy(folder / "0.parquet", folder / "copy.parquet")
    loaded = load(office, [folder])
    assert (loaded.files, loaded.prepared, loaded.found.row_count) == (5, 4, 600)


def test_csv_and_parquet_stand_beside_each_other(office: Office, folder: Path) -> None:
    whole = load(office, [folder])
    rows = pl.read_parquet(folder / "3.parquet")
    (folder / "3.parquet").unlink()
    rows.write_csv(folder / "3.csv")
    mixed = load(office, [folder])
    assert (mixed.files, mixed.prepared) == (4, 1)
    assert prepared_rows(office, mixed).equals(prepared_rows(office, whole))


def test_another_preparation_uses_nothing_again_and_matches_against_nothing_old(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(office, [folder])
    from privity.office import register_parts, register_snapshot

    for module in (register_parts, register_snapshot):
        monkeypatch.setattr(module, "preparation", lambda: "another")
    with pytest.raises(InputError, match="another version"):
        register.of(office, first.digest)
    with office.store.read() as tx, pytest.raises(InputError, match="another version"):
        register.in_force(office, tx)
    second = load(office, [folder])
    assert (second.prepared, second.digest != first.digest) == (4, True)
    assert prepared_rows(office, second).height == 600
    assert version.preparation() != "another"


# ---------------------------------------------------------------- what is refused


def csv_with(*lines: str) -> str:
    return "record_id,tax_period,first_name,last_name,date_of_birth,address_line1,data_class,bars\n" + "".join(
        f"{line}\n" for line in lines
    )


GOOD = "SECRETID,2022,Ana,Gomez,1980-02-23,12 Oak St,return,"
BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "a row with fewer cells": (
        csv_with(GOOD, "SECRETID,2022,Ana,Gomez,1980-02-23,12 Oak St,return"),
        r"bad\.csv, row 3: 7 cells, and 8 headings",
    ),
    "a row with more cells": (csv_with(GOOD, GOOD + ",SECRETID"), r"bad\.csv, row 3: 9 cells"),
    "an empty line": (csv_with(GOOD, "", GOOD), r"bad\.csv, row 3"),
    "a row without record_id": (csv_with(GOOD, GOOD, " ,2022,Ana,SECRETID,1980-02-23,12 Oak St,return,"), r"bad\.csv, row 4: no record_id"),
    "a quotation mark that is not closed": (csv_with(GOOD, GOOD.replace("Ana", '"Ana'), GOOD), r"bad\.csv"),
    "letters in another encoding": (csv_with(GOOD, GOOD.replace("Ana", "José")).encode("latin-1"), r"bad\.csv"),
    "a column that is missing": (csv_with(GOOD).replace("bars", "notes"), r"bad\.csv has no column bars"),
    "a heading that stands twice": (csv_with(GOOD).replace("address_line1", "bars"), r"bad\.csv"),
    "nothing": ("", r"bad\.csv cannot be read"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_named_with_its_row_and_never_with_a_value(office: Office, folder: Path, kind: str) -> None:
    content, said = BAD_FILES[kind]
    before = load(office, [folder])
    (folder / "bad.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=said) as error:
        load(office, [folder])
    assert not any(word in str(error.value) + error.value.remedy for word in ("SECRETID", "Gomez", "Jos", "1980"))
    with office.store.read() as tx:
        assert register.in_force(office, tx) == before.digest, "the register in force stays"
    (folder / "bad.csv").write_text(csv_with(GOOD), encoding="utf-8")
    assert load(office, [folder]).prepared == 1


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("tin", [412556788.0], "Float64"),
        ("tin", [12556788], "Int64"),
        ("zip", [501], "Int64"),
        ("bars", [{"a": "x"}], "Struct"),
        ("date_of_birth", [True], "Boolean"),
        ("last_name", [["Gomez"]], "List"),
        ("zip", [b"12203"], "Binary"),
    ],
)
def test_a_column_with_no_one_spelling_is_refused(office: Office, tmp_path: Path, column: str, values: list[object], kind: str) -> None:
    HELD.head(1).with_columns(pl.Series(column, values)).write_parquet(tmp_path / "bad.parquet")
    with pytest.raises(InputError, match=rf"bad\.parquet: column {column} is of kind {kind}"):
        load(office, [tmp_path / "bad.parquet"])


def test_a_parquet_row_without_record_id_is_named(office: Office, tmp_path: Path) -> None:
    ids = pl.when(pl.int_range(pl.len()) < 7).then("record_id").alias("record_id")
    HELD.head(9).with_columns(ids).write_parquet(tmp_path / "bad.parquet")
    with pytest.raises(InputError, match=r"bad\.parquet, row 8: no record_id"):
        load(office, [tmp_path / "bad.parquet"])


def test_a_file_that_is_no_parquet_is_named(office: Office, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(InputError, match=r"bad\.parquet cannot be read"):
        load(office, [tmp_path / "bad.parquet"])


def test_what_is_not_of_a_register_is_not_passed_over(office: Office, folder: Path, tmp_path: Path) -> None:
    (folder / "_SUCCESS").touch()
    (folder / ".0.parquet.crc").touch()
    assert load(office, [folder]).files == 4, "what writers of such folders leave"
    (folder / "more").mkdir()
    with pytest.raises(InputError, match="holds a folder, `more`"):
        load(office, [folder])
    (folder / "more").rmdir()
    (folder / "4.parquet.gz").touch()
    with pytest.raises(InputError, match=r"4\.parquet\.gz is neither"):
        load(office, [folder])
    (tmp_path / "empty").mkdir()
    for nothing in ([], [tmp_path / "empty"]):
        with pytest.raises(InputError, match="no file was named"):
            load(office, nothing)


def test_an_empty_file_is_of_a_register_and_an_empty_register_is_not(office: Office, folder: Path, tmp_path: Path) -> None:
    HELD.head(0).write_parquet(folder / "none.parquet")
    assert load(office, [folder]).found.row_count == 600
    with pytest.raises(InputError, match="no rows"):
        load(office, [folder / "none.parquet"])
    assert verify(office).problems == ()


def test_a_file_that_changes_while_it_is_read_is_no_part(office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from privity.office import register_parts

    real = register_parts.prepare_register

    def meddled(frame: pl.DataFrame) -> pl.DataFrame:
        HELD.head(5).write_parquet(folder / "1.parquet")
        return real(frame)

    monkeypatch.setattr(register_parts, "prepare_register", meddled)
    with pytest.raises(InputError, match="changed while it was read"):
        load(office, [folder / "1.parquet"])
    assert list((office.root / "register" / "parts").iterdir()) == []


# ---------------------------------------------------------------- what is found


def test_oddities_are_counted_kept_and_entered(office: Office, tmp_path: Path) -> None:
    first = HELD.filter(pl.col("tin").is_not_null() & pl.col("date_of_birth").is_not_null()).head(1)
    moved = first.with_columns(address_line1=pl.lit("1 Elsewhere Rd"))
    somebody = first.with_columns(tin=pl.lit("512556788"), date_of_birth=pl.lit(date(1931, 3, 4)), tax_period=pl.lit(2001, pl.Int32))
    for number, rows in enumerate((HELD, pl.concat([first, moved]), somebody)):
        rows.write_parquet(tmp_path / f"{number}.parquet")
    loaded = load(office, [tmp_path / f"{number}.parquet" for number in range(3)])
    found = loaded.found
    assert (found.row_count, found.conflicting_keys, found.conflicting_people, found.several_people) == (603, 1, 1, 1)
    assert prepared_rows(office, loaded).height == 603
    assert opening(office, loaded.entry)["found"] == {
        "row_count": 603, "people": found.people, "conflicting_keys": 1, "conflicting_people": 1, "several_people": 1,
    }  # fmt: skip


# ---------------------------------------------------------------- what verify says of it


def rows_file(office: Office) -> Path:
    return next((office.root / "register" / "parts").glob("*/rows/*.parquet"))


def rewritten(path: Path) -> None:
    pl.read_parquet(path).with_columns(bars=["i-6-informant"]).write_parquet(path)


ALTERED: dict[str, tuple[Callable[[Office, str], object], str]] = {
    "a prepared file rewritten": (lambda office, _: rewritten(rows_file(office)), r"00000\.parquet of part \w+ is missing or altered"),
    "a prepared file gone": (lambda office, _: rows_file(office).unlink(), r"00000\.parquet of part \w+ is missing"),
    "a part gone": (lambda office, _: shutil.rmtree(rows_file(office).parents[1]), r"part \w+ is missing"),
    "a count gone": (lambda office, digest: (office.root / "register" / digest / "names.parquet").unlink(), r"names\.parquet is missing"),
    "the manifest gone": (lambda office, digest: (office.root / "register" / digest / "manifest.json").unlink(), "its manifest is missing"),
    "the whole gone": (lambda office, digest: shutil.rmtree(office.root / "register" / digest), "its manifest is missing"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_verify_names_a_prepared_register_that_was_altered_and_a_load_mends_it(office: Office, folder: Path, what: str) -> None:
    loaded = load(office, [folder])
    before = prepared_rows(office, loaded)
    alter, said = ALTERED[what]
    alter(office, loaded.digest)
    (problem,) = verify(office).problems
    assert re.search(said, problem), problem
    again = load(office, [folder])
    assert (again.digest, verify(office).problems) == (loaded.digest, ())
    assert prepared_rows(office, again).equals(before)


def test_verify_names_a_manifest_that_was_written_to_fit(office: Office, folder: Path) -> None:
    loaded = load(office, [folder])
    path = office.root / "register" / loaded.digest / "manifest.json"
    told = json.loads(path.read_text())
    told["found"]["conflicting_keys"] = 7
    path.write_text(json.dumps(told))
    assert verify(office).problems == (f"register {loaded.digest[:12]}: its manifest is not the one on record",)


def test_verify_names_a_register_put_in_force_without_an_entry(office: Office, folder: Path) -> None:
    load(office, [folder / "0.parquet"])
    second = load(office, [folder])
    tamper(office.root, f"UPDATE in_force SET digest = '{'0' * 64}' WHERE digest = '{second.digest}'")
    assert any("its row of `in_force` says otherwise" in problem for problem in verify(office).problems)


def test_matching_does_not_begin_on_a_register_that_lacks_a_part(office: Office, folder: Path) -> None:
    loaded = load(office, [folder])
    shutil.rmtree(rows_file(office).parents[1])
    with pytest.raises(TamperError, match="is missing or altered"):
        register.of(office, loaded.digest)


# ---------------------------------------------------------------- pruning


def test_pruning_removes_what_nothing_rests_on(office: Office, folder: Path) -> None:
    first = load(office, [folder])
    (folder / "0.parquet").unlink()
    second = load(office, [folder])
    assert register_prune.prune(office) == register_prune.Pruned(registers=1, parts=1)
    assert prepared_rows(office, second).height == 450
    assert verify(office).problems == ()
    with pytest.raises(TamperError):
        register.of(office, first.digest)
    assert register_prune.prune(office) == register_prune.Pruned(0, 0)


def test_pruning_keeps_what_a_batch_under_way_will_be_matched_against(made: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = made.office("staffed", tmp_path, RECEIVED)
    from privity.office import decide

    class Stop(Exception):  # noqa: N818
        pass

    def stop(*_: object) -> None:
        raise Stop

    monkeypatch.setattr(decide, "_judge", stop)  # examined and entered, not yet matched
    with pytest.raises(Stop):
        submit(office, made.file, made.envelope, intake_officer=world.INTAKE)
    monkeypatch.undo()
    HELD.head(5).write_parquet(tmp_path / "other.parquet")
    load(office, [tmp_path / "other.parquet"])
    assert register_prune.prune(office) == register_prune.Pruned(0, 0)
    submit(office, made.file, made.envelope, intake_officer=world.INTAKE)
    assert register_prune.prune(office) == register_prune.Pruned(1, 1)
    assert verify(office).problems == ()
