"""Which key may sign which size; and do others' programs read a checkpoint that two keys signed?"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from privity.errors import RefusedError, TamperError
from privity.ledger import Kind, Signer, append, canonical, encode, export, log, tlog
from privity.ledger.note import Checkpoint, Proof, sign
from privity.ledger.tenure import Change, Tenure, follow, open_at, signs_on
from privity.store import Store

NAME = "privity.example/ledger"
OLD, NEW, STRANGER = (Signer(NAME, bytes([i]) * 32) for i in range(3))
ENTRIES = [encode(Kind.KEY, "0" * 32, date(2026, 11, 23), i.to_bytes(32, "big")) for i in range(6)]
KNOWN = (Tenure(OLD.verifier, 0, 3, 2), Tenure(NEW.verifier, 3))
GO = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note")


def note_of(size: int, *signers: Signer) -> str:
    return sign(str(Checkpoint(NAME, size, bytes(32))), *signers)


def opens(text: str, *, kept: bool = False) -> bool:
    try:
        open_at(text, KNOWN, NAME, kept=kept)
    except TamperError:
        return False
    return True


@pytest.mark.invariant
def test_a_key_signs_within_its_tenure_and_nowhere_else() -> None:
    assert [opens(note_of(size, OLD), kept=True) for size in range(6)] == [True] * 4 + [False] * 2
    assert [opens(note_of(size, OLD)) for size in range(6)] == [True] * 3 + [False] * 3, "revoked: believed to 2"
    assert [opens(note_of(size, NEW)) for size in range(6)] == [False] * 3 + [True] * 3
    assert [opens(note_of(size, OLD, NEW), kept=True) for size in range(6)] == [False] * 3 + [True] + [False] * 2
    assert not any(opens(note_of(size, STRANGER)) for size in range(6))
    assert opens(note_of(5, NEW, STRANGER)), "a line of a witness is not judged"


def test_the_last_line_says_which_key_goes_on() -> None:
    both = note_of(3, OLD, NEW)
    assert (signs_on(both, OLD.verifier), signs_on(both, NEW.verifier)) == (False, True)
    altered = both.replace("\n3\n", "\n4\n")
    assert not signs_on(altered, NEW.verifier)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "office.db")
    with made.write() as tx:
        append(tx, OLD, NAME, ENTRIES[:2])
        append(tx, OLD, NAME, ENTRIES[2:3], NEW)
    return made


def added(store: Store, *signers: Signer) -> int:
    with store.write() as tx:
        return append(tx, signers[0], NAME, ENTRIES[3:4], *signers[1:]).end


@pytest.mark.invariant
def test_after_the_change_only_the_new_key_adds(store: Store) -> None:
    for signers in ((OLD,), (STRANGER,), (OLD, NEW)):
        with pytest.raises(RefusedError, match="another key"):
            added(store, *signers)
    assert added(store, NEW) == 4
    with store.read() as tx:
        assert list(log.verify(tx, KNOWN, NAME)) == []
        wrong = [(Tenure(OLD.verifier, 0, 2), KNOWN[1]), (Tenure(OLD.verifier), Tenure(NEW.verifier, 4)), (OLD.verifier,), (NEW.verifier,)]
        assert all([*log.verify(tx, known, NAME)] for known in wrong)


def head(store: Store) -> str:
    with store.read() as tx:
        return tx.head().note or ""


def test_tlog_scales_accepts_the_checkpoint_of_a_change_under_either_key(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("tlog_scales")
    from tlog_scales import backend, reader, signing

    with store.read() as tx:
        for path, content in export(tx):
            (tmp_path / "static" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "static" / path).write_bytes(content)
    checkpoint = reader.TilesReader(backend.LocalBackend(tmp_path / "static")).get_checkpoint()
    for signer in (OLD, NEW):
        checkpoint.verify(signing.Vkey.from_string(signer.vkey))
    with pytest.raises(Exception, match=r"(?i)sig|key|verif"):
        checkpoint.verify(signing.Vkey.from_string(STRANGER.vkey))


# ---------------------------------------------------------------- from one key to the next


def told(signers: tuple[Signer, ...], size: int = 3, at: int = 2, **said: object) -> Change:
    """A change as somebody could make it up: everything fits together, but for what is said and who signs."""
    row = canonical({"old": OLD.vkey, "new": NEW.vkey, "start": 3, "trusted": 3} | said)
    kind = Kind.RECEIPT if said.get("kind") else Kind.KEY
    raw = encode(kind, "0" * 32, date(2026, 11, 23), sha256(bytes(16) + row).digest())
    leaves = tlog.leaf_hashes([*ENTRIES[:at], raw, *ENTRIES[at : size - 1]])
    hashes = tuple(tlog.prove_inclusion(lambda _level, first, count: leaves[first : first + count], at, size))
    return Change(bytes(16), row, raw, str(Proof(at, hashes, sign(str(Checkpoint(NAME, size, tlog.root(leaves))), *signers))))


@pytest.mark.invariant
def test_a_key_is_learnt_only_from_a_checkpoint_that_the_key_before_it_signed_and_ends_where_that_stands() -> None:
    both = (OLD, NEW)
    assert follow(OLD.verifier, [told(both)], NAME) == (Tenure(OLD.verifier, 0, 3, 3), Tenure(NEW.verifier, 3))
    made_up = [
        told((NEW,)),
        told((OLD,)),
        told((STRANGER, NEW)),
        told(both, new=STRANGER.vkey),
        told(both, start=2),
        told(both, start=4),
        told(both, size=4),
        told(both, at=1, start=2),
        told(both, kind="receipt"),
    ]
    for change in made_up:
        with pytest.raises(TamperError):
            follow(OLD.verifier, [change], NAME)
    with pytest.raises(TamperError):
        follow(OLD.verifier, [told(both)], "another.example")


PROGRAM = """package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	var known []note.Verifier
	for _, key := range os.Args[1:] {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			panic(err)
		}
		known = append(known, verifier)
	}
	read, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		fmt.Println("refused")
		os.Exit(1)
	}
	fmt.Println(len(read.Sigs), len(read.UnverifiedSigs))
}
"""


@pytest.mark.skipif(not shutil.which("go") or not GO.is_dir(), reason="Go and golang.org/x/mod are Debian packages")
def test_go_accepts_the_checkpoint_of_a_change_under_either_key_or_both(store: Store, tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(PROGRAM)
    env = dict(os.environ) | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(tmp_path / "cache")}
    subprocess.run(["go", "build", "-o", str(tmp_path / "reads"), str(tmp_path / "main.go")], env=env, check=True)

    def reads(*keys: str) -> str:
        return subprocess.run(
            [str(tmp_path / "reads"), *keys], input=head(store), capture_output=True, text=True, check=False
        ).stdout.strip()

    assert reads(OLD.vkey) == reads(NEW.vkey) == "1 1"
    assert reads(OLD.vkey, NEW.vkey) == "2 0"
    assert reads(STRANGER.vkey) == "refused"
