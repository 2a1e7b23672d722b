"""The commands as a person types them: files, exit codes, and nothing of a person on the screen."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.conftest import Privity
from office.small import KINDS, Small
from privity.sample import world
from reports import told

DAY = "2025-08-14"


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Path:
    return made.copy("released", tmp_path)


@pytest.fixture
def record(office: Path, tmp_path: Path, privity: Privity) -> Callable[..., object]:
    def enter(text: str = told.FILE, by: str = world.REVIEWER, confirmed: str = world.APPROVER) -> object:
        (tmp_path / "call.toml").write_text(text)
        keys = [office / f"{who}.pem" for who in (by, confirmed)]
        words = ("--by", by, "--key", keys[0], "--confirmed-by", confirmed, "--confirmed-key", keys[1], "--as-of", DAY)
        return privity("record", office, tmp_path / "call.toml", *words)

    return enter


def test_an_accounting_is_written_as_each_kind_of_file(office: Path, tmp_path: Path, privity: Privity) -> None:
    for suffix in ("csv", "json", "html"):
        said = privity("account", office, "--year", 2025, "--form", "5466-b", "--out", tmp_path / f"a.{suffix}", "--json")
        assert said.code == 0, said.err
        assert said.json["lines"] == sum(KINDS.values()) + KINDS["lawful"]
    rows = list(csv.DictReader((tmp_path / "a.csv").open(newline="")))
    assert len(rows) == len(json.loads((tmp_path / "a.json").read_text())["rows"])
    assert privity("account", office, "--year", 2025, "--form", "5466-b", "--out", tmp_path / "a.pdf").code == 2


def test_a_record_counts_in_the_yearly_table_and_the_entries_behind_it_are_shown(office: Path, privity: Privity, record: Callable) -> None:
    entered = record()
    assert entered.code == 0, entered.err
    shown = privity("account", office, "--year", 2025, "--form", "annual", "--trace", "--json", "--as-of", DAY).json
    later = next(row for row in shown["rows"] if row["figure"].endswith("recorded afterwards"))
    assert later["number"] == 3
    assert later["entries"].endswith(":3")
    assert shown["due"].startswith("2026-03-31")
    assert privity("verify", office).code == 0


def test_what_cannot_be_recorded_leaves_with_1_or_2_and_says_why_without_the_value(record: Callable) -> None:
    assert record(by=world.APPROVER).code == 1
    bad = record(told.FILE.replace('"address"', '"Zorblax at 12 Elm Street"'))
    assert bad.code == 2
    assert "disclosure.what" in bad.err
    assert "Zorblax" not in bad.err + bad.out


def test_a_record_is_confirmed_at_another_desk(office: Path, tmp_path: Path, privity: Privity) -> None:
    file, sig = tmp_path / "call.toml", tmp_path / "call.sig"
    file.write_text(told.FILE)
    both = ("--by", world.REVIEWER, "--confirmed-by", world.APPROVER, "--as-of", DAY)
    signed = privity("sign-record", office, file, *both, "--key", office / f"{world.APPROVER}.pem", "--out", sig)
    assert signed.code == 0, signed.err
    key = ("--key", office / f"{world.REVIEWER}.pem")
    file.write_text(told.FILE.replace("people = 3", "people = 4"))
    assert privity("record", office, file, *both, *key, "--confirmed-signature", sig).code == 1, "it was signed about another number"
    assert privity("record", office, file, *both, *key).code == 2
    file.write_text(told.FILE)
    assert privity("record", office, file, *both, *key, "--confirmed-signature", sig).code == 0
    assert privity("verify", office).code == 0
    sig.write_text("no signature")
    assert privity("record", office, file, *both, *key, "--confirmed-signature", sig).code == 2


def test_a_form_wants_a_year_and_a_form_that_there_is(office: Path, privity: Privity) -> None:
    assert privity("account", office).code == 2
    assert privity("account", office, "--form", "5466-b").code == 2
    assert privity("account", office, "--form", "164.528").code == 2


@pytest.mark.invariant
def test_one_person_is_named_only_with_who_looks_and_why_and_never_for_figures(office: Path, privity: Privity) -> None:
    for words in (("--year", 2025), ("--year", 2025, "--form", "annual"), ("--year", 2025, "--form", "5466-b")):
        assert privity("account", office, *words, "--record", "REC-A").code == 2
    asked = privity("account", office, "--year", 2025, "--form", "5466-b", "--record", "REC-A", "--as", "n.guest", "--ground", "curious")
    assert asked.code == 1
    assert "holds no office here" in asked.err


def test_a_statement_is_signed_written_and_checked_without_the_office(
    office: Path,
    tmp_path: Path,
    privity: Privity,
) -> None:
    out = tmp_path / "n.note"
    assert privity("statement", office, "--nothing-shared", "--out", out, "--as-of", DAY).code == 1
    assert not out.exists()
    made = privity(
        "statement", office, "--nothing-shared", "--agency", "us-dhs", "--through", "2025-08-13", "--out", out, "--as-of", DAY, "--json"
    )
    assert made.code == 0, made.err
    checked = privity("check-statement", out, "--key", made.json["key"], "--json")
    assert checked.json["statement"] == "nothing-shared"
    out.write_text(out.read_text().replace("2025-08-13", "2025-08-14"))
    assert privity("check-statement", out, "--key", made.json["key"]).code == 1
    assert privity("check-statement", out, "--key", "nonsense").code == 2
    assert privity("statement", office, "--out", out).code == 2


def test_notices_and_a_breach_pack_are_written(office: Path, tmp_path: Path, privity: Privity) -> None:
    pack = privity("breach", office, "--agency", "us-dhs", "--identified", f"{DAY}T08:00", "--out", tmp_path / "p.json", "--as-of", DAY)
    assert pack.code == 0, pack.err
    rows = json.loads((tmp_path / "p.json").read_text())["rows"]
    entry = next(row["entry"] for row in rows if row["disclosures"])
    words = (
        "--kind",
        "7431-e",
        "--trigger",
        "charge-7213",
        "--on",
        DAY,
        "--ground",
        "No. 1",
        "--as-of",
        DAY,
        "--out",
        tmp_path / "notices",
        "--as",
        world.REVIEWER,
    )
    written = privity("notice", office, *words, "--disclosure", entry, "--json")
    assert written.code == 0, written.err
    assert len(written.json["written"]) == next(row["disclosures"] for row in rows if row["entry"] == entry)
    assert privity("notice", office, *words, "--disclosure", "0").code == 2
    assert privity("verify", office).code == 0


@pytest.mark.parametrize("command", ["account", "record", "sign-record", "notice", "breach", "statement", "check-statement"])
def test_every_command_shows_an_example(privity: Privity, command: str) -> None:
    assert "Example:" in privity(command, "--help").out
