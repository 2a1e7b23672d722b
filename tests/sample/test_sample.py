"""Is the truth that comes with the sample true? Checked against the files alone, with a second, plain reading of addresses."""

import re
import tomllib
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import zipcodes

import privity
from privity import sample

LAW = Path(privity.__file__).with_name("law")
SHORT = {
    "avenue": "ave", "boulevard": "blvd", "circle": "cir", "court": "ct", "drive": "dr", "lane": "ln", "parkway": "pkwy", "place": "pl",
    "road": "rd", "street": "st", "terrace": "ter", "trail": "trl", "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw", "apartment": "apt",
}  # fmt: skip
PEOPLE_PROBLEMS = {"moved", "namesake", "shared-home", "borrowed-tin", "twin", "not-in-register", "invented-address", "barred"}


def _one_spelling(row):
    text = re.sub(r"[.,#]", " ", f"{row['address_line1'] or ''} {row['address_line2'] or ''}".lower())
    return " ".join(SHORT.get(word, word) for word in text.split()), row["state"], row["zip"]


def _years(text):
    found = [int(year) for year in re.findall(r"\d{4}", text)]
    return set(range(found[0], found[-1] + 1))


@pytest.fixture(scope="module")
def rows():
    return sample.requests().join(sample.truth(), on="request_id", validate="1:1").to_dicts()


@pytest.fixture(scope="module")
def held():
    """(record, period) → address; and all addresses."""
    out = {(row["record_id"], row["tax_period"]): _one_spelling(row) for row in sample.register().to_dicts()}
    return out, set(out.values())


def _homes(held, row):
    return {held[0].get((row["record_id"], year)) for year in _years(row["tax_periods"])}


def test_the_columns_are_those_of_the_vocabulary():
    core = tomllib.loads((LAW / "core.toml").read_text())["column"]
    regime = tomllib.loads((LAW / "us/26-usc-6103/facts.toml").read_text())["column"]
    assert set(sample.requests().columns) == {column["name"] for column in core + regime}


def test_there_is_enough_of_every_kind():
    counts = dict(sample.truth()["kind"].value_counts().iter_rows())
    assert counts["lawful"] == 2500
    assert counts["bulk"] >= 2000
    assert counts["invented-address"] >= 1000
    assert min(counts.values()) >= 20
    assert len(counts) >= 60


def test_a_lawful_row_supplies_an_address_held_for_that_person_in_every_period_asked(rows, held):
    lawful = [row for row in rows if row["lawful"]]
    assert all(_homes(held, row) == {_one_spelling(row)} for row in lawful)


def test_spellings_of_held_addresses_differ_from_the_register(rows):
    lines = {row["record_id"]: row["address_line1"] for row in sample.register().to_dicts()}
    lawful = [row for row in rows if row["kind"] == "lawful"]
    assert sum(lines[row["record_id"]] != row["address_line1"] for row in lawful) > len(lawful) / 2


def test_an_invented_address_is_held_by_nobody(rows, held):
    assert not any(_one_spelling(row) in held[1] for row in rows if row["kind"] == "invented-address")


def test_an_invented_address_comes_with_the_persons_true_name_number_and_birth_date(rows):
    true = {(r["record_id"], r["tin"], r["last_name"].upper(), r["date_of_birth"].isoformat()) for r in sample.register().to_dicts()}
    asked = [row for row in rows if row["kind"] == "invented-address"]
    assert all((row["record_id"], row["tin"], row["last_name"].upper(), row["date_of_birth"]) in true for row in asked)


def test_who_moved_is_asked_about_where_they_lived_in_other_periods(rows, held):
    for row in (row for row in rows if row["kind"] == "moved"):
        assert _one_spelling(row) not in _homes(held, row)
        assert any(address == _one_spelling(row) for (record, _), address in held[0].items() if record == row["record_id"])


def test_who_is_not_in_the_register_is_not(rows):
    known = {(row["tin"], row["last_name"].upper()) for row in sample.register().to_dicts()}
    strangers = [row for row in rows if row["kind"] == "not-in-register"]
    assert all(row["record_id"] is None and (row["tin"], row["last_name"].upper()) not in known for row in strangers)


def test_a_borrowed_number_belongs_to_somebody_else(rows):
    own = sample.register().filter(pl.col("source_document") == "1040").select("tin", "record_id").unique()
    owners = dict(own.iter_rows())
    asked = [row for row in rows if row["kind"] in ("borrowed-tin", "twin", "shared-home")]
    assert all(owners.get(row["tin"], row["record_id"]) != row["record_id"] for row in asked)


def test_a_transposed_number_belongs_to_nobody(rows):
    numbers = {tin.replace("-", "") for tin in sample.register()["tin"]}
    assert not any(row["tin"] in numbers for row in rows if row["kind"] == "tin-transposed")


def test_barred_rows_are_those_about_people_with_a_bar(rows):
    barred = set(sample.register().drop_nulls("bars")["record_id"])
    assert {row["record_id"] for row in rows if row["kind"] == "barred"} == barred
    assert not any(row["record_id"] in barred for row in rows if row["lawful"])


def test_every_expected_requirement_is_in_the_law():
    rules = "".join(path.read_text() for path in LAW.rglob("*.cedar"))
    expected = {part for ids in sample.truth()["expected"].drop_nulls() for part in ids.split("|")}
    assert all(f'@id("{requirement}")' in rules for requirement in expected)


def test_what_is_unlawful_says_which_requirement_fails():
    truth = sample.truth()
    assert truth.filter(~pl.col("lawful"))["expected"].null_count() == 0
    assert truth.filter(kind="lawful")["expected"].null_count() == 2500


@pytest.mark.parametrize("table", ["register", "requests"])
def test_every_zip_code_lies_in_its_state(table):
    real = {(entry["zip_code"], entry["state"], entry["city"].upper()) for entry in zipcodes.list_all()}
    frame = getattr(sample, table)()
    if table == "requests":
        whole = sample.truth().filter(pl.col("address") != "incomplete")
        frame = frame.join(whole, on="request_id", how="semi")
    given = set(frame.select("zip", "state", pl.col("city").str.to_uppercase()).iter_rows())
    assert given <= real


def test_nobody_lives_in_the_simulations_town():
    for path in sample.paths().values():
        assert b"anytown" not in path.read_bytes().lower()
    assert not sample.register()["city"].str.to_lowercase().is_in(["anytown"]).any()


def test_a_case_that_rests_on_a_final_order_is_older_than_ninety_days(rows):
    with_order = [row for row in rows if row["kind"] == "lawful" and row["predicate_date"]]
    assert len(with_order) > 500
    for row in with_order:
        latest = max(
            date.fromisoformat(row[name] or "1900-01-01") for name in ("predicate_date", "predicate_court_date", "predicate_release_date")
        )
        assert sample.REQUEST_DAY - latest > timedelta(days=90)
        assert latest < date.fromisoformat(row["case_opened"]) <= sample.REQUEST_DAY
        assert row["predicate_class"] == "1227"


def test_one_person_is_named_in_the_whole_bulk_block_and_no_other_officer_has_many_cases(rows):
    assert {row["engaged_person"] for row in rows if row["kind"] == "bulk"} == {sample.BULK_OFFICER}
    roster = sample.roster()
    loads = {person: len(cases) for person, cases in roster.items()}
    assert loads.pop(sample.BULK_OFFICER) >= 2000
    assert max(loads.values()) <= 250
    assert sample.UNSIGNED_OFFICER not in roster


def test_a_case_has_one_officer_one_authority_and_at_most_four_people():
    lawful = sample.truth().filter(kind="lawful").join(sample.requests(), on="request_id")
    cases = lawful.group_by("case_id").agg(pl.len(), pl.n_unique("engaged_person", "authority", "case_opened").name.suffix("s"))
    assert cases["len"].max() == 4
    assert cases.select(pl.max_horizontal("engaged_persons", "authoritys", "case_openeds").max()).item() == 1


def _masked(reason):
    return re.sub(r"[#\s./-]*#[#\s./-]*", " # ", re.sub(r"\b[A-Z]\w*|\d+", "#", reason))


def test_reasons_of_lawful_rows_are_no_boilerplate(rows):
    reasons = [_masked(row["reason"]) for row in rows if row["kind"] == "lawful"]
    assert max(reasons.count(text) for text in set(reasons)) < 0.01 * len(reasons)
    some = [frozenset(zip(words, words[1:], words[2:], strict=False)) for words in (text.split() for text in reasons[:500])]
    near = [0] * len(some)
    for a, b in combinations(range(len(some)), 2):
        if len(some[a] & some[b]) > 0.6 * len(some[a] | some[b]):
            near[a] += 1
            near[b] += 1
    assert max(near) < 0.02 * len(some)


def test_the_bulk_block_is_boilerplate(rows):
    assert len({_masked(row["reason"]) for row in rows if row["kind"] == "bulk"}) <= 2


def test_the_workbook_shows_every_kind_of_row_as_text():
    sheet = openpyxl.load_workbook(sample.workbook_path(), read_only=True).active
    head, *cells = sheet.iter_rows(values_only=True)
    requests = sample.requests()
    same = requests.filter(pl.col("request_id").is_in([row[0] for row in cells]))
    assert list(head) == requests.columns
    assert [tuple(row) for row in cells] == same.rows()
    kinds = sample.truth().filter(pl.col("request_id").is_in(same["request_id"].implode()))["kind"].n_unique()
    assert kinds == sample.truth()["kind"].n_unique()


def test_the_sample_stays_small():
    assert sum(path.stat().st_size for path in sample.paths().values()) < 4_000_000


# ---------------------------------------------------------------- the filter of 2025


def test_the_historical_filter_lets_out_every_invented_address():
    let_out = set(sample.historical_filter(sample.requests(), sample.register())["request_id"])
    truth = sample.truth()
    assert set(truth.filter(kind="invented-address")["request_id"]) <= let_out
    assert not set(truth.filter(kind="not-in-register")["request_id"]) & let_out


def test_most_of_what_the_historical_filter_lets_out_is_unlawful():
    let_out = sample.historical_filter(sample.requests(), sample.register())
    damage = sample.historical_damage(let_out, sample.truth())
    assert damage["let_out"].sum() == let_out.height
    assert damage["unlawful"].sum() > let_out.height / 2


@pytest.mark.parametrize(
    ("line", "zip_code", "out"),
    [("Don't Care 12345", None, True), ("Failed to Provide", "98101", True), ("", "123456789", True), ("", "98101-1234", True),
     ("12 Elm St", None, False), ("Unit 1234567", None, False), ("", None, False)],
)  # fmt: skip
def test_the_historical_filter_asks_for_five_or_nine_digits_and_nothing_else(line, zip_code, out):
    person = {"first_name": ["Ana"], "last_name": ["O'Hara"], "tin": ["123-45-6789"]}
    asked = {"first_name": ["ANA"], "last_name": ["OHara"], "tin": ["123456789"], "request_id": ["R1"]}
    where = {"address_line1": [line], "address_line2": [None], "city": [None], "state": [None], "zip": [zip_code]}
    text = {name: pl.String() for name in asked | where}
    let_out = sample.historical_filter(pl.DataFrame(asked | where, schema=text), pl.DataFrame(person))
    assert let_out.height == int(out)


def test_the_historical_filter_wants_name_and_number_both():
    person = pl.DataFrame({"first_name": ["Ana"], "last_name": ["Hara"], "tin": ["123-45-6789"]})
    row = {"request_id": "R1", "first_name": "Ana", "last_name": "Hara", "tin": "123456789", "zip": "98101"}
    row |= dict.fromkeys(("address_line1", "address_line2", "city", "state"), "")
    for wrong in ({"tin": "123456780"}, {"last_name": "Haro"}, {"tin": ""}, {"first_name": ""}):
        assert sample.historical_filter(pl.DataFrame([row | wrong]), person).is_empty()
