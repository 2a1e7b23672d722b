"""age packages: other people's program opens them, and a package that bears another's name is not taken for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from privity.errors import InputError
from privity.release import Binding
from privity.seal import age, open_package

ABOUT = Binding("ab" * 16, "disclosure.example.gov/ledger", 14)
PAYLOAD = json.dumps({"package": ABOUT.package}).encode().ljust(65_536)


def debians_age() -> str:
    found = shutil.which("age")
    if found is None and not os.environ.get("CI"):
        pytest.skip("age is not installed: apt-get install age")
    assert found, "age is not installed"
    return found


def test_debians_age_opens_a_package(tmp_path: Path) -> None:
    program = debians_age()
    secret, public = age.generate()
    (tmp_path / "key").write_text(secret + "\n")
    (tmp_path / "package.age").write_bytes(age.AgeSealer().seal(PAYLOAD, public, ABOUT))
    done = subprocess.run([program, "-d", "-i", tmp_path / "key", tmp_path / "package.age"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, PAYLOAD), done.stderr


@pytest.mark.invariant
def test_a_package_under_another_name_is_not_shown() -> None:
    secret, public = age.generate()
    sealed = age.AgeSealer().seal(PAYLOAD, public, ABOUT)
    assert open_package(sealed, f"{secret}\n".encode(), ABOUT.package, str) == PAYLOAD
    with pytest.raises(InputError, match="another package's name"):
        open_package(sealed, secret.encode(), "cd" * 16, str)


@pytest.mark.parametrize("identity", [b"", b"AGE-SECRET-KEY-1", b"\xff\xfe", b"-----BEGIN ENCRYPTED PRIVATE KEY-----"])
def test_what_is_no_identity_is_refused(identity: bytes) -> None:
    _, public = age.generate()
    with pytest.raises(InputError):
        open_package(age.AgeSealer().seal(PAYLOAD, public, ABOUT), identity, ABOUT.package, str)
