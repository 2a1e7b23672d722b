"""Is what the pages on formats show true, and is it enough to write a verifier? Their code is run on the ledger that is frozen in tests/vectors."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from docs.pages import ROOT
from privity.ledger.entry import SIZE, Kind
from privity.verifier import entry
from privity.verifier.note import Checkpoint, Key, Trust
from privity.verifier.proof import Proof, check_growth, check_proof

PAGES = ROOT / "docs/formats"
FROZEN = ROOT / "tests/vectors/ledger-v1"
KEYS = json.loads((FROZEN / "keys.json").read_text())
IN_ORDER = ("checkpoint.md", "cosignature.md", "proof.md", "ledger-export.md", "opening.md")


def blocks(page: str, language: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (PAGES / page).read_text(), re.DOTALL | re.MULTILINE)
    return [text for said, text in found if said == language]


@cache
def stranger() -> dict:
    """What somebody has who typed the code of the pages, and has nothing of Privity."""
    known: dict = {}
    for page in IN_ORDER:
        for code in blocks(page, "python"):
            exec(compile(code, page, "exec"), known)  # noqa: S102 - the pages' own code
    return known


def frozen(name: str) -> bytes:
    return (FROZEN / name).read_bytes()


# ---------------------------------------------------------------- examples


def test_the_entry_shown_is_an_entry_of_the_frozen_ledger() -> None:
    (shown,) = blocks("entry.md")
    raw = frozen("export/tile/entries/000")[12 * 194 + 2 : 13 * 194]
    assert shown.encode() == raw
    assert entry.parts(raw)
    (pattern,) = re.findall(r"^    (\\\{.*)$", (PAGES / "entry.md").read_text(), re.MULTILINE)
    assert re.fullmatch(pattern.encode(), raw)
    assert len(raw) == SIZE


def test_every_kind_of_entry_is_on_the_page() -> None:
    (row,) = [line for line in (PAGES / "entry.md").read_text().splitlines() if line.startswith("| `kind`")]
    assert set(re.findall(r"`([a-z-]+)`", row)) - {"kind"} == {str(kind) for kind in Kind}


def test_the_checkpoint_and_the_cosigned_checkpoint_shown_are_those_of_the_export() -> None:
    plain, key = blocks("checkpoint.md")[:2]
    cosigned, witness = blocks("cosignature.md")[:2]
    assert cosigned.encode() == frozen("export/checkpoint")
    assert cosigned.startswith(plain)
    assert (key.strip(), witness.strip()) == (KEYS["vkey"], KEYS["witnesses"][0])
    trust = Trust((Key.parse(key),), (Key.parse(witness),), 1)
    assert not [*Checkpoint.parse(cosigned.encode()).problems(trust), *Checkpoint.parse(cosigned.encode()).unwitnessed(trust)]


def test_the_proofs_and_the_opening_shown_are_the_frozen_ones() -> None:
    inclusion, growth = blocks("proof.md")
    trust = Trust((Key.parse(KEYS["vkey"]),))
    assert check_proof(inclusion.encode(), frozen("proofs/299.entry"), trust, "shown").findings == []
    assert check_growth(growth.encode(), Checkpoint.parse(frozen("held/100.note")), trust, "shown").findings == []
    assert Proof.growth(growth.encode()).number == 100
    assert blocks("opening.md", "json")[0].encode() == frozen("proofs/package.opening")


def test_the_files_shown_are_those_of_the_export() -> None:
    (tree,) = blocks("ledger-export.md")
    shown = {line.split()[0] for line in tree.splitlines()[1:]} - {"about.json", "keys.jsonl"}
    assert shown == {path.relative_to(FROZEN / "export").as_posix() for path in (FROZEN / "export").rglob("*") if path.is_file()}


# ---------------------------------------------------------------- the pages' code


def test_the_code_of_the_pages_verifies_the_frozen_ledger() -> None:
    known = stranger()
    assert known["check"](FROZEN / "export", KEYS["vkey"]) == 300
    assert known["witnessed"](frozen("export/checkpoint"), KEYS["witnesses"][1]) == 1767657660
    for index, name in ((0, "0"), (255, "255"), (293, "package"), (299, "299")):
        assert known["proved"](frozen(f"proofs/{name}.tlog-proof"), frozen(f"proofs/{name}.entry"), KEYS["vkey"]) == index
    assert known["opens"](json.loads(frozen("proofs/package.opening")), frozen("proofs/package.entry"))


def altered(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000", "tile/entries/001.p/44"])
def test_the_code_of_the_pages_refuses_an_altered_export(tmp_path: Path, name: str) -> None:
    for path in (FROZEN / "export").rglob("*"):
        if path.is_file():
            to = tmp_path / path.relative_to(FROZEN / "export")
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
    assert stranger()["check"](tmp_path, KEYS["vkey"]) == 300
    (tmp_path / name).write_bytes(altered((tmp_path / name).read_bytes(), 40))
    with pytest.raises(Exception):  # noqa: B017 - whatever the short code raises
        stranger()["check"](tmp_path, KEYS["vkey"])


def test_the_code_of_the_pages_refuses_altered_small_files() -> None:
    known, proof, one = stranger(), frozen("proofs/255.tlog-proof"), frozen("proofs/255.entry")
    for bad in ((altered(proof, 60), one), (proof, altered(one, 70)), (proof.replace(b"index 255", b"index 254"), one)):
        with pytest.raises(Exception):  # noqa: B017
            known["proved"](*bad, KEYS["vkey"])
    with pytest.raises(Exception):  # noqa: B017
        known["witnessed"](frozen("export/checkpoint").replace(b"300", b"301"), KEYS["witnesses"][1])
    opening = json.loads(frozen("proofs/package.opening"))
    assert not known["opens"](opening | {"salt": "00" * 16}, frozen("proofs/package.entry"))
