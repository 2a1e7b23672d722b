"""Who has the office's folder and all its keys can make a ledger that is sound in itself. Do those who hold something of it from before see that?

Each attack is looked at twice: by `privity verify` on the office, and by the verifier, which has an export and the public key only.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from office.small import ANSWERED, Small, tamper
from privity.ledger import entry as entries
from privity.ledger import log
from privity.office import enrol
from privity.office.export import export
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.sample import world
from privity.store import archive
from privity.verifier.command import run


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


def problems(office: Office, held: list[str] | None = None) -> str:
    return "\n".join(verify(open_office(office.root, ANSWERED), held or []).problems)


def note(office: Office) -> str:
    with office.store.read() as tx:
        return tx.head().note or ""


def length(office: Office) -> int:
    with office.store.read() as tx:
        return tx.head().size


def outside(office: Office, out: Path, capsys, *held: Path) -> tuple[int, list[dict[str, object]]]:
    """What the verifier says of a fresh export: exit code and findings."""
    export(open_office(office.root, ANSWERED), out)
    capsys.readouterr()
    code = run([str(out), "--vkey", office.verifier.vkey, *(part for path in held for part in ("--held", str(path))), "--json"])
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    return code, report["findings"]


def of_kind(office: Office, kind: str) -> dict[str, int]:
    with office.store.read() as tx:
        return tx.rows("opening_file", kind=kind)[-1]


def rewrite(office: Office, index: int, change) -> None:
    """Another history from its beginning, with the office's own keys: one row says something else, and everything after it is signed anew."""
    with office.store.read() as tx:
        segments = list(tx.read(0, tx.head().size))
        (file,) = tx.rows("opening_file", first=index)
    kept = archive.read(office.openings(), office.archive_key, file["name"])
    row = entries.canonical(change(json.loads(kept.rows[0])))
    name = archive.write(office.openings(), office.archive_key, [row], kept.salts, index)
    tamper(office.root, "DELETE FROM segment", "DELETE FROM node", f"UPDATE opening_file SET name = '{name}' WHERE first = {index}")
    waiting = []
    for segment in segments:
        for place, raw in enumerate(segment.entries, segment.first):
            new = entries.commit_rows(kept.salts, [row])[0].hex().encode() if place == index else raw[58:122]
            waiting.append(raw[:58] + new + raw[122:])
        if segment.note is not None:
            with office.store.write() as tx:
                log.append(tx, office.signer, office.origin, waiting)
            waiting = []


# ---------------------------------------------------------------- what shows by itself


@pytest.mark.invariant
def test_edited_entry(office: Office, tmp_path: Path, capsys) -> None:
    index = of_kind(office, "determination")["first"] + 5
    with office.store.read() as tx:
        (segment,) = [one for one in tx.read(index, 1) if one.first <= index < one.end]
    at = (index - segment.first) * entries.SIZE + 60
    other = bytes([ord("0") if segment.body[at] != ord("0") else ord("1")])
    body = segment.body[:at] + other + segment.body[at + 1 :]
    tamper(office.root, f"UPDATE segment SET body = X'{body.hex()}' WHERE first = {segment.first}")
    assert f"entry {index}: altered" in problems(office)
    code, found = outside(office, tmp_path / "public", capsys)
    assert (code, [(one["file"], one["first"], one["what"]) for one in found]) == (
        1,
        [(f"tile/entries/000.p/{length(office)}", index, "altered")],
    )


@pytest.mark.invariant
def test_reordered_batch(office: Office, tmp_path: Path, capsys) -> None:
    """Two determinations of one batch in each other's place, with their hashes."""
    first = of_kind(office, "determination")["first"]
    with office.store.read() as tx:
        (segment,) = [one for one in tx.read(first, 1) if one.first <= first < one.end]
    order = list(segment.entries)
    order[3], order[40] = order[40], order[3]
    body, leaves = b"".join(order), b"".join(log.tlog.leaf_hashes(order))
    tamper(office.root, f"UPDATE segment SET body = X'{body.hex()}', leaves = X'{leaves.hex()}' WHERE first = {segment.first}")
    found = problems(office)
    assert f"entries {segment.first} to {segment.end - 1}: not proved to be the entries of the signed checkpoint" in found
    assert all(f"entry {first + place}: its opening does not open it" in found for place in (3, 40))
    code, said = outside(office, tmp_path / "public", capsys)
    assert (code, said[0]["file"], said[0]["what"]) == (1, "checkpoint", "the entries do not give the signed root")


@pytest.mark.invariant
def test_swapped_openings(office: Office) -> None:
    """Two rows of a batch with their salts in each other's place, sealed with the office's own key."""
    file = of_kind(office, "determination")
    kept = archive.read(office.openings(), office.archive_key, file["name"])
    salts, rows = [kept.salts[i : i + 16] for i in range(0, len(kept.salts), 16)], list(kept.rows)
    for one in (salts, rows):
        one[7], one[11] = one[11], one[7]
    name = archive.write(office.openings(), office.archive_key, rows, b"".join(salts), kept.first)
    tamper(office.root, f"UPDATE opening_file SET name = '{name}' WHERE first = {kept.first}")
    found = problems(office)
    assert all(f"entry {kept.first + place}: its opening does not open it" in found for place in (7, 11))


def test_openings_of_another_entry(office: Office) -> None:
    """A whole file of openings in the place of another of the same length."""
    with office.store.read() as tx:
        one, other = tx.rows("opening_file", kind="intent")[:2]
    tamper(
        office.root,
        "CREATE TABLE kept AS SELECT * FROM opening_file",
        f"UPDATE opening_file SET name = 'x' WHERE first = {one['first']}",
        f"UPDATE opening_file SET name = '{one['name']}' WHERE first = {other['first']}",
        f"UPDATE opening_file SET name = '{other['name']}' WHERE first = {one['first']}",
    )
    found = problems(office)
    assert all(f"entries from {row['first']}: their openings " in found for row in (one, other))


# ---------------------------------------------------------------- what only somebody outside can see


@pytest.mark.invariant
def test_history_rewritten_with_the_offices_own_key(office: Office, tmp_path: Path, capsys) -> None:
    held, before = note(office), tmp_path / "before"
    export(office, before)
    with office.store.read() as tx:
        index = tx.rows("safeguards")[-1]["entry"]
    rewrite(office, index, lambda row: row | {"note": "reviewed, with no finding"})
    tamper(office.root, f"UPDATE safeguards SET note = 'reviewed, with no finding' WHERE entry = {index}")
    assert problems(office) == "", "inside nothing is wrong any more: this is what no office can know of itself"
    (tmp_path / "held.note").write_text(held)
    size = length(office)
    assert f"entry {size - 1}: the checkpoint is not the one that is held elsewhere" in problems(office, [held])

    public = tmp_path / "public"
    assert outside(office, public, capsys) == (0, [])
    code, found = outside(office, public, capsys, tmp_path / "held.note")
    assert (code, found[0]["file"], found[0]["first"], found[0]["count"]) == (1, "held.note", 0, size)
    assert "rewritten history" in str(found[0]["what"])
    code, found = outside(office, public, capsys, before)
    assert (code, found[0]["first"], found[0]["count"]) == (1, index, 1), "who kept the earlier export learns which entry was changed"


@pytest.mark.invariant
def test_split_view(office: Office, made: Small, tmp_path: Path, capsys) -> None:
    """Two readers are shown two ledgers, both signed; between them they see it, and which entry is the first that differs."""
    other = made.office("released", tmp_path / "fork", ANSWERED)
    size = length(office)
    enrol.determine_safeguards(office, world.AGENCY, "current", "what one reader is shown")
    enrol.determine_safeguards(other, world.AGENCY, "lapsed", "what the other reader is shown")
    enrol.determine_safeguards(other, world.AGENCY, "current", "and one more")
    assert (problems(office), problems(other)) == ("", "")
    assert "held" in problems(other, [note(office)])
    assert outside(other, tmp_path / "theirs", capsys) == (0, [])
    assert outside(office, tmp_path / "mine", capsys) == (0, [])
    code, found = outside(other, tmp_path / "theirs", capsys, tmp_path / "mine")
    assert (code, found[0]["file"], found[0]["first"], found[0]["count"]) == (1, "mine", size, 1)
    assert "split view" in str(found[0]["what"])
    # Two checkpoints of one size need no export at all to show it.
    one, two = tmp_path / "one.note", tmp_path / "two.note"
    one.write_text(note(office))
    with other.store.read() as tx:
        two.write_text(next(segment.note for segment in tx.read(size, 1) if segment.end == size + 1) or "")
    code, found = outside(other, tmp_path / "theirs", capsys, one, two)
    assert any("two.note is of the same size" in str(each["what"]) for each in found)


@pytest.mark.invariant
def test_rollback(office: Office, made: Small, tmp_path: Path, capsys) -> None:
    """An old backup in the office's place. In itself it is sound; whoever holds a newer checkpoint sees which entries are gone."""
    held = tmp_path / "newer.note"
    held.write_text(note(office))
    old = made.office("approved", tmp_path / "old", ANSWERED)
    size, newer = length(old), length(office)
    assert problems(old) == ""
    assert f"entries {size} to {newer - 1}: missing at the end" in problems(old, [held.read_text()])
    code, found = outside(old, tmp_path / "public", capsys, held)
    assert (code, found[0]["first"], found[0]["count"]) == (1, size, newer - size)
    assert "rolled back" in str(found[0]["what"])


def test_a_tail_that_was_cut_and_grown_again_differently(office: Office, made: Small, tmp_path: Path, capsys) -> None:
    """Rollback, then other entries up to the same size: longer than the held checkpoint, and not its continuation."""
    held = tmp_path / "held.note"
    held.write_text(note(office))
    old = made.office("approved", tmp_path / "old", ANSWERED)
    for _ in range(length(office) - length(old) + 3):
        enrol.determine_safeguards(old, world.AGENCY, "current", "other entries")
    assert "held" in problems(old, [held.read_text()])
    code, found = outside(old, tmp_path / "public", capsys, held)
    assert (code, found[0]["first"], found[0]["count"]) == (1, 0, length(office))


def test_one_entry_of_the_export_only(office: Office, tmp_path: Path, capsys) -> None:
    """The office is sound, and who runs the web server alters what it hands out, with tiles to match: the signed root gives it away."""
    out = tmp_path / "public"
    assert outside(office, out, capsys) == (0, [])
    (bundle,) = (out / "tile/entries").rglob(str(length(office)))
    raw = bytearray(bundle.read_bytes())
    raw[194 * 20 + 70] ^= 1
    bundle.write_bytes(raw)
    hashes = b"".join(log.tlog.leaf_hashes([bytes(raw[at + 2 : at + 194]) for at in range(0, len(raw), 194)]))
    (out / f"tile/0/000.p/{length(office)}").write_bytes(hashes)
    code, found = outside(replace(office), out, capsys)
    assert (code, found[-1]["file"], found[-1]["first"], found[-1]["count"]) == (1, "checkpoint", 0, length(office))


def test_a_copy_of_the_office_is_not_confused_with_the_office(office: Office, tmp_path: Path, capsys) -> None:
    """The same folder elsewhere exports the same bytes: an export depends on the ledger and on nothing else."""
    copy = open_office(Path(shutil.copytree(office.root, tmp_path / "copy")), ANSWERED)
    outside(office, tmp_path / "one", capsys)
    outside(copy, tmp_path / "two", capsys)
    files = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    ]
    assert files[0] == files[1]
