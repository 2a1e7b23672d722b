"""Who may dispose of what: acts of reviewers in, one ``Disposition`` for every referred row out.

Two persons (custodian policy): a reviewer and an approver approve; neither is the
intake officer, the requester or the engaged person. Each act is a signature by the person's own key over the root of the
evidence that was frozen for its rows, given on a day on which the person held the office. A vacant office approves nothing.
An objection stays on record for ever; it blocks its rows until the one who made it withdraws it
or counsel overrules it, naming a ground. A decline needs a ground. Nothing here reads a clock or a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.errors import RefusedError
from privity.terms import Act, ActKind, Appointment, Disposition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

REVIEWER, APPROVER, COUNSEL, INTAKE = "reviewer", "approver", "counsel", "intake-officer"

# Which office may do what. Whoever looks at a row may object to it.
MAY = {
    ActKind.APPROVE: frozenset({REVIEWER, APPROVER}),
    ActKind.DECLINE: frozenset({REVIEWER, APPROVER, COUNSEL}),
    ActKind.OBJECT: frozenset({REVIEWER, APPROVER, COUNSEL, INTAKE}),
    ActKind.WITHDRAW: frozenset({REVIEWER, APPROVER, COUNSEL, INTAKE}),
    ActKind.OVERRULE: frozenset({COUNSEL}),
}
NEEDS_GROUND = frozenset({ActKind.DECLINE, ActKind.OBJECT, ActKind.WITHDRAW, ActKind.OVERRULE})


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is barred from approving a batch: its intake officer, the requester who signed it, and each row's engaged person."""

    intake: str
    requester: str
    merged: bool = False  # a recorded policy lets the intake officer be the first reviewer of a small batch; never the approver


def statement(act: Act) -> bytes:
    """The bytes that an official signs: canonical JSON, no spaces, keys sorted."""
    body = {
        "act": act.kind.value,
        "batch": act.batch,
        "person": act.person,
        "office": act.office,
        "day": act.day.isoformat(),
        "rows": len(act.ordinals),
        "evidence": act.evidence,
        "ground": act.ground,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed_by(act: Act, public_key: bytes) -> bool:
    """Whether the act bears its person's signature (Ed25519, raw 32-byte key)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(act.signature, statement(act))
    except (InvalidSignature, ValueError):
        return False
    return True


def holds(appointments: Iterable[Appointment], person: str, office: str, day: date) -> bool:
    """Whether the person held the office on the day: by appointment, dated delegation or acting instrument."""
    return any(a.person == person and a.office == office and a.holds_on(day) for a in appointments)


def admit(act: Act, appointments: Iterable[Appointment], public_key: bytes | None, evidence: str) -> None:
    """Refuse an act that its person may not do, that lacks its ground, or that is about other evidence than what is frozen.

    Raises:
        RefusedError: which precondition failed; nothing is recorded.
    """
    if act.office not in MAY[act.kind]:
        raise RefusedError(f"the office `{act.office}` cannot {act.kind}", remedy=f"offices that can: {', '.join(sorted(MAY[act.kind]))}")
    if not holds(appointments, act.person, act.office, act.day):
        raise RefusedError(
            f"`{act.person}` does not hold the office `{act.office}` on {act.day}",
            remedy="a vacant office approves nothing; appoint or delegate first",
        )
    if act.kind in NEEDS_GROUND and not act.ground.strip():
        raise RefusedError(f"to {act.kind} a ground must be named", remedy="state the ground with --ground")
    if not act.ordinals:
        raise RefusedError("the act names no row", remedy="name rows or cases that were referred")
    if act.evidence != evidence:
        raise RefusedError("the evidence is not what is frozen for these rows", remedy="show the rows again and decide on what is shown")
    if public_key is None or not signed_by(act, public_key):
        raise RefusedError("the act is not signed by this person's enrolled key", remedy="sign with the key whose public half is enrolled")


def dispose(
    referred: pl.DataFrame,
    acts: Sequence[Act],
    appointments: Sequence[Appointment],
    parties: Parties,
    intact: Mapping[int, bool],
    day: date,
) -> Disposition:
    """Fold the acts on a batch into one disposition a row.

    Args:
        referred: ``ordinal`` and ``engaged_person`` of every row that was referred.
        acts: all acts on the batch, in ledger order, signatures already checked.
        appointments: the roster.
        parties: who is barred.
        intact: by index into ``acts``, whether the evidence signed is still what the ledger commits to.
        day: the day on which offices are held for a release.
    """
    rows = _act_rows(acts, appointments, intact, day)
    standing = _standing(rows)
    joined = referred.select("ordinal", "engaged_person").join(rows, on="ordinal", how="left")
    barred = [parties.requester] + ([] if parties.merged else [parties.intake])
    approves = (pl.col("kind") == ActKind.APPROVE) & ~pl.col("person").is_in(barred) & pl.col("person").ne_missing(pl.col("engaged_person"))
    # The intake officer is never the approver, whatever the policy merges.
    approver = approves & (pl.col("office") == APPROVER) & (pl.col("person") != parties.intake)
    reviewer = approves & (pl.col("office") == REVIEWER)
    folded = joined.group_by("ordinal", maintain_order=True).agg(
        reviewers=pl.col("person").filter(reviewer).unique(),
        approvers=pl.col("person").filter(approver).unique(),
        declined=(pl.col("kind") == ActKind.DECLINE).any(),
        standing=pl.col("ordinal").is_in(standing).any(),
        in_office=pl.col("in_office").filter(approver | reviewer).all(),
        intact=pl.col("intact").filter(approver | reviewer).all(),
    )
    return Disposition(folded.select("ordinal", _word().alias("disposition"), _two().alias("two_persons"), *_checks()))


def _act_rows(acts: Sequence[Act], appointments: Sequence[Appointment], intact: Mapping[int, bool], day: date) -> pl.DataFrame:
    """One row for each act and each row it is about."""
    heads = pl.DataFrame(
        {
            "act": range(len(acts)),
            "kind": [a.kind.value for a in acts],
            "person": [a.person for a in acts],
            "office": [a.office for a in acts],
            "in_office": [holds(appointments, a.person, a.office, a.day) and holds(appointments, a.person, a.office, day) for a in acts],
            "intact": [intact.get(i, False) for i in range(len(acts))],
            "ordinal": [list(a.ordinals) for a in acts],
        },
        schema={
            "act": pl.UInt32,
            "kind": pl.String,
            "person": pl.String,
            "office": pl.String,
            "in_office": pl.Boolean,
            "intact": pl.Boolean,
            "ordinal": pl.List(pl.UInt32),
        },
    )
    return heads.explode("ordinal", empty_as_null=False, keep_nulls=False)


def _standing(rows: pl.DataFrame) -> list[int]:
    """Rows on which an objection stands: made later than its maker's last withdrawal and than counsel's last overruling."""

    def last(kind: ActKind, name: str, *by: str) -> pl.DataFrame:
        return rows.filter(pl.col("kind") == kind).group_by(*by).agg(pl.col("act").max().alias(name))

    made = last(ActKind.OBJECT, "made", "ordinal", "person")
    ended = made.join(last(ActKind.WITHDRAW, "withdrawn", "ordinal", "person"), on=["ordinal", "person"], how="left").join(
        last(ActKind.OVERRULE, "overruled", "ordinal"), on="ordinal", how="left"
    )
    later = (pl.col("withdrawn").fill_null(0) > pl.col("made")) | (pl.col("overruled").fill_null(0) > pl.col("made"))
    return ended.filter(~later)["ordinal"].unique().to_list()


def _two() -> pl.Expr:
    """A reviewer and an approver who are different people: between them at least two names."""
    both = (pl.col("reviewers").list.len() > 0) & (pl.col("approvers").list.len() > 0)
    return both & (pl.concat_list("reviewers", "approvers").list.unique().list.len() > 1)


def _word() -> pl.Expr:
    return (
        pl.when("standing")
        .then(pl.lit("objected"))
        .when("declined")
        .then(pl.lit("declined"))
        .when(_two())
        .then(pl.lit("approved"))
        .otherwise(pl.lit(None, pl.String))
    )


def _checks() -> list[pl.Expr]:
    """``all()`` of nothing is true; a row that nobody approved has nothing in office and nothing intact."""
    approved = (pl.col("reviewers").list.len() > 0) & (pl.col("approvers").list.len() > 0)
    return [
        (approved & pl.col("in_office")).alias("approvers_in_office"),
        (approved & pl.col("intact")).alias("evidence_unchanged"),
    ]
