"""Releases of the small office that are killed at random instants, in several processes, on either store; and what is held after each.

After the kills of each turn:

- each package that is outside has an intent that was committed before: its bytes, its proof and its opening agree;
- each checkpoint that a process was told of is a beginning of the ledger, so nothing that was acknowledged is lost;
- each intent without an acknowledgement is on the list that ``privity packages`` prints;
- the ledger is whole.

A process is told of a checkpoint when `Store._commit` has returned; it says so in a line of its own before it goes on.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from office.small import ANSWERED, Small, small
from privity.cli import app
from privity.errors import TamperError
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import record
from privity.office.place import Office, open_office
from privity.office.verify import verify
from store.servers import server

WORKERS = 2
COMMITS = 6  # of a release of the small office: an intent and a note that it left, for each of three packages
WORKER = """
import sys
from datetime import date
from pathlib import Path
import json
from privity.errors import PrivityError
from privity.office import batch as batches
from privity.office.place import open_office
from privity.office.release import release
from privity.seal.age import AgeSealer
from privity.store import Store

commit = Store._commit
def told(store, connection, tx):
    commit(store, connection, tx)
    print(json.dumps(tx._note), flush=True)
Store._commit = told
print("ready", flush=True)
root, day, batch, out = sys.stdin.readline().split()
try:
    office = open_office(Path(root), date.fromisoformat(day))
    with office.store.read() as tx:
        found = batches.named(tx, batch)
    release(office, found, Path(out), AgeSealer())
except PrivityError as problem:
    print(problem, file=sys.stderr)
    sys.exit(1)
"""


@dataclass
class Tally:
    """What was done and found so far; the four that must be none are last."""

    store: str
    kills: int = 0
    server_kills: int = 0
    releases: int = 0
    packages_outside: int = 0
    checkpoints_told: int = 0
    intents_seen_open: int = 0
    refused_by_a_dead_server: int = 0
    outside_without_entry: int = 0
    told_and_lost: int = 0
    unreported: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return self.outside_without_entry + self.told_and_lost + self.unreported + len(self.problems)

    def line(self) -> str:
        return json.dumps(asdict(self))


class Worker:
    """A process that has imported everything and waits to be told what to release."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []

    def begin(self, root: Path, batch: str, out: Path) -> None:
        assert self.process.stdout.readline() == "ready\n"
        self.process.stdin.write(f"{root} {ANSWERED} {batch} {out}\n")
        self.process.stdin.flush()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def wait(self, commits: int) -> None:
        """Until it has committed so many times, or ended."""
        while len(self.lines) < commits and (line := self.process.stdout.readline()):
            self.lines.append(line)

    def told(self) -> list[str]:
        """After its end: the checkpoints that it was told of. A line that was cut off is none."""
        self.lines += self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        notes = [json.loads(line) for line in self.lines if line.endswith("\n") and line != "ready\n"]
        return [note for note in notes if note]


class Round:
    """One office, approved, which some processes answer at the same time until all of it is outside."""

    def __init__(self, made: Small, tally: Tally, folder: Path, rng: random.Random) -> None:
        self.made, self.tally, self.rng, self.folder = made, tally, rng, folder
        self.root = made.copy("approved", folder)
        self.held: list[str] = []
        self.outs = [folder / f"out{number}" for number in range(WORKERS)]
        for out in self.outs:
            out.mkdir()

    def run(self, most: int, *, of_server: bool) -> Iterator[None]:
        """Kill, look, start again, ``most`` times or until the release is done; then let it finish and read everything."""
        spare, done = [Worker() for _ in range(WORKERS)], 0
        while done < most and not self._finished():
            running = spare
            for worker, out in zip(running, self.outs, strict=True):
                worker.begin(self.root, self.made.batch, out)
            spare = [Worker() for _ in range(WORKERS)]
            self._let_run(running[0])
            done += self._kill(running, of_server=of_server)
            yield
        last, rest = spare[0], spare[1:]
        last.begin(self.root, self.made.batch, self.outs[0])
        for worker in rest:
            worker.process.kill()
            worker.told()
        self._collect([last])
        if last.process.returncode:
            self.tally.problems.append("a release that nobody killed did not finish")
        self.look(whole=True)
        self.tally.releases += 1

    def _let_run(self, worker: Worker) -> None:
        """Any time: before its first commit, or a moment after the n-th, however quick the machine is."""
        commits = self.rng.randrange(COMMITS)
        worker.wait(commits)
        time.sleep(self.rng.uniform(0.0, 0.05 if commits else 0.5))

    def _kill(self, running: list[Worker], *, of_server: bool) -> int:
        """The server is killed, or each process in turn, a moment apart; then everything is looked at."""
        if of_server:
            server().kill()
            time.sleep(0.2)
            server().start()
            self.tally.server_kills += 1
            self._collect(running)
            self.tally.refused_by_a_dead_server += sum(worker.process.returncode == 1 for worker in running)
            self.look()
            return 1
        kills = 0
        for worker in self.rng.sample(running, len(running)):
            kills += not worker.ended()
            worker.process.kill()
            time.sleep(self.rng.uniform(0.0, 0.1))
        self._collect(running)
        self.look()
        self.tally.kills += kills
        return kills

    def _collect(self, workers: list[Worker]) -> None:
        for worker in workers:
            notes = worker.told()
            self.held += notes
            self.tally.checkpoints_told += len(notes)

    def _finished(self) -> bool:
        """Whether every row that is to be answered is outside."""
        office = open_office(self.root, ANSWERED)
        with office.store.read() as tx:
            states = [row["state"] for row in tx.now("custody")]
            answered = len(tx.rows("package_row"))
        office.store.close()
        return answered >= self._eligible() and "intent" not in states

    def _eligible(self) -> int:
        from privity.office import determinations

        office = open_office(self.made.folder("approved"), ANSWERED)
        found = determinations.load(office, self.made.of(office)).filter(stage="record").height
        office.store.close()
        return found

    # ------------------------------------------------------------ what must hold

    def look(self, *, whole: bool = False) -> None:
        """Look outside first, then into the ledger: whatever is outside was entered before."""
        outside = {path.stem: path for out in self.outs for path in out.glob("*.age")}
        digests = {name: sha256(path.read_bytes()).hexdigest() for name, path in outside.items()}
        office = open_office(self.root, ANSWERED)
        try:
            self._look(office, outside, digests)
            if whole:
                self.tally.packages_outside += len(outside)
                self.tally.problems += verify(office, self.held).problems
        finally:
            office.store.close()

    def _look(self, office: Office, outside: dict[str, Path], digests: dict[str, str]) -> None:
        with office.store.read() as tx:
            intents = self._intents(office, tx)
            for name, path in outside.items():
                if intents.get(name) != digests[name] or not _proved(office, path):
                    self.tally.outside_without_entry += 1
            for problem in log.verify(tx, [office.verifier], office.origin, held=self.held, used=tx.used()):
                self.tally.told_and_lost += "longer" in str(problem) or "held" in str(problem)
                self.tally.problems.append(str(problem))
            acknowledged = {row["package"] for row in tx.rows("custody") if row["state"] == "acknowledged"}
        waiting = set(intents) - acknowledged
        self.tally.intents_seen_open += len(waiting)
        self.tally.unreported += len(waiting - _reported(self.root))

    def _intents(self, office: Office, tx: object) -> dict[str, str]:
        """Package → digest, from the openings of entries alone."""
        files = tx.rows("opening_file", kind=str(Kind.INTENT))
        rows = [json.loads(row) for file in files for row in record.opened(office, tx, file["first"], file["count"])]
        return {row["package"]: row["digest"] for row in rows}


def _proved(office: Office, path: Path) -> bool:
    """The proof that lies beside a package leads from its entry to a signed checkpoint."""
    with contextlib.suppress(TamperError, FileNotFoundError):
        entry, proof = path.with_suffix(".entry").read_bytes(), path.with_suffix(".tlog-proof").read_text()
        return log.check_proof(proof, entry, [office.verifier], office.origin) >= 0
    return False


def _reported(root: Path) -> set[str]:
    """The packages that the command lists as not acknowledged."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert app.run(["packages", str(root), "--json"]) == 0
    return {
        row["package"]
        for row in json.loads(said.getvalue())["packages"]
        if str(row["state"]).startswith("intent") or row["state"] == "sent"
    }


def kills(tally: Tally, kills: int, servers: int, seed: int) -> Iterator[Tally]:
    """Kill until so many processes, and so many servers, are dead; yields after every look."""
    made, rng = small(tally.store), random.Random(seed)
    while tally.kills < kills or tally.server_kills < servers:
        of_server = tally.store == "postgres" and tally.server_kills < servers and (tally.kills >= kills or rng.random() < 0.5)
        most = min(servers - tally.server_kills, 4) if of_server else min(kills - tally.kills, 12)
        with tempfile.TemporaryDirectory(prefix="privity-kills-") as folder:
            for _ in Round(made, tally, Path(folder), rng).run(most, of_server=of_server):
                yield tally
        yield tally
