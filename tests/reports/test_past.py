"""Can something that did not pass here be recorded so that it counts, by two people, without ever looking like a determination?"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, Small, tamper
from privity.errors import InputError, RefusedError, TamperError
from privity.office import enrol, keys, past
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.sample import world
from reports import reference, told


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


def file(folder: Path, **changed: str) -> Path:
    lines = dict(line.split(" = ", 1) for line in told.FILE.strip().splitlines()[1:])
    path = folder / "past.toml"
    path.write_text("\n".join(["[disclosure]", *(f"{name} = {value}" for name, value in (lines | changed).items() if value)]))
    return path


# ---------------------------------------------------------------- what is entered


def test_a_record_is_an_entry_of_its_own_kind_and_no_determination(office: Office, tmp_path: Path) -> None:
    before = [kind for _, kind, _, _ in reference.rows(office)]
    entry = told.recorded(office, tmp_path)
    index, kind, batch, said = reference.rows(office)[-1]
    assert (index, kind, batch) == (entry, "recorded", "0" * 32)
    assert len(reference.rows(office)) == len(before) + 1
    assert (said["made"], said["day"], said["people"], said["records"]) == ("2025-03-02", "2025-08-14", 3, ["REC-A", "REC-B"])
    assert verify(office).problems == ()


def test_no_table_holds_whom_a_record_is_about(office: Office, tmp_path: Path) -> None:
    told.recorded(office, tmp_path)
    office.store.close()
    held = b"".join(path.read_bytes() for path in office.root.glob("office.db*"))
    assert b"Lt. Quill" in held, "the search finds what is there"
    assert b"REC-A" not in held


def test_a_persons_records_are_found_by_record_id_and_those_without_ids_are_not(office: Office, tmp_path: Path) -> None:
    first = told.recorded(office, tmp_path)
    told.recorded(office, tmp_path, record_ids="", made="2025-03-03")
    second = told.recorded(office, tmp_path, record_ids='["REC-B"]', made="2025-03-04")
    with office.store.read() as tx:
        assert [one.entry for one in past.about(office, tx, "REC-B")] == [first, second]
        assert [one.entry for one in past.about(office, tx, "REC-A")] == [first]
        assert past.about(office, tx, "REC") == []
        assert past.about(office, tx, "REC-A")[0].past == past.read(office, file(tmp_path))


def test_a_lost_opening_stops_a_search_by_person(office: Office, tmp_path: Path) -> None:
    told.recorded(office, tmp_path)
    with office.store.read() as tx:
        (one,) = tx.rows("opening_file", kind="recorded")
        (office.root / "openings" / one["name"]).unlink()
        with pytest.raises(TamperError):
            past.about(office, tx, "REC-A")


# ---------------------------------------------------------------- two people


@pytest.mark.invariant
def test_one_person_cannot_enter_and_confirm(office: Office, tmp_path: Path) -> None:
    one, _ = told.hands(office)
    with pytest.raises(RefusedError, match="same person"):
        past.enter(office, past.read(office, file(tmp_path)), one, one)


@pytest.mark.invariant
@pytest.mark.parametrize("place", [0, 1])
def test_a_key_that_is_not_the_persons_own_enters_nothing(office: Office, tmp_path: Path, place: int) -> None:
    hands = told.hands(office)
    hands[place] = past.Hand(hands[place].person, world.official(office, world.COUNSEL).key)
    with pytest.raises(RefusedError, match="not signed by the enrolled key"):
        past.enter(office, past.read(office, file(tmp_path)), *hands)
    assert reference.rows(office)[-1][1] != "recorded"


def test_somebody_without_an_office_today_records_nothing(office: Office, tmp_path: Path) -> None:
    key = keys.open_key(_key(office, tmp_path, "n.guest"), "x")
    with pytest.raises(RefusedError, match="holds no office"):
        past.enter(office, past.read(office, file(tmp_path)), told.hands(office)[0], past.Hand("n.guest", key))


def _key(office: Office, folder: Path, person: str) -> Path:
    path = folder / f"{person}.pem"
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(person, keys.new_key(path, "x"))])
    return path


def test_the_same_disclosure_is_recorded_once(office: Office, tmp_path: Path) -> None:
    entry = told.recorded(office, tmp_path)
    with pytest.raises(RefusedError, match=f"on record as entry {entry}"):
        told.recorded(office, tmp_path)


def test_a_new_key_does_not_undo_what_the_old_one_signed(office: Office, tmp_path: Path) -> None:
    told.recorded(office, tmp_path)
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(world.REVIEWER, keys.new_key(tmp_path / "new.pem", "x"))])
    assert verify(office).problems == ()


# ---------------------------------------------------------------- what the database owner can do

COLUMNS = "agency, officer, made, authority, purpose, what, channel, people, enterer, confirmer"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM recorded", "its row of `recorded` is gone"),
        ("UPDATE recorded SET people = 1", "its row of `recorded` says otherwise"),
        ("UPDATE recorded SET made = '2020-01-01'", "its row of `recorded` says otherwise"),
        ("UPDATE recorded SET confirmer = 'c.ode'", "its row of `recorded` says otherwise"),
        (f"INSERT INTO recorded ({COLUMNS}, recorded) SELECT {COLUMNS}, 'x' FROM recorded", "a row of `recorded` rests on no entry"),
    ],
)
def test_a_row_that_was_altered_added_or_deleted_is_named(office: Office, tmp_path: Path, statement: str, says: str) -> None:
    told.recorded(office, tmp_path)
    root = Path(shutil.copytree(office.root, tmp_path / "copy"))
    tamper(root, statement)
    assert says in "\n".join(verify(open_office(root, ANSWERED)).problems)


def test_a_record_entered_around_the_two_people_is_named(office: Office, tmp_path: Path) -> None:
    """Whoever holds the office's own keys can write an entry; without both people's keys it is seen."""
    from privity.ledger.entry import Kind
    from privity.office import record

    told.recorded(office, tmp_path)
    said = json.loads(json.dumps(reference.rows(office)[-1][3])) | {"people": 4, "recorded": "0" * 32}
    with office.store.write() as tx:
        index = record.enter(office, tx, Kind.RECORDED, said)
    assert f"entry {index}: the record is not signed by two people's own keys" in verify(office).problems


# ---------------------------------------------------------------- bad files


BAD = {
    "an agency that is not enrolled": ({"agency": '"us-nobody"'}, "agency"),
    "the office itself": ({"agency": '"custodian"'}, "agency"),
    "no officer": ({"officer": ""}, "officer"),
    "an officer of two lines": ({"officer": '"A\\nB"'}, "officer"),
    "a day in quotation marks": ({"made": '"2025-03-02"'}, "made"),
    "a day to come": ({"made": "2025-08-15", "requested": ""}, "made"),
    "a time, not a day": ({"made": "2025-03-02T10:00:00"}, "made"),
    "a request after its disclosure": ({"requested": "2025-03-03"}, "requested"),
    "no authority that can be read": ({"authority": '"because Zorblax asked"'}, "authority"),
    "a purpose of their own": ({"purpose": '"to find Zorblax"'}, "purpose"),
    "something else disclosed": ({"what": '"Zorblax, 12 Elm Street"'}, "what"),
    "another channel": ({"channel": '"pigeon"'}, "channel"),
    "nobody": ({"people": "0"}, "people"),
    "true for a number": ({"people": "true"}, "people"),
    "more ids than people": ({"people": "1"}, "record_ids"),
    "an id twice": ({"record_ids": '["A", "A"]'}, "record_ids"),
    "an id that is no text": ({"record_ids": "[1]"}, "record_ids"),
    "a field that there is not": ({"name": '"Zorblax"'}, "name"),
}


@pytest.mark.parametrize(("changed", "field"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_names_the_field_and_never_its_value(office: Office, tmp_path: Path, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InputError) as caught:
        past.read(office, file(tmp_path, **changed))
    assert str(caught.value).startswith(f"disclosure.{field}: ")
    assert "Zorblax" not in str(caught.value) + caught.value.remedy


@pytest.mark.parametrize("text", ["", "disclosure = 1", "[disclosure", "[disclosure]\n[more]", "\xff"])
def test_what_is_no_table_is_refused_without_quoting_it(office: Office, tmp_path: Path, text: str) -> None:
    path = tmp_path / "past.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError):
        past.read(office, path)


def test_the_day_of_a_record_may_be_long_ago_and_its_year_has_it(office: Office, tmp_path: Path) -> None:
    told.recorded(office, tmp_path, made="2019-05-05", requested="")
    assert reference.figures(office, 2019)["us-dhs"]["instances"] == 3
    assert date.fromisoformat(reference.rows(office)[-1][3]["made"]).year == 2019
