"""The decision a second time, written from the statute and not from the rules, in plain Python; imports nothing from privity.

``unmet`` says which requirements a row has not positively met, by source. A fact that is missing meets nothing. It serves to catch
a change of the rules, or of what evaluates them, that nobody meant: it is a second reading by the same people, not an authority.
"""

from __future__ import annotations

from datetime import date

STAGES = {"request": 1, "record": 2, "release": 3}
CTR = "ctr-v-irs-ddc-2025-11-21"
PARTIES = ("us-dhs", "us-dhs-ice")
DHS = (*PARTIES, "us-dhs-oig", "us-dhs-other")


def unmet(row: dict, offices: frozenset | None, stage: str, agreement: bool) -> dict[str, set[str]]:
    """Requirements not met by a row whose basis is ``row["action"]``; ``offices`` is None if the signatory is not known."""
    basis = row["action"] == "i-2"
    law = statute(row, offices, STAGES[stage]) if basis else {"a"}
    out = {"STATUTE": law, "HALT": halt(row) if basis else set(), "POLICY": policy(row, STAGES[stage])}
    if agreement:
        out["AGREEMENT"] = memorandum(row) if basis else {"agreement.not-covered"}
    return out


def statute(row: dict, offices: frozenset | None, stage: int) -> set[str]:
    met = paragraph_a(row, offices) | paragraph_b(row) | what(row) | predicate(row)
    if stage >= STAGES["record"]:
        met |= record(row)
    if stage >= STAGES["release"]:
        met["p-4.safeguards"] = row["safeguards"] == "current"  # 6103(p)(4)
    return {name for name, holds in met.items() if not holds}


def paragraph_a(row: dict, offices: frozenset | None) -> dict[str, bool]:
    """6103(i)(2)(A): the head or Inspector General of a Federal agency asks, for officers engaged in the case, for a criminal matter."""
    head = offices is not None and "i-2-requester" in offices
    component = offices is not None and "component-head" in offices and row["component_head_may_request"] is True
    days = row["case_opened"] is not None and row["request_day"] is not None
    return {
        "i-2.A.requester": head or component,
        "i-2.A.federal": row["agency"] not in (None, "not-federal"),
        "i-2.A.signatory-of-agency": row["signatory_of_agency"] is True,
        "i-2.A.engaged-person": row["engaged_named"] == "person",
        "i-2.A.engaged-kind": row["engaged_kind"] == "officer-or-employee",
        "i-2.A.engaged-directly": row["engaged_signed"] is True,
        "i-2.A.case": row["case_stated"] is True,
        "i-2.A.case-opened": days and not row["case_opened"] > row["request_day"],
        "i-2.A.purpose": row["purpose"] in ("criminal-investigation", "preparation-for-criminal-proceeding", "grand-jury"),
        "i-1.A.i.criminal-statute": row["authority_standing"] == "criminal",
    }


def paragraph_b(row: dict) -> dict[str, bool]:
    """6103(i)(2)(B): what the writing sets forth."""
    dated = row["request_day"] is not None and row["decision_day"] is not None and row["request_day"] <= row["decision_day"]
    cured = row["tin_may_cure_address"] is True and row["tin_given"] is True
    return {
        "i-2.B.writing": row["in_writing"] is True and dated,
        "i-2.B.i.name": row["name_standing"] == "person",
        "i-2.B.i.address": row["address_standing"] == "complete" or (row["address_standing"] is not None and cured),
        "i-2.B.ii.period": row["period_standing"] == "stated",
        "i-2.B.iii.authority": row["authority_standing"] not in (None, "unreadable"),
        "i-2.B.iv.reason": row["reason_standing"] == "specific",
    }


def what(row: dict) -> dict[str, bool]:
    """Return information other than taxpayer return information; and (C), whether identity alone may be asked for."""
    items = row["items_standing"]
    alone = items == "identity-only"
    return {
        "i-2.A.class": items in ("identity-only", "other-return-information"),
        "i-2.C.identity-only": items is not None and (not alone or row["address_disclosable_under_i2"] is True),
    }


def predicate(row: dict) -> dict[str, bool]:
    """8 USC 1253(a)(1): does the request's own account defeat the ground, or leave it open."""
    names = ("8-1253.a-1.class", "8-1253.a-1.class-stated", "8-1253.a-1-A.clock", "8-1253.a-1-A.clock-open", "8-1231.a-1-B.clock")
    if row["predicate"] != "8-usc-1253-a-1":
        return dict.fromkeys(names, row["predicate"] is not None)
    since, removal = row["days_since_final_order"], row["days_in_removal_period"]
    too_soon = since is not None and since <= 90
    return {
        "8-1253.a-1.class": row["predicate_class"] in (None, "1227"),
        "8-1253.a-1.class-stated": row["predicate_class"] is not None,
        "8-1253.a-1-A.clock": not (row["predicate_ground"] in ("A", "unreadable") and too_soon),
        "8-1253.a-1-A.clock-open": since is not None and not too_soon,
        "8-1231.a-1-B.clock": removal is not None and removal > 90,
    }


def record(row: dict) -> dict[str, bool]:
    """One taxpayer, whose address was set forth, in a period that is held; nothing that (C) or (i)(6) keeps back."""
    must = row["supplied_address_must_be_the_taxpayers"]
    return {
        "i-2.B.i.taxpayer": row["identity"] == "unique",
        "i-2.B.i.address-of-the-taxpayer": must is False or (must is True and row["address_agreement"] == "same"),
        "i-2.B.ii.period-held": row["period_held"] is True,
        "i-2.C.class-held": row["data_class"] in ("taxpayer-identity", "other-return-information"),
        "i-6.informant": row["informant_bar"] is False,
        "i-6.impairment": row["impairment_bar"] is False,
    }


def halt(row: dict) -> set[str]:
    """The stay of 2025-11-21, for requests of one department. From then on, not knowing who asks withholds too; and not knowing the day, ever."""
    before = row["decision_day"] is not None and row["decision_day"] < date(2025, 11, 21)
    elsewhere = row["decision_day"] is not None and row["agency"] is not None and row["agency"] not in DHS
    return set() if before or elsewhere else {CTR}


def memorandum(row: dict) -> set[str]:
    """The memorandum of 2025-04-07 as reported."""
    removal = row["predicate"] == "8-usc-1253-a-1"
    dated = row["final_order_dated"] is True
    met = {
        "mou.agency": row["agency"] in PARTIES,
        "mou.in-force": row["agreement_state"] == "in-force",
        "mou.ground": row["purpose"] is not None and (row["purpose"] == "criminal-investigation" or dated),
        "mou.final-order-date": row["predicate"] is not None and (not removal or dated),
        "mou.assurance": row["assurance_given"] is True,
        "mou.items": row["items_standing"] == "identity-only",
    }
    return {name for name, holds in met.items() if not holds}


def policy(row: dict, stage: int) -> set[str]:
    """The office's own rules, for every basis."""
    signed = row["request_form"] == "signed"
    few = row["request_form"] is not None and row["batch_rows"] is not None and row["batch_rows"] <= 25
    met = {
        "policy.officer-load": row["officer_cases"] is not None and row["officer_cases"] <= 250,
        "policy.attested-size": signed or few,
        "policy.attested": signed,
    }
    if stage >= STAGES["record"]:
        met["policy.one-live-answer"] = row["earlier_answer"] in ("none", "asked-before")
        met["policy.asked-before"] = row["earlier_answer"] == "none"
        met["policy.bound"] = row["bound_within_limit"] is True
        met["policy.contest-known"] = row["contest_known"] is False
    if stage >= STAGES["release"]:
        met["policy.disposition"] = row["disposition"] == "approved"
        met["policy.two-persons"] = row["two_persons"] is True
        met["policy.in-office"] = row["approvers_in_office"] is True
        met["policy.evidence"] = row["evidence_unchanged"] is True
        met["policy.answer-day"] = row["answer_day_reached"] is True
        met["policy.contested"] = row["contested"] is False
    return {name for name, holds in met.items() if not holds}
