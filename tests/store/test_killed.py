"""After kill -9 at any instant, and with two writers at once: is every entry there that a caller was told of, and none other?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from privity.ledger import Signer, log, tlog, verify
from privity.ledger.note import open_checkpoint
from privity.store import Store

if TYPE_CHECKING:
    from pathlib import Path

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
WRITER = """
import sys
from datetime import date
from pathlib import Path
from privity.ledger import Kind, Signer, append, encode
from privity.store import Store
store, signer = Store.open(Path(sys.argv[1])), Signer("privity.example/ledger", bytes(range(32)))
for turn in range(int(sys.argv[2])):
    with store.write() as tx:
        mark = bytes([int(sys.argv[3])]) + turn.to_bytes(31, "big")
        done = append(tx, signer, signer.name, [encode(Kind.LOOK, "a" * 32, date(2026, 11, 23), mark)] * (1 + turn % 3 * 130))
        tx.add_one("agency", agency=sys.argv[3], name=str(done.end), kind="federal")
    print(done.first, done.end, flush=True)
"""


def start(path: Path, turns: int, mark: int) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(turns), str(mark)], stdout=subprocess.PIPE, text=True)


def audit(path: Path, held: list[str]) -> tuple[int, bytes, str]:
    with Store.open(path).read() as tx:
        head = tx.head()
        assert list(verify(tx, [SIGNER.verifier], SIGNER.name, held=held, used=max([0, *(int(r["name"]) for r in tx.now("agency"))]))) == []
        root = tlog.root(tlog.leaf_hashes(log.read_entries(tx, 0, head.size)))
        assert open_checkpoint(head.note, [SIGNER.verifier], SIGNER.name).root == root
        for note in held:
            old = open_checkpoint(note, [SIGNER.verifier], SIGNER.name)
            assert tlog.verify_consistency(old.size, head.size, old.root, root, log.prove_growth(tx, old.size, head.size))
        return head.size, root, head.note


@pytest.mark.invariant
def test_a_killed_writer_leaves_the_tree_that_its_last_checkpoint_signed(tmp_path: Path) -> None:
    path, held, rng = tmp_path / "office.db", list[str](), random.Random(0)
    Store.create(path).close()
    for turn in range(8):
        child = start(path, 100_000, turn)
        told = child.stdout.readline()  # from here on it writes
        time.sleep(rng.uniform(0.0, 0.12))
        os.kill(child.pid, signal.SIGKILL)
        told = ([told, *(line for line in child.stdout if line.endswith("\n"))])[-1]
        child.wait()
        size, _, note = audit(path, held)
        assert size >= int(told.split()[1]), "an entry that was confirmed is lost"
        held.append(note)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    Store.create(path).close()
    children = [start(path, 25, mark) for mark in (1, 2)]
    spans = sorted(tuple(map(int, line.split())) for child in children for line in child.communicate()[0].splitlines())
    assert all(child.returncode == 0 for child in children)
    assert len(spans) == 50
    assert [first for first, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert audit(path, [])[0] == spans[-1][1]
