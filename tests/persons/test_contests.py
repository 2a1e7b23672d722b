"""Does a person's contest stop what follows, until two people resolved it?"""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from office.small import ANSWERED, tamper
from persons.test_account import disclosed, problems
from privity.errors import InputError, RefusedError, TamperError
from privity.office import custody
from privity.office.persons import contests, holders
from privity.office.place import open_office
from privity.office.release import release
from privity.sample import world
from privity.seal.age import AgeSealer


def signing(office, who):
    by = world.official(office, who)
    return by.person, by.key


@pytest.fixture
def records(here) -> list[str]:
    return sorted(disclosed(open_office(here.root / "released", ANSWERED)))


@pytest.mark.invariant
def test_a_contest_that_only_the_table_says_is_resolved_still_stops(here, records, tmp_path) -> None:
    office, made = here.office(tmp_path, "approved"), here.made
    _, entry = contests.contest(office, records[0], "not my address", *signing(office, world.REVIEWER))
    with office.store.write() as tx:
        (row,) = tx.rows("contest")
        tx.add_one("contest", **{word: row[word] for word in row if word != "seq"} | {"state": contests.RESOLVED})
    release(office, made.of(office), tmp_path / "out", AgeSealer())
    assert sorted(disclosed(office)) == records[1:]
    assert f"entry {entry}: the contest was not resolved by two people" in problems(office)


def test_verify_reads_the_signatures_of_a_contest_again(here, tmp_path) -> None:
    office = here.office(tmp_path, "approved")
    name, entry = contests.contest(office, "P1", "not my address", *signing(office, world.REVIEWER))
    with office.store.write() as tx:  # by somebody who can write entries and has nobody's key
        (row,) = tx.rows("contest")
        said = {"contest": name, "about": row["about"], "state": contests.HALF, "person": world.COUNSEL, "day": str(ANSWERED)}
        forged = contests._enter(replace(office), tx, said | {"signature": "00" * 64})
    found = problems(office)
    assert f"entry {forged}: the act for a person is not signed by its official's key" in found
    assert f"entry {entry}: " not in found


@pytest.mark.invariant
def test_no_row_about_a_person_who_contests_is_released_and_the_others_are(here, records, tmp_path) -> None:
    office, made = here.office(tmp_path, "approved"), here.made
    contests.contest(office, records[0], "not my address", *signing(office, world.REVIEWER))
    release(office, made.of(office), tmp_path / "out", AgeSealer())
    assert sorted(disclosed(office)) == records[1:]
    assert problems(office) == ""


@pytest.mark.invariant
def test_two_people_resolve_a_contest_and_then_it_no_longer_stops_a_release(here, records, tmp_path) -> None:
    office, made = here.office(tmp_path, "approved"), here.made
    name, _ = contests.contest(office, records[0], "not my address", *signing(office, world.REVIEWER))
    assert contests.resolve(office, name, "letter seen", *signing(office, world.REVIEWER))[0] == contests.HALF
    with pytest.raises(RefusedError):
        contests.resolve(office, name, "letter seen", *signing(office, world.REVIEWER))
    with office.store.read() as tx:
        assert contests.contested(office, tx, pl.Series([records[0], records[1], None])).to_list() == [True, False, False]
    assert contests.resolve(office, name, "letter seen", *signing(office, world.APPROVER))[0] == contests.RESOLVED
    with pytest.raises(RefusedError):
        contests.resolve(office, name, "once more", *signing(office, world.COUNSEL))
    release(office, made.of(office), tmp_path / "out", AgeSealer())
    assert sorted(disclosed(office)) == records


@pytest.mark.invariant
def test_a_contest_still_stops_a_release_under_another_link_key_and_never_opens_by_being_unreadable(office) -> None:
    contests.contest(office, "P1", "not my address", *signing(office, world.REVIEWER))
    other = replace(office, link_key=bytes(32))
    with other.store.read() as tx:
        assert contests.contested(other, tx, pl.Series(["P1", "P2"])).to_list() == [True, False]
        name = tx.rows("opening_file", kind="contest")[0]["name"]
    (office.root / "openings" / name).unlink()
    with office.store.read() as tx, pytest.raises(TamperError):
        contests.contested(office, tx, pl.Series(["P2"]))


@pytest.mark.invariant
def test_a_contest_stops_a_package_that_was_entered_and_not_yet_sent(office, here, tmp_path) -> None:
    record, entries = min(disclosed(office).items())
    with office.store.write() as tx:  # as if its copy had been interrupted
        (row,) = tx.rows("package", entry=entries[0])
        tx.add_one("custody", package=row["package"], state="intent", day=office.day, note="age", entry=None)
    contests.contest(office, record, "not my address", *signing(office, world.REVIEWER))
    release(office, here.made.of(office), tmp_path / "out", AgeSealer())
    with office.store.read() as tx:
        assert custody.states(tx)[row["package"]] == custody.WITHHELD
    assert not list((tmp_path / "out").rglob(f"*{row['package']}*"))


def test_who_holds_what_was_disclosed_is_listed_for_a_correction(office) -> None:
    record, entries = min(disclosed(office).items())
    found = holders.holders(office, record)
    with office.store.read() as tx:
        assert [one["package"] for one in found] == [tx.rows("package", entry=entry)[0]["package"] for entry in entries]
    assert {one["state"] for one in found} == {"sent"}
    assert holders.holders(office, "nobody-here") == []


def test_a_contest_without_a_ground_or_of_no_id_is_refused(office) -> None:
    with pytest.raises(InputError):
        contests.contest(office, "P1", " ", *signing(office, world.REVIEWER))
    with pytest.raises(InputError):
        contests.resolve(office, "", "a ground", *signing(office, world.REVIEWER))


@pytest.mark.parametrize("change", ["UPDATE contest SET state = 'resolved'", "DELETE FROM contest", "UPDATE contest SET about = 'x'"])
def test_a_contest_that_was_altered_or_deleted_is_named(office, change) -> None:
    _, entry = contests.contest(office, "P1", "not my address", *signing(office, world.REVIEWER))
    with office.store.read() as tx:
        assert "P1" not in json.dumps([row["about"] for row in tx.rows("contest")])
    tamper(office.root, change)
    assert f"entry {entry}: its row of `contest`" in problems(office)


@pytest.mark.invariant
def test_a_later_request_about_a_person_who_contests_is_put_to_the_reviewers_with_the_question(here, records, tmp_path) -> None:
    from office.small import RECEIVED
    from privity.office import determinations
    from privity.office.submit import submit

    office = open_office(here.made.copy("staffed", tmp_path), RECEIVED)
    contests.contest(office, records[0], "not my address", *signing(office, world.REVIEWER))
    batch = submit(office, here.made.file, here.made.envelope, intake_officer=world.INTAKE)
    rows = determinations.load(office, batch)
    asks = pl.col("reasons").list.contains("POLICY policy.contest-known refer")
    assert rows.filter(asks)["record_id"].to_list() == [records[0]]
    assert rows.filter(asks)["outcome"].to_list() == ["referred"]
