"""pymerkle 7 beside our ledger: an RFC 6962 tree over SQLite, in an environment of its own, because it is under the GPL and we are not.

The environment is made for the measurement, from the package index, and thrown away with its folder. pymerkle keeps a tree and proves inclusion
and consistency; it signs nothing, has no checkpoints, tiles or witnesses, and its file is in SQLite's default journal mode, with every append a
transaction. So its figures are those of a smaller thing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PACKAGE = "pymerkle>=7,<8"
SCRIPT = """
import json, random, sys, time
from pymerkle import SqliteTree, verify_inclusion
place, rows, alone, proofs, size = sys.argv[1], *map(int, sys.argv[2:])
tree = SqliteTree(place)
made = [b"%0*d" % (size, number) for number in range(rows)]
began = time.perf_counter()
tree.append_entries(made)
bulk = time.perf_counter() - began
took = []
for number in range(alone):
    began = time.perf_counter()
    tree.append_entry(b"%0*d" % (size, rows + number))
    took.append(1e3 * (time.perf_counter() - began))
whole, checked = tree.get_size(), []
began = time.perf_counter()
for _ in range(proofs):
    index = random.randrange(1, whole + 1)
    checked.append((tree.get_leaf(index), tree.prove_inclusion(index, whole)))
make = 1e3 * (time.perf_counter() - began) / proofs
root = tree.get_state(whole)
for leaf, proof in checked:
    verify_inclusion(leaf, root, proof)
print(json.dumps({"rows": rows, "seconds": bulk, "microseconds_a_row": 1e6 * bulk / rows, "rows_a_second": rows / bulk,
                  "alone_median_ms": sorted(took)[alone // 2], "proof_ms": make}))
"""


def measure(place: Path, *, rows: int, alone: int, proofs: int, size: int) -> dict[str, Any]:
    """Its figures; or why there are none. ``rows`` at once, ``alone`` one by one, ``proofs`` made anywhere; ``size``: bytes of an entry."""
    place.mkdir(parents=True, exist_ok=True)
    python = place / "environment" / "bin" / "python"
    try:
        _run([sys.executable, "-m", "venv", str(place / "environment")])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE])
        said = _run([str(python), "-c", SCRIPT, str(place / "tree.db"), *map(str, (rows, alone, proofs, size))])
    except (subprocess.SubprocessError, OSError) as error:
        return {"not measured": type(error).__name__}
    return {"environment": f"made for this run: {PACKAGE} (GPL-3.0-or-later)", **json.loads(said)}


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800).stdout
