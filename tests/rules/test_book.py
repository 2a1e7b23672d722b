"""The book: what the lint stops, and what is in force on which day."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from privity.errors import LawError
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED
from privity.terms import OnFail, Source, Stage
from rules import toy

MOU = "treasury-dhs-2025-04-07"
CTR = "ctr-v-irs-ddc-2025-11-21"


@pytest.fixture(scope="module")
def shipped():
    return open_book(SHIPPED)


@pytest.fixture
def law(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "law", ignore=shutil.ignore_patterns("__pycache__"))


# ---------------------------------------------------------------- the lint

NOTED = '@id("few") @cite("1 USC 4") @stage("request") @fails("too many")'
WRONG = [
    ("an annotation nobody knows", '@fails("too many")', '@fials("x") @fails("too many")', "rule `few`: unknown annotation `@fials`"),
    ("no id", '@id("few")', "", "`@id` is missing"),
    ("no citation", '@cite("1 USC 4")', "", "rule `few`: `@cite` is missing"),
    ("a citation no one can follow", '@cite("1 USC 4")', '@cite("section 4")', "rule `few`: `@cite` is not a citation"),
    ("no stage", NOTED, '@id("few") @cite("1 USC 4") @fails("too many")', "rule `few`: `@stage` is missing"),
    ("another stage", '@stage("request") @fails("too many")', '@stage("later") @fails("too many")', "rule `few`"),
    ("nothing to say", '@fails("too many")', "", "rule `few`: `@fails` is missing"),
    ("another source", '@fails("too many")', '@source("POLICY") @fails("too many")', "rule `few`: `@source`"),
    ("an id twice", '@id("few")', '@id("there")', "rule `there`: given twice"),
    ("the id of the general rule", '@id("few")', '@id("closed")', "`closed`: the id is given 2 times"),
    ("arithmetic", "context.books <= 3", "context.books + 1 <= 3", "rule `few`: `add` has no place"),
    ("text", "context.books <= 3", '"a" == "b"', "rule `few`: `StringLit` has no place"),
    ("like", "context.books <= 3", '"a" like "b*"', "rule `few`: `Like` has no place"),
    ("an hour", "context.books <= 3", 'context.due < datetime("2025-01-01T10:00:00Z")', "rule `few`: a day is written"),
    ("no such day", "context.books <= 3", 'context.due < datetime("2025-02-30")', "there is no such day"),
    ("an unknown fact", "context.books", "context.boks", "rule `few`: reads `boks`"),
    ("an unknown value", 'Shelf::"rare"', 'Shelf::"rear"', "rule `few`"),
    ("an unknown office", 'Office::"librarian"', 'Office::"liberian"', "rule `librarian`"),
    ("an attribute of a person", 'principal in Office::"librarian"', 'principal.title == Shelf::"rare"', "rule `librarian`"),
    (
        "the principal in the scope",
        "forbid (principal, action ==",
        'forbid (principal in Office::"librarian", action ==',
        "scope names a principal",
    ),
    ("two kinds compared", "context.books <= 3", "context.books == context.shelf", "rule `few`: compares a Long with a Shelf"),
    ("a missing fact asked for", "context.books <= 3", "context has books", "rule `few`: asks whether `books` is there"),
    ("an unguarded optional fact", "context.books <= 3", "context.late <= 3", "strict validation"),
    (
        "a fact of a later stage",
        "context.books <= 3",
        "context.found",
        "rule `few`: reads `found`, which is known only at the stage `record`",
    ),
    (
        "a rule over every basis",
        'forbid (principal, action == Action::"lend", resource) unless { context.books',
        "forbid (principal, action, resource) unless { context.books",
        "rule `few`: the scope names no basis",
    ),
    (
        "an unknown basis",
        'Action::"lend", resource) unless { context.books',
        'Action::"lent", resource) unless { context.books',
        "rule `few`: the basis `lent`",
    ),
    (
        "a permit for every basis",
        'permit (principal, action in [Action::"lend", Action::"show"], resource)',
        "permit (principal, action, resource)",
        "rule `lend`",
    ),
    ("a permit of a later stage", '@cite("1 USC 2(a)") @stage("request")', '@cite("1 USC 2(a)") @stage("record")', "rule `lend`"),
    ("a template", "forbid (principal, action ==", "forbid (principal == ?principal, action ==", "the file"),
    ("effective backwards", '@fails("too many")', '@effective("2026-01-01/2025-01-01") @fails("too many")', "rule `few`: `@effective`"),
    ("not Cedar", "unless {", "unless", "the file: not Cedar"),
]


@pytest.mark.invariant
@pytest.mark.parametrize(("_name", "old", "new", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_a_rule_that_is_not_well_formed_decides_nothing(tmp_path, _name, old, new, said):
    assert old in toy.RULES
    with pytest.raises(LawError) as error:
        open_book(toy.write(tmp_path / "toy", rules=toy.RULES.replace(old, new, 1)))
    assert said in str(error.value)
    assert said.startswith("`closed`") or str(error.value).startswith("rules.cedar: ")


def test_a_rule_is_read_with_what_it_reads_and_whom_it_reaches(tmp_path):
    rulebook = in_force(open_book(toy.write(tmp_path / "toy")), date(2026, 1, 1))
    few = rulebook.requirement("few")
    assert (few.reads, few.bases, few.stage, few.on_fail) == ({"books", "shelf"}, {"lend"}, Stage.REQUEST, OnFail.REFUSE)
    assert rulebook.requirement("librarian").reads == {"principal"}
    assert rulebook.requirement("closed").fails == "nothing opens the stacks"
    with pytest.raises(KeyError):
        rulebook.requirement("open sesame")


def test_a_regime_by_itself_may_have_policy_and_no_halts(tmp_path):
    folder = toy.write(tmp_path / "toy")
    (folder / "policy").mkdir()
    rule = '@id("p") @cite("house rule") @stage("request") @on_fail("refer") @fails("x")\nforbid (principal, action, resource) unless { context.card_given };'
    (folder / "policy" / "policy.cedar").write_text(rule)
    (folder / "policy" / "policy.toml").write_text("days = 7\nshare = 0.5\n")
    rulebook = in_force(open_book(folder), date(2026, 1, 1))
    assert rulebook.numbers == {"days": 7, "share": 0.5}
    assert [one.id for one in rulebook.requirements[Source.POLICY]] == ["policy.open", "p"]
    assert rulebook.requirement("p").bases == {"lend", "show"}
    assert [one.id for one in rulebook.requirements[Source.HALT]] == ["halt.open"]


# ---------------------------------------------------------------- what is in force


@pytest.mark.parametrize(
    ("day", "disclosable"),
    [(date(2025, 4, 6), False), (date(2025, 4, 7), True), (date(2026, 3, 1), True), (date(1970, 1, 1), False)],
)
def test_court_interpretations_set_switches_from_their_first_day_to_before_their_last(shipped, day, disclosable):
    assert in_force(shipped, day).switches["address_disclosable_under_i2"] is disclosable


@pytest.mark.invariant
def test_where_court_interpretations_disagree_the_stricter_governs(law):
    loose = (law / "readings" / "centro-dc-cir-2026-02-24.toml").read_text()
    for name, switch in (("x", "address_disclosable_under_i2 = false"), ("y", "supplied_address_must_be_the_taxpayers = false")):
        text = loose.replace('id = "centro-dc-cir-2026-02-24"', f'id = "{name}"').split("[switches]")[0] + f"[switches]\n{switch}\n"
        (law / "readings" / f"{name}.toml").write_text(text)
    before, after = in_force(open_book(law), date(2026, 2, 25)), in_force(open_book(law), date(2026, 3, 1))
    assert before.switches["address_disclosable_under_i2"] is False
    assert before.switches["supplied_address_must_be_the_taxpayers"] is False, "the only one that sets it, that day"
    assert after.switches["supplied_address_must_be_the_taxpayers"] is True, "two disagree"
    assert "x" in before.readings


def test_an_agreement_has_the_state_of_its_last_line(shipped):
    states = [shipped.agreement_state(MOU, date(2025, month, day)) for month, day in ((3, 21), (3, 22), (4, 7), (4, 8))]
    assert states == [None, "draft", "signed", "in-force"]
    assert shipped.agreement_state("nothing", date(2026, 1, 1)) is None


@pytest.mark.invariant
def test_an_agreement_is_asked_only_of_requests_made_under_it(shipped):
    assert Source.AGREEMENT not in in_force(shipped, date(2026, 3, 1)).rules
    bound = in_force(shipped, date(2026, 3, 1), agreement=MOU)
    assert len(bound.requirements[Source.AGREEMENT]) == 7
    assert (bound.agreement_state, bound.agreement_answers) == ("in-force", ("same", "address"))


def test_an_agreement_that_is_not_on_file_permits_nothing(shipped):
    rulebook = in_force(shipped, date(2026, 3, 1), agreement="handshake")
    assert rulebook.rules[Source.AGREEMENT] == ()
    assert rulebook.general[Source.AGREEMENT].id == "agreement.unknown"
    assert rulebook.requirement("agreement.unknown").fails


@pytest.mark.invariant
def test_every_withholding_halt_is_a_rule_whatever_the_day(shipped):
    for day in (date(2025, 1, 1), date(2026, 3, 1)):
        assert CTR in [one.id for one in in_force(shipped, day).requirements[Source.HALT]]
    text = in_force(shipped, date(2025, 1, 1)).policies[Source.HALT]
    assert 'context.decision_day) >= (datetime("2025-11-21"))' in text
    assert "cedc-v-bessent" not in text, "an order about use withholds no row"
    assert in_force(shipped, date(2025, 1, 1)).halts == ()
    assert CTR in in_force(shipped, date(2026, 3, 1), agency="us-dhs-ice").halts
    assert CTR not in in_force(shipped, date(2026, 3, 1), agency="us-doj").halts


def test_a_halt_that_names_an_agency_nobody_knows_is_an_error(law):
    path = law / "halts" / f"{CTR}.toml"
    path.write_text(path.read_text().replace('"us-dhs-ice"', '"us-dhs-ise"'))
    with pytest.raises(LawError, match=r"halts/ctr.*scope: `agencies` names `us-dhs-ise`"):
        open_book(law)


def test_a_halt_of_another_regime_is_not_of_this_book(law):
    path = law / "halts" / f"{CTR}.toml"
    path.write_text(path.read_text().replace('"us/26-usc-6103"', '"us/5-usc-552a"'))
    assert len(in_force(open_book(law), date(2026, 3, 1)).rules[Source.HALT]) == 1


def test_a_switch_that_the_vocabulary_does_not_have_is_an_error(law):
    path = law / "readings" / "historical-practice.toml"
    path.write_text(path.read_text().replace("address_disclosable_under_i2", "address_disclosable"))
    with pytest.raises(LawError, match=r"readings/historical-practice.toml: switches: unknown key"):
        open_book(law)


def test_a_rule_applies_from_its_first_day_to_before_its_last(tmp_path):
    rules = toy.RULES.replace('@fails("too many")', '@effective("2026-01-01/2026-07-01") @fails("too many")')
    book = open_book(toy.write(tmp_path / "toy", rules=rules))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert ["few" in [one.id for one in in_force(book, day).requirements[Source.STATUTE]] for day in days] == [False, True, True, False]


@pytest.mark.invariant
def test_a_decision_rests_on_digests_that_change_with_anything_it_rests_on(law):
    first = in_force(open_book(law), date(2026, 3, 1), agreement=MOU)
    again = in_force(open_book(law), date(2026, 3, 1), agreement=MOU)
    assert (first.digest, first.digests) == (again.digest, again.digests)
    seen = {
        first.digest,
        in_force(open_book(law), date(2026, 3, 2), agreement=MOU).digest,
        in_force(open_book(law), date(2026, 3, 1)).digest,
    }
    changes = {
        "us/26-usc-6103/i-2.cedar": ("is not a Federal agency", "is no Federal agency"),
        "us/26-usc-6103/facts.toml": ("the day of this decision", "the day of the decision"),
        "us/provisions.toml": ("improper entry", "entry"),
        "policy/policy.toml": ("package_rows = 256", "package_rows = 128"),
        "policy/policy.cedar": ("<= 250", "<= 249"),
        f"halts/{CTR}.toml": ("2025-11-21", "2025-11-20"),
        "readings/friedrich-ddc-2025-05-12.toml": ("affirmed", "AFFIRMED"),
        f"agreements/{MOU}/agreement.toml": ("assumed", "thought"),
        "core.toml": ("given name", "first name"),
    }
    for name, (old, new) in changes.items():
        text = (law / name).read_text()
        assert old in text, name
        (law / name).write_text(text.replace(old, new))
        seen.add(in_force(open_book(law), date(2026, 3, 1), agreement=MOU).digest)
        (law / name).write_text(text)
    assert len(seen) == 3 + len(changes)


def test_the_book_keeps_every_file_it_was_read_from(shipped):
    assert {
        "core.toml",
        "us/26-usc-6103/i-2.cedar",
        "us/8-usc-1253/a-1.cedar",
        "policy/policy.toml",
        f"halts/{CTR}.toml",
    } <= shipped.files.keys()
    assert all(len(digest) == 64 for digest in shipped.digests.values())
