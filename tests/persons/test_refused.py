"""Can a request that was refused before anybody was identified be found, by what is stated only, and by whom?"""

from __future__ import annotations

import polars as pl
import pytest

from privity.errors import InputError, RefusedError
from privity.office import batch as batches
from privity.office import determinations
from privity.office.persons import refused
from privity.office.persons.disclosures import opening
from privity.sample import world


def signing(office, who):
    by = world.official(office, who)
    return by.person, by.key


@pytest.fixture
def row(office, here):
    """A row refused on the request, with a name, a birth date and a number."""
    batch = here.made.of(office)
    decided = determinations.load(office, batch).filter((pl.col("stage") == "request") & (pl.col("outcome") == "refused"))
    shard = next(iter(batches.read_all(office, batch.id, "requests"))).join(decided.select("ordinal"), on="ordinal", how="semi")
    return shard.drop_nulls(["first_name", "last_name", "date_of_birth", "tin"]).row(0, named=True)


def stated(row, **changes):
    words = {name: str(row[name]) for name in ("first_name", "last_name", "date_of_birth", "tin")} | changes
    return refused.Stated(**words)


def test_it_is_found_by_what_it_says_however_it_is_written(office, row) -> None:
    for one in (
        stated(row),
        stated(row, first_name=row["first_name"].upper(), tin=f"{row['tin'][:3]}-{row['tin'][3:]}"),
        stated(row, tin=""),
    ):
        found = refused.find(office, one, "court", *signing(office, world.COUNSEL))
        assert row["ordinal"] in [each["ordinal"] for each in found]
        assert all(each["reasons"] for each in found)
        assert not {"first_name", "tin", "record_id"} & found[0].keys()


def test_it_is_not_found_by_another_birth_date_and_an_answered_row_never(office, here, row) -> None:
    assert refused.find(office, stated(row, date_of_birth="1900-01-01"), "court", *signing(office, world.COUNSEL)) == []
    batch = here.made.of(office)
    eligible = determinations.eligible(determinations.load(office, batch))["ordinal"]
    shard = next(iter(batches.read_all(office, batch.id, "requests"))).filter(pl.col("ordinal").is_in(eligible.implode()))
    other = shard.drop_nulls(["first_name", "last_name", "date_of_birth", "tin"]).row(0, named=True)
    assert refused.find(office, stated(other), "court", *signing(office, world.COUNSEL)) == []


@pytest.mark.invariant
def test_only_for_a_purpose_and_by_an_official_who_may_and_the_look_is_entered(office, row) -> None:
    with pytest.raises(InputError):
        refused.find(office, stated(row), "curiosity", *signing(office, world.COUNSEL))
    with pytest.raises(InputError):
        refused.find(office, stated(row, date_of_birth="", tin=""), "court", *signing(office, world.COUNSEL))
    with pytest.raises(RefusedError):
        refused.find(office, stated(row), "court", *signing(office, world.REVIEWER))
    with office.store.read() as tx:
        before = tx.head().size
    refused.find(office, stated(row), "court", *signing(office, world.COUNSEL))
    with office.store.read() as tx:
        said = opening(office, tx, before)
        assert tx.head().size == before + 1
    assert (said["purpose"], said["person"]) == ("requests refused, for court", world.COUNSEL)
