"""Who was asked about before: rows linked across batches by keyed digests, which say nothing without the office's key.

Two digests a row: ``ask``, of the case and the person as the request names them, links a resubmission whatever else changed in it;
``person``, of the record that was identified, the basis and the case, finds an answer that is live. An answer is live once a package
with it is entered, until that package is recalled or destroyed.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import func, select

from privity.office import batch as batches
from privity.store import schema

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.store import Tx

STAGE = "attempts"
ASKED = ("first_name", "last_name", "date_of_birth", "case_id")


def keys(office: Office, eligible: pl.DataFrame, identified: pl.DataFrame, basis: str) -> pl.DataFrame:
    """``ordinal``, ``ask`` and ``person`` (Binary; ``person`` null unless one person was identified) for each eligible row."""
    words = [pl.col(name).fill_null("").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "") for name in ASKED]
    both = eligible.select("ordinal", "case_id", ask=pl.concat_str([pl.lit(basis), *words], separator="\x1f")).join(
        identified.select("ordinal", "record_id"), on="ordinal", how="left", maintain_order="left"
    )
    case = pl.col("case_id").fill_null("").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")  # another spelling is no other case
    person = pl.concat_str([pl.lit(basis), "record_id", case], separator="\x1f")
    texts = both.select("ordinal", "ask", person=person)
    return texts.with_columns(_blind(office, texts["ask"]), _blind(office, texts["person"]))


def _blind(office: Office, texts: pl.Series) -> pl.Series:
    key = office.link_key
    made = [None if text is None else blake2b(text.encode(), key=key, digest_size=16).digest() for text in texts]
    return pl.Series(texts.name, made, pl.Binary)


def earlier(office: Office, tx: Tx, batch: str, mine: pl.DataFrame) -> pl.DataFrame:
    """``ordinal`` and ``earlier_answer`` (none, asked-before, live) for each row of ``keys``.

    Within a batch the first row about a person counts; a later one for the same person, basis and case is as good as live.
    """
    before = _others(office, tx, batch)
    asked = pl.concat([frame["ask"] for frame in before]).implode() if before else pl.Series([[]], dtype=pl.List(pl.Binary))
    live = pl.concat([_live(tx, frame) for frame in before]).implode() if before else pl.Series([[]], dtype=pl.List(pl.Binary))
    twice = pl.col("person").is_not_null() & ~pl.col("person").is_first_distinct()
    word = (
        pl.when(twice | pl.col("person").is_in(live).fill_null(False))
        .then(pl.lit("live"))
        .when(pl.col("ask").is_in(asked))
        .then(pl.lit("asked-before"))
        .otherwise(pl.lit("none"))
    )
    return mine.select("ordinal", word.alias("earlier_answer"))


def live_now(office: Office, tx: Tx, batch: str) -> pl.DataFrame:
    """``ordinal`` of the rows of a batch about whose person another batch's answer is live, in this transaction."""
    others = [_live(tx, frame) for frame in _others(office, tx, batch)]
    mine = pl.concat(list(batches.read_all(office, batch, STAGE)))
    return mine.filter(pl.col("person").is_in(pl.concat(others).implode()) if others else pl.lit(False)).select("ordinal")


def newest_elsewhere(tx: Tx, batch: str) -> int:
    """What grows whenever an answer of another batch becomes live or ends: the last line of custody that is not of this one."""
    custody, package = schema.custody.c, schema.package.c
    newest = select(func.max(custody.seq).label("seq")).join(schema.package, package.package == custody.package)
    return int(tx.rows(newest.where(package.batch != batch))[0]["seq"] or 0)


def _others(office: Office, tx: Tx, batch: str) -> list[pl.DataFrame]:
    """The digests of every other batch that was determined, each with its batch id."""
    known = [row for row in tx.rows("shard", stage=STAGE) if row["batch"] != batch]
    return [
        batches.read_shard(office, row["batch"], STAGE, row["shard"], row["digest"]).with_columns(pl.lit(row["batch"]).alias("batch"))
        for row in known
    ]


def _live(tx: Tx, frame: pl.DataFrame) -> pl.Series:
    """The persons of one batch about whom an answer is out."""
    batch = frame["batch"].item(0) if frame.height else ""
    ended = {row["package"] for row in tx.now("custody") if row["state"] in ("recalled", "destroyed")}
    out = [row["package"] for row in tx.rows("package", batch=batch) if row["package"] not in ended]
    ordinals = [row["ordinal"] for package in out for row in tx.rows("package_row", package=package) if row["disclosed"]]
    return frame.filter(pl.col("ordinal").is_in(ordinals))["person"].drop_nulls()
