"""A small office: some sixty requests of the sample's kinds, the register of those people and of some others, four steps of one passage.

Made once a run; a test that changes anything works on a copy of its own. ``PRIVITY_TEST_STORE=postgres`` makes it, and so every test that rests
on it, on PostgreSQL: ``small("postgres")`` does so for one test.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from privity import sample
from privity.office import batch as batches
from privity.office import dispose
from privity.office.batch import Batch
from privity.office.place import Office, open_office, store_of
from privity.office.release import release
from privity.office.submit import submit
from privity.sample import world
from privity.seal.age import AgeSealer
from privity.terms import ActKind
from store.servers import Place, place, server, untied

RECEIVED, REVIEWED, ANSWERED = date(2025, 8, 7), date(2025, 8, 11), date(2025, 8, 14)
DATED = date(2025, 6, 27)
STEPS = ("staffed", "submitted", "approved", "released")
KINDS = {
    "lawful": 24, "invented-address": 6, "not-in-register": 3, "borrowed-tin": 2, "shared-home": 2, "namesake": 2, "moved": 2, "barred": 2, "twin": 1,
    "address-bare-zip": 1, "address-zip-as-street": 1, "authority-civil": 1, "engaged-class": 1, "engaged-contractor": 1, "engaged-unsigned": 1,
    "items-return": 1, "name-class": 1, "period-missing": 1, "predicate-clock": 1, "purpose-locate": 1, "reason-missing": 1, "reason-short": 1,
    "case-missing": 1,
}  # fmt: skip


def rows() -> pl.DataFrame:
    """The requests: of each kind some, of few officers where the kind leaves a choice."""
    whole = sample.requests().join(sample.truth(), on="request_id", maintain_order="left")
    officers = (
        whole.filter(pl.col("kind") == "lawful")["engaged_person"].value_counts().sort("count", "engaged_person", descending=[True, False])
    )
    few = officers["engaged_person"].head(3).to_list()
    first = whole.with_columns(pl.col("engaged_person").is_in(few).fill_null(False).alias("few")).sort(
        "few", descending=True, maintain_order=True
    )
    parts = [first.filter(pl.col("kind") == kind).head(count) for kind, count in KINDS.items()]
    return pl.concat(parts).drop("few")


def register(asked: pl.DataFrame) -> pl.DataFrame:
    """The custodian's records of the people asked about, of those with whom they could be taken for one, and of 300 others."""
    whole = sample.register()
    near = whole.filter(
        pl.col("record_id").is_in(asked["record_id"].drop_nulls().implode())
        | pl.col("tin").str.replace_all(r"\D", "").is_in(asked["tin"].str.replace_all(r"\D", "").drop_nulls().implode())
        | (pl.col("last_name").str.to_lowercase().is_in(asked["last_name"].str.to_lowercase().drop_nulls().implode()))
    )
    others = whole.filter(pl.col("record_id").is_in(whole["record_id"].unique(maintain_order=True).head(300).implode()))
    return pl.concat([near, others]).unique(maintain_order=True)


@dataclass(frozen=True)
class Small:
    """The steps' folders, the agency's keys, the requests with their truth."""

    root: Path
    agency: world.Agency
    truth: pl.DataFrame
    file: Path
    envelope: Path
    batch: str

    def folder(self, step: str) -> Path:
        return self.root / step

    def copy(self, step: str, to: Path) -> Path:
        """An office of its own, as it stood after a step."""
        return copied(self.folder(step), to / "office")

    def office(self, step: str, to: Path, day: date) -> Office:
        return open_office(self.copy(step, to), day)

    def of(self, office: Office, batch: str = "") -> Batch:
        with office.store.read() as tx:
            return batches.named(tx, batch or self.batch)


def cases_of(asked: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Engaged person → the cases that they sign for: everybody enrolled, as ``sample.roster`` has it."""
    known = sample.roster()
    named = asked.filter(pl.col("engaged_person").is_in(list(known))).drop_nulls(["engaged_person", "case_id"])
    return {person: frozenset(cases) for person, cases in named.group_by("engaged_person").agg("case_id").iter_rows()}


def copied(office: Path, to: Path) -> Path:
    """A copy of an office to which nobody is connected, its database included."""
    shutil.copytree(office, to)
    found = store_of(to)
    if isinstance(found, str):
        database = _database(found)
        config = to / "office.toml"
        config.write_text(config.read_text().replace(f"/{database}?", f"/{server().database(database)}?"))
    return to


def _database(address: str) -> str:
    return address.rpartition("?")[0].rpartition("/")[2]


def place_of(folder: Path) -> Place:
    """Where the store of an office is, as a test sees it."""
    found = store_of(folder)
    if not isinstance(found, str):
        return Place("sqlite", found)
    return Place("postgres", found, server().address("owner", _database(found)), _database(found))


@cache
def small(kind: str = os.environ.get("PRIVITY_TEST_STORE", "sqlite")) -> Small:
    root = Path(tempfile.mkdtemp(prefix="privity-small-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    asked = rows()
    file, records, letter = root / "requests.csv", root / "register.parquet", root / "envelope.toml"
    asked.select(sample.requests().columns).write_csv(file)
    register(asked).write_parquet(records)
    where = place(kind, root)
    on = {"store": where.where, "store_owner": where.owner} if kind == "postgres" else {}
    office, agency = world.staffed(root / "staffed", RECEIVED, cases_of(asked), records, **on)
    letter.write_text(world.envelope(agency, file, cases_of(asked), dated=DATED))
    office.store.close()
    batch = _next("staffed", "submitted", root, RECEIVED, lambda o: submit(o, file, letter, intake_officer=world.INTAKE).id)
    _next("submitted", "approved", root, REVIEWED, lambda o: approve(o, _named(o, batch)))
    _next("approved", "released", root, ANSWERED, lambda o: release(o, _named(o, batch), root / "outbox", AgeSealer()))
    return Small(root, agency, asked, file, letter, batch)


def _next(step, then, root, day, verb):
    office = open_office(copied(root / step, root / then), day)
    done = verb(office)
    office.store.close()
    return done


def _named(office: Office, batch: str) -> Batch:
    with office.store.read() as tx:
        return batches.named(tx, batch)


def approve(office: Office, batch: Batch, ordinals: list[int] | None = None) -> list[int]:
    """Reviewer and approver sign for rows; for all that were referred if none are named."""
    chosen = ordinals if ordinals is not None else dispose.referred(office, batch)["ordinal"].to_list()
    return [dispose.act(office, batch, ActKind.APPROVE, world.official(office, who), chosen) for who in (world.REVIEWER, world.APPROVER)]


def tamper(folder: Path, *statements: str) -> None:
    """What whoever owns the tables can do: drop the triggers, then change anything."""
    untied(statements, place_of(folder))
