"""Is a witness's line accepted in one spelling only, and only when its key signed this checkpoint?"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from privity.errors import InputError, PrivityError, TamperError
from privity.ledger import cosignature, note
from privity.ledger.cosignature import Cosigner, Request
from privity.ledger.note import Checkpoint, Note, Signature, Signer, Verifier

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Cosigner("witness.example/w1", KEY.public_key().public_bytes_raw())
SIGNER = Signer("privity.example/ledger", bytes(32))
TEXT = str(Checkpoint("privity.example/ledger", 7, bytes(32)))
NOTE = note.sign(TEXT, SIGNER)
LINE = cosignature.cosign(WITNESS.name, KEY, TEXT, 1_679_315_147)

# From the text of C2SP tlog-cosignature (CC BY 4.0): its example checkpoint with a cosignature of witness.example.com/w1.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_the_line_of_the_standards_own_example_has_the_form_and_the_time_that_it_says() -> None:
    line = Note.parse(EXAMPLE).signatures[1]
    assert int.from_bytes(line.signature[:8], "big") == 1_679_315_147
    assert len(line.signature) == 8 + 64


def test_a_line_is_of_the_key_that_made_it_and_says_when() -> None:
    assert WITNESS.signed_at(LINE, TEXT) == 1_679_315_147
    assert LINE.signature[8:] == KEY.sign(f"cosignature/v1\ntime 1679315147\n{TEXT}".encode())
    assert cosignature.signed_at(WITNESS, TEXT, str(LINE)) == 1_679_315_147


def test_no_changed_byte_of_a_line_is_accepted() -> None:
    raw = str(LINE).encode()
    for at in range(len(raw)):
        for bit in (1, 2, 32):
            changed = (raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]).decode(errors="surrogateescape")
            assert cosignature.signed_at(WITNESS, TEXT, changed) is None


def test_a_line_is_not_accepted_under_another_checkpoint_or_for_another_witness() -> None:
    assert WITNESS.signed_at(LINE, str(Checkpoint("privity.example/ledger", 8, bytes(32)))) is None
    assert Cosigner("another.example", WITNESS.public).signed_at(LINE, TEXT) is None
    assert Cosigner(WITNESS.name, SIGNER.verifier.public).signed_at(LINE, TEXT) is None


def test_the_ledgers_own_kind_of_signature_is_no_cosignature() -> None:
    plain = Verifier(WITNESS.name, WITNESS.public)
    assert plain.key_id != WITNESS.key_id
    as_signed = Signature(WITNESS.name, WITNESS.key_id, KEY.sign(TEXT.encode()))
    assert WITNESS.signed_at(as_signed, TEXT) is None


def test_a_line_of_a_kind_that_is_not_known_is_kept_and_not_judged() -> None:
    other = Signature(WITNESS.name, b"\x06abc", bytes(8 + 2420))  # as long as an ML-DSA-44 cosignature
    both = str(LINE) + str(other)
    assert cosignature.signed_at(WITNESS, TEXT, both) == 1_679_315_147
    whole = cosignature.with_lines(NOTE, cosignature.read_lines(TEXT, both))
    assert whole == NOTE + both
    assert note.verify(whole, [SIGNER.verifier]) == TEXT


def test_one_false_line_of_a_key_spoils_a_true_one() -> None:
    false = Signature(LINE.name, LINE.key_id, bytes(72))
    assert cosignature.signed_at(WITNESS, TEXT, str(LINE) + str(false)) is None
    assert cosignature.signed_at(WITNESS, TEXT, str(false) + str(LINE)) is None


def test_a_line_that_stands_there_already_is_not_repeated() -> None:
    once = cosignature.with_lines(NOTE, [LINE, LINE])
    assert cosignature.with_lines(once, [LINE]) == once == NOTE + str(LINE)


def test_a_time_beyond_63_bits_is_refused() -> None:
    late = 1 << 63
    message = f"cosignature/v1\ntime {late}\n{TEXT}".encode()
    assert WITNESS.signed_at(Signature(LINE.name, LINE.key_id, late.to_bytes(8, "big") + KEY.sign(message)), TEXT) is None
    with pytest.raises(ValueError):
        cosignature.cosign(WITNESS.name, KEY, TEXT, late)


# ---------------------------------------------------------------- keys


def test_a_verifier_key_is_read_in_one_spelling_only() -> None:
    assert Cosigner.parse(WITNESS.vkey) == WITNESS
    for at in range(len(WITNESS.vkey)):
        changed = WITNESS.vkey[:at] + chr(ord(WITNESS.vkey[at]) ^ 1) + WITNESS.vkey[at + 1 :]
        with pytest.raises(InputError):
            Cosigner.parse(changed)


@pytest.mark.parametrize(
    "vkey", ["", "a", "a+b", "+00000000+BA==", SIGNER.vkey, WITNESS.vkey + "\n", WITNESS.vkey + "+", " " + WITNESS.vkey]
)
def test_anything_else_is_no_key_of_a_witness(vkey: str) -> None:
    with pytest.raises(InputError):
        Cosigner.parse(vkey)


# ---------------------------------------------------------------- requests and answers


@pytest.mark.parametrize("proof", [(), (bytes(32),), (bytes(32), bytes(range(32)))])
def test_a_request_is_read_as_it_was_written(proof: tuple[bytes, ...]) -> None:
    asked = Request(5, proof, NOTE)
    assert Request.parse(str(asked)) == asked


def test_a_request_has_the_form_that_the_standard_shows() -> None:
    assert str(Request(5, (bytes(32),), NOTE)) == f"old 5\n{'A' * 43}=\n\n{NOTE}"
    assert str(Request(0, (), NOTE)) == f"old 0\n\n{NOTE}"


@pytest.mark.parametrize(
    "body",
    ["", "old 5\n", f"old 05\n\n{NOTE}", f"old -1\n\n{NOTE}", f"old 5\nAAAA\n\n{NOTE}", f"5\n\n{NOTE}", f"old 5\n{NOTE}", f"old 5\n\n{NOTE}\n",
     "old 5\n" + f"{'A' * 43}=\n" * 64 + f"\n{NOTE}"],
)  # fmt: skip
def test_another_spelling_of_a_request_is_refused(body: str) -> None:
    with pytest.raises(TamperError):
        Request.parse(body)


@given(st.text(max_size=200))
def test_no_text_makes_a_reader_fail_otherwise_than_by_refusing(text: str) -> None:
    assert cosignature.signed_at(WITNESS, TEXT, text) is None
    size = cosignature.read_size(text)
    assert size is None or f"{size}\n" == text
    for read in (Request.parse, Cosigner.parse):
        with pytest.raises(PrivityError):
            read(text)


@pytest.mark.parametrize(
    ("body", "size"), [("0\n", 0), ("1777\n", 1777), ("1777", None), ("01\n", None), ("", None), ("1\n\n", None), ("9" * 20 + "\n", None)]
)
def test_a_size_is_read_in_one_spelling_only(body: str, size: int | None) -> None:
    assert cosignature.read_size(body) == size


@pytest.mark.parametrize("body", ["", "\n", "x", "— a\n", str(LINE)[:-1], str(LINE) + "\n", "\n\n" + str(LINE), str(LINE) * 101])
def test_anything_else_is_no_answer(body: str) -> None:
    with pytest.raises(TamperError):
        cosignature.read_lines(TEXT, body)
