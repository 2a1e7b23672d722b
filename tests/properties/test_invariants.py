"""The invariants of the design, each by its number and name, as far as the stages alone can show them.

What takes an office (entries before effects, the interlock of a release, killed steps) is in tests/office, tests/store and tests/journeys.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import privity
from cases import golden
from privity import release, review
from privity.determine import Asked, determine, determine_twice, eligible
from privity.engines.duckdb import DuckDB
from privity.errors import LawError, RefusedError
from privity.match import identify, prepare
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED
from privity.rules.frame import FrameAlgebra
from privity.terms import Act, ActKind, Appointment, Disposition, Duty, Facts, Outcome, Reasons, Receipt, Requests, Source, Stage
from properties import drawn

pytestmark = pytest.mark.invariant
SOURCE_CODE = Path(privity.__file__).parent
SWITCHES = [name for name, fact in drawn.VOCABULARY.facts.items() if fact.origin[0] == "reading"]


def decided(rulebook, facts, stage=Stage.RELEASE, asked=drawn.HEAD):
    """Outcome, duty and findings (source, requirement, kind) of the only row."""
    made = determine(rulebook, facts, stage, asked)
    (row,) = made.outcomes.frame.rows(named=True)
    return row["outcome"], row["duty"], set(made.reasons.frame.select("source", "requirement", "kind").iter_rows())


def row(**changed):
    """The good row, at the release stage, but for what is said."""
    return Facts(pl.DataFrame([{"ordinal": 0, **drawn.good(), **changed}], schema=drawn.SCHEMA, orient="row"))


# ---------------------------------------------------------------- 1 to 4: what is decided, and whose it is


def under_every_reading(**changed):
    """The good row, but for what is said, under every combination of court interpretations."""
    rows = [
        {**drawn.good(), **changed, **dict(zip(SWITCHES, values, strict=True))} for values in product([True, False], repeat=len(SWITCHES))
    ]
    return Facts(pl.DataFrame([{"ordinal": i, **one} for i, one in enumerate(rows)], schema=drawn.SCHEMA, orient="row"))


def test_1_silence_refuses_whatever_the_reading():
    nothing = under_every_reading(**dict.fromkeys(drawn.good()))
    for stage in Stage:
        made = determine(drawn.standing(), nothing, stage, drawn.HEAD)
        assert set(made.outcomes.frame["outcome"]) == {Outcome.REFUSED}
        named = made.reasons.frame.filter((pl.col("requirement") == "i-2.B.i.name") & (pl.col("kind") == "error"))
        assert set(made.outcomes.frame["reasons_id"]) == set(named["reasons_id"]), "what is missing is named"


def test_1_with_no_basis_the_general_rule_refuses():
    outcome, duty, found = decided(drawn.standing(), row(), asked=replace(drawn.HEAD, action=None))
    assert (outcome, duty) == (Outcome.REFUSED, Duty.NONE)
    assert ("STATUTE", "a", "failed") in found


@pytest.mark.parametrize("source", list(Source))
def test_2_every_finding_names_its_source_and_each_source_can_refuse_alone(source):
    rulebook = drawn.standing(drawn.DAY, drawn.MOU)
    rule = drawn.forbid("context.in_writing", source, "request", "when")
    more = replace(rulebook, rules={**rulebook.rules, source: (*rulebook.rules[source], rule)})
    assert decided(rulebook, row())[0] == Outcome.REFERRED
    assert decided(more, row()) == (Outcome.REFUSED, decided(more, row())[1], {(source.value, "drawn", "failed")})


def test_2_the_absence_of_an_agreement_is_no_ground():
    assert decided(drawn.standing(), row(agreement_state=None, assurance_given=None)) == (Outcome.REFERRED, Duty.SHALL, set())


def test_3_a_duty_is_shown_as_a_duty_and_withheld_on_policy_or_agreement_alone_it_is_held():
    plain, bound = drawn.standing(), drawn.standing(drawn.DAY, drawn.MOU)
    assert decided(plain, row())[1] == Duty.SHALL
    assert decided(plain, row(officer_cases=251))[1] == Duty.HELD
    assert decided(bound, row(assurance_given=False))[1] == Duty.HELD
    assert decided(plain, row(tin_given=False, address_standing="placeholder"))[1] == Duty.NONE
    assert decided(plain, row(decision_day=date(2025, 11, 21)))[1] == Duty.NONE, "a halt is no withholding of the custodian's"


def test_3_a_basis_that_says_may_owes_nothing():
    basis = replace(drawn.VOCABULARY.bases["i-2"], duty=Duty.MAY)
    rulebook = replace(drawn.standing(), vocabulary=replace(drawn.VOCABULARY, bases={"i-2": basis}))
    assert decided(rulebook, row())[1] == Duty.MAY
    assert decided(rulebook, row(officer_cases=251))[1] == Duty.NONE


def test_3_nothing_is_released_because_a_clock_ran_out():
    late = row(disposition=None, decision_day=drawn.DAY, request_day=date(2025, 1, 1), case_opened=date(2024, 1, 1))
    outcome, duty, found = decided(drawn.standing(), late)
    assert (outcome, duty) == (Outcome.REFUSED, Duty.HELD)
    assert found == {("POLICY", "policy.disposition", "error")}


@pytest.mark.parametrize("stage", list(Stage))
def test_4_a_later_stage_checks_all_that_earlier_stages_check(stage):
    """Whatever was true when the row was first decided, a requirement no longer met stops it at every later gate."""
    rulebook = drawn.standing()
    for name, bad in (("in_writing", False), ("purpose", "locate"), ("identity", "several"), ("safeguards", "lapsed")):
        refused = decided(rulebook, row(**{name: bad}), stage)[0] == Outcome.REFUSED
        assert refused == (drawn.VOCABULARY.facts[name].stage in stage.upto)


def test_4_a_rule_that_reads_a_fact_of_a_later_stage_is_not_law():
    assert drawn.forbid('context.identity == Identity::"unique"', Source.STATUTE, "request") is None
    assert drawn.forbid('context.identity == Identity::"unique"', Source.STATUTE, "record") is not None


# ---------------------------------------------------------------- 5, 10, 17: the register


class Watched(DuckDB):
    """The engine, with a list of every table of the batch's that a query was given."""

    seen: ClassVar[list[tuple[str, pl.DataFrame]]] = []

    def query(self, sql, tables, **given):
        self.look(tables)
        return super().query(sql, tables, **given)

    def save(self, sql, tables, target, **given):
        self.look(tables)
        super().save(sql, tables, target, **given)

    def look(self, tables):
        of_the_batch = {name: table for name, table in tables.items() if name not in {"register", "names", "births"}}
        read = {name: table if isinstance(table, pl.DataFrame) else pl.read_parquet(list(table)) for name, table in of_the_batch.items()}
        self.seen.extend(read.items())


BASE = golden.load()[0]
HOME = {name: BASE["row"][name] for name in ("address_line1", "city", "state", "zip")}
ASKED = [
    {},  # complete, the address theirs
    {
        "address_line1": "977 Maple Ave",
        "reason": "Rent receipts in this file place her there after the departure date and bear on intent",
    },  # invented
    {"reason": ""},
    {"purpose": "removal"},
    {"address_line1": "UNKNOWN"},
]


@pytest.fixture(scope="module")
def passage(tmp_path_factory):
    """Five rows through both stages against a register that holds the person: eligible, identified, and what was put to the engine."""
    folder = tmp_path_factory.mktemp("register")
    person = {name: BASE["row"].get(name) for name in ("tin", "first_name", "middle_name", "last_name", "name_suffix", "date_of_birth")}
    held = [
        {"record_id": "P1", "tax_period": year, **person, **HOME, "data_class": "taxpayer-identity", "bars": None}
        for year in ("2022", "2023")
    ]
    pl.DataFrame(held).with_columns(pl.lit(None, pl.String).alias("address_line2")).cast(pl.String).write_parquet(folder / "held.parquet")
    engine = Watched(folder, memory="500MB")
    register = prepare([folder / "held.parquet"], engine, folder)
    frames = [golden.requests({**BASE["row"], **change, "request_id": str(i)})[0].frame for i, change in enumerate(ASKED)]
    asked = Requests(pl.concat(frames).with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("ordinal")))
    rulebook = drawn.standing(BASE["day"])
    per_row = [golden.request_facts({**BASE, "row": {**BASE["row"], **change}}, rulebook).frame for change in ASKED]
    facts = Facts(pl.concat(per_row).with_columns(asked.frame["ordinal"]))
    passed = eligible(asked, determine(rulebook, facts, Stage.REQUEST, drawn.HEAD).outcomes)
    Watched.seen.clear()
    found = identify(passed, register, engine, folder / "work", asked_bars=["i-6-informant", "i-6-impairment"], seed=1)
    return rulebook, facts, passed, found, list(Watched.seen)


def test_5_a_refused_row_never_touches_the_register(passage):
    _, _, passed, found, seen = passage
    assert passed.frame["ordinal"].to_list() == [0, 1]
    put = {n for _, table in seen for name in ("probe", "ordinal") if name in table.columns for n in table[name].to_list()}
    assert {0, 1} <= put, "the spy sees what is asked"
    assert not {2, 3, 4} & put
    assert set(found.read) <= {0, 1}


def test_10_identification_is_not_satisfaction(passage):
    """True name, number and birth date with an invented address: identified, and refused."""
    rulebook, facts, _, found, _ = passage
    assert found.identifications.frame["identity"].to_list() == ["unique", "unique"]
    beside = found.record_facts.rename({"bar:i-6-informant": "informant_bar", "bar:i-6-impairment": "impairment_bar"})
    known = beside.with_columns(earlier_answer=pl.lit("none"), bound_within_limit=pl.lit(True), contest_known=pl.lit(False))
    record = [pl.col(name).cast(fact.dtype) for name, fact in drawn.VOCABULARY.facts.items() if fact.stage is Stage.RECORD]
    both = Facts(facts.frame.join(known.select("ordinal", *record), on="ordinal"))
    made = determine(rulebook, both, Stage.RECORD, drawn.HEAD)
    assert made.outcomes.frame["outcome"].to_list() == [Outcome.REFERRED, Outcome.REFUSED]
    assert made.reasons.frame["requirement"].to_list() == ["i-2.B.i.address-of-the-taxpayer"]


@pytest.mark.parametrize("agreement", ["different", "cannot-tell", None])
def test_10_an_address_that_is_not_theirs_or_cannot_be_compared_releases_nothing(agreement):
    assert decided(drawn.standing(), row(address_agreement=agreement), Stage.RECORD)[0] == Outcome.REFUSED


STATUS_WORDS = re.compile(
    r"nationalit|citizenship|ethnic|\brace\b|country|birthplace|place of birth|immigration status|visa|alien number|a.number|origin\b",
    re.IGNORECASE,
)
OF_THE_PREDICATE = {"authority", "predicate_date", "predicate_court_date", "predicate_release_date", "predicate_class", "predicate_ground"}


def test_17_no_fact_and_no_column_is_about_status_nationality_or_origin():
    for one in (*drawn.VOCABULARY.facts.values(), *drawn.VOCABULARY.columns):
        said = [one.name, one.plain, *getattr(one, "values", ()), *one.aliases]
        assert not [word for word in said if STATUS_WORDS.search(word)], one.name
    assert not STATUS_WORDS.search("\n".join(path.read_text() for path in SHIPPED.rglob("*.cedar")))


def test_17_nothing_of_the_predicate_is_put_beside_the_register(passage):
    *_, seen = passage
    columns = {name for _, table in seen for name in table.columns}
    assert not columns & {*OF_THE_PREDICATE, "reason", "purpose", "case_id", "engaged_person"}
    assert {column.name for column in drawn.VOCABULARY.columns} >= OF_THE_PREDICATE, "the names are those of the file"


def test_17_no_rule_of_the_record_reads_a_fact_of_the_predicate():
    of_predicate = {
        name
        for name, fact in drawn.VOCABULARY.facts.items()
        if fact.origin[1] in OF_THE_PREDICATE or fact.origin[1].startswith("predicate.")
    }
    assert len(of_predicate) >= 5
    for rule in (*drawn.BOOK.statute, *drawn.BOOK.policy):
        reads = rule.requirement.reads
        record = {name for name in reads & drawn.VOCABULARY.facts.keys() if drawn.VOCABULARY.facts[name].stage is Stage.RECORD}
        assert not (record and reads & of_predicate), rule.requirement.id


def test_17_a_request_that_names_a_class_is_refused():
    _, _, found = decided(drawn.standing(), row(name_standing="class"), Stage.REQUEST)
    assert found == {("STATUTE", "i-2.B.i.name", "failed")}


# ---------------------------------------------------------------- 6: decided twice


def test_6_decided_twice_and_a_difference_stops_the_batch(monkeypatch):
    asked = Facts(row(in_writing=None, request_day=drawn.DAY + timedelta(days=1)).frame)
    determine_twice(in_force(drawn.BOOK, drawn.DAY), asked, Stage.REQUEST, drawn.HEAD)
    monkeypatch.setattr(FrameAlgebra, "and_", lambda self, a, b: a & b)  # plain three-valued logic
    with pytest.raises(AssertionError, match="engines differ"):
        determine_twice(in_force(drawn.BOOK, drawn.DAY), asked, Stage.REQUEST, drawn.HEAD)


# ---------------------------------------------------------------- 7, 9, 11: what goes out

TERMS = release.Terms("the custodian", "us-dhs", "i-2", "26 USC 6103(i)(2)", date(2025, 8, 14), "0" * 32, "office.example/ledger")
RECEIPT = Receipt("b" * 32, 7, "proof")


def packet(height=3):
    rows = {"ordinal": range(height), "request_id": [f"R{i}" for i in range(height)], "case_id": "C", "engaged_person": "M Hale"}
    extra = {"identity": "unique", "agreed": [["tin", "date_of_birth"]] * height, "rule": "R1", "record_id": "P1"}
    return next(release.packets(pl.DataFrame({**rows, **extra}).cast({"ordinal": pl.UInt32}), 256))


def disposition(*words):
    known = [word == "approved" for word in words]
    frame = {
        "ordinal": range(len(words)),
        "disposition": words,
        "two_persons": known,
        "approvers_in_office": known,
        "evidence_unchanged": known,
    }
    return Disposition(pl.DataFrame(frame, schema=dict(Disposition.SCHEMA)))


ALL = disposition("approved", "approved", "approved")


def test_7_no_receipt_no_release():
    with pytest.raises(AssertionError, match="no receipt"):
        release.disclose(ALL, replace(RECEIPT, proof=""), packet(), {0: "same"}, TERMS)


@pytest.mark.parametrize("word", ["declined", "objected", None])
def test_7_no_answer_for_a_row_that_nobody_approved(word):
    with pytest.raises(AssertionError, match="not approved"):
        release.disclose(disposition("approved", word, "approved"), RECEIPT, packet(), {1: "same"}, TERMS)


def test_9_a_negative_answer_does_not_reveal_why():
    """Not found, several, barred, declined, objected: the same bytes; and as many as if all were answered."""
    for words in (("declined", "objected", None), (None, None, None), ("approved", "declined", None)):
        assert release.disclose(disposition(*words), RECEIPT, packet(), {}, TERMS) == release.disclose(ALL, RECEIPT, packet(), {}, TERMS)
    negative, mixed, positive = (release.disclose(ALL, RECEIPT, packet(), dict.fromkeys(range(n), "same"), TERMS) for n in (0, 1, 3))
    assert len(negative) == len(mixed) == len(positive)
    assert {one["answer"] for one in json.loads(negative)["rows"]} == {"no disclosure"}


def test_11_confirmation_is_a_disclosure_and_the_least_one():
    """`same` comes before an address, needs the same approval, and says nothing of which identifier agreed."""
    assert drawn.VOCABULARY.bases["i-2"].answers == ("same", "address")
    payload = release.disclose(ALL, RECEIPT, packet(), {0: "same"}, TERMS)
    assert {key for one in json.loads(payload)["rows"] for key in one} == {"request_id", "case_id", "answer"}
    assert not re.search(rb"tin|date_of_birth|R1\b.*rule|unique|P1", payload.replace(b"R1", b""))


# ---------------------------------------------------------------- 8: nothing personal


def test_8_a_table_that_is_printed_shows_no_cell():
    canary = "Zzyzx Quillfeather"
    asked = Requests(
        pl.DataFrame({"ordinal": [0], "row": [2], "first_name": [canary]}, schema_overrides={"ordinal": pl.UInt32, "row": pl.UInt32})
    )
    for one in (asked, eligible(asked, determine(drawn.standing(), row(), Stage.REQUEST, drawn.HEAD).outcomes)):
        assert canary not in repr(one) + str(one) + f"{[one]}"
    with pytest.raises(TypeError) as caught:
        Reasons(asked.frame)
    assert canary not in str(caught.value)


# ---------------------------------------------------------------- 12, 13: people

OFFICES = {"ivy": "intake-officer", "rae": "reviewer", "abe": "approver", "sec": "reviewer", "eng": "reviewer", "bo": "reviewer"}
SINCE = date(2025, 1, 1)
ROSTER = [Appointment(person, office, SINCE) for person, office in OFFICES.items()] + [
    Appointment(person, office, SINCE)
    for person, office in (("ivy", "reviewer"), ("ivy", "approver"), ("bo", "approver"), ("sec", "approver"), ("eng", "approver"))
]
PARTIES = review.Parties(intake="ivy", requester="sec")
TODAY = date(2025, 8, 14)


def act(person, office, kind=ActKind.APPROVE, ordinals=(0,), day=date(2025, 8, 11)):
    return Act(kind, "b", person, office, day, ordinals, "e", "a ground")


def disposed(*acts, parties=PARTIES, roster=ROSTER, intact=True):
    rows = pl.DataFrame({"ordinal": [0, 1], "engaged_person": ["eng", "eng"]}, schema_overrides={"ordinal": pl.UInt32})
    made = review.dispose(rows, acts, roster, parties, dict.fromkeys(range(len(acts)), intact), TODAY)
    return made.frame.sort("ordinal").rows(named=True)


TWO = (act("rae", "reviewer"), act("abe", "approver"))


@pytest.mark.parametrize(
    ("acts", "word"),
    [
        (TWO, "approved"),
        ((TWO[1], TWO[0]), "approved"),
        (TWO[:1], None),
        (TWO[1:], None),
        ((act("bo", "reviewer"), act("bo", "approver")), None),
        ((act("ivy", "reviewer"), TWO[1]), None),
        ((TWO[0], act("ivy", "approver")), None),
        ((act("sec", "reviewer"), TWO[1]), None),
        ((TWO[0], act("sec", "approver")), None),
        ((act("eng", "reviewer"), TWO[1]), None),
        ((TWO[0], act("eng", "approver")), None),
        ((*TWO, act("bo", "reviewer", ActKind.DECLINE)), "declined"),
        ((*TWO, act("bo", "reviewer", ActKind.OBJECT)), "objected"),
    ],
    ids=["two", "either order", "reviewer alone", "approver alone", "one in both offices", "intake reviews", "intake approves", "requester reviews",
         "requester approves", "engaged reviews", "engaged approves", "declined", "objected"],
)  # fmt: skip
def test_12_two_persons(acts, word):
    found = disposed(*acts)[0]
    assert found["disposition"] == word
    facts = {name: found[name] for name in ("disposition", "two_persons", "approvers_in_office", "evidence_unchanged")}
    assert (decided(drawn.standing(), row(**facts))[0] == Outcome.REFERRED) == (word == "approved")


def test_12_a_small_office_merges_intake_and_review_but_never_one_person():
    merged = replace(PARTIES, merged=True)
    assert disposed(act("ivy", "reviewer"), TWO[1], parties=merged)[0]["disposition"] == "approved"
    assert disposed(TWO[0], act("ivy", "approver"), parties=merged)[0]["disposition"] is None
    assert disposed(act("ivy", "reviewer"), act("ivy", "approver"), parties=merged)[0]["disposition"] is None


def test_12_an_office_that_is_vacant_or_was_left_approves_nothing():
    left = [replace(one, until=date(2025, 8, 12)) if one.person == "abe" else one for one in ROSTER]
    assert not disposed(*TWO, roster=left)[0]["approvers_in_office"], "held on the day of the act, not on the day of the release"
    assert not disposed(*TWO, roster=[])[0]["approvers_in_office"]
    assert not disposed(*TWO, intact=False)[0]["evidence_unchanged"]
    assert decided(drawn.standing(), row(approvers_in_office=False))[2] == {("POLICY", "policy.in-office", "failed")}


def test_12_an_approval_is_a_signature_by_the_officials_own_key():
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    bare = act("abe", "approver")
    signed = replace(bare, signature=key.sign(review.statement(bare)))
    review.admit(signed, ROSTER, key.public_key().public_bytes_raw(), "e")
    for wrong, public, evidence in (
        (signed, other.public_key(), "e"),
        (replace(signed, ordinals=(0, 1)), key.public_key(), "e"),
        (signed, key.public_key(), "other evidence"),
        (replace(signed, person="rae"), key.public_key(), "e"),
    ):
        with pytest.raises(RefusedError):
            review.admit(wrong, ROSTER, public.public_bytes_raw(), evidence)


def test_13_bulk_buys_no_shortcut():
    """An approval is of the rows it names, and of no other; and more cases than one person can be engaged in go to counsel."""
    first, second = disposed(*TWO)
    assert (first["disposition"], second["disposition"]) == ("approved", None)
    assert decided(drawn.standing(), row(officer_cases=250))[0] == Outcome.REFERRED
    assert decided(drawn.standing(), row(officer_cases=251))[2] == {("POLICY", "policy.officer-load", "failed")}


# ---------------------------------------------------------------- 14, 15, 16: the law over time


@pytest.mark.parametrize("stage", list(Stage))
def test_14_a_halt_bites_on_its_day_in_a_rulebook_of_the_day_before_and_no_reading_loosens_it(stage):
    rulebook = drawn.standing(date(2025, 11, 20))
    before, on = (under_every_reading(decision_day=date(2025, 11, day)) for day in (20, 21))
    assert drawn.passing(rulebook, before, stage), "it was free the day before"
    made = determine(rulebook, on, stage, drawn.HEAD)
    withheld = made.reasons.frame.filter((pl.col("source") == "HALT") & (pl.col("requirement") == "ctr-v-irs-ddc-2025-11-21"))
    assert set(made.outcomes.frame["outcome"]) == {Outcome.REFUSED}
    assert set(made.outcomes.frame["reasons_id"]) == set(withheld["reasons_id"])


def test_15_what_is_decided_can_be_decided_again_from_a_copy_of_the_law(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "law")
    copy = in_force(open_book(tmp_path / "law"), drawn.DAY, agreement=drawn.MOU)
    rulebook = drawn.standing(drawn.DAY, drawn.MOU)
    assert copy.digest == rulebook.digest
    facts = drawn.facts([{name: n} for name in drawn.VOCABULARY.facts for n in range(3)])
    ours, theirs = (determine(one, facts, Stage.RELEASE, drawn.HEAD) for one in (rulebook, copy))
    assert ours.outcomes.frame.equals(theirs.outcomes.frame)
    assert ours.reasons.frame.sort(pl.all()).equals(theirs.reasons.frame.sort(pl.all()))


CHANGES = {
    "us/26-usc-6103/i-2.cedar": ('context.engaged_named == EngagedNamed::"person"', 'context.engaged_named != EngagedNamed::"class"'),
    "us/8-usc-1253/a-1.cedar": ("> 90", "> 91"),
    "us/26-usc-6103/facts.toml": ("a case is named", "a case has a name"),
    "us/provisions.toml": ("mail fraud", "fraud by mail"),
    "core.toml": ("given name of the person asked about", "given names"),
    "policy/policy.cedar": ("250", "251"),
    "policy/policy.toml": ("shall_due_days = 30", "shall_due_days = 31"),
    "halts/ctr-v-irs-ddc-2025-11-21.toml": ("from = 2025-11-21", "from = 2025-11-22"),
    "readings/custodian-2025-04-07.toml": ("from = 2025-04-07", "from = 2025-04-06"),
    "agreements/treasury-dhs-2025-04-07/agreement.cedar": ("or the date of the final order", "or that date"),
    "agreements/treasury-dhs-2025-04-07/agreement.toml": ("from = 2025-04-08", "from = 2025-04-09"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_15_every_file_that_a_decision_rests_on_changes_its_digest(tmp_path, name):
    shutil.copytree(SHIPPED, tmp_path / "law")
    old, new = CHANGES[name]
    text = (tmp_path / "law" / name).read_text()
    assert old in text
    (tmp_path / "law" / name).write_text(text.replace(old, new))
    changed = in_force(open_book(tmp_path / "law"), drawn.DAY, agreement=drawn.MOU)
    assert changed.digest != drawn.standing(drawn.DAY, drawn.MOU).digest


def test_16_law_is_data_and_what_decides_knows_no_statute():
    """No string in rules/ or determine.py is a fact, a requirement or a provision of the shipped law, but the two that halts compare."""
    known = {*drawn.VOCABULARY.facts, *(rule.requirement.id for rule in (*drawn.BOOK.statute, *drawn.BOOK.policy))} - {
        "agency",
        "decision_day",
    }
    for path in (*(SOURCE_CODE / "rules").glob("*.py"), SOURCE_CODE / "determine.py", SOURCE_CODE / "elements" / "__init__.py"):
        said = {
            node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not said & known, path.name
    assert not list(SHIPPED.rglob("*.py"))


def test_16_a_law_that_is_not_well_formed_decides_nothing(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "law")
    rules = tmp_path / "law/us/26-usc-6103/p-4.cedar"
    rules.write_text(rules.read_text().replace("context.safeguards", "context.safeguard"))
    with pytest.raises(LawError, match=r"p-4\.cedar"):
        open_book(tmp_path / "law")


def test_nobody_but_the_stage_makes_what_only_the_stage_may_make():
    """`Eligible` is made by determine (and wrapped again by office/decide after its shards are put together), `Disposition` by review."""
    made = {
        name: {
            path.relative_to(SOURCE_CODE).as_posix()
            for path in SOURCE_CODE.rglob("*.py")
            if re.search(rf"(?<![\w.]){name}\(", path.read_text().replace(f"class {name}(", ""))
        }
        for name in ("Eligible", "Disposition")
    }
    assert made == {"Eligible": {"determine.py", "office/decide.py"}, "Disposition": {"review.py"}}


def test_the_good_row_is_referred_and_only_because_it_is_good():
    assert decided(drawn.standing(), row()) == (Outcome.REFERRED, Duty.SHALL, set())
    assert Asked("nobody", "i-2", {}) != drawn.HEAD
    assert decided(drawn.standing(), row(), asked=Asked("nobody", "i-2", {}))[2] == {("STATUTE", "i-2.A.requester", "failed")}
