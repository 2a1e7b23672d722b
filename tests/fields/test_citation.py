"""Is what people write for a provision read as that provision, or not at all?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.fields.citation import citations, prefixes, slug
from privity.terms import Citation


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("8 U.S.C. § 1253(a)(1)", ["8 USC 1253(a)(1)"]),
        ("8 USC 1253 (a) (1)(A)", ["8 USC 1253(a)(1)(A)"]),
        ("Title 8 Section 1326", ["8 USC 1326"]),
        ("Title 18, United States Code, Section 1028(a)(1)", ["18 USC 1028(a)(1)"]),
        ("section 1253(a)(1) of title 8, United States Code", ["8 USC 1253(a)(1)"]),
        ("18usc1546", ["18 USC 1546"]),
        ("8 U.S.C.A. § 1326", ["8 USC 1326"]),
        ("8 U.S. Code 1325(a) and (c)", ["8 USC 1325(a)", "8 USC 1325(c)"]),
        ("8 U.S.C. §§ 1325, 1326 and 18 U.S.C. § 1546(a)", ["8 USC 1325", "8 USC 1326", "18 USC 1546(a)"]),
        ("8 USC 1253(a)(1)(A), (B)", ["8 USC 1253(a)(1)(A)", "8 USC 1253(a)(1)(B)"]),
        ("8 USC 1326 (illegal reentry)", ["8 USC 1326"]),
        ("8usc1326(B)(2)", ["8 USC 1326(b)(2)"]),
        ("8 U.S.C. 1229A", ["8 USC 1229a"]),
        ("42 USC 1320a-7b(b)", ["42 USC 1320a-7b(b)"]),
        ("8 CFR 241.4", ["8 CFR 241.4"]),
        ("8 USC 1326 other than (b)", []),
        ("8 USC 1326 et seq.", []),
        ("8 USC 1326; removal under 1229a", []),  # half a citation is worse than none
        ("8 USC 1253(A)(1)(A), (B)", []),  # small or capital: cannot be told
        ("8 USC 1253(a)(1)(A)-(D)", []),
        ("8 USC 1326 not 8 USC 1182", []),
        ("108 USC 1326", []),
        ("INA 243(a)", []),
        ("1326", []),
        ("", []),
        ("8 USC 1326 " * 100, []),
    ],
)
def test_loose_spellings(text, read):
    assert [str(one) for one in citations(text)] == read


def test_a_citation_as_a_word_and_what_it_is_part_of():
    one = Citation.parse("8 USC 1253(a)(1)(A)")
    assert slug(one) == "8-usc-1253-a-1-a"
    assert prefixes(one) == ("8 USC 1253(a)(1)(A)", "8 USC 1253(a)(1)", "8 USC 1253(a)", "8 USC 1253", "8 USC")


@given(st.text(max_size=60) | st.text("8 USC1253.§(a)-,;andtilecson", max_size=60))
def test_no_text_is_an_error_and_what_is_read_is_canonical(text):
    assert all(Citation.parse(str(one)) == one for one in citations(text))
