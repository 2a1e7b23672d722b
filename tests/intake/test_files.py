"""A file that cannot be used as a whole is turned away by name, with what to do; a row that cannot be read is counted."""

# ruff: noqa: DTZ001 - a cell of a workbook has no zone
from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intake.files import COLUMNS, HEAD, ROW, book, csv_file, ods_file, part_replaced, raw, row, xlsx_file
from privity.errors import InputError
from privity.intake import Mapping


def turned_away(batch_of, path, says, **options):
    with pytest.raises(InputError, match=says) as caught:
        batch_of(path, **options)
    assert path.name in str(caught.value)
    assert caught.value.remedy
    return str(caught.value)


LINE = ",".join(ROW)
TOP = ",".join(HEAD)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0\0\0"])
def test_an_empty_file(tmp_path, batch_of, content):
    turned_away(batch_of, raw(tmp_path, content), "empty")


def test_headings_without_rows(tmp_path, batch_of):
    turned_away(batch_of, raw(tmp_path, TOP + "\n"), "no row")


def test_rows_without_headings(tmp_path, batch_of):
    turned_away(batch_of, raw(tmp_path, LINE + "\n" + LINE + "\n"), "no heading")


def test_a_file_that_is_not_there(tmp_path, batch_of):
    turned_away(batch_of, tmp_path / "none.csv", "cannot be opened")


def test_a_truncated_workbook(tmp_path, batch_of):
    whole = xlsx_file(tmp_path, row()).read_bytes()
    turned_away(batch_of, raw(tmp_path, whole[: len(whole) // 2], "cut.xlsx"), "truncated")


def test_a_workbook_with_a_damaged_part(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    turned_away(batch_of, part_replaced(path, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "damaged")


def test_a_sheet_with_a_document_type(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>'
    turned_away(batch_of, part_replaced(path, "xl/worksheets/sheet1.xml", bomb), "damaged")


def test_a_protected_workbook(tmp_path, batch_of):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    turned_away(batch_of, raw(tmp_path, ole, "locked.xlsx"), "password")


def test_a_protected_open_document(tmp_path, batch_of):
    path = part_replaced(ods_file(tmp_path, ""), "META-INF/manifest.xml", b"<m:encryption-data/>")
    turned_away(batch_of, path, "password")


def test_a_workbook_of_before_2007(tmp_path, batch_of):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512 + "Workbook".encode("utf-16-le")
    turned_away(batch_of, raw(tmp_path, ole, "old.xls"), "before 2007")


def test_a_zip_that_unpacks_to_far_too_much(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    turned_away(batch_of, part_replaced(path, "xl/media/x.xml", b"\0" * (300 << 20)), "more than a batch")


def test_a_part_that_is_larger_than_it_declares(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    part_replaced(path, "xl/sharedStrings.xml", b"<sst>" + b" " * 100_000 + b"</sst>")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        declared = archive.getinfo("xl/sharedStrings.xml").file_size.to_bytes(4, "little")
    turned_away(batch_of, raw(tmp_path, data.replace(declared, (50).to_bytes(4, "little")), "liar.xlsx"), "damaged")


def test_one_cell_in_the_far_corner(tmp_path, batch_of):
    made, path = book(tmp_path, row())
    made.active["XFD1048576"] = 1
    made.save(path)
    turned_away(batch_of, path, "reaches further")


def test_a_cell_that_says_another_row_than_its_row_does(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="2"><c r="XFD1048572"><v>1</v></c></row></sheetData></worksheet>'
    turned_away(batch_of, part_replaced(path, "xl/worksheets/sheet1.xml", sheet), "damaged")


def test_an_open_document_that_repeats_a_row_a_million_times(tmp_path, batch_of):
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="900"><text:p>zip</text:p></table:table-cell>'
    table = f'<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row></table:table>'
    turned_away(batch_of, ods_file(tmp_path, table), "reaches further")


def test_a_workbook_whose_cells_all_point_at_one_long_text(tmp_path, batch_of):
    path = xlsx_file(tmp_path, row())
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    part_replaced(path, "xl/sharedStrings.xml", b"<sst " + space + b"><si><t>zip</t></si><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>")
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (i, i, i > 1) for i in range(1, 5_000))
    turned_away(
        batch_of,
        part_replaced(path, "xl/worksheets/sheet1.xml", b"<worksheet " + space + b"><sheetData>" + rows + b"</sheetData></worksheet>"),
        "together",
    )


def test_an_open_document_that_repeats_a_long_text(tmp_path, batch_of):
    cell = f'<table:table-cell office:value-type="string"><text:p>{"x" * 100_000}</text:p></table:table-cell>'
    table = f'<table:table table:name="S"><table:table-row table:number-rows-repeated="100000">{cell}</table:table-row></table:table>'
    turned_away(batch_of, ods_file(tmp_path, table), "together")


def test_two_sheets_of_requests_need_a_choice(tmp_path, batch_of):
    made, path = book(tmp_path, row())
    second = made.create_sheet("More")
    second.append(HEAD)
    second.append(row(request_id="S1"))
    made.save(path)
    turned_away(batch_of, path, "sheets 1 and 2")
    assert batch_of(path, sheet=2).requests.frame["request_id"].to_list() == ["S1"]
    assert batch_of(path, sheet="Asked").source.sheet == "Asked"
    turned_away(batch_of, path, "no such sheet", sheet="Nowhere")


def test_a_truncated_parquet_file(tmp_path, batch_of):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"zip": ["02139"]}).write_parquet(path)
    turned_away(batch_of, raw(tmp_path, path.read_bytes()[:-9], "a.parquet"), "truncated")


def test_a_parquet_file_that_declares_too_many_rows(tmp_path, batch_of):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"zip": ["02139"] * 50}).write_parquet(path)
    turned_away(batch_of, path, "more than 49 rows", limit=49)
    assert len(batch_of(path, limit=50).requests) == 50


def test_a_parquet_bomb_is_seen_before_it_goes_off(tmp_path, batch_of):
    path = tmp_path / "bomb.parquet"
    long = pa.array(["x" * 1_000_000])
    table = pa.table({"zip": pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), long)})
    pq.write_table(table, path)
    assert path.stat().st_size < 2_000_000
    turned_away(batch_of, path, "more than a batch")


def test_parquet_keeps_types_and_numbers_are_told_from_text(tmp_path, batch_of):
    path = tmp_path / "a.parquet"
    zone = pl.Series([dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, 4)]).dt.replace_time_zone("UTC")
    pl.DataFrame(
        {
            "zip": [2139, 10001],
            "dob": zone,
            "ssn": [1.0, 900112222.0],
            "first_name": [b"a", None],
            "state": ["MA", "NY"],
            "city": ["Cambridge", "New York"],
        }
    ).write_parquet(path)
    batch = batch_of(path)
    assert batch.defects.frame.select("row", "field", "kind").rows() == [
        (2, "first_name", "nested-value"), (2, "zip", "lost-zeros-repaired"), (2, "tin", "lost-zeros"), (3, "date_of_birth", "bad-date")]  # fmt: skip
    assert batch.requests.frame["date_of_birth"].to_list() == ["2020-01-02", None]
    assert batch.requests.frame["tin"].to_list() == [None, "900112222"]


def test_lists_in_cells_of_a_parquet_file(tmp_path, batch_of):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"zip": [["02139"]]}).write_parquet(path)
    turned_away(batch_of, path, "lists or structures")


def test_json_lines(tmp_path, batch_of):
    lines = [
        '{"id": "1", "ssn": 12345678, "first": "Ada"}',
        '{"id": "2"',
        '{"id": "3", "first": {"a": 1}}',
        '{"id": "4", "id": "5"}',
        "",
        '{"id": "6", "surname": "Q"}',
    ]
    batch = batch_of(raw(tmp_path, "\n".join(lines), "a.jsonl"))
    assert batch.requests.frame["request_id"].to_list() == ["1", None, "3", None, "6"]
    assert batch.defects.frame.select("row", "field", "kind").rows() == [
        (1, "tin", "lost-zeros"), (2, "", "malformed-row"), (3, "first_name", "nested-value"), (4, "", "malformed-row")]  # fmt: skip


# ---------------------------------------------------------------- text


def test_more_rows_than_a_batch_may_have(tmp_path, batch_of):
    path = csv_file(tmp_path, *(row(request_id=i) for i in range(11)))
    turned_away(batch_of, path, "more than 10 rows", limit=10)
    assert len(batch_of(path, limit=11).requests) == 11


def test_utf_16_without_a_word_is_turned_away_and_read_when_declared(tmp_path, batch_of):
    path = raw(tmp_path, (TOP + "\n" + LINE).encode("utf-16"))
    turned_away(batch_of, path, "UTF-16")
    assert batch_of(path, encoding="utf-16").requests.frame["last_name"].to_list() == ["Quill"]
    turned_away(batch_of, raw(tmp_path, (TOP + "\n" + LINE).encode("utf-16-le")), "UTF-16 without a mark")


def test_another_code_page_without_a_word_is_turned_away_with_its_line(tmp_path, batch_of):
    path = raw(tmp_path, (TOP + "\n" + LINE + "\n" + LINE.replace("Ada", "Adèle")).encode("cp1252"))
    message = turned_away(batch_of, path, "line 3")
    assert f"byte {path.read_bytes().index(0xE8)} " in message
    assert batch_of(path, encoding="cp1252").requests.frame["first_name"].to_list() == ["Ada", "Adèle"]
    turned_away(batch_of, path, "not one that is known", encoding="klingon")


def test_rows_that_do_not_decode_in_a_file_declared_utf_8_are_counted_and_not_used(tmp_path, batch_of):
    path = raw(tmp_path, TOP.encode() + b"\n" + LINE.encode() + b"\n" + LINE.replace("Ada", "Adèle").encode("cp1252") + b"\n")
    batch = batch_of(path, encoding="utf-8")
    assert batch.defects.frame.rows() == [(1, 3, "", "wrong-encoding")]
    assert set(batch.requests.frame.row(1)[2:]) == {None}


def test_a_byte_order_mark_is_no_part_of_the_first_heading(tmp_path, batch_of):
    assert batch_of(raw(tmp_path, b"\xef\xbb\xbf" + (TOP + "\n" + LINE).encode())).requests.frame["request_id"].to_list() == ["R1"]


def test_records_of_another_width_are_counted_in_their_places(tmp_path, batch_of):
    path = raw(tmp_path, f'{TOP}\n{LINE}\n{LINE},"one, more"\n"quoted\nline",x\n{LINE.replace("R1", "R4")}\n')
    batch = batch_of(path)
    assert batch.defects.frame.rows() == [(1, 3, "", "ragged-row"), (2, 4, "", "ragged-row")]
    assert batch.requests.frame["request_id"].to_list() == ["R1", None, None, "R4"]
    assert batch.requests.frame["row"].to_list() == [2, 3, 4, 5]
    assert batch.raw["my notes"].to_list() == ["n", "n,one, more", None, "n"]


def test_line_breaks_and_delimiters_inside_quotation_marks_do_not_split(tmp_path, batch_of):
    batch = batch_of(csv_file(tmp_path, row(address='1 Elm St\nApt 2, ""B""'), row(request_id="R2")))
    assert batch.requests.frame["address_line1"].to_list() == ['1 Elm St\nApt 2, "B"', "1 Elm St"]
    assert batch.defects.frame.is_empty()


@pytest.mark.parametrize("tail", ["", "\n", '\n"x', "\nR9,"])
def test_a_quotation_mark_that_never_closes(tmp_path, batch_of, tail):
    turned_away(
        batch_of,
        raw(tmp_path, TOP + "\n" + LINE + "\n" + LINE.replace("Elm", '"Elm').replace("1 ", "") + tail * (tail != '\n"x')),
        "never closes",
    )


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_other_delimiters_and_line_ends(tmp_path, batch_of, delimiter, ending):
    content = ending.join(line.replace(",", delimiter) for line in (TOP, LINE, LINE.replace("R1", "R2"))) + ending
    batch = batch_of(raw(tmp_path, content))
    assert batch.requests.frame["request_id"].to_list() == ["R1", "R2"]
    assert batch.defects.frame.is_empty()


def test_a_field_of_ten_megabytes_is_one_defect(tmp_path, found):
    assert found(csv_file(tmp_path, row(reason="x" * 10_000_000), row(request_id="R2"))) == [(2, "reason", "too-long")]


def test_what_is_hashed_is_the_file(tmp_path, batch_of):
    path = csv_file(tmp_path, row())
    source = batch_of(path).source
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.name, source.kind, source.rows, source.headings) == ("ask.csv", "csv", 1, tuple(HEAD))


def test_a_mapping_that_fits_nothing(tmp_path, batch_of):
    turned_away(batch_of, csv_file(tmp_path, row()), "no heading", mapping=Mapping({"Other": "zip"}))
    turned_away(batch_of, csv_file(tmp_path, row()), "do not exist", mapping=Mapping({"dob": "birthday"}))


# ---------------------------------------------------------------- nothing personal in what is said

CANARY = "Zyzzyva-7731"


def spoiled_files(folder):
    c = CANARY
    yield csv_file(
        folder,
        row(dob=c, zip=c),
        row(reason=c * 2000, first_name=c + "\x00"),
        [c],
        [c] * 14,
        row(request_id=c),
        row(request_id=c),
        name="cells.csv",
    )
    yield raw(folder, f"{c},{c}\n{c},{c}\n", "no-head.csv")
    yield raw(folder, f'{TOP}\n{LINE}\n{c},"{c}\n', "open.csv")
    yield raw(folder, f"{TOP}\n{c}é\n".encode("cp1252"), "page.csv")
    yield raw(folder, f'{{"id": "{c}", "first": ["{c}"]}}\n{{"{c}\n', "lines.jsonl")
    made, path = book(folder, row(first_name=f'="{c}"', dob=c, zip=c), name="book.xlsx")
    made.save(path)
    yield path
    yield part_replaced(xlsx_file(folder, row()), "xl/worksheets/sheet1.xml", f"<worksheet><sheetData><row><c><v>{c}</v>".encode())


@pytest.mark.invariant
def test_no_canary_escapes_in_defects_messages_or_what_is_printed(tmp_path, batch_of):
    for path in spoiled_files(tmp_path):
        try:
            batch = batch_of(path)
        except InputError as error:
            chain = [error, error.__cause__, error.__context__ if not error.__suppress_context__ else None]
            said = " ".join(f"{one!r} {one}" for one in chain if one) + error.remedy
        else:
            assert len(batch.defects)
            said = repr(batch.defects.frame.rows()) + repr(batch) + repr(batch.source)
        assert CANARY not in said, path.name


@pytest.mark.invariant
def test_every_row_is_accounted_for(tmp_path, batch_of):
    rows = [row(request_id=i) if i % 7 else ([i] if i % 2 else [i] * 12) for i in range(500)]
    batch = batch_of(csv_file(tmp_path, *rows))
    assert len(batch.requests) == batch.raw.height == batch.source.rows == 500
    assert batch.requests.frame["ordinal"].to_list() == list(range(500))
    assert (batch.defects.frame["kind"] == "ragged-row").sum() == len(range(0, 500, 7))


def test_the_columns_are_those_of_the_vocabulary_in_its_order(tmp_path, batch_of):
    assert batch_of(raw(tmp_path, "surname\nQuill\n")).requests.frame.columns == ["ordinal", "row", *(column.name for column in COLUMNS)]
