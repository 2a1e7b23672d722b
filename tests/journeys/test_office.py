"""From an empty folder to an accounting, on the command line, as the README tells it."""

from __future__ import annotations

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from journeys.conftest import Privity
from office.small import KINDS, Small, cases_of

STAFF = {"i.marsh": "intake-officer", "r.okafor": "reviewer", "a.lindqvist": "approver", "c.ode": "counsel"}
DAY, REVIEW, ANSWER = "2025-08-07", "2025-08-11", "2025-08-14"


@dataclass(frozen=True)
class Journey:
    """Where it has come to."""

    office: Path
    place: Path
    batch: str


def done(said: object) -> str:
    assert said.code == 0, f"{said.out}{said.err}"
    return said.out


def key(privity: Privity, path: Path) -> str:
    """A new signing key; its public half, as the command prints it."""
    return done(privity("key", "new", path)).strip()


def founded(privity: Privity, place: Path) -> Path:
    office = place / "office"
    said = done(
        privity("init", office, "--custodian", "Office of Disclosure", "--origin", "d.example.gov/ledger", "--trial", "--as-of", DAY)
    )
    assert "ledger key: d.example.gov/ledger+" in said
    done(privity("enrol", "agency", office, "custodian", "--name", "Office of Disclosure", "--kind", "custodian", "--as-of", DAY))
    done(privity("enrol", "agency", office, "us-dhs", "--name", "Department of Homeland Security", "--as-of", DAY))
    for person, held in STAFF.items():
        public = key(privity, place / f"{person}.pem")
        done(privity("enrol", "person", office, person, "--agency", "custodian", "--public-key", public, "--as-of", DAY))
        done(privity("enrol", "appoint", office, person, held, "--agency", "custodian", "--since", "2025-01-20", "--as-of", DAY))
    done(privity("enrol", "safeguards", office, "us-dhs", "current", "--note", "review of May", "--as-of", DAY))
    return office


def agency(privity: Privity, made: Small, office: Path, place: Path) -> None:
    public = key(privity, place / "secretary.pem")
    done(privity("enrol", "person", office, "secretary", "--agency", "us-dhs", "--public-key", public, "--as-of", DAY))
    done(privity("enrol", "appoint", office, "secretary", "i-2-requester", "--agency", "us-dhs", "--since", "2025-01-20", "--as-of", DAY))
    with (place / "roster.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("person", "public_key", "recipient"))
        for number, officer in enumerate(sorted(cases_of(made.truth))):
            recipient = done(privity("key", "recipient", place / f"officer{number}.age")).strip()
            lines.writerow((officer, key(privity, place / f"officer{number}.pem"), recipient))
    done(privity("enrol", "roster", office, place / "roster.csv", "--agency", "us-dhs", "--as-of", DAY))


def envelope(privity: Privity, made: Small, place: Path) -> Path:
    path, words = place / "envelope.toml", ("--agency", "us-dhs", "--signatory", "secretary", "--basis", "26 USC 6103(i)(2)", "--assurance")
    done(privity("envelope", "draft", made.file, "--out", path, "--dated", "2025-06-27", *words))
    for number, officer in enumerate(sorted(cases_of(made.truth))):
        done(privity("envelope", "sign-cases", path, made.file, "--person", officer, "--key", place / f"officer{number}.pem"))
    done(privity("envelope", "sign", path, "--key", place / "secretary.pem"))
    return path


def test_the_whole_way_from_an_empty_folder_to_an_accounting(privity: Privity, made: Small, tmp_path: Path) -> None:
    office = founded(privity, tmp_path)
    agency(privity, made, office, tmp_path)
    done(privity("load", office, made.root / "register.parquet", "--as-of", DAY))
    letter = envelope(privity, made, tmp_path)

    submitted = privity("submit", office, made.file, "--envelope", letter, "--intake-officer", "i.marsh", "--as-of", DAY, "--json")
    done(submitted)
    batch = str(submitted.json["batch"])
    assert submitted.json["rows"] == sum(KINDS.values())
    assert submitted.json["problems"] == []
    journey = Journey(office, tmp_path, batch)
    look_around(privity, made, journey)
    decide(privity, journey)
    answer(privity, made, journey)
    look_back(privity, journey)


def look_around(privity: Privity, made: Small, at: Journey) -> None:
    assert done(privity("batches", at.office)).count(at.batch[:12]) == 1
    counted = privity("determinations", at.office, at.batch[:6], "--json", "--as-of", DAY)
    done(counted)
    referred = [row["rows"] for row in counted.json["outcomes"] if row["outcome"] == "referred"]
    assert sum(referred) == KINDS["lawful"]
    wrong = made.truth.filter(kind="invented-address")["request_id"].item(0)
    said = done(privity("explain", at.office, wrong, "--as", "r.okafor", "--ground", "the agency asks why", "--as-of", DAY))
    assert "26 USC 6103(i)(2)(B)(i)" in said
    assert "refused at the record stage" in said
    out = at.place / "answers.csv"
    done(privity("answers", at.office, at.batch, "--out", out, "--as-of", DAY))
    assert len(list(csv.DictReader(out.open(newline="")))) == sum(KINDS.values())


def decide(privity: Privity, at: Journey) -> None:
    listed = privity("review", at.office, at.batch, "list", "--as-of", REVIEW, "--json")
    done(listed)
    cases = [row["case_id"] for row in listed.json["cases"]]
    (at.place / "cases.txt").write_text("\n".join(cases) + "\n")
    shown = privity("review", at.office, at.batch, "show", "--case", cases[0], "--as", "r.okafor", "--as-of", REVIEW, "--json")
    done(shown)
    assert len(str(shown.json["evidence"])) == 64
    early = privity("release", at.office, at.batch, "--out", at.place / "outbox", "--as-of", ANSWER)
    assert early.code == 1
    assert "await review" in early.err
    for person in ("r.okafor", "a.lindqvist"):
        words = ("--as", person, "--office", STAFF[person], "--key", at.place / f"{person}.pem", "--as-of", REVIEW)
        done(privity("review", at.office, at.batch, "approve", "--cases", at.place / "cases.txt", *words))


def answer(privity: Privity, made: Small, at: Journey) -> None:
    early = privity("release", at.office, at.batch, "--out", at.place / "outbox", "--as-of", "2025-08-13")
    assert early.code == 1
    assert ANSWER in early.err
    sent = privity("release", at.office, at.batch, "--out", at.place / "outbox", "--as-of", ANSWER, "--json")
    done(sent)
    assert sent.json["same"] == KINDS["lawful"]
    listed = privity("packages", at.office, "--json")
    done(listed)
    officers = sorted(cases_of(made.truth))
    read = []
    for package in listed.json["packages"]:
        identity = at.place / f"officer{officers.index(package['officer'])}.age"
        opened = privity("open", at.place / "outbox" / f"{package['package']}.age", "--identity", identity)
        read += [row["answer"] for row in json.loads(done(opened))["rows"]]
        other = at.place / f"officer{(officers.index(package['officer']) + 1) % len(officers)}.age"
        assert privity("open", at.place / "outbox" / f"{package['package']}.age", "--identity", other).code != 0
    assert read.count("same") == KINDS["lawful"]


def look_back(privity: Privity, at: Journey) -> None:
    done(privity("verify", at.office))
    package = json.loads(done(privity("packages", at.office, "--json")))["packages"][0]["package"]
    for state in ("acknowledged", "recalled", "destroyed"):
        done(privity("custody", at.office, package[:10], state, "--note", "as agreed", "--as", "i.marsh", "--as-of", ANSWER))
    assert "destroyed" in done(privity("packages", at.office))
    for kind in ("acknowledgement", "deficiency", "refusal"):
        assert "us-dhs" in done(privity("letter", at.office, at.batch, "--kind", kind, "--as-of", ANSWER))
    for kind in ("cover", "recall"):
        done(privity("letter", at.office, package[:10], "--kind", kind, "--ground", "not confirmed", "--as-of", ANSWER))
    counted = privity("account", at.office, "--year", 2025, "--json")
    done(counted)
    (row,) = counted.json["agencies"]
    assert (row["requests"], row["instances of disclosure"]) == (sum(KINDS.values()), KINDS["lawful"])
    found = privity("verify", at.office, "--json")
    done(found)
    assert found.json["problems"] == []


# ---------------------------------------------------------------- exit codes and form


@pytest.mark.parametrize(
    "words",
    [
        ("determinations", "BATCH"), ("batches",), ("review", "BATCH", "list"), ("packages",), ("verify",), ("account", "--year", "2025"),
        ("halt", "list"), ("hold", "list"), ("retention",),
    ],
)  # fmt: skip
def test_json_is_one_object_on_one_stream(privity: Privity, made: Small, words: tuple[str, ...]) -> None:
    named = {"BATCH": made.batch}
    command, *rest = (named.get(word, word) for word in words)
    grouped = [rest.pop(0)] if command in ("halt", "hold") else []
    said = privity(command, *grouped, made.folder("released"), *rest, "--json")
    assert said.code == 0, said.err
    assert said.json
    assert said.err == ""


def test_an_error_with_json_is_one_object_on_the_error_stream(privity: Privity, made: Small, tmp_path: Path) -> None:
    said = privity("release", made.folder("submitted"), made.batch, "--out", tmp_path / "out", "--as-of", ANSWER, "--json")
    assert said.code == 1
    assert said.out == ""
    assert set(json.loads(said.err)) == {"error", "remedy"}


def test_what_is_refused_leaves_with_1_and_bad_usage_or_input_with_2(privity: Privity, made: Small, tmp_path: Path) -> None:
    office = made.folder("submitted")
    assert privity("release", office, made.batch, "--out", tmp_path / "out", "--as-of", ANSWER).code == 1
    for words in (
        ("no-such-command",),
        ("submit", office),
        ("batches", tmp_path / "nowhere"),
        ("determinations", office, "zzzz"),
        ("review", office, made.batch, "bless"),
        ("examine", tmp_path / "nothing.csv"),
        ("determinations", office, made.batch, "--as-of", "last week"),
        ("init", office, "--custodian", "x", "--origin", "x.example/l"),
    ):
        assert privity(*words).code == 2, words


def test_verify_leaves_with_1_when_something_was_altered(privity: Privity, made: Small, tmp_path: Path) -> None:
    root = made.copy("released", tmp_path)
    path = min((root / "packages").iterdir())
    path.write_bytes(b"another")
    said = privity("verify", root)
    assert said.code == 1
    assert path.stem[:12] in said.out


def test_verify_holds_the_office_against_a_checkpoint_kept_elsewhere(privity: Privity, made: Small, tmp_path: Path) -> None:
    from privity.office.place import open_office

    with open_office(made.folder("released")).store.read() as tx:
        (tmp_path / "checkpoint").write_text(tx.head().note)
    assert privity("verify", made.folder("released"), "--held", tmp_path / "checkpoint").code == 0
    assert privity("verify", made.folder("approved"), "--held", tmp_path / "checkpoint").code == 1


def test_an_office_in_service_takes_the_day_from_its_clock(privity: Privity, made: Small, tmp_path: Path) -> None:
    office = tmp_path / "office"
    done(privity("init", office, "--custodian", "Office of Disclosure", "--origin", "d.example.gov/ledger"))
    for words in (("load", office, made.root / "register.parquet"), ("enrol", "agency", office, "us-dhs", "--name", "DHS")):
        said = privity(*words, "--as-of", DAY)
        assert said.code == 1
        assert "clock" in said.err
    assert privity("init", tmp_path / "other", "--custodian", "x", "--origin", "x.example/l", "--as-of", DAY).code == 1
    assert not (tmp_path / "other").exists(), "an office that could not be opened was left behind"


def test_the_program_itself_answers(made: Small) -> None:
    """Once as a process, so that what is tested here is what is installed."""
    program = [".venv/bin/privity"] if Path(".venv/bin/privity").exists() else ["python", "-m", "privity"]
    found = subprocess.run([*program, "batches", str(made.folder("submitted")), "--json"], capture_output=True, text=True, check=False)
    assert found.returncode == 0
    assert json.loads(found.stdout)["batches"][0]["batch"] == made.batch
    assert subprocess.run([*program, "batches", "/nowhere"], capture_output=True, check=False).returncode == 2


def test_every_command_shows_an_example(privity: Privity) -> None:
    listed = done(privity("--help"))
    for command in ("examine", "init", "submit", "review", "release", "verify", "answers", "account", "custody", "letter", "explain"):
        assert command in listed
        assert "Example:" in done(privity(command, "--help"))
