"""``privity init``: a folder becomes an office, whole or not at all.

With a store on PostgreSQL the schema is made first, in one transaction; if what follows fails, it is left as it is and named in the error:
a program that could drop an office's tables is not wanted.
"""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.office import disk, law
from privity.office.keys import files
from privity.office.place import Office, open_office
from privity.rules.book import open_book
from privity.store import Store
from privity.store.database import place_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

FOLDERS = ("keys", "law", "register", "batches", "openings", "packages", "letters")


def init(
    root: Path,
    *,
    custodian: str,
    origin: str,
    law_root: Path,
    regime: str,
    trial: bool = False,
    as_of: date | None = None,
    store: str | None = None,
    store_owner: str | None = None,
) -> Office:
    """Make an office: keys, store, and the law copied in and put in force.

    Args:
        root: a folder that does not exist.
        custodian: the custodian's name, as letters print it.
        origin: the name under which the ledger signs its checkpoints, a domain-like word (C2SP).
        law_root: the law to begin with.
        regime: which instrument of it this office serves.
        trial: for trying out: another day than today may be stated.
        as_of: that day.
        store: the address of a PostgreSQL database, without a password; a file of the folder's own if none is given.
        store_owner: the address of the role that is to own the tables, used here and not kept.

    Raises:
        InputError: the folder exists, or the store cannot be made there.
        LawError: the law cannot be read.
    """
    if root.exists():
        raise InputError(f"`{root}` exists", remedy="choose a folder that does not exist")
    open_book(law_root, regime)
    built = root.with_name(f".{root.name}.{secrets.token_hex(4)}")
    try:
        _lay_out(built, custodian, origin, regime, trial, store)
        Store.create(store or built / "office.db", origin=origin, owner=store_owner).close()
        digest = law.keep_version(built, law_root)
        office = open_office(built, as_of)
        with office.store.write() as tx:
            law.put_in_force(office, tx, digest, "seed")
        office.store.close()
        disk.place_folder(built, root)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        raise
    return open_office(root, as_of)


def _lay_out(folder: Path, custodian: str, origin: str, regime: str, trial: bool, store: str | None) -> None:
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "keys").chmod(0o700)
    files.make(folder)
    config = [
        f"custodian = {_quoted(custodian)}",
        f"origin = {_quoted(origin)}",
        f"regime = {_quoted(regime)}",
        f"trial = {str(trial).lower()}",
        *([f"store = {_quoted(str(place_of(store)))}"] if store else []),
    ]
    disk.write_file(folder / "office.toml", ("\n".join(config) + "\n").encode())


def _quoted(text: str) -> str:
    """A TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
