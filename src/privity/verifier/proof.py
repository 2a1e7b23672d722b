"""Small files → reports: a proof with its entry, a package, an opening, a proof of growth, a checkpoint alone.

A *proof* (C2SP tlog-proof) shows that an entry is in a signed ledger. A *package* is a proof, its entry and a ciphertext; only the opening
of the entry says which ciphertext is meant. A *proof of growth* (the body of a C2SP tlog-witness request) shows that a ledger only grew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256

from privity.verifier import entry, tree
from privity.verifier.finding import Report
from privity.verifier.note import Checkpoint, MalformedError, Trust, spelled

PROOF = b"c2sp.org/tlog-proof@v1\n"
GROWTH = b"old "
OPENING = "privity/opening@v1"
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,18}")
_MOST = 63  # the height of the tallest tree


@dataclass(frozen=True, slots=True)
class Proof:
    """A number, hashes and a checkpoint: of inclusion the number is the entry's index, of growth the older size."""

    number: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    @classmethod
    def inclusion(cls, raw: bytes) -> Proof:
        """Read a tlog-proof.

        Raises:
            MalformedError: not in its one form.
        """
        rest = raw.removeprefix(PROOF)
        if rest.startswith(b"extra "):
            extra, _, rest = rest.removeprefix(b"extra ").partition(b"\n")
            spelled(extra)
        if not raw.startswith(PROOF) or not rest.startswith(b"index "):
            raise MalformedError("not in the form of a proof")
        return cls._of(rest.removeprefix(b"index "))

    @classmethod
    def growth(cls, raw: bytes) -> Proof:
        """Read ``old SIZE``, hashes, an empty line and the newer checkpoint.

        Raises:
            MalformedError: not in its one form.
        """
        if not raw.startswith(GROWTH):
            raise MalformedError("not in the form of a proof of growth")
        return cls._of(raw.removeprefix(GROWTH))

    @classmethod
    def _of(cls, raw: bytes) -> Proof:
        head, _, under = raw.partition(b"\n\n")
        number, *words = head.split(b"\n")
        hashes = tuple(map(spelled, words))
        if not _NUMBER.fullmatch(number) or len(hashes) > _MOST or any(len(one) != tree.HASH for one in hashes):
            raise MalformedError("not in the form of a proof")
        return cls(int(number), hashes, Checkpoint.parse(under))


def check_proof(raw: bytes, one: bytes, trust: Trust, file: str) -> Report:
    """Check that an entry is in the signed ledger of a proof. ``one``: the 192 bytes of the entry."""
    report = Report("proof", file)
    try:
        found = Proof.inclusion(raw)
    except MalformedError as error:
        report.find(file, str(error))
        return report
    _signed(found.checkpoint, trust, report)
    report.index = found.number
    said = entry.parts(one)
    if said is None:
        report.find(file, "the entry beside it has not the form of an entry", found.number)
    else:
        report.kinds[said[2].decode()] += 1
    if not tree.included(tree.leaf(one), found.number, report.size, found.hashes, found.checkpoint.root):
        report.find(file, "the proof does not lead from the entry to the signed root", found.number)
    return report


def check_growth(raw: bytes, held: Checkpoint, trust: Trust, file: str) -> Report:
    """Check that the ledger only grew since a held checkpoint, whose signature is known to hold."""
    report = Report("growth", file, held=1)
    try:
        found = Proof.growth(raw)
    except MalformedError as error:
        report.find(file, str(error))
        return report
    _signed(found.checkpoint, trust, report)
    if found.number != held.size:
        report.find(file, f"it begins at {found.number} entries, and the held checkpoint has {held.size}", max(found.number - 1, 0))
    elif not tree.grown(held.size, report.size, held.root, found.checkpoint.root, found.hashes):
        report.find(file, "the newer ledger is not shown to begin with the held one", max(held.size - 1, 0))
    return report


def check_checkpoint(raw: bytes, trust: Trust, file: str) -> Report:
    """Check who signed a checkpoint, and nothing more."""
    report = Report("checkpoint", file)
    try:
        _signed(Checkpoint.parse(raw), trust, report)
    except MalformedError as error:
        report.find(file, str(error))
    return report


def check_opening(raw: bytes, one: bytes, digest: str, report: Report, file: str) -> None:
    """Hold an opening against its entry, and against the SHA-256 of a ciphertext if it is a package's."""
    try:
        said = json.loads(raw)
        row, salt, format_ = said["row"], bytes.fromhex(said["salt"]), said["format"]
    except (ValueError, KeyError, TypeError):
        said, row, salt, format_ = {}, {}, b"", ""
    parts = entry.parts(one)
    spelling = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    if format_ != OPENING or said.get("index") != report.index or not parts or sha256(salt + spelling).hexdigest().encode() != parts[0]:
        report.find(file, "it does not open the entry", report.index)
    elif digest and row.get("digest") != digest:
        report.find(file, "the ciphertext is not the one that the entry commits to", report.index)


def _signed(found: Checkpoint, trust: Trust, report: Report) -> None:
    """What is wrong with who signed."""
    report.origin, report.size, report.root = found.origin, found.size, found.root.hex()
    report.witnesses = found.witnessed(trust)
    for what in (*found.problems(trust), *found.unwitnessed(trust)):
        report.find(report.file, what, max(found.size - 1, 0))
