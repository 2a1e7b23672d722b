"""``privity backup``: an office, while it runs → a folder or one file, with a manifest that names every byte. The way back is `restore`.

The database is copied first, of one instant; then the files. Files that the database names are never changed and never removed, so the
copy has every file that its database names, and perhaps some that a later entry names: those are waste. Keys are left out unless asked for:
whoever has the copy and the keys can read everything, and sign as the office. What is being computed (``scratch``) is left out too.

    manifest.json     {"backup": 1, "origin", "entries", "checkpoint", "keys", "files": {PATH: {"bytes", "sha256"}}}
    office/…          the office's folder

The register lies in clear in an office, and so it does here.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.office import disk
from privity.store import Store
from privity.store.archive import sync_directory
from privity.store.snapshot import copy_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from privity.office.place import Office

VERSION = 1
DATABASE, CONFIG, MANIFEST, INSIDE = "office.db", "office.toml", "manifest.json", "office"
KEYS = "keys"
_LEFT_OUT = ("scratch",)
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds: entries of the ledger, files, bytes; ``digest``: SHA-256 of its manifest, to keep elsewhere."""

    entries: int
    files: int
    size: int
    keys: bool
    digest: str


def back_up(office: Office, out: Path, *, with_keys: bool = False) -> Copied:
    """Copy an office to a folder, or to one file if ``out`` ends in ``.tar``; whole or not at all.

    Raises:
        InputError: the place exists, lies in the office, or something in the office is a link.
        RefusedError: a file vanished meanwhile, or the disk refuses. Nothing is left.
    """
    if out.exists() or out.resolve().is_relative_to(office.root.resolve()):
        raise InputError(f"`{out}` exists, or lies in the office", remedy="name a place of its own that does not exist")
    out.parent.mkdir(parents=True, exist_ok=True)
    built = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        copied = _fill(office, built, with_keys)
        if out.suffix == ".tar":
            _pack(built, out)
        else:
            disk.place_folder(built, out)
    finally:
        shutil.rmtree(built, ignore_errors=True)
    return copied


def _fill(office: Office, built: Path, with_keys: bool) -> Copied:
    inside = built / INSIDE
    inside.mkdir(parents=True, mode=0o700)
    built.chmod(0o700)
    copy_database(office.root / DATABASE, inside / DATABASE)
    entries, note = _head(inside / DATABASE)
    files = {DATABASE: described(inside / DATABASE)}
    for path in _files(office.root, with_keys):
        name = path.relative_to(office.root).as_posix()
        files[name] = copy(path, inside / name)
    manifest = {"backup": VERSION, "origin": office.origin, "entries": entries, "checkpoint": note, "keys": with_keys, "files": files}
    raw = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
    disk.write_file(built / MANIFEST, raw)
    (built / MANIFEST).chmod(0o600)
    return Copied(entries, len(files), sum(int(one["bytes"]) for one in files.values()), with_keys, sha256(raw).hexdigest())


def _head(database: Path) -> tuple[int, str]:
    """Where the copied ledger ends: not where the office's is by now."""
    store = Store.open(database)
    with store.read() as tx:
        head = tx.head()
    store.close()
    return head.size, head.note or ""


def _files(root: Path, with_keys: bool) -> Iterator[Path]:
    """The office's files but for its database, what is being written (a name with a dot), and what is left out."""
    yield root / CONFIG
    without = {*_LEFT_OUT, *(() if with_keys else (KEYS,))}
    for folder in sorted(one for one in root.iterdir() if one.is_dir() and one.name not in without):
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or folder.is_symlink():
                raise InputError(f"`{path.name}` in the office is a link", remedy="a backup follows no links; put the files in their place")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts):
                yield path


def copy(source: Path, target: Path) -> dict[str, int | str]:
    """Copy a file durably, readable by its owner only; returns its size and SHA-256 as read.

    Raises:
        RefusedError: it is gone, or the disk refuses.
    """
    whole, size = sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with source.open("rb") as file, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            while block := file.read(_CHUNK):
                made.write(block)
                whole.update(block)
                size += len(block)
            made.flush()
            os.fsync(made.fileno())
    except OSError as error:
        raise RefusedError(
            f"`{source.name}` could not be copied ({type(error).__name__})", remedy="see whether the disk is full, then run it again"
        ) from None
    return {"bytes": size, "sha256": whole.hexdigest()}


def described(path: Path) -> dict[str, int | str]:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        whole = sha256()
        while block := file.read(_CHUNK):
            whole.update(block)
    return {"bytes": path.stat().st_size, "sha256": whole.hexdigest()}


def _pack(built: Path, out: Path) -> None:
    """The folder as one tar file, readable by its owner only, the manifest first."""
    beside = out.with_name(f"{built.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                tar.add(built / MANIFEST, MANIFEST)
                tar.add(built / INSIDE, INSIDE)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(out)
    finally:
        beside.unlink(missing_ok=True)
    sync_directory(out.parent)
