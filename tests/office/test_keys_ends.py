"""A person's key ended: does nothing that it signs count any more, does what withholds stay, and is what it reached listed?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office import keyed
from office.small import ANSWERED, RECEIVED, REVIEWED, Small, approve, tamper
from privity.errors import InputError, RefusedError
from privity.office import dispose, enrol, keys
from privity.office.keys import ends
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.verify import verify
from privity.sample import world
from privity.seal import age
from privity.terms import ActKind


@pytest.fixture
def approved(made: Small, tmp_path: Path) -> Office:
    return made.office("approved", tmp_path, ANSWERED)


def end(office: Office, person: str, since: date = ANSWERED, agency: str = enrol.CUSTODIAN) -> ends.Ended:
    return ends.end(office, agency, person, since, "stolen")


def new_key(office: Office, person: str) -> None:
    path = office.root / f"{person}.pem"
    path.unlink()
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(person, keys.new_key(path, world.PASSPHRASE))])


def words(office: Office, batch) -> dict[str | None, int]:
    rows = dispose.referred(office, batch)
    with office.store.read() as tx:
        frame = dispose.standing(office, tx, batch, rows).frame
    return dict(frame["disposition"].value_counts().iter_rows())


@pytest.mark.invariant
def test_approvals_by_a_key_that_ended_release_nothing_until_they_are_given_again(approved: Office, made: Small, tmp_path: Path) -> None:
    batch = made.of(approved)
    assert set(words(approved, batch)) == {"approved"}
    end(approved, world.APPROVER)
    assert set(words(approved, batch)) == {None}
    with pytest.raises(RefusedError, match="await review"):
        release(approved, batch, tmp_path / "out", age.AgeSealer())
    with pytest.raises(RefusedError, match="not signed"):
        approve(approved, batch)
    new_key(approved, world.APPROVER)
    assert set(words(approved, batch)) == {None}, "a new key gives no old approval back"
    approve(approved, batch)
    assert release(approved, batch, tmp_path / "out", age.AgeSealer())["same"] == 24
    assert verify(approved).problems == ()


@pytest.mark.invariant
@pytest.mark.parametrize("how", ["ended", "replaced"])
def test_an_objection_outlives_the_key_that_signed_it(made: Small, tmp_path: Path, how: str) -> None:
    office = made.office("approved", tmp_path, REVIEWED)
    batch = made.of(office)
    one = dispose.referred(office, batch)["ordinal"].to_list()[:1]
    dispose.act(office, batch, ActKind.OBJECT, world.official(office, world.COUNSEL), one, "two of one name")
    assert words(office, batch)["objected"] == 1
    if how == "ended":
        end(office, world.COUNSEL, REVIEWED)
    new_key(office, world.COUNSEL)
    assert words(office, batch)["objected"] == 1
    dispose.act(office, batch, ActKind.WITHDRAW, world.official(office, world.COUNSEL), one, "told apart")
    assert "objected" not in words(office, batch)


@pytest.mark.parametrize(("since", "stands"), [(REVIEWED, False), (ANSWERED, True)])
def test_a_decline_signed_from_that_day_on_counts_for_nothing_and_an_earlier_one_stays(
    made: Small, tmp_path: Path, since: date, stands: bool
) -> None:
    office = made.office("submitted", tmp_path, REVIEWED)
    batch = made.of(office)
    one = dispose.referred(office, batch)["ordinal"].to_list()[:1]
    dispose.act(office, batch, ActKind.DECLINE, world.official(office, world.COUNSEL), one, "no such case")
    office = open_office(office.root, ANSWERED)
    end(office, world.COUNSEL, since)
    assert ("declined" in words(office, batch)) is stands


@pytest.mark.invariant
def test_nothing_goes_to_a_recipient_key_that_ended_also_not_what_was_already_entered(made: Small, tmp_path: Path) -> None:
    office = made.office("approved", tmp_path, ANSWERED)
    officer = min(made.agency.officers)
    done = end(office, officer, agency=world.AGENCY)
    assert done.sent == ()
    with pytest.raises(RefusedError, match="no enrolled key"):
        release(office, made.of(office), tmp_path / "out", age.AgeSealer())
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.invariant
def test_a_package_entered_and_not_yet_sent_stays_when_its_key_ended(made: Small, tmp_path: Path) -> None:
    from office import killed

    root = made.copy("approved", tmp_path)
    assert killed.was_killed(killed.run("release", root, ANSWERED, ("commit", "after", 1), made.batch, tmp_path / "out"))
    office = open_office(root, ANSWERED)
    with office.store.read() as tx:
        (package,) = tx.rows("package")
    done = end(office, package["officer"], agency=world.AGENCY)
    assert done.sent == (package["package"],)
    enrol.enrol_people(
        office, world.AGENCY, [enrol.Person(package["officer"], keys.public(Ed25519PrivateKey.generate()), age.generate()[1])]
    )
    release(office, made.of(office), tmp_path / "out", age.AgeSealer())
    with office.store.read() as tx:
        assert tx.now("custody", package=package["package"])[0]["state"] == "withheld"
    assert package["package"] not in {path.stem for path in (tmp_path / "out").glob("*.age")}


def test_what_went_out_and_what_rested_on_the_key_is_listed(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        packages = {row["package"]: row["officer"] for row in tx.rows("package")}
        disclosing = {row["package"] for row in tx.rows("package_row", disclosed=1)}
    officer = next(iter(packages.values()))
    assert set(end(office, officer, agency=world.AGENCY).sent) == {name for name, one in packages.items() if one == officer}
    assert end(office, world.REVIEWER, ANSWERED).acts == (), "signed before that day"
    done = end(office, world.APPROVER, REVIEWED)
    assert len(done.acts) == 1
    assert set(done.rested) == disclosing
    assert verify(office).problems == ()


# ---------------------------------------------------------------- the roster


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return keyed.office(tmp_path_factory.mktemp("ends") / "office").root


@pytest.fixture
def office(plain: Path, tmp_path: Path) -> Office:
    import shutil

    return open_office(Path(shutil.copytree(plain, tmp_path / "office")), keyed.DAY)


@pytest.mark.invariant
def test_a_key_that_ended_is_not_enrolled_again_under_any_name(office: Office) -> None:
    with office.store.read() as tx:
        old = enrol.public_keys(tx, enrol.CUSTODIAN)[world.COUNSEL]
    end(office, world.COUNSEL, RECEIVED)
    for person in (world.COUNSEL, "somebody.else"):
        with pytest.raises((RefusedError, InputError)):
            enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(person, old)])
    new_key(office, world.COUNSEL)
    assert verify(office).problems == ()


def test_an_end_needs_a_key_a_ground_and_a_day_that_has_come(office: Office) -> None:
    for person, since, ground in (("nobody", RECEIVED, "g"), (world.COUNSEL, RECEIVED, " "), (world.COUNSEL, date(2030, 1, 1), "g")):
        with pytest.raises(InputError):
            ends.end(office, enrol.CUSTODIAN, person, since, ground)
    end(office, world.COUNSEL, RECEIVED)
    with pytest.raises(InputError, match="no key"):
        end(office, world.COUNSEL, RECEIVED)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM key_end",
        "UPDATE key_end SET since = '2030-01-01'",
        "UPDATE key_end SET public_key = zeroblob(32)",
        "DELETE FROM person WHERE public_key IS NULL",
        "UPDATE person SET public_key = (SELECT public_key FROM key_end) WHERE public_key IS NULL",
        "INSERT INTO key_end (person, agency, since, ground, day, entry) VALUES ('r.okafor', 'custodian', '2025-08-07', '', '2025-08-07', 3)",
    ],
)
def test_a_row_about_an_end_that_an_owner_of_the_database_changed_is_named(office: Office, statement: str) -> None:
    entry = end(office, world.COUNSEL, RECEIVED).entry
    tamper(office.root, statement)
    found = "\n".join(verify(open_office(office.root, RECEIVED)).problems)
    assert f"entry {3 if statement.startswith('INSERT') else entry}: " in found
