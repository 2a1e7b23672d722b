"""``privity ledger export``: the ledger as a folder of files that any web server can hand out, for whoever wants to check it.

Only what is new is written: full tiles never change. The checkpoint comes last, so a killed export leaves the earlier checkpoint and
everything that it needs. An export never goes back: a folder whose checkpoint is newer, of another ledger or of another history is refused.

Entries hold no personal data (192 bytes, a salted commitment each), so the bundles may be public; docs/formats/ledger-export.md says
what they do tell.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import entry, static, tlog
from privity.ledger.tenure import open_at
from privity.office import cosigned, disk, witness
from privity.office.keys import tenures

if TYPE_CHECKING:
    from pathlib import Path

    from privity.ledger.note import Checkpoint
    from privity.office.place import Office
    from privity.store import Tx

FORMAT = "privity/ledger-export@v1"
_OURS = {"tile", "about.json", "keys.jsonl", "checkpoint"}
_SAYS_NOT = (
    "what an entry commits to: its opening stays in the office",
    "that this is the newest checkpoint, or the only history: compare it with checkpoints held elsewhere, and with its cosignatures",
    "that the key given here is the ledger's: take the key from the office itself, on another way",
    "anything about what did not pass through this office",
)


@dataclass(frozen=True, slots=True)
class Exported:
    """How long the exported ledger is and was before, how many files were written and cleared away, how many witnesses' lines it has."""

    size: int
    before: int
    written: int
    cleared: int
    cosignatures: int


def export(office: Office, out: Path, *, witnessed: bool = False, whole: bool = False) -> Exported:
    """Bring an export up to the newest checkpoint. ``witnessed``: to the newest that the office's quorum has signed.

    ``whole``: write every file again, in case one was altered.

    Raises:
        InputError: the folder holds something else.
        RefusedError: there is nothing to export yet, or the export there is newer.
        TamperError: the export there is of another history.
    """
    with disk.alone(office.root / "export.lock"), office.store.read() as tx:
        size = _size(office, tx, witnessed=witnessed)
        note = cosigned.with_lines(tx, size)
        _signed(office, tx, note, kept=True)
        before = _before(office, tx, out, size)
        written = _write(tx, out, size, 0 if whole else before)
        about = json.dumps(_about(office), indent=1, ensure_ascii=False) + "\n"
        small = {"about.json": about, "keys.jsonl": tenures.as_text(office, tx), "checkpoint": note}
        written += [name for name, text in small.items() if _place(out / name, text.encode())]
        return Exported(size, before, len(written), _clear(out, before, size), note.count("\n— ") - 1)


def growth(office: Office, held: str) -> str:
    """What shows whoever holds a checkpoint of this ledger that it only grew since: a small file, without the entries.

    Raises:
        TamperError: the checkpoint is not of this ledger, or of another history of it.
        RefusedError: it is newer than the ledger.
    """
    with office.store.read() as tx:
        old, head = _signed(office, tx, held), tx.head()
        _same(tx, old, head.size, "the ledger")
        return static.growth(tx, old, cosigned.with_lines(tx, head.size), head.size)


def _signed(office: Office, tx: Tx, note: str, *, kept: bool = False) -> Checkpoint:
    """What a checkpoint says, if a key of this office that was in force signed it. ``kept``: it stands in the ledger."""
    return open_at(note, tenures.ledger_keys(tx, office.verifier), office.origin, kept=kept)


def _size(office: Office, tx: Tx, *, witnessed: bool) -> int:
    needed = witness.quorum(office, tx) if witnessed else 0
    size = witness.witnessed(tx, needed) if needed else tx.head().size
    if size == 0:
        raise RefusedError(
            "no checkpoint has its witnesses yet" if needed else "the ledger is empty", remedy="run the export again when there is one"
        )
    return size


# ---------------------------------------------------------------- what is there already


def _before(office: Office, tx: Tx, out: Path, size: int) -> int:
    """How many entries an earlier export in this folder has."""
    path = out / "checkpoint"
    if not path.is_file():
        if out.exists() and (not out.is_dir() or {one.name for one in out.iterdir()} - _OURS):
            raise InputError(f"`{out}` holds something that is not an export", remedy="name an empty folder")
        return 0
    try:
        old = _signed(office, tx, path.read_bytes().decode(), kept=True)
    except (TamperError, UnicodeDecodeError):
        raise InputError(f"the checkpoint in `{out}` is not one that this ledger signed", remedy="name another folder") from None
    _same(tx, old, size, f"the export in `{out}`")
    return old.size


def _same(tx: Tx, old: Checkpoint, size: int, where: str) -> None:
    """An older checkpoint must be of the beginning of this ledger."""
    if old.size > size:
        raise RefusedError(
            f"a checkpoint of {old.size} entries was signed for {where}, and there are only {size} to go to; an export never goes back",
            remedy="an office behind its own checkpoint was restored from an old copy: `privity verify OFFICE --held CHECKPOINT`",
        )
    if static.root_at(tx, old.size) != old.root:
        raise TamperError(
            f"entries 0 to {old.size - 1} are not those that were signed for {where}: the ledger has two histories",
            remedy="keep both as they are, and ask the inspector",
        )


# ---------------------------------------------------------------- writing


def _write(tx: Tx, out: Path, size: int, after: int) -> list[str]:
    written = []
    for name, content in static.tiles(tx, size, after):
        disk.write_file(out / name, content)
        written.append(name)
    return written


def _place(path: Path, content: bytes) -> bool:
    """Write a small file if it says something new; whether it did."""
    if path.is_file() and path.read_bytes() == content:
        return False
    disk.write_file(path, content)
    return True


def _clear(out: Path, before: int, size: int) -> int:
    """Remove partial tiles that neither this checkpoint nor the one before it needs, and whose full tile is there."""
    needed = {out / tile.path for each in (before, size) for tile in tlog.tiles(each) if tile.width < tlog.WIDTH}
    old = [one for one in (out / "tile").rglob("*.p") if one.with_suffix("").is_file() and not needed & set(one.iterdir())]
    for folder in old:
        shutil.rmtree(folder)
    return len(old)


def _about(office: Office) -> dict[str, object]:
    return {
        "format": FORMAT,
        "origin": office.origin,
        "vkey": office.verifier.vkey,
        "checkpoint": "c2sp.org/tlog-checkpoint",
        "cosignatures": "c2sp.org/tlog-cosignature",
        "tiles": "c2sp.org/tlog-tiles",
        "entry": {"format": "privity/entry@v1", "bytes": entry.SIZE},
        "says not": list(_SAYS_NOT),
        "check with": "privity verify FOLDER --vkey KEY, or python3 verifier.pyz FOLDER --vkey KEY",
    }
