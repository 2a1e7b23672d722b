"""Does a person see beside the map what was recorded afterwards about them, under the same rules, and what became of each package?"""

from __future__ import annotations

import json

import pytest

from office.small import ANSWERED
from persons.open_office import folder_of, give
from persons.test_account import disclosed, edited, intents, key_of
from privity.account.told import RECALLED_UNSEEN, UNACKNOWLEDGED, WITHHELD
from privity.office import custody
from privity.office.persons import contests, holders
from privity.office.release import recall
from privity.sample import world
from privity.verifier.account import check_account
from reports import told


@pytest.mark.invariant
def test_what_was_recorded_afterwards_stands_beside_the_map_and_says_so(office, tmp_path) -> None:
    record = min(disclosed(office))
    entry = told.recorded(office, tmp_path, record_ids=f'["{record}", "REC-B"]')
    told.recorded(office, tmp_path, record_ids='["REC-B"]', made="2025-03-04")
    folder = folder_of(office, record, tmp_path / "a")
    account = json.loads((folder / "account.json").read_text())
    (one,) = account["recorded_afterwards"]
    assert (one["entry"], one["made"], one["agency"], one["what"], one["channel"]) == (
        entry,
        "2025-03-02",
        "us-dhs",
        "mailing address",
        "telephone",
    )
    assert (one["shown_under"], one["source"]) == ("26 USC 6103(e)(7)", "POLICY")
    assert len(account["items"]) == 1
    assert "nothing shows that it is all" in account["complete"]["says"]
    for path in folder.iterdir():
        assert "REC-B" not in path.read_text(), "the record names another person too"
    found = check_account(folder, key_of(office))
    assert (found.problems, found.items, found.recorded) == ((), 1, 1)
    assert "What was recorded afterwards is outside of that" in found.says
    page = (folder / "account.html").read_text()
    assert "Recorded afterwards" in page


@pytest.mark.invariant
@pytest.mark.parametrize("change", [{"entered": "2025-08-13"}, {"entry": 3}])
def test_a_line_that_is_no_record_of_that_day_is_refused_by_the_checker(office, tmp_path, change) -> None:
    told.recorded(office, tmp_path)
    folder = folder_of(office, "REC-A", tmp_path / "a")
    assert check_account(folder, key_of(office)).problems == ()
    edited(folder, "account.json", lambda said: said["recorded_afterwards"][0].update(change))
    assert "it is not a record of that day" in check_account(folder, key_of(office)).problems[0]


@pytest.mark.invariant
def test_a_later_account_that_drops_a_record_is_found(office, tmp_path) -> None:
    told.recorded(office, tmp_path)
    before, after = folder_of(office, "REC-A", tmp_path / "a"), folder_of(office, "REC-A", tmp_path / "b")
    assert check_account(after, key_of(office), earlier=before).problems == ()
    edited(after, "account.json", lambda said: said.update(recorded_afterwards=[]))
    assert "as recorded afterwards" in check_account(after, key_of(office), earlier=before).problems[0]


@pytest.mark.invariant
def test_under_the_shipped_rules_a_record_is_kept_back_and_looks_like_none(here, tmp_path) -> None:
    office = here.made.office("released", tmp_path, ANSWERED)
    told.recorded(office, tmp_path)
    named, nobody = folder_of(office, "REC-A", tmp_path / "a"), folder_of(office, "nobody-here", tmp_path / "b")
    accounts = [json.loads((folder / "account.json").read_text()) for folder in (named, nobody)]
    assert [one["recorded_afterwards"] for one in accounts] == [[], []]
    assert {p.name: p.stat().st_size for p in named.iterdir()} == {p.name: p.stat().st_size for p in nobody.iterdir()}


def test_an_item_says_what_became_of_its_package(office) -> None:
    (record, entries), (other, more) = [one for one in sorted(disclosed(office).items()) if len(one[1]) == 1][:: len(disclosed(office)) - 1]
    packages = {entry: str(said["package"]) for entry, said in intents(office).items()}
    assert packages[entries[0]] != packages[more[0]]
    assert give(office, record).account.lines[0].custody == UNACKNOWLEDGED
    recall(office, packages[entries[0]], "called back")
    assert give(office, record).account.lines[0].custody == RECALLED_UNSEEN
    with office.store.write() as tx:  # as if it had never been sent
        tx.add_one("custody", package=packages[more[0]], state="intent", day=office.day, note="age", entry=None)
        custody.enter(office, tx, packages[more[0]], custody.WITHHELD, custody.Said("a halt came first"))
    assert give(office, other).account.lines[0].custody == WITHHELD


def test_who_was_told_something_by_telephone_is_told_of_a_correction_too(office, tmp_path) -> None:
    entry = told.recorded(office, tmp_path)
    clerk = world.official(office, world.REVIEWER)
    contests.contest(office, "REC-A", "not my address", clerk.person, clerk.key)
    assert holders.holders(office, "REC-A") == [
        {"package": "", "agency": "us-dhs", "officer": "Lt. Quill", "state": f"recorded afterwards, entry {entry}"}
    ]
