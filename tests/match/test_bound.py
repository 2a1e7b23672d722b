"""The batch's own error bound: exact limits, decoys that mean nobody, and a figure that rises when strangers are taken for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from privity.match import decoys, upper_limit
from privity.match.bound import bounds
from privity.match.retrieve import answerable

from .conftest import OTHER, Ask, asked, eligible, held


@pytest.mark.parametrize(
    ("accepted", "tried", "limit"),
    # From the beta quantiles: 1 - 0.05**(1/n) for none; Beta(k + 1, n - k) at 0.95 otherwise.
    [(0, 10, 0.258866), (0, 100, 0.029513), (0, 1_000_000, 2.995728e-6), (1, 10, 0.394163), (5, 100, 0.102253), (10, 10, 1.0), (0, 0, 1.0)],
)
def test_limits_are_clopper_and_pearsons(accepted: int, tried: int, limit: float) -> None:
    assert upper_limit(accepted, tried) == pytest.approx(limit, rel=1e-4)


@pytest.fixture
def batch(tmp_path: Path) -> Callable[[int], list[Path]]:
    def written(size: int) -> list[Path]:
        names = [f"{chr(65 + i % 26)}{chr(65 + i // 26 % 26)}NA" for i in range(size)]
        asks = [
            asked(first_name=name, date_of_birth=f"19{50 + i % 50}-0{1 + i % 9}-1{i % 9}", tin=f"4{i:08}") for i, name in enumerate(names)
        ]
        answerable(eligible(asks).frame).write_parquet(tmp_path / "asks.parquet")
        return [tmp_path / "asks.parquet"]

    return written


def test_decoys_are_the_same_for_a_seed_and_others_for_another(batch: Callable[[int], list[Path]]) -> None:
    asks = batch(50)
    assert decoys(asks, 3, enough=200).equals(decoys(asks, 3, enough=200))
    assert not decoys(asks, 3, enough=200).equals(decoys(asks, 4, enough=200))


def test_decoys_do_not_depend_on_how_the_requests_are_cut(batch: Callable[[int], list[Path]], tmp_path: Path) -> None:
    (asks,) = batch(50)
    halves = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for half, path in zip((pl.read_parquet(asks).head(20), pl.read_parquet(asks).tail(30)), halves, strict=True):
        half.write_parquet(path)
    assert decoys(halves, 3, enough=200).equals(decoys([asks], 3, enough=200))


def test_a_decoy_is_no_request_and_shares_no_number_with_its_name(batch: Callable[[int], list[Path]]) -> None:
    files = batch(40)
    asks, made = pl.read_parquet(files), decoys(files, 1, enough=2_000)
    assert made.height > 1_000
    assert made.columns == asks.columns
    assert made["probe"].min() == 40
    assert made["probe"].n_unique() == made.height
    assert made.join(asks, on=["fn", "ln", "dob"], how="semi").is_empty()
    assert made.join(asks, on=["fn", "ln", "tin"], how="semi").is_empty()
    assert made.drop("probe", "written").unique().height == made.height


def test_decoys_keep_the_batchs_own_parts(batch: Callable[[int], list[Path]]) -> None:
    files = batch(60)
    asks, made = pl.read_parquet(files), decoys(files, 1, enough=0)
    for part in ("fn", "dob", "tin"):
        assert set(made[part]) <= set(asks[part])
        assert made[part].n_unique() > 50


def test_one_row_alone_has_no_decoys_and_no_bound(ask: Ask) -> None:
    found = ask([held("ana")], [asked()])
    assert found.bounds.frame.filter(pl.col("stratum") == "number").select("asked", "answered", "decoys", "limit").row(0) == (1, 1, 0, 1.0)


def test_the_bound_scales_decoys_to_what_was_asked_and_answered() -> None:
    common, rare = "surname-common", "surname-rare"
    asked_rows = pl.DataFrame({"tin_given": [1] * 100 + [0] * 50, "group": [common] * 30 + [rare] * 120})
    tried = pl.DataFrame({"tin_given": [1] * 10_000 + [0] * 5_000, "group": [common] * 3_000 + [rare] * 12_000})
    answered = pl.DataFrame({"anchor": ["number"] * 20, "group": [common] * 5 + [rare] * 15, "namesakes": [0.5] * 20})
    fooled = pl.DataFrame({"anchor": ["number"], "group": [rare]})
    found = {row["stratum"]: row for row in bounds(asked_rows, tried, answered, fooled).frame.rows(named=True)}
    assert found["number"]["limit"] == pytest.approx(upper_limit(1, 10_000) * 100 / 20)
    assert [found["number"][name] for name in ("asked", "answered", "namesakes", "decoys")] == [100, 20, 10.0, 1]
    assert (found["address"]["answered"], found["address"]["limit"]) == (0, 0.0)
    assert found[common]["limit"] == pytest.approx(upper_limit(0, 3_000) * 30 / 5)
    assert found[rare]["limit"] == pytest.approx(upper_limit(1, 12_000) * 120 / 15)


def test_namesakes_come_from_the_registers_own_frequencies(ask: Ask) -> None:
    # Three people are called Ana Gomez; one in four people was born that day: 0.75 expected.
    register = [
        held("ana"),
        held("b", tin=None, date_of_birth="1961-04-04"),
        held("c", tin=None, date_of_birth="1971-05-05"),
        held("d", first_name="Rosa", date_of_birth="1991-06-06", tin=None),
    ]
    found = ask(register, [asked()])
    assert found.bounds.frame.filter(pl.col("stratum") == "number")["namesakes"].item() == pytest.approx(0.75)
    assert found.bounds.frame.filter(pl.col("stratum") == "surname-common")["namesakes"].item() == pytest.approx(0.75)


def test_a_rule_that_takes_strangers_for_people_shows_in_the_bound(ask: Ask) -> None:
    """Everybody of the batch lives in one house and bears one name, so that only birth dates tell them apart; some decoys then hit."""
    days = [f"1980-{month:02}-{day:02}" for month in (2, 5) for day in (15, 17)]
    strangers = [f"1950-{month:02}-{day:02}" for month in (8, 9) for day in (21, 25)]
    register = [
        held(f"p{at}", first_name=f"{letter}lorentina", tin=None, date_of_birth=day)
        for at, (letter, day) in enumerate(zip("FGHK", days, strict=True))
    ]
    asks = [asked(first_name=f"{letter}lorentina", tin=None, date_of_birth=day) for letter, day in zip("FGHK", strangers, strict=True)]
    crossed = [asked(first_name="Wanda", last_name="Xu", tin=None, date_of_birth=day) for day in days]
    bounds_found = ask(register, [*asks, *crossed, asked(first_name="Florentina", tin=None, date_of_birth=days[0])]).bounds.frame
    bound = bounds_found.filter(pl.col("stratum") == "address").row(0, named=True)
    assert bound["decoys"] > 0
    assert bound["limit"] > 0.1


def test_an_address_apart_does_not_fool(ask: Ask) -> None:
    asks = [asked(tin=None, **OTHER), asked(first_name="Eva", tin=None, date_of_birth="1970-07-17")]
    assert ask([held("ana")], asks).bounds.frame["decoys"].sum() == 0
