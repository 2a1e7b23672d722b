"""What came with the file holds, or says what is wrong with it; the batch is received either way."""

# ruff: noqa: DTZ001 - a cell of a workbook has no zone
from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.errors import InputError
from privity.intake.envelope import Attestation, as_toml, canonical, draft, parse, sign, sign_cases, verify

HEAD_KEY, OFFICER_KEY, OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in (1, 2, 3))
FILE = "ab" * 32
KEYS = {"head-1": HEAD_KEY.public_key().public_bytes_raw(), "agent-1": OFFICER_KEY.public_key().public_bytes_raw()}
CASES = {"agent-1": ["C-1", "C-2", "C-1"]}


def unsigned(**changes):
    told = {
        "agency": "us-dhs-ice",
        "signatory": "head-1",
        "dated": dt.date(2025, 6, 27),
        "basis": "i-2",
        "file_name": "a.csv",
        "file_sha256": FILE,
        "assurance": True,
    }
    return draft(**{**told, **changes})


def signed(cases=("C-2", "C-1"), **changes):
    return sign(sign_cases(unsigned(**changes), "agent-1", "officer-or-employee", cases, OFFICER_KEY), HEAD_KEY)


def test_a_sound_envelope_holds_and_survives_its_file(tmp_path):
    path = tmp_path / "e.toml"
    path.write_text(as_toml(signed()), encoding="utf-8")
    found = verify(parse(path), FILE, CASES, KEYS)
    assert parse(path) == signed()
    assert (found.in_writing, found.problems, found.dated) == (True, (), dt.date(2025, 6, 27))
    assert found.engaged == {"agent-1": frozenset({"C-1", "C-2"})}
    assert found.envelope.facts == {"in_writing": True, "assurance": True}
    assert (found.envelope.form, found.envelope.agency) == ("signed", "us-dhs-ice")


@pytest.mark.parametrize(
    ("submission", "keys", "problem"),
    [
        (None, KEYS, "no-envelope"),
        (unsigned(), KEYS, "no-signature"),
        (signed(), {}, "unknown-key"),
        (signed(), {"head-1": KEYS["agent-1"]}, "wrong-key"),
        (signed(file_sha256="cd" * 32), KEYS, "file-hash-mismatch"),
        (signed(dated=None), KEYS, "undated"),
        (replace(signed(), basis="i-1"), KEYS, "bad-signature"),
        (replace(signed(), assurance=False), KEYS, "bad-signature"),
        (replace(signed(), engaged=()), KEYS, "bad-signature"),
        (replace(signed(), signature=replace(signed().signature, value="!!")), KEYS, "bad-signature"),
        (replace(signed(), signature=sign(unsigned(), OTHER_KEY).signature), KEYS, "wrong-key"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_in_writing(submission, keys, problem):
    found = verify(submission, FILE, CASES, keys)
    assert found.problems == (problem,)
    assert not found.in_writing
    assert not found.envelope.facts.get("assurance")


@pytest.mark.parametrize(
    ("submission", "cases", "keys", "problem"),
    [
        (signed(), {"agent-1": ["C-1", "C-2", "C-3"]}, KEYS, "cases-differ"),
        (signed(), {"agent-1": ["C-1"]}, KEYS, "cases-differ"),
        (signed(), {}, KEYS, "no-cases"),
        (signed(), CASES, {"head-1": KEYS["head-1"]}, "unknown-key"),
        (sign(sign_cases(unsigned(), "agent-1", "", CASES["agent-1"], OTHER_KEY), HEAD_KEY), CASES, KEYS, "bad-signature"),
        (sign(replace(unsigned(), engaged=(replace(signed().engaged[0], signature=""),)), HEAD_KEY), CASES, KEYS, "no-signature"),
    ],
)
def test_an_engaged_person_counts_only_with_their_own_signature_over_exactly_their_cases(submission, cases, keys, problem):
    found = verify(submission, FILE, cases, keys)
    assert found.engaged == {}
    assert found.engaged_problems == {"agent-1": problem}
    assert found.envelope.engaged == {}


def test_a_signature_over_the_cases_of_one_file_is_none_over_another():
    other = sign(replace(signed(), file_sha256="cd" * 32, signature=None), HEAD_KEY)
    assert verify(other, "cd" * 32, CASES, KEYS).engaged_problems == {"agent-1": "cases-differ"}


def test_an_attested_letter_holds_when_its_original_is_attached():
    letter = unsigned(attested=Attestation("intake-1", "called back at the number in the directory", "letter.pdf", "ef" * 32))
    assert verify(letter, FILE, {}, {}, original_sha256="ef" * 32).in_writing
    assert verify(letter, FILE, {}, {}).problems == ("original-missing",)
    assert verify(letter, FILE, {}, {}, original_sha256="00" * 32).problems == ("original-hash-mismatch",)
    vague = replace(letter, attested=replace(letter.attested, how=" "))
    assert verify(vague, FILE, {}, {}, original_sha256="ef" * 32).problems == ("attestation-incomplete",)


@pytest.mark.parametrize(
    "text",
    [
        "agency = ",
        'agency = "a"',
        'agency = "a"\nsignatory = "s"\nbasis = "b"\nsurprise = 1\n[file]\nsha256 = "x"\n',
        'agency = "a"\nsignatory = "s"\nbasis = "b"\nassurance = "yes"\n[file]\nsha256 = "x"\n',
        'agency = "a"\nsignatory = "s"\nbasis = "b"\ndated = 2025-06-27T10:00:00\n[file]\nsha256 = "x"\n',
        'agency = "a"\nsignatory = "s"\nbasis = "b"\n[file]\nsha256 = "x"\n[[engaged]]\nperson = "p"\n[[engaged]]\nperson = "p"\n',
        'agency = "a"\nsignatory = "s"\nbasis = "b"\n[file]\nsha256 = "x"\n[signature]\nkey = "k"\n',
    ],
)
def test_an_envelope_that_is_not_one(tmp_path, text):
    (tmp_path / "e.toml").write_text(text)
    with pytest.raises(InputError, match=r"e\.toml"):
        parse(tmp_path / "e.toml")


def test_the_signed_spelling_is_one_and_has_no_floats():
    assert canonical({"b": [1, dt.date(2025, 1, 2)], "a": "é"}) == '{"a":"é","b":[1,"2025-01-02"]}'.encode()
    for value in (1.0, dt.datetime(2025, 1, 2), b"x"):
        with pytest.raises(TypeError):
            canonical({"a": value})
