"""A submit that was killed, anywhere, and started again: is it the batch that it would have been? And one that is started twice?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from office import killed
from office.small import ANSWERED, RECEIVED, Small
from office.test_release import STAY, law_with
from privity.office import batch as batches
from privity.office import determinations, law, receive, register
from privity.office.place import open_office
from privity.office.submit import submit
from privity.office.verify import verify
from privity.sample import world

# One office, killed again and again, each time a little further: (where, hook, when, turn counted from this start, empty commits too) → shards on record.
RECEIPT = {"requests": 4, "defects": 1, "envelope": 1}
ASKED = RECEIPT | {"examined": 1, "attempts": 1}
POINTS = [
    ("while rows are being sealed", ("sealed", "after", 2), {}),
    ("before the receipt is committed", ("commit", "before", 1), {}),
    ("between receipt and examination", ("commit", "after", 1), RECEIPT),
    ("before `examined` is committed", ("commit", "before", 1), RECEIPT),
    ("between `examined` and the register", ("commit", "after", 1), RECEIPT | {"examined": 1}),
    ("after the register was asked", ("commit", "after", 3), ASKED),
    ("before the second shard of determinations is committed", ("commit", "before", 4), ASKED | {"determined": 1, "facts": 1}),
    ("between two shards of determinations", ("commit", "after", 3), ASKED | {"determined": 2, "facts": 2}),
]


def figures(root: Path) -> tuple[object, ...]:
    """What a finished submit leaves: rows by outcome and reasons, each once; entries; shards."""
    office = open_office(root, RECEIVED)
    with office.store.read() as tx:
        (row,) = tx.rows("batch")
        stages = Counter(one["stage"] for one in tx.rows("shard"))
        size, bounds = tx.head().size, len(tx.rows("bound"))
        batch = batches.named(tx, row["batch"])
    whole = determinations.load(office, batch)
    assert whole["ordinal"].to_list() == list(range(batch.rows))
    assert whole["entry"].n_unique() == batch.rows
    said = whole.select("outcome", "stage", "duty", "due", "answer", "identity", "record_id", "rule").rows()
    found = verify(office)
    assert found.problems == ()
    return batch.id, size, found.openings, stages, bounds, tuple(said), tuple(tuple(sorted(one)) for one in whole["reasons"])


@pytest.fixture(scope="module")
def undisturbed(made: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    root = made.copy("staffed", tmp_path_factory.mktemp("undisturbed"))
    assert killed.run("submit", root, RECEIVED, ("never", "", 0), made.file, made.envelope) == 0
    return figures(root)


def test_a_submit_killed_at_every_step_and_started_again_is_the_batch_that_it_would_have_been(
    made: Small, undisturbed: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made.copy("staffed", tmp_path)
    for name, where, on_record in POINTS:
        assert killed.was_killed(killed.run("submit", root, RECEIVED, where, made.file, made.envelope)), name
        office = open_office(root, RECEIVED)
        with office.store.read() as tx:
            assert Counter(one["stage"] for one in tx.rows("shard")) == Counter(on_record), f"killed elsewhere than {name}"
        assert verify(office).problems == (), f"what is on record is whole, {name}"
    monkeypatch.setattr(receive, "SHARD", 16)
    submit(office, made.file, made.envelope, intake_officer=world.INTAKE)
    assert figures(root) == undisturbed


def test_the_same_files_again_are_the_same_batch_and_add_nothing(made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, RECEIVED)
    with office.store.read() as tx:
        before = tx.head().size
    assert submit(office, made.file, made.envelope, intake_officer=world.INTAKE).id == made.batch
    with office.store.read() as tx:
        assert tx.head().size == before


def test_two_submits_of_the_same_files_at_once_are_one_sound_batch(made: Small, undisturbed: tuple[object, ...], tmp_path: Path) -> None:
    root = made.copy("staffed", tmp_path)
    both = [killed.start("submit", root, RECEIVED, "never", "", 0, made.file, made.envelope) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert figures(root) == undisturbed


def test_a_submit_goes_on_with_the_law_and_the_register_that_it_began_with(
    made: Small, undisturbed: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made.copy("staffed", tmp_path)
    assert killed.was_killed(killed.run("submit", root, RECEIVED, ("commit", "after", 6), made.file, made.envelope))
    office = open_office(root, ANSWERED)
    law.install(office, law_with(tmp_path, "halts/a-stay.toml", STAY.format(day=RECEIVED)), "a stay")
    nobody = tmp_path / "nobody.parquet"
    pl.read_parquet(made.root / "register.parquet").head(5).write_parquet(nobody)
    register.load(office, [nobody])
    monkeypatch.setattr(receive, "SHARD", 16)
    submit(office, made.file, made.envelope, intake_officer=world.INTAKE)
    batch, size, *same = figures(root)
    assert (batch, size - 2, *same[1:]) == (undisturbed[0], undisturbed[1], *undisturbed[3:])
