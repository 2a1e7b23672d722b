"""Does the code of Go's checksum database accept what we export and prove, and refuse it with a byte altered?

Runs where Debian's golang-go and golang-golang-x-mod-dev are; in CI a missing one is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from privity.ledger import log, tlog_proof
from privity.office.export import export
from privity.office.place import Office
from verifier.outside import Witness, note, office

LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


def program(place: Path) -> Path:
    if not shutil.which("go") or not LIBRARY.is_dir():
        if os.environ.get("CI"):
            pytest.fail("golang-go and golang-golang-x-mod-dev are missing, and CI must not skip what outsiders check")
        pytest.skip("golang-go and golang-golang-x-mod-dev are not installed")
    built = place / "goverify"
    modes = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(place / "cache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", built, "."], cwd=Path(__file__).parent / "goverify", env=modes, check=True)
    return built


@pytest.fixture(scope="module")
def go(tmp_path_factory) -> Path:
    return program(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Office:
    """So long that there is a level 1 with more than one hash, and a level 0 that ends within a tile."""
    return office(tmp_path_factory.mktemp("made") / "office", 1234)


@pytest.fixture
def out(made: Office, tmp_path: Path) -> Path:
    export(made, tmp_path / "public")
    with made.store.read() as tx:
        (tmp_path / "p.tlog-proof").write_text(tlog_proof(tx, 777))
        (tmp_path / "p.entry").write_bytes(log.read_entries(tx, 777, 1)[0])
    return tmp_path / "public"


def verdict(go: Path, out: Path, vkey: str, every: int = 1) -> tuple[int, str]:
    arguments = [go, out, vkey, str(every), out.parent / "p.tlog-proof", out.parent / "p.entry"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def flip(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def test_go_proves_every_record_the_growth_and_our_proof(go: Path, made: Office, out: Path) -> None:
    assert verdict(go, out, made.verifier.vkey) == (0, "size 1234 records 1234 growth 8\nproof of record 777\n")


def test_go_reads_a_checkpoint_with_a_witness_under_it(go: Path, made: Office, out: Path) -> None:
    (out / "checkpoint").write_text(note(made) + Witness().line(note(made)))
    assert verdict(go, out, made.verifier.vkey, 100)[0] == 0


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("tile/entries/003", 194 * 9 + 70),
        ("tile/entries/004.p/210", 60),
        ("tile/0/002", 32 * 100),
        ("tile/1/000.p/4", 40),
        ("checkpoint", 40),
        ("../p.tlog-proof", 30),
        ("../p.entry", 60),
    ],
)
def test_go_refuses_one_altered_byte(go: Path, made: Office, out: Path, name: str, place: int) -> None:
    flip(out / name, place)
    code, said = verdict(go, out, made.verifier.vkey)
    assert code == 1
    assert "FAIL" in said


def test_go_refuses_another_ledgers_key(go: Path, made: Office, out: Path, tmp_path: Path) -> None:
    assert verdict(go, out, office(tmp_path / "stranger").verifier.vkey)[0] == 1


def test_a_missing_tool_is_a_failure_in_ci(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        program(tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        program(tmp_path)
