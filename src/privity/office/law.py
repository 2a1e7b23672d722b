"""The law in force in an office: shipped law is a seed; from then on every change is one transaction that leaves an entry.

A version of the law is a whole folder, named by its digest and never altered; the newest ``in_force`` row of kind ``law`` says which one
governs. Release takes the same lock before it reads that row, so a halt that was entered is seen by every package
committed after it. No version ends or loosens a halt: that takes two persons (``office.halt``). Versions are kept for ever: replay reads
the one that a determination names.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from privity.errors import InputError, LawError, TamperError
from privity.ledger.entry import Kind
from privity.office import disk, record
from privity.rules import book as books
from privity.rules import halts
from privity.rules.book import LawBook, Rulebook, open_book
from privity.rules.retention import read_retention

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from privity.office.place import Office
    from privity.store import Tx

LAW_FILES = ("*.toml", "*.cedar")
_OPENED: set[tuple[Path, int, str]] = set()


def contents(folder: Path) -> dict[str, bytes]:
    """The law files of a folder: path below it → bytes."""
    files = (file for pattern in LAW_FILES for file in folder.rglob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's law files."""
    return _digest(contents(folder))


def _digest(files: Mapping[str, bytes]) -> str:
    whole = sha256()
    for name in sorted(files, key=lambda one: one.split("/")):  # as paths sort
        whole.update(f"{name}\x00{sha256(files[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def keep_version(office_root: Path, folder: Path) -> str:
    """Copy a folder of law into the office, under its digest. Returns the digest; nothing is in force yet.

    Raises:
        InputError: there is no law in the folder.
    """
    if not folder.is_dir():
        raise InputError(f"no law in `{folder}`", remedy="name a folder laid out like the shipped law")
    return keep_contents(office_root, contents(folder))


def keep_contents(office_root: Path, files: Mapping[str, bytes], regime: str = "") -> str:
    """The same from the files themselves; with ``regime``, only if they are well formed.

    Raises:
        LawError: a file or an entry is not well formed; nothing is kept.
    """
    digest = _digest(files)
    beside = office_root / "law" / f".{digest}.{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    for name, content in files.items():
        target = beside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    try:
        if regime:
            well_formed(beside, regime)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    disk.place_folder(beside, office_root / "law" / digest)
    return digest


def well_formed(folder: Path, regime: str) -> None:
    """Read everything that a version of the law says, its schedule of retention too.

    Raises:
        LawError: a file or an entry is not well formed.
    """
    open_book(folder, regime)
    read_retention(folder, regime)


def install(office: Office, folder: Path, ground: str) -> str:
    """Put a version of the law in force, from the office's day on. One transaction, under the lock that release takes.

    Halts survive it: a folder that lacks or alters one that withholds here is refused, whoever installs it.

    Raises:
        LawError: the law is not well formed, or would end or loosen a halt; the one in force stays.
    """
    well_formed(folder, office.regime)
    digest = keep_version(office.root, folder)
    with office.store.write() as tx:
        _keeps_halts(office, tx, version(office.root, office.regime, digest))
        put_in_force(office, tx, digest, ground)
    return digest


def _keeps_halts(office: Office, tx: Tx, book: LawBook) -> None:
    digest, now = in_force(office, tx)
    lost = halts.weakened(now.halts, book.halts, office.day)
    if lost:
        said = "; ".join(f"halt `{name}`: {what}" for name, what in lost.items())
        raise LawError(
            f"this law would end or alter what a court ordered: {said}",
            remedy=f"copy the files from law/{digest}/halts in the office's folder; a halt ends with `privity halt lift`, by two persons",
        )
    moved = halts.evaded(now.halts, book.halts, now.vocabulary, book.vocabulary, office.day)
    if moved:
        raise LawError(
            f"facts that halts read would come from elsewhere: {', '.join(moved)}",
            remedy="keep `from`, `type`, `stage` and `optional` of these facts as they are while the halts are in force",
        )


def put_in_force(office: Office, tx: Tx, digest: str, ground: str) -> None:
    """Enter a kept version as the law in force."""
    record.require_open(tx)
    row = {"kind": "law", "id": office.regime, "digest": digest, "since": office.day.isoformat(), "ground": ground}
    entry = record.enter(office, tx, Kind.IN_FORCE, row)
    tx.add_one("in_force", kind="law", id=office.regime, digest=digest, since=office.day, until=None, entry=entry)


def in_force(office: Office, tx: Tx) -> tuple[str, LawBook]:
    """The version that governs now, as this transaction sees it: (digest, book). Only the parse of a fixed folder is kept in memory.

    Raises:
        TamperError: there is none, or the newest row is not the newest entry's: whoever can insert rows puts no law in force.
    """
    rows = tx.rows("in_force", kind="law", id=office.regime)
    if not rows:
        raise TamperError("the office has no law in force", remedy="run `privity verify`")
    *before, newest = rows
    entry, digest = newest["entry"], str(newest["digest"])
    if entry is None or any(row["entry"] is None or row["entry"] >= entry for row in before) or not _entered(office, tx, entry, digest):
        raise TamperError("the law in force is not what was entered last", remedy="run `privity verify`, and ask the inspector")
    return digest, version(office.root, office.regime, digest)


def _entered(office: Office, tx: Tx, entry: int, digest: str) -> bool:
    """Whether the entry says that this version came into force; what an entry says never changes, so it is opened once a process."""
    if (office.root, entry, digest) not in _OPENED:
        (opening,) = record.opened(office, tx, entry, 1)
        said = json.loads(opening)
        if (said.get("kind"), said.get("id"), said.get("digest")) != ("law", office.regime, digest):
            return False
        _OPENED.add((office.root, entry, digest))
    return True


@lru_cache(maxsize=8)
def version(office_root: Path, regime: str, digest: str) -> LawBook:
    """One version of the law, checked against its name.

    Raises:
        TamperError: the folder is not what its digest says.
    """
    folder = office_root / "law" / digest
    if not folder.is_dir() or folder_digest(folder) != digest:
        raise TamperError(
            f"the law of version `{digest[:12]}` is missing or altered", remedy="restore the folder from a backup; its digest names it"
        )
    return open_book(folder, regime)


def bound_in_use(book: LawBook, agency: str, day: date) -> tuple[str, ...]:
    """Court orders in force on a day that withhold nothing here and bind what an agency may do with what it holds (custody)."""
    standing = [halt for halt in book.halts if not halt.withholds and halt.applies_on(day)]
    return tuple(halt.cite for halt in standing if not halt.agencies or agency in halt.agencies)


@lru_cache(maxsize=32)
def rulebook(office_root: Path, regime: str, digest: str, day: date, agreement: str | None, agency: str) -> Rulebook:
    """What of a version decides on a day. A version never changes, so neither does this; which version governs is asked every time."""
    return books.in_force(version(office_root, regime, digest), day, agreement=agreement, agency=agency)
