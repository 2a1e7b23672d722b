"""Changes of the office's keys, read again for ``privity verify``: two persons signed for each, and the checkpoint of each bears both keys.

That each row says what its entry's opening says is `tables`; that every other checkpoint is by the key of its size is `ledger.log.verify`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import TamperError
from privity.ledger.note import Verifier, open_checkpoint
from privity.office import enrol
from privity.office.keys import changes, tenures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from privity.office.place import Office
    from privity.store import Tx

    Row = Mapping[str, object]


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """What is wrong with the changes of keys, by entry."""
    acts = {row["entry"]: row for row in tx.rows("key_act")}
    enrolled = tx.rows("person", agency=enrol.CUSTODIAN)
    yield from (
        f"entry {at}: the act on a key is not signed by its person's key" for at, row in acts.items() if not _signed(office, row, enrolled)
    )
    for row in tx.rows("office_key"):
        if not _by_two(row, acts):
            yield f"entry {row['entry']}: a key was changed without two persons' acts"
        if row["start"] != row["entry"] + 1:
            yield f"entry {row['entry']}: the change of a key begins elsewhere than at its own checkpoint"
        if row["key"] == tenures.LEDGER and not _both(office, tx, row):
            yield f"entry {row['entry']}: the checkpoint of the change is not signed by both keys"


def _signed(office: Office, row: Row, enrolled: list[dict[str, object]]) -> bool:
    """By the key that was theirs when they acted: a new one does not undo what the old one signed."""
    before = [one["public_key"] for one in enrolled if one["person"] == row["person"] and (one["entry"] or 0) < row["entry"]]  # type: ignore[operator]
    said = {name: row[name] for name in changes.SAID} | {"day": str(row["day"])}
    return bool(before) and changes.holds_good(changes.statement(said, office.origin), row["signature"], before[-1] or b"")  # type: ignore[arg-type]


def _by_two(change: Row, acts: Mapping[object, Row]) -> bool:
    """The entry just before it confirms it, and a proposal of another person says the same."""
    confirmed = acts.get(int(str(change["entry"])) - 1)
    asked = acts.get(confirmed["proposal"]) if confirmed is not None else None
    if confirmed is None or asked is None or (confirmed["act"], asked["act"]) != ("confirmed", "proposed"):
        return False
    same = all(confirmed[name] == asked[name] for name in ("does", "key", "old", "trusted"))
    fits = confirmed["new"] == change["new"] and confirmed["does"] == change["act"]
    fits = fits and all(confirmed[name] == change[name] for name in ("key", "old"))
    fits = fits and change["trusted"] == (change["start"] if confirmed["trusted"] is None else confirmed["trusted"])
    return same and fits and confirmed["person"] != asked["person"]


def _both(office: Office, tx: Tx, row: Row) -> bool:
    try:
        note = tenures.checkpoint_at(tx, int(str(row["start"])))
        for side in ("old", "new"):
            open_checkpoint(note, [Verifier.parse(str(row[side]))], office.origin)
    except TamperError:
        return False
    return True
