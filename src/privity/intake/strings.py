"""The shared texts of a workbook and the cells that point at them into the amount of text that they spell out.

A text is stored once and pointed at by each cell that shows it (ECMA-376 part 1, 18.4): a few kilobytes can stand for gigabytes, and
the spreadsheet library lays out every cell. So it is added up before. What the texts say is not kept.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from privity.errors import InputError
from privity.intake.archive import damaged
from privity.intake.markup import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_BYTES: Final = 4 << 30


def too_long() -> InputError:
    """The cells spell out more than a batch may hold."""
    return InputError(
        "the cells of the workbook together are longer than a batch may hold", remedy="ask the sender for a CSV or Parquet file"
    )


def shared_lengths(chunks: Iterable[bytes]) -> array[int]:
    """The length, in characters, of each text of ``xl/sharedStrings.xml``."""
    found = array("Q")

    def start(name: str, _: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            found.append(0)

    def text(part: str) -> None:
        if found:
            found[-1] += len(part)

    walk(chunks, start, text=text)
    return found


def within(sheets: Sequence[tuple[int, Iterable[bytes]]], lengths: array[int]) -> None:
    """See that the cells that point at shared texts may be laid out. ``sheets``: how many such cells, and the sheet's XML.

    Asked cheaply first: were each cell the longest text, would it still be little enough?

    Raises:
        InputError: it would not, and the sum says so too.
    """
    if sum(count for count, _ in sheets) * max(lengths, default=0) <= MOST_BYTES:
        return
    if sum(_spelt_out(chunks, lengths) for _, chunks in sheets) > MOST_BYTES:
        raise too_long()


def _spelt_out(chunks: Iterable[bytes], lengths: array[int]) -> int:
    total, pointing, digits = 0, False, ""

    def settle() -> None:
        nonlocal total, digits
        if digits.strip():
            if int(digits) >= len(lengths):
                raise damaged()
            total += lengths[int(digits)]
        digits = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal pointing
        if name.rpartition(":")[2] == "c":
            settle()
            pointing = attributes.get("t") == "s"

    def text(part: str) -> None:
        nonlocal digits
        if pointing:
            digits += part

    walk(chunks, start, text=text)
    settle()
    return total
