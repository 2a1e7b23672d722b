"""Does a delay of notice hide what it covers, from the person it covers, until its day, and no longer?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from office.small import tamper
from persons.open_office import ANSWERED, folder_of, give
from persons.test_account import disclosed, intents, key_of, problems
from privity.errors import InputError, RefusedError
from privity.office.persons import delays, tags
from privity.office.place import open_office
from privity.office.reports import notices
from privity.sample import world
from privity.verifier.account import check_account

ORDER = "order of 2025-08-14, No. 25-sw-1 (D.D.C.), 18 USC 2705(b)"
UNTIL = ANSWERED + timedelta(days=30)


def delay(office, package, *, authority=ORDER, form="written", until=UNTIL, who=world.APPROVER) -> int:
    by = world.official(office, who)
    return delays.delay(office, package, authority, form, until, by.person, by.key)


@pytest.fixture
def covered(office):
    """A record, and the package that disclosed something about it."""
    record, entries = min(disclosed(office).items())
    assert len(entries) == 1
    return record, str(intents(office)[entries[0]]["package"])


@pytest.mark.invariant
def test_a_delayed_disclosure_is_not_shown_and_the_account_looks_like_that_of_nobody(office, covered, tmp_path) -> None:
    record, package = covered
    delay(office, package)
    stranger = "9" * len(record)
    hidden, nobody = folder_of(office, record, tmp_path / "a"), folder_of(office, stranger, tmp_path / "b")
    for folder in (hidden, nobody):
        assert (check_account(folder, key_of(office)).problems, check_account(folder, key_of(office)).items) == ((), 0)
    assert {p.name: p.stat().st_size for p in hidden.iterdir()} == {p.name: p.stat().st_size for p in nobody.iterdir()}
    shapes = [shape(json.loads((folder / "proofs.json").read_text())) for folder in (hidden, nobody)]
    assert shapes[0] == shapes[1]
    assert problems(office) == ""


def shape(said, name=""):
    """What kind of value stands where, without the values: of a text only its length."""
    if isinstance(said, dict):
        return {key: shape(value, key) for key, value in said.items()}
    if isinstance(said, list):
        return [shape(one) for one in said] if name != "entries" else sorted({json.dumps(sorted(one)) for one in said})
    return len(said) if isinstance(said, str) and name not in ("proof", "row") else type(said).__name__


@pytest.mark.invariant
def test_a_delay_runs_out_by_itself_on_its_day(office, covered, tmp_path) -> None:
    record, package = covered
    delay(office, package)
    for day, items in ((UNTIL - timedelta(days=1), 0), (UNTIL, 1)):
        then = replace(office, day=day)
        folder = folder_of(then, record, tmp_path / day.isoformat())
        found = check_account(folder, key_of(office))
        assert (found.problems, found.items) == ((), items)
        with then.store.read() as tx:
            assert [row["state"] for row in delays.listed(then, tx)] == ["ended" if items else "runs"]
    assert problems(replace(office, day=UNTIL)) == ""


def test_a_delay_is_signed_and_lists_its_authority_for_the_inspector(office, covered) -> None:
    entry = delay(office, covered[1])
    with office.store.read() as tx:
        (row,) = delays.listed(office, tx)
    assert (row["authority"], row["until"], row["entry"], row["person"]) == (ORDER, UNTIL, entry, world.APPROVER)
    assert covered[0] not in json.dumps(row, default=str)


@pytest.mark.invariant
def test_a_delay_is_never_extended_on_the_same_authority(office, covered) -> None:
    delay(office, covered[1])
    with pytest.raises(RefusedError, match="already delayed"):
        delay(office, covered[1], until=UNTIL + timedelta(days=5))
    assert delay(office, covered[1], authority="another order", until=UNTIL + timedelta(days=5))


@pytest.mark.invariant
def test_what_a_person_was_shown_is_not_delayed_afterwards(office, covered) -> None:
    record, package = covered
    assert len(give(office, record).account.lines) == 1
    with pytest.raises(RefusedError, match="already given their account"):
        delay(office, package)


@pytest.mark.invariant
def test_what_a_person_was_told_in_a_notice_is_not_delayed_afterwards(office, covered, tmp_path) -> None:
    record, package = covered
    charged = notices.Proceeding("charge-7213", office.day, "No. 1:25-cr-17")
    notices.notify(office, "7431-e", charged, [str(disclosed(office)[record][0])], tmp_path / "notices", world.REVIEWER)
    with pytest.raises(RefusedError, match="already given"):
        delay(office, package)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"until": ANSWERED}, InputError), ({"until": date(2026, 8, 14)}, RefusedError), ({"form": "oral", "until": date(2025, 10, 1)}, RefusedError),
        ({"form": "by telephone"}, InputError), ({"authority": " "}, InputError), ({"who": world.REVIEWER}, RefusedError),
    ],
)  # fmt: skip
def test_a_delay_without_its_conditions_is_refused_and_nothing_is_entered(office, covered, change, error) -> None:
    with office.store.read() as tx:
        before = tx.head().size
    with pytest.raises(error):
        delay(office, covered[1], **change)
    with office.store.read() as tx:
        assert tx.head().size == before


@pytest.mark.parametrize("change", ["until = '2027-01-01'", "authority = 'another'", "person = 'c.ode'"])
def test_a_delay_that_was_altered_is_named(office, covered, change) -> None:
    entry = delay(office, covered[1])
    tamper(office.root, f"UPDATE notice_delay SET {change}")
    assert f"entry {entry}: its row of `notice_delay` says otherwise" in problems(open_office(office.root, office.day))


def test_a_delay_leaves_other_packages_where_they_are(office, covered) -> None:
    delay(office, covered[1])
    with office.store.read() as tx:
        placed = {row["intent"]: row["list"] for row in tx.rows("map_place")}
    assert sorted(placed.values()).count(tags.KEPT_BACK) == 1
    assert len(placed) > 1
