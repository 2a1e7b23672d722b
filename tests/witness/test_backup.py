"""Is a restored office the one that was backed up, and does an old one refuse to run?"""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from pathlib import Path

import pytest

from office.small import ANSWERED, Small
from privity.errors import InputError, PrivityError, RefusedError, TamperError
from privity.office import witness
from privity.office.accounting import for_year
from privity.office.backup import back_up
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.restore import restore
from privity.office.verify import verify
from privity.seal.age import AgeSealer
from witness.honest import serving
from witness.offices import DAY, enrolled, fresh, grow
from witness.offices import witnessed as with_witnesses


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return fresh(tmp_path)


def note(office: Office) -> str:
    with office.store.read() as tx:
        return tx.head().note or ""


def keys(office: Office) -> Path:
    return office.root / "keys"


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_a_restored_office_is_the_same_and_goes_on(made: Small, tmp_path: Path, name: str) -> None:
    office = made.office("approved", tmp_path, ANSWERED)
    copied = back_up(office, tmp_path / name)
    done = restore(tmp_path / name, tmp_path / "again", keys=keys(office))
    assert (done.entries, done.files) == (copied.entries, copied.files)
    again = open_office(tmp_path / "again", ANSWERED)
    assert note(again) == note(office)
    assert verify(again).problems == ()
    assert release(again, made.of(again), tmp_path / "outbox", AgeSealer())
    assert for_year(again, 2025).gaps == ()
    assert oct((tmp_path / "again").stat().st_mode & 0o777) == "0o700"


@pytest.mark.invariant
@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_keys_are_left_out_unless_asked_for(office: Office, tmp_path: Path, name: str) -> None:
    secrets = {path.read_bytes() for path in keys(office).iterdir()}
    back_up(office, tmp_path / name)
    files = [tmp_path / name] if name.endswith(".tar") else [path for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert files
    assert not any(secret in path.read_bytes() for path in files for secret in secrets)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    with pytest.raises(InputError, match="no keys"):
        restore(tmp_path / name, tmp_path / "again")
    assert back_up(office, tmp_path / f"with-{name}", with_keys=True).keys
    restore(tmp_path / f"with-{name}", tmp_path / "again")


def test_another_offices_keys_open_nothing(office: Office, tmp_path: Path) -> None:
    back_up(office, tmp_path / "copy")
    other = Path(shutil.copytree(keys(office), tmp_path / "keys"))
    (other / "ledger.key").write_bytes(bytes(32))
    with pytest.raises(InputError, match="not those of the office"):
        restore(tmp_path / "copy", tmp_path / "again", keys=other)
    shutil.copy(keys(office) / "ledger.key", other / "ledger.key")
    (other / "archive.key").write_bytes(bytes(32))
    with pytest.raises(RefusedError, match="cannot be read"):
        restore(tmp_path / "copy", tmp_path / "again", keys=other)
    assert not (tmp_path / "again").exists()


# ---------------------------------------------------------------- behind


@pytest.mark.invariant
def test_a_backup_from_before_the_last_witnessed_checkpoint_is_not_put_in_place(office: Office, tmp_path: Path) -> None:
    with with_witnesses(office, names=1, quorum=1):
        witness.require(office, grow(office))
        back_up(office, tmp_path / "copy")
        witness.require(office, grow(office))
        with pytest.raises(RefusedError, match=r"has signed \d+ entries"):
            restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))
    assert not (tmp_path / "again").exists()
    with pytest.raises(RefusedError, match="once longer"):  # the witness is silent; a note is held
        restore(tmp_path / "copy", tmp_path / "again", keys=keys(office), held=[note(office)])
    assert [path.name for path in tmp_path.iterdir() if "again" in path.name] == []


@pytest.mark.invariant
def test_one_that_could_be_put_in_place_because_nobody_answered_stops_when_somebody_does(office: Office, tmp_path: Path) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        witness.require(office, grow(office))
        back_up(office, tmp_path / "copy")
        witness.require(office, grow(office, 2))
        one.down = True
        done = restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))
        assert not any(answer.lines for answer in done.answers)
        again = open_office(tmp_path / "again", DAY)
        with pytest.raises(RefusedError):  # nothing leaves while nobody answers
            witness.require(again, grow(again))
        one.down = False
        with pytest.raises(RefusedError, match="has signed"):
            witness.stands(again)


@pytest.mark.invariant
def test_a_backup_at_the_witnessed_head_is_put_in_place_and_goes_on(office: Office, tmp_path: Path) -> None:
    with with_witnesses(office, names=2, quorum=2):
        witness.require(office, grow(office))
        back_up(office, tmp_path / "copy")
        done = restore(tmp_path / "copy", tmp_path / "again", keys=keys(office), held=[note(office)])
        assert all(answer.lines for answer in done.answers)
        again = open_office(tmp_path / "again", DAY)
        witness.stands(again)
        witness.require(again, grow(again))
        assert verify(again).problems == ()
        # and now the first office is the old one
        with pytest.raises(RefusedError):
            witness.stands(office)


def test_a_checkpoint_that_was_held_at_a_restore_binds_the_office_from_then_on(office: Office, tmp_path: Path) -> None:
    grow(office)
    back_up(office, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again", keys=keys(office), held=[note(office)])
    assert [path.name for path in (tmp_path / "again" / "witnessed").glob("*.note")] == [f"{note(office).split()[1]}.note"]


def test_a_held_checkpoint_of_another_ledger_is_refused(office: Office, tmp_path: Path) -> None:
    back_up(office, tmp_path / "copy")
    with pytest.raises(RefusedError, match="not signed by a key that was expected"):
        restore(tmp_path / "copy", tmp_path / "again", keys=keys(office), held=[note(office).replace("witness.test", "another.test")])
    assert not (tmp_path / "again").exists()


# ---------------------------------------------------------------- while others write


def test_a_backup_while_others_write_is_of_one_instant(office: Office, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        mine = open_office(office.root, DAY)
        while not stop.is_set():
            grow(mine)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = [back_up(office, tmp_path / f"copy-{i}").entries for i in range(5)]
    finally:
        stop.set()
        writer.join()
    assert len(set(sizes)) > 1
    for i, size in enumerate(sizes):
        assert restore(tmp_path / f"copy-{i}", tmp_path / f"again-{i}", keys=keys(office)).entries == size


# ---------------------------------------------------------------- an altered backup


@pytest.mark.invariant
def test_every_file_of_a_backup_that_was_altered_lost_or_added_is_named(made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, ANSWERED)
    back_up(office, tmp_path / "copy")
    inside = tmp_path / "copy" / "office"
    names = sorted(path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file())
    by_folder = {name.split("/")[0]: name for name in names}  # one of each kind
    assert set(by_folder) >= {"office.db", "office.toml", "law", "register", "batches", "openings"}
    for name in by_folder.values():
        for change in (lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: raw[:-1], None):
            sound = (inside / name).read_bytes()
            if change is None:
                (inside / name).unlink()
            else:
                (inside / name).write_bytes(change(sound))
            with pytest.raises(TamperError, match=name.split("/")[-1]):
                restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))
            (inside / name).write_bytes(sound)
    (inside / "openings" / "more").write_bytes(b"")
    with pytest.raises(TamperError, match="openings/more"):
        restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))
    assert [path.name for path in tmp_path.iterdir() if "again" in path.name] == []


@pytest.mark.invariant
@pytest.mark.parametrize("name", ["../outside", "/outside", "openings/../../outside", ".hidden", "openings/.hidden"])
def test_a_manifest_that_leads_out_of_the_folder_is_refused(office: Office, tmp_path: Path, name: str) -> None:
    back_up(office, tmp_path / "copy")
    path = tmp_path / "copy" / "manifest.json"
    said = json.loads(path.read_text())
    said["files"][name] = {"bytes": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    path.write_text(json.dumps(said))
    with pytest.raises(TamperError, match="no office has"):
        restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))


def test_a_tar_file_that_leads_out_of_its_folder_writes_nothing_there(office: Office, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        tar.add(tmp_path / "x", "../../outside")
    with pytest.raises(InputError):
        restore(tmp_path / "bad.tar", tmp_path / "deep" / "again", keys=keys(office))
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"backup": 2}', b'{"backup": 1}', b'{"backup": 1, "files": [], "keys": false, "checkpoint": ""}']
)
def test_what_is_no_backup_is_refused(office: Office, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "manifest.json").write_bytes(raw)
    (tmp_path / "file.tar").write_bytes(raw)
    for source in (tmp_path / "copy", tmp_path / "file.tar", tmp_path / "nowhere"):
        with pytest.raises(PrivityError):
            restore(source, tmp_path / "again", keys=keys(office))


# ---------------------------------------------------------------- places


def test_nothing_is_written_over_and_an_office_is_not_copied_into_itself(office: Office, tmp_path: Path) -> None:
    back_up(office, tmp_path / "copy")
    for place in (tmp_path / "copy", office.root, office.root / "copy"):
        with pytest.raises(InputError):
            back_up(office, place)
    with pytest.raises(InputError):
        restore(tmp_path / "copy", office.root, keys=keys(office))


def test_a_link_in_an_office_is_not_followed_and_not_left_out_silently(office: Office, tmp_path: Path) -> None:
    (office.root / "letters" / "mine").symlink_to(tmp_path)
    with pytest.raises(InputError, match="link"):
        back_up(office, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == []


def test_what_is_being_computed_is_left_out(office: Office, tmp_path: Path) -> None:
    (office.root / "scratch").mkdir()
    (office.root / "scratch" / "table").write_text("in clear")
    (office.root / "openings" / ".x.part").write_text("half")
    back_up(office, tmp_path / "copy")
    assert not [path for path in (tmp_path / "copy").rglob("*") if path.name in ("table", ".x.part")]


def test_a_restored_office_whose_witness_moved_is_asked_where_it_is_now(office: Office, tmp_path: Path) -> None:
    with with_witnesses(office, names=1, quorum=1) as (one,):
        witness.require(office, grow(office))
        back_up(office, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again", keys=keys(office))
    again = open_office(tmp_path / "again", DAY)
    with serving(one):
        enrolled(again, one)
        witness.require(again, grow(again))
