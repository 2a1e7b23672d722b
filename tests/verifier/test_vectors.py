"""Does this version still verify the ledger that was frozen, and find in its altered copies what must be found?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from privity.ledger import log, tlog
from privity.ledger.note import Checkpoint, Note, Verifier, open_checkpoint
from privity.verifier.command import run

FROZEN = Path(__file__).parents[1] / "vectors" / "ledger-v1"
KEYS = json.loads((FROZEN / "keys.json").read_text())
CASES = json.loads((FROZEN / "findings.json").read_text())


def altered(case: dict, to: Path) -> Path:
    root = Path(shutil.copytree(FROZEN, to / "frozen"))
    for change in case["alter"]:
        path = root / change["file"]
        if change.get("remove"):
            path.unlink()
            continue
        raw = bytearray(path.read_bytes())
        raw[change["at"]] ^= change["xor"]
        path.write_bytes(raw)
    return root


@pytest.mark.invariant
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_the_frozen_ledger_is_judged_as_it_was(case: dict, tmp_path: Path, capsys) -> None:
    root = altered(case, tmp_path)
    arguments = [str(root / case["path"]), "--vkey", KEYS["vkey"], "--quorum", str(case["quorum"]), "--json"]
    arguments += [part for key in KEYS["witnesses"] for part in ("--witness", key)]
    arguments += [part for name in case["held"] for part in ("--held", str(root / name))]
    arguments += ["--opening", str(root / "proofs/package.opening")] if "package" in case["path"] else []
    code = run(arguments)
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    expected = [(one["file"], one["first"], one["count"]) for one in case["findings"]]
    assert [(one["file"], one["first"], one["count"]) for one in report["findings"]] == expected
    assert code == (1 if expected else 0)


def test_the_cases_hold_something_good_and_something_bad_of_each_kind() -> None:
    for path in ("export", "proofs/255.tlog-proof", "proofs/package.tlog-proof", "held/growth-100"):
        mine = [bool(case["findings"]) for case in CASES if case["path"] == path]
        assert {True, False} == set(mine)


@pytest.mark.invariant
def test_the_writers_own_reader_accepts_the_frozen_checkpoints_and_proofs() -> None:
    key = Verifier.parse(KEYS["vkey"])
    signed = open_checkpoint((FROZEN / "export/checkpoint").read_text(), [key], key.name)
    bundles = b"".join((FROZEN / "export/tile/entries" / name).read_bytes() for name in ("000", "001.p/44"))
    raw = [bundles[at + 2 : at + 194] for at in range(0, len(bundles), 194)]
    assert (signed.size, signed.root) == (300, tlog.root(tlog.leaf_hashes(raw)))
    for index, name in ((0, "0"), (255, "255"), (293, "package"), (299, "299")):
        text, entry = (FROZEN / f"proofs/{name}.tlog-proof").read_text(), (FROZEN / f"proofs/{name}.entry").read_bytes()
        assert log.check_proof(text, entry, [key], key.name) == index
        assert entry == raw[index]
    assert Checkpoint.parse(Note.parse((FROZEN / "held/100.note").read_text()).text).root == tlog.root(tlog.leaf_hashes(raw[:100]))
