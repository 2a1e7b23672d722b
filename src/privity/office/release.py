"""``privity release``: every eligible row of a batch is answered, once, on its day, in packages that cannot outrun their entries.

For each package, in ONE transaction under the lock that every change of law, roster or halt also takes: the law, the dispositions,
the roster, the safeguards and the agreement are read afresh; every row is decided again at the release stage, by both engines; the
ciphertext is put on disk; the intent is entered. Only when that has committed is the ciphertext copied out, with its proof. A
halt that was entered before the commit withholds the row; there is no third possibility. An intent whose copy was
interrupted is copied again, the same bytes; without an acknowledgement it counts as disclosed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from privity import determine as decision
from privity import release as answers
from privity.errors import RefusedError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import attempts, basis, determinations, disk, dispose, enrol, law, record
from privity.office import batch as batches
from privity.office.persons import contests, disclosures, mapping
from privity.terms import Disposition, Facts, Outcome, Receipt, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.release import Packet, Sealer
    from privity.rules.book import LawBook, Rulebook
    from privity.store import Tx

    Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Run:
    """One release of one batch: what was loaded once because it cannot change (entries and their openings), and what was done so far."""

    office: Office
    batch: Batch
    rows: pl.DataFrame  # determinations of the eligible rows, with the words that a package carries
    facts: pl.DataFrame  # their facts up to the record stage
    receipt: Receipt
    on: basis.Basis  # what the batch was determined on
    stood: tuple[tuple[int, ...], Disposition] | None = None
    elsewhere: tuple[int, pl.DataFrame] | None = None
    answers: Counter[str] = field(default_factory=Counter)


def answer_day(batch: Batch, book: LawBook) -> str:
    """The day on which a batch is answered, in ISO form: so many days after it was received, the same for every row."""
    if "answer_after_days" not in book.numbers:
        raise RefusedError("the office's policy sets no answer day", remedy="set `answer_after_days` in policy.toml and install the law")
    return (batch.day + timedelta(days=int(book.numbers["answer_after_days"]))).isoformat()


def release(office: Office, batch: Batch, out: Path, sealer: Sealer, progress: Progress = lambda _s, _d, _t: None) -> Mapping[str, int]:
    """Answer a batch; returns how many rows were answered how. Run again after a kill, it completes what is missing.

    Raises:
        RefusedError: the answer day has not come, rows await review, or an engaged officer has no enrolled key. Nothing leaves.
    """
    run = _open(office, batch)
    packets = _unanswered(run)
    _ready(run, packets)
    out.mkdir(parents=True, exist_ok=True)
    _send_what_was_entered(run, out)
    done = 0
    for packet in packets:
        package = _enter(run, packet, sealer)
        _send(run, package, out)
        done += packet.rows.height
        progress("release", done, sum(each.rows.height for each in packets))
    mapping.bring_up_to_date(office)
    return dict(run.answers)


def _open(office: Office, batch: Batch) -> Run:
    """Load what was entered: determinations, facts, the words of the requests, and the receipt."""
    whole = determinations.load_whole(office, batch)
    rows = determinations.eligible(whole).join(dispose.request_words(office, batch), on="ordinal", how="left", maintain_order="left")
    facts = pl.concat(list(batches.read_all(office, batch.id, "facts"))).join(rows.select("ordinal"), on="ordinal", how="semi")
    with office.store.read() as tx:
        receipt = Receipt(batch.id, batch.entry, log.tlog_proof(tx, batch.entry))
    return Run(office, batch, rows, facts, receipt, basis.basis_of(office, batch))


def _unanswered(run: Run) -> list[Packet]:
    """The rows that no package carries yet, cut into packets."""
    with run.office.store.read() as tx:
        size = int(law.in_force(run.office, tx)[1].numbers.get("package_rows", 256))
        answered = [row["ordinal"] for row in tx.rows("package_row", batch=run.batch.id)]
    return list(answers.packets(run.rows.filter(~pl.col("ordinal").is_in(answered)), size))


def _name(run: Run, packet: Packet) -> str:
    """A package's name: meaningless outside, and the same for the same first row, which is in one package only."""
    return run.office.blind("package", run.batch.id, packet.officer, str(packet.rows["ordinal"].item(0)))[:32]


def _ready(run: Run, packets: list[Packet]) -> None:
    """Refuse before anything is done if it could not be finished."""
    office, batch = run.office, run.batch
    with office.store.read() as tx:
        day = answer_day(batch, law.in_force(office, tx)[1])
        if office.day.isoformat() < day:
            raise RefusedError(f"the answer day of this batch is {day}", remedy="every eligible row is answered on that day, together")
        waiting = _standing(run, tx).frame["disposition"].null_count()
        if waiting and packets:
            raise RefusedError(
                f"{waiting} referred rows await review", remedy="approve or decline each; nothing is released because a clock ran out"
            )
        missing = {packet.officer for packet in packets if not enrol.recipient_key(tx, packet.officer, batch.agency)}
    if missing:
        raise RefusedError(
            f"{len(missing)} engaged officers have no enrolled key", remedy="enrol their keys with `privity enrol person --recipient`"
        )


# ---------------------------------------------------------------- one package


def _enter(run: Run, packet: Packet, sealer: Sealer) -> str:
    """Check afresh, decide again, seal, and enter the intent: one transaction. Nothing has left when it commits."""
    office, name = run.office, _name(run, packet)
    with office.store.write() as tx:
        if tx.rows("package", package=name):
            return name  # another process was first
        digest, book = law.in_force(office, tx)
        rulebook = law.rulebook(office.root, office.regime, digest, office.day, run.batch.agreement or None, run.batch.agency)
        disposition = _standing(run, tx)
        released = _decide_again(run, tx, rulebook, disposition, packet)
        recipient = enrol.recipient_key(tx, packet.officer, run.batch.agency)
        if recipient is None:
            raise RefusedError("an engaged officer has no enrolled key", remedy="enrol it, then run the release again")
        payload = answers.disclose(disposition, run.receipt, packet, released, _terms(run, rulebook, book))
        sealed = sealer.seal(payload, recipient)
        disk.write_file(office.root / "packages" / f"{name}.{sealer.scheme}", sealed)
        _enter_intent(run, tx, packet, released, sealed, recipient, digest, rulebook, sealer.scheme)
    run.answers.update(released.get(ordinal, answers.NO_DISCLOSURE) for ordinal in packet.rows["ordinal"].to_list())
    return name


def _decide_again(run: Run, tx: Tx, rulebook: Rulebook, disposition: Disposition, packet: Packet) -> dict[int, str]:
    """Every row of the packet at the release stage, with what is true now, by both engines. Ordinal → answer, of those that pass."""
    facts = _release_facts(run, tx, rulebook, disposition, packet)
    passed = decision.passing_twice(rulebook, facts, Stage.RELEASE, run.on.asked)
    fine = packet.rows.filter((pl.col("outcome") == Outcome.REFERRED) & pl.col("ordinal").is_in(passed))
    return dict(fine.select("ordinal", "answer").filter(pl.col("answer") == answers.SAME).iter_rows())


def _release_facts(run: Run, tx: Tx, rulebook: Rulebook, disposition: Disposition, packet: Packet) -> Facts:
    """The row's facts as determined, with those of the office, of court interpretations and of the release as they are today."""
    office, batch = run.office, run.batch
    day = answer_day(batch, law.in_force(office, tx)[1])
    today: dict[str, object] = {
        "day": office.day,
        "agency": _agency(run, tx, rulebook),
        "agreement_state": rulebook.agreement_state,
        "safeguards": enrol.safeguards_of(tx, batch.agency),
        "answer_day_reached": office.day.isoformat() >= day,
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
    return Facts(base.with_columns(columns))


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


def _standing(run: Run, tx: Tx) -> Disposition:
    """Dispositions as this transaction sees them. They are folded anew whenever an act, a key, an appointment or a law was added."""
    newest = tuple(max((row["seq"] for row in tx.now(table)), default=0) for table in ("appointment", "person", "in_force"))
    seen = (max((row["seq"] for row in tx.rows("act", batch=run.batch.id)), default=0), *newest)
    if run.stood is None or run.stood[0] != seen:
        rows = run.rows.filter(pl.col("outcome") == Outcome.REFERRED)
        run.stood = (seen, dispose.standing(run.office, tx, run.batch, rows))
    return run.stood[1]


def _terms(run: Run, rulebook: Rulebook, book: LawBook) -> answers.Terms:
    office, agency = run.office, run.batch.agency
    invoked = rulebook.vocabulary.bases.get(basis.action_of(run.batch.basis, rulebook.vocabulary) or "")
    names = (invoked.id, invoked.cite) if invoked else ("", "")
    return answers.Terms(office.custodian, agency, *names, office.day, law.bound_in_use(book, str(run.on.office["agency"]), office.day))


def _enter_intent(
    run: Run,
    tx: Tx,
    packet: Packet,
    released: Mapping[int, str],
    sealed: bytes,
    recipient: str,
    law_digest: str,
    rulebook: Rulebook,
    scheme: str,
) -> None:
    """The intent: one entry a package. Its opening says which rows it answers how, and about whom."""
    name, digest = _name(run, packet), sha256(sealed).hexdigest()
    disclosed = packet.rows.filter(pl.col("ordinal").is_in(list(released)))
    row: dict[str, entries.Json] = {
        "package": name,
        "batch": run.batch.id,
        "officer": packet.officer,
        "rows": packet.rows["ordinal"].to_list(),
        "disclosed": disclosed["ordinal"].to_list(),
        "records": disclosed["record_id"].to_list(),
        "determinations": disclosed["entry"].to_list(),
        "digest": digest,
        "scheme": scheme,
        "recipient": recipient,
        "law": law_digest,
        "rulebook": rulebook.digest,
        "receipt": run.receipt.index,
        "persons": disclosures.row_root(run.office, *(disclosed[name].to_list() for name in ("ordinal", "record_id", "entry"))),
        "day": run.office.day.isoformat(),
    }
    index = record.enter(run.office, tx, Kind.INTENT, row, run.batch.id)
    tx.add_one(
        "package",
        package=name,
        batch=run.batch.id,
        officer=packet.officer,
        rows=packet.rows.height,
        recipient_key=recipient,
        digest=digest,
        entry=index,
    )
    ordinals = packet.rows["ordinal"].to_list()
    tx.add("package_row", [{"package": name, "ordinal": one, "batch": run.batch.id, "disclosed": int(one in released)} for one in ordinals])
    tx.add_one("custody", package=name, state="intent", day=run.office.day, note=scheme, entry=index)


# ---------------------------------------------------------------- sending


def _send_what_was_entered(run: Run, out: Path) -> None:
    """Packages whose copy was interrupted: the same bytes, again, if they may still go. What was sent is not sent again."""
    with run.office.store.read() as tx:
        states = {row["package"]: row["state"] for row in tx.now("custody")}
        mine = [row["package"] for row in tx.rows("package", batch=run.batch.id)]
    for package in (one for one in mine if states.get(one) == "intent"):
        _may_still_go(run, package)
        _send(run, package, out)


def _may_still_go(run: Run, package: str) -> None:
    """Decide the disclosed rows of an interrupted package again, as of now.

    Raises:
        RefusedError: something entered since, a halt for instance, stands in the way. The package stays where it is.
    """
    office = run.office
    with office.store.write() as tx:
        rows = tx.rows("package_row", package=package)
        disclosed = {row["ordinal"] for row in rows if row["disclosed"]}
        digest, _ = law.in_force(office, tx)
        rulebook = law.rulebook(office.root, office.regime, digest, office.day, run.batch.agreement or None, run.batch.agency)
        (kept,) = tx.rows("package", package=package)
        packet = answers.Packet(kept["officer"], run.rows.filter(pl.col("ordinal").is_in(list(disclosed))))
        allowed = set(_decide_again(run, tx, rulebook, _standing(run, tx), packet)) if disclosed else disclosed
    if disclosed != allowed:
        raise RefusedError(
            f"package {package} was entered and not sent, and may no longer be sent",
            remedy="recall it with `privity custody`; its rows count as disclosed until then",
        )


def _send(run: Run, package: str, out: Path) -> None:
    """Copy a package out, with the proof of its entry, and note that it left."""
    office = run.office
    with office.store.read() as tx:
        (row,) = tx.rows("package", package=package)
        proof = log.tlog_proof(tx, row["entry"])
        (entry,) = log.read_entries(tx, row["entry"], 1)
        sent = any(one["state"] == "sent" for one in tx.rows("custody", package=package))
        scheme = tx.rows("custody", package=package)[0]["note"]
    sealed = (office.root / "packages" / f"{package}.{scheme}").read_bytes()
    if sha256(sealed).hexdigest() != row["digest"]:
        raise RefusedError(f"package {package} is not the one that was entered", remedy="restore it from a backup; it is not sent")
    disk.write_file(out / f"{package}.entry", entry)
    disk.write_file(out / f"{package}.tlog-proof", proof.encode())
    disk.write_file(out / f"{package}.{scheme}", sealed)
    if not sent:
        with office.store.write() as tx:
            tx.add_one("custody", package=package, state="sent", day=office.day, note=scheme, entry=None)


# ---------------------------------------------------------------- after it left


def acknowledge(office: Office, package: str, note: str) -> int:
    """Enter that the engaged officer has the package."""
    return _custody(office, package, Kind.ACKNOWLEDGEMENT, "acknowledged", note)


def recall(office: Office, package: str, ground: str) -> int:
    """Enter that a package is called back: the correction path. The answer is no longer live."""
    return _custody(office, package, Kind.RECALL, "recalled", ground)


def destroyed(office: Office, package: str, note: str) -> int:
    """Enter the recipient's word that nothing of the package is left."""
    return _custody(office, package, Kind.DESTROYED, "destroyed", note)


def _custody(office: Office, package: str, kind: Kind, state: str, note: str) -> int:
    with office.store.write() as tx:
        rows = [row for row in tx.rows("package") if str(row["package"]).startswith(package)] if package else []
        if len(rows) != 1:
            raise RefusedError(f"no package `{package}`", remedy="`privity packages OFFICE` lists them")
        name, batch = rows[0]["package"], rows[0]["batch"]
        row: dict[str, entries.Json] = {"package": name, "state": state, "note": note, "day": office.day.isoformat()}
        index = record.enter(office, tx, kind, row, batch)
        tx.add_one("custody", package=name, state=state, day=office.day, note=note, entry=index)
    return index
