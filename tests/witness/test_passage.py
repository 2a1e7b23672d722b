"""With a quorum in force: does anything leave before the witnesses have signed, and does what leaves carry their lines?"""

from __future__ import annotations

from pathlib import Path

import pytest

from office.small import ANSWERED, RECEIVED, REVIEWED, Small
from privity.errors import RefusedError
from privity.ledger import log
from privity.ledger.note import Note, Proof
from privity.office import dispose, witness
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.sample import world
from privity.seal.age import AgeSealer
from privity.terms import ActKind
from witness.offices import witnessed as with_witnesses


def sent(office: Office) -> list[str]:
    with office.store.read() as tx:
        return [row["package"] for row in tx.rows("custody", state="sent")]


@pytest.mark.invariant
def test_no_package_leaves_while_a_witness_is_missing_and_all_do_when_it_is_back_with_its_line(made: Small, tmp_path: Path) -> None:
    office, out = made.office("approved", tmp_path, ANSWERED), tmp_path / "out"
    with with_witnesses(office, names=2, quorum=2) as (first, second):
        second.down = True
        for _ in range(2):
            with pytest.raises(RefusedError, match="too few witnesses"):
                release(office, made.of(office), out, AgeSealer())
            assert not list(out.glob("*"))
            assert sent(office) == []
        second.down = False
        release(office, made.of(office), out, AgeSealer())
        packages = list(out.glob("*.age"))
        assert len(packages) == len(sent(office)) > 1
        for package in packages:
            proof, raw = package.with_suffix(".tlog-proof").read_text(), package.with_suffix(".entry").read_bytes()
            log.check_proof(proof, raw, [office.verifier], office.origin)
            lines = {line.name for line in Note.parse(Proof.parse(proof).checkpoint).signatures}
            assert lines == {office.origin, first.name, second.name}


@pytest.mark.invariant
def test_an_older_copy_of_the_office_neither_submits_nor_reviews_nor_releases(made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, REVIEWED)
    with with_witnesses(office, names=1, quorum=1):
        witness.ask(office)
        (tmp_path / "old").mkdir()
        import shutil

        shutil.copytree(office.root, tmp_path / "old" / "office")
        one = dispose.referred(office, made.of(office))["ordinal"].to_list()[:1]
        dispose.act(office, made.of(office), ActKind.OBJECT, world.official(office, world.COUNSEL), one, "two people of one name")
        old = open_office(tmp_path / "old" / "office", ANSWERED)
        with old.store.read() as tx:
            before = tx.head().size
        for step in (
            lambda: submit(old, made.file, made.envelope, intake_officer=world.INTAKE),
            lambda: dispose.act(old, made.of(old), ActKind.APPROVE, world.official(old, world.REVIEWER), one),
            lambda: release(old, made.of(old), tmp_path / "out", AgeSealer()),
        ):
            with pytest.raises(RefusedError, match=r"has signed \d+ entries"):
                step()
        with old.store.read() as tx:
            assert tx.head().size == before


def test_an_objection_is_witnessed_at_once(made: Small, tmp_path: Path) -> None:
    office = made.office("approved", tmp_path, REVIEWED)
    with with_witnesses(office, names=1, quorum=0) as (one,):
        rows = dispose.referred(office, made.of(office))["ordinal"].to_list()[:1]
        entry = dispose.act(office, made.of(office), ActKind.OBJECT, world.official(office, world.COUNSEL), rows, "two people of one name")
        assert witness.seen_by(office, entry) == (one.name,)


def test_an_objection_that_no_witness_could_see_stands_and_is_covered_by_the_next_question(made: Small, tmp_path: Path) -> None:
    office = made.office("approved", tmp_path, REVIEWED)
    with with_witnesses(office, names=1, quorum=1) as (one,):
        one.down = True
        rows = dispose.referred(office, made.of(office))["ordinal"].to_list()[:1]
        entry = dispose.act(office, made.of(office), ActKind.OBJECT, world.official(office, world.COUNSEL), rows, "two people of one name")
        assert witness.seen_by(office, entry) == ()
        with office.store.read() as tx:
            assert [row["kind"] for row in tx.rows("act")][-1] == "object"
        one.down = False
        witness.stands(office)
        assert witness.seen_by(office, entry) == (one.name,)


def test_a_request_is_received_while_no_witness_answers(made: Small, tmp_path: Path) -> None:
    office = made.office("staffed", tmp_path, RECEIVED)
    with with_witnesses(office, names=1, quorum=1) as (one,):
        one.down = True
        assert submit(office, made.file, made.envelope, intake_officer=world.INTAKE).entry > 0
