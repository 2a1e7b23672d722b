"""``privity restore``: a backup → an office, if every byte is there and its ledger is the one that others have signed; or nothing.

Checked in this order: the manifest against the files; the keys against the checkpoint; everything that `verify` reads, with the
checkpoints that are held elsewhere; and the witnesses, if any answers. Only then does the folder take its place. An old copy is
a second history: a package that left since is gone from the office and not from the world, so a ledger that is behind is never placed.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError, TamperError
from privity.office import backup, disk, witness, witnessed
from privity.office.init import FOLDERS
from privity.office.keys import files
from privity.office.place import open_office
from privity.office.verify import verify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.office.place import Office
    from privity.office.witness_ask import Answer

_SHOWN = 3  # problems named in one message


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and what the witnesses said of it (empty: none is enrolled)."""

    entries: int
    files: int
    answers: tuple[Answer, ...]


def restore(source: Path, root: Path, *, keys: Path | None = None, held: Sequence[str] = ()) -> Restored:
    """Put a backup in place as an office.

    Args:
        source: the folder or the ``.tar`` file that `backup` wrote.
        root: a folder that does not exist.
        keys: the office's ``keys`` folder, if the backup was made without.
        held: checkpoint notes from elsewhere: a witness, a letter, the ``witnessed`` folder of the office that was lost.

    Raises:
        InputError: no backup, no keys, or keys of another office; or the place exists.
        TamperError: a file of the backup is missing, altered or too many, or a held note is not of this ledger.
        RefusedError: the ledger is behind or beside what was witnessed. Nothing is put in place.
    """
    if root.exists():
        raise InputError(f"`{root}` exists", remedy="choose a folder that does not exist")
    root.parent.mkdir(parents=True, exist_ok=True)
    built = root.with_name(f".{root.name}.{secrets.token_hex(4)}")
    try:
        inside, files, note = _bring(source, built, keys)
        answers, entries = _judge(inside, note, held)
        disk.place_folder(inside, root)
    finally:
        shutil.rmtree(built, ignore_errors=True)
    return Restored(entries, files, answers)


# ---------------------------------------------------------------- bytes


def _bring(source: Path, built: Path, keys: Path | None) -> tuple[Path, int, str]:
    """The office's folder as the manifest has it, in ``built``; returns it, how many files it has, and the manifest's checkpoint."""
    built.mkdir(mode=0o700)
    folder = _unpacked(source, built / "tar") if source.is_file() else source
    manifest = _manifest(folder)
    inside, files = built / backup.INSIDE, _named(manifest)
    _complete(folder / backup.INSIDE, set(files))
    for name, said in files.items():
        if backup.copy(folder / backup.INSIDE / name, inside / name) != said:
            raise TamperError(f"`{name}` is not the file that was backed up", remedy="use another copy of the backup")
    for name in FOLDERS:
        (inside / name).mkdir(exist_ok=True, mode=0o700)
    if not manifest["keys"]:
        _bring_keys(keys, inside)
    inside.chmod(0o700)
    return inside, len(files), str(manifest["checkpoint"])


def _unpacked(source: Path, to: Path) -> Path:
    try:
        with tarfile.open(source, "r:") as tar:
            tar.extractall(to, filter="data")
    except (tarfile.TarError, OSError):
        raise InputError(f"`{source}` is not a backup", remedy="name the folder or the .tar file that `privity backup` wrote") from None
    return to


def _manifest(folder: Path) -> Mapping[str, object]:
    try:
        said = json.loads((folder / backup.MANIFEST).read_bytes())
    except (OSError, ValueError):
        said = None
    if not isinstance(said, dict) or said.get("backup") != backup.VERSION or not {"files", "keys", "checkpoint"} <= set(said):
        raise InputError(
            f"`{folder}` is not a backup that this version reads", remedy="name the folder or the .tar file of `privity backup`"
        )
    return said


def _named(manifest: Mapping[str, object]) -> dict[str, object]:
    """The files of a manifest, none of which leads out of the folder."""
    files = manifest["files"]
    if not isinstance(files, dict) or not {backup.DATABASE, backup.CONFIG} <= set(files) or not all(map(_inside, files)):
        raise TamperError("the manifest names files that no office has", remedy="use another copy of the backup")
    return files


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not any(part.startswith(".") or "\\" in part or part == "/" for part in parts)


def _complete(folder: Path, named: set[str]) -> None:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}
    for wrong, what in ((named - there, "is missing"), (there - named, "is not in the manifest")):
        if wrong:
            raise TamperError(f"`{min(wrong)}` {what}, and {len(wrong) - 1} more", remedy="use another copy of the backup")


def _bring_keys(keys: Path | None, inside: Path) -> None:
    if keys is None or not all(any(keys.glob(f"{kind}*.key")) for kind in files.KINDS):
        raise InputError(
            "the backup has no keys", remedy=f"name the folder with {', '.join(f'{kind}.key' for kind in files.KINDS)} by --keys"
        )
    for path in sorted(one for one in keys.iterdir() if one.is_file()):
        if not (inside / backup.KEYS / path.name).exists():
            backup.copy(path, inside / backup.KEYS / path.name)


# ---------------------------------------------------------------- whether it may run


def _judge(inside: Path, note: str, held: Sequence[str]) -> tuple[tuple[Answer, ...], int]:
    office = open_office(inside, to_verify=True)
    try:
        _its_own(office, note)
        problems = verify(office, held).problems
        if problems:
            more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
            raise RefusedError("; ".join(problems[:_SHOWN]) + more, remedy=witnessed.WAY_OUT)
        for one in held:
            witnessed.keep(office, one)
        answers = witness.ask(office)
        witness.refuse_if_other(answers)
        with office.store.read() as tx:
            return answers, tx.head().size
    finally:
        office.store.close()


def _its_own(office: Office, note: str) -> None:
    try:
        witnessed.opened(office, note)
    except TamperError:
        raise InputError("the keys are not those of the office that was backed up", remedy="name its own `keys` folder by --keys") from None
