"""Forged, borrowed and replayed acknowledgements: none is entered."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.small import ANSWERED, Small
from office.test_custody import packages, state, statement
from privity.errors import InputError, PrivityError, RefusedError
from privity.office import acknowledgement, custody
from privity.office.acknowledgement import Statement, as_toml, parse
from privity.office.place import Office

pytestmark = pytest.mark.invariant


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


@pytest.fixture
def said(made: Small, office: Office) -> Statement:
    return parse(statement(made, office))


def refused(office: Office, text: str, word: str | None = None) -> None:
    with office.store.read() as tx:
        before = tx.head().size
    with pytest.raises(PrivityError, match=word):
        acknowledgement.enter(office, text)
    with office.store.read() as tx:
        assert tx.head().size == before, "something was entered"


def signed(statement: Statement, key: Ed25519PrivateKey) -> str:
    return as_toml(replace(statement, signature=key.sign(statement.signed_bytes())))


def test_the_true_one_is_entered(office: Office, said: Statement) -> None:
    acknowledgement.enter(office, as_toml(said))
    assert state(office) == "acknowledged"


@pytest.mark.parametrize("part", ["package", "digest", "entry", "person", "day", "says", "manner", "case"])
def test_no_part_can_be_changed_after_it_was_signed(office: Office, said: Statement, part: str) -> None:
    other = {
        "day": said.day - timedelta(days=0),
        "entry": said.entry + 1,
        "says": "returned",
        "package": str(packages(office)[1]["package"]),
    }
    changed = replace(said, **{part: other.get(part, "another")}) if part != "day" else replace(said, day=date(2025, 8, 13))
    refused(office, as_toml(changed))


def test_a_stranger_cannot_sign_for_the_officer(office: Office, said: Statement) -> None:
    refused(office, signed(said, Ed25519PrivateKey.generate()), "enrolled key")


def test_another_officer_of_the_agency_cannot_acknowledge_it(made: Small, office: Office, said: Statement) -> None:
    other = next(name for name in made.agency.officers if name != said.person)
    refused(office, signed(said, made.agency.officers[other]), "enrolled key")
    refused(office, signed(replace(said, person=other), made.agency.officers[other]), "enrolled key")


def test_an_acknowledgement_of_one_package_is_none_of_another(made: Small, office: Office, said: Statement) -> None:
    """Even the same officer's: name, ciphertext and entry must be of one package."""
    key = made.agency.officers[said.person]
    second = packages(office)[1]
    refused(office, signed(replace(said, package=str(second["package"])), key), "no package")
    refused(office, signed(replace(said, digest=str(second["digest"])), key), "no package")
    refused(office, signed(replace(said, entry=int(str(second["entry"]))), key), "no package")


def test_an_acknowledgement_is_entered_once(made: Small, office: Office) -> None:
    for says in ("received", "used"):
        text = statement(made, office, says=says, manner="an interview", case="STP25-1")
        acknowledgement.enter(office, text)
        refused(office, text, "entered before")


def test_word_of_receipt_does_not_undo_a_recall(made: Small, office: Office) -> None:
    custody.recall(office, str(packages(office)[0]["package"]), "not confirmed")
    refused(office, statement(made, office), "cannot become")


@pytest.mark.parametrize("day", [ANSWERED - timedelta(days=1), ANSWERED + timedelta(days=1)])
def test_it_is_dated_neither_before_the_package_nor_after_today(made: Small, office: Office, day: date) -> None:
    refused(office, statement(made, office, day=day), "dated")


@pytest.mark.parametrize(
    "text",
    ["", "format = 1", "\x00", 'format = "privity/acknowledgement/v1"', "[" * 2000, 'package = "a"\npackage = "b"'],
)
def test_what_is_no_acknowledgement_is_refused(office: Office, text: str) -> None:
    refused(office, text)


def test_a_file_with_more_or_other_kinds_of_words_is_refused(office: Office, said: Statement) -> None:
    text = as_toml(said)
    refused(office, text + 'more = "words"\n')
    refused(office, text.replace(f"entry = {said.entry}", f'entry = "{said.entry}"'))
    refused(office, text.replace(f"entry = {said.entry}", "entry = true"))
    refused(office, text.replace(f"day = {said.day}", f"day = {said.day}T00:00:00"))
    refused(office, text.replace(base64.b64encode(said.signature).decode(), "%%%"))


def test_no_flipped_byte_of_the_file_is_entered_as_something_else(office: Office, said: Statement) -> None:
    raw = as_toml(said).encode()
    for place in (int.from_bytes(os.urandom(2), "big") % len(raw) for _ in range(60)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        try:
            found = parse(changed.decode())
        except (InputError, UnicodeDecodeError):
            continue
        if found != said:
            with pytest.raises(RefusedError):
                acknowledgement.enter(office, changed.decode())


@pytest.mark.parametrize("words", ['a "quoted" word', "a\nline", "back\\slash", "tab\t", "\x7f\x01", "ä – 漢"])
def test_any_words_of_a_manner_come_back_as_they_were_signed(made: Small, office: Office, words: str) -> None:
    text = statement(made, office, says="returned", manner=words)
    assert parse(text).manner == words
    acknowledgement.enter(office, text)
    assert state(office) == "destroyed"
