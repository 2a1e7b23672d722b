"""A verb in a process of its own, which kills itself, unasked, at the n-th commit or at the n-th file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, signal, sys
from datetime import date
from pathlib import Path
from privity.office import batch as batches, disk, receive
from privity.office.place import open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.seal.age import AgeSealer
from privity.store import archive
from privity.store import Store

verb, root, day, what, when, turn = sys.argv[1:7]
receive.SHARD = 16  # four shards of the small batch

def dies(owner, name):
    does, seen = getattr(owner, name), [0]
    def wrapped(*args, **named):
        seen[0] += 1
        if when == "before" and seen[0] == int(turn):
            os.kill(os.getpid(), signal.SIGKILL)
        done = does(*args, **named)
        if when == "after" and seen[0] == int(turn):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    setattr(owner, name, wrapped)

if what != "never":
    dies(*{"commit": (Store, "_commit"), "sealed": (archive, "_place"), "file": (disk, "write_file")}[what])
office = open_office(Path(root), date.fromisoformat(day))
if verb == "submit":
    submit(office, Path(sys.argv[7]), Path(sys.argv[8]), intake_officer="i.marsh")
else:
    with office.store.read() as tx:
        batch = batches.named(tx, sys.argv[7])
    release(office, batch, Path(sys.argv[8]), AgeSealer())
"""


def run(verb: str, root: Path, day: object, point: tuple[str, str, int], *rest: object) -> int:
    """Run a verb up to a point; returns its exit code."""
    words = [verb, root, day, *point, *rest]
    return start(*words).wait()


def start(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *map(str, words)], env=dict(os.environ))


def was_killed(code: int) -> bool:
    return code == -signal.SIGKILL
