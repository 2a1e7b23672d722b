"""Whom is a request taken for? Golden pairs: each would be a wrong disclosure, or a refusal of the right person, if it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from privity.engines.duckdb import DuckDB
from privity.match import identify, prepare

from .conftest import BARS, OTHER, Ask, Cells, asked, eligible, held, one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SEVEN: list[Cells] = [
    held("ana"),
    held("ana", "2021", **OTHER),
    held("luis", first_name="Luis", date_of_birth="1979-05-05", tin="412-55-0001"),
    held("rosa", first_name="Rosa", last_name="Diaz", date_of_birth="1990-09-09", tin=None, **OTHER),
    held("john-sr", first_name="John", last_name="Smith", name_suffix="Sr", date_of_birth="1950-03-09", tin="412-55-0002"),
    held("john-jr", first_name="John", last_name="Smith", name_suffix="Jr", date_of_birth="1975-03-09", tin="412-55-0003"),
]


@pytest.mark.invariant
def test_identification_is_not_satisfaction(ask: Ask) -> None:
    """Invariant 10: true name, TIN and birth date with an invented address is the right person at another address."""
    found = one(ask(SEVEN, [asked(**OTHER | {"address_line1": "978 Maple Ave"})]))
    assert (found["identity"], found["record_id"], found["address_agreement"]) == ("unique", "ana", "different")


@pytest.mark.invariant
def test_a_refused_row_never_touches_the_register(tmp_path: Path) -> None:
    """Invariant 5: nothing of a request that is not among the eligible reaches the engine, not even in a decoy."""
    seen: list[pl.DataFrame] = []

    def look(tables: Mapping[str, pl.DataFrame | Sequence[Path]]) -> None:
        for name, table in tables.items():
            if name not in {"register", "names", "births"}:
                seen.append(table if isinstance(table, pl.DataFrame) else pl.read_parquet(list(table)))

    class Watching(DuckDB):
        def query(self, sql: str, tables: Mapping[str, pl.DataFrame | Sequence[Path]], **given: object) -> pl.DataFrame:
            look(tables)
            return super().query(sql, tables, **given)  # type: ignore[arg-type]

        def save(self, sql: str, tables: Mapping[str, pl.DataFrame | Sequence[Path]], target: Path, **given: object) -> None:
            look(tables)
            super().save(sql, tables, target, **given)  # type: ignore[arg-type]

    engine = Watching(tmp_path / "spill", memory="500MB")
    pl.DataFrame(SEVEN).write_parquet(tmp_path / "register.parquet")
    register = prepare([tmp_path / "register.parquet"], engine, tmp_path / "prepared")
    batch = eligible(
        [asked(), asked(first_name="Xiadani", last_name="Quispe", date_of_birth="1990-09-09", tin=None, **OTHER), asked(first_name="Luis")]
    )
    kept = type(batch)(batch.frame.filter(pl.col("ordinal") != 1))
    found = identify(kept, register, engine, tmp_path / "work", asked_bars=BARS, seed=1)
    assert found.read.to_list() == [0, 2]
    assert any({"probe", "fn", "tin"} <= set(table.columns) for table in seen)
    for table in seen:
        assert not any(word in str(table.rows()) for word in ("XIADANI", "QUISPE", "1990-09-09"))


FOUND: list[Cells] = [
    asked(),
    asked(first_name="ANA", last_name="Gómez", tin="412556788"),
    asked(date_of_birth="1980-02-24"),
    asked(first_name="Gomez", last_name="Ana"),
    asked(tin=None),
    asked(tin=None, last_name="Gomes"),
    asked(tin=None, address_line1="12 OAK STREET"),
    asked(tin="000-00-0000"),
    asked(**OTHER),
    asked(middle_name="Q"),
]
NOT_FOUND: dict[str, Cells] = {
    "another's number": asked(tin="412-55-0001"),
    "a number nobody has": asked(tin="412-55-9999"),
    "a number two slips and more away": asked(tin="412-56-7789"),
    "a number that cannot be read": asked(tin="41255678"),
    "a borrowed number: the holder is somebody else": asked(first_name="Eva", last_name="Lopez", date_of_birth="1991-01-07"),
    "a borrowed number within the family": asked(first_name="Eva"),
    "a number with a birth date that is another's": asked(date_of_birth="1961-07-11"),
    "no birth date, though the number is right": asked(date_of_birth=None),
    "a filler for a birth date": asked(date_of_birth="1900-01-01"),
    "no first name": asked(first_name=None),
    "shared surname and house": asked(tin=None, first_name="Eva", date_of_birth="1999-01-07"),
    "name and birth date, but no number and another house": asked(tin=None, **OTHER),
    "no number, a birth date some days off, and no middle name": asked(tin=None, date_of_birth="1980-02-13"),
    "no number, and another birth date": asked(tin=None, date_of_birth="1981-03-24"),
    "a number, and two slips": asked(last_name="Gomes", date_of_birth="1980-02-24"),
    "a number, and a first name that is nearly another's": asked(first_name="Ane"),
    "two slips and no number": asked(tin=None, last_name="Gomes", date_of_birth="1980-02-24"),
    "no period that can be read": asked(tax_periods="all years"),
}


def test_the_right_person_is_found(ask: Ask) -> None:
    found = ask(SEVEN, FOUND).identifications.frame
    assert found.filter(pl.col("record_id").ne_missing("ana"))["ordinal"].to_list() == []
    assert found["identity"].to_list() == ["unique"] * len(FOUND)


def test_nobody_is_found(ask: Ask) -> None:
    found = ask(SEVEN, list(NOT_FOUND.values()))
    named = dict(zip(NOT_FOUND, found.identifications.frame.select("identity", "record_id").rows(), strict=True))
    assert named == dict.fromkeys(NOT_FOUND, ("absent", None))
    assert all(found.record_facts.drop("ordinal", "identity").null_count().row(0)[at] == len(NOT_FOUND) for at in range(5))


def test_an_address_is_compared_in_the_periods_asked(ask: Ask) -> None:
    then = one(ask(SEVEN, [asked(tin=None, tax_periods="2021", **OTHER)]))
    assert (then["record_id"], then["address_agreement"]) == ("ana", "same")
    assert one(ask(SEVEN, [asked(tin=None, tax_periods="2021")]))["identity"] == "absent"


def test_any_of_several_periods_with_the_address_is_enough(ask: Ask) -> None:
    found = one(ask(SEVEN, [asked(tax_periods="2021-2022", **OTHER)]))
    assert (found["address_agreement"], found["period_held"]) == ("same", True)


def test_periods_partly_held_are_held_and_none_held_is_not(ask: Ask) -> None:
    rows = ask(SEVEN, [asked(tax_periods="2019; 2022"), asked(tax_periods="2019")]).record_facts
    assert rows["period_held"].to_list() == [True, False]
    assert rows["address_agreement"].to_list() == ["same", None]
    assert rows["data_class"].to_list() == ["taxpayer-identity", None]


def test_moved_away_is_different(ask: Ask) -> None:
    assert one(ask(SEVEN, [asked(tax_periods="2022", **OTHER)]))["address_agreement"] == "different"


def test_a_missing_unit_cannot_be_told(ask: Ask) -> None:
    found = one(ask([held("ana", address_line1="12 Oak St Apt 4")], [asked()]))
    assert (found["identity"], found["address_agreement"]) == ("unique", "cannot-tell")


def test_father_and_son_are_told_apart_by_birth_date_and_suffix(ask: Ask) -> None:
    john = {"first_name": "John", "last_name": "Smith", "tin": None}
    young, old = {"date_of_birth": "1975-03-09"}, {"date_of_birth": "1950-03-09"}
    # Same day and month, a generation apart: each is possible for the other, so neither is taken.
    assert one(ask(SEVEN, [asked(**john, **young)]))["identity"] == "several"
    apart = [*SEVEN[:4], held("sr", **john, **old, name_suffix="Sr"), held("jr", **john, date_of_birth="1975-11-30", name_suffix="Jr")]
    assert one(ask(apart, [asked(**john, **old, name_suffix="Sr")]))["record_id"] == "sr"
    assert one(ask(apart, [asked(**john, **old, name_suffix="Jr")]))["identity"] == "absent"
    assert one(ask(apart, [asked(**john | old | {"last_name": "Smith, Jr."})]))["identity"] == "absent"


def test_born_on_the_first_of_january_a_generation_apart_is_nobody(ask: Ask) -> None:
    found = one(ask([held("father", date_of_birth="1960-01-01")], [asked(date_of_birth="1990-01-01")]))
    assert found["identity"] == "absent"


def test_twins_with_nearly_one_name_are_several(ask: Ask) -> None:
    twins = [held("maria", first_name="Maria", tin="412-55-0007"), held("mario", first_name="Mario", tin="412-55-0008")]
    assert one(ask(twins, [asked(first_name="Maria", tin="412-55-0007")]))["identity"] == "several"
    assert one(ask(twins, [asked(first_name="Maria", tin=None)]))["identity"] == "several"


def test_a_twin_who_is_not_held_is_not_answered_with_the_other(ask: Ask) -> None:
    assert one(ask([held("mario", first_name="Mario")], [asked(first_name="Maria", tin=None)]))["identity"] == "absent"


def test_twins_with_different_names_are_two_people(ask: Ask) -> None:
    twins = [held("ana"), held("luisa", first_name="Luisa", tin=None)]
    assert one(ask(twins, [asked()]))["record_id"] == "ana"


def test_a_number_used_by_two_people_of_one_name_is_several(ask: Ask) -> None:
    assert one(ask([held("ana"), held("anna", "2020", **OTHER)], [asked()]))["identity"] == "several"


def test_a_namesake_without_birth_date_stands_in_the_way(ask: Ask) -> None:
    undated = held("other", date_of_birth=None, tin=None, **OTHER)
    assert one(ask([held("ana"), undated], [asked(tin=None, last_name="Gomes")]))["record_id"] == "ana"
    in_the_house = undated | asked(date_of_birth=None, tin=None)
    in_the_house.pop("tax_periods")
    assert one(ask([held("ana"), in_the_house], [asked(tin=None)]))["identity"] == "several"
    told_apart = in_the_house | {"tin": "412-55-0009"}
    assert one(ask([held("ana"), told_apart], [asked()]))["record_id"] == "ana"


def test_a_middle_initial_that_contradicts_bars_the_rule_without_number(ask: Ask) -> None:
    ana = [held("ana", middle_name="Maria")]
    assert one(ask(ana, [asked(tin=None, middle_name="Q.")]))["identity"] == "absent"
    assert one(ask(ana, [asked(tin=None, middle_name="M.")]))["identity"] == "unique"


def test_a_bar_of_any_period_counts(ask: Ask) -> None:
    found = one(ask([held("ana"), held("ana", "2009", bars="i-6-impairment; ")], [asked()]))
    assert (found["bar:i-6-impairment"], found["bar:i-6-informant"]) == (True, False)


@pytest.mark.parametrize("written", ["i-6-informent", "I-6-INFORMANT", "i-6-impairment; sealed", "informant"])
def test_a_bar_that_nobody_knows_leaves_none_ruled_out(ask: Ask, written: str) -> None:
    found = one(ask([held("ana"), held("ana", "2009", bars=written)], [asked()]))
    assert (found["bar:i-6-impairment"], found["bar:i-6-informant"]) == (None, None)


@pytest.mark.parametrize(
    ("classes", "worst"),
    [
        (("taxpayer-identity", "other-return-information"), "other-return-information"),
        (("return", "taxpayer-identity"), "return"),
        (("taxpayer-identity", "something new"), None),
        (("taxpayer-identity", None), None),
    ],
)
def test_the_class_is_the_most_protected_of_the_rows_that_answer(ask: Ask, classes: tuple[str | None, ...], worst: str | None) -> None:
    rows = [held("ana", str(year), data_class=word) for year, word in zip((2021, 2022), classes, strict=True)]
    rows.append(held("ana", "2015", data_class="return"))
    assert one(ask(rows, [asked(tax_periods="2021-2022")]))["data_class"] == worst


def test_rows_twice_in_the_register_change_nothing(ask: Ask) -> None:
    asks = [asked(), asked(tin=None), asked(first_name="Luis", date_of_birth="1979-05-05", tin=None)]
    once, twice = ask(SEVEN, asks), ask([*SEVEN, *SEVEN], asks)
    assert once.identifications.frame.equals(twice.identifications.frame)
    assert once.record_facts.equals(twice.record_facts)


def test_the_order_of_rows_changes_nothing(ask: Ask) -> None:
    asks = [
        asked(),
        asked(tin=None),
        asked(first_name="Rosa", last_name="Diaz", date_of_birth="1990-09-09", tin=None, **OTHER),
        asked(first_name="Eva"),
    ]
    forward, back = ask(SEVEN, asks), ask(SEVEN[::-1], asks[::-1])
    columns = ["identity", "record_id", "rule", "agreed", "rival_excluded"]
    assert forward.identifications.frame.select(columns).equals(back.identifications.frame.select(columns).reverse())
    assert forward.record_facts.drop("ordinal").equals(back.record_facts.drop("ordinal").reverse())


def test_the_seed_changes_no_answer(ask: Ask) -> None:
    asks = [asked(), asked(first_name="Eva"), asked(tin=None)]
    first, second = ask(SEVEN, asks, seed=1), ask(SEVEN, asks, seed=2)
    assert first.identifications.frame.equals(second.identifications.frame)


def test_what_agreed_is_named_without_values(ask: Ask) -> None:
    found = one(ask(SEVEN, [asked(date_of_birth="1980-02-24")]))
    assert found["agreed"] == ["tin", "first_name", "last_name", "address"]


def test_a_request_that_no_rule_could_accept_is_not_looked_up(ask: Ask) -> None:
    found = ask(SEVEN, [asked(date_of_birth=None), asked(tin=None, address_line1="unknown"), asked(tin="12"), asked()])
    assert found.read.to_list() == [3]
    assert found.identifications.frame["identity"].to_list() == ["absent", "absent", "absent", "unique"]


def test_an_empty_batch_gives_empty_tables(ask: Ask) -> None:
    found = ask(SEVEN, [])
    assert len(found.identifications) == 0
    assert found.record_facts.columns == [
        "ordinal",
        "identity",
        "address_agreement",
        "period_held",
        "data_class",
        "address_as_of",
        "bar:i-6-impairment",
        "bar:i-6-informant",
    ]
    assert found.bounds.frame["limit"].sum() == 0
