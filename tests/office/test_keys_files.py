"""Are the office's secrets made safely, refused when others could have read them, and never shown?"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from office import keyed
from privity.cli.app import run
from privity.errors import InputError, PrivityError, RefusedError
from privity.office.init import init
from privity.office.keys import files
from privity.office.place import open_office
from privity.office.verify import verify
from privity.rules.facts import SHIPPED

KEYS = [f"{kind}.key" for kind in files.KINDS]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return keyed.office(tmp_path_factory.mktemp("keys") / "office").root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "office"))


def opened(root: Path):
    return open_office(root, keyed.DAY)


# ---------------------------------------------------------------- made safely, and refused otherwise


@pytest.mark.invariant
def test_new_keys_are_readable_by_their_owner_only_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        init(tmp_path / "o", custodian="C", origin="c.example", law_root=SHIPPED, regime="us/26-usc-6103", trial=True)
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "o" / "keys").iterdir()} == dict.fromkeys(KEYS, 0o600)
    assert (tmp_path / "o" / "keys").stat().st_mode & 0o777 == 0o700
    assert len({path.read_bytes() for path in (tmp_path / "o" / "keys").iterdir()}) == 3


@pytest.mark.invariant
@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_an_office_whose_key_others_can_read_is_not_opened(root: Path, name: str, mode: int) -> None:
    (root / "keys" / name).chmod(mode)
    with pytest.raises(RefusedError, match="others") as refused:
        opened(root)
    assert "chmod 600" in refused.value.remedy
    (root / "keys" / name).chmod(0o400)
    opened(root)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_is_a_link_or_a_pipe_is_refused(root: Path, name: str) -> None:
    path = root / "keys" / name
    path.rename(root / "elsewhere")
    path.symlink_to(root / "elsewhere")
    with pytest.raises(RefusedError, match="link"):
        opened(root)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(RefusedError, match="no regular file"):
        opened(root)


def test_a_key_of_somebody_else_is_refused(root: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    os.chown(root / "keys" / "archive.key", 12345, -1)
    with pytest.raises(RefusedError, match="somebody else"):
        opened(root)


def test_a_folder_of_keys_that_others_may_write_to_is_refused(root: Path) -> None:
    (root / "keys").chmod(0o770)
    with pytest.raises(RefusedError, match="may write"):
        opened(root)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"privity protected key 1\n"])
def test_a_file_that_is_no_key_is_refused(root: Path, content: bytes, monkeypatch, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("any\n")
    monkeypatch.setenv("PRIVITY_OFFICE_PASSPHRASE_FILE", str(words))
    (root / "keys" / "link.key").write_bytes(content)
    with pytest.raises(InputError):
        opened(root)


def test_a_missing_key_is_named_with_its_remedy(root: Path) -> None:
    (root / "keys" / "archive.key").unlink()
    with pytest.raises(InputError, match="no archive key"):
        opened(root)


# ---------------------------------------------------------------- elsewhere than in the office's folder


def test_keys_can_lie_in_a_folder_of_their_own(root: Path, tmp_path: Path, monkeypatch) -> None:
    (root / "keys").rename(tmp_path / "mount")
    with pytest.raises(InputError):
        opened(root)
    monkeypatch.setenv("PRIVITY_KEYS", str(tmp_path / "mount"))
    keyed.write(opened(root))
    assert verify(opened(root)).problems == ()


def test_each_key_can_be_a_file_of_its_own_and_is_judged_like_any(root: Path, tmp_path: Path, monkeypatch) -> None:
    for kind in files.KINDS:
        (root / "keys" / f"{kind}.key").rename(tmp_path / kind)
        monkeypatch.setenv(f"PRIVITY_{kind.upper()}_KEY_FILE", str(tmp_path / kind))
    keyed.write(opened(root))
    (tmp_path / "link").chmod(0o644)
    with pytest.raises(RefusedError):
        opened(root)


def test_where_each_key_is_named_the_next_one_is_named_too_before_it_is_in_force(root: Path, tmp_path: Path, monkeypatch) -> None:
    (root / "keys" / "ledger.key").rename(tmp_path / "one")
    monkeypatch.setenv("PRIVITY_LEDGER_KEY_FILE", str(tmp_path / "one"))
    with pytest.raises(InputError, match="names each"):
        keyed.change(opened(root))
    (tmp_path / "two").write_bytes(os.urandom(32))
    (tmp_path / "two").chmod(0o400)
    monkeypatch.setenv("PRIVITY_LEDGER_KEY_FILE", f"{tmp_path / 'one'}:{tmp_path / 'two'}")
    done, _ = keyed.change(opened(root))
    assert done.removed == ("one",)
    monkeypatch.setenv("PRIVITY_LEDGER_KEY_FILE", str(tmp_path / "two"))
    keyed.write(opened(root))
    assert verify(opened(root)).problems == ()


def test_a_new_office_makes_its_keys_where_they_are_to_lie(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PRIVITY_KEYS", str(tmp_path / "mount"))
    root = keyed.office(tmp_path / "office").root
    assert sorted(path.name for path in (tmp_path / "mount").iterdir()) == sorted(KEYS)
    assert list((root / "keys").iterdir()) == []


def test_the_ledger_does_not_go_on_under_another_key(root: Path, tmp_path: Path) -> None:
    (root / "keys" / "ledger.key").write_bytes(bytes(range(32)))
    with pytest.raises(RefusedError, match="another key"):
        keyed.write(opened(root))


# ---------------------------------------------------------------- under a passphrase


@pytest.fixture
def words(tmp_path: Path, monkeypatch) -> Path:
    file = tmp_path / "words"
    file.write_text("correct horse\n")
    monkeypatch.setenv("PRIVITY_OFFICE_PASSPHRASE_FILE", str(file))
    return file


def secrets_of(root: Path) -> list[bytes]:
    return [(root / "keys" / name).read_bytes() for name in KEYS]


def test_keys_under_a_passphrase_open_with_it_and_with_nothing_else(root: Path, words: Path, tmp_path: Path, monkeypatch) -> None:
    clear = secrets_of(root)
    assert run(["key", "protect", str(root), "--passphrase-file", str(words)]) == 0
    assert not any(secret in content for secret in clear for content in secrets_of(root))
    assert all((root / "keys" / name).stat().st_mode & 0o777 == 0o600 for name in KEYS)
    keyed.write(opened(root))
    words.write_text("another horse\n")
    with pytest.raises(InputError, match="passphrase"):
        opened(root)
    monkeypatch.delenv("PRIVITY_OFFICE_PASSPHRASE_FILE")
    with pytest.raises(InputError, match="passphrase"):
        opened(root)


def test_a_passphrase_can_be_changed_and_taken_away(root: Path, words: Path, tmp_path: Path) -> None:
    clear = secrets_of(root)
    run(["key", "protect", str(root), "--passphrase-file", str(words)])
    new = tmp_path / "new"
    new.write_text("battery staple\n")
    assert run(["key", "protect", str(root), "--passphrase-file", str(new)]) == 0
    with pytest.raises(InputError):
        opened(root)
    words.write_text("battery staple\n")
    opened(root)
    assert run(["key", "protect", str(root), "--off"]) == 0
    assert secrets_of(root) == clear


def test_a_change_of_passphrase_that_was_cut_short_is_run_again(root: Path, words: Path) -> None:
    files.protect(root, "old", [])
    half = (root / "keys" / "archive.key").read_bytes()
    files.protect(root, "correct horse", ["old"])
    (root / "keys" / "archive.key").write_bytes(half)
    with pytest.raises(InputError):
        opened(root)
    files.protect(root, "correct horse", ["old"])
    opened(root)


def test_one_protected_key_cannot_be_put_in_the_place_of_another(root: Path, words: Path) -> None:
    files.protect(root, "correct horse", [])
    shutil.copyfile(root / "keys" / "archive.key", root / "keys" / "link.key")
    with pytest.raises(InputError):
        opened(root)


def test_a_rotated_key_is_under_the_passphrase_too(root: Path, words: Path) -> None:
    files.protect(root, "correct horse", [])
    _, office = keyed.change(opened(root))
    (path,) = (root / "keys").glob("ledger.*.key")
    assert path.read_bytes().startswith(b"privity protected key 1\n")
    keyed.write(office)


# ---------------------------------------------------------------- never shown

FAILING = (
    ["verify", "ROOT"],
    ["verify", "ROOT", "--held", "ROOT/keys/ledger.key"],
    ["key", "list", "ROOT", "--json"],
    ["key", "list", "ROOT"],
    ["key", "show", "ROOT/keys/ledger.key", "--passphrase-file", "ROOT/keys/link.key"],
    ["key", "new", "ROOT/keys/archive.key", "--passphrase-file", "ROOT/keys/link.key"],
    ["key", "confirm", "ROOT", "0", "--as", "c.ode", "--office", "counsel", "--key", "ROOT/keys/ledger.key"],
    ["key", "rotate", "ROOT", "link", "--as", "c.ode", "--office", "counsel", "--key", "ROOT/c.ode.pem", "--ground", "g"],
    ["key", "rotate", "ROOT", "ledger", "--as", "c.ode", "--office", "nobody", "--key", "ROOT/c.ode.pem", "--ground", "g", "--json"],
    ["key", "protect", "ROOT", "--passphrase-file", "ROOT/none"],
    ["account", "ROOT", "--year", "2025", "--json"],
    ["checkpoint", "ROOT"],
    ["packages", "ROOT", "--json"],
    ["submit", "ROOT", "ROOT/keys/archive.key", "--envelope", "ROOT/keys/link.key", "--intake-officer", "i.marsh"],
    ["load", "ROOT", "ROOT/keys/archive.key"],
    ["law", "install", "ROOT", "ROOT/keys", "--ground", "g"],
)


def shapes(secret: bytes) -> list[str]:
    """A secret in every way that it might be printed, whole or in part."""
    whole = [secret.hex(), base64.b64encode(secret).decode().rstrip("="), base64.urlsafe_b64encode(secret).decode().rstrip("=")]
    parts = [part[i : i + 12] for part in whole for i in range(0, len(part) - 11, 4)]
    return [*parts, repr(secret)[2:-1][:12], secret.decode("latin-1")[:8]]


@pytest.mark.invariant
@pytest.mark.parametrize("spoilt", ["", "mode", "length", "archive", "ledger"])
def test_no_secret_is_printed_however_a_command_fails(root: Path, spoilt: str, capfd, caplog, monkeypatch) -> None:
    monkeypatch.setenv("PRIVITY_PASSPHRASE", "for trying out only")
    caplog.set_level("DEBUG")
    secrets = secrets_of(root)
    spoil = {"mode": lambda p: p.chmod(0o644), "length": lambda p: p.write_bytes(secrets[2] + b"x")}
    if spoilt in spoil:
        spoil[spoilt](root / "keys" / "link.key")
    elif spoilt:
        (root / "keys" / f"{spoilt}.key").write_bytes(secrets[2])  # a key of the office, in the wrong place
    codes = []
    for words in FAILING:
        try:
            codes.append(run([word.replace("ROOT", str(root)) for word in words]))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not show a key
            codes.append("".join(traceback.format_exception(error)))
    said = capfd.readouterr()
    text = said.out + said.err + caplog.text + "".join(map(str, codes))
    assert len(text) > 500, "the commands said something"
    assert any(code != 0 for code in codes)
    assert [shape for secret in secrets for shape in shapes(secret) if shape in text] == []


@pytest.mark.invariant
def test_no_secret_is_in_a_repr_an_error_or_a_traceback(root: Path) -> None:
    office = opened(root)
    secrets = secrets_of(root)
    text = repr(office) + repr(office.signer) + repr(office.archive_key) + repr(files.read(root, "link"))
    script = (
        "import sys; from datetime import date; from pathlib import Path; from privity.office.place import open_office\n"
        f"office = open_office(Path({str(root)!r}), date(2025, 8, 7))\n"
        "from privity.store import archive\narchive.read(office.openings(), office.archive_key, 'none.openings', office)\n"
    )
    failed = subprocess.run([sys.executable, "-X", "dev", "-c", script], capture_output=True, text=True, check=False)
    assert "TypeError" in failed.stderr
    (root / "keys" / "link.key").chmod(0o644)
    try:
        opened(root)
    except PrivityError as error:
        text += str(error) + repr(error) + error.remedy
    text += failed.stderr + failed.stdout
    assert [shape for secret in secrets for shape in shapes(secret) if shape in text] == []


def test_a_secret_that_is_shown_would_be_found() -> None:
    secret = os.urandom(32)
    for shown in (secret.hex(), base64.b64encode(secret).decode(), repr(secret), f"key={secret.hex()[:16]}"):
        assert any(shape in shown for shape in shapes(secret))
