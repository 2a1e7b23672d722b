"""How often the address key is wrong: real addresses refused, junk accepted, spellings told apart, places taken for one.

    python evaluation/addresses.py [--quick] [--json] [--source FILE]

Four questions, each with counts and an exact 95 % upper bound (Clopper and Pearson 1934):

- *gate*: published addresses (``real_addresses``) refused, by set. ``labeled`` was collected because parsers fail on it.
- *junk*: made-up junk (``junk_addresses``) accepted, by kind; and apart from it, what is *known to pass*.
- *renderings*: each accepted address against itself as USPS Publication 28 writes it, spelled out, in small letters with stops, with its
  unit on its own line or under another designator, and with ZIP+4: not ``same`` is an error. What is a suffix, a directional or a unit is
  decided by the labels of the source, not by this project.
- *apart*: each accepted address with one digit of its line changed must not be ``same``; and addresses whose digits differ must have different keys.

Without ``--source`` pip fetches the source distribution that the sets are taken from. ``--quick`` draws fewer junk rows.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import junk_addresses
import polars as pl
import real_addresses

from privity.fields import address
from privity.match.bound import upper_limit

if TYPE_CHECKING:
    from collections.abc import Callable

JUNK = {False: 1_000_000, True: 100_000}
CELLS = ("line1", "line2", "city", "state", "zip")
Words = list[tuple[str, str]]

# Publication 28, appendices B and C: short form and spelled-out form, written here a second time.
SUFFIXES = {"ALY": "ALLEY", "AVE": "AVENUE", "BLVD": "BOULEVARD", "BND": "BEND", "CIR": "CIRCLE", "CT": "COURT", "CV": "COVE", "CRES": "CRESCENT", "CRK": "CREEK",
            "DR": "DRIVE", "EXPY": "EXPRESSWAY", "GDNS": "GARDENS", "GLN": "GLEN", "GRN": "GREEN", "GRV": "GROVE", "HL": "HILL", "HLS": "HILLS", "HTS": "HEIGHTS",
            "HWY": "HIGHWAY", "HOLW": "HOLLOW", "LN": "LANE", "LK": "LAKE", "LNDG": "LANDING", "MDWS": "MEADOWS", "MNR": "MANOR", "PKWY": "PARKWAY",
            "PL": "PLACE", "PLZ": "PLAZA", "PT": "POINT", "RD": "ROAD", "RDG": "RIDGE", "SQ": "SQUARE", "ST": "STREET", "TER": "TERRACE", "TRCE": "TRACE", "TRL": "TRAIL",
            "VLY": "VALLEY", "VW": "VIEW", "VLG": "VILLAGE", "XING": "CROSSING", "TPKE": "TURNPIKE", "CTR": "CENTER", "EST": "ESTATE", "ESTS": "ESTATES"}  # fmt: skip
WAYS = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST", "NE": "NORTHEAST", "NW": "NORTHWEST", "SE": "SOUTHEAST", "SW": "SOUTHWEST"}
UNITS = {
    "APT": "APARTMENT",
    "STE": "SUITE",
    "RM": "ROOM",
    "FL": "FLOOR",
    "BLDG": "BUILDING",
    "TRLR": "TRAILER",
    "SPC": "SPACE",
    "DEPT": "DEPARTMENT",
}
TABLES = {
    "StreetNamePostType": SUFFIXES,
    **dict.fromkeys(("StreetNamePreDirectional", "StreetNamePostDirectional"), WAYS),
    **dict.fromkeys(("OccupancyType", "SubaddressType"), UNITS),
}
ANY_UNIT = ("APT", "APARTMENT", "UNIT", "#")


# ---------------------------------------------------------------- renderings


def short(words: Words) -> str:
    """Capitals, no punctuation, standard abbreviations."""
    return " ".join(_mapped(words, short=True))


def long(words: Words) -> str:
    """Everything spelled out, in capital and small letters."""
    return " ".join(_mapped(words, short=False)).title()


def stops(words: Words) -> str:
    """Small letters, with a stop after each abbreviation and a comma before the unit."""
    shown = [
        f"{text}." if label in TABLES and text.isalpha() and len(text) > 1 else text
        for (label, _), text in zip(words, _mapped(words, short=True), strict=True)
    ]
    first = _unit_at(words)
    return " ".join([*shown[:first], *([","] if first < len(shown) else []), *shown[first:]]).replace(" ,", ",").lower()


def renamed(words: Words) -> str:
    """APT, UNIT and # stand for one another."""
    other = {"APT": "#", "APARTMENT": "UNIT", "UNIT": "APT", "#": "APT"}
    return " ".join(other.get(text.upper(), text) if label == "OccupancyType" else text for label, text in words)


def _mapped(words: Words, *, short: bool) -> list[str]:
    return [_form(TABLES.get(label, {}), re.sub(r"\.(?!\d)", "", text.upper()), short=short) for label, text in words]


def _form(table: dict[str, str], text: str, *, short: bool) -> str:
    known = {**table, **{spelled: abbreviated for abbreviated, spelled in table.items()}}
    if text not in known or (text in table) == short:
        return text
    return known[text]


def _unit_at(words: Words) -> int:
    """Where the unit begins, if the line ends with one: the number of words if not."""
    first = len(words)
    while first > 1 and words[first - 1][0] in ("OccupancyType", "OccupancyIdentifier"):
        first -= 1
    return first if first < len(words) and words[first][0] == "OccupancyType" else len(words)


def rendered(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The same addresses in other forms, row by row."""
    rows = [
        [(word["label"], word["text"].strip(" ,.;")) for word in words if word["text"].strip(" ,.;")] for words in frame["words"].to_list()
    ]

    def in_one(form: Callable[[Words], str]) -> pl.DataFrame:
        return frame.select(pl.Series("line1", [form(words) for words in rows]), "line2", "city", "state", "zip")

    split = [(short(words[: _unit_at(words)]), short(words[_unit_at(words) :])) for words in rows]
    below = pl.DataFrame(split, schema={"line1": pl.String(), "line2": pl.String()}, orient="row").hstack(
        frame.select("city", "state", "zip")
    )
    below = below.with_columns(pl.when(pl.col("line2") == "").then(frame["line2"]).otherwise("line2").fill_null("").alias("line2"))
    plus = in_one(short).with_columns(pl.col("city").str.to_uppercase(), zip=pl.col("zip").str.slice(0, 5) + "-1234")
    return {
        "USPS form": in_one(short),
        "spelled out": in_one(long),
        "small letters with stops": in_one(stops),
        "unit on its own line": below,
        "unit line first": _turned(below),
        "another designator": in_one(renamed),
        "ZIP+4": plus,
    }  # fmt: skip


def _turned(below: pl.DataFrame) -> pl.DataFrame:
    """The lines in the other order, where the second begins with a designator."""
    unit = pl.col("line2").str.contains(r"(?i)^(?:#|apt|unit|ste|suite|bldg|building|lot|fl|floor|rm|room|trlr|trailer|spc|space) ?\S")
    one, two = (pl.when(unit).then(pl.col(a)).otherwise(pl.col(b)) for a, b in (("line2", "line1"), ("line1", "line2")))
    return below.with_columns(line1=one, line2=two)


# ---------------------------------------------------------------- questions


def gate(sets: dict[str, dict[str, pl.DataFrame]]) -> list[dict[str, Any]]:
    """Refused by set, with the reasons; ``for_its_zip`` of them because the source's own state and ZIP code contradict each other."""
    found = []
    for group, frames in sets.items():
        for name, frame in frames.items():
            standings = dict(address.key(frame.select(CELLS)).group_by("standing").len().iter_rows())
            refused = frame.height - standings.pop("complete", 0)
            places = sum(standings.get(word, 0) for word in ("zip-not-in-state", "zip-unknown", "no-state"))
            found.append(
                {"group": group, "set": name, **_rate("refused", refused, frame.height), "for_its_zip": places, "standings": standings}
            )
    return found


def junk(count: int) -> list[dict[str, Any]]:
    """Accepted by kind, and in all."""
    rows = junk_addresses.rows(count)
    accepted = address.key(rows.select(CELLS))["standing"].eq_missing(pl.Series(["complete"]))
    table = (
        rows.with_columns(accepted=accepted)
        .group_by("group", "junk", maintain_order=True)
        .agg(rows=pl.len(), accepted=pl.col("accepted").sum())
    )
    kinds = [{"group": one["group"], "kind": one["junk"], **_rate("accepted", one["accepted"], one["rows"])} for one in table.to_dicts()]
    return [*kinds, {"group": "all", "kind": "all", **_rate("accepted", int(table["accepted"].sum()), int(table["rows"].sum()))}]


def known(count: int) -> list[dict[str, Any]]:
    """Accepted of what form alone cannot refuse; no part of the junk counted above."""
    rows = junk_addresses.known_to_pass(count)
    table = address.key(rows.select("junk", *CELLS)).group_by("junk", maintain_order=True)
    counts = table.agg(rows=pl.len(), accepted=(pl.col("standing") == "complete").sum())
    return [{"kind": one["junk"], **_rate("accepted", one["accepted"], one["rows"])} for one in counts.to_dicts()]


def renderings(sets: dict[str, dict[str, pl.DataFrame]]) -> list[dict[str, Any]]:
    """Not ``same``, by set and form; only rows whose form differs from what stands there."""
    found = []
    for group, frames in sets.items():
        for name, frame in frames.items():
            keyed = address.key(frame.select(CELLS))
            complete = keyed["standing"] == "complete"
            left, kept = keyed.filter(complete), frame.filter(complete)
            for form, other in rendered(kept).items():
                changed = kept.select(CELLS).with_columns(other=pl.concat_str(other.select(CELLS), ignore_nulls=True)).select(
                    pl.concat_str(CELLS, ignore_nulls=True) != pl.col("other")).to_series()  # fmt: skip
                answers = address.compare(left.filter(changed), address.key(other.filter(changed)))
                counts = dict(answers.value_counts().iter_rows())
                wrong = answers.len() - counts.get("same", 0)
                found.append(
                    {
                        "group": group,
                        "set": name,
                        "form": form,
                        **_rate("not_same", wrong, answers.len()),
                        "different": counts.get("different", 0),
                    }
                )
    return found


def apart(sets: dict[str, dict[str, pl.DataFrame]]) -> list[dict[str, Any]]:
    """One digit changed and still ``same``; and pairs of rows of one key whose digits differ."""
    chance, found = random.Random(6103), []  # reproducible by intent
    for group, frames in sets.items():
        for name, frame in frames.items():
            keyed = address.key(frame.select(CELLS)).filter(pl.col("standing") == "complete")
            changed = keyed.select(
                "line2",
                "city",
                "state",
                "zip",
                line1=pl.Series([_digit_changed(line, chance) for line in keyed["line1"].to_list()], dtype=pl.String),
            )
            known = changed["line1"].is_not_null()
            answers = address.compare(keyed.filter(known), address.key(changed.filter(known)))
            digits = (
                pl.concat_str(pl.col("line1", "line2").fill_null(""), separator=" ")
                .str.extract_all(r"\d+")
                .list.eval(pl.element().str.strip_chars_start("0"))
            )
            merged = (
                keyed.with_columns(digits=digits.list.sort().list.join(" ")).group_by("key").agg(pl.col("digits").n_unique(), rows=pl.len())
            )
            found.append({"group": group, "set": name, **_rate("same", int((answers == "same").sum()), answers.len()), "keys": merged.height, "rows_keyed": keyed.height,
                          "keys_of_different_digits": int((merged["digits"] > 1).sum())})  # fmt: skip
    return found


def _digit_changed(line: str, chance: random.Random) -> str | None:
    places = [found.start() for found in re.finditer(r"\d", line)]
    if not places:
        return None
    at = chance.choice(places)
    return line[:at] + chance.choice([digit for digit in "0123456789" if digit != line[at]]) + line[at + 1 :]


def _rate(what: str, errors: int, rows: int) -> dict[str, Any]:
    return {"rows": rows, what: errors, "share": errors / max(1, rows), "at_most": upper_limit(errors, rows)}


# ---------------------------------------------------------------- report


def _print(title: str, rows: list[dict[str, Any]]) -> None:
    shown = [{name: f"{value:.4%}" if isinstance(value, float) else str(value) for name, value in row.items()} for row in rows]
    widths = {name: max(len(name), *(len(row[name]) for row in shown)) for name in shown[0]}
    print(f"\n{title}\n")
    for row in ({name: name for name in widths}, *shown):
        print("  " + "  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip())


def measured(*, quick: bool, source: Path | None) -> dict[str, list[dict[str, Any]]]:
    """All four."""
    with tempfile.TemporaryDirectory(prefix="privity-addresses-") as folder:
        sets = real_addresses.sets(source or real_addresses.source_distribution(Path(folder)))
    return {
        "gate": gate(sets),
        "junk": junk(JUNK[quick]),
        "known to pass": known(10_000),
        "renderings": renderings(sets),
        "apart": apart(sets),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the junk")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--source", type=Path, help=f"the source distribution of {real_addresses.DISTRIBUTION}, if it is here already")
    given = parser.parse_args()
    found = measured(quick=given.quick, source=given.source)
    if given.json:
        print(json.dumps({"evaluation": "addresses", **found}, indent=1))
        return
    for title, rows in found.items():
        _print(title, rows)


if __name__ == "__main__":
    main()
