"""Parts → a snapshot: the register as it was loaded once, named by the parts that it is made of.

    register/DIGEST/manifest.json    its parts, the digest of each, and what was found in them
    register/DIGEST/names.parquet    and the other counts over all rows

DIGEST is over the names of the parts, so over the files' contents and the preparation; the order and the names of the files are
nothing. The ledger's entry of a load holds DIGEST and the digest of the manifest, which holds the digest of every prepared
file: so `verify` finds a prepared row that was altered.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from privity.errors import InputError, TamperError
from privity.ledger import entry as entries
from privity.match.register import COUNTS, Findings, PreparedRegister, count, findings, placed
from privity.match.version import preparation
from privity.office import disk, register_parts
from privity.office.register_source import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from privity.match.engine import Engine
    from privity.office.register_parts import Part

MANIFEST = "manifest.json"
_AGAIN = "load the register again: `privity load OFFICE FILE...`"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A manifest, read. ``manifest``: the SHA-256 of its bytes. ``parts``: name of each part → its digest."""

    digest: str
    manifest: str
    preparation: str
    parts: dict[str, str]
    counts: dict[str, str]
    found: Findings


def snapshot_digest(parts: Sequence[str]) -> str:
    """What a register of these parts is called."""
    return sha256("".join(f"{name}\n" for name in sorted(parts)).encode()).hexdigest()


def make(root: Path, parts: Sequence[Part], engine: Engine) -> Snapshot:
    """The snapshot of these parts, in ``root`` (OFFICE/register); made unless it is there and whole.

    Raises:
        InputError: the parts hold no row.
    """
    digest = snapshot_digest([part.id for part in parts])
    try:
        found = read(root, digest)
    except TamperError:
        found = None
    if found and found.parts == {part.id: part.digest for part in parts} and not list(_altered_counts(root, found)):
        return found
    if not any(part.rows for part in parts):
        raise InputError("the register holds no rows", remedy="name the files that hold them")
    _build(root, digest, parts, engine)
    return read(root, digest)


def read(root: Path, digest: str) -> Snapshot:
    """A snapshot by its digest.

    Raises:
        TamperError: its manifest is missing, cannot be read, or is of other parts.
    """
    try:
        content = (root / digest / MANIFEST).read_bytes()
        told = json.loads(content)
        parts = {str(one["id"]): str(one["digest"]) for one in told["parts"]}
        counts = {str(name): str(value) for name, value in told["counts"].items()}
        found = Findings(**told["found"])
        made_by = str(told["preparation"])
    except (OSError, ValueError, KeyError, TypeError):
        raise TamperError(f"register {digest[:12]}: its manifest is missing or altered", remedy=_AGAIN) from None
    if snapshot_digest(list(parts)) != digest:
        raise TamperError(f"register {digest[:12]}: its manifest is of another register", remedy=_AGAIN)
    return Snapshot(digest, sha256(content).hexdigest(), made_by, parts, counts, found)


def opened(root: Path, digest: str) -> PreparedRegister:
    """The prepared register of a snapshot, for matching.

    Raises:
        InputError: another version of the program prepared it: requests would be prepared otherwise than the register was.
        TamperError: a part of it is missing.
    """
    found = read(root, digest)
    check_preparation(found)
    parts = [_part(root, found, name) for name in found.parts]
    register = placed([path for part in parts for path in part.files], root / digest)
    missing = [path.name for path in (*register.rows, *(getattr(register, name) for name in COUNTS)) if not path.is_file()]
    if missing:
        raise TamperError(f"register {digest[:12]}: {missing[0]} is missing", remedy=_AGAIN)
    return register


def check_preparation(found: Snapshot) -> None:
    """Register and requests must be prepared alike.

    Raises:
        InputError: they would not be.
    """
    if found.preparation != preparation():
        raise InputError(
            f"register {found.digest[:12]} was prepared by another version of the program",
            remedy="load its files again; finish a batch under way with the version that began it",
        )


def differences(root: Path, digest: str, manifest: str, *, in_force: bool) -> Iterator[str]:
    """What of a snapshot is not as the ledger says. Of one that is no longer in force, parts may have been pruned."""
    name = f"register {digest[:12]}"
    if not in_force and not (root / digest).exists():
        return
    try:
        found = read(root, digest)
    except TamperError as error:
        yield str(error)
        return
    if found.manifest != manifest:
        yield f"{name}: its manifest is not the one on record"
        return
    yield from (f"{name}: {one} is missing or altered" for one in _altered_counts(root, found))
    for part in found.parts:
        if in_force or (root / "parts" / part).exists():
            yield from _altered_part(root, found, part)


def _build(root: Path, digest: str, parts: Sequence[Part], engine: Engine) -> None:
    beside = root / f".{digest}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        register = placed([path for part in parts for path in part.files], beside)
        count(register, engine)
        (beside / MANIFEST).write_bytes(_manifest(parts, register, findings(register, engine)))
        shutil.rmtree(root / digest, ignore_errors=True)
        disk.place_folder(beside, root / digest)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _manifest(parts: Sequence[Part], register: PreparedRegister, found: Findings) -> bytes:
    listed: list[entries.Json] = [
        {"id": part.id, "digest": part.digest, "rows": part.rows} for part in sorted(parts, key=lambda part: part.id)
    ]
    counts: dict[str, entries.Json] = {name: digest_of(getattr(register, name)) for name in COUNTS}
    return entries.canonical({"v": 1, "preparation": preparation(), "parts": listed, "counts": counts, "found": asdict(found)})


def _part(root: Path, found: Snapshot, name: str) -> Part:
    """A part as the manifest says it is; its files are not opened.

    Raises:
        TamperError: it is another, or not there.
    """
    try:
        part = register_parts.read(root / "parts", name)
    except (OSError, ValueError, KeyError, TypeError):
        part = None
    if part is None or part.digest != found.parts[name]:
        raise TamperError(f"register {found.digest[:12]}: part {name[:12]} is missing or altered", remedy=_AGAIN)
    return part


def _altered_part(root: Path, found: Snapshot, name: str) -> Iterator[str]:
    try:
        wrong = register_parts.altered(_part(root, found, name))
    except TamperError as error:
        yield str(error)
        return
    if wrong:
        yield f"register {found.digest[:12]}: {wrong} of part {name[:12]} is missing or altered"


def _altered_counts(root: Path, found: Snapshot) -> Iterator[str]:
    for name in sorted(COUNTS.keys() | found.counts.keys()):
        try:
            if digest_of(root / found.digest / f"{name}.parquet") == found.counts.get(name):
                continue
        except InputError:
            pass
        yield f"{name}.parquet"
