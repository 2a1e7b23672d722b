"""Is one altered byte always found, and named? Random bytes of every class of thing are altered, one at a time, and the checks are run.

    python evaluation/flips.py [--flips 10000] [--seed N]

Prints one JSON object: of each class how many were tried, found, named by index (or by file), and named alone (the one entry and no other).
How each class is checked, so that the count says what it means:

- *ledger*: 910 entries in appends of 1 to 600, kept in memory; `ledger.log.verify` reads all of them after each flip. What the office's tables
  would say of its length is given as ``used``, as `privity verify` gives it.
- *export*: the same ledger as files in memory, with a witness's cosignature; `verifier.export.check` reads all of them after each flip.
- *proof*: proofs of 40 of its entries; `verifier.proof.check_proof`.
- *office*: a small released office on disk (tests/office/small.py), the byte altered in its own file or in its database, or a row deleted there,
  and `privity verify` run whole after each.

A flip replaces one byte by another one. A tail cut, a swap and a deleted row alter more than a byte. Not altered here: pages of the database
file itself (SQLite may then refuse to read it at all), the register, the law's own texts, and `about.json` of an export, which is no evidence.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.ledger import Head, Kind, Segment, Signer, append, commit_rows, encode_all, export, tlog, tlog_proof, verify
from privity.ledger.note import Signature
from privity.verifier import export as files
from privity.verifier import proof
from privity.verifier.note import WITNESS, Key, Trust

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.store import Tx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
SEED = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OBSERVER = Key("witness.example/w1", WITNESS, SEED.public_key().public_bytes_raw())
TRUST = Trust((Key.parse(SIGNER.vkey),), (OBSERVER,), 1)
SIZES = (1, 3, 1, 300, 1, 600, 2, 1, 1)
TOTAL = sum(SIZES)
ENTRY, FIELD = 192, slice(58, 122)  # bytes of an entry; where its commitment stands


@dataclass(frozen=True)
class Outcome:
    """Whether a flip was found, and named, and nothing beside it (None: not asked); and what was said, for those that were not."""

    found: bool
    named: bool
    alone: bool | None = None
    what: str = ""


# ---------------------------------------------------------------- a ledger in memory


@dataclass
class Kept:
    """A ledger in memory (`ledger.log.Segments`)."""

    segments: list[Segment] = field(default_factory=list)
    kept: list[tlog.Node] = field(default_factory=list)

    def head(self) -> Head:
        """Its end."""
        last = self.segments[-1] if self.segments else None
        return Head(last.end, last.note, last.peaks or b"") if last else Head()

    def append(self, segments: Sequence[Segment], nodes: Sequence[tlog.Node]) -> None:
        """Keep them."""
        self.segments += segments
        self.kept += nodes

    def read(self, first: int, count: int) -> Iterable[Segment]:
        """The segments with an entry of these."""
        return (each for each in self.segments if each.end > first and each.first < first + count)

    def leaves(self, first: int, count: int) -> bytes:
        """The hashes kept for these."""
        return b"".join(each.leaves for each in self.segments if first <= each.first < first + count)[: 32 * count]

    def nodes(self, level: int, first: int, count: int) -> Sequence[tlog.Node]:
        """The nodes kept of a level."""
        return [each for each in self.kept if each.level == level and first <= each.index < first + count]


def ledger() -> Kept:
    """The ledger that is altered."""
    kept, at = Kept(), 0
    entries = encode_all(
        Kind.DETERMINATION, "b" * 32, date(2026, 11, 23), commit_rows(bytes(16 * TOTAL), [b"%d" % i for i in range(TOTAL)])
    )
    for size in SIZES:
        append(kept, SIGNER, SIGNER.name, entries[at : at + size])
        at += size
    return kept


def cosigned(note: str, when: int = 1_764_115_200) -> str:
    """A checkpoint with a witness's line under it."""
    text = note.partition("\n\n")[0].encode() + b"\n"
    signed = SEED.sign(b"cosignature/v1\ntime %d\n" % when + text)
    return note + str(Signature(OBSERVER.name, OBSERVER.id, when.to_bytes(8, "big") + signed))


def altered(raw: bytes, rng: random.Random, within: slice | None = None) -> tuple[bytes, int]:
    """The bytes with one replaced by another, and where."""
    place = rng.choice(range(len(raw))[within or slice(None)])
    return raw[:place] + bytes([raw[place] ^ rng.randrange(1, 256)]) + raw[place + 1 :], place


# ---------------------------------------------------------------- altering


class Bench:
    """What is altered, and by which class of flip."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.original = rng, ledger()
        self.files = dict(export(self.original))
        self.files["checkpoint"] = cosigned(self.files["checkpoint"].decode()).encode()
        entries = [one for each in self.original.segments for one in each.entries]
        chosen = sorted(rng.sample(range(TOTAL), 40))
        self.proofs = {index: (tlog_proof(self.original, index).encode(), entries[index]) for index in chosen}

    # -------------------------------------------------- ledger

    def _altered(self, place: int, **changed: object) -> Kept:
        segments = list(self.original.segments)
        segments[place] = replace(segments[place], **changed)
        return Kept(segments, self.original.kept)

    def _verified(self, kept: Kept, first: int, count: int = 1) -> Outcome:
        found = list(verify(kept, [SIGNER.verifier], SIGNER.name, used=TOTAL))
        spans = [range(one.first, one.first + one.count) for one in found]
        named = all(any(index in span for span in spans) for index in (first, first + count - 1))
        return Outcome(bool(found), named, {index for span in spans for index in span} == set(range(first, first + count)), str(found[:3]))

    def entry(self, within: slice | None = None) -> Outcome:
        """A byte of an entry."""
        place = self.rng.randrange(len(self.original.segments))
        segment = self.original.segments[place]
        index = self.rng.randrange(segment.count)
        one, _ = altered(segment.entries[index], self.rng, within)
        body = b"".join([*segment.entries[:index], one, *segment.entries[index + 1 :]])
        return self._verified(self._altered(place, body=body), segment.first + index)

    def commitment(self) -> Outcome:
        """A byte of an entry's commitment."""
        return self.entry(FIELD)

    def leaf_hash(self) -> Outcome:
        """A byte of the hash kept for an entry."""
        place = self.rng.randrange(len(self.original.segments))
        segment = self.original.segments[place]
        leaves, at = altered(segment.leaves, self.rng)
        return self._verified(self._altered(place, leaves=leaves), segment.first + at // 32)

    def node(self) -> Outcome:
        """A byte of the hash kept for 256 entries."""
        place = self.rng.randrange(len(self.original.kept))
        node = self.original.kept[place]
        nodes = list(self.original.kept)
        nodes[place] = replace(node, hash=altered(node.hash, self.rng)[0])
        return self._verified(Kept(self.original.segments, nodes), node.index * 256**node.level, 256**node.level)

    def peaks(self) -> Outcome:
        """A byte of the peaks kept with a checkpoint."""
        place = self._closing()
        segment = self.original.segments[place]
        return self._verified(self._altered(place, peaks=altered(segment.peaks or b"", self.rng)[0]), segment.end - 1)

    def checkpoint(self) -> Outcome:
        """A byte of what a checkpoint says."""
        return self._note(slice(0, -1), before=True)

    def signature(self) -> Outcome:
        """A byte of its signature line."""
        return self._note(slice(0, None), before=False)

    def _note(self, within: slice, *, before: bool) -> Outcome:
        place = self._closing()
        segment = self.original.segments[place]
        text, gap, line = (segment.note or "").partition("\n\n")
        raw = (text if before else line).encode()
        other = altered(raw, self.rng, within)[0].decode(errors="surrogateescape")
        return self._verified(self._altered(place, note=other + gap + line if before else text + gap + other), segment.end - 1)

    def _closing(self) -> int:
        return self.rng.choice([place for place, each in enumerate(self.original.segments) if each.note])

    def tail_cut(self) -> Outcome:
        """The end cut off, before one of the segments."""
        place = self.rng.randrange(len(self.original.segments))
        first = self.original.segments[place].first
        nodes = [each for each in self.original.kept if (each.index + 1) * 256**each.level <= first]
        return self._verified(Kept(self.original.segments[:place], nodes), first, TOTAL - first)

    def pair_swapped(self) -> Outcome:
        """Two entries of one append in each other's place, with their hashes: an order that was never signed."""
        place = self.rng.choice([place for place, each in enumerate(self.original.segments) if each.count > 1])
        segment = self.original.segments[place]
        one, two = sorted(self.rng.sample(range(segment.count), 2))
        order = [*range(segment.count)]
        order[one], order[two] = two, one
        entries = [segment.entries[i] for i in order]
        kept = self._altered(place, body=b"".join(entries), leaves=b"".join(tlog.leaf_hashes(entries)))
        return self._verified(kept, segment.first + one, two - one + 1)

    # -------------------------------------------------- export and proof

    def _exported(self, name: str, raw: bytes, first: int, count: int = 1) -> Outcome:
        content = self.files | {name: raw}
        found = files.check(content.get, content, TRUST).findings
        mine = [one for one in found if one.file == name]
        named = any(one.first is None or one.first <= first < one.first + one.count for one in mine)
        exact = mine == found and {(one.first, one.count) for one in found} <= {(first, count), (None, 1)}
        return Outcome(bool(found), named, exact, "; ".join(map(str, found[:3])))

    def _file(self, kind: str, step: int, span: int = 1) -> Outcome:
        name = self.rng.choice([name for name in self.files if name.startswith(kind)])
        raw, at = altered(self.files[name], self.rng)
        tile = int(name.split("/")[2].removesuffix(".p"))
        return self._exported(name, raw, (tile * 256 + at // step) * span, span)

    def entry_bundle(self) -> Outcome:
        """A byte of a bundle of entries."""
        return self._file("tile/entries/", 2 + ENTRY)

    def tile(self) -> Outcome:
        """A byte of a tile of hashes, four times in five of level 0."""
        return self._file("tile/0/", 32) if self.rng.random() < 0.8 else self._file("tile/1/", 32, 256)

    def exported_checkpoint(self) -> Outcome:
        """A byte of the checkpoint file, but for the witness's line."""
        raw = self.files["checkpoint"]
        begins = raw.rindex("— ".encode())
        return self._exported("checkpoint", altered(raw, self.rng, slice(0, begins))[0], TOTAL - 1)

    def cosignature(self) -> Outcome:
        """A byte of the witness's line."""
        raw = self.files["checkpoint"]
        begins = raw.rindex("— ".encode())
        return self._exported("checkpoint", altered(raw, self.rng, slice(begins, None))[0], TOTAL - 1)

    def proof_file(self) -> Outcome:
        """A byte of a proof."""
        index = self.rng.choice(sorted(self.proofs))
        raw, one = self.proofs[index]
        found = proof.check_proof(altered(raw, self.rng)[0], one, Trust(TRUST.keys), f"{index}.tlog-proof").findings
        return Outcome(bool(found), all(each.file == f"{index}.tlog-proof" for each in found))

    def entry_beside_a_proof(self) -> Outcome:
        """A byte of the entry that a proof is about."""
        index = self.rng.choice(sorted(self.proofs))
        raw, one = self.proofs[index]
        found = proof.check_proof(raw, altered(one, self.rng)[0], Trust(TRUST.keys), f"{index}.tlog-proof").findings
        return Outcome(bool(found), all(each.first == index for each in found), True)

    # -------------------------------------------------- office

    @cached_property
    def office(self) -> Released:
        """Made when it is first needed."""
        return Released(self.rng)

    def opening_file(self) -> Outcome:
        """A byte of a file of openings."""
        return self.office.opening()

    def sealed_shard(self) -> Outcome:
        """A byte of a sealed table of a batch."""
        return self.office.shard()

    def package(self) -> Outcome:
        """A byte of a package's ciphertext."""
        return self.office.package()

    def row_deleted(self) -> Outcome:
        """A row of any table."""
        return self.office.row()

    def checkpoint_in_the_database(self) -> Outcome:
        """A byte of a checkpoint where it is kept."""
        return self.office.note()


class Released:
    """A small office that has released, on disk, in a folder of its own."""

    def __init__(self, rng: random.Random) -> None:
        from office.small import ANSWERED, small

        self.rng, self.day, made = rng, ANSWERED, small()
        self.root = made.copy("released", Path(tempfile.mkdtemp(prefix="privity-flips-")))
        self.database = (self.root / "office.db").read_bytes()
        with self._open().store.read() as tx:
            self.openings = tx.rows("opening_file")
            self.shards = [row for row in tx.rows("shard") if (self.root / "batches" / row["batch"] / row["stage"]).is_dir()]
            self.packages = tx.rows("package")
            self.receipt = {row["batch"]: row["entry"] for row in tx.rows("batch")}
            self.segments, self.acts = tx.rows("segment"), tx.rows("act")
            self.rows = self._deletable(tx)

    def _open(self) -> Office:
        from privity.office.place import open_office

        return open_office(self.root, self.day)

    def _problems(self) -> list[str]:
        from privity.office.verify import verify as read_again

        office = self._open()
        try:
            return list(read_again(office).problems)
        finally:
            office.store.close()

    def _flip(self, path: Path, *words: str) -> Outcome:
        raw = path.read_bytes()
        path.write_bytes(altered(raw, self.rng)[0])
        try:
            return _said(self._problems(), *words)
        finally:
            path.write_bytes(raw)

    def opening(self) -> Outcome:
        """A byte of a file of openings."""
        row = self.rng.choice(self.openings)
        return self._flip(self.root / "openings" / row["name"], f"entries from {row['first']}: ")

    def shard(self) -> Outcome:
        """A byte of a sealed table."""
        row = self.rng.choice(self.shards)
        name = f"{row['stage']}/{row['shard']:04d}.sealed"
        return self._flip(self.root / "batches" / row["batch"] / name, name, f"entry {self.receipt[row['batch']]}: ")

    def package(self) -> Outcome:
        """A byte of a ciphertext."""
        row = self.rng.choice(self.packages)
        (path,) = (self.root / "packages").glob(f"{row['package']}.*")
        return self._flip(path, f"entry {row['entry']}: package {row['package'][:12]}")

    def _deletable(self, tx: Tx) -> list[tuple[str, str, set[int]]]:
        """(table, which row, entries of which one must be named)."""
        found = [(table, f"seq = {row['seq']}", {row["entry"]}) for table in _BY_SEQ for row in tx.rows(table) if row["entry"] is not None]
        found += [
            ("segment", f"first = {row['first']}", set(range(row["first"], row["first"] + row["count"]))) for row in tx.rows("segment")
        ]
        found += [("opening_file", f"first = {row['first']}", {row["first"]}) for row in tx.rows("opening_file")]
        found += [("batch", f"batch = '{row['batch']}'", {row["entry"]}) for row in tx.rows("batch")]
        found += [("package", f"package = '{row['package']}'", {row["entry"]}) for row in tx.rows("package")]
        marks = {"examined", "determined"}
        for row in tx.rows("shard"):
            found.append(("shard", f"seq = {row['seq']}", {row["first_entry"] if row["stage"] in marks else self.receipt[row["batch"]]}))
        acts, packages = {row["seq"]: row["entry"] for row in tx.rows("act")}, {row["package"]: row["entry"] for row in tx.rows("package")}
        for row in tx.rows("act_row"):
            found.append(("act_row", f"act = {row['act']} AND ordinal = {row['ordinal']}", {acts[row["act"]]}))
        for row in tx.rows("package_row"):
            found.append(("package_row", f"package = '{row['package']}' AND ordinal = {row['ordinal']}", {packages[row["package"]]}))
        return found

    def row(self) -> Outcome:
        """A row that the owner of the database deletes; each table as often as any other."""
        table = self.rng.choice(sorted({table for table, _, _ in self.rows}))
        _, which, entries = self.rng.choice([row for row in self.rows if row[0] == table])
        return self._tampered(entries, f"DELETE FROM {table} WHERE {which}")  # noqa: S608 - names of ours

    def note(self) -> Outcome:
        """A checkpoint as it stands in the database; the bytes need not be text any more."""
        segment = self.rng.choice(self.segments)
        raw, _ = altered(segment["note"].encode(), self.rng)
        last = segment["first"] + segment["count"] - 1
        return self._tampered({last}, "UPDATE segment SET note = CAST(? AS TEXT) WHERE first = ?", raw, segment["first"])

    def _tampered(self, entries: set[int], statement: str, *values: object) -> Outcome:
        raw = sqlite3.connect(self.root / "office.db", isolation_level=None)
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement, values)
        raw.close()
        try:
            problems = self._problems()
        finally:
            self._restore()
        named = any(_names(problem, entry) for problem in problems for entry in entries)
        return Outcome(bool(problems), named, what=f"{statement}: {problems[:3]}")

    def _restore(self) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.root / 'office.db'}{suffix}").unlink(missing_ok=True)
        (self.root / "office.db").write_bytes(self.database)

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.root.parent)


_BY_SEQ = ("agency", "person", "appointment", "safeguards", "in_force", "act", "custody")


def _said(problems: list[str], *words: str) -> Outcome:
    return Outcome(bool(problems), any(all(word in problem for word in words) for problem in problems), what=str(problems[:3]))


def _names(problem: str, entry: int) -> bool:
    """Whether a problem is about an entry: ``entry 7: …``, ``entries 5 to 9: …``, ``entries from 5: …``."""
    words = problem.replace(":", " ").split()
    if words[0] == "entry":
        return int(words[1]) == entry
    numbers = [int(word) for word in words[1:4] if word.isdigit()] if words[0] == "entries" else []
    return bool(numbers) and numbers[0] <= entry <= numbers[-1]


# ---------------------------------------------------------------- running


SHARES: dict[str, int] = {  # of 10,000
    "entry": 1300, "commitment": 800, "leaf hash": 800, "node": 400, "peaks": 400, "checkpoint": 450, "signature": 450, "tail cut": 200,
    "pair swapped": 300, "entry bundle": 700, "tile": 700, "exported checkpoint": 300, "cosignature": 300, "proof file": 400,
    "entry beside a proof": 100, "opening file": 800, "sealed shard": 800, "package": 300, "row deleted": 400, "checkpoint in the database": 100,
}  # fmt: skip


def run(flips: int, seed: int, classes: Iterable[str] = SHARES, told: Callable[[str], None] = lambda _name: None) -> dict[str, object]:
    """Alter so many things; returns the counts of each class and whatever was not found or not named."""
    rng = random.Random(seed)
    bench, counts, missed, begun = Bench(rng), dict[str, Counter[str]](), list[str](), time.perf_counter()
    for name in classes:
        told(name)
        counts[name] = Counter({"tried": 0, "found": 0, "named": 0})
        for _ in range(-(-SHARES[name] * flips // 10_000)):
            one: Outcome = getattr(bench, name.replace(" ", "_"))()
            counts[name].update({"tried": 1, "found": one.found, "named": one.named} | ({} if one.alone is None else {"alone": one.alone}))
            missed += [] if one.named else [f"{name}: {one.what}"]
    if "office" in vars(bench):
        bench.office.close()
    totals = sum(counts.values(), Counter())
    return {
        "flips": totals["tried"], "found": totals["found"], "named": totals["named"], "seed": seed, "seconds": round(time.perf_counter() - begun, 1),
        "classes": {name: dict(count) for name, count in counts.items()},
        "missed": missed[:20],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20_261_126)
    said = parser.parse_args()
    found = run(said.flips, said.seed, told=lambda name: print(name, file=sys.stderr))
    print(json.dumps({"evaluation": "flips", **found}, indent=1))
    sys.exit(found["named"] != found["flips"])


if __name__ == "__main__":
    main()
