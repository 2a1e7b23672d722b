"""A population of three hundred, made here: drawing must not need the files that the committed sample was drawn from."""

from datetime import datetime

import polars as pl
import pytest

FIRST = ["Maria", "John", "Michael", "Daniel", "Robert", "Dana", "Eric", "Paul", "Lee", "Noor"]
LAST = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum"]
STREETS = ["maple dr", "north cherry avenue", "walnut street", "14th st", "willow raod", "se hemlock ct", "poplar ln sw"]


def _people():
    for i in range(300):
        yield {
            "simulant_id": f"0_{i}",
            "ssn": f"{200 + i}-1{i % 10}-{1000 + i * 7}",
            "first_name": FIRST[(i * 3 + i // 10) % 10],
            "middle_initial": "ABCDE"[i % 5],
            "last_name": LAST[(i // 2) % 7],
            "date_of_birth": datetime(1950 + (i * 7) % 60, 1 + i % 12, 1 + (i * 5) % 28),  # noqa: DTZ001 - as pseudopeople has them
            "tax_year": 2026 + i % 5,
            "mailing_address_street_number": None if i % 25 == 0 else str(100 + i // 2),
            "mailing_address_street_name": None if i % 25 == 0 else STREETS[(i // 2) % 7],
            "mailing_address_unit_number": "apartment 3" if i % 40 in (6, 7) else None,
            "mailing_address_po_box": float(1000 + i) if i % 25 == 0 else None,
            "household_id": f"0_{i // 2}",
        }


@pytest.fixture(scope="session")
def population(tmp_path_factory):
    folder = tmp_path_factory.mktemp("population")
    people = pl.DataFrame(list(_people()))
    people.write_parquet(folder / "register.parquet")
    wages = people.select("simulant_id", ssn=pl.col("ssn").shift(31).fill_null("999-99-9999"))
    wages.write_parquet(folder / "w2_2030.parquet")
    census = people.select(
        "simulant_id", "last_name", pl.col("first_name") + "e", date_of_birth=pl.col("date_of_birth").dt.strftime("%m/%d/%Y")
    )
    census.write_parquet(folder / "census2030.parquet")
    return folder
