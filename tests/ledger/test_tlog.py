"""Does the tree compute what RFC 6962 says, for every small size, and refuse everything else?"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from privity.ledger import tlog

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rfc6962.json").read_text())
LEAVES = [bytes.fromhex(text) for text in VECTORS["leaves"]]
LARGEST = 70


def naive(entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(entries) < 2:
        return sha256(b"\x00" + entries[0]).digest() if entries else sha256(b"").digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + naive(entries[:k]) + naive(entries[k:])).digest()


def source(leaves: list[bytes]) -> tlog.Hashes:
    """All nodes of a tree, made by growing it one leaf at a time."""
    tree, kept = tlog.Range(), {0: list(leaves)}
    for leaf in leaves:
        tree, nodes = tree.extend([leaf])
        for node in nodes:
            assert len(kept.setdefault(node.level, [])) == node.index
            kept[node.level].append(node.hash)
    return lambda level, start, count: kept.get(level, [])[start : start + count]


def unhex(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]


def test_roots_are_those_of_certificate_transparency() -> None:
    assert tlog.root([]).hex() == VECTORS["empty"]
    for size, expected in enumerate(VECTORS["roots"], 1):
        assert tlog.root(tlog.leaf_hashes(LEAVES[:size])).hex() == expected


@pytest.mark.parametrize("case", VECTORS["inclusion"])
def test_inclusion_proofs_are_those_of_certificate_transparency(case: dict) -> None:
    hashes = tlog.leaf_hashes(LEAVES)
    proof = tlog.prove_inclusion(source(hashes), case["index"], case["size"])
    assert proof == unhex(case["proof"])
    assert tlog.verify_inclusion(hashes[case["index"]], case["index"], case["size"], proof, unhex(VECTORS["roots"])[case["size"] - 1])


@pytest.mark.parametrize("case", VECTORS["consistency"])
def test_consistency_proofs_are_those_of_certificate_transparency(case: dict) -> None:
    proof, roots = tlog.prove_consistency(source(tlog.leaf_hashes(LEAVES)), case["old"], case["new"]), unhex(VECTORS["roots"])
    assert proof == unhex(case["proof"])
    assert tlog.verify_consistency(case["old"], case["new"], roots[case["old"] - 1], roots[case["new"] - 1], proof)


ENTRIES = [bytes([i]) * (i % 5) for i in range(LARGEST)]
HASHES = tlog.leaf_hashes(ENTRIES)
ROOTS = [naive(ENTRIES[:size]) for size in range(LARGEST + 1)]


def test_every_proof_up_to_seventy_leaves_verifies() -> None:
    hashes = source(HASHES)
    for size in range(LARGEST + 1):
        assert tlog.root(HASHES[:size]) == ROOTS[size] == tlog.frontier(hashes, size).root()
        for index in range(size):
            assert tlog.verify_inclusion(HASHES[index], index, size, tlog.prove_inclusion(hashes, index, size), ROOTS[size])
        for old in range(size + 1):
            assert tlog.verify_consistency(old, size, ROOTS[old], ROOTS[size], tlog.prove_consistency(hashes, old, size))


def mutations(proof: list[bytes]) -> list[list[bytes]]:
    flipped = [[*proof[:i], bytes([each[0] ^ 1]) + each[1:], *proof[i + 1 :]] for i, each in enumerate(proof)]
    return [*flipped, [*proof, bytes(32)], [bytes(32), *proof], *([proof[:-1], proof[1:], proof[0:1] + proof] if proof else [])]


def test_no_changed_inclusion_proof_verifies() -> None:
    hashes = source(HASHES)
    for size in range(1, 20):
        for index in range(size):
            proof = tlog.prove_inclusion(hashes, index, size)
            assert not any(tlog.verify_inclusion(HASHES[index], index, size, each, ROOTS[size]) for each in mutations(proof))
            others = [
                tlog.verify_inclusion(HASHES[index], other, size, proof, ROOTS[size]) for other in range(-1, size + 1) if other != index
            ]
            assert not any(others)
            assert not tlog.verify_inclusion(HASHES[index] + b"x", index, size, proof, ROOTS[size])


def test_no_changed_consistency_proof_verifies() -> None:
    hashes = source(HASHES)
    for new in range(2, 20):
        for old in range(1, new):
            proof = tlog.prove_consistency(hashes, old, new)
            assert not any(tlog.verify_consistency(old, new, ROOTS[old], ROOTS[new], each) for each in mutations(proof))
            assert not tlog.verify_consistency(old, new, ROOTS[old - 1], ROOTS[new], proof)
            assert not tlog.verify_consistency(old, new, ROOTS[old], ROOTS[new + 1], proof)
    assert not tlog.verify_consistency(0, 5, ROOTS[1], ROOTS[5], [])  # a tree of nothing has one root too
    assert not tlog.verify_consistency(5, 4, ROOTS[5], ROOTS[4], [])


def test_growing_in_runs_is_growing_one_by_one() -> None:
    leaves = [sha256(i.to_bytes(4, "big")).digest() for i in range(3000)]
    whole, nodes = tlog.Range().extend(leaves)
    for step in (1, 7, 255, 256, 257, 1000):
        tree, found = tlog.Range(), list[tlog.Node]()
        for start in range(0, len(leaves), step):
            tree, more = tree.extend(leaves[start : start + step])
            found += more
        assert tree == whole
        assert sorted(found, key=lambda n: (n.level, n.index)) == sorted(nodes, key=lambda n: (n.level, n.index))
    assert [n.index for n in nodes] == list(range(11))


def test_tiles_have_the_names_of_c2sp() -> None:
    assert tlog.Tile(0, 5).path == "tile/0/005"
    assert tlog.Tile(1, 1234067).path == "tile/1/x001/x234/067"
    assert tlog.Tile(-1, 999, 7).path == "tile/entries/999.p/7"
    assert tlog.Tile(2, 1000).path == "tile/2/x001/000"
    names = [tile.path for tile in tlog.tiles(256 * 256 + 300)]
    assert {"tile/0/256", "tile/0/257.p/44", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/257.p/44"} <= set(names)
    assert list(tlog.tiles(0)) == []
