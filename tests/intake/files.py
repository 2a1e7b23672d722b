"""Request files made for one test each, in every format. The people in them do not exist."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook

from privity.terms import Column

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("request_id", "text", "", ("id", "row id"), personal=False),
    Column("first_name", "text", "", ("first", "fname")),
    Column("last_name", "text", "", ("last", "surname")),
    Column("date_of_birth", "day", "", ("dob", "birth date")),
    Column("address_line1", "text", "", ("address", "street")),
    Column("city", "text", "", ("town",)),
    Column("state", "text", "", ("st",)),
    Column("zip", "zip", "", ("zip code", "postal code")),
    Column("tin", "text", "", ("ssn",), digits=9),
    Column("reason", "text", "", ("reasons",)),
)
HEAD = ["request_id", "first_name", "last_name", "dob", "address", "city", "state", "zip", "ssn", "reason", "my notes"]
ROW = ["R1", "Ada", "Quill", "1980-02-29", "1 Elm St", "Cambridge", "MA", "02139", "900112222", "seen there", "n"]


def row(**cells: object) -> list[object]:
    """A sound row with some cells changed."""
    return [cells.get(name, value) for name, value in zip(HEAD, ROW, strict=True)]


def csv_file(folder: Path, *rows: list[object], head: list[str] = HEAD, name: str = "ask.csv") -> Path:
    """A CSV file, every cell in quotation marks."""
    return raw(folder, "\n".join(",".join(f'"{cell}"' for cell in line) for line in (head, *rows)) + "\n", name)


def raw(folder: Path, content: str | bytes, name: str = "ask.csv") -> Path:
    """A file of just this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def book(folder: Path, *rows: list[object], head: list[str] = HEAD, name: str = "ask.xlsx") -> tuple[Workbook, Path]:
    """A workbook with one sheet of requests, not saved yet."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Asked"
    for line in (head, *rows):
        sheet.append(line)
    return made, folder / name


def xlsx_file(folder: Path, *rows: list[object], head: list[str] = HEAD) -> Path:
    """A workbook with one sheet of requests."""
    made, path = book(folder, *rows, head=head)
    made.save(path)
    return path


def part_replaced(path: Path, part: str, content: bytes) -> Path:
    """The same archive with one part replaced."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def ods_file(folder: Path, table: str) -> Path:
    """An OpenDocument workbook whose sheet is this XML."""
    spaces = " ".join(f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{value}:1.0"' for key, value in
                      (("office", "office"), ("table", "table"), ("text", "text")))  # fmt: skip
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>'
    path = folder / "ask.ods"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", "<manifest/>")
    return path
