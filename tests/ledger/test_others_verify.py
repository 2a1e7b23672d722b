"""Does somebody else's program (tlog-scales) accept what we export and prove, and we what it writes?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from privity.ledger import Checkpoint, Kind, Signer, append, encode, export, log, tlog, tlog_proof
from privity.ledger.note import Note, Proof, Verifier, open_checkpoint
from privity.store import Store

if TYPE_CHECKING:
    from pathlib import Path

tlog_scales = pytest.importorskip("tlog_scales.reader")
from tlog_scales import backend, reader, signing, writer  # noqa: E402
from tlog_scales import tlog as theirs  # noqa: E402

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
