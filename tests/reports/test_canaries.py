"""Every field of requests and register holds a word that stands nowhere else: is one of them in any report, pack or statement?"""

from __future__ import annotations

from datetime import date

import pytest

from attacks import planted
from office.small import Small
from privity.office.reports import forms, notices, statements
from privity.office.submit import submit
from privity.sample import world

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.fixture(scope="module")
def planted_office(tmp_path_factory: pytest.TempPathFactory) -> object:
    return planted.plant(tmp_path_factory.mktemp("planted"))


def files(page: forms.Page) -> list[bytes]:
    return [forms.as_csv(page), forms.as_json(page), forms.as_html(page)]


def test_no_canary_is_in_a_form_a_table_or_a_statement(planted_office) -> None:
    office, words = planted_office.office, planted_office.words
    pages = [forms.annual_page(office, 2025, public=public, trace=True)[0] for public in (True, False)]
    pages.append(forms.lines_page(office, "5466-b", *YEAR))
    assert pages[-1].rows.height > 8
    assert [planted.hits(one, words) for page in pages for one in files(page)] == [{}] * 9
    text = statements.nothing_shared(office, "us-dhs", date(2025, 1, 1)).text
    assert not planted.hits(text.encode(), words)


def test_a_breach_pack_names_enrolled_officers_and_nobody_else(planted_office) -> None:
    office = planted_office.office
    page = notices.breach_pack(office, f"{office.day}T00:00", agency="us-dhs")
    enrolled = {row["engaged_person"] for row in planted_office.asked[: len(planted.KINDS)]}
    assert enrolled & set(page.rows["officer"].to_list())
    words = {word: field for word, field in planted_office.words.items() if word not in enrolled}
    assert [planted.hits(one, words) for one in files(page)] == [{}] * 3


def test_a_sender_who_writes_a_name_for_an_agency_or_a_basis_is_not_printed(made: Small, tmp_path) -> None:
    office = made.office("released", tmp_path, date(2025, 8, 14))
    letter = tmp_path / "letter.toml"
    text = made.envelope.read_text().replace('"us-dhs"', '"Zorblax Quirixa"').replace("26 USC 6103(i)(2)", "26 USC 6103(c) Zorblax 12 Elm")
    letter.write_text(text)
    submit(office, made.file, letter, intake_officer=world.INTAKE)
    pages = [forms.annual_page(office, 2025, public=public, trace=True)[0] for public in (True, False)]
    pages.append(forms.lines_page(office, "5466-b", *YEAR))
    assert pages[-1].rows.filter(agency="a sender that is not enrolled").height > 0
    for page in pages:
        assert not any(word in one for one in files(page) for word in (b"Zorblax", b"Elm"))
