"""Letters say what the determination says at the request stage, in the office's own words if it has some, and nothing of the register."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, Small
from privity.errors import InputError
from privity.office import determinations, letter
from privity.office.basis import basis_of
from privity.office.examine import examine
from privity.office.place import Office, open_office
from privity.rules.book import open_book
from privity.rules.facts import SHIPPED

RECORD_STAGE = ("not one held for that taxpayer", "does not single out", "informant", "(i)(6)", "impair")


@pytest.fixture(scope="module")
def office(made: Small) -> Office:
    return open_office(made.folder("released"), ANSWERED)


def package(office: Office) -> dict[str, object]:
    with office.store.read() as tx:
        return tx.rows("package")[0]


def every_letter(made: Small, office: Office) -> dict[str, str]:
    about = made.of(office)
    of_batch = {kind: letter.for_batch(office, about, kind) for kind in ("acknowledgement", "deficiency", "refusal")}
    of_package = {
        kind: letter.for_package(office, str(package(office)["package"])[:12], kind, "an address was not confirmed")
        for kind in ("cover", "recall")
    }
    return of_batch | of_package


def test_each_kind_of_letter_is_written(made: Small, office: Office) -> None:
    letters = every_letter(made, office)
    assert set(letters) == set(letter.KINDS)
    for kind, text in letters.items():
        assert text.strip(), kind
        assert "{{" not in text
        assert "us-dhs" in text or str(package(office)["officer"]) in text
    assert "an address was not confirmed" in letters["recall"]
    assert str(made.truth.height) in letters["acknowledgement"]


def test_a_refusal_speaks_of_the_rows_refused_on_the_request_and_of_no_other(made: Small, office: Office) -> None:
    whole = determinations.load(office, made.of(office))
    refused = whole.filter((pl.col("outcome") == "refused") & (pl.col("stage") == "request"))
    book = basis_of(office, made.of(office)).rulebook
    on_record = {one.split(" ")[1] for row in whole.filter(stage="record")["reasons"] for one in row} - {
        one.split(" ")[1] for row in refused["reasons"] for one in row
    }
    assert on_record, "the small office refuses on the record too"
    for kind, text in every_letter(made, office).items():
        for name in on_record:
            assert book.requirement(name).fails.lower() not in text.lower(), (kind, name)
        assert not any(word in text for word in RECORD_STAGE), kind
    assert f"{refused.height} rows" in every_letter(made, office)["refusal"]


def test_no_letter_has_a_word_of_a_request(made: Small, office: Office) -> None:
    cells = {cell for name in ("last_name", "tin", "address_line1", "case_id") for cell in made.truth[name].drop_nulls() if len(cell) > 4}
    letters = every_letter(made, office)
    officer = str(package(office)["officer"])
    for kind, text in letters.items():
        bare = text.replace(officer, "")
        assert [cell for cell in cells if cell in bare] == [], kind


def test_the_offices_own_template_goes_before_the_shipped_one(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    (office.root / "letters" / "refusal.txt").write_text("Ours, about {{ refused }} of {{ rows }} rows.\n")
    assert letter.for_batch(office, made.of(office), "refusal").startswith("Ours, about ")
    assert not letter.for_batch(office, made.of(office), "deficiency").startswith("Ours")


@pytest.mark.parametrize("text", ["{{ tin }}", "{% for %}", "{{ rows.__class__.__mro__[1].__subclasses__() }}"])
def test_a_template_that_asks_for_more_than_a_letter_has_is_an_error(made: Small, tmp_path: Path, text: str) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    (office.root / "letters" / "refusal.txt").write_text(text)
    with pytest.raises(InputError) as told:
        letter.for_batch(office, made.of(office), "refusal")
    assert "refusal.txt" in str(told.value)


def test_a_kind_that_nobody_knows_is_bad_input(made: Small, office: Office) -> None:
    with pytest.raises(InputError):
        letter.for_batch(office, made.of(office), "../../etc/passwd")


def test_a_letter_about_a_file_that_was_only_examined_has_no_receipt(made: Small) -> None:
    found = examine(made.file, open_book(SHIPPED), ANSWERED)
    for kind in ("acknowledgement", "deficiency", "refusal"):
        assert "Department" in letter.for_examination(found, kind, "Office of Disclosure", "Department")
