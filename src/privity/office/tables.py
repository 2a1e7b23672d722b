"""The tables held against the entries that were committed with them: a row altered, added or taken away is named by its entry.

Tables are what the office works with; entries are what nobody can change unseen. Each row of a table below rests on one
entry, whose opening says the same. Not here: shards and openings (verify reads their bytes).
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from privity.errors import TamperError
from privity.ledger.entry import Kind
from privity.office import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from privity.office.place import Office
    from privity.store import Tx

Row = dict[str, object]


def _same(*names: str, **renamed: str) -> dict[str, str]:
    return dict(zip(names, names, strict=True)) | renamed


# Table → word of the opening → column that must say the same.
SAYS: Mapping[str, Mapping[str, str]] = {
    "agency": _same("agency", "name", "kind"),
    "person": _same("person", "agency", "recipient", key="public_key"),
    "appointment": _same("person", "office", "agency", "since", "until", "kind", "instrument"),
    "safeguards": _same("agency", "state", "note"),
    "in_force": _same("kind", "id", "digest", "since"),
    "batch": _same("batch", "agency", "basis", "agreement", "rows", "defects", "form", "intake_officer", "problems")
    | {"file": "file_sha256", "received": "received_day"},
    "act": _same("batch", "person", "office", "day", "ground", "signature", "rows", act="kind", evidence="evidence_digest"),
    "package": _same("package", "batch", "officer", "digest", "disclosed", rows="ordinals", recipient="recipient_key"),
    "custody": _same("package", "state", "note", "day", "manner", "form", "person", "letter", "signature"),
    "used": _same("package", "used", "day", "person", "signature"),
    "substantiation": _same("batch", "step", "day"),
    "shard": _same("batch"),
    "witness": _same("witness", "vkey", "url", "state"),
    "key_act": _same("act", "does", "key", "old", "new", "trusted", "ground", "proposal", "person", "office", "day", "signature"),
    "office_key": _same("act", "key", "old", "new", "start", "trusted", "day"),
    "key_end": _same("person", "agency", "recipient", "since", "ground", "day", key="public_key"),
    "halt": _same("halt", "act", "content", "ground", "until", "person", "office", "day", "key", "signature"),
    "hold": _same("hold", "act", "kind", "scope", "ground", "discovered", "until", "person", "office", "day", "key", "signature"),
    "deletion": _same("kept", "what", "day"),
    "closing": _same("act", "ground", "person", "office", "day", "key", "signature"),
    "tag_key": _same("public", "day"),
    "map_root": _same("version", "root", "covers", "day"),
    "notice_delay": _same("package", "authority", "form", "until", "person", "day", "signature"),
    "contest": _same("contest", "about", "state", "person", "day", "signature"),
    "recorded": _same(
        "recorded", "agency", "officer", "made", "requested", "authority", "purpose", "what", "channel", "people", "enterer", "confirmer"
    ),
    "statement": _same("statement", "scope", "digest", "day"),
}
_TABLE = {
    Kind.RECEIPT: "batch",
    Kind.EXAMINED: "shard",
    Kind.DETERMINATION: "shard",
    Kind.DISPOSITION: "act",
    Kind.OBJECTION: "act",
    Kind.INTENT: "package",
    Kind.ACKNOWLEDGEMENT: "custody",
    Kind.RECALL: "custody",
    Kind.DESTROYED: "custody",
    Kind.WITNESS: "witness",
    Kind.HALT: "halt",
    Kind.HOLD: "hold",
    Kind.CLOSED: "closing",
    Kind.USE: "used",
    Kind.SUBSTANTIATION: "substantiation",
    Kind.NOTICE: "notice_delay",
    Kind.CONTEST: "contest",
    Kind.RECORDED: "recorded",
    Kind.STATEMENT: "statement",
}
_KEY_ACTS = {"proposed": "key_act", "confirmed": "key_act", "rotated": "office_key", "revoked": "office_key", "ended": "key_end"}


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """What a table says that its entry does not, and what an entry says that no table does any more."""
    told = _told(office, tx)
    for table, columns in SAYS.items():
        rows = list(_rows(tx, table))
        mine = {entry: said for (name, entry), said in told.items() if name == table}
        yield from (f"a row of `{table}` rests on no entry" for entry, _ in rows if entry is None)
        rested = {entry for entry, _ in rows if entry is not None}
        yield from (f"entry {entry}: a row of `{table}` rests on it, and it is of something else" for entry in sorted(rested - set(mine)))
        yield from (f"entry {entry}: its row of `{table}` is gone" for entry in sorted(set(mine) - rested))
        for entry, row in rows:
            if entry in mine and any(_plain(row.get(column)) != _plain(mine[entry].get(word)) for word, column in columns.items()):
                yield f"entry {entry}: its row of `{table}` says otherwise"


def _told(office: Office, tx: Tx) -> dict[tuple[str, int], Row]:
    """(table, entry) → what the opening says. A file of openings that cannot be read is named by whoever reads them all."""
    found: dict[tuple[str, int], Row] = {}
    for file in tx.rows("opening_file"):
        kind, first = Kind(file["kind"]), int(file["first"])
        if kind is Kind.LOOK:
            continue
        try:
            rows = record.opened(office, tx, first, file["count"])
        except TamperError:
            continue
        for index, row in enumerate(rows[:1] if kind is Kind.DETERMINATION else rows, first):  # a shard of determinations is one row
            said = json.loads(row)
            found[_table_of(kind, said), index] = said
            if kind is Kind.KEY and said.get("act") == "ended":  # the roster's newest line for a person whose key ended has none
                found["person", index] = {"person": said["person"], "agency": said["agency"]}
            if kind is Kind.INTENT:
                found["custody", index] = {"package": said["package"], "state": "intent", "note": said["scheme"], "day": said["day"]}
    return found


def _table_of(kind: Kind, said: Row) -> str:
    if kind is Kind.KEY and "act" in said:
        return _KEY_ACTS[str(said["act"])]
    return _TABLE.get(kind) or str(said.get("enrols", "in_force"))


def _rows(tx: Tx, table: str) -> Iterator[tuple[int | None, Row]]:
    """(entry, row) of a table, with the rows that belong to an act or a package, and what a receipt's meta says."""
    for row in tx.rows(table):
        if table == "custody" and row["state"] == "sent":
            continue  # that a copy was made is no entry: an intent counts as disclosed without it
        if table == "shard":
            if row["stage"] in ("examined", "determined"):
                yield row["first_entry"], row
            continue
        yield row["entry"], row | _more(tx, table, row)


def _more(tx: Tx, table: str, row: Mapping[str, object]) -> Row:
    if table == "batch":
        meta = json.loads(str(row["meta"]))
        return {name: meta.get(name) for name in ("intake_officer", "problems")}
    if table == "act":
        return {"rows": [one["ordinal"] for one in tx.rows("act_row", act=row["seq"])]}
    if table == "package":
        parts = tx.rows("package_row", package=row["package"])
        return {"ordinals": [one["ordinal"] for one in parts], "disclosed": [one["ordinal"] for one in parts if one["disclosed"]]}
    return {}


def _plain(value: object) -> object:
    """One spelling for what a table and an opening spell differently."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    return value or None  # an absent text is null in a table and empty in an opening, or the other way round
