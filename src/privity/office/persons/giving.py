"""``privity subject``: one person's account, with everything that is needed to check it without the office.

First the look is entered, then a root of the map that covers the ledger as it is, then the account is drawn up. Three files of fixed
sizes come out whatever they say: a person about whom nothing was disclosed, and one about whom everything is kept back, get the same
bytes but for chance. What is written, and how it is checked: docs/formats/account-of-a-person.md; `verifier.account` checks it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from privity import subject
from privity.errors import RefusedError
from privity.ledger import entry as entries
from privity.ledger import log, verifiable_map
from privity.ledger.entry import Kind
from privity.office import disk, openings, past, record
from privity.office.keys import tenures
from privity.office.persons import classes, disclosures, keeping, mapping, officers, page, recorded, tags
from privity.store import schema
from privity.subject import Ground
from privity.terms import Duty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.persons.classes import Access, Asker
    from privity.office.persons.keeping import Leaf
    from privity.office.persons.tags import Tag, TagKey
    from privity.office.place import Office
    from privity.store import Tx
    from privity.subject import PersonsAccount

PROOFS = "privity/account-proofs/v1"
PURPOSE = "account of a person"
SIZES = {"account.json": 1 << 16, "account.html": 1 << 16, "proofs.json": 1 << 18}  # bytes; more than fits takes a multiple


@dataclass(frozen=True, slots=True)
class Given:
    """What was made: the account, what proves it, and the entry of the look."""

    account: PersonsAccount
    about: Mapping[str, Json]
    proofs: Mapping[str, Json]
    look: int


def give(office: Office, record_id: str, asker: Asker, person: str, key: Ed25519PrivateKey) -> Given:
    """Draw up the account of the person of a record.

    Raises:
        RefusedError: the official may not, or the access rules do not open the list to the one who asks. The look stays entered.
    """
    look = _look(office, record_id, asker, person, key)
    mapping.bring_up_to_date(office, always=True)
    labels = tags.ready(office)
    with office.store.read() as tx:
        rules = classes.access(office, tx)
        known = list(past.every(office, tx))
        grounds = _grounds(tx, rules, asker, {one.past.authority for one in known})
        return _drawn_up(office, tx, labels, record_id, asker, grounds, recorded.shown(office, known, grounds, record_id), look)


def write(given: Given, folder: Path) -> list[Path]:
    """Three files, padded to their sizes."""
    account = json.dumps({**given.about, **given.account.row()}, ensure_ascii=False, sort_keys=True, indent=1)
    texts = {
        "account.json": account,
        "account.html": page.html(given.account, given.about),
        "proofs.json": json.dumps(given.proofs, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }
    for name, text in texts.items():
        disk.write_file(folder / name, pad(text.encode(), SIZES[name]))
    return [folder / name for name in texts]


def pad(content: bytes, block: int) -> bytes:
    """The content, then spaces and a newline up to a multiple of the block."""
    return content.ljust(-(-(len(content) + 1) // block) * block - 1) + b"\n"


def _look(office: Office, record_id: str, asker: Asker, person: str, key: Ed25519PrivateKey) -> int:
    if not asker.identity_proved.strip() or asker.individual_stated not in classes.STATED:
        raise RefusedError("it is not said how the person's identity was proved", remedy="say it with --identity-proved")
    row: dict[str, Json] = {
        "purpose": PURPOSE,
        "record": record_id,
        "identity_proved": asker.identity_proved,
        "individual_stated": asker.individual_stated,
    }
    with office.store.write() as tx:
        return record.enter(office, tx, Kind.LOOK, officers.signed(office, tx, person, key, row))


def _grounds(tx: Tx, rules: Access, asker: Asker, told: set[str]) -> dict[str, Ground]:
    """Basis of a disclosure → under what it is shown. Asked of every basis that anything here was ever asked or recorded under.

    Raises:
        RefusedError: some of what may be shown in general may not be shown to the one who asks.
    """
    asked = {row["basis"] for row in tx.rows(select(schema.batch.c.basis).distinct())}
    words = sorted(asked | told)
    cases = [classes.Case(word) for word in words]
    lists, found = rules.lists(cases), rules.grounds(cases, asker)
    if any(name == tags.SHOWN and ground is None for name, ground in zip(lists, found, strict=True)):
        raise RefusedError(
            "the access rules do not open the account to the one who asks",
            remedy="5 USC 552a(a)(2): what they state about themselves, and counsel accepts, is given with --stated-individual",
        )
    return {word: _ground(rules, ground) for word, ground in zip(words, found, strict=True) if ground}


def _ground(rules: Access, name: str) -> Ground:
    invoked = rules.basis(name)
    return Ground(invoked.cite, "STATUTE" if invoked.duty is Duty.SHALL else "POLICY")


# ---------------------------------------------------------------- drawn up


def _drawn_up(
    office: Office,
    tx: Tx,
    labels: TagKey,
    record_id: str,
    asker: Asker,
    grounds: Mapping[str, Ground],
    later: list[dict[str, Json]],
    look: int,
) -> Given:
    root = mapping.newest(tx)
    tag = labels.tag(tags.SHOWN, record_id)
    leaf = keeping.leaves_of(office, tx, [tag.label], root["version"]).get(tag.label)
    leaf = leaf if leaf is not None and leaf.items else None
    said = disclosures.opening(office, tx, root["entry"])
    items = [{**item, "custody": recorded.custody(tx, item["entry"])} for item in (leaf.items if leaf else [])]
    account = subject.fold(items, later, grounds, said, office.origin)
    about: dict[str, Json] = {
        "custodian": office.custodian,
        "record": record_id,
        "identity_proved": asker.identity_proved,
        "individual_stated": asker.individual_stated,
        "asked": office.day.isoformat(),
    }
    siblings = verifiable_map.prove(keeping.parts_of(tx, root["epoch"], root["version"]), tag.label)
    proofs = _proofs(office, tx, labels, tag, leaf, root, siblings, account, record_id)
    return Given(account, about, proofs, look)


def _proofs(
    office: Office,
    tx: Tx,
    labels: TagKey,
    tag: Tag,
    leaf: Leaf | None,
    root: Mapping[str, int],
    siblings: list[bytes],
    account: PersonsAccount,
    record_id: str,
) -> dict[str, Json]:
    rows = {line: disclosures.open_row(disclosures.opening(office, tx, line.entry), line.place) for line in account.lines}
    listed = {line.entry: mapping.listing(tx, line.entry) for line in account.lines}
    key_entry = tx.rows("tag_key", seq=labels.epoch)[0]["entry"]
    open_ones = [key_entry, root["entry"], *listed.values()]
    shown = sorted({*open_ones, *(line.entry for line in account.lines), *(one.entry for one in account.later)})
    return {
        "format": PROOFS,
        "origin": office.origin,
        "ledger_key": office.verifier.vkey,
        "keys": tenures.as_text(office, tx).splitlines(),
        "tag": {
            "list": tags.SHOWN,
            "record": record_id,
            "public": labels.public.hex(),
            "proof": tag.proof.hex(),
            "key_entry": key_entry,
        },
        "map": {
            "entry": root["entry"],
            "siblings": [one.hex() for one in siblings],
            "list": {"salt": leaf.salt.hex(), "row": leaf.row.decode()} if leaf else None,
        },
        "rows": [{"entry": line.entry, "listed_in": listed[line.entry], "opening": row} for line, row in rows.items()],
        "entries": _entries(office, tx, shown, frozenset(open_ones)),
    }


def _entries(office: Office, tx: Tx, indexes: list[int], opened: frozenset[int]) -> list[Json]:
    """Entries with their proofs, all under one checkpoint; the openings of those that name nobody."""
    proofs = log.tlog_proofs(tx, indexes)
    found: list[Json] = []
    for index, proof in zip(indexes, proofs, strict=True):
        (raw,) = log.read_entries(tx, index, 1)
        opening = _opening(office, tx, index) if index in opened else None
        found.append({"index": index, "raw": raw.hex(), "proof": proof, "opening": opening})
    return found


def _opening(office: Office, tx: Tx, index: int) -> Json:
    record.opened(office, tx, index, 1)  # held against the ledger
    kept = openings.cut(office, tx.rows("opening_file", first=index)[0])
    return {"salt": kept.salts[: entries.SALT].hex(), "row": kept.rows[0].decode()}
