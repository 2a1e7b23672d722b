"""What the engaged officer says of a package, signed with their own key: that they have it, how it was used, what became of it.

Made on the agency's side from the package's files alone; checked and entered by the office. The statement names package, digest of the
ciphertext and entry, so it is of that package and no other; it is entered once. The file is docs/formats/acknowledgement.md.
"""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.ledger.note import Proof
from privity.office import batch as batches
from privity.office import custody, enrol, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

FORMAT = "privity/acknowledgement/v1"
# What may be said → the state that follows and its manner; none for word of use, which changes no state.
SAYS = {
    "received": (custody.ACKNOWLEDGED, ""),
    "returned": (custody.DESTROYED, "returned"),
    "undisclosable": (custody.DESTROYED, "undisclosable"),
    "kept": (custody.KEPT, "safeguarded"),
    "used": None,
    "not-used": None,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``digest``: of the ciphertext, SHA-256; ``entry``: index of the intent; ``manner``: how, or what for."""

    package: str
    digest: str
    entry: int
    person: str
    day: date
    says: str = "received"
    manner: str = ""
    case: str = ""
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        """The bytes that the officer signs: canonical JSON of all but the signature."""
        said: dict[str, Json] = {name: value for name, value in asdict(self).items() if name not in ("signature", "day")}
        return entries.canonical(said | {"day": self.day.isoformat(), "format": FORMAT})


# ---------------------------------------------------------------- the agency's side


def make(
    package: Path, person: str, day: date, key: Ed25519PrivateKey, *, says: str = "received", manner: str = "", case: str = ""
) -> Statement:
    """A signed statement about a package, from its file and the proof beside it.

    Raises:
        InputError: a file is missing, something is said that cannot be, or it lacks how or of which case.
        TamperError: the proof is not one.
    """
    if says not in SAYS:
        raise InputError(f"`{says}` cannot be said of a package", remedy=f"one of: {', '.join(SAYS)}")
    if says != "received" and not manner.strip():
        raise InputError(f"`{says}` needs how, or what for", remedy="say it with --manner")
    if SAYS[says] is None and not case.strip():
        raise InputError("a use is of a case", remedy="name it with --case")
    try:
        sealed, proof = package.read_bytes(), package.with_suffix(".tlog-proof").read_text()
    except OSError:
        raise InputError("the package or the proof beside it cannot be read", remedy="keep the files of a package together") from None
    digest = sha256(sealed).hexdigest()
    bare = Statement(package.stem, digest, Proof.parse(proof).index, person, day, says, manner, case)
    return replace(bare, signature=key.sign(bare.signed_bytes()))


def as_toml(said: Statement) -> str:
    """The file that goes back to the custodian."""
    words = {"format": FORMAT, "package": said.package, "digest": said.digest, "person": said.person, "says": said.says}
    more = {"manner": said.manner, "case": said.case, "signature": base64.b64encode(said.signature).decode()}
    lines = [f"{name} = {_quoted(value)}" for name, value in (words | more).items()]
    return "\n".join([*lines, f"entry = {said.entry}", f"day = {said.day.isoformat()}", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(char):04X}" if ord(char) < 32 or ord(char) == 127 else char for char in escaped) + '"'  # noqa: PLR2004


# ---------------------------------------------------------------- the office's side


def parse(text: str) -> Statement:
    """Read the file.

    Raises:
        InputError: it is not such a file.
    """
    try:
        said = tomllib.loads(text)
        if said.pop("format") != FORMAT or set(said) != set(Statement.__slots__):
            raise ValueError  # noqa: TRY301
        found = Statement(**said | {"signature": base64.b64decode(said["signature"], validate=True)})
        found.signed_bytes()
    except (ValueError, KeyError, TypeError):
        raise InputError("the file is not an acknowledgement", remedy="ask for the file that `privity acknowledge` wrote") from None
    if type(found.day) is not date or type(found.entry) is not int or found.says not in SAYS:
        raise InputError("the file is not an acknowledgement", remedy="ask for the file that `privity acknowledge` wrote")
    return found


def enter(office: Office, text: str) -> int:
    """Check a statement and enter what it says; returns the entry.

    Raises:
        InputError: it is not such a file.
        RefusedError: it is of no package of this office, not by its officer, not signed by them, dated wrongly, or was entered before.
    """
    said = parse(text)
    with office.store.write() as tx:
        _check(office, tx, said)
        then = SAYS[said.says]
        if then is None:
            return _enter_use(office, tx, said)
        state, manner = then
        if state == custody.KEPT and custody.state_of(tx, said.package) == custody.RECALLED:
            state, manner = custody.RECALLED, "answered: kept"
        what = said.signed_bytes().decode()
        signed = custody.Said(said.manner or said.says, manner, custody.SIGNED, said.person, "", said.signature.hex(), what)
        return custody.enter(office, tx, said.package, state, signed)


def _check(office: Office, tx: Tx, said: Statement) -> None:
    rows = tx.rows("package", package=said.package)
    if not rows or (said.digest, said.entry) != (rows[0]["digest"], rows[0]["entry"]):
        raise RefusedError("the acknowledgement is of no package that this office entered", remedy="compare package, digest and entry")
    agency = batches.named(tx, rows[0]["batch"]).agency
    key = enrol.public_keys(tx, agency).get(said.person, b"")
    if said.person != rows[0]["officer"] or not _signed_by(said, key):
        raise RefusedError(
            "the acknowledgement is not signed by the enrolled key of the package's engaged person", remedy="ask them to sign it themselves"
        )
    sent = tx.rows("custody", package=said.package)[0]["day"]
    if not sent <= said.day <= office.day:
        raise RefusedError("the acknowledgement is dated before the package or after today", remedy="ask for one with its true date")
    mine = said.signature.hex()
    if tx.rows("custody", signature=mine) or tx.rows("used", signature=mine):
        raise RefusedError("the acknowledgement was entered before", remedy="each is entered once; ask for a new one if there is news")


def _signed_by(said: Statement, public_key: bytes) -> bool:
    return _bears(said.signed_bytes(), said.signature, public_key)


def _bears(what: bytes, signature: bytes, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, what)
    except (InvalidSignature, ValueError):
        return False
    return True


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """Entries of signed word that no key of the package's officer bears, for `privity verify`; a lost opening is named elsewhere."""
    officers = {row["package"]: (row["officer"], batches.named(tx, row["batch"]).agency) for row in tx.rows("package")}
    signed = [*tx.rows("custody", form=custody.SIGNED), *tx.rows("used")]
    for row in (one for one in signed if one["entry"] is not None and one["package"] in officers):
        person, agency = officers[row["package"]]
        enrolled = tx.rows("person", person=person, agency=agency)
        keys = [one["public_key"] for one in enrolled if (one["entry"] or 0) < row["entry"]]  # the key that was theirs then is the last
        try:
            said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
        except TamperError:
            continue
        what, signature = str(said.get("statement")).encode(), bytes.fromhex(str(said.get("signature")))
        if not keys or not _bears(what, signature, keys[-1] or b""):
            yield f"entry {row['entry']}: the acknowledgement is not signed by the key of the package's engaged person"
        elif not _bears_out(json.loads(what), row, tx.rows("package", package=row["package"])[0]):
            yield f"entry {row['entry']}: what was signed is of another package, or says otherwise"


def _bears_out(said: Mapping[str, Json], row: Mapping[str, object], package: Mapping[str, object]) -> bool:
    """Whether a statement is of this package, and a row of ``custody`` or ``used`` is what follows from it."""
    says, then = said.get("says"), SAYS.get(str(said.get("says")))
    if any(said.get(name) != package[name] for name in ("package", "digest", "entry")):
        return False
    if "used" in row:
        return says == ("used" if row["used"] else "not-used")
    return (row["state"], row["manner"]) in (then, (custody.RECALLED, "answered: kept") if says == "kept" else then)


def _enter_use(office: Office, tx: Tx, said: Statement) -> int:
    """That a package was used, or was not: the case and what for stay in the entry's opening."""
    (row,) = tx.rows("package", package=said.package)
    words: dict[str, Json] = {
        "package": said.package, "used": int(said.says == "used"), "day": office.day.isoformat(), "person": said.person, "case": said.case,
        "what for": said.manner, "signature": said.signature.hex(), "statement": said.signed_bytes().decode(),
    }  # fmt: skip
    index = record.enter(office, tx, Kind.USE, words, row["batch"])
    tx.add_one("used", package=said.package, used=int(said.says == "used"), day=office.day, person=said.person,
               signature=said.signature.hex(), entry=index)  # fmt: skip
    return index
