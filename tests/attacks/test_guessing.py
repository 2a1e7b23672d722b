"""Can somebody outside tell whether a person is in the ledger: from commitments, roots, other people's proofs, sizes, times?

The attacker has every byte that leaves the office (the ledger as tiles, the openings that are given out, the accounts of other
people), and a dictionary of every record id. They have no key and no salt.
"""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from statistics import median

import pytest

from persons.open_office import folder_of, give, opened
from persons.test_account import disclosed, key_of
from privity.ledger import entry as entries
from privity.ledger import export, log
from privity.office.persons import disclosures, tags
from privity.sample import register
from privity.verifier.account import check_account

WORDS = ("{}", "record:{}", '{{"record":"{}"}}', "privity/person/v1\n{}", "shown\n{}", "kept back\n{}")


@pytest.fixture
def office(tmp_path):
    return opened().office(tmp_path)


@pytest.fixture(scope="module")
def dictionary() -> list[str]:
    return sorted(register()["record_id"].unique().to_list())


def public_bytes(office, folders) -> bytes:
    """Everything that anybody outside may have."""
    with office.store.read() as tx:
        tiles = b"".join(content for _, content in export(tx))
        roots = [json.dumps(disclosures.opening(office, tx, row["entry"])).encode() for row in tx.rows("map_root")]
    files = [path.read_bytes() for folder in folders for path in sorted(folder.iterdir())]
    return b"\n".join([tiles, *roots, *files])


def guesses(origin: str, record: str) -> list[bytes]:
    """What somebody without a key can make of a record id."""
    plain = [word.format(record).encode() for word in WORDS] + [tags.message(origin, name, record) for name in (tags.SHOWN, tags.KEPT_BACK)]
    return [*plain, *(sha256(one).digest() for one in plain), *(sha256(tags.SHOWN.encode() + one).digest() for one in plain)]


@pytest.mark.invariant
def test_no_guess_of_any_record_id_is_in_any_public_byte(office, dictionary, tmp_path) -> None:
    about = disclosed(office)
    mine = min(about)
    given = public_bytes(office, [folder_of(office, mine, tmp_path / "mine"), folder_of(office, "nobody-here", tmp_path / "nobody")])
    assert mine.encode() in given, "the search finds what is there"
    assert len(dictionary) > 1000
    assert set(about) <= set(dictionary)
    assert sha256(tags.ready(office).public).digest() in {
        bytes.fromhex(one.decode()) for one in re.findall(rb'"key": ?"([0-9a-f]{64})"', given)
    }
    # 32 bytes anywhere in what is binary; hexadecimal of 64 digits or more, cut at every second digit; every word between quotes.
    pieces = {given[i : i + 32] for i in range(len(given) - 31)}
    for run in re.findall(rb"[0-9a-f]{64,}", given):
        pieces |= {bytes.fromhex(run[i : i + 64].decode()) for i in range(0, len(run) - 63, 2)}
    words = set(re.findall(rb'[^"\\\\\s<>.]{1,40}', given))
    assert mine.encode() in words
    for record in (one for one in dictionary if one != mine):
        assert not pieces.intersection(guesses(office.origin, record)[len(WORDS) + 2 :])
        assert record.encode() not in words


@pytest.mark.invariant
def test_no_label_of_anybody_else_is_in_a_proof(office, tmp_path) -> None:
    about = sorted(disclosed(office))
    given = public_bytes(office, [folder_of(office, about[0], tmp_path / "mine")])
    key = tags.ready(office)
    for record in about[1:]:
        for name in (tags.SHOWN, tags.KEPT_BACK):
            made = key.tag(name, record)
            assert made.label not in given
            assert made.label.hex().encode() not in given
            assert made.proof.hex().encode() not in given
    hidden = key.tag(tags.KEPT_BACK, about[0])
    assert hidden.label.hex().encode() not in given, "nor the person's own other label"


@pytest.mark.invariant
def test_a_commitment_cannot_be_tried_even_by_who_knows_the_whole_row(office) -> None:
    """The rows of intents and of lists are guessable; their salts are not."""
    with office.store.read() as tx:
        for row in tx.rows("package"):
            said = disclosures.opening(office, tx, row["entry"])
            (raw,) = log.read_entries(tx, row["entry"], 1)
            commitment = entries.decode(raw).commitment
            whole = entries.canonical(said)
            assert commitment not in (sha256(whole).digest(), sha256(bytes(16) + whole).digest())
            for place in range(len(said["records"])):
                opened_row = disclosures.open_row(said, place)
                bare = opened_row["row"].encode()
                assert opened_row["root"] not in (sha256(bare).hexdigest(), sha256(bytes(16) + bare).hexdigest())
                assert len(opened_row["siblings"]) == 8, "how many rows a package has is not told"


@pytest.mark.invariant
def test_present_absent_and_kept_back_are_files_of_the_same_sizes(office, tmp_path) -> None:
    from persons.test_delays import delay

    first, second = sorted(disclosed(office))[:2]
    with office.store.read() as tx:
        package = tx.rows("package", entry=disclosed(office)[second][0])[0]["package"]
    delay(office, package)
    other = next(record for record, where in sorted(disclosed(office).items()) if where != disclosed(office)[second])
    folders = {
        name: folder_of(office, record, tmp_path / name) for name, record in (("present", other), ("kept", second), ("absent", "nobody"))
    }
    counts = {name: check_account(folder, key_of(office)).items for name, folder in folders.items()}
    assert counts == {"present": 1, "kept": 0, "absent": 0}
    sizes = {tuple((path.name, path.stat().st_size) for path in sorted(folder.iterdir())) for folder in folders.values()}
    assert sizes == {(("account.html", 1 << 16), ("account.json", 1 << 16), ("proofs.json", 1 << 18))}
    assert first


@pytest.mark.invariant
def test_kept_back_takes_no_longer_than_absent(here_kept) -> None:
    """Half of the slower median apart at most: the two read the same rows. A coarse measure on a shared machine."""
    office, kept = here_kept
    times = {kept: [], "nobody-here": []}
    for _ in range(7):
        for record, found in times.items():
            begun = time.perf_counter()
            give(office, record)
            found.append(time.perf_counter() - begun)
    one, other = (median(found) for found in times.values())
    assert abs(one - other) < max(one, other) / 2


@pytest.fixture
def here_kept(tmp_path):
    made = opened().made
    office = made.office("released", tmp_path, opened().office(tmp_path).day)  # the shipped rules: everything is kept back
    return office, min(disclosed(office))


@pytest.mark.invariant
def test_the_label_of_another_person_is_refused_by_the_checker(office, tmp_path) -> None:
    """An office that answers with somebody else's empty label to show that nothing is there."""
    record = min(disclosed(office))
    real, empty = folder_of(office, record, tmp_path / "a"), folder_of(office, "nobody-here", tmp_path / "b")
    forged = json.loads((empty / "proofs.json").read_text())
    account = json.loads((empty / "account.json").read_text())
    forged["tag"]["record"] = account["record"] = record
    (empty / "proofs.json").write_text(json.dumps(forged))
    (empty / "account.json").write_text(json.dumps(account))
    assert check_account(real, key_of(office)).problems == ()
    assert check_account(empty, key_of(office)).problems == ("the label is not the one of this record",)


@pytest.mark.invariant
def test_the_kept_back_label_cannot_be_passed_for_the_one_that_is_shown(office, tmp_path) -> None:
    record = min(disclosed(office))
    folder = folder_of(office, record, tmp_path / "a")
    said = json.loads((folder / "proofs.json").read_text())
    said["tag"]["proof"] = tags.ready(office).tag(tags.KEPT_BACK, record).proof.hex()
    (folder / "proofs.json").write_text(json.dumps(said))
    assert check_account(folder, key_of(office)).problems == ("the label is not the one of this record",)
    said["tag"]["list"] = tags.KEPT_BACK
    (folder / "proofs.json").write_text(json.dumps(said))
    assert check_account(folder, key_of(office)).problems == ("the label is not the one of this record",)


@pytest.mark.invariant
def test_an_absence_proved_by_an_old_map_is_refused_by_who_holds_a_newer_checkpoint(tmp_path) -> None:
    """Before the release nothing is in the map; the office gives that account again, after it."""
    here = opened()
    before = here.office(tmp_path, "approved")
    from privity.office.release import release
    from privity.seal.age import AgeSealer

    old = folder_of(before, "nobody-here", tmp_path / "any")
    assert check_account(old, key_of(before)).problems == ()
    clerk_gave = give(before, "P-unknown")
    assert clerk_gave.account.lines == ()
    release(before, here.made.of(before), tmp_path / "out", AgeSealer())
    with before.store.read() as tx:
        held = tx.head().note
    found = check_account(old, key_of(before), held=held or "").problems
    assert found == ("the map covers less of the ledger than the checkpoint that is held: an old map was given",)
    fresh = folder_of(before, "nobody-here", tmp_path / "fresh")
    assert check_account(fresh, key_of(before), held=held or "").problems == ()


@pytest.mark.invariant
def test_a_key_that_is_no_permutation_is_not_taken(office, tmp_path) -> None:
    """Eight signatures of the key about itself: a key under which most messages have none, or many, cannot give them."""
    folder = folder_of(office, "nobody-here", tmp_path / "a")
    said = json.loads((folder / "proofs.json").read_text())
    (key_entry,) = [one for one in said["entries"] if one["index"] == said["tag"]["key_entry"]]
    row = json.loads(key_entry["opening"]["row"])
    row["proof"][3] = row["proof"][4]
    key_entry["opening"]["row"] = json.dumps(row)
    (folder / "proofs.json").write_text(json.dumps(said))
    assert "its opening does not open it" in check_account(folder, key_of(office)).problems[0]
    from privity.verifier.account import _BadError, _key

    with pytest.raises(_BadError):
        _key(tags.ready(office).public, row["proof"])


@pytest.mark.invariant
def test_the_same_list_is_never_committed_to_twice_alike(office) -> None:
    from privity.office.persons import keeping

    items = [{"entry": 81, "place": 0}]
    assert len({keeping.make_leaf(office, items).commitment for _ in range(3)}) == 3
    roots = {disclosures.row_root(office, [0], ["P1"], [7])["root"] for _ in range(3)}
    assert len(roots) == 3
