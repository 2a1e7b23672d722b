"""Does a word about a person come out anywhere? Every field of requests and register holds a word that stands nowhere else; then everything is searched.

What may hold some of them, and why:

- the workbook that `examine` gives back, and its copy of the requester's other cells: their own words, to themselves;
- `privity answers`: the requester's own request ids, and no other cell;
- `privity review`: case ids, request ids and engaged persons, to the office's own reviewers, whose look is an entry;
- an opened package: request ids, case ids and the engaged person's name, to that engaged person;
- the roster, and what is addressed to them (cover letter, `privity packages`): names of engaged persons whom the agency enrolled. They are
  officials, not people asked about; an engaged person whom nobody enrolled is a canary like any other;
- OFFICE/register: the custodian's own records, prepared. It is the custodian's, and is read by matching only.
"""

from __future__ import annotations

import json
import logging
import re
import shutil

import pytest

from attacks import planted
from privity.cli.app import run
from privity.errors import PrivityError
from privity.intake.read import read
from privity.ledger import export, log
from privity.release import BLOCK
from privity.rules.facts import SHIPPED, load_vocabulary
from privity.sample import world
from privity.seal import age

pytestmark = pytest.mark.invariant


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The whole passage once, with all that it logged."""
    kept = []
    catcher = logging.Handler()
    catcher.emit = lambda record: kept.append(record.getMessage())
    logging.getLogger().addHandler(catcher)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        made = planted.plant(tmp_path_factory.mktemp("planted"))
    finally:
        logging.getLogger().removeHandler(catcher)
        logging.getLogger().setLevel(level)
    return made, kept


@pytest.fixture(scope="module")
def made(story):
    return story[0]


@pytest.fixture(scope="module")
def words(made):
    return made.words


def enrolled(made):
    return {row["engaged_person"] for row in made.asked[: len(planted.KINDS)]}


def but(words, *fields, also=()):
    """The canaries that are not of these fields."""
    return {word: field for word, field in words.items() if field not in fields and word not in also}


def said(capfd, *arguments, code=0):
    """All that a command prints."""
    assert run([str(one) for one in arguments]) == code
    out = capfd.readouterr()
    return out.out + out.err


# ---------------------------------------------------------------- the search itself


def test_there_is_a_canary_in_every_field_and_the_search_finds_it(made, words):
    assert {*planted.COLUMNS} <= {*words.values()}
    assert {"record_id", "source_document", "address_as_of"} <= {*words.values()}
    assert planted.hits(made.file.read_bytes(), words).keys() >= {"Zorblax", "900701308", "1931-01-20", "Quirixa"}
    assert planted.hits("call 900-70-1308".encode("utf-16"), words) == {"900701308": "tin"}
    assert not planted.hits("26 USC 6103(i)(2)(B)(i): no disclosure, 12 rows, entry 17", words)


def test_the_batch_is_what_it_is_meant_to_be(made):
    """Each complete row has its officer's answer for its own reason; otherwise the search would say little."""
    from privity.office import determinations

    rows = determinations.load(made.office, made.of_office)
    assert rows["identity"].to_list() == ["unique", "unique", "absent", "several", "unique", "unique", None, None]
    assert rows["outcome"].to_list() == ["referred", "refused", "refused", "refused", "refused", "referred", "refused", "refused"]
    assert "STATUTE i-6.informant failed" in rows["reasons"][4]
    assert [one.split()[1] for one in rows["reasons"][6]] == ["i-2.A.engaged-directly", "i-2.B.iv.reason"]


# ---------------------------------------------------------------- what a command prints


OFFICE_VERBS = (
    ("batches",), ("determinations", "BATCH"), ("determinations", "BATCH", "--json"), ("verify",), ("verify", "--json"),
    ("account", "--year", "2025"), ("account", "--year", "2025", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("verb", OFFICE_VERBS, ids=" ".join)
def test_no_canary_is_printed_about_an_office(made, words, capfd, verb):
    command, *rest = [made.batch if one == "BATCH" else one for one in verb]
    assert not planted.hits(said(capfd, command, made.root / "office", *rest), words)


@pytest.mark.parametrize("row", range(8))
def test_no_canary_is_printed_when_a_row_is_explained(made, words, capfd, row):
    who = ("--as", "i.marsh", "--ground", "a test")
    text = said(capfd, "explain", made.root / "office", f"{made.batch}:{row + 2}", *who)
    assert "ledger entry" in text
    assert not planted.hits(text + said(capfd, "explain", made.root / "office", made.asked[row]["request_id"], *who, "--json"), words)


def test_a_list_of_packages_names_the_enrolled_and_nobody_else(made, words, capfd):
    assert not planted.hits(said(capfd, "packages", made.root / "office"), but(words, also=enrolled(made)))


def test_a_reviewer_sees_case_request_and_engaged_person_and_no_other_cell(made, words, capfd):
    listed = said(capfd, "review", made.root / "office", made.batch, "list", "--as-of", "2025-08-14")
    shown = said(
        capfd,
        "review",
        made.root / "office",
        made.batch,
        "show",
        "--case",
        made.asked[0]["case_id"],
        "--as",
        world.REVIEWER,
        "--as-of",
        "2025-08-14",
    )
    assert not planted.hits(listed + shown, but(words, "case_id", "request_id", "engaged_person"))


@pytest.mark.parametrize("kind", ["acknowledgement", "deficiency", "refusal"])
def test_no_canary_is_in_a_letter(made, words, capfd, kind):
    text = said(capfd, "letter", made.root / "office", made.batch, "--kind", kind, "--as-of", "2025-08-14")
    assert not planted.hits(text, words)


@pytest.mark.parametrize("kind", ["cover", "recall"])
def test_a_letter_about_a_package_names_its_officer_and_nobody_else(made, words, capfd, kind):
    package = next(made.outbox.glob("*.age")).stem
    text = said(capfd, "letter", made.root / "office", package, "--kind", kind, "--as-of", "2025-08-14", "--ground", "an error")
    assert planted.hits(text, words).keys() <= enrolled(made)


def test_nothing_is_logged(story, words):
    assert not planted.hits("\n".join(story[1]), words)


# ---------------------------------------------------------------- what is kept and what is public


def test_no_canary_is_in_the_office_but_in_its_prepared_register(made, words):
    """The database with its log, and every file: sealed shards, openings, packages, law, configuration."""
    bare = but(words, also=enrolled(made))
    files = [
        path
        for path in (made.root / "office").rglob("*")
        if path.is_file() and "register" not in path.relative_to(made.root / "office").parts
    ]
    assert {"office.db"} <= {path.name for path in files}
    assert len({path.parent.name for path in files}) > 6
    found = {path.relative_to(made.root).as_posix(): planted.hits(planted.unpacked(path), bare) for path in files}
    assert not {name: hit for name, hit in found.items() if hit}


def test_no_canary_is_in_an_entry_or_in_the_public_ledger(made, words):
    with made.office.store.read() as tx:
        raw = b"".join(log.read_entries(tx, 0, tx.head().size))
        public = [*export(tx)]
        proofs = "".join(log.tlog_proofs(tx, range(0, tx.head().size, 7)))
    assert len(public) > 1
    assert not planted.hits(raw + proofs.encode(), words)
    assert not planted.hits(b"".join(name.encode() + content for name, content in public), words)


def test_no_canary_is_in_what_is_sent(made, words):
    files = [*made.outbox.iterdir()]
    assert {path.suffix for path in files} == {".age", ".entry", ".tlog-proof"}
    assert not planted.hits(b"".join(planted.unpacked(path) for path in files), words)


# ---------------------------------------------------------------- what goes back to whose it is


def opened(made):
    """Officer → the payload of their package."""
    with made.office.store.read() as tx:
        officers = {row["package"]: row["officer"] for row in tx.rows("package")}
    return {
        officers[path.stem]: age.open_sealed(path.read_bytes(), made.agency.identities[officers[path.stem]])
        for path in made.outbox.glob("*.age")
    }


def test_an_opened_package_holds_its_own_request_case_and_officer_and_no_other_cell(made, words):
    for officer, payload in opened(made).items():
        own = {row["engaged_person"]: row for row in made.asked}[officer]
        body = json.loads(payload)
        same = [row["answer"] == "same" for row in body["rows"]]
        dated = {one["address_as_of"] for one, told in zip(body["on record"], same, strict=True) if told}  # part of that answer
        assert planted.hits(payload, words).keys() == {own["request_id"], own["case_id"], officer} | dated


def test_the_list_of_answers_gives_back_request_ids_and_no_other_cell(made, words, tmp_path, capfd):
    printed = said(capfd, "answers", made.root / "office", made.batch, "--out", tmp_path / "answers.csv", "--as-of", "2025-08-14")
    assert not planted.hits(printed, words)
    written = (tmp_path / "answers.csv").read_bytes()
    assert planted.hits(written, words).keys() == {row["request_id"] for row in made.asked}


def test_an_examined_file_gives_the_requester_their_own_words_and_its_summary_none(made, words, tmp_path, capfd):
    printed = said(capfd, "examine", made.file, "--out", tmp_path / "back.csv", "--as-of", "2025-08-07")
    assert not planted.hits(printed, words)
    asked = {value for row in made.asked for value in row.values()}
    assert planted.hits((tmp_path / "back.csv").read_bytes(), words).keys() & asked == words.keys() & asked
    others = [path for path in tmp_path.iterdir() if path.name != "back.csv"]
    assert others, "there is a summary beside it"
    assert not [path.name for path in others if planted.hits(planted.unpacked(path), words)]


def test_a_letter_about_an_examined_file_has_no_canary(made, words, capfd):
    assert not planted.hits(said(capfd, "letter", made.file, "--kind", "deficiency", "--as-of", "2025-08-07"), words)


# ---------------------------------------------------------------- a negative answer does not reveal why


def test_negative_answers_are_the_same_words_in_the_same_size(made):
    """Invented address, not found, several, barred, declined; and no smaller or larger than `same`."""
    payloads = opened(made)
    answers = {kind: json.loads(payloads[row["engaged_person"]]) for kind, row in zip(planted.KINDS, made.asked, strict=False)}
    assert {kind: [one["answer"] for one in body["rows"]] for kind, body in answers.items()} == {
        kind: [word] for kind, word in planted.KINDS.items()
    }
    assert {len(payload) for payload in payloads.values()} == {BLOCK}
    # age puts a header of random length (grease, made up afresh) before the ciphertext; the ciphertext is of one size.
    assert len({len(path.read_bytes().partition(b"\n--- ")[2].partition(b"\n")[2]) for path in made.outbox.glob("*.age")}) == 1
    bare = [
        {**body, "engaged_person": "", "package": "", "rows": [_without_ids(one) for one in body["rows"]]}
        for kind, body in answers.items()
        if kind != "same"
    ]
    assert all(body == bare[0] for body in bare), "nothing else in a package differs"


def _without_ids(row):
    return {name: value for name, value in row.items() if name not in ("request_id", "case_id")}


def test_they_go_out_together_on_one_day_in_an_order_that_says_nothing(made):
    with made.office.store.read() as tx:
        days = {row["day"] for row in tx.rows("custody")}
        order = [row["officer"] for row in sorted(tx.rows("package"), key=lambda row: row["entry"])]
    assert days == {planted.ANSWERED}
    assert order == sorted(order), "by officer, whatever the answers are"


def test_a_list_of_answers_says_the_same_of_every_eligible_row(made, tmp_path, capfd):
    said(capfd, "answers", made.root / "office", made.batch, "--out", tmp_path / "answers.csv", "--as-of", "2025-08-14")
    lines = (tmp_path / "answers.csv").read_text().splitlines()
    eligible = {line.split(",", 2)[2] for line in lines[1 : 1 + len(planted.KINDS)]}
    assert len(eligible) == 1


# ---------------------------------------------------------------- errors


SECRET = {"Thistlebane": "first_name", "Wolvercote": "last_name", "900-88-7766": "tin", "4411 Pumblechook Ln": "address_line1"}
HEAD = "request_id,first_name,last_name,date_of_birth,address_line1,city,state,zip,tin,case_id,reason\n"
LINE = "R1,Thistlebane,Wolvercote,1980-02-03,4411 Pumblechook Ln,Laredo,TX,78040,900-88-7766,C1,because of Thistlebane\n"
BAD_FILES = {
    "empty": b"",
    "no rows": HEAD.encode(),
    "no headings": (LINE * 3).encode(),
    "a heading twice": (HEAD.strip() + ",first_name\n" + LINE.strip() + ",Thistlebane\n").encode(),
    "no known heading": ("a,b,c\n" + "Thistlebane,Wolvercote,900-88-7766\n").encode(),
    "ragged": (HEAD + LINE.strip() + ",Wolvercote,Thistlebane\n" + "R2,Thistlebane\n").encode(),
    "another encoding": (HEAD + LINE.replace("because", "becaus\xe9")).encode("cp1252"),
    "nul bytes": (HEAD + LINE).encode().replace(b"Laredo", b"Lar\x00edo"),
    "an open quotation mark": (HEAD + LINE.replace("Laredo", '"Laredo')).encode(),
    "a cell of 11 MB": (HEAD + LINE.replace("because", "because " + "Thistlebane " * 900_000)).encode(),
    "half a workbook": b"PK\x03\x04" + b"xl/Thistlebane Wolvercote 900-88-7766",
    "half a Parquet file": b"PAR1" + (LINE * 4).encode(),
    "broken JSON lines": ('{"first_name": "Thistlebane", "tin": 900-88-7766\n' * 2).encode(),
    "JSON of another shape": b'{"Thistlebane": {"Wolvercote": "900-88-7766"}}\n',
    "a date of no calendar": (HEAD + LINE.replace("1980-02-03", "Thistlebane 0000")).encode(),
    "formulas": (HEAD + LINE.replace("Laredo", "=CMD|Thistlebane")).encode(),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_no_value_is_in_an_error_about_a_file(content, tmp_path, capfd):
    """Whatever is wrong: what is printed, what is raised and its whole chain name file, row and field, never the value."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    run(["examine", str(bad), "--as-of", "2025-08-07"])
    printed = capfd.readouterr()
    text = printed.out + printed.err
    assert "Traceback" not in text
    try:
        defects = read(bad, load_vocabulary(SHIPPED).columns).defects.frame
        text += defects.write_csv()
    except PrivityError as problem:
        text += chain(problem)
    assert not planted.hits(text, SECRET)


def chain(problem):
    """An error, its remedy, and what it came from, as a traceback would print them."""
    said = []
    while problem is not None:
        said += [str(problem), repr(problem), str(getattr(problem, "remedy", ""))]
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    return "\n".join(said)


ENVELOPES = {
    "not TOML": lambda text: text + "\n[[[Hexworthy\n",
    "of another file": lambda text: re.sub(r'sha256 = "[0-9a-f]{8}', 'sha256 = "00000000', text, count=1),
    "another signature": lambda text: text.replace("dated = 2025-06-27", "dated = 2025-06-28"),
    "an unknown entry": lambda text: 'hexworthy = "Zorblax"\n' + text,
    "one engaged whom nobody enrolled": lambda text: text.replace('person = "Jonquil Astrabane"', 'person = "Odalys Finchgrove"'),
    "nothing": lambda text: "",
}


@pytest.mark.parametrize("spoil", ENVELOPES.values(), ids=ENVELOPES.keys())
def test_no_value_is_in_an_error_about_an_envelope_and_it_is_received_all_the_same(made, words, tmp_path, spoil, capfd):
    shutil.copytree(made.root / "office", tmp_path / "office")
    envelope = tmp_path / "envelope.toml"
    envelope.write_text(spoil(made.envelope.read_text()))
    run(
        [
            "submit",
            str(tmp_path / "office"),
            str(made.file),
            "--envelope",
            str(envelope),
            "--intake-officer",
            world.INTAKE,
            "--as-of",
            "2025-08-14",
        ]
    )
    out = capfd.readouterr()
    assert "Traceback" not in out.err
    assert not planted.hits(out.out + out.err, words)
    after = said(capfd, "batches", tmp_path / "office")
    assert len([line for line in after.splitlines() if "2025-08-14" in line]) == 1, "received, whatever is wrong with it"
    assert not planted.hits(after + (tmp_path / "office" / "office.db").read_bytes().decode("latin-1"), but(words, also=enrolled(made)))


def test_a_heading_or_a_file_name_that_names_a_person_is_in_no_table(made, tmp_path, capfd):
    named = tmp_path / "thistlebane.csv"
    lines = made.file.read_text().splitlines()
    named.write_text("\n".join([f"{lines[0]},note on Wolvercote", *(f"{line},seen" for line in lines[1:])]) + "\n")
    envelope = tmp_path / "envelope.toml"
    envelope.write_text(world.envelope(made.agency, named, {row["engaged_person"]: [row["case_id"]] for row in made.asked[:6]}))
    shutil.copytree(made.root / "office", tmp_path / "office")
    printed = said(
        capfd, "submit", tmp_path / "office", named, "--envelope", envelope, "--intake-officer", world.INTAKE, "--as-of", "2025-08-14"
    )
    kept = b"".join(path.read_bytes() for path in (tmp_path / "office").glob("office.db*"))
    assert not planted.hits(printed.encode() + kept, SECRET)
