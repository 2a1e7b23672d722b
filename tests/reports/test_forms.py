"""Has each file the same lines and figures, whatever its kind, and nothing of a person?"""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, KINDS, Small
from privity.account import LINES, lines
from privity.account import law as accounting
from privity.errors import InputError, RefusedError
from privity.office import law
from privity.office.accounting import for_year
from privity.office.init import init
from privity.office.place import Office, open_office
from privity.office.reports import forms, looks, read
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.sample import world
from reports import reference, told
from rules import toy

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
ROWS, LAWFUL = sum(KINDS.values()), KINDS["lawful"]


@pytest.fixture(scope="module")
def office(made: Small, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return told.busy(made, tmp_path_factory.mktemp("busy"))


class Cells(HTMLParser):
    """The cells of the page's table, a list a line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag == "tr":
            self.lines.append([])
        self.inside = tag in ("td", "th")
        if self.inside:
            self.lines[-1].append("")

    def handle_endtag(self, _tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.lines[-1][-1] += data


def of_csv(page: forms.Page) -> list[list[str]]:
    return list(csv.reader(io.StringIO(forms.as_csv(page).decode())))


def of_html(page: forms.Page) -> list[list[str]]:
    reader = Cells()
    reader.feed(forms.as_html(page).decode())
    return reader.lines


def of_json(page: forms.Page) -> list[list[str]]:
    said = json.loads(forms.as_json(page))
    shown = {True: "yes", False: "no", None: ""}
    rows = [[str(shown.get(one, one) if one is None or isinstance(one, bool) else one) for one in row.values()] for row in said["rows"]]
    return [list(said["headings"].values()), *rows]


@pytest.mark.invariant
def test_every_kind_of_file_has_the_same_lines_and_figures(office: Office) -> None:
    annual = [forms.annual_page(office, 2025, public=public, trace=not public)[0] for public in (True, False)]
    for page in (*annual, forms.lines_page(office, "5466-b", *YEAR)):
        assert of_csv(page) == of_html(page) == of_json(page)
        assert len(of_csv(page)) == page.rows.height + 1 > 5


def test_there_is_a_line_for_every_request_disclosure_and_record(office: Office) -> None:
    rows = forms.lines_page(office, "5466-b", *YEAR).rows
    assert dict(rows["line"].value_counts().iter_rows()) == {"request": ROWS + 1, "disclosure": LAWFUL, "recorded afterwards": 2}
    refused = rows.filter(pl.col("where") == "refused on the request")
    assert refused.height > 0
    assert refused["determination"].null_count() == 0
    assert refused["intent"].null_count() == refused.height
    made = rows.filter(line="disclosure")
    assert made.select("intent", "determination", "package", "entry").null_count().sum_horizontal().item() == 0


@pytest.mark.invariant
def test_requests_and_disclosures_add_up_alike_in_the_accounting_the_yearly_table_and_the_form(office: Office) -> None:
    for year in (2024, 2025):
        rows = forms.lines_page(office, "5466-b", date(year, 1, 1), date(year, 12, 31)).rows
        table = forms.annual_page(office, year, public=True, trace=False)[0].rows
        summed = [
            {row["agency"]: (row["requests"], row["instances of disclosure"]) for row in for_year(office, year).agencies.rows(named=True)},
            {name: tuple(_figure(table, name, one) for one in ("requests", "instances of disclosure")) for name in set(table["agency"])},
            {
                name: (_people(rows, name, ["request"]), _people(rows, name, ["disclosure", "recorded afterwards"]))
                for name in set(rows["agency"])
            },
        ]
        assert summed[0] == summed[1] == summed[2] != {}


def _figure(table: pl.DataFrame, agency: str, figure: str) -> int:
    return int(table.filter(agency=agency, figure=figure)["number"].item())


def _people(rows: pl.DataFrame, agency: str, kinds: list[str]) -> int:
    return int(rows.filter(pl.col("line").is_in(kinds), agency=agency)["people"].sum())


def test_a_request_that_was_recorded_afterwards_has_its_own_line_and_date(office: Office) -> None:
    rows = forms.lines_page(office, "5466-b", *YEAR).rows
    (row,) = rows.filter(line="request", where="recorded afterwards").rows(named=True)
    assert (row["date"], row["people"], row["authority"]) == (date(2025, 3, 1), 3, "26 USC 6103(i)(3)(B)(i)")


def test_each_request_line_stands_where_the_reconciled_accounting_has_it(office: Office, made: Small) -> None:
    for one in (office, open_office(made.folder("submitted"), ANSWERED)):
        requests = forms.lines_page(one, "5466-b", *YEAR).rows.filter(
            (pl.col("line") == "request") & (pl.col("where") != "recorded afterwards")
        )
        (row,) = for_year(one, 2025).reconciled.rows(named=True)
        assert dict(requests["where"].value_counts().iter_rows()) == {line: row[line] for line in LINES if row[line]}


def test_what_the_statute_makes_permanent_is_kept_permanently(office: Office) -> None:
    whole = lines.lines(read.of_period(office, *YEAR), forms.accounting_law(office), *YEAR)
    assert set(whole["keep_until"]) == {"permanent"}
    assert dict(forms.lines_page(office, "5466-b", *YEAR).facts)["kept"].startswith("permanently")


def test_codes_that_nobody_checked_are_empty_and_the_form_says_that_it_is_like_another(office: Office) -> None:
    page = forms.lines_page(office, "5466-b", *YEAR)
    assert set(page.rows["agency_type"]) == {"FED"}
    assert set(page.rows["agency_code"]) == set(page.rows["purpose_code"]) == {""}
    assert "like Form 5466-B" in page.title
    assert "not the official form" in page.notes[0]


def test_a_code_of_the_law_comes_with_its_agency_and_its_citation(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "law"))
    file = folder / "us" / "26-usc-6103" / accounting.FILE
    file.write_text(
        file.read_text() + '\n[[agency]]\nid = "us-dhs"\ncode = "FD999"\naddress = "1 Example Way"\n'
        '\n[[purpose]]\ncite = "26 USC 6103(i)(2)"\ncode = "99"\n'
    )
    law.install(office, folder, "codes of this office")
    rows = forms.lines_page(office, "5466-b", *YEAR).rows
    assert set(rows["agency_code"]) == {"FD999"}
    assert set(rows["purpose_code"]) == {"99"}


def test_a_file_of_another_kind_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        forms.write(forms.lines_page(office, "5466-b", *YEAR), tmp_path / "x.pdf")
    assert ".html" in caught.value.remedy


def test_a_cell_of_a_csv_never_starts_a_formula_and_a_page_runs_nothing() -> None:
    nasty = ["=1+1", "+1", "-1", "@x", "\t=1", "<script>x</script>", "plain"]
    page = forms.Page("<b>t</b>", (("a", "<i>"),), {"x": "=Head", "n": "N"}, pl.DataFrame({"x": nasty, "n": list(range(7))}))
    cells = [cell for line in of_csv(page) for cell in line]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert "plain" in cells
    text = forms.as_html(page).decode()
    assert "<script>" not in text
    assert "<b>t" not in text
    assert "http" not in text, "the page loads nothing"


# ---------------------------------------------------------------- nothing of a person


@pytest.mark.invariant
def test_no_form_shows_a_record_id_an_officer_or_anything_of_a_request(office: Office, made: Small) -> None:
    words = {"REC-A", "REC-B", "Lt. Quill", told.record_of(office)}
    for name in ("tin", "last_name", "address_line1", "request_id", "case_id", "engaged_person", "reason"):
        words |= {one for one in made.truth[name].drop_nulls().to_list() if len(one) > 4}
    pages = [forms.annual_page(office, 2025, public=True, trace=False)[0], forms.annual_page(office, 2025, public=False, trace=True)[0]]
    for page in (*pages, forms.lines_page(office, "5466-b", *YEAR)):
        for text in (forms.as_csv(page).decode(), forms.as_json(page).decode(), forms.as_html(page).decode()):
            assert {word for word in words if word in text} == set()


# ---------------------------------------------------------------- other regimes


def another(made: Small, folder: Path, regime: str) -> Office:
    """The small office under the accounting of another regime: one file of its law replaced."""
    office = told.busy(made, folder)
    laws = Path(shutil.copytree(SHIPPED, folder / "law"))
    shutil.copyfile(laws / "us" / regime / accounting.FILE, laws / "us" / "26-usc-6103" / accounting.FILE)
    law.install(office, laws, "as an office of another regime")
    return office


def test_the_privacy_act_form_has_date_nature_purpose_recipient_and_how_long_it_is_kept(made: Small, tmp_path: Path) -> None:
    office = another(made, tmp_path, "5-usc-552a")
    page = forms.lines_page(office, "552a-c", *YEAR)
    assert set(page.rows["line"]) == {"disclosure", "recorded afterwards"}, "requests are not what 552a(c) asks for"
    assert page.rows.height == LAWFUL + 2
    disclosure = page.rows.filter(line="disclosure").row(0, named=True)
    assert (disclosure["agency_name"], disclosure["keep_until"]) == ("Department of Homeland Security", "2030-08-14")
    assert {row["what"] for row in page.rows.rows(named=True)} >= {"confirmation that the address supplied is one held"}
    assert page.rows["purpose"].null_count() == 0
    assert dict(page.facts)["kept"].startswith("5 years at least")


def test_the_health_form_goes_back_six_years_from_today_and_can_be_about_one_person(made: Small, tmp_path: Path) -> None:
    office = another(made, tmp_path, "45-cfr-164")
    form = forms.accounting_law(office).form("164.528")
    assert forms.period(office, form, None) == (date(2019, 8, 14), ANSWERED)
    whole = forms.lines_page(office, "164.528", *forms.period(office, form, None))
    assert whole.rows.height == LAWFUL + 3
    mine = forms.lines_page(office, "164.528", *forms.period(office, form, None), told.record_of(office))
    assert sorted(mine.rows["line"].to_list()) == ["disclosure", "recorded afterwards"]
    assert forms.lines_page(office, "164.528", *forms.period(office, form, None), "REC-A").rows.height == 3


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("person", "ground", "stops"),
    [("", "a letter of the person", InputError), (world.REVIEWER, " ", InputError), ("n.guest", "curious", RefusedError)],
)
def test_nobody_is_searched_for_without_a_person_of_this_office_and_a_ground(
    office: Office, person: str, ground: str, stops: type[Exception]
) -> None:
    before = len(reference.rows(office))
    with pytest.raises(stops):
        looks.about(office, "5466-b", YEAR, "REC-A", person, ground)
    assert len(reference.rows(office)) == before


@pytest.mark.invariant
def test_a_form_about_one_person_leaves_a_look_whoever_they_are(made: Small, tmp_path: Path) -> None:
    office = another(made, tmp_path, "45-cfr-164")
    for record, height in (("REC-A", 2), ("nobody-here", 0)):
        page = looks.about(office, "164.528", YEAR, record, world.REVIEWER, "the person asks")
        assert page.rows.height == height
        assert "rules are not applied" in page.notes[-1]
        _, kind, _, said = reference.rows(office)[-1]
        assert (kind, said["record"], said["person"], said["ground"]) == ("look", record, world.REVIEWER, "the person asks")
        assert dict(page.facts)["entries read"] == str(len(reference.rows(office))), "the look came first"
    assert verify(office).problems == ()


def test_a_form_that_lists_requests_is_never_given_about_one_person(office: Office) -> None:
    with pytest.raises(InputError, match="requests"):
        forms.lines_page(office, "5466-b", *YEAR, "REC-A")


def test_a_regime_of_a_folder_by_itself_has_its_own_words_and_forms(tmp_path: Path) -> None:
    folder = toy.write(tmp_path / "toy")
    health = (SHIPPED / "us" / "45-cfr-164" / accounting.FILE).read_text()
    (folder / accounting.FILE).write_text(health.replace("[accounting]\n", '[accounting]\npurpose_words = ["a reading"]\n'))
    office = init(
        tmp_path / "office", custodian="The library", origin="l.example/l", law_root=folder, regime="toy", trial=True, as_of=ANSWERED
    )
    told.staff(office)
    told.recorded(office, tmp_path, purpose='"a reading"', what='"limited"', requested="", authority='"1 USC 2(a)"')
    page = forms.lines_page(office, "164.528", *YEAR)
    (row,) = page.rows.rows(named=True)
    assert (row["agency_name"], row["what"], row["purpose"]) == (
        "The county",
        "limited information for identification and location",
        "a reading",
    )
    with pytest.raises(InputError, match="no form"):
        forms.lines_page(office, "5466-b", *YEAR)


def test_every_field_that_a_form_may_name_is_a_column_of_the_lines() -> None:
    assert set(accounting.FIELDS) == set(lines.COLUMNS)
