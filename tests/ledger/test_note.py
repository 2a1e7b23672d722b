"""Is a note accepted in one spelling only, and only when the expected key signed it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.errors import InputError, PrivityError, TamperError
from privity.ledger import note
from privity.ledger.note import Checkpoint, Note, Proof, Signer, Verifier

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "note.json").read_text())
SIGNER, OTHER = Signer("privity.example/ledger", bytes(range(32))), Signer("witness.example", bytes(32))
TEXT = str(Checkpoint("privity.example/ledger", 7, bytes(32)))
SIGNED = note.sign(TEXT, SIGNER)


def test_a_note_signed_by_go_is_accepted() -> None:
    verifier = Verifier.parse(VECTOR["vkey"])
    assert verifier.vkey == VECTOR["vkey"]
    assert note.verify(VECTOR["text"] + "\n" + VECTOR["signature"], [verifier]) == VECTOR["text"]


def test_no_changed_byte_of_a_note_is_accepted() -> None:
    raw = SIGNED.encode()
    for at in range(len(raw)):
        for bit in (1, 2, 32):
            changed = (raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]).decode(errors="surrogateescape")
            with pytest.raises(TamperError):
                note.verify(changed, [SIGNER.verifier])


def test_a_line_of_an_unknown_witness_is_kept_and_a_false_line_of_a_known_one_is_refused() -> None:
    both = note.sign(TEXT, SIGNER, OTHER)
    assert note.verify(both, [SIGNER.verifier]) == TEXT
    assert note.verify(both, [SIGNER.verifier, OTHER.verifier]) == TEXT
    forged = str(Note(TEXT, (*Note.parse(SIGNED).signatures, note.Signature(OTHER.name, OTHER.verifier.key_id, bytes(64)))))
    assert note.verify(forged, [SIGNER.verifier]) == TEXT
    with pytest.raises(TamperError):
        note.verify(forged, [SIGNER.verifier, OTHER.verifier])
    with pytest.raises(TamperError):
        note.verify(SIGNED, [OTHER.verifier])


@pytest.mark.parametrize(
    "text",
    ["", SIGNED[:-1], SIGNED + "\n", SIGNED + " ", SIGNED.replace("\n\n", "\n"), SIGNED.replace("—", "-"), SIGNED.replace("=\n", "\n"),
     SIGNED.replace("\n", "\r\n"), "\ud800" + SIGNED, SIGNED.replace("— ", "—  "), "\n" + SIGNED.split("\n\n")[1], TEXT + "\n"],
)  # fmt: skip
def test_another_spelling_of_a_note_is_refused(text: str) -> None:
    with pytest.raises(TamperError):
        note.verify(text, [SIGNER.verifier])


@pytest.mark.parametrize(
    "text",
    ["", "a\n07\n" + "A" * 43 + "=\n", "a\n+7\n" + "A" * 43 + "=\n", "a\n7\n" + "A" * 43 + "=", "a\n7\n" + "A" * 42 + "B=\n",
     "\n7\n" + "A" * 43 + "=\n", "a\n7\n" + "A" * 43 + "=\nextension\n", "a\n7\nAAAA\n", "a\n\u0667\n" + "A" * 43 + "=\n",
     "a\n9999999999999999999\n" + "A" * 43 + "=\n"],
)  # fmt: skip
def test_another_spelling_of_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(TamperError):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_ledger_is_refused() -> None:
    assert note.open_checkpoint(SIGNED, [SIGNER.verifier], "privity.example/ledger").size == 7
    with pytest.raises(TamperError, match="another ledger"):
        note.open_checkpoint(SIGNED, [SIGNER.verifier], "privity.example/other")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a",
        "a+b+c",
        VECTOR["vkey"].replace("c74f", "c74e"),
        VECTOR["vkey"] + "=",
        "a b" + VECTOR["vkey"],
        VECTOR["vkey"].replace("c74f20a3", "C74F20A3"),
    ],
)
def test_a_key_that_is_not_one_is_refused(vkey: str) -> None:
    with pytest.raises(InputError):
        Verifier.parse(vkey)


def test_a_signer_does_not_show_its_key() -> None:
    assert repr(SIGNER) == "Signer('privity.example/ledger')"


def test_a_proof_has_one_spelling() -> None:
    for extra in (b"", b"letter"):
        text = str(Proof(3, (bytes(32), bytes([1]) * 32), SIGNED, extra))
        assert str(Proof.parse(text)) == text
        for changed in (
            text.replace("index 3", "index 03"),
            text.replace("@v1", "@v2"),
            text + "\n",
            text.replace("\nindex", "\n\nindex"),
            text[1:],
        ):
            with pytest.raises(TamperError):
                Proof.parse(changed)


PIECES = st.lists(st.one_of(st.text(max_size=12), st.sampled_from([SIGNED, TEXT, "\n\n", "— ", "index 1\n", "extra AA==\n", "c2sp.org/tlog-proof@v1\n", "+", "A" * 43 + "="])), max_size=6).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_parsers_refuse_or_print_the_same(text: str) -> None:
    for parse, show in ((Note.parse, str), (Checkpoint.parse, str), (Proof.parse, str), (Verifier.parse, lambda v: v.vkey)):
        try:
            found = parse(text)
        except PrivityError:
            continue
        assert show(found) == text
