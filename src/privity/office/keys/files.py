"""The office's own secrets, from files: OFFICE/keys, a folder that ``PRIVITY_KEYS`` names, or a file of each kind by itself.

A secret is 32 random bytes, in clear or under a passphrase (scrypt, AES-256-GCM). A file that others can read, that is a link, or that
belongs to somebody else is refused before it is read, as ssh does: whoever could have read it may have. The secret itself is never taken
from the environment, which children inherit and which crash reports and `/proc` show. Nothing here prints, logs or repeats a secret.
Which of several keys is in force the ledger says (`tenures`); a file that no entry names is waste, and harmless.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.office.keys import passphrase
from privity.office.keys.personal import write_secret
from privity.store.archive import sync_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = ("ledger", "archive", "link")
FOLDER = "PRIVITY_KEYS"
SECRET = 32  # bytes
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One secret and where it lies."""

    path: Path
    secret: bytes = field(repr=False)


def folder(root: Path) -> Path:
    """Where an office's keys lie, unless a kind has a file of its own."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else root / "keys"


def variable(kind: str) -> str:
    """The environment variable that names the file of a kind of key, or several, with a colon between."""
    return f"PRIVITY_{kind.upper()}_KEY_FILE"


def paths(root: Path, kind: str) -> list[Path]:
    """The files of a kind, ``KIND.key`` first. They may be more than are in force."""
    named = os.environ.get(variable(kind))
    if named:
        listed = [Path(each) for each in named.split(os.pathsep) if each]
        return [
            each for each in listed if os.path.lexists(each)
        ] or listed  # an ended ledger key's file is gone, its name may still be there
    return sorted(
        (path for path in folder(root).glob(f"{kind}*.key") if _is_of(path, kind)), key=lambda path: (path.name.count("."), path.name)
    )


def _is_of(path: Path, kind: str) -> bool:
    return path.name == f"{kind}.key" or path.name.startswith(f"{kind}.")


def read(root: Path, kind: str) -> list[KeyFile]:
    """Every secret of a kind.

    Raises:
        InputError: there is none, or a file is no key, or its passphrase is wrong or not given.
        RefusedError: others than its owner could have read a file.
    """
    found = [KeyFile(path, _opened(path, kind)) for path in paths(root, kind)]
    if not found:
        raise InputError(
            f"the office has no {kind} key in `{folder(root)}`",
            remedy=f"restore it from a backup, or name it with {FOLDER} or {variable(kind)}",
        )
    return found


def are_protected(root: Path) -> bool:
    """Whether a key of the office is under a passphrase."""
    return any(passphrase.is_protected(read_safely(path)) for kind in KINDS for path in paths(root, kind))


def make(root: Path) -> None:
    """The keys of a new office, of each kind that is not there yet."""
    where = folder(root)
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kind in KINDS:
        if not paths(root, kind):
            write_secret(where / f"{kind}.key", secrets.token_bytes(SECRET))
    sync_directory(where)


def add(root: Path, kind: str, name: str, secret: bytes) -> Path:
    """One more key of a kind, on disk when this returns; under the passphrase if the office's other keys are.

    Raises:
        InputError: the folder cannot be written to, or the files are named one by one.
    """
    if os.environ.get(variable(kind)):
        raise InputError(
            f"{variable(kind)} names each {kind} key",
            remedy="put 32 random bytes in a file, mode 0400; name it there after the other; run this again",
        )
    where = folder(root)
    path = where / f"{kind}.{name}.key"
    under = any(passphrase.is_protected(each.read_bytes()) for each in paths(root, kind))
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_secret(beside, passphrase.protect(secret, kind, passphrase.ask()) if under else secret)
        beside.rename(path)  # whole, or not there: a key file cut short would keep the office shut
    except OSError:
        raise InputError(
            f"no key can be written to `{where}`", remedy=f"put 32 random bytes there as `{kind}.next.key`, mode 0400, and run this again"
        ) from None
    sync_directory(where)
    return path


def sweep(root: Path) -> list[str]:
    """Remove what a killed step left half written beside the keys; returns the names."""
    left = [path for kind in KINDS for where in {each.parent for each in paths(root, kind)} for path in where.glob(f".{kind}*.key.*")]
    for path in left:
        path.unlink()
    return [path.name for path in left]


def protect(root: Path, words: str | None, before: Sequence[str]) -> int:
    """Put every key of the office under a passphrase (None: in clear again), one file after the other; returns how many.

    ``before``: passphrases that the files may be under now; the new one is tried too, so a run that was killed is run again.
    """
    tried = [*before, *([words] if words else [])]
    done = [(path, kind, _opened(path, kind, tried)) for kind in KINDS for path in paths(root, kind)]
    for path, kind, secret in done:
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        write_secret(beside, passphrase.protect(secret, kind, words) if words else secret)
        beside.replace(path)
        sync_directory(path.parent)
    return len(done)


# ---------------------------------------------------------------- reading one


def _opened(path: Path, kind: str, words: Sequence[str] = ()) -> bytes:
    raw = read_safely(path)
    if passphrase.is_protected(raw):
        raw = passphrase.open_protected(raw, kind, path.name, words or [passphrase.ask()])
    if len(raw) != SECRET:
        raise InputError(f"`{path}` is not a key of {SECRET} bytes", remedy="restore it from a backup")
    return raw


def read_safely(path: Path) -> bytes:
    """The bytes of a file that only its owner, who runs this, could have read. The open file is judged, so it cannot be swapped.

    Raises:
        InputError: it is not there.
        RefusedError: others could have read it, or put another in its place.
    """
    _judge_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise InputError(f"no key file `{path}`", remedy="restore it from a backup") from None
    except OSError:
        raise RefusedError(
            f"`{path}` is a link, or cannot be read", remedy="put the key itself there, readable by its owner only"
        ) from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError(f"`{path}` is no regular file", remedy="put the key itself there")
        if found.st_uid != os.geteuid():
            raise RefusedError(
                f"`{path}` belongs to somebody else", remedy="run this as the owner of the office, or chown the file to whom runs it"
            )
        if found.st_mode & _OTHERS:
            raise RefusedError(
                f"`{path}` can be read or written by others than its owner",
                remedy=f"chmod 600 {path}; if others may have read it, rotate the key: docs/keys.md",
            )
        return file.read(4096)


def _judge_folder(where: Path) -> None:
    """Whoever may write to a folder may put another key in it."""
    try:
        mode = where.stat().st_mode
    except OSError:
        raise InputError(f"no folder of keys `{where}`", remedy="restore it from a backup") from None
    if mode & _OTHERS_WRITE:
        raise RefusedError(f"others than its owner may write to the folder `{where}`", remedy=f"chmod go-w {where}")
