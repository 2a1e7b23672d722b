"""``privity load``: the custodian's records, prepared file by file; which register is in force, and where it lies.

A load prepares only the files whose content it has not met (`register_parts`), makes the counts over all of them
(`register_snapshot`), and enters the result. The prepared register holds what the custodian holds anyway, in the clear: it lies where the
custodian's own disk encryption protects it (docs/threats.md).

One load at a time; a load that was killed is run again and goes on at the first file that has no part.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from privity.engines import named, postgres
from privity.errors import InputError, TamperError
from privity.ledger.entry import Kind
from privity.match.version import preparation
from privity.office import disk, record, register_parts, register_snapshot
from privity.office.register_source import look_through, sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from privity.match.engine import Engine
    from privity.match.register import Findings, PreparedRegister
    from privity.office.place import Office
    from privity.office.register_parts import Part
    from privity.office.register_snapshot import Snapshot
    from privity.office.register_source import Source
    from privity.store import Tx

EMBEDDED = "duckdb"
Progress = Callable[[str, int, int], None]
"""Step, how much of it is done, how much there is: ``look`` in bytes, ``read`` and ``prepare`` in rows, ``count`` at once."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the register now in force, its ledger entry, how many files it has, how many of them were prepared anew."""

    digest: str
    entry: int
    files: int
    prepared: int
    found: Findings


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def load(office: Office, given: Sequence[Path], progress: Progress = quiet, *, engine: str = EMBEDDED) -> Loaded:
    """Prepare the register from its files, or folders of files, and put it in force.

    Raises:
        InputError: a file cannot be read as it is; the register in force stays.
    """
    with alone(office):
        return _load(office, given, progress, engine)


def load_table(office: Office, uri: str, table: str, progress: Progress = quiet, *, engine: str = EMBEDDED) -> Loaded:
    """Prepare the register from a table in PostgreSQL, as one snapshot of it, and put it in force.

    The table is read into files below ``scratch`` first, in the clear. They are removed whatever happens; after a kill, by the next load.

    Raises:
        InputError: there is no such table, it lacks a column, or the database cannot be read.
    """
    with alone(office):
        folder = _spool(office)
        try:
            files = postgres.spool(uri, table, folder, lambda done, total: progress("read", done, total))
            return _load(office, files, progress, engine)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def engine(office: Office, name: str = EMBEDDED) -> Engine:
    """An engine by its name, on all processors that this process may use, spilling into the office's own folder and nowhere else.

    Raises:
        InputError: there is none of the name, or what it needs is not installed.
    """
    return named(name, scratch(office), threads=len(os.sched_getaffinity(0)))


def workplace(office: Office, batch: str, basis: str) -> Path:
    """Where a batch is matched: a folder of its own, gone on with after a kill, and removed once the batch is determined."""
    return scratch(office) / f"match-{batch}-{basis[:16]}-{preparation()[:16]}"


def clear_workplace(office: Office, batch: str) -> None:
    """Remove what matching of a batch left: it is in the clear, and once the batch is determined nobody needs it."""
    for left in scratch(office).glob(f"match-{batch}-*"):
        shutil.rmtree(left, ignore_errors=True)


def in_force(office: Office, tx: Tx) -> str:
    """The digest of the register in force.

    Raises:
        InputError: none was loaded, or by another version of the program.
        TamperError: its manifest is missing or altered.
    """
    rows = tx.now("in_force", kind="register", id="register")
    if not rows:
        raise InputError("the office has no register", remedy="load one with `privity load OFFICE FILE...`")
    digest = str(rows[0]["digest"])
    register_snapshot.check_preparation(register_snapshot.read(folder(office), digest))
    return digest


def of(office: Office, digest: str) -> PreparedRegister:
    """A register that was loaded.

    Raises:
        InputError: another version of the program prepared it.
        TamperError: a part of it is missing.
    """
    return register_snapshot.opened(folder(office), digest)


def folder(office: Office) -> Path:
    """Where prepared registers lie."""
    return office.root / "register"


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """What of the prepared registers is not as the ledger's entries say. Reads every prepared file."""
    current = [row["seq"] for row in tx.now("in_force", kind="register", id="register")]
    on_record = {row["digest"]: row for row in tx.rows("in_force", kind="register", id="register")}  # of one register the last load
    for digest, row in on_record.items():
        try:
            (opening,) = record.opened(office, tx, int(row["entry"]), 1)
        except (TamperError, TypeError):
            continue  # whoever reads all openings names it
        manifest = str(json.loads(opening)["manifest"])
        yield from register_snapshot.differences(folder(office), str(digest), manifest, in_force=row["seq"] in current)


# ---------------------------------------------------------------- one load


def _load(office: Office, given: Sequence[Path], progress: Progress, name: str) -> Loaded:
    machine = engine(office, name)
    files = sources(given, lambda done, total: progress("look", done, total))
    parts, prepared = _parts(office, files, machine, progress)
    progress("count", 0, 1)
    snapshot = register_snapshot.make(folder(office), parts, machine)
    progress("count", 1, 1)
    return Loaded(snapshot.digest, _enter(office, snapshot), len(files), prepared, snapshot.found)


def _parts(office: Office, files: Sequence[Source], machine: Engine, progress: Progress) -> tuple[list[Part], int]:
    """The part of every file, and how many had to be prepared. All files are looked through before one is prepared."""
    parts = folder(office) / "parts"
    wanted = {register_parts.part_id(file.digest): file for file in files}
    found = {name: part for name in wanted if (part := register_parts.find(parts, name)) is not None}
    rows = {name: look_through(file.path) for name, file in wanted.items() if name not in found}
    done, total = 0, sum(rows.values())
    for name, held in rows.items():
        told = partial(_tell, progress, done, held, total)
        told(0.0)
        found[name] = register_parts.make(parts, wanted[name], held, machine, told)
        done += held
    progress("prepare", done, total)
    return list(found.values()), len(rows)


def _tell(progress: Progress, done: int, held: int, total: int, share: float) -> None:
    """So much of the file that comes after ``done`` rows."""
    progress("prepare", done + int(share * held), total)


def _enter(office: Office, snapshot: Snapshot) -> int:
    found = asdict(snapshot.found)
    row = {"kind": "register", "id": "register", "digest": snapshot.digest, "since": office.day.isoformat()}
    with office.store.write() as tx:
        entry = record.enter(
            office, tx, Kind.IN_FORCE, {**row, "manifest": snapshot.manifest, "parts": len(snapshot.parts), "found": found}
        )
        tx.add_one("in_force", kind="register", id="register", digest=snapshot.digest, since=office.day, until=None, entry=entry)
    return entry


@contextmanager
def alone(office: Office) -> Iterator[None]:
    """One load at a time, and nothing left of one that was killed."""
    with disk.alone(scratch(office) / "load.lock"):
        shutil.rmtree(_spool(office), ignore_errors=True)
        for left in (*folder(office).glob(".*"), *(folder(office) / "parts").glob(".*")):
            shutil.rmtree(left, ignore_errors=True)
        yield


def scratch(office: Office) -> Path:
    """Where working files lie, in the clear."""
    folder_ = office.root / "scratch"
    folder_.mkdir(exist_ok=True)
    return folder_


def _spool(office: Office) -> Path:
    return scratch(office) / "table"
