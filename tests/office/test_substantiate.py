"""Before a batch is released, rows that nobody could choose are held against the case file; one failure refers the whole batch."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from office.interlocked import install
from office.small import ANSWERED, REVIEWED, Small, approve, tamper
from office.test_release import entered
from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import dispose, draw, enrol, substantiate, witness_roster
from privity.office.batch import Batch
from privity.office.dispose import Official
from privity.office.keys import ends
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.substantiate import NOT, SUBSTANTIATED, Seen
from privity.office.verify import verify
from privity.sample import world
from privity.seal import KeyedSealer
from privity.terms import ActKind, Appointment
from verifier.outside import Witness
from verifier.test_export import cosign

SEEN = Seen("final-order", date(2024, 5, 2), "ab" * 32)


@pytest.fixture(scope="module")
def asking(made: Small, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office with every referred row approved, and a policy that asks for five rows."""
    place = tmp_path_factory.mktemp("asking")
    office = made.office("approved", place, ANSWERED)
    install(office, place, numbers={"sample_rows": 5})
    return office.root


@pytest.fixture
def office(asking: Path, tmp_path: Path) -> Office:
    return open_office(Path(shutil.copytree(asking, tmp_path / "office")), ANSWERED)


@pytest.fixture
def batch(made: Small, office: Office) -> Batch:
    return made.of(office)


def approved(office: Office, batch: Batch) -> pl.DataFrame:
    rows = dispose.referred(office, batch)
    with office.store.read() as tx:
        stands = dispose.standing(office, tx, batch, rows).frame
    return rows.join(stands.filter(pl.col("disposition") == "approved").select("ordinal"), on="ordinal", how="semi")


def drawn(office: Office, batch: Batch) -> list[int]:
    substantiate.begin(office, batch, approved(office, batch))
    return substantiate.settle(office, batch)


def found(
    office: Office, batch: Batch, ordinal: int, finding: str = SUBSTANTIATED, *, by: Official | None = None, seen: Seen = SEEN
) -> int:
    who = by or world.official(office, world.REVIEWER)
    return substantiate.find(office, batch, dispose.referred(office, batch), ordinal, who, finding, seen)


def answered(office: Office, batch: Batch, place: Path) -> Counter[str]:
    return Counter(release(office, batch, place / "out", KeyedSealer()))


def refuses(office: Office, batch: Batch, place: Path, word: str) -> None:
    with pytest.raises(RefusedError, match=word):
        release(office, batch, place / "out", KeyedSealer())
    with office.store.read() as tx:
        assert tx.rows("package") == []


# ---------------------------------------------------------------- what a release waits for


@pytest.mark.invariant
def test_nothing_is_released_before_every_row_that_was_taken_is_substantiated(office: Office, batch: Batch, tmp_path: Path) -> None:
    refuses(office, batch, tmp_path, "never drawn")
    taken = drawn(office, batch)
    officers = approved(office, batch)["engaged_person"].n_unique()
    assert len(taken) == max(5, officers)
    for ordinal in taken:
        refuses(office, batch, tmp_path, "have no finding")
        found(office, batch, ordinal)
    assert answered(office, batch, tmp_path)["same"] == approved(office, batch).height
    assert verify(office).problems == ()


@pytest.mark.invariant
def test_one_row_that_is_not_substantiated_refers_the_whole_batch_until_counsel_overrules(
    office: Office, batch: Batch, tmp_path: Path
) -> None:
    first, *others = drawn(office, batch)
    found(office, batch, first, NOT, seen=Seen("none"))
    for ordinal in others:
        found(office, batch, ordinal)
    refuses(office, batch, tmp_path, "refers the whole batch")
    for ground, who in (("", world.COUNSEL), ("the file was found", world.REVIEWER)):
        with pytest.raises(RefusedError):
            substantiate.overrule(office, batch, world.official(office, who), ground)
    substantiate.overrule(office, batch, world.official(office, world.COUNSEL), "one clerk's error; the other rows were all seen")
    said = answered(office, batch, tmp_path)
    assert said["same"] == approved(office, batch).height - 1, "the row that failed is not answered"
    assert verify(office).problems == ()


def test_a_failure_after_the_overruling_blocks_again_and_a_row_found_later_is_answered(
    office: Office, batch: Batch, tmp_path: Path
) -> None:
    first, second, *others = drawn(office, batch)
    for ordinal in (second, *others):
        found(office, batch, ordinal)
    found(office, batch, first, NOT)
    counsel = world.official(office, world.COUNSEL)
    substantiate.overrule(office, batch, counsel, "a ground")
    with pytest.raises(RefusedError, match="no failure"):
        substantiate.overrule(office, batch, counsel, "once more")
    found(office, batch, second, NOT)
    refuses(office, batch, tmp_path, "refers the whole batch")
    found(office, batch, second)
    refuses(office, batch, tmp_path, "refers the whole batch")  # finding the file later does not undo the failure
    substantiate.overrule(office, batch, counsel, "the file was mislaid and is found")
    assert answered(office, batch, tmp_path)["same"] == approved(office, batch).height - 1


@pytest.mark.invariant
def test_what_a_revoked_key_found_or_overruled_releases_nothing(office: Office, batch: Batch, tmp_path: Path) -> None:
    enrol.appoint(office, Appointment(world.APPROVER, "reviewer", world.SINCE), enrol.CUSTODIAN)
    first, *others = drawn(office, batch)
    for ordinal in others:
        found(office, batch, ordinal)
    found(office, batch, first, NOT)
    substantiate.overrule(office, batch, world.official(office, world.COUNSEL), "a ground")
    found(office, batch, first, by=replace(world.official(office, world.APPROVER), office="reviewer"))
    with office.store.read() as tx:
        assert substantiate.failed(office, tx, batch.id) == set()
    for person in (world.APPROVER, world.COUNSEL):
        ends.end(office, enrol.CUSTODIAN, person, ANSWERED, "stolen")
    with office.store.read() as tx:
        assert substantiate.failed(office, tx, batch.id) == {first}
        assert substantiate.standing(office, tx, batch).blocked


def test_rows_approved_after_the_draw_need_a_draw_of_their_own(made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, REVIEWED)
    batch = made.of(office)
    install(office, tmp_path, numbers={"sample_rows": 2})
    rows = dispose.referred(office, batch)["ordinal"].to_list()
    approve(office, batch, rows[:10])
    for ordinal in drawn(office, batch):
        found(office, batch, ordinal)
    approve(office, batch, rows[10:])
    later = open_office(office.root, ANSWERED)
    refuses(later, batch, tmp_path, f"{len(rows) - 10} approved rows were never drawn")
    second = drawn(later, batch)
    assert set(second) <= set(rows[10:])
    for ordinal in second:
        found(later, batch, ordinal)
    with pytest.raises(RefusedError, match="nothing to draw"):
        substantiate.begin(later, batch, approved(later, batch))
    assert answered(later, batch, tmp_path)["same"] == len(rows)


def test_a_draw_made_under_a_smaller_number_no_longer_covers(office: Office, batch: Batch, tmp_path: Path) -> None:
    for ordinal in drawn(office, batch):
        found(office, batch, ordinal)
    install(office, tmp_path, numbers={"sample_rows": 9})
    refuses(office, batch, tmp_path, "never drawn")
    drawn(office, batch)
    with pytest.raises(RefusedError, match="have no finding"):
        release(office, batch, tmp_path / "out", KeyedSealer())


def test_an_office_in_service_that_sets_no_sample_releases_nothing(made: Small, tmp_path: Path) -> None:
    office = replace(made.office("approved", tmp_path, ANSWERED), trial=False)
    install(office, tmp_path, numbers={"allow_age": 1})
    refuses(office, made.of(office), tmp_path, "sets no sample")


def test_an_office_in_service_seals_to_no_age_key_unless_its_policy_says_so(made: Small, tmp_path: Path) -> None:
    trying = made.office("approved", tmp_path, ANSWERED)
    install(trying, tmp_path, numbers={"sample_rows": 1})
    batch = made.of(trying)
    for ordinal in drawn(trying, batch):
        found(trying, batch, ordinal)
    office = replace(trying, trial=False)
    refuses(office, batch, tmp_path, "not a FIPS 140 set")
    install(office, tmp_path, numbers={"sample_rows": 1, "allow_age": 1})
    assert answered(office, batch, tmp_path)["same"] == 24


# ---------------------------------------------------------------- who may, and what of


@pytest.mark.invariant
def test_the_intake_officer_counsel_and_a_stranger_substantiate_nothing(office: Office, batch: Batch) -> None:
    first = drawn(office, batch)[0]
    intake, counsel = world.official(office, world.INTAKE), world.official(office, world.COUNSEL)
    for by in (intake, counsel, replace(intake, office="reviewer"), Official(world.REVIEWER, "reviewer", Ed25519PrivateKey.generate())):
        with pytest.raises(RefusedError):
            found(office, batch, first, by=by)
    from privity.terms import Appointment

    enrol.appoint(office, Appointment(world.INTAKE, "reviewer", world.SINCE), enrol.CUSTODIAN)
    with pytest.raises(RefusedError, match="took the batch in"):
        found(office, batch, first, by=replace(intake, office="reviewer"))
    assert entered(office, Kind.SUBSTANTIATION)[-1][1]["step"] == "drawn", "nothing was recorded"


def test_a_row_that_was_not_taken_has_no_finding(office: Office, batch: Batch) -> None:
    taken = drawn(office, batch)
    other = next(one for one in approved(office, batch)["ordinal"].to_list() if one not in taken)
    with pytest.raises(RefusedError, match="was not taken"):
        found(office, batch, other)


@pytest.mark.parametrize(
    ("finding", "seen"),
    [("fine", SEEN), (SUBSTANTIATED, Seen("none")), (SUBSTANTIATED, Seen("final-order")), (SUBSTANTIATED, Seen("a letter about J Doe", date(2024, 1, 1))),
     (SUBSTANTIATED, Seen("final-order", date(2024, 1, 1), "zz"))],
)  # fmt: skip
def test_a_finding_says_what_was_seen_and_no_words_about_a_person(office: Office, batch: Batch, finding: str, seen: Seen) -> None:
    first = drawn(office, batch)[0]
    with pytest.raises(InputError):
        found(office, batch, first, finding, seen=seen)


# ---------------------------------------------------------------- nobody could choose the rows


@pytest.mark.invariant
def test_a_stranger_draws_the_same_rows_from_entry_and_seed(office: Office, batch: Batch) -> None:
    """Written again from docs/custody.md, with nothing of the program."""
    taken = drawn(office, batch)
    steps = {row["step"]: row for _, row in entered(office, Kind.SUBSTANTIATION)}
    seed = sha256((steps["drawn"]["checkpoint"] + "".join(line + "\n" for line in sorted(steps["drawn"]["lines"]))).encode()).digest()
    assert seed.hex() == steps["drawn"]["seed"]
    order = sorted(steps["draw"]["rows"], key=lambda row: sha256(seed + row[1].to_bytes(8, "big")).hexdigest())
    chosen, strata = [], set()
    for ordinal, _entry, stratum in order:
        if stratum not in strata:
            strata.add(stratum)
            chosen.append(ordinal)
    for ordinal, _entry, _stratum in order:
        if len(chosen) < steps["draw"]["size"] and ordinal not in chosen:
            chosen.append(ordinal)
    assert sorted(chosen) == taken == steps["drawn"]["rows"]


@pytest.mark.invariant
def test_with_witnesses_no_row_is_taken_before_a_quorum_signed_a_checkpoint_over_the_draw(
    office: Office, batch: Batch, tmp_path: Path
) -> None:
    one, two = Witness("one.example/w", 1), Witness("two.example/w", 2)
    for each in (one, two):
        witness_roster.add(office, each.key.name, each.vkey, "http://127.0.0.1:9")
    install(office, tmp_path, numbers={"sample_rows": 5, "witness_quorum": 2})
    cosign(office, one, two)  # a checkpoint before the draw, signed by both
    entry = substantiate.begin(office, batch, approved(office, batch))
    with pytest.raises(RefusedError, match="witnesses"):
        substantiate.settle(office, batch)
    cosign(office, one)
    with office.store.write() as tx:  # whoever owns the database can add a line, and cannot sign one
        tx.add_one("cosignature", size=entry + 1, witness="two.example/w", line=two.line("another ledger\n1\nAAAA\n\n"), day=office.day)
    with pytest.raises(RefusedError, match="witnesses"):
        substantiate.settle(office, batch)
    enrol.determine_safeguards(office, world.AGENCY, "current", "another entry, and so another checkpoint")
    cosign(office, one, two)
    with office.store.read() as tx:
        stands = substantiate.standing(office, tx, batch)
        assert (stands.waiting, stands.open) == ((entry,), ())
        size, note = tx.head().size, str(tx.head().note)
    assert substantiate.settle(office, batch)
    (said,) = (row for _, row in entered(office, Kind.SUBSTANTIATION) if row["step"] == "drawn")
    assert (said["lines"], said["covered"]) == (sorted(each.line(note).rstrip() for each in (one, two)), size)
    with office.store.read() as tx:
        assert not substantiate.standing(office, tx, batch).predictable
    assert substantiate.settle(office, batch) == [], "a draw is taken once: a line that comes later changes nothing"


def test_without_witnesses_the_office_is_told_that_it_could_have_known(office: Office, batch: Batch) -> None:
    drawn(office, batch)
    with office.store.read() as tx:
        assert substantiate.standing(office, tx, batch).predictable


@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5), size=st.integers(0, 40), seed=st.binary(min_size=32, max_size=32)
)  # fmt: skip
def test_every_officer_has_a_row_and_none_is_taken_twice(sizes: list[int], size: int, seed: bytes) -> None:
    strata = [number for number, count in enumerate(sizes) for _ in range(count)]
    rows = [(place, 100 + place, stratum) for place, stratum in enumerate(strata)]
    taken = draw.take(rows, seed, size)
    assert len(set(taken)) == len(taken) == min(len(rows), max(size, len(sizes)))
    assert {strata[one] for one in taken} == set(range(len(sizes)))


def test_another_seed_takes_other_rows_and_each_row_about_as_often() -> None:
    rows = [(place, 1000 + place, 0) for place in range(20)]
    taken = Counter(one for number in range(2000) for one in draw.take(rows, sha256(str(number).encode()).digest(), 5))
    assert len(taken) == 20
    assert all(400 < count < 600 for count in taken.values()), "500 of 2,000 are expected; the bounds are 5 standard deviations away"


# ---------------------------------------------------------------- what whoever owns the file can do


@pytest.mark.parametrize(
    "statement", ["DELETE FROM substantiation WHERE step = 'finding'", "UPDATE substantiation SET step = 'draw' WHERE step = 'drawn'"]
)
def test_a_step_that_was_altered_or_deleted_is_named(office: Office, batch: Batch, statement: str, tmp_path: Path) -> None:
    found(office, batch, drawn(office, batch)[0], NOT)
    entry = entered(office, Kind.SUBSTANTIATION)[-1 if "finding" in statement else -2][0]
    tamper(office.root, statement)
    assert any(problem.startswith(f"entry {entry}: ") for problem in verify(open_office(office.root, ANSWERED)).problems)
    with pytest.raises(Exception):  # noqa: B017 - and nothing leaves meanwhile, for one reason or another
        release(open_office(office.root, ANSWERED), batch, tmp_path / "out", KeyedSealer())


def test_an_objection_after_the_sample_withholds_its_row_alone(office: Office, batch: Batch, tmp_path: Path) -> None:
    for ordinal in drawn(office, batch):
        found(office, batch, ordinal)
    dispose.act(
        office, batch, ActKind.OBJECT, world.official(office, world.COUNSEL), approved(office, batch)["ordinal"].to_list()[:1], "two people"
    )
    assert answered(office, batch, tmp_path)["same"] == 23


def test_no_word_of_a_request_is_in_the_table(office: Office, batch: Batch) -> None:
    found(office, batch, drawn(office, batch)[0])
    with office.store.read() as tx:
        kept = json.dumps(tx.rows("substantiation"), default=str)
    assert set(json.loads(kept)[0]) == {"seq", "batch", "step", "day", "entry"}


def test_verify_reads_the_signature_of_a_finding_again(office: Office, batch: Batch) -> None:
    first = drawn(office, batch)[0]
    found(office, batch, first)
    assert verify(office).problems == ()
    with office.store.write() as tx:  # by somebody who can write entries and has no reviewer's key
        step = substantiate.steps(office, tx, batch.id, "finding")[0][1] | {"finding": NOT}
        by = Official(world.REVIEWER, "reviewer", Ed25519PrivateKey.generate())
        words = {name: step[name] for name in step if name not in ("step", "batch", "day", "person", "office", "signature")}
        forged = substantiate._enter(office, tx, batch, "finding", words, by, bytes(64))
    assert f"entry {forged}: the finding is not signed by its person's key" in verify(office).problems
