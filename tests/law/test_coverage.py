"""Is every clause of the paragraph judged, by requirements that exist, by a named part of the passage, or is it said why by none?

The list of clauses is written here by hand from the statute, so that a clause that nobody thought of in coverage.toml is missed here.
"""

from __future__ import annotations

import tomllib

import pytest

from privity.rules.book import _AGREEMENT_IDS, open_book
from privity.rules.facts import SHIPPED
from privity.terms import Citation, Source

P = "26 USC 6103"
CLAUSES = [
    f"{P}(a)",
    f"{P}(i)(1)(A)(i) and (iii), the case of a missing or exploited child",
    f"{P}(i)(2)(A)",
    f"{P}(i)(2)(A)(i)",
    f"{P}(i)(2)(A)(ii)",
    f"{P}(i)(2)(A)(iii)",
    f"{P}(i)(2)(A), flush text: solely for the use",
    f"{P}(i)(2)(A), to which the United States or such agency is or may be a party",
    f"{P}(i)(2)(B)",
    f"{P}(i)(2)(B)(i)",
    f"{P}(i)(2)(B)(ii)",
    f"{P}(i)(2)(B)(iii)",
    f"{P}(i)(2)(B)(iv)",
    f"{P}(i)(2)(C)",
    f"{P}(i)(6)",
    f"{P}(p)(3)(A)",
    f"{P}(p)(3)(B)",
    f"{P}(p)(3)(C)",
    f"{P}(p)(4)",
]
# The checklist of a lawful request, element by element, in a word that its name must hold.
ELEMENTS = {
    1: "writing", 2: "requester", 3: "personally and directly engaged", 4: "purpose", 5: "name", 6: "address", 7: "periods", 8: "authority",
    9: "reasons", 10: "class", 11: "informant", 12: "sole use", 13: "(p)(4)", 14: "accounting", 15: "identity match", 16: "agreement",
    17: "8 USC 1253(a)(1)", 18: "court order", 19: "form of the response", 20: "correction",
}  # fmt: skip


@pytest.fixture(scope="module")
def book():
    return open_book(SHIPPED)


@pytest.fixture(scope="module")
def coverage():
    return tomllib.loads((SHIPPED / "us/26-usc-6103/coverage.toml").read_text())


@pytest.fixture(scope="module")
def requirements(book):
    """Every rule on file, in force or not, and what is made by the program: id → source."""
    rules = [*book.statute, *book.orders, *book.policy, *(rule for one in book.agreements.values() for rule in one.rules)]
    made = {book.vocabulary.general_rule.id: Source.STATUTE, "halt.open": Source.HALT, "policy.open": Source.POLICY}
    return {rule.requirement.id: rule.requirement.source for rule in rules} | made | dict.fromkeys(_AGREEMENT_IDS, Source.AGREEMENT)


def entries(coverage):
    return [*coverage["clause"], *coverage["checklist"], *coverage["besides"]]


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_clause_is_judged_by_a_requirement_or_a_part_or_it_is_said_why_by_none(coverage, clause):
    (found,) = [one for one in coverage["clause"] if one["cite"] == clause]
    assert found.keys() <= {"cite", "by", "part", "why", "note"}
    said = [key for key in ("by", "part", "why") if found.get(key)]
    assert len(said) == 1, f"{clause}: says {said}"


def test_no_clause_stands_in_the_file_that_this_list_lacks(coverage):
    assert sorted(one["cite"] for one in coverage["clause"]) == sorted(CLAUSES)


@pytest.mark.parametrize(("element", "word"), ELEMENTS.items())
def test_the_element_of_the_checklist_is_judged(coverage, element, word):
    (found,) = [one for one in coverage["checklist"] if one["element"] == element]
    assert word in found["name"]
    assert bool(found.get("by")) != bool(found.get("part"))


def test_every_requirement_that_is_named_exists(coverage, requirements):
    assert {name for one in entries(coverage) for name in one.get("by", [])} <= requirements.keys()


def test_every_requirement_of_every_source_is_named(coverage, requirements):
    named = {name for one in entries(coverage) for name in one.get("by", [])}
    assert requirements.keys() - named == set()
    assert set(requirements.values()) == set(Source)


def test_what_belongs_to_no_clause_says_why_and_is_no_requirement_of_the_statute(coverage, requirements):
    for one in coverage["besides"]:
        assert one["note"]
        assert all(requirements[name] is not Source.STATUTE for name in one["by"])


def test_a_requirement_of_the_statute_stands_under_a_clause_that_its_citation_is_or_is_part_of(book, coverage):
    """i-2.B.i.address cites (i)(2)(B)(i) and nothing else; a requirement that cites a neighbour belongs to the neighbour."""
    clauses = {}
    for one in coverage["clause"]:
        for name in one.get("by", []):
            clauses.setdefault(name, []).append(Citation.parse(one["cite"].split(",")[0]))
    for rule in book.statute:
        cite = Citation.parse(rule.requirement.cite)
        if cite.section != "6103" or rule.requirement.id == "i-1.A.i.criminal-statute":
            continue  # 8 USC 1253 is element 17; the criminal statute is the one that (i)(2)(A)(i) and (B)(iii) take from (i)(1)
        assert any(cite.within(clause) or clause.within(cite) for clause in clauses[rule.requirement.id]), rule.requirement.id


@pytest.mark.invariant
def test_every_citation_of_the_statute_parses(book):
    vocabulary = book.vocabulary
    cites = [rule.requirement.cite for rule in book.statute] + [
        vocabulary.general_rule.cite,
        *(one.cite for one in vocabulary.bases.values()),
    ]
    assert all(str(Citation.parse(cite)) == cite for cite in cites)
    assert len(set(cites)) > 12


def test_what_can_be_supplied_is_said_wherever_the_requester_can_supply_it(book):
    """A refusal at the request stage says what to supply; later, nothing is said that would tell why."""
    for rule in book.statute:
        one = rule.requirement
        if one.effect == "forbid":
            assert one.fails
            assert bool(one.supply) == (one.stage != "record"), one.id
