"""The headings of a request file into a mapping to the columns of the vocabulary, proposed by name and alias.

Compared without regard to case, punctuation, spaces, underscores and a plural s: ``First_Name``, ``FIRST NAME`` and ``first names`` are
one. A heading that fits nothing is listed as unknown, and two headings that fit one column are listed as contested; neither is dropped in
silence. No column is required here: what a request lacks is for the rules to say. Reading a heading's meaning from its cells is not done.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as Map
    from pathlib import Path

    from privity.terms import Column

DAY_ORDERS = ("", "mdy", "dmy")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which heading is which column.

    ``chosen``: heading → column. ``unknown``: headings that fit no column. ``contested``: headings that fit a column which another
    heading fits as well or better; they are not used until someone chooses. ``day_order``: ``mdy`` or ``dmy`` if the sender said so.
    ``encoding``: of a text file, if the sender said so.
    """

    chosen: Map[str, str]
    unknown: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    day_order: str = ""
    encoding: str = ""

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what decides how a file is read; what was left over does not count."""
        said = {"columns": dict(self.chosen), "day_order": self.day_order, "encoding": self.encoding}
        return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def plain(heading: str) -> str:
    """The heading with all that people vary left out."""
    words = re.sub(r"[^0-9a-z]+", " ", unicodedata.normalize("NFKC", heading).casefold()).split()
    return "".join(_singular(word) for word in words)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > len("gas") and word.endswith("s") and not word.endswith("ss") else word


def propose(headings: Sequence[str], columns: Sequence[Column]) -> Mapping:
    """A mapping from what the headings say. A column's own name goes before its aliases.

    >>> from privity.terms import Column
    >>> propose(["SSN", "Favourite colour"], [Column("tin", "text", "", ("ssn",))])
    Mapping(chosen={'SSN': 'tin'}, unknown=('Favourite colour',), contested=(), day_order='', encoding='')
    """
    names, aliases = _names(columns), _aliases(columns)
    first = {i: names[key] for i, head in enumerate(headings) if (key := plain(head)) in names}
    taken = set(first.values())
    second = {i: aliases[key] for i, head in enumerate(headings) if i not in first and (key := plain(head)) in aliases}
    settled, quarrel = _settle(headings, first)
    later, more = _settle(headings, {i: column for i, column in second.items() if column not in taken})
    late = {i for i, column in second.items() if column in taken}
    contested = quarrel | more | late
    chosen = {headings[i]: column for i, column in sorted((settled | later).items())}
    unknown = tuple(head for i, head in enumerate(headings) if head.strip() and i not in first and i not in second)
    return Mapping(chosen, unknown, tuple(headings[i] for i in sorted(contested)))


def _names(columns: Sequence[Column]) -> dict[str, str]:
    return {plain(column.name): column.name for column in columns}


def _aliases(columns: Sequence[Column]) -> dict[str, str]:
    """Aliases that mean one column; one that means two means none."""
    found: dict[str, set[str]] = defaultdict(set)
    for column in columns:
        for alias in column.aliases:
            found[plain(alias)].add(column.name)
    return {alias: next(iter(names)) for alias, names in found.items() if len(names) == 1}


def _settle(headings: Sequence[str], fits: Map[int, str]) -> tuple[dict[int, str], set[int]]:
    """Headings that are alone in wanting their column, and the others. Two headings with one text are two headings."""
    by_column: dict[str, list[int]] = defaultdict(list)
    for i, column in fits.items():
        by_column[column].append(i)
    alone = {wants[0]: column for column, wants in by_column.items() if len(wants) == 1 and list(headings).count(headings[wants[0]]) == 1}
    return alone, set(fits) - set(alone)


def positions(mapping: Mapping, headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Column → position in the file.

    Raises:
        InputError: no heading of the file is mapped, a mapped heading occurs twice, or the mapping names a column that does not exist.
    """
    _known(mapping, columns)
    where = {column: i for i, head in enumerate(headings) if (column := mapping.chosen.get(head))}
    if not where:
        raise InputError(
            "no heading of the first row is a column of a request",
            remedy="put the headings in the first row that is not empty, or map them with `privity columns`",
        )
    twice = sorted({mapping.chosen[head] for head in mapping.chosen if list(headings).count(head) > 1})
    if twice:
        raise InputError(f"two headings of the file have the same text and are mapped to: {', '.join(twice)}", remedy="rename one of them")
    return where


def _known(mapping: Mapping, columns: Iterable[Column]) -> None:
    wrong = sorted(set(mapping.chosen.values()) - {column.name for column in columns})
    twice = sorted({column for column in mapping.chosen.values() if list(mapping.chosen.values()).count(column) > 1})
    if wrong or twice:
        raise InputError(
            f"the mapping names columns that do not exist or names one twice: {', '.join(wrong + twice)}",
            remedy="see `privity columns` for the columns of this law",
        )


# ---------------------------------------------------------------- kept per requester


def save(mapping: Mapping, path: Path) -> str:
    """Write the mapping as TOML; gives its digest."""
    lines = ["# Which heading of the requester's files is which column. day_order: mdy or dmy, if the requester says so in writing."]
    lines += [f"{name} = {_quoted(value)}" for name, value in (("day_order", mapping.day_order), ("encoding", mapping.encoding)) if value]
    lines += [f"{name} = [{', '.join(map(_quoted, value))}]" for name, value in _left_over(mapping) if value]
    lines += ["", "[columns]", *(f"{_quoted(heading)} = {_quoted(column)}" for heading, column in mapping.chosen.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return mapping.digest


def _left_over(mapping: Mapping) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("unknown", mapping.unknown), ("contested", mapping.contested)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and the one control character that JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load(path: Path) -> Mapping:
    """Read a saved mapping.

    Raises:
        InputError: it is not TOML of that form.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{path.name}: not a mapping that can be read", remedy="write it anew with `privity columns FILE --save`"
        ) from error
    chosen, order, encoding = raw.pop("columns", {}), raw.pop("day_order", ""), raw.pop("encoding", "")
    unknown, contested = raw.pop("unknown", []), raw.pop("contested", [])
    if raw or not _texts(chosen) or order not in DAY_ORDERS or not isinstance(encoding, str):
        raise InputError(
            f"{path.name}: a mapping has [columns] of heading = column, and may have day_order (mdy, dmy) and encoding",
            remedy="write it anew with `privity columns FILE --save`",
        )
    return Mapping(chosen, tuple(unknown), tuple(contested), order, encoding)


def _texts(table: object) -> bool:
    return isinstance(table, dict) and all(isinstance(value, str) for value in table.values())
