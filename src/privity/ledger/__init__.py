"""The rail under the passage: what was done, in an order that nobody can change unseen.

`tlog` is the arithmetic of the tree, `note` the signatures, `entry` what is written, `log` the keeping, `static` the same as files. All
of it is pure: time, salts and keys are arguments, and what stores the ledger stands behind `log.Segments`. Formats are C2SP's
(signed-note, tlog-checkpoint, tlog-tiles, tlog-proof), so other people's programs can check ours.
"""

from __future__ import annotations

from privity.ledger.entry import Entry, Kind, canonical, canonical_rows, commit_rows, decode, encode, encode_all, row_root
from privity.ledger.log import (
    Appended,
    Head,
    Problem,
    Segment,
    Segments,
    append,
    check_proof,
    prove,
    tlog_proof,
    tlog_proofs,
    verify,
)
from privity.ledger.note import Checkpoint, Proof, Signer, Verifier
from privity.ledger.static import export

__all__ = [
    "Appended",
    "Checkpoint",
    "Entry",
    "Head",
    "Kind",
    "Problem",
    "Proof",
    "Segment",
    "Segments",
    "Signer",
    "Verifier",
    "append",
    "canonical",
    "canonical_rows",
    "check_proof",
    "commit_rows",
    "decode",
    "encode",
    "encode_all",
    "export",
    "prove",
    "row_root",
    "tlog_proof",
    "tlog_proofs",
    "verify",
]
