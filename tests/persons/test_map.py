"""Does one root say for every label what is there, in proofs that look alike?"""

from __future__ import annotations

import os
import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.ledger import verifiable_map as maps

LABELS = [sha256(b"%d" % number).digest() for number in range(40)]
NEAR = [bytes([LABELS[0][0] ^ (1 << bit), *LABELS[0][1:]]) for bit in range(8)] + [LABELS[0][:31] + bytes([LABELS[0][31] ^ 1])]


def naive(values, prefix="", height=256):
    """The root by the definition of the page, and nothing shared."""
    held = {label: value for label, value in values.items() if f"{int.from_bytes(label, 'big'):0256b}".startswith(prefix)}
    if not held:
        found = sha256(b"\x03").digest()
        for _ in range(height):
            found = sha256(b"\x04" + found + found).digest()
        return found
    if not height:
        ((label, value),) = held.items()
        return sha256(b"\x02" + label + value).digest()
    return sha256(b"\x04" + naive(held, prefix + "0", height - 1) + naive(held, prefix + "1", height - 1)).digest()


@pytest.mark.invariant
def test_the_root_is_the_one_of_the_whole_tree() -> None:
    values = {label: os.urandom(32) for label in (*LABELS[:5], *NEAR[-1:])}
    assert maps.root_of(values) == naive(values)
    assert maps.root_of({}) == maps.EMPTY_ROOT == naive({})


@given(st.lists(st.tuples(st.sampled_from(LABELS + NEAR), st.none() | st.binary(min_size=32, max_size=32)), max_size=30), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_however_a_map_grew_its_root_and_proofs_are_those_of_what_it_holds(changes, step) -> None:
    held, values, root = {}, {}, maps.EMPTY_ROOT
    for at in range(0, len(changes), step):
        part = dict(changes[at : at + step])
        grown = maps.grow(maps.parts_in(held), part)
        held.update(grown.parts)
        values.update(part)
        root = grown.root
    there = {label: value for label, value in values.items() if value is not None}
    assert root == maps.root_of(there)
    for label in (*LABELS[:4], *NEAR):
        proof = maps.prove(maps.parts_in(held), label)
        assert maps.verify(label, there.get(label), proof, root)


@pytest.mark.invariant
def test_a_proof_of_presence_and_one_of_absence_have_the_same_shape() -> None:
    grown = maps.grow(lambda _: {}, dict.fromkeys(LABELS[:20], b"v" * 32))
    shapes = {tuple(map(len, maps.prove(maps.parts_in(dict(grown.parts)), label))) for label in (*LABELS, *NEAR)}
    assert shapes == {(32,) * 256}


@pytest.mark.invariant
def test_no_proof_holds_for_another_value_another_label_or_another_root() -> None:
    values = {label: sha256(label).digest() for label in LABELS[:20]}
    grown = maps.grow(lambda _: {}, values)
    parts = maps.parts_in(dict(grown.parts))
    there, absent = LABELS[3], LABELS[30]
    good = maps.prove(parts, there)
    assert maps.verify(there, values[there], good, grown.root)
    assert not maps.verify(there, None, good, grown.root), "present, and said to be absent"
    assert not maps.verify(there, b"x" * 32, good, grown.root)
    assert not maps.verify(absent, values[there], good, grown.root)
    assert not maps.verify(absent, b"x" * 32, maps.prove(parts, absent), grown.root), "absent, and said to be present"
    assert not maps.verify(there, values[there], good, maps.EMPTY_ROOT)
    assert not maps.verify(there, values[there], good[:-1], grown.root)
    spot = random.randrange(256)
    assert not maps.verify(there, values[there], [*good[:spot], b"y" * 32, *good[spot + 1 :]], grown.root)


def test_what_was_taken_away_leaves_no_trace_in_root_or_proof() -> None:
    before = maps.grow(lambda _: {}, {LABELS[0]: b"a" * 32, LABELS[1]: b"b" * 32})
    parts = dict(before.parts)
    after = maps.grow(maps.parts_in(parts), {LABELS[0]: None})
    parts.update(after.parts)
    only = maps.grow(lambda _: {}, {LABELS[1]: b"b" * 32})
    assert after.root == only.root
    assert maps.prove(maps.parts_in(parts), LABELS[0]) == maps.prove(maps.parts_in(dict(only.parts)), LABELS[0])
