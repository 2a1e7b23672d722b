"""Whatever is wrong with a file or its envelope: it is on record, nothing of it is eligible, and nobody learns a value from the message."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.small import DATED, RECEIVED, Small, cases_of
from privity.errors import InputError, RefusedError
from privity.intake import envelope as envelopes
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import batch as batches
from privity.office import determinations, enrol, record
from privity.office.basis import basis_of
from privity.office.place import Office
from privity.office.submit import submit
from privity.office.verify import verify
from privity.sample import world
from privity.terms import Appointment


@pytest.fixture(scope="module")
def office(made: Small, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for the whole module: each test brings another envelope, so another batch."""
    return made.office("staffed", tmp_path_factory.mktemp("receiving"), RECEIVED)


def drafted(made: Small, **changed: object) -> envelopes.Submission:
    """The envelope, engaged persons signed, the official not yet."""
    said = {
        "agency": world.AGENCY, "signatory": world.SIGNATORY, "dated": DATED, "basis": "26 USC 6103(i)(2)", "assurance": True,
        "file_name": made.file.name, "file_sha256": sha256(made.file.read_bytes()).hexdigest(),
    }  # fmt: skip
    found = envelopes.draft(**(said | changed))
    for officer, own in sorted(cases_of(made.truth).items()):
        found = envelopes.sign_cases(found, officer, "officer-or-employee", sorted(own), made.agency.officers[officer])
    return found


def put(office: Office, made: Small, said: envelopes.Submission, place: Path, by: str = world.INTAKE) -> batches.Batch:
    path = place / "envelope.toml"
    path.write_text(envelopes.as_toml(said))
    return submit(office, made.file, path, intake_officer=by)


def eligible(office: Office, batch: batches.Batch) -> int:
    return determinations.load(office, batch).filter(stage="record").height


def received(office: Office, batch: batches.Batch) -> dict[str, object]:
    """The receipt's own row, from the ledger."""
    with office.store.read() as tx:
        assert entries.decode(log.read_entries(tx, batch.entry, 1)[0]).kind is Kind.RECEIPT
        return dict(json.loads(record.opened(office, tx, batch.entry, 1)[0]))


def altered(made: Small) -> envelopes.Submission:
    return replace(envelopes.sign(drafted(made), made.agency.signatory), basis="26 USC 6103(i)(1)")


WRONG = {
    "bad-signature": altered,
    "no-signature": drafted,
    "file-hash-mismatch": lambda made: envelopes.sign(drafted(made, file_sha256="0" * 64), made.agency.signatory),
    "wrong-key": lambda made: envelopes.sign(drafted(made), Ed25519PrivateKey.generate()),
    "unknown-key": lambda made: envelopes.sign(drafted(made, agency="us-nobody"), made.agency.signatory),
    "undated": lambda made: envelopes.sign(drafted(made, dated=None), made.agency.signatory),
}


@pytest.mark.parametrize("problem", WRONG)
def test_an_envelope_that_does_not_hold_is_received_and_makes_nothing_eligible(
    office: Office, made: Small, tmp_path: Path, problem: str
) -> None:
    batch = put(office, made, WRONG[problem](made), tmp_path)
    assert problem in received(office, batch)["problems"]
    assert received(office, batch)["rows"] == batch.rows == made.truth.height
    assert determinations.load(office, batch).height == batch.rows, "every row received is decided"
    assert eligible(office, batch) == 0


def test_an_official_who_holds_no_office_that_may_ask_makes_nothing_eligible(made: Small, tmp_path: Path) -> None:
    other = made.office("staffed", tmp_path, RECEIVED)
    enrol.appoint(other, Appointment(world.SIGNATORY, "i-2-requester", world.SINCE, DATED), world.AGENCY)
    batch = put(other, made, envelopes.sign(drafted(made), made.agency.signatory), tmp_path)
    assert batch.meta["problems"] == [], "the signature holds; the office does not"
    assert eligible(other, batch) == 0


CANARY = "Wxyzquill"
UNREADABLE = {
    "requests.xlsx": b"PK\x03\x04" + CANARY.encode() * 9,
    "requests.csv": f"first_name,last_name\n{CANARY}".encode("utf-16"),
    "requests.parquet": CANARY.encode() * 9,
    "requests.jsonl": f'{{"first_name": "{CANARY}"'.encode(),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_on_record_and_the_message_names_it_and_no_value(
    office: Office, made: Small, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(UNREADABLE[name])
    with pytest.raises(InputError) as told:
        submit(office, file, made.envelope, intake_officer=world.INTAKE)
    assert name in str(told.value)
    assert CANARY not in f"{told.value} {told.value.remedy}"
    kept = said_unreadable(office, file)
    assert kept["rows"] == 0
    assert CANARY not in json.dumps(kept)


def test_an_envelope_that_cannot_be_read_is_on_record_and_the_message_names_it_and_no_value(
    office: Office, made: Small, tmp_path: Path
) -> None:
    for number, text in enumerate((f'agency = "{CANARY}', f'agency = "{CANARY}"\nsignatory = 7\n', f'{CANARY} = "x"\n')):
        path = tmp_path / f"letter{number}.toml"
        path.write_text(text)
        with pytest.raises(InputError) as told:
            submit(office, made.file, path, intake_officer=world.INTAKE)
        assert path.name in str(told.value)
        assert CANARY not in f"{told.value} {told.value.remedy}" or number == 2, "an unknown entry is named; its value never"


def said_unreadable(office: Office, file: Path) -> dict[str, object]:
    digest = sha256(file.read_bytes()).hexdigest()
    with office.store.read() as tx:
        (row,) = tx.rows("batch", file_sha256=digest)
        batch = batches.named(tx, row["batch"])
    assert batch.form == "unreadable"
    return received(office, batch)


def test_what_could_not_be_read_is_received_once_however_often_it_is_sent(office: Office, made: Small, tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_bytes(b"{")
    with pytest.raises(InputError):
        submit(office, file, made.envelope, intake_officer=world.INTAKE)
    with office.store.read() as tx:
        before = tx.head().size
    assert submit(office, file, made.envelope, intake_officer=world.INTAKE).rows == 0
    with office.store.read() as tx:
        assert tx.head().size == before


@pytest.mark.invariant
def test_an_engaged_person_who_did_not_sign_loses_their_own_rows_and_nobody_elses(office: Office, made: Small, tmp_path: Path) -> None:
    silent = made.truth.filter(kind="lawful")["engaged_person"].mode().sort().first()
    said = drafted(made)
    said = envelopes.sign(replace(said, engaged=tuple(one for one in said.engaged if one.person != silent)), made.agency.signatory)
    batch = put(office, made, said, tmp_path)
    rows = determinations.load(office, batch).join(
        made.truth.with_row_index("ordinal").select("ordinal", "kind", "engaged_person"), on="ordinal"
    )
    lawful = rows.filter(kind="lawful")
    theirs, others = lawful.filter(engaged_person=silent), lawful.remove(engaged_person=silent)
    assert theirs.height > 0
    assert others.height > 0
    assert set(theirs["stage"]) == {"request"}
    assert set(others["outcome"]) == {"referred"}
    book = basis_of(office, batch).rulebook
    assert {book.requirement(said.split(" ")[1]).cite for row in theirs["reasons"] for said in row} == {"26 USC 6103(i)(2)(A)"}


LETTER = b"%PDF-1.7 a letter, signed by hand"


def attested(made: Small, by: str, **changed: str) -> envelopes.Submission:
    said = {"by": by, "how": "called back", "original": "letter.pdf", "original_sha256": sha256(LETTER).hexdigest()} | changed
    return drafted(made, attested=envelopes.Attestation(**said))


def test_a_letter_that_the_intake_officer_attests_and_attaches_is_a_writing_and_is_kept_sealed(
    office: Office, made: Small, tmp_path: Path
) -> None:
    (tmp_path / "letter.pdf").write_bytes(LETTER)
    batch = put(office, made, attested(made, world.INTAKE), tmp_path)
    assert batch.form == "attested"
    held = determinations.load(office, batch).filter(duty="duty held")
    # More rows than this office takes in by letter: only policy stands in the way of the lawful ones, and counsel hears of it.
    assert held.height > 0
    assert {one for row in held["reasons"] for one in row if "attested-size" in one} == {"POLICY policy.attested-size failed"}
    assert not any("i-2.B.writing" in one for row in held["reasons"] for one in row)
    (kept,) = batches.read_all(office, batch.id, "envelope")
    assert kept["original"].item() == LETTER
    folder = office.batch_folder(batch.id)
    assert not any(LETTER in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("attached", "said", "by", "problem"),
    [
        (True, {}, world.REVIEWER, "attested-by-another"),
        (False, {"how": "a letter that got lost"}, world.INTAKE, "original-missing"),
        (True, {"original_sha256": "0" * 64}, world.INTAKE, "original-hash-mismatch"),
        (True, {"how": " "}, world.INTAKE, "attestation-incomplete"),
    ],
)
def test_an_attestation_that_does_not_hold_is_no_writing(
    office: Office, made: Small, tmp_path: Path, attached: bool, said: dict[str, str], by: str, problem: str
) -> None:
    if attached:
        (tmp_path / "letter.pdf").write_bytes(LETTER)
    batch = put(office, made, attested(made, by, **said), tmp_path)
    assert problem in received(office, batch)["problems"]
    assert eligible(office, batch) == 0


@pytest.mark.invariant
def test_nobody_takes_in_who_does_not_hold_the_office_of_intake_that_day(office: Office, made: Small, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(LETTER)
    with office.store.read() as tx:
        before = tx.head().size
    for person in (world.REVIEWER, "nobody", ""):
        with pytest.raises(RefusedError):
            put(office, made, attested(made, person), tmp_path, by=person)
    with office.store.read() as tx:
        assert tx.head().size == before


def test_all_that_was_received_here_verifies(office: Office) -> None:
    assert verify(office).problems == ()


def test_an_office_in_service_takes_no_other_day(made: Small, tmp_path: Path) -> None:
    root = made.copy("staffed", tmp_path)
    config = root / "office.toml"
    config.write_text(config.read_text().replace("trial = true", "trial = false"))
    from privity.office.place import open_office

    with pytest.raises(RefusedError):
        open_office(root, RECEIVED)
    assert open_office(root).day > RECEIVED
