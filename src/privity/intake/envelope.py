"""What comes with a request file: who asks, under what, for which file, with whose signatures. TOML in, verified facts out.

A request is *signed* (Ed25519, RFC 8032, by the enrolled key of the signing official) or *attested* (entered from a letter by an officer of
intake, who says how the sender was verified). Each engaged person signs the list of their own cases. A signature that is missing or wrong
and a hash that does not match are values: the batch is still received, and nothing in it is eligible. Whether the official may sign, and
whether an attestation suffices, is for the rules and the office. No clock: nothing here is too old.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FORM: Final = "privity-envelope/1"
CASES: Final = "privity-cases/1"


@dataclass(frozen=True, slots=True)
class Engagement:
    """One engaged person's signature over the digest of their own cases. ``signature`` is base64, empty until signed."""

    person: str
    kind: str = ""
    cases_sha256: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The official's: which key (``key_id``), and the signature in base64."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """Who of intake entered the request from a letter, how they verified its sender, and the digest of the letter."""

    by: str
    how: str
    original: str
    original_sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """An envelope as it was sent: nothing in it is verified yet."""

    agency: str
    signatory: str
    dated: dt.date | None
    basis: str
    agreement: str
    assurance: bool
    file_name: str
    file_sha256: str
    engaged: tuple[Engagement, ...] = ()
    signature: Signature | None = None
    attested: Attestation | None = None

    @property
    def form(self) -> str:
        """``signed``, ``attested`` or ``none``; a signature goes before an attestation."""
        if self.signature:
            return "signed"
        return "attested" if self.attested else "none"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came with a request file: who asks, under what, for which file.

    ``facts`` are values that the vocabulary takes from the envelope; ``engaged`` maps each engaged
    person to the digest of the cases that they signed for; ``cases`` holds the verified (person, case) pairs.
    """

    agency: str
    signatory: str
    dated: dt.date | None
    basis: str
    agreement: str
    file_sha256: str
    form: str  # signed | attested | none
    facts: Mapping[str, str | bool | int] = field(default_factory=dict)
    engaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """What of an envelope can be relied on.

    ``engaged``: person → cases, of valid signatures only. ``problems``: kinds of what is wrong with the envelope;
    ``engaged_problems``: person → kind. ``envelope`` carries ``in_writing`` and ``assurance`` among its facts.
    """

    in_writing: bool
    dated: dt.date | None
    engaged: Mapping[str, frozenset[str]] = field(repr=False)
    problems: tuple[str, ...]
    engaged_problems: Mapping[str, str]
    envelope: Envelope = field(repr=False)


# ---------------------------------------------------------------- canonical bytes


def canonical(value: Mapping[str, object]) -> bytes:
    """The one spelling that is signed: JSON with sorted keys and no blanks, UTF-8, dates as ISO text.

    Raises:
        TypeError: a float, or anything else that has no one spelling.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def statement(submission: Submission) -> bytes:
    """What the signing official signs: the whole envelope but the signature, the engaged persons' signatures included."""
    roster = [{"person": e.person, "kind": e.kind, "cases_sha256": e.cases_sha256, "signature": e.signature} for e in submission.engaged]
    said = {name: getattr(submission, name) for name in ("agency", "signatory", "dated", "basis", "agreement", "assurance")}
    file = {"name": submission.file_name, "sha256": submission.file_sha256}
    return canonical({"form": FORM, **said, "file": file, "engaged": sorted(roster, key=lambda one: str(one["person"]))})


def cases_statement(agency: str, file_sha256: str, person: str, cases: Iterable[str]) -> bytes:
    """What an engaged person signs: that these, each once, are their own cases in this file."""
    return canonical({"form": CASES, "agency": agency, "file_sha256": file_sha256, "person": person, "cases": sorted(set(cases))})


def key_id(public: bytes) -> str:
    """Sixteen hex digits that name a public key (its 32 bytes)."""
    return hashlib.sha256(public).hexdigest()[:16]


# ---------------------------------------------------------------- writing one


def draft(
    *,
    agency: str,
    signatory: str,
    dated: dt.date | None,
    basis: str,
    file_name: str,
    file_sha256: str,
    agreement: str = "",
    assurance: bool = False,
    attested: Attestation | None = None,
) -> Submission:
    """An envelope that nobody has signed."""
    return Submission(agency, signatory, dated, basis, agreement, assurance, file_name, file_sha256, attested=attested)


def sign_cases(submission: Submission, person: str, kind: str, cases: Sequence[str], key: Ed25519PrivateKey) -> Submission:
    """The envelope with one engaged person's signature over their own cases. Comes before ``sign``, which it would break."""
    said = cases_statement(submission.agency, submission.file_sha256, person, cases)
    one = Engagement(person, kind, hashlib.sha256(said).hexdigest(), base64.b64encode(key.sign(said)).decode())
    others = tuple(other for other in submission.engaged if other.person != person)
    return replace(submission, engaged=(*others, one), signature=None)


def sign(submission: Submission, key: Ed25519PrivateKey) -> Submission:
    """The envelope with the official's signature over all of it."""
    public = key.public_key().public_bytes_raw()
    return replace(submission, signature=Signature(key_id(public), base64.b64encode(key.sign(statement(submission))).decode()))


def as_toml(submission: Submission) -> str:
    """The envelope as the text of a file."""
    lines = [
        f"{name} = {_quoted(getattr(submission, name))}"
        for name in ("agency", "signatory", "basis", "agreement")
        if getattr(submission, name)
    ]
    lines += [f"dated = {submission.dated.isoformat()}"] if submission.dated else []
    lines += [f"assurance = {str(submission.assurance).lower()}"]
    lines += _table("[file]", {"name": submission.file_name, "sha256": submission.file_sha256})
    for e in submission.engaged:
        lines += _table("[[engaged]]", {"person": e.person, "kind": e.kind, "cases_sha256": e.cases_sha256, "signature": e.signature})
    if submission.signature:
        lines += _table("[signature]", {"key": submission.signature.key, "value": submission.signature.value})
    if a := submission.attested:
        lines += _table("[attested]", {"by": a.by, "how": a.how, "original": a.original, "original_sha256": a.original_sha256})
    return "\n".join(lines) + "\n"


def _table(head: str, entries: Mapping[str, str]) -> list[str]:
    return ["", head, *(f"{name} = {_quoted(value)}" for name, value in entries.items())]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---------------------------------------------------------------- reading one


def parse(path: Path) -> Submission:
    """Read an envelope.

    Raises:
        InputError: it is not TOML, or an entry is unknown, missing or of another type. The message names the entry.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise InputError(f"{path.name}: not an envelope that can be read", remedy="an envelope is TOML in UTF-8") from None
    top = _entry(path, raw, "", {"agency": str, "signatory": str, "basis": str, "file": dict}, {"dated": dt.date, "agreement": str,
                 "assurance": bool, "engaged": list, "signature": dict, "attested": dict})  # fmt: skip
    file = _entry(path, top["file"], "file.", {"sha256": str}, {"name": str})
    roster = [_entry(path, one, "engaged.", {"person": str}, _texts("kind", "cases_sha256", "signature")) for one in top.get("engaged", [])]
    if len({one["person"] for one in roster}) < len(roster):
        raise InputError(f"{path.name}: a person is engaged twice", remedy="one [[engaged]] for each person, with all their cases")
    signature = _entry(path, top["signature"], "signature.", _texts("key", "value"), {}) if "signature" in top else None
    attested = (
        _entry(path, top["attested"], "attested.", _texts("by", "how", "original", "original_sha256"), {}) if "attested" in top else None
    )
    return Submission(
        top["agency"], top["signatory"], top.get("dated"), top["basis"], top.get("agreement", ""), top.get("assurance", False),
        file.get("name", ""), file["sha256"].lower(), tuple(Engagement(**one) for one in roster),
        Signature(**signature) if signature else None, Attestation(**attested) if attested else None,
    )  # fmt: skip


def _texts(*names: str) -> dict[str, type]:
    return dict.fromkeys(names, str)


def _entry(path: Path, raw: object, where: str, needed: Mapping[str, type], allowed: Mapping[str, type]) -> dict:  # type: ignore[type-arg]
    """A table of TOML with these entries and no others; a date is a day, with no time."""
    if not isinstance(raw, dict):
        raise InputError(f"{path.name}: `{where.rstrip('.')}` is not a table", remedy="see docs/formats/envelope.md")
    kinds = {**needed, **allowed}
    wrong = [name for name in needed if name not in raw]
    wrong += [name for name, value in raw.items() if name not in kinds or type(value) is not kinds[name]]
    if wrong:
        names = ", ".join(f"`{where}{name}`" for name in sorted(set(wrong)))
        raise InputError(f"{path.name}: missing, unknown or of another type: {names}", remedy="see docs/formats/envelope.md")
    return raw


# ---------------------------------------------------------------- relying on one


def verify(
    submission: Submission | None,
    file_sha256: str,
    cases_by_person: Mapping[str, Sequence[str]],
    keys: Mapping[str, bytes],
    *,
    original_sha256: str = "",
) -> Verified:
    """What of an envelope holds for a file.

    Args:
        submission: as parsed; None if the file came without one.
        file_sha256: of the file received, hex.
        cases_by_person: engaged person → the cases that the file's rows give them.
        keys: enrolled person → their public key (32 bytes).
        original_sha256: of the letter, for an attested request; without it the letter is not attached.
    """
    if submission is None:
        return Verified(False, None, {}, ("no-envelope",), {}, Envelope("", "", None, "", "", "", "none", {"in_writing": False}))
    problems = _of_envelope(submission, file_sha256, keys, original_sha256)
    wrong = {e.person: kind for e in submission.engaged if (kind := _of_engaged(submission, e, file_sha256, cases_by_person, keys))}
    held = {e.person: frozenset(cases_by_person[e.person]) for e in submission.engaged if e.person not in wrong}
    facts = {"in_writing": not problems, "assurance": submission.assurance and not problems}
    digests = {e.person: e.cases_sha256 for e in submission.engaged if e.person in held}
    s = submission
    envelope = Envelope(s.agency, s.signatory, s.dated, s.basis, s.agreement, s.file_sha256, s.form, facts, digests)
    return Verified(not problems, s.dated, held, problems, wrong, envelope)


def _of_envelope(submission: Submission, file_sha256: str, keys: Mapping[str, bytes], original_sha256: str) -> tuple[str, ...]:
    found = []
    if submission.file_sha256 != file_sha256.lower():
        found.append("file-hash-mismatch")
    if submission.dated is None:
        found.append("undated")
    if submission.signature:
        found += _of_signature(submission, submission.signature, keys.get(submission.signatory))
    elif submission.attested:
        found += _of_attestation(submission.attested, original_sha256)
    else:
        found.append("no-signature")
    return tuple(found)


def _of_signature(submission: Submission, signature: Signature, public: bytes | None) -> list[str]:
    if public is None:
        return ["unknown-key"]
    if signature.key != key_id(public):
        return ["wrong-key"]
    return [] if _holds(public, signature.value, statement(submission)) else ["bad-signature"]


def _of_attestation(attested: Attestation, original_sha256: str) -> list[str]:
    if not all((attested.by.strip(), attested.how.strip(), attested.original.strip(), attested.original_sha256.strip())):
        return ["attestation-incomplete"]
    if not original_sha256:
        return ["original-missing"]
    return [] if attested.original_sha256.lower() == original_sha256.lower() else ["original-hash-mismatch"]


def _of_engaged(
    submission: Submission, one: Engagement, file_sha256: str, cases_by_person: Mapping[str, Sequence[str]], keys: Mapping[str, bytes]
) -> str:
    """What is wrong with one engaged person's signature; empty if nothing is."""
    if not one.signature:
        return "no-signature"
    if one.person not in keys:
        return "unknown-key"
    if not cases_by_person.get(one.person):
        return "no-cases"
    said = cases_statement(submission.agency, file_sha256.lower(), one.person, cases_by_person[one.person])
    if one.cases_sha256 != hashlib.sha256(said).hexdigest():
        return "cases-differ"
    return "" if _holds(keys[one.person], one.signature, said) else "bad-signature"


def _holds(public: bytes, signature: str, said: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature, validate=True), said)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
