"""Checkpoints that others have signed, kept as files beside the database, and the ledger held against them whenever an office is opened.

``OFFICE/witnessed/SIZE.note`` is the checkpoint note with the witnesses' lines, on disk before anything rests on it. A database that
was restored or swapped is then behind the newest of these notes, or beside it, and the office refuses to run. Only the office's own
signature on a note is judged here, so that a note can make the office stricter and never laxer; what counts as witnessed is for
`witness`. A folder that was restored as a whole brings its old notes along: only the witnesses themselves show that (`witness.stands`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import RefusedError, TamperError
from privity.ledger import cosignature, log, tlog
from privity.ledger.note import Checkpoint, Note
from privity.ledger.tenure import open_at
from privity.office import disk
from privity.office.keys import tenures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from privity.ledger.note import Signature
    from privity.office.place import Office
    from privity.store import Tx

_KEPT = 16  # the newest decides; some more for whoever asks what was witnessed lately
WAY_OUT = "do not go on with it: bring the newer copy back, or see docs/witnesses.md, When an office is behind"


def folder(office: Office) -> Path:
    """Where the notes lie."""
    return office.root / "witnessed"


def keep(office: Office, note: str, lines: Sequence[Signature] = ()) -> None:
    """Write the note of a checkpoint, with lines under it, so that it is on disk when this returns; lines kept earlier stay."""
    size = opened(office, note).size
    path = folder(office) / f"{size}.note"
    with disk.alone(folder(office) / ".lock"):
        before = _lines(office, path, note)
        there = {(line.name, line.key_id) for line in before}  # a witness that signs again adds only a later time
        more = [line for line in lines if (line.name, line.key_id) not in there]
        if more or not before:
            disk.write_file(path, cosignature.with_lines(note, [*before, *more]).encode())
        for old in sorted(_sizes(office))[:-_KEPT]:
            (folder(office) / f"{old}.note").unlink()


def _lines(office: Office, path: Path, note: str) -> tuple[Signature, ...]:
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    if opened(office, text) != opened(office, note):
        raise TamperError(f"`witnessed/{path.name}` is not of this ledger", remedy="run `privity verify`, and ask the inspector")
    return Note.parse(text).signatures


def opened(office: Office, note: str) -> Checkpoint:
    """The checkpoint in a note that the office signed with the key of that size, or raise TamperError."""
    with office.store.read() as tx:
        return open_at(note, tenures.ledger_keys(tx, office.verifier), office.origin, kept=True)


def newest(office: Office) -> str | None:
    """The note of the largest size, or None. Whether it is sound is for whoever reads it."""
    sizes = _sizes(office)
    return (folder(office) / f"{max(sizes)}.note").read_text(encoding="utf-8", errors="surrogateescape") if sizes else None


def _sizes(office: Office) -> list[int]:
    names = [path.name.removesuffix(".note") for path in folder(office).glob("*.note")]
    if not all(name.isdecimal() and name.isascii() for name in names):
        raise TamperError(
            "a file in `witnessed` is not named by a size", remedy="the office writes this folder; put nothing of yours there"
        )
    return [int(name) for name in names]


def refuse_unless_grown(office: Office) -> None:
    """Return if the ledger has grown from the newest note that is kept; some reads of tiles, whatever its size.

    Raises:
        RefusedError: it is behind, or beside.
        TamperError: the note is not one that this office signed.
    """
    note = newest(office)
    if note is None:
        return
    kept = opened(office, note)
    with office.store.read() as tx:
        problem = differs(office, tx, kept)
    if problem:
        raise RefusedError(problem, remedy=WAY_OUT)


def differs(office: Office, tx: Tx, kept: Checkpoint) -> str:
    """Why the ledger did not grow from this checkpoint; empty if it did."""
    head = tx.head()
    if head.size < kept.size or head.note is None:
        return f"the ledger is behind: it has {head.size} entries, and a checkpoint of {kept.size} was witnessed"
    now = opened(office, head.note)
    try:
        proof = log.prove_growth(tx, kept.size, head.size)
    except LookupError:
        proof = []
    if head.size == now.size and tlog.verify_consistency(kept.size, now.size, kept.root, now.root, proof):
        return ""
    return f"the ledger is beside its checkpoint: its first {kept.size} entries are not those that were witnessed"


def problems(office: Office, tx: Tx, size: int) -> list[str]:
    """What is wrong with the newest note that is kept, and with the ledger beside it. ``size``: of the newest that the tables know of."""
    try:
        note = newest(office)
        kept = None if note is None else opened(office, note)
        problem = "" if kept is None else differs(office, tx, kept)
    except TamperError as error:
        return [f"what is kept in `witnessed`: {error}"]
    gone = size > (kept.size if kept else 0)
    return [*([problem] if problem else []), *([f"`witnessed/{size}.note` is gone: that checkpoint was witnessed"] if gone else [])]
