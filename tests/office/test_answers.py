"""What a requester hears at once: why a row is refused on its face and what to supply; of all others the same words, whatever the record says."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, Small
from privity.office import at_once, determinations
from privity.office.place import Office, open_office


@pytest.fixture(scope="module")
def office(made: Small) -> Office:
    return open_office(made.folder("submitted"), ANSWERED)


def test_every_row_has_its_line_in_file_order(made: Small, office: Office) -> None:
    listed = at_once.rows(office, made.of(office))
    assert listed["request_id"].to_list() == made.truth["request_id"].to_list()
    assert listed["row"].to_list() == list(range(2, made.truth.height + 2))


@pytest.mark.invariant
def test_all_eligible_rows_hear_the_same_words_whatever_the_record_says(made: Small, office: Office) -> None:
    batch = made.of(office)
    listed = at_once.rows(office, batch).with_row_index("ordinal")
    eligible = determinations.load(office, batch).filter(stage="record")
    assert eligible["outcome"].n_unique() == 2
    said = listed.join(eligible.select("ordinal"), on="ordinal", how="semi").select(at_once.COLUMNS[2:])
    assert said.unique().rows() == [(f"will be answered on {ANSWERED}", "", "", "")]


def test_a_row_refused_on_its_face_hears_every_citation_and_what_to_supply(made: Small, office: Office) -> None:
    listed = at_once.rows(office, made.of(office)).join(made.truth.select("request_id", "kind"), on="request_id")
    refused = listed.filter(answer="refused")
    decided = determinations.load(office, made.of(office)).filter(stage="request", outcome="refused")
    assert refused.height == decided.height
    assert (refused["citation"].str.len_chars() > 0).all()
    of = {row["kind"]: row for row in refused.iter_rows(named=True)}
    assert "STATUTE 26 USC 6103(i)(2)(B)(i)" in of["address-bare-zip"]["citation"]
    assert "STATUTE 26 USC 6103(i)(2)(B)(ii)" in of["period-missing"]["citation"]
    assert "STATUTE 26 USC 6103(i)(2)(B)(iv)" in of["reason-missing"]["citation"]
    assert "STATUTE 26 USC 6103(i)(2)(A)" in of["engaged-unsigned"]["citation"]
    assert of["address-bare-zip"]["what to supply"] != ""
    assert of["case-missing"]["citation"].count("26 USC") == 2, "all that failed, not the first"


def test_an_answer_list_says_no_threshold_and_nothing_of_the_register(made: Small, office: Office) -> None:
    text = at_once.rows(office, made.of(office)).drop("request_id").write_csv().lower()
    for word in ("register", "unique", "several", "absent", "rule r", "informant", "250"):
        assert word not in text, word


def test_text_that_a_spreadsheet_would_run_is_written_as_text(made: Small, tmp_path: Path) -> None:
    from office.small import RECEIVED, cases_of
    from privity.office.submit import submit
    from privity.sample import world

    formula = ["=1+1", "+1", "-1", "@SUM(A1)"]
    asked = made.truth.drop("kind", "record_id", "lawful", "expected", "address").head(4).with_columns(pl.Series("request_id", formula))
    file, letter = tmp_path / "formulas.jsonl", tmp_path / "letter.toml"
    asked.write_ndjson(file)
    letter.write_text(world.envelope(made.agency, file, cases_of(asked)))
    office = made.office("staffed", tmp_path, RECEIVED)
    batch = submit(office, file, letter, intake_officer=world.INTAKE)
    out = tmp_path / "answers.csv"
    assert at_once.write(office, batch, out) == 4
    with out.open(newline="") as handle:
        for row in csv.DictReader(handle):
            assert row["request_id"] == "" or row["request_id"].startswith("'")
