"""``privity demo``: the whole story, told with the sample. Everything shown is computed while it is told.

A batch of requests about simulated people goes in, in August 2025 and again in December, when a court's stay is in force. Every row gets
its answer. Beside it stands what a filter like the one used in 2025 would have let out of the same batch, measured with the sample's truth.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from privity import sample
from privity.determine import determine
from privity.errors import InputError
from privity.office import batch as batches
from privity.office import determinations, dispose, law
from privity.office.accounting import for_year
from privity.office.basis import basis_of
from privity.office.explain import explain
from privity.office.place import open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.office.verify import verify
from privity.sample import world
from privity.seal import age
from privity.terms import ActKind, Facts, Outcome, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.sample.world import Agency

AUGUST, REVIEW, ANSWER, DECEMBER = date(2025, 8, 7), date(2025, 8, 11), date(2025, 8, 14), date(2025, 12, 1)


class Screen(Protocol):
    """Where the story is told: the command line's screen."""

    def say(self, text: str = "") -> None:
        """One line."""
        ...

    def table(self, title: str, headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """A table; ``right``: positions of columns of numbers."""
        ...

    def citations(self, counted: pl.DataFrame, title: str) -> None:
        """Rows by citation, with a bar."""
        ...


@dataclass(frozen=True, slots=True)
class Story:
    """What the telling needs at hand."""

    root: Path
    agency: Agency
    roster: dict[str, frozenset[str]]
    truth: pl.DataFrame
    screen: Screen


def tell(folder: Path | None, screen: Screen) -> None:
    """Tell the story in a folder that is kept, or in one that is not.

    Raises:
        InputError: the folder exists.
    """
    if folder is not None and folder.exists():
        raise InputError(f"`{folder}` exists", remedy="choose a folder that does not exist")
    place = folder or Path(tempfile.mkdtemp(prefix="privity-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    try:
        _tell(place, screen)
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
    if folder is not None:
        screen.say(f"\nThe office is in {place / 'office'}; look around:  privity explain {place / 'office'} REQUEST_ID")


def _tell(place: Path, screen: Screen) -> None:
    roster = sample.roster()
    screen.say("1. An office is made, its people appointed, the agency's officers enrolled, 12,131 simulated people's records loaded.")
    office, agency = world.staffed(place / "office", AUGUST, roster)
    story = Story(place, agency, roster, sample.truth(), screen)
    batch = _submit(story, office, date(2025, 6, 27))
    _explain_one(story, office, batch)
    _historical(story, office, batch)
    _review(story, batch)
    _release(story, batch)
    _december(story, batch)
    _check(story)


# ---------------------------------------------------------------- the request comes in


def _submit(story: Story, office: Office, dated: date) -> Batch:
    envelope = story.root / f"envelope-{dated}.toml"
    envelope.write_text(world.envelope(story.agency, sample.requests_path(), story.roster, dated=dated))
    batch = submit(office, sample.requests_path(), envelope, intake_officer=world.INTAKE)
    rows = determinations.load(office, batch)
    count = {(stage, outcome): number for stage, outcome, number in rows.group_by("stage", "outcome").len().iter_rows()}
    say = story.screen.say
    say(f"\n2. As of {office.day}: {batch.rows:,} requests received (ledger entry {batch.entry}), every row decided.")
    say(f"   refused on the request itself, the register never asked: {count.get((Stage.REQUEST, Outcome.REFUSED), 0):,}")
    say(f"   eligible, refused on the record (answered like any other eligible row): {count.get((Stage.RECORD, Outcome.REFUSED), 0):,}")
    say(f"   referred to two people, as a duty to disclose: {count.get((Stage.RECORD, Outcome.REFERRED), 0):,}\n")
    counted = determinations.by_citation(basis_of(office, batch).rulebook, rows.filter(pl.col("stage") == Stage.REQUEST))
    story.screen.citations(counted, "")
    return batch


def _explain_one(story: Story, office: Office, batch: Batch) -> None:
    """A true name, number and birth date with an invented address: what decides it."""
    words = dispose.request_words(office, batch).join(story.truth, on="request_id")
    rows = determinations.load(office, batch).join(words, on="ordinal")
    one = rows.filter((pl.col("kind") == "invented-address") & (pl.col("identity") == "unique")).row(0, named=True)
    found = explain(office, batch, one["ordinal"])
    say = story.screen.say
    say(f"\n3. One row, file row {found.row}: true name, number and birth date, and an address that is not theirs.")
    say(f"   identification: {found.identification}")
    for line in found.lines:
        if line.standing in ("not met", "fact missing"):
            say(f"   {line.standing}: {line.source} {line.cite}: {line.fails} [{'; '.join(line.facts)}]")
    say("   The requester hears `no disclosure`, in the words, size and hour of every other negative answer.")


def _historical(story: Story, office: Office, batch: Batch) -> None:
    """The same batch through the filter as reported of 2025, and the truth about both."""
    out = sample.historical_filter(sample.requests(), sample.register()).join(story.truth, on="request_id", how="left")
    ours = determinations.load(office, batch).join(dispose.request_words(office, batch).join(story.truth, on="request_id"), on="ordinal")
    passed = ours.filter(pl.col("outcome") == Outcome.REFERRED)
    lawful = story.truth["lawful"].fill_null(False).sum()

    def row(name: str, rows: pl.DataFrame) -> tuple[object, ...]:
        wrong = rows.filter(~pl.col("lawful").fill_null(True))
        invented = rows.filter(pl.col("kind") == "invented-address")
        return name, rows.height, wrong.height, invented.height, rows.filter(pl.col("lawful").fill_null(False)).height

    story.screen.say(f"\n4. The same {batch.rows:,} rows and the truth about them ({lawful:,} lawful):\n")
    story.screen.table(
        "",
        ("", "would go out", "of them unlawful", "invented address", "lawful"),
        [
            row("name and number match, any 5 or 9 digits in the address (as reported of 2025)", out),
            row("Privity, before its reviewers", passed),
        ],
        right=(1, 2, 3, 4),
    )


# ---------------------------------------------------------------- people decide, and the answer goes out


def _review(story: Story, batch: Batch) -> None:
    office = open_office(story.root / "office", REVIEW)
    rows = dispose.referred(office, batch)
    cases = sorted(rows["case_id"].unique().to_list())
    chosen = dispose.choose(rows, cases=cases[1:])
    entries = [dispose.act(office, batch, ActKind.APPROVE, world.official(office, who), chosen) for who in (world.REVIEWER, world.APPROVER)]
    ground = "the supplied address is a workplace in the case file"
    declined = dispose.act(
        office, batch, ActKind.DECLINE, world.official(office, world.REVIEWER), dispose.choose(rows, cases=cases[:1]), ground
    )
    story.screen.say(
        f"\n5. {office.day}: {world.REVIEWER} and {world.APPROVER} sign for {len(chosen):,} rows in {len(cases) - 1:,} case bundles "
        f"(entries {entries[0]}, {entries[1]}); one case is declined, with its ground (entry {declined})."
    )


def _release(story: Story, batch: Batch) -> None:
    office = open_office(story.root / "office", ANSWER)
    outbox = story.root / "outbox"
    answers = release(office, batch, outbox, age.AgeSealer())
    sealed = sorted(outbox.glob("*.age"))
    said = f"{answers.get('same', 0):,} `same`, {answers.get('no disclosure', 0):,} `no disclosure`"
    story.screen.say(f"\n6. {office.day}, the answer day: every eligible row is answered, together: {said},")
    story.screen.say(f"   in {len(sealed)} padded packages, each encrypted to one engaged person, each with its proof.")
    _open_one(story, office, sealed[0])


def _open_one(story: Story, office: Office, package: Path) -> None:
    """What one officer reads."""
    with office.store.read() as tx:
        (row,) = tx.rows("package", package=package.stem)
    payload = json.loads(age.open_sealed(package.read_bytes(), story.agency.identities[row["officer"]]))
    story.screen.say(f"   What {row['officer']} reads: {json.dumps(payload['rows'][0])} and {len(payload['rows']) - 1} more rows.")


# ---------------------------------------------------------------- the law changes, and everything is checked


def _december(story: Story, batch: Batch) -> None:
    """The same requests, decided again as of a day on which a court's stay is in force; nothing is entered."""
    office = open_office(story.root / "office", DECEMBER)
    on = basis_of(office, batch)
    with office.store.read() as tx:
        digest, _ = law.in_force(office, tx)
    rulebook = law.rulebook(office.root, office.regime, digest, DECEMBER, None, batch.agency)
    then = pl.concat(list(batches.read_all(office, batch.id, "facts")))
    switches = [pl.lit(value).alias(name) for name, value in rulebook.switches.items()]
    facts = Facts(then.with_columns(pl.lit(DECEMBER).alias("decision_day"), *switches))
    made = determine(rulebook, facts, Stage.REQUEST, on.asked)
    refused = made.outcomes.frame.filter(pl.col("outcome") == Outcome.REFUSED).height
    halted = made.reasons.frame.filter(pl.col("source") == Source.HALT).select("reasons_id", "requirement")
    rows = made.outcomes.frame.join(halted, on="reasons_id")
    cite = rulebook.requirement(rows["requirement"].item(0)).cite
    story.screen.say(f"\n7. The same requests, decided again as of {DECEMBER}: {refused:,} of {batch.rows:,} rows are refused.")
    story.screen.say(f"   {rows.height:,} of them by a court's stay: HALT {cite}.")


def _check(story: Story) -> None:
    office = open_office(story.root / "office", DECEMBER)
    found = verify(office)
    say = story.screen.say
    say(f"\n8. {found.entries:,} ledger entries, {found.openings:,} openings, {found.acts} acts, {found.packages} packages read again:")
    say("   verified: nothing was altered." if not found.problems else "\n".join(found.problems))
    accounting = for_year(office, 2025)
    say("\n9. The accounting of 2025, reconciled to the row:\n")
    for table in (accounting.agencies, accounting.reconciled):
        (row,) = table.rows(named=True)
        story.screen.table("", (row["agency"], "rows"), [(name, number) for name, number in row.items() if name != "agency"], right=(1,))
