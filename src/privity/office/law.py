"""The law in force in an office: shipped law is a seed; from then on every change is one transaction that leaves an entry.

A version of the law is a whole folder, named by its digest and never altered; the newest ``in_force`` row of kind ``law`` says which one
governs. Release takes the same lock before it reads that row, so a halt that was entered is seen by every package
committed after it. Versions are kept for ever: replay reads the one that a determination names.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from privity.errors import InputError, TamperError
from privity.ledger.entry import Kind
from privity.office import disk, record
from privity.rules import book as books
from privity.rules.book import LawBook, Rulebook, open_book

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from privity.office.place import Office
    from privity.store import Tx

LAW_FILES = ("*.toml", "*.cedar")


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's law files."""
    whole = sha256()
    for path in sorted(file for pattern in LAW_FILES for file in folder.rglob(pattern)):
        content = sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()}\x00{content}\n".encode())
    return whole.hexdigest()


def keep_version(office_root: Path, folder: Path) -> str:
    """Copy a folder of law into the office, under its digest. Returns the digest; nothing is in force yet.

    Raises:
        LawError: the law is not well formed; a version that cannot be read is never kept.
        InputError: there is no law in the folder.
    """
    if not folder.is_dir():
        raise InputError(f"no law in `{folder}`", remedy="name a folder laid out like the shipped law")
    digest = folder_digest(folder)
    beside = office_root / "law" / f".{digest}"
    shutil.rmtree(beside, ignore_errors=True)
    for path in (file for pattern in LAW_FILES for file in folder.rglob(pattern)):
        target = beside / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    disk.place_folder(beside, office_root / "law" / digest)
    return digest


def install(office: Office, folder: Path, ground: str) -> str:
    """Put a version of the law in force, from the office's day on. One transaction, under the lock that release takes.

    Raises:
        LawError: the law is not well formed; the one in force stays.
    """
    open_book(folder, office.regime)
    digest = keep_version(office.root, folder)
    with office.store.write() as tx:
        put_in_force(office, tx, digest, ground)
    return digest


def put_in_force(office: Office, tx: Tx, digest: str, ground: str) -> None:
    """Enter a kept version as the law in force."""
    row = {"kind": "law", "id": office.regime, "digest": digest, "since": office.day.isoformat(), "ground": ground}
    entry = record.enter(office, tx, Kind.IN_FORCE, row)
    tx.add_one("in_force", kind="law", id=office.regime, digest=digest, since=office.day, until=None, entry=entry)


def in_force(office: Office, tx: Tx) -> tuple[str, LawBook]:
    """The version that governs now, as this transaction sees it: (digest, book). Only the parse of a fixed folder is kept in memory."""
    rows = tx.now("in_force", kind="law", id=office.regime)
    if not rows:
        raise TamperError("the office has no law in force", remedy="run `privity verify`")
    digest = str(rows[0]["digest"])
    return digest, version(office.root, office.regime, digest)


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
