"""match.sql, cut at its ``-- query: NAME`` lines. The file is a part of the program; nothing of it is put together at run time."""

from __future__ import annotations

import re
from importlib.resources import files

_PARTS = re.split(r"^-- query: (\w+)$", files("privity.match").joinpath("match.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
QUERIES = {name: text.strip() for name, text in zip(_PARTS[1::2], _PARTS[2::2], strict=True)}

CANDIDATES = {name: sql for name, sql in QUERIES.items() if name.startswith("candidates_")}
NEAR = QUERIES["near"]
JUDGED = QUERIES["judged"]
HELD = QUERIES["held"]
NAMES = QUERIES["names"]
BIRTHS = QUERIES["births"]
PEOPLE = QUERIES["people"]
KNOWN = QUERIES["known"]
WRITTEN = QUERIES["written"]
NAMESAKES = QUERIES["namesakes"]
