"""What comes back is what was sent, with columns added, and nothing in it runs."""

# ruff: noqa: DTZ001 - a cell of a workbook has no zone
from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile

import openpyxl
import polars as pl
import pytest

from intake.files import HEAD, book, csv_file, ods_file, raw, row, xlsx_file
from privity.errors import InputError
from privity.intake import answer_book
from privity.intake.answer_sheet import suffix, write

COUNTS = pl.DataFrame({"outcome": ["refused", "eligible"], "citation": ["26 USC 6103(i)(2)(B)(i)", ""], "rows": [2, 1]})
EVIL = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"]


def added(batch, text="refused"):
    return pl.DataFrame({"outcome": [text] * len(batch.requests), "supply": ["=1+1"] * len(batch.requests)})


def test_a_workbook_comes_back_with_its_rows_in_place_and_its_other_sheets(tmp_path, batch_of):
    rows = [
        row(request_id=i, dob=dt.date(1980, 1, i), zip=2139 if i % 2 else "02139", address=EVIL[i % 6] if i == 0 else f"{i} <Elm> & St")
        for i in range(1, 6)
    ]
    made, path = book(tmp_path, *rows[:3], [None] * 11, *rows[3:], head=[*HEAD[:-1], "zip"])
    made.active["K4"] = 2.5
    other = made.create_sheet("Notes")
    other.append(["=evil", 5, dt.date(2020, 1, 2), True])
    other["A1"].data_type = "s"
    made.create_sheet("Summary").sheet_state = "hidden"
    made.save(path)
    batch = batch_of(path, mapping=None)
    (out,) = write(tmp_path / "out.xlsx", batch, added(batch), COUNTS, ["Requests of one file", "=1+1"])
    back = openpyxl.load_workbook(out)
    assert back.sheetnames == ["Privity summary", "Asked", "Notes", "Summary"]
    assert back["Summary"].sheet_state == "hidden"
    old, new = made["Asked"], back["Asked"]
    for line in old.iter_rows():
        for cell in line:
            same = new.cell(cell.row, cell.column)
            value = same.value.date() if isinstance(same.value, dt.datetime) and isinstance(cell.value, dt.date) else same.value
            assert value == cell.value, cell.coordinate
    assert [new.cell(i, 12).value for i in (1, 2, 5, 6)] == ["outcome", "refused", None, "refused"]
    assert new["D2"].is_date
    assert new["M2"].data_type != "f"
    assert (new.freeze_panes, new.auto_filter.ref) == ("A2", "A1:M7")
    assert [cell.value for cell in back["Notes"][1]] == ["=evil", 5, dt.datetime(2020, 1, 2), True]
    assert len(back["Privity summary"]._charts) == 1


def test_nothing_in_a_workbook_that_comes_back_is_a_formula_or_a_link(tmp_path, batch_of):
    made, path = book(
        tmp_path,
        *(row(request_id=f"R{i}", reason=text, first_name="http://x.example") for i, text in enumerate(EVIL)),
        head=[*HEAD[:-1], "=1+1"],
    )
    for line in made.active.iter_rows():
        for cell in line:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    made.save(path)
    batch = batch_of(path)
    assert batch.defects.frame.is_empty()
    (out,) = write(tmp_path / "out.xlsx", batch, added(batch, "@x"), COUNTS.with_columns(outcome=pl.lit("=2+2")), ["=3+3"])
    for sheet in openpyxl.load_workbook(out):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type in {"s", "n", "inlineStr"}, cell.coordinate
                assert cell.hyperlink is None
    assert [cell.value for cell in openpyxl.load_workbook(out)["Asked"]["J"]][1:] == EVIL


def test_what_comes_back_can_be_read_again(tmp_path, batch_of):
    for path in (
        xlsx_file(tmp_path, row(dob=dt.date(1980, 2, 3)), row(request_id=7.5)),
        csv_file(tmp_path, row(), row(request_id="R2", address="a\nb")),
        raw(tmp_path, '{"id": "1", "ssn": 900112222}\n{"id": null, "zip": "02139"}\n', "a.jsonl"),
    ):
        batch = batch_of(path)
        again = batch_of(write(tmp_path / ("out" + suffix(batch)), batch, added(batch), COUNTS)[0])
        assert again.requests.frame.equals(batch.requests.frame)
        assert again.raw.columns == [*batch.raw.columns, "outcome", "supply"]
        assert again.mapping.unknown[-2:] == ("outcome", "supply")


def test_in_csv_every_cell_that_would_run_is_made_harmless(tmp_path, batch_of):
    batch = batch_of(
        csv_file(
            tmp_path, *(row(request_id=f"R{i}", reason=text.replace('"', '""')) for i, text in enumerate(EVIL)), head=[*HEAD[:-1], "=1+1"]
        )
    )
    out, beside = write(tmp_path / "out.csv", batch, added(batch), COUNTS)
    with out.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert [line[9] for line in lines[1:]] == ["'" + text for text in EVIL]
    assert (lines[0][10], lines[1][-1]) == ("'=1+1", "'=1+1")
    assert beside.name == "out.summary.xlsx"
    assert openpyxl.load_workbook(beside).sheetnames == ["Summary"]


def test_ragged_rows_come_back_with_all_that_they_had(tmp_path, batch_of):
    batch = batch_of(raw(tmp_path, "id,first,zip\n1,Ada,02139,extra\n2\n3,Bo,02139\n"))
    out, _ = write(tmp_path / "out.csv", batch, added(batch), COUNTS)
    assert [line.split(",")[0] for line in out.read_text().splitlines()] == ["id", "1", "2", "3"]
    assert "extra" in out.read_text()


def test_parquet_and_json_lines_keep_their_types(tmp_path, batch_of):
    frame = pl.DataFrame({"zip": [2139, 10001], "dob": [dt.date(1980, 1, 2), None], "outcome": ["mine", "mine"]})
    frame.write_parquet(tmp_path / "a.parquet")
    batch = batch_of(tmp_path / "a.parquet")
    back = pl.read_parquet(write(tmp_path / "out.parquet", batch, added(batch), COUNTS)[0])
    assert back.select(frame.columns).equals(frame)
    assert back.columns == ["zip", "dob", "outcome", "outcome (2)", "supply"]
    batch = batch_of(raw(tmp_path, '{"id": 12345678901234567890, "ok": true, "zip": "x\\"", "more": [1, {"a": 1.0}]}\n', "a.jsonl"))
    line = json.loads(write(tmp_path / "out.jsonl", batch, added(batch), COUNTS)[0].read_text())
    assert line == {"id": 12345678901234567890, "ok": True, "zip": 'x"', "more": [1, {"a": 1.0}], "outcome": "refused", "supply": "=1+1"}


def test_an_open_document_comes_back_as_a_workbook(tmp_path, batch_of):
    table = '<table:table table:name="S/1"><table:table-row><table:table-cell office:value-type="string"><text:p>zip</text:p></table:table-cell></table:table-row>'
    table += '<table:table-row><table:table-cell office:value-type="string"><text:p>02139</text:p></table:table-cell></table:table-row></table:table>'
    batch = batch_of(ods_file(tmp_path, table))
    (out,) = write(tmp_path / ("out" + suffix(batch)), batch, added(batch), COUNTS)
    assert openpyxl.load_workbook(out)["S_1"]["A2"].value == "02139"


def test_a_file_appears_whole_or_not_at_all(tmp_path, batch_of, monkeypatch):
    batch = batch_of(xlsx_file(tmp_path, row()))
    kept = tmp_path / "kept.xlsx"
    kept.write_bytes(b"as it was")
    monkeypatch.setattr(answer_book, "MOST_ROWS", 1)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="under its headings"):
        write(kept, batch, added(batch), COUNTS)
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "no" / "such.xlsx", batch, added(batch), COUNTS)
    assert sorted(tmp_path.iterdir()) == before
    assert kept.read_bytes() == b"as it was"


def test_characters_that_xml_cannot_hold_are_written_as_workbooks_write_them(tmp_path, batch_of):
    batch = batch_of(xlsx_file(tmp_path, row()))
    (out,) = write(tmp_path / "out.xlsx", batch, added(batch, "a\x0b<_x0041_>\r\ufffe"), COUNTS)
    with zipfile.ZipFile(out) as archive:
        assert b">a_x000B_&lt;_x005F_x0041_&gt;_x000D_" in archive.read("xl/worksheets/sheet2.xml")
    assert batch_of(out).raw["outcome"][0].startswith("a\x0b<_x0041_>\r")


def test_added_columns_must_fit_the_batch(tmp_path, batch_of):
    batch = batch_of(xlsx_file(tmp_path, row()))
    for wrong in (pl.DataFrame({"a": ["x", "y"]}), pl.DataFrame({"a": [1]})):
        with pytest.raises(TypeError):
            write(tmp_path / "out.xlsx", batch, wrong, COUNTS)
