"""One package: checked afresh, decided again and entered in one transaction; then sent, if nothing stands in its way by then.

``enter`` takes the lock that every change of law, roster, safeguards or halt also takes, reads all of these, decides every row again by
both engines, puts the ciphertext on disk and enters the intent. ``send`` waits for the witnesses that the office's policy asks for and
takes the lock again: if anything that could matter was entered meanwhile, or the day has changed, the package is decided once more,
and what may no longer go is withheld, which is an entry too. The copy is made while the lock is held: a halt is entered before it or
after it. Not here: which rows make a package (``release``), what becomes of it later (``custody``).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from privity import determine as decision
from privity import release as answers
from privity.errors import RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import attempts, basis, clock, custody, disk, dispose, enrol, law, record, substantiate, witness
from privity.office.answer_day import answer_day
from privity.office.persons import contests, disclosures
from privity.terms import Disposition, Facts, Outcome, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.release import Packet, Sealer
    from privity.rules.book import LawBook, Rulebook
    from privity.store import Tx
    from privity.terms import Fact, Receipt

AGE = "age"
HARMLESS = frozenset({Kind.RECEIPT, Kind.EXAMINED, Kind.DETERMINATION, Kind.LOOK, Kind.WITNESS, Kind.STATEMENT, Kind.MAP})
"""Kinds of entry that cannot change what a package may say. Any other, of a kind that is yet to be thought of too, has it decided again."""


@dataclass(slots=True)
class Run:
    """One release of one batch: what was loaded once because it cannot change (entries and their openings), and what was done so far.

    ``began``: the day by the clock when it began; an office's day is taken when it is opened, and does not move under a run.
    """

    office: Office
    batch: Batch
    rows: pl.DataFrame  # determinations of the eligible rows, with the words that a package carries
    facts: pl.DataFrame  # their facts up to the record stage
    receipt: Receipt
    on: basis.Basis  # what the batch was determined on
    began: date
    stood: tuple[tuple[int, ...], Disposition] | None = None
    elsewhere: tuple[int, pl.DataFrame] | None = None
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a package was decided on, in the transaction that enters it."""

    law: str
    book: LawBook
    rulebook: Rulebook
    disposition: Disposition
    recipient: str
    scheme: str
    released: Mapping[int, str]


def name_of(run: Run, packet: Packet) -> str:
    """A package's name: meaningless outside, and the same for the same first row, which is in one package only."""
    return run.office.blind("package", run.batch.id, packet.officer, str(packet.rows["ordinal"].item(0)))[:32]


# ---------------------------------------------------------------- entered


def enter(run: Run, packet: Packet, sealer: Sealer) -> str:
    """Check afresh, decide again, seal, and enter the intent: one transaction. Nothing has left when it commits."""
    office, name = run.office, name_of(run, packet)
    with office.store.write() as tx:
        _same_day(run)
        if tx.rows("package", package=name):
            return name  # another process was first
        checked = _check(run, tx, packet, sealer)
        terms = _terms(run, checked, name)
        payload = answers.disclose(checked.disposition, run.receipt, packet, checked.released, terms)
        sealed = sealer.seal(payload, checked.recipient, answers.Binding(name, office.origin, run.receipt.index))
        disk.write_file(office.root / "packages" / f"{name}.{checked.scheme}", sealed)
        _enter_intent(run, tx, packet, checked, payload, sealed)
    run.answers.update(checked.released.get(ordinal, answers.NO_DISCLOSURE) for ordinal in packet.rows["ordinal"].to_list())
    return name


def _same_day(run: Run) -> None:
    """At midnight halts begin and offices, terms and interpretations end; a run that goes on would decide by yesterday's.

    Raises:
        RefusedError: the day has changed since the run began. An office for trying out has the day that was stated.
    """
    if not run.office.trial and clock.today() != run.began:
        raise RefusedError("the day has changed since the release began", remedy="run it again; what was sent stays sent")


def _check(run: Run, tx: Tx, packet: Packet, sealer: Sealer) -> Checked:
    """All that must hold for a package, as this transaction sees it.

    Raises:
        RefusedError: a sample is not substantiated, or the officer's key is missing or of a scheme that the office does not take.
    """
    digest, book = law.in_force(run.office, tx)
    rulebook = _rulebook(run, digest)
    disposition = standing(run, tx)
    substantiate.require(run.office, tx, run.batch, approved(run, disposition))
    recipient, scheme = recipient_of(run, tx, packet.officer, sealer)
    released = _decide_again(run, tx, rulebook, disposition, packet)
    return Checked(digest, book, rulebook, disposition, recipient, scheme, released)


def recipient_of(run: Run, tx: Tx, officer: str, sealer: Sealer) -> tuple[str, str]:
    """The key enrolled for an engaged officer now, and its scheme.

    Raises:
        RefusedError: there is none, or it is an age key in an office whose policy does not take those.
    """
    recipient = enrol.recipient_key(tx, officer, run.batch.agency)
    if recipient is None:
        raise RefusedError("an engaged officer has no enrolled key", remedy="enrol it, then run the release again")
    scheme = sealer.scheme_of(recipient)
    if scheme == AGE and not (run.office.trial or law.in_force(run.office, tx)[1].numbers.get("allow_age", 0)):
        raise RefusedError(
            "an engaged officer's key is of age, which is not a FIPS 140 set of algorithms",
            remedy="enrol a key of `privity key recipient --scheme hpke-p384`, or set `allow_age = 1` in policy.toml and install the law",
        )
    return recipient, scheme


def _rulebook(run: Run, digest: str) -> Rulebook:
    office, batch = run.office, run.batch
    return law.rulebook(office.root, office.regime, digest, office.day, batch.agreement or None, batch.agency)


def _decide_again(run: Run, tx: Tx, rulebook: Rulebook, disposition: Disposition, packet: Packet) -> dict[int, str]:
    """Every row of the packet at the release stage, with what is true now, by both engines. Ordinal → answer, of those that pass."""
    facts = _release_facts(run, tx, rulebook, disposition, packet)
    passed = decision.passing_twice(rulebook, facts, Stage.RELEASE, run.on.asked)
    failed = substantiate.failed(run.office, tx, run.batch.id)  # not substantiated from the case file: never answered, whoever approved
    fine = packet.rows.filter(
        (pl.col("outcome") == Outcome.REFERRED) & pl.col("ordinal").is_in(passed) & ~pl.col("ordinal").is_in(list(failed))
    )
    return dict(fine.select("ordinal", "answer").filter(pl.col("answer") == answers.SAME).iter_rows())


def _release_facts(run: Run, tx: Tx, rulebook: Rulebook, disposition: Disposition, packet: Packet) -> Facts:
    """The row's facts as determined, with those of the office, of court interpretations and of the release as they are today."""
    office, batch = run.office, run.batch
    today: dict[str, object] = {
        "day": office.day,
        "agency": _agency(run, tx, rulebook),
        "agreement_state": rulebook.agreement_state,
        "safeguards": enrol.safeguards_of(tx, batch.agency),
        "answer_day_reached": office.day.isoformat() >= answer_day(batch, law.in_force(office, tx)[1]),
    }
    acts = ("disposition", "two_persons", "approvers_in_office", "evidence_unchanged")
    beside = packet.rows.select("ordinal").join(disposition.frame, on="ordinal", how="left", maintain_order="left")
    base = packet.rows.select("ordinal").join(run.facts, on="ordinal", how="left", maintain_order="left")
    columns = []
    for fact in rulebook.vocabulary.facts.values():
        kind, where = fact.origin
        if kind == "office" and where in acts:
            columns.append(beside[where].cast(fact.dtype, strict=False).alias(fact.name))
        elif kind == "office" and where in today:
            columns.append(_all(fact.name, fact.dtype, today[where], base.height))
        elif kind == "reading":
            columns.append(_all(fact.name, fact.dtype, rulebook.switches.get(where), base.height))
        elif kind == "office" and where in ("contested", "contest_known"):
            columns.append(contests.contested(office, tx, packet.rows["record_id"]).alias(fact.name))
        elif (kind, where) == ("office", "earlier_answer"):
            # Decided before another batch answered about the same person: the answer that is live since counts.
            live = pl.col("ordinal").is_in(_answered_elsewhere(run, tx)["ordinal"].implode())
            columns.append(
                base.select(pl.when(live).then(pl.lit("live").cast(fact.dtype)).otherwise(fact.name).alias(fact.name)).to_series()
            )
        else:
            columns.append(_as_kept(base, fact))
    return Facts(base.with_columns(columns))


def _as_kept(base: pl.DataFrame, fact: Fact) -> pl.Series:
    """A fact as it was determined, in the words of the law in force; one that the law of that day did not have is missing."""
    if fact.name not in base.columns:
        return _all(fact.name, fact.dtype, None, base.height)
    kept = base[fact.name]
    return kept if kept.dtype == fact.dtype else kept.cast(pl.String if fact.values else kept.dtype).cast(fact.dtype, strict=False)


def _agency(run: Run, tx: Tx, rulebook: Rulebook) -> object:
    """What the agency is, if it is still what it was when the batch was determined. Otherwise it is not known, and nothing is released."""
    now = basis.agency_word(tx, run.batch.agency, rulebook.vocabulary)
    return now if now == run.on.office["agency"] else None


def _all(name: str, dtype: pl.DataType, value: object, height: int) -> pl.Series:
    return pl.Series(name, [value], dtype=dtype, strict=False).new_from_index(0, height)


def _answered_elsewhere(run: Run, tx: Tx) -> pl.DataFrame:
    """Rows about whose person another batch's answer is live, looked up anew whenever another batch's custody changed."""
    newest = attempts.newest_elsewhere(tx, run.batch.id)
    if run.elsewhere is None or run.elsewhere[0] != newest:
        run.elsewhere = (newest, attempts.live_now(run.office, tx, run.batch.id))
    return run.elsewhere[1]


def standing(run: Run, tx: Tx) -> Disposition:
    """Dispositions as this transaction sees them. They are folded anew whenever an act, a key, an appointment or a law was added."""
    newest = tuple(max((row["seq"] for row in tx.now(table)), default=0) for table in ("appointment", "person", "in_force"))
    seen = (max((row["seq"] for row in tx.rows("act", batch=run.batch.id)), default=0), *newest)
    if run.stood is None or run.stood[0] != seen:
        rows = run.rows.filter(pl.col("outcome") == Outcome.REFERRED)
        run.stood = (seen, dispose.standing(run.office, tx, run.batch, rows))
    return run.stood[1]


def approved(run: Run, disposition: Disposition) -> pl.DataFrame:
    """The rows that stand approved: ``ordinal``, ``entry``, ``engaged_person``."""
    chosen = disposition.frame.filter(pl.col("disposition") == "approved")["ordinal"].to_list()
    return run.rows.filter(pl.col("ordinal").is_in(chosen)).select("ordinal", "entry", "engaged_person")


def _terms(run: Run, checked: Checked, name: str) -> answers.Terms:
    office, vocabulary = run.office, checked.rulebook.vocabulary
    invoked = vocabulary.bases.get(basis.action_of(run.batch.basis, vocabulary) or "")
    names = (invoked.id, invoked.cite) if invoked else ("", "")
    bound = law.bound_in_use(checked.book, str(run.on.office["agency"]), office.day)
    return answers.Terms(office.custodian, run.batch.agency, *names, office.day, name, office.origin, bound)


def _enter_intent(run: Run, tx: Tx, packet: Packet, checked: Checked, payload: bytes, sealed: bytes) -> None:
    """The intent: one entry a package. Its opening says which rows it answers how, about whom, to which key, and on which checkpoint."""
    name, ordinals = name_of(run, packet), packet.rows["ordinal"].to_list()
    disclosed = packet.rows.filter(pl.col("ordinal").is_in(list(checked.released)))
    row: dict[str, entries.Json] = {
        "package": name,
        "batch": run.batch.id,
        "officer": packet.officer,
        "rows": ordinals,
        "disclosed": disclosed["ordinal"].to_list(),
        "records": disclosed["record_id"].to_list(),
        "determinations": disclosed["entry"].to_list(),
        "digest": sha256(sealed).hexdigest(),
        "payload": sha256(payload).hexdigest(),
        "scheme": checked.scheme,
        "recipient": checked.recipient,
        "fingerprint": sha256(checked.recipient.encode()).hexdigest(),
        "law": checked.law,
        "rulebook": checked.rulebook.digest,
        "receipt": run.receipt.index,
        "checkpoint": tx.head().note,  # what the ledger held when this was decided; the entry's own is signed in this transaction
        "persons": disclosures.row_root(run.office, *(disclosed[name].to_list() for name in ("ordinal", "record_id", "entry"))),
        "day": run.office.day.isoformat(),
    }
    index = record.enter(run.office, tx, Kind.INTENT, row, run.batch.id)
    tx.add_one("package", package=name, batch=run.batch.id, officer=packet.officer, rows=packet.rows.height,
               recipient_key=checked.recipient, digest=str(row["digest"]), entry=index)  # fmt: skip
    tx.add(
        "package_row",
        [{"package": name, "ordinal": one, "batch": run.batch.id, "disclosed": int(one in checked.released)} for one in ordinals],
    )
    tx.add_one("custody", package=name, state="intent", day=run.office.day, note=checked.scheme, entry=index)


# ---------------------------------------------------------------- sent


def send(run: Run, package: str, out: Path) -> bool:
    """Copy a package out with the proof of its entry, under the lock, or withhold it. Returns whether it went.

    Raises:
        RefusedError: too few witnesses have signed a checkpoint that covers it (it waits), or its bytes were altered.
    """
    office = run.office
    with office.store.read() as tx:
        (row,) = tx.rows("package", package=package)
        (opening,) = record.opened(office, tx, row["entry"], 1)
    intent = json.loads(opening)  # what was entered decides, not what the table says of it
    if intent.get("package") != package:
        raise TamperError(f"package {package} rests on the entry of another", remedy="run `privity verify`")
    witness.require(office, row["entry"])
    with office.store.write() as tx:
        _same_day(run)
        state = custody.state_of(tx, package)
        if state != custody.INTENT:
            return state != custody.WITHHELD  # another process was first: what was sent is not sent again, what was withheld stays
        _still_covered(run, tx, row["entry"])
        if not _may_still_go(run, tx, intent, row["entry"]):
            custody.enter(office, tx, package, custody.WITHHELD, custody.Said("something entered since stands in the way of sending it"))
            return False
        _copy(run, tx, intent, row["entry"], out)
        # That a copy was made is no entry: an intent counts as disclosed without it.
        tx.add_one("custody", package=package, state="sent", day=office.day, note=str(intent["scheme"]), entry=None)
    return True


def _still_covered(run: Run, tx: Tx, entry: int) -> None:
    """Asked again under the lock: a larger quorum, or the end of a witness, may have been entered since the witnesses were asked."""
    if not witness.covers(run.office, tx, entry):
        raise RefusedError(
            f"too few witnesses have signed a checkpoint that covers entry {entry}", remedy="run the step again; nothing leaves before"
        )


def _copy(run: Run, tx: Tx, intent: Mapping[str, object], index: int, out: Path) -> None:
    package, ending = str(intent["package"]), str(intent["scheme"])
    sealed = _kept(run.office, package, ending)
    if sha256(sealed).hexdigest() != intent["digest"]:
        raise RefusedError(f"package {package} is not the one that was entered", remedy="restore it from a backup; it is not sent")
    disk.write_file(out / f"{package}.entry", log.read_entries(tx, index, 1)[0])
    disk.write_file(out / f"{package}.tlog-proof", witness.proof_of(run.office, tx, index).encode())
    disk.write_file(out / f"{package}.{ending}", sealed)


def _kept(office: Office, package: str, ending: str) -> bytes:
    try:
        return (office.root / "packages" / f"{package}.{ending}").read_bytes()
    except OSError:
        raise RefusedError(f"the ciphertext of package {package} is missing", remedy="restore it from a backup; it is not sent") from None


def _may_still_go(run: Run, tx: Tx, intent: Mapping[str, object], entry: int) -> bool:
    """Whether every row that the package discloses would be disclosed now too, to the same key.

    Asked again only if the day changed or an entry came since that could matter: a halt may begin without an entry, at midnight.
    """
    if intent["day"] == run.office.day.isoformat() and not _anything_since(run, tx, entry):
        return True
    if enrol.recipient_key(tx, str(intent["officer"]), run.batch.agency) != intent["recipient"]:
        return False
    said = intent["disclosed"]
    disclosed = set(said) if isinstance(said, list) else set()
    return not disclosed or _still(run, tx, str(intent["officer"]), disclosed)


def _still(run: Run, tx: Tx, officer: str, disclosed: set[int]) -> bool:
    disposition = standing(run, tx)
    try:
        substantiate.require(run.office, tx, run.batch, approved(run, disposition))
    except RefusedError:
        return False
    packet = answers.Packet(officer, run.rows.filter(pl.col("ordinal").is_in(list(disclosed))))
    return set(_decide_again(run, tx, _rulebook(run, law.in_force(run.office, tx)[0]), disposition, packet)) == disclosed


def _anything_since(run: Run, tx: Tx, entry: int) -> bool:
    """Whether an entry after this one could change what the package may say."""
    later = (entries.decode(raw) for raw in log.read_entries(tx, entry + 1, tx.head().size - entry - 1))
    return any(one.kind not in HARMLESS and (one.kind, one.batch) != (Kind.INTENT, run.batch.id) for one in later)
