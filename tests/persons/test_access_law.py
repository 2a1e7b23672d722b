"""Does what a person may see follow from the law on file, and from nothing else?"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from privity.office.persons.classes import Access, Asker, Case
from privity.office.persons.tags import KEPT_BACK, SHOWN
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED
from privity.terms import Citation

DAY = date(2025, 8, 14)
CRIMINAL = "26 USC 6103(i)(2)"

HEALTH = """
[regime]
id = "us/45-cfr-164-528"
title = "Accounting of disclosures of health information"
custodian = "a covered entity"
default_basis = "accounting"
general_rule = { id = "none", cite = "45 CFR 164.528(a)(1)", fails = "no right to this accounting", supply = "" }

[[basis]]
id = "accounting"
cite = "45 CFR 164.528(a)(1)"
duty = "shall"
plain = "an accounting of disclosures, to the individual"
answers = ["account"]

[[fact]]
name = "suspended"
type = "boolean"
from = "office delayed"
plain = "a law enforcement official's statement suspends the right"

[[fact]]
name = "identity_proved"
type = "boolean"
stage = "record"
from = "office identity_proved"
plain = "the person's identity is verified"
"""
RIGHTS = """
@id("accounting") @cite("45 CFR 164.528(a)(1)") @stage("request")
permit (principal, action == Action::"accounting", resource);

@id("suspension") @cite("45 CFR 164.528(a)(2)(i)") @stage("request") @fails("the right is suspended")
forbid (principal, action == Action::"accounting", resource) unless { !context.suspended };

@id("verified") @cite("45 CFR 164.514(h)(1)") @stage("record") @fails("identity is not verified")
forbid (principal, action == Action::"accounting", resource) unless { context.identity_proved };
"""


def law(to: Path, *changes: tuple[str, str, str]) -> Path:
    root = Path(shutil.copytree(SHIPPED, to / "law"))
    for name, old, new in changes:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new))
    return root


def access(root: Path) -> Access:
    office = open_book(root).vocabulary
    return Access(in_force(open_book(root, office.access), DAY) if office.access else None, office)


FACTS, POLICY = "us/5-usc-552a/facts.toml", "us/5-usc-552a/policy/policy.toml"
OTHERWISE = (FACTS, "stricter = true\ndefault = true", "stricter = true\ndefault = false")
DETERMINED = (POLICY, "impairment_ruled_out = 0", "impairment_ruled_out = 1")
UNSET = (POLICY, "impairment_ruled_out = 0 ", "another_number = 0 ")
ANYBODY, INDIVIDUAL, STRANGER = Asker("passport"), Asker("passport", "yes"), Asker("", "yes")


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("changes", "case", "asker", "expected"),
    [
        ((), Case(CRIMINAL), INDIVIDUAL, (KEPT_BACK, None)),  # (b)(7), as the shipped reading has it
        ((OTHERWISE,), Case(CRIMINAL), INDIVIDUAL, (SHOWN, "c-3")),
        ((OTHERWISE,), Case(CRIMINAL), ANYBODY, (SHOWN, None)),  # 552a(a)(2): not stated
        ((OTHERWISE,), Case(CRIMINAL), Asker("passport", "no"), (SHOWN, None)),
        ((DETERMINED,), Case(CRIMINAL), ANYBODY, (SHOWN, "e-7")),
        ((DETERMINED, OTHERWISE), Case(CRIMINAL), INDIVIDUAL, (SHOWN, "c-3")),  # what the statute demands comes first
        ((DETERMINED,), Case(CRIMINAL, delayed=True), ANYBODY, (KEPT_BACK, None)),
        ((OTHERWISE,), Case(CRIMINAL, delayed=True), INDIVIDUAL, (KEPT_BACK, None)),
        ((DETERMINED,), Case(CRIMINAL), STRANGER, (SHOWN, None)),  # identity not proved
        ((OTHERWISE,), Case("a basis that nobody knows"), INDIVIDUAL, (KEPT_BACK, None)),  # what is missing is not shown
        ((OTHERWISE,), Case(None), INDIVIDUAL, (KEPT_BACK, None)),
        ((UNSET,), Case(CRIMINAL), INDIVIDUAL, (KEPT_BACK, None)),
    ],
)
def test_a_disclosure_is_shown_to_whom_the_rules_say(tmp_path, changes, case, asker, expected) -> None:
    rules = access(law(tmp_path, *changes))
    assert (rules.lists([case])[0], rules.grounds([case], asker)[0]) == expected


@pytest.mark.invariant
def test_where_the_law_names_no_access_rule_nothing_is_shown(tmp_path) -> None:
    line = 'access = "us/5-usc-552a" # what a person may see of the accounting: (p)(3)(A), last sentence\n'
    rules = access(law(tmp_path, ("us/26-usc-6103/facts.toml", line, "")))
    assert rules.lists([Case(CRIMINAL)]) == [KEPT_BACK]
    assert rules.grounds([Case(CRIMINAL)], INDIVIDUAL) == [None]


@pytest.mark.invariant
def test_another_access_law_is_two_files_and_no_python(tmp_path) -> None:
    """The shape of 45 CFR 164.528: everybody may see, unless an official's statement suspends it."""
    root = law(tmp_path, ("us/26-usc-6103/facts.toml", 'access = "us/5-usc-552a"', 'access = "us/45-cfr-164-528"'))
    (root / "us/45-cfr-164-528/policy").mkdir(parents=True)
    (root / "us/45-cfr-164-528/facts.toml").write_text(HEALTH)
    (root / "us/45-cfr-164-528/rights.cedar").write_text(RIGHTS)
    (root / "us/45-cfr-164-528/policy/policy.toml").write_text("delay_oral_most_days = 30 # 45 CFR 164.528(a)(2)(ii)\n")
    rules = access(root)
    cases = [Case(CRIMINAL), Case(CRIMINAL, delayed=True)]
    assert rules.lists(cases) == [SHOWN, KEPT_BACK]
    assert rules.grounds(cases, ANYBODY) == ["accounting", None]
    assert rules.grounds(cases, STRANGER) == [None, None]
    assert (rules.number("delay_oral_most_days"), rules.number("delay_written_most_days")) == (30, 0)


def test_every_citation_of_the_access_law_parses() -> None:
    book = open_book(SHIPPED, "us/5-usc-552a")
    cites = [rule.requirement.cite for rule in book.statute] + [basis.cite for basis in book.vocabulary.bases.values()]
    assert {str(Citation.parse(cite)) for cite in cites} == {"5 USC 552a(c)(3)", "5 USC 552a(a)(2)", "26 USC 6103(e)(7)"}
    assert all(rule.requirement.cite.startswith("custodian policy") for rule in book.policy), "policy is never presented as law"
