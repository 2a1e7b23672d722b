"""Does somebody else's program (tlog-scales) accept what we export and prove, and we what it writes?"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature

from privity.ledger import Checkpoint, Kind, Signer, append, encode, export, log, tlog, tlog_proof
from privity.ledger.note import Note, Proof, Verifier, open_checkpoint, sign
from privity.store import Store
from privity.verifier import note as verifier_note
from privity.verifier.note import Trust
from verifier.outside import WHEN, Witness

if TYPE_CHECKING:
    from pathlib import Path

if not os.environ.get("CI"):  # in CI a missing verifier is a failure, not a skip
    pytest.importorskip("tlog_scales.reader")
from tlog_scales import backend, reader, signing, writer
from tlog_scales import tlog as theirs

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
ENTRIES = [encode(Kind.DETERMINATION, "c" * 32, date(2026, 11, 23), i.to_bytes(32, "big")) for i in range(1000)]


def test_others_accept_our_tiles_checkpoint_and_proofs(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "office.db")
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, ENTRIES[:700])
        append(tx, SIGNER, SIGNER.name, ENTRIES[700:])
    with store.read() as tx:
        for path, content in export(tx):
            (tmp_path / "static" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "static" / path).write_bytes(content)
        proofs = [tlog_proof(tx, index) for index in (0, 511, 999)]
        growth = log.prove_growth(tx, 700, 1000)
    read = reader.TilesReader(backend.LocalBackend(tmp_path / "static"))
    checkpoint = read.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(SIGNER.vkey))
    assert (checkpoint.size, read.calculate_root_hash(), read.get_entry(511)) == (1000, checkpoint.root_hash, ENTRIES[511])
    assert read.get_inclusion_proof(511, 1000).node_hashes == list(Proof.parse(proofs[1]).hashes)
    for text in proofs:
        ours = Proof.parse(text)
        theirs.InclusionProof(ours.index, 1000, list(ours.hashes)).check(tlog.leaf_hash(ENTRIES[ours.index]), checkpoint.root_hash)
    assert read.get_consistency_proof(700, 1000).node_hashes == growth
    theirs.ConsistencyProof(700, 1000, growth).check(tlog.root(tlog.leaf_hashes(ENTRIES[:700])), checkpoint.root_hash)


def test_others_accept_a_cosignature_as_we_read_it(tmp_path: Path) -> None:
    """One witness's line, in the form that our verifier accepts; and neither of us accepts it under another checkpoint."""
    witness = Witness()
    text = sign(str(Checkpoint(SIGNER.name, 1000, tlog.root(tlog.leaf_hashes(ENTRIES)))), SIGNER)
    other = sign(str(Checkpoint(SIGNER.name, 999, tlog.root(tlog.leaf_hashes(ENTRIES[:999])))), SIGNER)
    line = witness.line(text)
    key, trust = signing.Vkey.from_string(witness.vkey), Trust((), (witness.key,), 1)
    (tmp_path / "checkpoint").write_text(text + line)
    read = reader.TilesReader(backend.LocalBackend(tmp_path)).get_checkpoint()
    read.verify(key)
    assert key.serialize() == witness.vkey
    assert verifier_note.Checkpoint.parse((text + line).encode()).witnessed(trust) == [(witness.key.name, WHEN)]
    (tmp_path / "checkpoint").write_text(other + line)
    wrong = reader.TilesReader(backend.LocalBackend(tmp_path)).get_checkpoint()
    with pytest.raises(InvalidSignature):
        wrong.verify(key)
    assert verifier_note.Checkpoint.parse((other + line).encode()).witnessed(trust) == []


def test_we_accept_their_checkpoint_and_tree(tmp_path: Path) -> None:
    signer = signing.PlainEd25519Signer("other.example/log", bytes(range(32)))
    log_writer = writer.TilesWriter.create(tmp_path / "log", "other.example/log")
    for each in ENTRIES[:300]:
        log_writer.add_leaf(each)
    log_writer.commit([signer])
    text = (tmp_path / "log" / "checkpoint").read_text()
    found = open_checkpoint(text, [Verifier.parse(signer.vkey.serialize())], "other.example/log")
    assert found == Checkpoint("other.example/log", 300, tlog.root(tlog.leaf_hashes(ENTRIES[:300])))
    assert str(Note.parse(text)) == text
