"""The ledger: entries appended, proved, verified. A million rows at once and one row at a time.

    python benchmarks/ledger.py [--quick] [--json]

Beside it, in the same run, an audit table as many systems keep it: one INSERT for a row, each with the SHA-256 of the row before it. In one
transaction for all it is the cheapest thing that shows tampering; in one transaction for each row it is what a busy system does.
To prove one row of it, all rows after it must be read.
"""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
import tempfile
import time
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Steps, command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = {"rows": 1_280_000, "alone": 300, "proofs": 2_000}
QUICK = {"rows": 131_072, "alone": 100, "proofs": 500}
SHARD = 65_536
ORIGIN, BATCH, DAY = "bench.privity.example/ledger", "0123456789abcdef" * 2, date(2025, 8, 7)


def _rows(first: int, count: int) -> list[bytes]:
    """Rows as large as a determination is."""
    body = {
        "batch": BATCH,
        "outcome": "refused",
        "stage": "request",
        "reasons": ["STATUTE i-2.B.iv.reason failed"],
        "facts": "f" * 64,
        "request": "r" * 64,
    }
    spelled = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()[:-1]
    return [spelled + b',"ordinal":%d}' % number for number in range(first, first + count)]


# ---------------------------------------------------------------- ours


def append(*, place: str, rows: int) -> dict[str, Any]:
    """Every row committed to, sealed, entered: a shard in a transaction, as a submit does."""
    from privity.ledger import entry, log
    from privity.ledger.entry import Kind
    from privity.ledger.note import Signer
    from privity.store import Store, archive

    root = Path(place)
    (root / "openings").mkdir(parents=True)
    (root / "key").write_bytes(secrets.token_bytes(32))
    store, signer, steps = Store.create(root / "ledger.db"), Signer(ORIGIN, (root / "key").read_bytes()), Steps()
    with steps.step("make rows (not the ledger's)"):
        shards = [_rows(first, min(SHARD, rows - first)) for first in range(0, rows, SHARD)]
    for shard in shards:
        salts = secrets.token_bytes(entry.SALT * len(shard))
        with steps.step("transaction, to disk"), store.write() as tx:
            with steps.step("commit to rows"):
                commitments = entry.commit_rows(salts, shard)
            with steps.step("seal openings"):
                archive.write(root / "openings", (root / "key").read_bytes(), shard, salts, tx.head().size)
            with steps.step("encode entries"):
                entries = entry.encode_all(Kind.DETERMINATION, BATCH, DAY, commitments)
            with steps.step("append, hash, sign"):
                log.append(tx, signer, ORIGIN, entries)
    store.close()
    ours = {name: cost for name, cost in steps.found()["steps"].items() if not name.startswith("make rows")}
    size = {
        "ledger": (root / "ledger.db").stat().st_size / rows,
        "openings": sum(path.stat().st_size for path in (root / "openings").iterdir()) / rows,
    }
    return {
        "seconds": sum(cost["wall"] for cost in ours.values()),
        "bytes_a_row": {name: round(many, 1) for name, many in size.items()},
        **steps.found(),
    }


def alone(*, place: str, rows: int) -> dict[str, Any]:
    """One row, one transaction, one signed checkpoint: an act of an official. Milliseconds, to the disk."""
    from privity.ledger import entry, log
    from privity.ledger.entry import Kind
    from privity.ledger.note import Signer
    from privity.store import Store

    root, took = Path(place), []
    store, signer = Store.open(root / "ledger.db"), Signer(ORIGIN, (root / "key").read_bytes())
    for row in _rows(0, rows):
        began = time.perf_counter()
        with store.write() as tx:
            log.append(tx, signer, ORIGIN, [entry.encode(Kind.LOOK, BATCH, DAY, entry.commit_rows(secrets.token_bytes(16), [row])[0])])
        took.append(1e3 * (time.perf_counter() - began))
    return {"rows": rows, "median_ms": sorted(took)[rows // 2], "p99_ms": sorted(took)[int(rows * 0.99)]}


def prove(*, place: str, proofs: int) -> dict[str, Any]:
    """Proofs of single entries, made and checked; near to each other and anywhere."""
    from privity.ledger import log
    from privity.ledger.note import Signer
    from privity.store import Store

    root = Path(place)
    store, signer = Store.open(root / "ledger.db"), Signer(ORIGIN, (root / "key").read_bytes())
    with store.read() as tx:
        size = tx.head().size
        anywhere = [random.randrange(size) for _ in range(proofs)]
        run = list(range(size // 2, size // 2 + proofs))
        found: dict[str, Any] = {"entries": size}
        for name, indexes in (("anywhere", anywhere), ("in a run", run)):
            began = time.perf_counter()
            texts = log.tlog_proofs(tx, indexes)
            found[f"make, {name}, ms"] = 1e3 * (time.perf_counter() - began) / proofs
        raw = [log.read_entries(tx, index, 1)[0] for index in run]
    began = time.perf_counter()
    for text, entry in zip(texts, raw, strict=True):
        log.check_proof(text, entry, [signer.verifier], ORIGIN)
    found["check, ms"] = 1e3 * (time.perf_counter() - began) / proofs
    return found | {"proof_bytes": len(texts[0])}


def verify(*, place: str) -> dict[str, Any]:
    """Every entry, hash and checkpoint derived again."""
    from privity.ledger import log
    from privity.ledger.note import Signer
    from privity.store import Store

    root = Path(place)
    store, signer = Store.open(root / "ledger.db"), Signer(ORIGIN, (root / "key").read_bytes())
    began = time.perf_counter()
    with store.read() as tx:
        problems = list(log.verify(tx, [signer.verifier], ORIGIN))
        size = tx.head().size
    if problems:
        raise AssertionError(problems[0])
    return {"entries": size, "microseconds_an_entry": 1e6 * (time.perf_counter() - began) / size}


# ---------------------------------------------------------------- an audit table


def table(*, place: str, rows: int, at_once: bool) -> dict[str, Any]:
    """A hash-chained table in SQLite, with the same durability."""
    Path(place).mkdir(parents=True, exist_ok=True)
    file = Path(place) / f"table-{at_once}.db"
    with sqlite3.connect(file, isolation_level=None) as found:
        found.execute("PRAGMA journal_mode=WAL")
        found.execute("PRAGMA synchronous=FULL")
        found.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, body BLOB, hash BLOB)")
        made, last = _rows(0, rows), b""
        began = time.perf_counter()
        found.execute("BEGIN") if at_once else None
        for body in made:
            last = sha256(last + body).digest()
            found.execute("INSERT INTO audit (body, hash) VALUES (?, ?)", (body, last))
        found.execute("COMMIT") if at_once else None
        seconds = time.perf_counter() - began
    return {
        "rows": rows,
        "seconds": seconds,
        "microseconds_a_row": 1e6 * seconds / rows,
        "bytes_a_row": round(file.stat().st_size / rows, 1),
    }


def reread(*, place: str) -> dict[str, Any]:
    """What it takes to show that one row of the chained table is as it was: the chain to its end."""
    began, last = time.perf_counter(), b""
    with sqlite3.connect(Path(place) / "table-True.db") as found:
        for body, kept in found.execute("SELECT body, hash FROM audit ORDER BY seq"):
            last = sha256(last + body).digest()
            if last != kept:
                raise AssertionError("the chain is broken")
    return {"seconds": time.perf_counter() - began}


STAGES = {one.__name__: one for one in (append, alone, prove, verify, table, reread)}


def measured(place: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    ours, theirs = place / "ours", place / "theirs"
    figures = {"sizes": sizes, "append": run("append", place=ours, rows=sizes["rows"])}
    figures |= {"alone": run("alone", place=ours, rows=sizes["alone"]), "prove": run("prove", place=ours, proofs=sizes["proofs"])}
    figures["verify"] = run("verify", place=ours)
    peers = {
        name: run("table", place=theirs, rows=rows, at_once=once)
        for name, rows, once in (("chained", sizes["rows"], True), ("chained, a row a time", sizes["alone"], False))
    }
    peers["chain read again"] = run("reread", place=theirs)
    ratios = {
        "append_over_chained_table": figures["append"]["seconds"] / peers["chained"]["seconds"],
        "reading_the_chain_over_one_proof": 1e3
        * peers["chain read again"]["seconds"]
        / (figures["prove"]["make, anywhere, ms"] + figures["prove"]["check, ms"]),
    }
    return {"benchmark": "ledger", "figures": figures, "peers": peers, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures, peers = found["figures"], found["peers"]
    done = figures["append"]
    rows = [("all", done["seconds"], done["cpu"], done["peak_gb"])]
    rows += [(name, cost["wall"], cost["cpu"], cost["peak_gb"]) for name, cost in done["steps"].items()]
    yield f"Append {figures['sizes']['rows']:,} rows; bytes a row {done['bytes_a_row']}", ("", "wall s", "CPU s", "peak GB"), rows
    single = [
        ("one row, one transaction, median ms", figures["alone"]["median_ms"]),
        ("one row, one transaction, p99 ms", figures["alone"]["p99_ms"]),
    ]
    proofs = [(f"proof: {name}", value) for name, value in figures["prove"].items() if name.endswith("ms")]
    checked = [
        ("verify the whole, µs an entry", figures["verify"]["microseconds_an_entry"]),
        ("proof, bytes", figures["prove"]["proof_bytes"]),
    ]
    yield "One by one", ("", ""), [*single, *proofs, *checked]
    rows = [(name, one.get("rows", ""), one["seconds"], one.get("microseconds_a_row", "")) for name, one in peers.items()]
    yield "Instead: a chained audit table", ("", "rows", "seconds", "µs a row"), rows
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-ledger-") as folder:
        found = measured(Path(folder), QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
