"""Does a person learn what may be shown, with proofs that somebody else's code accepts, and nothing more?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from office import keyed
from office.small import tamper
from persons.open_office import ASKER, change_policy, folder_of, give
from privity.errors import RefusedError
from privity.office.enrol import CUSTODIAN, public_keys
from privity.office.persons import giving, mapping, officers, tags
from privity.office.persons.classes import Asker
from privity.office.persons.disclosures import opening
from privity.office.place import open_office
from privity.office.verify import verify
from privity.sample import world
from privity.verifier.account import check_account
from privity.verifier.alone import one_file


def intents(office):
    with office.store.read() as tx:
        return {row["entry"]: opening(office, tx, row["entry"]) for row in tx.rows("package")}


def disclosed(office):
    """Record id → the intents that disclosed something about them, from the openings alone."""
    found = {}
    for entry, said in intents(office).items():
        for record in said["records"]:
            found.setdefault(record, []).append(entry)
    return found


def key_of(office):
    return office.verifier.vkey


@pytest.mark.invariant
def test_a_person_is_shown_every_disclosure_about_them_and_another_checker_accepts_it(office, tmp_path) -> None:
    about = disclosed(office)
    assert len(about) > 5
    for number, (record, entries) in enumerate(sorted(about.items())[:4]):
        folder = folder_of(office, record, tmp_path / str(number))
        found = check_account(folder, key_of(office))
        assert found.problems == ()
        account = json.loads((folder / "account.json").read_text())
        assert [item["entry"] for item in account["items"]] == sorted(entries)
        assert {(item["shown_under"], item["source"]) for item in account["items"]} == {("26 USC 6103(e)(7)", "POLICY")}
        assert found.items == len(entries)


@pytest.mark.invariant
def test_a_person_about_whom_nothing_went_out_is_shown_that_with_a_proof(office, tmp_path) -> None:
    folder = folder_of(office, "nobody-here", tmp_path / "a")
    found = check_account(folder, key_of(office))
    assert (found.problems, found.items) == ((), 0)
    assert "except what the law excludes from this account or lets the office delay" in found.says
    assert "It says nothing of other offices" in found.says


@pytest.mark.invariant
def test_under_the_shipped_rules_a_criminal_disclosure_is_not_shown_and_looks_like_none(here, tmp_path) -> None:
    office = here.made.office("released", tmp_path, here.office(tmp_path).day)
    record = min(disclosed(office))
    folder, other = folder_of(office, record, tmp_path / "a"), folder_of(office, "nobody-here", tmp_path / "b")
    assert check_account(folder, key_of(office)).problems == ()
    assert check_account(folder, key_of(office)).items == 0
    assert {p.name: p.stat().st_size for p in folder.iterdir()} == {p.name: p.stat().st_size for p in other.iterdir()}


@pytest.mark.invariant
def test_the_look_is_entered_before_and_signed_by_the_official(office) -> None:
    given = give(office, "nobody-here")
    with office.store.read() as tx:
        said = opening(office, tx, given.look)
        keys = public_keys(tx, CUSTODIAN)
        root = mapping.newest(tx)
    assert said["purpose"] == giving.PURPOSE
    assert officers.signed_by(said, keys[world.REVIEWER], office.origin)
    assert not officers.signed_by({**said, "record": "another"}, keys[world.REVIEWER], office.origin)
    assert not officers.signed_by(said, keys[world.REVIEWER], "another.example/ledger")
    assert given.look < root["entry"] == root["covers"]


@pytest.mark.parametrize("how", ["no office", "another's key", "identity not proved"])
def test_who_may_not_gives_no_account(office, how) -> None:
    clerk, other = world.official(office, world.REVIEWER), world.official(office, world.APPROVER)
    person = "nobody" if how == "no office" else clerk.person
    key = other.key if how == "another's key" else clerk.key
    asker = Asker(" ") if how == "identity not proved" else ASKER
    with pytest.raises(RefusedError):
        giving.give(office, "nobody-here", asker, person, key)


@pytest.mark.invariant
def test_who_is_no_individual_is_refused_alike_whoever_they_are(here, tmp_path) -> None:
    """The accounting open to individuals only: what the asker states decides, and nothing else does."""
    office = here.office(tmp_path, "approved")
    change_policy(office, tmp_path, "impairment_ruled_out = 1", "impairment_ruled_out = 0")
    _read_b7_otherwise(office, tmp_path)
    from privity.office.release import release
    from privity.seal.age import AgeSealer

    release(office, here.made.of(office), tmp_path / "out", AgeSealer())
    record = min(disclosed(office))
    for who in (record, "nobody-here"):
        for stated in ("no", "not-stated"):
            with pytest.raises(RefusedError, match="do not open the account"):
                give(office, who, replace(ASKER, individual_stated=stated))
    given = give(office, record, replace(ASKER, individual_stated="yes"))
    assert [(line.shown_under.cite, line.shown_under.source) for line in given.account.lines] == [("5 USC 552a(c)(3)", "STATUTE")]


def _read_b7_otherwise(office, work) -> None:
    """A reading under which a disclosure under 6103(i) is not one under 552a(b)(7)."""

    from privity.office import law

    with office.store.read() as tx:
        digest = law.in_force(office, tx)[0]
    folder = shutil.copytree(office.root / "law" / digest, work / "reading")
    facts = folder / "us/5-usc-552a/facts.toml"
    facts.write_text(facts.read_text().replace("stricter = true\ndefault = true", "stricter = true\ndefault = false"))
    law.install(office, folder, "a test")


# ---------------------------------------------------------------- the checker


def edited(folder, name, change) -> None:
    path = folder / name
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def drop_item(said) -> None:
    said["items"] = []


def another_day(said) -> None:
    said["items"][0]["day"] = "2020-01-01"


def more_covered(said) -> None:
    said["complete"]["covers"] += 1


def earlier_since(said) -> None:
    said["complete"]["since"] = "1990-01-01"


def absent(said) -> None:
    said["map"]["list"] = None


def flip_sibling(said) -> None:
    said["map"]["siblings"][3] = "00" * 32


def flip_row(said) -> None:
    said["rows"][0]["opening"]["salt"] = "00" * 16


def no_row(said) -> None:
    said["rows"] = []


def flip_tag(said) -> None:
    said["tag"]["proof"] = "00" + said["tag"]["proof"][2:]


def flip_key(said) -> None:
    said["tag"]["public"] = said["tag"]["public"][:-2] + "ff"


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("account.json", drop_item), ("account.json", another_day), ("account.json", more_covered), ("account.json", earlier_since),
        ("proofs.json", absent), ("proofs.json", flip_sibling), ("proofs.json", flip_row), ("proofs.json", no_row),
        ("proofs.json", flip_tag), ("proofs.json", flip_key),
    ],
)  # fmt: skip
def test_an_account_that_was_changed_is_refused_by_the_checker(office, tmp_path, name, change) -> None:
    folder = folder_of(office, min(disclosed(office)), tmp_path / "a")
    assert check_account(folder, key_of(office)).problems == ()
    edited(folder, name, change)
    assert check_account(folder, key_of(office)).problems != ()


@pytest.mark.invariant
def test_the_account_of_another_ledger_key_is_refused(office, tmp_path) -> None:
    from privity.ledger.note import Signer

    folder = folder_of(office, "nobody-here", tmp_path / "a")
    assert check_account(folder, Signer(office.origin, bytes(32)).vkey).problems != ()


@pytest.mark.invariant
def test_what_the_checker_says_of_its_extent_is_its_own_and_not_the_accounts(office, tmp_path) -> None:
    folder = folder_of(office, "nobody-here", tmp_path / "a")
    edited(folder, "account.json", lambda said: said["complete"].update(says="Complete for everything, everywhere, always."))
    found = check_account(folder, key_of(office))
    assert found.problems == ()
    assert "always" not in found.says
    assert "from 2025-08-07 to 2025-08-14" in found.says


@pytest.mark.invariant
def test_an_account_is_checked_with_the_key_that_was_known_before_the_ledgers_key_changed(office, tmp_path) -> None:
    record, old = min(disclosed(office)), key_of(office)
    with office.store.read() as tx:
        held = tx.head().note
    _, after = keyed.change(office)
    assert key_of(after) != old
    folder = folder_of(after, record, tmp_path / "a")
    for key in (old, key_of(after)):
        assert (check_account(folder, key).problems, check_account(folder, key).items) == ((), 1)
    assert check_account(folder, old, held=held).problems == ()
    edited(folder, "proofs.json", lambda said: said.update(keys=[]))
    assert check_account(folder, key_of(after)).problems == ()
    assert "not signed by the ledger's key" in check_account(folder, old).problems[0]


@pytest.mark.invariant
def test_a_clerk_with_the_verifier_alone_checks_an_account(office, tmp_path) -> None:
    folder = folder_of(office, min(disclosed(office)), tmp_path / "a")
    (tmp_path / "verifier.pyz").write_bytes(one_file())
    call = [sys.executable, "-I", str(tmp_path / "verifier.pyz"), str(folder), "--vkey", key_of(office)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "confirmed: the address supplied is one held" in done.stdout
    edited(folder, "account.json", drop_item)
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the items of the account are not those of the list" in done.stdout


# ---------------------------------------------------------------- the key


@pytest.mark.invariant
def test_the_key_is_entered_before_the_first_root_and_readable_by_its_owner_only(office) -> None:
    with office.store.read() as tx:
        key, root = tx.rows("tag_key")[0], tx.rows("map_root")[0]
    assert key["entry"] < root["entry"]
    path = office.root / "keys" / "tag-0001.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert repr(tags.ready(office)).count("Private") == 0


@pytest.mark.invariant
def test_a_new_key_gives_new_labels_and_the_same_accounts(office, tmp_path) -> None:
    record = min(disclosed(office))
    folder_of(office, record, tmp_path / "before")
    first = tags.ready(office).tag(tags.SHOWN, record).label
    mapping.renew_key(office)
    assert tags.ready(office).tag(tags.SHOWN, record).label != first
    folder_of(office, record, tmp_path / "after")
    assert check_account(tmp_path / "after", key_of(office), earlier=tmp_path / "before").problems == ()
    assert verify(open_office(office.root, office.day)).problems == ()
    assert mapping.bring_up_to_date(office) is None


def test_a_key_that_is_gone_is_named_and_no_other_is_made(office) -> None:
    from privity.errors import TamperError

    (office.root / "keys" / "tag-0001.pem").unlink()
    with pytest.raises(TamperError, match="tag-0001"):
        give(office, "nobody-here")


# ---------------------------------------------------------------- what verify finds


def problems(office) -> str:
    return "\n".join(verify(open_office(office.root, office.day)).problems)


@pytest.mark.invariant
def test_the_map_of_an_office_that_nobody_touched_has_no_problem(office) -> None:
    give(office, "nobody-here")
    assert problems(office) == ""


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM map_leaf WHERE rowid = (SELECT min(rowid) FROM map_leaf)", "not in the map of disclosures"),
        ("UPDATE map_leaf SET sealed = zeroblob(60) WHERE rowid = (SELECT min(rowid) FROM map_leaf)", "a list of the map of disclosures was altered"),
        ("UPDATE map_leaf SET commitment = zeroblob(32) WHERE rowid = (SELECT min(rowid) FROM map_leaf)", "a list of the map of disclosures was altered"),
        ("UPDATE map_node SET left = zeroblob(32) WHERE rowid = (SELECT max(rowid) FROM map_node)", "the parts kept of the map"),
        ("DELETE FROM map_node WHERE rowid = (SELECT max(rowid) FROM map_node)", "the parts kept of the map"),
        ("UPDATE map_root SET root = zeroblob(32)", "its row of `map_root` says otherwise"),
        ("UPDATE map_root SET covers = 3", "its row of `map_root` says otherwise"),
        ("UPDATE map_place SET list = 'kept back' WHERE intent = (SELECT min(intent) FROM map_place)", "its place in the map"),
        ("DELETE FROM map_place WHERE intent = (SELECT min(intent) FROM map_place)", "its place in the map"),
        ("UPDATE tag_key SET day = '2020-01-01'", "its row of `tag_key` says otherwise"),
    ],
)  # fmt: skip
def test_a_row_of_the_map_that_was_altered_or_deleted_is_named(office, statement, says) -> None:
    tamper(office.root, statement)
    assert says in problems(office)


@pytest.mark.invariant
def test_an_office_that_keeps_back_what_may_be_shown_is_found_by_whoever_holds_the_openings(office, monkeypatch) -> None:
    """Not a row altered afterwards: a root, honestly signed, of a map that hides a disclosure where nobody is shown it."""
    honest = mapping.look

    def hiding(there, tx):
        seen = honest(there, tx)
        return replace(seen, wanted={**seen.wanted, min(seen.wanted): tags.KEPT_BACK})

    monkeypatch.setattr(mapping, "look", hiding)
    monkeypatch.setattr(mapping, "settled", lambda *_: False)
    assert mapping.bring_up_to_date(office)
    monkeypatch.undo()
    found = problems(office)
    assert "in another list than it must be" in found
    assert f"entry {min(intents(office))}: its place in the map of disclosures is not where it must be" in found


@pytest.mark.invariant
def test_an_office_that_leaves_a_disclosure_out_is_found(office, monkeypatch) -> None:
    record, entry = next((record, entries[0]) for record, entries in sorted(disclosed(office).items()))
    folder = folder_of(office, record, office.root.parent / "before")
    honest = mapping.keeping.make_leaf

    def without(there, items):
        return honest(there, [one for one in items if one["entry"] != entry])

    monkeypatch.setattr(mapping.keeping, "make_leaf", without)
    mapping.renew_key(office)  # every list is written anew, and this one without its item
    assert f"entry {entry}: " in problems(office)
    after = folder_of(office, record, office.root.parent / "after")
    assert (
        f"entry {entry}: the earlier account showed it, and this one does not"
        in check_account(after, key_of(office), earlier=folder).problems
    )


def test_the_roots_that_a_map_lists_are_those_of_the_intents_rows(office) -> None:
    with office.store.read() as tx:
        said = opening(office, tx, mapping.newest(tx)["entry"])
    assert sorted(said["rows"]) == [[entry, one["persons"]["root"]] for entry, one in sorted(intents(office).items())]
    assert not any(record in json.dumps(said) for record in disclosed(office))
    assert said["key"] == sha256(tags.ready(office).public).hexdigest()


@pytest.mark.invariant
def test_a_rule_that_ends_on_a_day_is_noticed_on_that_day(office, tmp_path) -> None:
    """Nobody enters anything: only the day is another."""
    from datetime import timedelta

    from privity.office import law

    with office.store.read() as tx:
        digest = law.in_force(office, tx)[0]
    folder = Path(shutil.copytree(office.root / "law" / digest, tmp_path / "ending"))
    rules, ends = folder / "us/5-usc-552a/c-3.cedar", office.day + timedelta(days=3)
    rules.write_text(rules.read_text().replace('@id("e-7")', f'@id("e-7")\n@effective("2025-01-01/{ends.isoformat()}")'))
    law.install(office, folder, "a test")
    record = min(disclosed(office))
    assert len(give(office, record).account.lines) == 1
    assert len(give(replace(office, day=ends - timedelta(days=1)), record).account.lines) == 1
    assert give(replace(office, day=ends), record).account.lines == ()
    assert verify(replace(office, day=ends)).problems == ()
