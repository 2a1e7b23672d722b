"""docs/formats/columns.md has the columns and the words of the shipped vocabulary."""

from __future__ import annotations

import re

from docs.pages import ROOT, table
from privity.rules.facts import SHIPPED, load_vocabulary

VOCABULARY = load_vocabulary(SHIPPED)
ROWS = table((ROOT / "docs/formats/columns.md").read_text())


def test_every_column_stands_there_as_the_vocabulary_has_it() -> None:
    shown = [tuple(row) for row in ROWS if len(row) == 4 and row[0].startswith("`")]
    assert shown == [(f"`{one.name}`", one.kind, one.plain, ", ".join(one.aliases)) for one in VOCABULARY.columns]


def test_every_word_of_a_code_stands_there() -> None:
    shown = {row[0].strip("`"): re.findall(r"`([^`]+)`", row[1]) for row in ROWS if len(row) == 3 and row[0].startswith("`")}
    coded = {one.origin[1]: list(one.values) for one in VOCABULARY.facts.values() if one.origin[0] == "column" and one.values}
    assert shown == coded
