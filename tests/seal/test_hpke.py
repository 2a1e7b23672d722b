"""HPKE packages: only the recipient, only under their own name, of one length whatever they say. Made with one library, opened by rule."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from privity.errors import InputError
from privity.release import Binding
from privity.seal import KeyedSealer, age, hpke, open_package

ABOUT = Binding("ab" * 16, "disclosure.example.gov/ledger", 14)
PASS = "for trying out only"
PEM, RECIPIENT = hpke.generate(PASS)


def test_what_was_sealed_opens_for_its_recipient() -> None:
    sealed = hpke.HpkeSealer().seal(b"an answer", RECIPIENT, ABOUT)
    assert hpke.open_sealed(sealed, PEM, PASS, ABOUT.package) == b"an answer"
    assert open_package(sealed, PEM, ABOUT.package, lambda: PASS) == b"an answer"


def test_it_opens_for_nobody_else() -> None:
    sealed = hpke.HpkeSealer().seal(b"an answer", RECIPIENT, ABOUT)
    other, _ = hpke.generate(PASS)
    with pytest.raises(InputError):
        hpke.open_sealed(sealed, other, PASS, ABOUT.package)
    with pytest.raises(InputError, match="passphrase"):
        hpke.open_sealed(sealed, PEM, "another", ABOUT.package)


@pytest.mark.invariant
def test_a_package_under_another_name_does_not_open() -> None:
    sealed = hpke.HpkeSealer().seal(b"an answer", RECIPIENT, ABOUT)
    with pytest.raises(InputError):
        hpke.open_sealed(sealed, PEM, PASS, "cd" * 16)


@pytest.mark.invariant
@pytest.mark.parametrize("line", [1, 2])
def test_a_package_said_to_be_of_another_office_or_receipt_does_not_open(line: int) -> None:
    sealed = hpke.HpkeSealer().seal(b"an answer", RECIPIENT, ABOUT)
    lines = sealed.split(b"\n", 3)
    lines[line] = b"another.example.gov/ledger" if line == 1 else b"%020d" % 15
    with pytest.raises(InputError):
        hpke.open_sealed(b"\n".join(lines), PEM, PASS, ABOUT.package)


@pytest.mark.invariant
def test_no_byte_can_be_changed() -> None:
    sealed = hpke.HpkeSealer().seal(b"an answer", RECIPIENT, ABOUT)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(InputError):
            hpke.open_sealed(changed, PEM, PASS, ABOUT.package)


@pytest.mark.invariant
def test_the_length_follows_from_the_payloads_alone() -> None:
    _, other = hpke.generate(PASS)
    payloads = [b" " * 65_536, bytes(65_536), b"x" * 65_536]
    abouts = [ABOUT, Binding("0" * 32, ABOUT.origin, 1), Binding("f" * 32, ABOUT.origin, 10**15)]
    made = {
        len(hpke.HpkeSealer().seal(payload, recipient, about))
        for payload in payloads
        for recipient in (RECIPIENT, other)
        for about in abouts
    }
    header = len(f"{hpke.MAGIC}\n{ABOUT.origin}\n{'0' * 20}\n")
    assert made == {header + 97 + 65_536 + 16}


@pytest.mark.parametrize(
    "recipient", ["", "hpke-p384:", "hpke-p384:AAAA", "hpke-p384:%%", "hpke-p384:" + base64.b64encode(b"\x02" + b"\xff" * 48).decode()]
)
def test_what_is_no_key_is_refused(recipient: str) -> None:
    with pytest.raises(InputError):
        hpke.HpkeSealer().seal(b"", recipient, ABOUT)
    with pytest.raises(InputError):
        KeyedSealer().scheme_of(recipient)


def test_the_scheme_follows_the_key() -> None:
    _, public = age.generate()
    assert [KeyedSealer().scheme_of(one) for one in (RECIPIENT, public)] == ["hpke", "age"]
    with pytest.raises(InputError):
        KeyedSealer().seal(b"", "another:key", ABOUT)


def test_the_private_key_is_kept_under_its_passphrase() -> None:
    assert b"ENCRYPTED PRIVATE KEY" in PEM
    with pytest.raises(InputError, match="passphrase"):
        hpke.generate("")
    signing = ec.generate_private_key(ec.SECP256R1()).private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    sealed = hpke.HpkeSealer().seal(b"", RECIPIENT, ABOUT)
    with pytest.raises(InputError):
        hpke.open_sealed(sealed, signing, PASS, ABOUT.package)


@pytest.mark.parametrize(
    "raw",
    [b"", b"age-encryption.org/v1\n", b"privity/hpke-p384/v1\nx\n", b"privity/hpke-p384/v1\n\xff\n1\nx", b"privity/hpke-p384/v1\no\n-1\nx"],
)
def test_what_is_no_package_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        hpke.open_sealed(raw, PEM, PASS, ABOUT.package)


# ---------------------------------------------------------------- the same by RFC 9180's own steps, without the library's HPKE


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA384(), length, info).derive(secret)


def extract(salt: bytes, secret: bytes) -> bytes:
    made = HMAC(salt or bytes(48), SHA384())
    made.update(secret)
    return made.finalize()


def by_the_rfc(sealed: bytes, key: ec.EllipticCurvePrivateKey, info: bytes) -> bytes:
    """RFC 9180 §4.1 DHKEM(P-384, HKDF-SHA384), §5.1 key schedule in base mode, §5.2 open of the first message."""
    enc, body = sealed[:97], sealed[97:]
    own = key.public_key().public_bytes(ser.Encoding.X962, ser.PublicFormat.UncompressedPoint)
    dh = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), enc))
    kem, suite = b"KEM\x00\x11", b"HPKE\x00\x11\x00\x02\x00\x02"

    def labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + suite_id + label + ikm)

    def labeled_expand(suite_id: bytes, prk: bytes, label: bytes, said: bytes, length: int) -> bytes:
        return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + said, length)

    shared = labeled_expand(kem, labeled_extract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + own, 48)
    context = b"\x00" + labeled_extract(suite, b"", b"psk_id_hash", b"") + labeled_extract(suite, b"", b"info_hash", info)
    secret = labeled_extract(suite, shared, b"secret", b"")
    aead, nonce = labeled_expand(suite, secret, b"key", context, 32), labeled_expand(suite, secret, b"base_nonce", context, 12)
    return AESGCM(aead).decrypt(nonce, body, b"")


def test_a_stranger_opens_it_by_the_rfc_and_the_page() -> None:
    """docs/formats/package.md and RFC 9180 are enough to write a reader."""
    payload = sha256(b"seed").digest() * 9
    sealed = hpke.HpkeSealer().seal(payload, RECIPIENT, ABOUT)
    magic, origin, receipt, body = sealed.split(b"\n", 3)
    said = {"format": magic.decode(), "origin": origin.decode(), "package": ABOUT.package, "receipt": int(receipt)}
    info = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    key = ser.load_pem_private_key(PEM, PASS.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert by_the_rfc(body, key, info) == payload
