"""Do the commands do what docs/subject.md says, with exit codes that a script can rely on?"""

from __future__ import annotations

import json

import pytest

from persons.open_office import ANSWERED
from persons.test_account import disclosed, intents, key_of
from persons.test_refused import row  # noqa: F401 - a fixture
from privity.cli.app import run
from privity.sample import world

DAY = ("--as-of", ANSWERED.isoformat())


@pytest.fixture
def said(monkeypatch, capsys, office):
    """Run a command on the office as an official; (code, what it printed as JSON)."""
    monkeypatch.setenv("PRIVITY_PASSPHRASE", world.PASSPHRASE)

    def call(command, *words, who=world.REVIEWER, act=()):
        signing = ("--as", who, "--key", str(office.root / f"{who}.pem"))
        code = run([command, str(office.root), *act, *map(str, words), *signing, *DAY, "--json"])
        out = capsys.readouterr()
        return code, json.loads(out.out or out.err)

    return call


def test_an_account_is_drawn_up_and_checked(said, office, tmp_path, capsys) -> None:
    record = min(disclosed(office))
    code, made = said("subject", "--record", record, "--identity-proved", "passport", "--out", tmp_path / "a")
    assert (code, made["items"]) == (0, 1)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["account.html", "account.json", "proofs.json"]
    assert "26 USC 6103(e)(7) (POLICY)" in (tmp_path / "a" / "account.html").read_text()
    assert run(["check-account", str(tmp_path / "a"), "--ledger-key", key_of(office)]) == 0
    assert "holds: 1 items" in capsys.readouterr().out
    (tmp_path / "a" / "proofs.json").write_text("{}")
    assert run(["check-account", str(tmp_path / "a"), "--ledger-key", key_of(office)]) == 1


def test_what_is_misspelled_is_exit_2_and_what_is_refused_exit_1(said, tmp_path) -> None:
    words = ("--record", "P", "--identity-proved", "passport", "--out", tmp_path / "a")
    assert said("subject", *words, "--stated-individual", "perhaps")[0] == 2
    assert said("subject", "--record", "P", "--identity-proved", " ", "--out", tmp_path / "a")[0] == 1
    assert said("notice", act=("extend", "3f9a"))[0] == 2
    assert said("contest", act=("open",))[0] == 2
    assert not (tmp_path / "a").exists()


def test_a_delay_is_entered_and_listed(said, office, capsys) -> None:
    package = intents(office)[min(intents(office))]["package"]
    code, made = said("notice", "--authority", "an order", "--until", "2025-09-01", who=world.COUNSEL, act=("delay", package[:8]))
    assert (code, made["until"]) == (0, "2025-09-01")
    assert run(["notice", str(office.root), "list", *DAY]) == 0
    out = capsys.readouterr().out
    assert "an order" in out
    assert "runs" in out


def test_a_contest_is_opened_listed_and_resolved_by_two(said, office) -> None:
    record = min(disclosed(office))
    code, made = said("contest", "--record", record, "--ground", "not my address", act=("open",))
    assert (code, len(made["holders"])) == (0, 1)
    for who, state in ((world.REVIEWER, "resolution signed"), (world.APPROVER, "resolved")):
        code, after = said("contest", "--ground", "letter seen", who=who, act=("resolve", made["contest"][:8]))
        assert (code, after["state"]) == (0, state)
    code, listed = said("contest", act=("list",))
    assert [one["state"] for one in listed["contests"]] == ["resolved"]
    assert record not in json.dumps(listed)


def test_refused_requests_are_found_by_what_is_stated(said, row) -> None:  # noqa: F811
    words = ("--first-name", row["first_name"], "--last-name", row["last_name"], "--tin", row["tin"], "--purpose", "court")
    code, found = said("refused-about", *words, who=world.COUNSEL)
    assert code == 0
    assert row["ordinal"] in [one["ordinal"] for one in found["requests"]]
    assert "may be about somebody else" in found["says"]
    assert said("refused-about", *words, who=world.REVIEWER)[0] == 1
