"""Two persons, each in an office that they hold that day, with their own key, about the evidence that is frozen; objections stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.small import RECEIVED, REVIEWED, Small, approve
from office.test_release import law_with
from privity import review
from privity.errors import InputError, RefusedError
from privity.office import dispose, enrol, keys, law
from privity.office.batch import Batch
from privity.office.dispose import Official
from privity.office.place import Office, open_office
from privity.rules.facts import SHIPPED
from privity.sample import world
from privity.terms import ActKind, Appointment

pytestmark = pytest.mark.invariant


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("submitted", tmp_path, REVIEWED)


@pytest.fixture
def batch(made: Small, office: Office) -> Batch:
    return made.of(office)


def rows(office: Office, batch: Batch) -> list[int]:
    return dispose.referred(office, batch)["ordinal"].to_list()


def stands(office: Office, batch: Batch) -> dict[int, str | None]:
    """Ordinal → disposition, of every referred row."""
    with office.store.read() as tx:
        return dict(dispose.standing(office, tx, batch, dispose.referred(office, batch)).frame.select("ordinal", "disposition").iter_rows())


def acts(office: Office, batch: Batch, kind: ActKind, person: str, ordinals: list[int], ground: str = "", held: str = "") -> int:
    by = world.official(office, person)
    return dispose.act(office, batch, kind, Official(person, held or by.office, by.key), ordinals, ground)


def size(office: Office) -> int:
    with office.store.read() as tx:
        return tx.head().size


def test_one_person_approves_nothing_and_two_approve_what_they_named(office: Office, batch: Batch) -> None:
    first, second, *others = rows(office, batch)
    acts(office, batch, ActKind.APPROVE, world.REVIEWER, [first, second])
    assert set(stands(office, batch).values()) == {None}
    acts(office, batch, ActKind.APPROVE, world.APPROVER, [first])
    assert stands(office, batch) == {first: "approved", second: None} | dict.fromkeys(others)


def test_one_person_in_both_offices_is_still_one_person(office: Office, batch: Batch) -> None:
    enrol.appoint(office, Appointment(world.REVIEWER, "approver", world.SINCE), enrol.CUSTODIAN)
    for held in ("reviewer", "approver"):
        acts(office, batch, ActKind.APPROVE, world.REVIEWER, rows(office, batch), held=held)
    assert set(stands(office, batch).values()) == {None}


def test_an_office_does_only_what_it_may(office: Office, batch: Batch) -> None:
    chosen, before = rows(office, batch), size(office)
    for kind, person in [
        (ActKind.APPROVE, world.COUNSEL),
        (ActKind.APPROVE, world.INTAKE),
        (ActKind.OVERRULE, world.APPROVER),
        (ActKind.DECLINE, world.INTAKE),
    ]:
        with pytest.raises(RefusedError):
            acts(office, batch, kind, person, chosen, "a ground")
    assert size(office) == before, "what was refused left something"


def test_a_vacant_office_approves_nothing(office: Office, batch: Batch) -> None:
    enrol.appoint(office, Appointment(world.APPROVER, "approver", world.SINCE, REVIEWED), enrol.CUSTODIAN)
    with pytest.raises(RefusedError):
        acts(office, batch, ActKind.APPROVE, world.APPROVER, rows(office, batch))


def test_an_appointment_that_is_still_to_come_approves_nothing(office: Office, batch: Batch) -> None:
    enrol.appoint(office, Appointment(world.COUNSEL, "approver", date(2025, 8, 12)), enrol.CUSTODIAN)
    with pytest.raises(RefusedError):
        acts(office, batch, ActKind.APPROVE, world.COUNSEL, rows(office, batch), held="approver")


def test_an_acting_official_approves_by_a_dated_instrument_and_by_nothing_less(office: Office, batch: Batch) -> None:
    enrol.appoint(office, Appointment(world.APPROVER, "approver", world.SINCE, REVIEWED), enrol.CUSTODIAN)
    for kind in ("acting", "delegated"):
        with pytest.raises(InputError):
            enrol.appoint(office, Appointment(world.COUNSEL, "approver", REVIEWED, None, kind), enrol.CUSTODIAN)
    enrol.appoint(
        office, Appointment(world.COUNSEL, "approver", REVIEWED, date(2025, 9, 1), "acting", "order 12 of 2025-08-10"), enrol.CUSTODIAN
    )
    acts(office, batch, ActKind.APPROVE, world.REVIEWER, rows(office, batch))
    acts(office, batch, ActKind.APPROVE, world.COUNSEL, rows(office, batch), held="approver")
    assert set(stands(office, batch).values()) == {"approved"}


def test_an_act_with_another_key_is_refused(office: Office, batch: Batch) -> None:
    before = size(office)
    for key in (Ed25519PrivateKey.generate(), world.official(office, world.APPROVER).key):
        with pytest.raises(RefusedError):
            dispose.act(office, batch, ActKind.APPROVE, Official(world.REVIEWER, "reviewer", key), rows(office, batch))
    assert size(office) == before


def test_an_act_about_no_referred_row_is_bad_input(office: Office, batch: Batch) -> None:
    refused = sorted(set(range(batch.rows)) - set(rows(office, batch)))
    with pytest.raises(InputError):
        acts(office, batch, ActKind.APPROVE, world.REVIEWER, refused)
    assert set(stands(office, batch).values()) == {None}


def test_an_objection_blocks_until_its_maker_withdraws_it(office: Office, batch: Batch) -> None:
    chosen = rows(office, batch)
    approve(office, batch)
    acts(office, batch, ActKind.OBJECT, world.COUNSEL, chosen[:2], "two people of one name")
    assert [one for one, word in stands(office, batch).items() if word == "objected"] == chosen[:2]
    for other in (world.REVIEWER, world.APPROVER, world.INTAKE):
        acts(office, batch, ActKind.WITHDRAW, other, chosen, "not mine to withdraw")
    assert [one for one, word in stands(office, batch).items() if word == "objected"] == chosen[:2], "another's withdrawal did something"
    approve(office, batch)
    assert stands(office, batch)[chosen[0]] == "objected", "approving again did away with an objection"
    acts(office, batch, ActKind.WITHDRAW, world.COUNSEL, chosen[:1], "read again")
    assert (stands(office, batch)[chosen[0]], stands(office, batch)[chosen[1]]) == ("approved", "objected")


def test_counsel_overrules_an_objection_and_one_made_later_stands_again(office: Office, batch: Batch) -> None:
    approve(office, batch)
    one = rows(office, batch)[:1]
    acts(office, batch, ActKind.OBJECT, world.INTAKE, one, "the writing looks copied")
    acts(office, batch, ActKind.OVERRULE, world.COUNSEL, one, "the original was seen")
    assert stands(office, batch)[one[0]] == "approved"
    acts(office, batch, ActKind.OBJECT, world.INTAKE, one, "and so does the second")
    assert stands(office, batch)[one[0]] == "objected"


@pytest.mark.parametrize("kind", [ActKind.DECLINE, ActKind.OBJECT, ActKind.WITHDRAW, ActKind.OVERRULE])
def test_whoever_stands_in_the_way_names_a_ground(office: Office, batch: Batch, kind: ActKind) -> None:
    before = size(office)
    for ground in ("", "  "):
        with pytest.raises(RefusedError):
            acts(office, batch, kind, world.COUNSEL, rows(office, batch), ground)
    assert size(office) == before


def test_a_declined_row_stays_declined_whoever_approves_it(office: Office, batch: Batch) -> None:
    one = rows(office, batch)[:1]
    acts(office, batch, ActKind.DECLINE, world.REVIEWER, one, "a workplace, says the case file")
    approve(office, batch)
    assert stands(office, batch)[one[0]] == "declined"


def test_the_requester_and_the_engaged_person_approve_nothing_of_their_own(office: Office, batch: Batch, tmp_path: Path) -> None:
    referred = dispose.referred(office, batch)
    engaged = referred["engaged_person"].item(0)
    for person in (engaged, world.SIGNATORY):
        path = tmp_path / f"{person}.pem"
        keys.new_key(path, world.PASSPHRASE)
        key = keys.open_key(path, world.PASSPHRASE)
        enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person(person, keys.public(key))])
        enrol.appoint(office, Appointment(person, "reviewer", world.SINCE), enrol.CUSTODIAN)
        dispose.act(office, batch, ActKind.APPROVE, Official(person, "reviewer", key), rows(office, batch))
    acts(office, batch, ActKind.APPROVE, world.APPROVER, rows(office, batch))
    word = stands(office, batch)
    own = referred.filter(engaged_person=engaged)["ordinal"].to_list()
    assert {word[one] for one in own} == {None}, "the engaged person's own rows"
    others = referred.filter(pl.col("engaged_person") != engaged)["ordinal"].to_list()
    assert {word[one] for one in others} == {"approved"}, "a colleague's rows, with the approver"


def test_people_of_two_agencies_may_have_one_name(office: Office, batch: Batch) -> None:
    """Whom an agency enrols takes no key from the custodian's own people."""
    enrol.enrol_people(office, world.AGENCY, [enrol.Person(world.REVIEWER, bytes(32))])
    acts(office, batch, ActKind.APPROVE, world.REVIEWER, rows(office, batch))
    with office.store.read() as tx:
        assert enrol.public_keys(tx, enrol.CUSTODIAN)[world.REVIEWER] != bytes(32)


def merging(place: Path, below: str) -> Path:
    """The shipped law, with intake and first review merged below a size."""
    policy = (SHIPPED / "policy" / "policy.toml").read_text()
    return law_with(place, "policy/policy.toml", policy.replace("merge_intake_below_rows = 0", f"merge_intake_below_rows = {below}"))


@pytest.mark.parametrize(("below", "word"), [(None, None), ("58", None), ("59", "approved")])
def test_intake_reviews_first_only_in_a_batch_below_the_recorded_size(
    office: Office, batch: Batch, below: str | None, word: str | None, tmp_path: Path
) -> None:
    assert batch.rows == 58
    if below is not None:
        law.install(office, merging(tmp_path, below), "a small office")
    enrol.appoint(office, Appointment(world.INTAKE, "reviewer", world.SINCE), enrol.CUSTODIAN)
    acts(office, batch, ActKind.APPROVE, world.INTAKE, rows(office, batch), held="reviewer")
    acts(office, batch, ActKind.APPROVE, world.APPROVER, rows(office, batch))
    assert set(stands(office, batch).values()) == {word}


def test_intake_is_never_the_approver(office: Office, batch: Batch, tmp_path: Path) -> None:
    law.install(office, merging(tmp_path, "1000"), "a small office")
    enrol.appoint(office, Appointment(world.INTAKE, "approver", world.SINCE), enrol.CUSTODIAN)
    acts(office, batch, ActKind.APPROVE, world.REVIEWER, rows(office, batch))
    acts(office, batch, ActKind.APPROVE, world.INTAKE, rows(office, batch), held="approver")
    assert set(stands(office, batch).values()) == {None}


def test_whoever_approved_and_left_office_has_not_approved(office: Office, batch: Batch) -> None:
    approve(office, batch)
    enrol.appoint(office, Appointment(world.APPROVER, "approver", world.SINCE, date(2025, 8, 13)), enrol.CUSTODIAN)
    later = open_office(office.root, date(2025, 8, 14))
    with later.store.read() as tx:
        assert not dispose.standing(later, tx, batch, dispose.referred(later, batch)).frame["approvers_in_office"].any()


def test_two_who_sign_for_the_same_rows_sign_the_same_evidence(office: Office, batch: Batch) -> None:
    approve(office, batch)
    with office.store.read() as tx:
        first, second = dispose.acts_on(tx, batch.id)
        assert first.evidence == second.evidence
        keyed = enrol.public_keys(tx, enrol.CUSTODIAN)
    assert review.signed_by(first, keyed[world.REVIEWER])
    assert not review.signed_by(first, keyed[world.APPROVER])


def test_a_look_is_an_entry_before_anything_is_shown(office: Office, batch: Batch) -> None:
    before = size(office)
    dispose.look(office, batch, world.REVIEWER, rows(office, batch)[:1])
    assert size(office) == before + 1


def test_a_day_before_anybody_was_appointed_has_no_officials(made: Small, office: Office, batch: Batch) -> None:
    early = open_office(office.root, date(2025, 1, 19))
    with pytest.raises(RefusedError):
        acts(early, batch, ActKind.APPROVE, world.REVIEWER, rows(early, batch))
    assert RECEIVED > world.SINCE
