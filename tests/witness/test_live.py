"""Does a witness that nobody here wrote accept our ledger, and refuse a stale and a forked one?

``aics-witness`` (Apache-2.0) runs as a process of its own, in an environment of its own (Python 3.12, `requirements.txt` with hashes).
Without Python 3.12 this is skipped, and says so; in CI it fails.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from privity.errors import RefusedError
from privity.ledger import cosignature
from privity.ledger.cosignature import Cosigner, Request
from privity.ledger.note import Checkpoint, Note, sign
from privity.office import enrol, witness, witness_http, witness_roster
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.office.witness_ask import Said
from witness.offices import DAY, fresh, grow, set_quorum

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
PYTHON = "python3.12"


def cannot(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"the live witness could not run: {why}")
    pytest.skip(f"the live witness could not run: {why}")


def python() -> str:
    """A Python 3.12 that runs (pyenv's stand-in exists without one)."""
    for name in [PYTHON, *map(str, sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python3.12")))]:
        found = shutil.which(name)
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    if sys.version_info >= (3, 12):
        return sys.executable
    cannot("there is no Python 3.12 here")
    raise AssertionError


@pytest.fixture(scope="session")
def program() -> Path:
    """The witness's program, installed once for these requirements."""
    place = ROOT / ".venv-witness" / sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    found = place / "bin" / "aics-witness"
    if not found.is_file():
        built = place.with_name(f"{place.name}.{os.getpid()}")
        steps = [
            [python(), "-m", "venv", str(built)],
            [str(built / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS)],
        ]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                shutil.rmtree(built, ignore_errors=True)
                cannot(f"`{' '.join(step[1:3])}` failed")
        # The scripts name the folder that they were made in, so it is run as a module and may be moved.
        try:
            built.rename(place)
        except OSError:  # another process of this run was first
            shutil.rmtree(built)
    return place / "bin" / "python"


@dataclass
class Live:
    """The process's configuration, where it listens and its verifier key."""

    program: Path
    config: Path
    url: str
    vkey: str

    @property
    def name(self) -> str:
        return Cosigner.parse(self.vkey).name


def run(program: Path, *words: str) -> str:
    done = subprocess.run([program, "-m", "aics_witness", *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def live(program: Path, office: Office, tmp_path: Path) -> Iterator[Live]:
    config, port = tmp_path / "witness" / "w.json", free_port()
    config.parent.mkdir()
    vkey = run(program, "init", "-c", str(config), "--name", "inspector.test/w1", "--listen", f"127.0.0.1:{port}").split()[0]
    run(program, "add-log", "-c", str(config), "--origin", office.origin, "--vkey", office.verifier.vkey)
    serving = subprocess.Popen([program, "-m", "aics_witness", "serve", "-c", str(config), "--log-level", "ERROR"])
    try:
        wait_for(port)
        yield Live(program, config, f"http://127.0.0.1:{port}", vkey)
    finally:
        serving.terminate()
        serving.wait(10)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return fresh(tmp_path)


@pytest.fixture
def enrolled(office: Office, live: Live) -> Live:
    witness_roster.add(office, live.name, live.vkey, live.url)
    set_quorum(office, 1)
    return live


def note(office: Office) -> str:
    with office.store.read() as tx:
        return tx.head().note or ""


def test_it_signs_a_ledger_that_grows_again_and_again_and_its_lines_are_a_quorum(office: Office, enrolled: Live) -> None:
    for more in (1, 7, 260):
        entry = grow(office, more)
        (answer,) = witness.ask(office)
        assert (answer.said, answer.why) == (Said.SIGNED, "")
        witness.require(office, entry)
    assert verify(office).problems == ()
    status = run(enrolled.program, "status", "-c", str(enrolled.config))
    assert str(entry + 1) in status.replace(",", "")


def test_asked_twice_about_the_same_checkpoint_it_signs_twice_and_one_line_is_kept(office: Office, enrolled: Live) -> None:
    for _ in range(2):
        (answer,) = witness.ask(office)
        assert answer.said is Said.SIGNED, answer.why
    with office.store.read() as tx:
        assert len(tx.rows("cosignature")) == 1


def test_what_it_was_shown_last_is_remembered_by_it_and_asked_for_by_us(office: Office, enrolled: Live) -> None:
    witness.ask(office)
    size = Checkpoint.parse(Note.parse(note(office)).text).size
    grow(office)
    status, body = witness_http.post(enrolled.url, str(Request(0, (), note(office))).encode())
    assert (status, cosignature.read_size(body)) == (409, size)


@pytest.mark.invariant
def test_it_refuses_an_older_copy_of_the_office_and_so_does_the_office(office: Office, enrolled: Live, tmp_path: Path) -> None:
    witness.require(office, grow(office))
    old = open_office(Path(shutil.copytree(office.root, tmp_path / "old")), DAY)
    witness.require(office, grow(office, 3))
    with pytest.raises(RefusedError, match=r"has signed \d+ entries of this ledger, and the office has \d+"):
        witness.stands(old)


@pytest.mark.invariant
def test_it_refuses_a_fork_signed_with_the_offices_own_key(office: Office, enrolled: Live, tmp_path: Path) -> None:
    witness.require(office, grow(office))
    fork = open_office(Path(shutil.copytree(office.root, tmp_path / "fork")), DAY)
    witness.require(office, grow(office, 3))
    for _ in range(6):
        enrol.enrol_agency(fork, "another", "Another history", "federal")
    (answer,) = witness.ask(fork)
    assert answer.said is Said.BESIDE
    with pytest.raises(RefusedError, match="has signed other entries"):
        witness.require(fork, 1 << 20)
    size = Checkpoint.parse(Note.parse(note(office)).text).size
    forged = sign(str(Checkpoint(office.origin, size + 9, bytes(32))), office.signer)
    assert witness_http.post(enrolled.url, str(Request(size, (bytes(32),), forged)).encode())[0] == 422


def test_it_does_not_know_another_ledger_nor_another_key(office: Office, enrolled: Live) -> None:
    text = Note.parse(note(office)).text
    other = type(office.signer)(office.origin, bytes(32))
    assert witness_http.post(enrolled.url, str(Request(0, (), sign(text, other))).encode())[0] == 403
    renamed = text.replace(office.origin, "elsewhere.test/ledger")
    stranger = type(office.signer)("elsewhere.test/ledger", bytes(32))
    assert witness_http.post(enrolled.url, str(Request(0, (), sign(renamed, stranger))).encode())[0] == 404
