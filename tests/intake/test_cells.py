"""What is wrong with one cell is named, the cell is not used, and the row is kept."""

# ruff: noqa: DTZ001 - a cell of a workbook has no zone
from __future__ import annotations

import datetime as dt

import pytest
from openpyxl.worksheet.formula import ArrayFormula

from intake.files import COLUMNS, HEAD, book, csv_file, ods_file, row, xlsx_file
from privity.intake import Mapping, propose


def cell(batch, name, at=0):
    return batch.requests.frame[name][at]


def test_a_sound_row_has_no_defects_in_any_format(tmp_path, batch_of):
    for path in (csv_file(tmp_path, row()), xlsx_file(tmp_path, row())):
        batch = batch_of(path)
        assert batch.defects.frame.is_empty()
        assert batch.requests.frame.row(0)[:6] == (0, 2, "R1", "Ada", "Quill", "1980-02-29")
        assert cell(batch, "zip") == "02139"
        assert batch.mapping.unknown == ("my notes",)


@pytest.mark.parametrize(
    ("field", "content", "kind"),
    [
        ("ssn", "1.23E+08", "scientific-notation"),
        ("request_id", "2.1E+15", "scientific-notation"),
        ("dob", "29280", "serial-date"),
        ("dob", "29280.5", "serial-date"),
        ("dob", "0000-01-01", "bad-date"),
        ("dob", "9999-12-31", "bad-date"),
        ("dob", "2021-13-01", "bad-date"),
        ("dob", "2021-02-29", "bad-date"),
        ("dob", "1849-12-31", "bad-date"),
        ("dob", "soon", "bad-date"),
        ("dob", "2021-03-04T23:30:00Z", "bad-date"),
        ("dob", "03/04/21", "two-digit-year"),
        ("dob", "03/04/2021", "ambiguous-date"),
        ("reason", "x" * 10_001, "too-long"),
        ("first_name", "Ad\x00a", "control-characters"),
        ("first_name", "\u202eadA", "control-characters"),
        ("zip", "2138", "lost-zeros"),
        ("zip", "12", "not-a-zip"),
        ("zip", "K1A 0B1", "not-a-zip"),
        ("ssn", "12345678", "lost-zeros"),
    ],
)
def test_a_cell_that_cannot_mean_what_it_says_is_named_and_not_used(tmp_path, batch_of, field, content, kind):
    batch = batch_of(
        csv_file(
            tmp_path, row(), row(request_id="R2", city="Salem", **{field: content}) if field != "request_id" else row(request_id=content)
        )
    )
    name = batch.mapping.chosen[field]
    assert batch.defects.frame.select("ordinal", "row", "field", "kind").rows() == [(1, 3, name, kind)]
    assert cell(batch, name, 1) is None
    assert len(batch.requests) == 2


@pytest.mark.parametrize(
    "content",
    [
        "1980-02-29",
        "1980/2/29",
        "19800229",
        "2/29/1980",
        "29.2.1980",
        "29 Feb 1980",
        "February 29, 1980",
        "29-FEB-1980",
        "1980-02-29T00:00:00Z",
        "2/29/1980 13:45",
    ],
)
def test_a_date_with_one_reading_is_read(tmp_path, batch_of, content):
    batch = batch_of(csv_file(tmp_path, row(dob=content)))
    assert cell(batch, "date_of_birth") == "1980-02-29"
    assert batch.defects.frame.is_empty()


def test_a_column_that_proves_its_order_settles_its_ambiguous_dates(tmp_path, batch_of):
    month_first = batch_of(csv_file(tmp_path, row(dob="03/04/2021"), row(request_id="R2", dob="03/14/2021")))
    day_first = batch_of(csv_file(tmp_path, row(dob="03/04/2021"), row(request_id="R2", dob="14/03/2021")))
    assert cell(month_first, "date_of_birth") == "2021-03-04"
    assert cell(day_first, "date_of_birth") == "2021-04-03"


def test_a_column_that_contradicts_itself_settles_nothing(tmp_path, batch_of):
    batch = batch_of(
        csv_file(tmp_path, *(row(request_id=i, dob=day) for i, day in enumerate(["03/04/2021", "03/14/2021", "14/03/2021", "05/05/2021"])))
    )
    assert batch.requests.frame["date_of_birth"].to_list() == [None, "2021-03-14", "2021-03-14", "2021-05-05"]
    assert batch.defects.frame["kind"].to_list() == ["ambiguous-date"]


def test_a_stated_order_is_used_and_then_binds(tmp_path, batch_of):
    chosen = propose(HEAD, COLUMNS).chosen
    batch = batch_of(
        csv_file(tmp_path, row(dob="03/04/2021"), row(request_id="R2", dob="14/03/2021")), mapping=Mapping(chosen, day_order="mdy")
    )
    assert batch.requests.frame["date_of_birth"].to_list() == ["2021-03-04", None]
    assert batch.defects.frame["kind"].to_list() == ["bad-date"]


def test_a_lost_zero_comes_back_only_with_proof_from_the_same_row(tmp_path, batch_of):
    rows = [
        row(zip=2139),
        row(request_id="R2", zip=2139, city="Boston"),
        row(request_id="R3", zip=2139, state="NY"),
        row(request_id="R4", zip=21391234),
        row(request_id="R5", zip=2139, city=None),
        row(request_id="R6", zip=2000),
    ]
    batch = batch_of(xlsx_file(tmp_path, *rows))
    assert batch.requests.frame["zip"].to_list() == ["02139", None, None, "02139-1234", None, None]
    assert batch.defects.frame["kind"].to_list() == [
        "lost-zeros-repaired",
        "lost-zeros",
        "lost-zeros",
        "lost-zeros-repaired",
        "lost-zeros",
        "lost-zeros",
    ]


def test_number_cells_of_a_workbook_are_told_from_text(tmp_path, batch_of):
    batch = batch_of(
        xlsx_file(
            tmp_path,
            row(ssn=12345678),
            row(request_id="R2", ssn="012345678"),
            row(request_id=1234567890123456),
            row(request_id=7, dob=29280),
        )
    )
    assert batch.requests.frame["tin"].to_list()[:2] == [None, "012345678"]
    assert batch.requests.frame["request_id"].to_list() == ["R1", "R2", None, "7"]
    assert batch.defects.frame.select("row", "kind").rows() == [(2, "lost-zeros"), (4, "lost-digits"), (5, "serial-date")]


def test_date_cells_are_dates_unless_text_beside_them_shows_that_they_were_misread(tmp_path, batch_of):
    sound = batch_of(xlsx_file(tmp_path, row(dob=dt.date(1980, 4, 3)), row(request_id="R2", dob=dt.datetime(1980, 4, 3, 5))))
    assert sound.requests.frame["date_of_birth"].to_list() == ["1980-04-03", "1980-04-03"]
    swapped = batch_of(
        xlsx_file(
            tmp_path, row(dob=dt.date(1980, 4, 3)), row(request_id="R2", dob="13/04/1980"), row(request_id="R3", dob=dt.date(1980, 4, 30))
        )
    )
    assert swapped.requests.frame["date_of_birth"].to_list() == [None, "1980-04-13", "1980-04-30"]
    assert swapped.defects.frame.select("row", "kind").rows() == [(2, "ambiguous-date")]


def test_formulas_errors_and_merged_cells_are_not_used(tmp_path, batch_of):
    made, path = book(
        tmp_path, row(first_name='=CONCAT("A","da")'), row(request_id="R2", last_name="#N/A"), row(request_id="R3"), row(request_id="R4")
    )
    made.active.merge_cells("F4:F5")
    made.save(path)
    batch = batch_of(path)
    assert batch.defects.frame.select("row", "field", "kind").rows() == [
        (2, "first_name", "formula"),
        (3, "last_name", "error-cell"),
        (4, "city", "merged-cell"),
        (5, "city", "merged-cell"),
    ]
    assert batch.requests.frame["city"].to_list() == ["Cambridge", "Cambridge", None, None]


def test_every_cell_of_an_array_formula_is_a_formula(tmp_path, found):
    made, path = book(tmp_path, row(), row(request_id="R2"), row(request_id="R3"))
    made.active["B2"] = ArrayFormula("B2:B3", "=UPPER(C2:C3)")
    made.save(path)
    assert found(path) == [(2, "first_name", "formula"), (3, "first_name", "formula")]


def test_hidden_rows_are_kept_and_said(tmp_path, batch_of):
    made, path = book(tmp_path, row(), row(request_id="R2"))
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["H"].hidden = True
    made.save(path)
    batch = batch_of(path)
    assert batch.defects.frame.rows() == [(None, None, "zip", "hidden-column"), (1, 3, "", "hidden-row")]
    assert batch.requests.frame["request_id"].to_list() == ["R1", "R2"]
    assert cell(batch, "zip") == "02139"


def test_later_rows_of_one_request_id_are_kept_and_said(tmp_path, batch_of):
    batch = batch_of(csv_file(tmp_path, row(), row(request_id="R2"), row(), row(request_id=""), row(request_id="")))
    assert batch.defects.frame.rows() == [(2, 4, "request_id", "duplicate-id")]
    assert batch.requests.frame["request_id"].to_list() == ["R1", "R2", "R1", None, None]


def test_blanks_are_trimmed_and_empty_rows_are_not_requests(tmp_path, batch_of):
    batch = batch_of(csv_file(tmp_path, row(first_name=" Ada\u00a0"), [""] * 11, row(request_id="R2"), [" "] * 11))
    assert batch.requests.frame.select("row", "first_name").rows() == [(2, "Ada"), (4, "Ada")]
    assert batch.defects.frame.rows() == [(None, 3, "", "blank-row")]


def test_an_open_document_is_read_with_its_formulas_and_hidden_rows(tmp_path, batch_of):
    def line(*cells, more=""):
        return f"<table:table-row {more}>" + "".join(cells) + "</table:table-row>"

    def text(value, more=""):
        return f'<table:table-cell office:value-type="string" {more}><text:p>{value}</text:p></table:table-cell>'

    table = '<table:table table:name="S">' + line(text("first name"), text("surname"), text("zip"))
    table += line(
        text("Ada"),
        text("Quill", 'table:formula="of:=A1"'),
        '<table:table-cell office:value-type="float" office:value="2139"><text:p>2139</text:p></table:table-cell>',
    )
    table += line(text("Bo"), text("Quill"), text("10001"), more='table:visibility="collapse"') + "</table:table>"
    batch = batch_of(ods_file(tmp_path, table))
    assert batch.source.kind == "ods"
    assert batch.defects.frame.select("row", "field", "kind").rows() == [
        (2, "last_name", "formula"),
        (2, "zip", "lost-zeros"),
        (3, "", "hidden-row"),
    ]
