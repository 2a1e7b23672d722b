"""A file of the register → its part: the prepared rows of that file, kept under the digest of the file and of what prepared it.

    register/parts/PART/rows/*.parquet   prepared rows
    register/parts/PART/part.json        what they came from, how many they are, the digest of each file

PART = SHA-256 over the preparation's digest and the file's. So a file that did not change is prepared once, whatever it is called,
and rows that another version of the program prepared are never taken for this one's. A part is whole or absent: it grows under a name
with a dot, is synced, and is renamed; and before it is used again, its files are held against what it says of them.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from privity.errors import InputError
from privity.ledger import entry as entries
from privity.match.prepare import prepare_register
from privity.match.version import preparation
from privity.office import disk
from privity.office.register_source import digest_of, unreadable
from privity.store.archive import sync_directory

if TYPE_CHECKING:
    from pathlib import Path

    from privity.match.engine import Engine, Progress
    from privity.office.register_source import Source

SAYS = "part.json"


@dataclass(frozen=True, slots=True)
class Part:
    """The prepared rows of one file. ``digest`` is over what ``part.json`` says, and that holds the digests of ``files``."""

    id: str
    digest: str
    rows: int
    files: tuple[Path, ...]


def part_id(source_digest: str) -> str:
    """What the part of a file is called, as this program prepares it."""
    return sha256(f"{preparation()}\n{source_digest}\n".encode()).hexdigest()


def find(folder: Path, part: str) -> Part | None:
    """A part that is there and whole; None if it is not, and what is left of it goes away when it is made."""
    try:
        found = read(folder, part)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if found is None or altered(found) else found


def read(folder: Path, part: str) -> Part | None:
    """A part as it says it is, its files not yet opened; None if it is not there.

    Raises:
        ValueError, KeyError, TypeError: what it says cannot be read.
    """
    says = folder / part / SAYS
    if not says.is_file():
        return None
    content = says.read_bytes()
    told = json.loads(content)
    files = tuple(folder / part / "rows" / name for name in sorted(told["files"]))
    return Part(part, sha256(content).hexdigest(), int(told["rows"]), files)


def altered(part: Part) -> str | None:
    """The name of a file that is not what the part says of it, or None."""
    if not part.files:
        return None
    told = json.loads((part.files[0].parents[1] / SAYS).read_bytes())["files"]
    for path in part.files:
        try:
            if digest_of(path) != told[path.name]:
                return path.name
        except InputError:
            return path.name
    return None


def make(folder: Path, source: Source, rows: int, engine: Engine, told: Progress | None = None) -> Part:
    """Prepare a file. ``rows``: how many it holds; as many are prepared, or none.

    Raises:
        InputError: the file cannot be read, or changed while it was.
    """
    name = part_id(source.digest)
    beside = folder / f".{name}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        engine.map_rows(prepare_register, [source.path], beside / "rows", progress=told)
        if digest_of(source.path) != source.digest:
            raise InputError(f"{source.path.name} changed while it was read", remedy="load a snapshot that nobody writes to")
        _describe(beside, source, rows)
        _replace(beside, folder / name)
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        raise unreadable(source.path) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    found = read(folder, name)
    if found is None:  # nobody else writes here: the caller holds the register's lock
        raise AssertionError("a part that was made is not there")
    return found


def _describe(beside: Path, source: Source, rows: int) -> None:
    files = sorted((beside / "rows").glob("*.parquet"))
    held = sum(int(pl.scan_parquet(path).select(pl.len()).collect().item()) for path in files)
    if held != rows:
        raise AssertionError(f"{source.path.name}: {rows} rows became {held}")
    digests: dict[str, entries.Json] = {path.name: digest_of(path) for path in files}
    told: dict[str, entries.Json] = {"v": 1, "source": source.digest, "preparation": preparation(), "rows": rows, "files": digests}
    (beside / SAYS).write_bytes(entries.canonical(told))


def _replace(beside: Path, target: Path) -> None:
    """Put a finished part in its place; one that stands there is not whole, or nobody would have made this one."""
    shutil.rmtree(target, ignore_errors=True)
    sync_directory(beside / "rows")
    sync_directory(beside)
    disk.place_folder(beside, target)
