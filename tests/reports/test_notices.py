"""Is a notice made only when a statute makes it due, does it say what must be said, and does a breach pack name nobody?"""

from __future__ import annotations

import csv
import re
import stat
from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, KINDS, Small
from privity.errors import InputError, RefusedError
from privity.office.place import Office
from privity.office.release import acknowledge
from privity.office.reports import forms, notices
from privity.office.verify import verify
from privity.sample import world
from reports import reference, told

CHARGED = notices.Proceeding("charge-7213", date(2025, 8, 13), "No. 1:25-cr-17 (D.D.C.)")


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


def a_disclosure(office: Office) -> tuple[str, str, dict]:
    """ENTRY:ROW of a disclosure, the record id, and the intent's row."""
    index, said = next((index, row) for index, kind, _, row in reference.rows(office) if kind == "intent" and row["disclosed"])
    return f"{index}:{said['disclosed'][0]}", said["records"][0], said


def test_a_notice_states_the_date_the_trigger_the_entry_and_the_rights(office: Office, tmp_path: Path) -> None:
    name, record_id, said = a_disclosure(office)
    (path,) = notices.notify(office, "7431-e", CHARGED, [name], tmp_path / "notices", world.REVIEWER)
    text = path.read_text()
    for word in (
        "26 USC 7431(e)",
        said["day"],
        "No. 1:25-cr-17",
        "26 USC 7431(d)",
        f"entry {name.split(':')[0]} ",
        "26 USC 6103(i)(2)",
        "7213(a)",
    ):
        assert word in text, word
    assert record_id not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    routing = tmp_path / "notices" / "routing.csv"
    assert list(csv.reader(routing.open())) == [["notice", "record_id"], [path.name, record_id]]
    assert stat.S_IMODE(routing.stat().st_mode) == 0o600


@pytest.mark.invariant
def test_whom_a_disclosure_was_about_is_told_to_nobody_outside_and_leaves_a_look(office: Office, tmp_path: Path) -> None:
    name, _, _ = a_disclosure(office)
    before = len(reference.rows(office))
    for person, stops in (("", InputError), ("n.guest", RefusedError)):
        with pytest.raises(stops):
            notices.notify(office, "7431-e", CHARGED, [name], tmp_path / "notices", person)
    assert len(reference.rows(office)) == before
    assert not (tmp_path / "notices").exists()
    notices.notify(office, "7431-e", CHARGED, [name], tmp_path / "notices", world.REVIEWER)
    _, kind, _, said = reference.rows(office)[before]
    assert (kind, said["person"], said["disclosures"]) == ("look", world.REVIEWER, [name])


def test_each_notice_is_entered_with_its_text_and_whom_it_is_for_in_the_opening_alone(office: Office, tmp_path: Path) -> None:
    name, record_id, _ = a_disclosure(office)
    (path,) = notices.notify(office, "7431-e", CHARGED, [name], tmp_path / "notices", world.REVIEWER)
    _, kind, _, said = reference.rows(office)[-1]
    assert (kind, said["text"], said["record"]) == ("statement", path.read_text(), record_id)
    assert verify(office).problems == ()
    notices.notify(office, "7431-e", CHARGED, [name], tmp_path / "again", world.REVIEWER)
    assert [kind for _, kind, _, _ in reference.rows(office)].count("statement") == 1, "the same text is entered once"
    office.store.close()
    assert record_id.encode() not in b"".join(one.read_bytes() for one in office.root.glob("office.db*"))


def test_a_whole_package_is_a_notice_a_person_and_one_person_gets_one_notice(office: Office, tmp_path: Path) -> None:
    name, record_id, said = a_disclosure(office)
    entry = name.split(":", maxsplit=1)[0]
    recorded = told.recorded(office, tmp_path, record_ids=f'["{record_id}"]', requested="")
    written = notices.notify(office, "7431-e", CHARGED, [entry, str(recorded)], tmp_path / "notices", world.REVIEWER)
    assert len(written) == len(set(said["records"]))
    mine = [path for path in written if "2025-03-02" in path.read_text()]
    assert len(mine) == 1
    assert said["day"] in mine[0].read_text()


@pytest.mark.parametrize(
    ("kind", "changed", "says"),
    [
        ("7431-e", {"trigger": "policy"}, "asks for no notice"),
        ("7431-e", {"trigger": "process-public"}, "asks for no notice"),
        ("552a-e-8", {"trigger": "charge-7213"}, "asks for no notice"),
        ("7431-e", {"trigger": "adverse-action"}, "rights under the proceeding"),
        ("7431-e", {"ground": " "}, "not named"),
        ("7431-e", {"day": date(2025, 8, 15)}, "to come"),
    ],
)
def test_no_notice_is_made_that_the_statute_does_not_make_due(office: Office, tmp_path: Path, kind: str, changed: dict, says: str) -> None:
    from dataclasses import replace

    before = len(reference.rows(office))
    with pytest.raises(RefusedError, match=says):
        notices.notify(office, kind, replace(CHARGED, **changed), [a_disclosure(office)[0]], tmp_path / "notices", world.REVIEWER)
    assert not (tmp_path / "notices").exists()
    assert {"look", "statement"}.isdisjoint(kind for _, kind, _, _ in reference.rows(office)[before:])


def test_an_adverse_action_is_told_with_the_rights_that_it_gives(office: Office, tmp_path: Path) -> None:
    action = notices.Proceeding("adverse-action", ANSWERED, "proposal 25-118", "You may make a statement until 2025-09-30.")
    (path,) = notices.notify(office, "7431-e", action, [a_disclosure(office)[0]], tmp_path / "notices", world.REVIEWER)
    assert "You may make a statement until 2025-09-30." in path.read_text()


def test_a_process_that_became_public_is_told_under_the_privacy_act(office: Office, tmp_path: Path) -> None:
    public = notices.Proceeding("process-public", ANSWERED, "subpoena in No. 25-mc-4, unsealed")
    (path,) = notices.notify(office, "552a-e-8", public, [a_disclosure(office)[0]], tmp_path / "notices", world.REVIEWER)
    assert "5 USC 552a(e)(8)" in path.read_text()
    assert "7431" not in path.read_text()


@pytest.mark.parametrize("named", ["19", "19:0", "81:999", "x", "81:", "-1", "9999999", ""])
def test_what_is_no_disclosure_is_named_to_nobody(office: Office, tmp_path: Path, named: str) -> None:
    with pytest.raises(InputError):
        notices.notify(office, "7431-e", CHARGED, [a_disclosure(office)[0], named], tmp_path / "notices", world.REVIEWER)
    assert not (tmp_path / "notices").exists()


# ---------------------------------------------------------------- the recipient's pack

AT = "2025-08-14T09:30"


def test_a_pack_names_package_officer_dates_entries_and_the_hour_by_which_to_tell(office: Office) -> None:
    name, _, said = a_disclosure(office)
    page = notices.breach_pack(office, AT, package=said["package"][:10])
    (row,) = page.rows.rows(named=True)
    assert (row["package"], row["officer"], row["agency"]) == (said["package"], said["officer"], "us-dhs")
    assert (row["entry"], row["disclosures"]) == (int(name.split(":")[0]), len(said["disclosed"]))
    assert [int(one) for one in row["rows"].split()] == said["disclosed"]
    assert [int(one) for one in row["determinations"].split()] == sorted(said["determinations"])
    facts = dict(page.facts)
    assert facts["tell within 24 hours"] == "2025-08-15T09:30"
    assert "Treasury Inspector General for Tax Administration" in facts["tell"]
    assert "IRS Publication 1075" in facts["under"]
    assert any("do not wait" in one.lower() for one in page.notes)


def test_an_agencys_pack_has_all_its_packages_and_what_was_recorded(office: Office, tmp_path: Path) -> None:
    told.recorded(office, tmp_path)
    with office.store.read() as tx:
        packages = {row["package"]: row["officer"] for row in tx.rows("package")}
    acknowledge(office, next(iter(packages)), "")
    page = notices.breach_pack(office, AT, agency="us-dhs")
    assert set(page.rows["package"].drop_nulls()) == set(packages)
    assert int(page.rows["disclosures"].sum()) == KINDS["lawful"] + 3
    assert "acknowledged" in page.rows["standing"].to_list()
    officer = next(iter(packages.values()))
    mine = notices.breach_pack(office, AT, officer=officer)
    assert set(mine.rows["officer"]) == {officer}


def test_a_pack_names_nobody_whom_a_disclosure_was_about(office: Office, made: Small, tmp_path: Path) -> None:
    told.recorded(office, tmp_path)
    page = notices.breach_pack(office, AT, agency="us-dhs")
    words = {"REC-A", a_disclosure(office)[1]}
    for name in ("tin", "last_name", "address_line1", "request_id", "case_id", "record_id"):
        words |= {one for one in made.truth[name].drop_nulls().to_list() if len(one) > 5}
    officers = " ".join(page.rows["officer"].to_list())
    for text in (forms.as_csv(page).decode(), forms.as_json(page).decode(), forms.as_html(page).decode()):
        assert {word for word in words if re.search(rf"\b{re.escape(word)}\b", text) and word not in officers} == set()


@pytest.mark.parametrize(
    ("scope", "error"),
    [({}, InputError), ({"package": "zz"}, RefusedError), ({"officer": "Nobody"}, RefusedError), ({"agency": "us-doj"}, RefusedError)],
)
def test_a_pack_of_nothing_is_refused(office: Office, scope: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        notices.breach_pack(office, AT, **scope)


@pytest.mark.parametrize("moment", ["yesterday", "2025-08-15T00:00", ""])
def test_a_moment_that_cannot_be_read_or_is_to_come_starts_no_clock(office: Office, moment: str) -> None:
    with pytest.raises(InputError):
        notices.breach_pack(office, moment, agency="us-dhs")
