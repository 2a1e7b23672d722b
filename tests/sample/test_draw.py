"""Does drawing give the same bytes twice, other people with another seed, and a clear word when there are too few people?"""

from datetime import date

import polars as pl
import pytest

from privity.errors import InputError
from privity.sample.draw import Sizes, draw

SMALL = Sizes(
    lawful=30, invented=8, bulk=12, moved=4, shared=4, namesakes=3, borrowed=3, twins=3, badly_written=2, plain_words=2, census=2, outside=2, each=1,
    absent=6, barred=3, shown=60,
)  # fmt: skip
FILES = ("register.parquet", "requests.csv", "requests.xlsx", "truth.parquet")


@pytest.fixture(scope="module")
def drawn(population, tmp_path_factory):
    def once(name, seed):
        out = tmp_path_factory.mktemp(name)
        draw(population, out, seed, SMALL)
        return out

    return once("first", 1), once("again", 1), once("other", 2)


@pytest.mark.parametrize("name", FILES)
def test_the_same_seed_gives_the_same_bytes(drawn, name):
    first, again, _ = drawn
    assert (first / name).read_bytes() == (again / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_another_seed_gives_another_sample(drawn, name):
    first, _, other = drawn
    assert (first / name).read_bytes() != (other / name).read_bytes()


def test_nobody_is_under_eighteen_and_nothing_is_later_than_the_requests(drawn):
    register = pl.read_parquet(drawn[0] / "register.parquet")
    assert register["date_of_birth"].max() <= date(2007, 6, 27)
    assert register["tax_period"].is_between(2018, 2024).all()
    assert register["address_as_of"].max() < date(2025, 6, 27)


def test_one_row_for_each_person_and_period(drawn):
    register = pl.read_parquet(drawn[0] / "register.parquet")
    assert not register.select("record_id", "tax_period").is_duplicated().any()


def test_everyone_is_asked_about_at_most_once(drawn):
    asked = pl.read_parquet(drawn[0] / "truth.parquet")["record_id"].drop_nulls()
    assert not asked.is_duplicated().any()


def test_too_small_a_population_is_the_operators_problem(population, tmp_path):
    with pytest.raises(InputError, match="too small"):
        draw(population, tmp_path, 1, Sizes())
