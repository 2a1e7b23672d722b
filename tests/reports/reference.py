"""The yearly figures a second time: every opening file in the folder, plain loops, nothing of `privity.account` or `privity.office.reports`."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

from privity.ledger import log
from privity.office import batch as batches
from privity.office.place import Office
from privity.store import archive


def rows(office: Office) -> list[tuple[int, str, str, dict]]:
    """(index, kind, batch, row) of every entry, by trying which commitment each opening opens."""
    with office.store.read() as tx:
        raw = [json.loads(one) for one in log.read_entries(tx, 0, tx.head().size)]
    found = []
    for path in Path(office.openings()).glob("*.openings"):
        kept = archive.read(office.openings(), office.archive_key, path.name)
        for i, row in enumerate(kept.rows):
            entry = raw[kept.first + i]
            assert entry["commitment"] == sha256(kept.salts[16 * i : 16 * i + 16] + row).hexdigest()
            found.append((kept.first + i, entry["kind"], entry["batch"], json.loads(row)))
    assert sorted(index for index, *_ in found) == list(range(len(raw)))
    return sorted(found, key=lambda one: one[0])


def purposes(office: Office, year: int) -> dict[str, int]:
    """Purpose → rows of the requests of a year, from the sealed facts of each batch, and from what was recorded."""
    found: Counter[str] = Counter()
    for _, kind, _, row in rows(office):
        if kind == "receipt" and row["received"].startswith(f"{year}-"):
            for shard in batches.read_all(office, row["batch"], "facts"):
                found.update(one or "not stated" for one in shard["purpose"].to_list())
        if kind == "recorded" and (row["requested"] or "").startswith(f"{year}-"):
            found[row["purpose"]] += row["people"]
    return dict(found)


def disclosed(office: Office) -> set[tuple[int, int, int]]:
    """(intent, row, determination) of every disclosure."""
    return {
        (index, ordinal, determination)
        for index, kind, _, row in rows(office)
        if kind == "intent"
        for ordinal, determination in zip(row["disclosed"], row["determinations"], strict=True)
    }


def figures(office: Office, year: int) -> dict[str, dict[str, int]]:
    """Agency → the figures of 26 USC 6103(p)(3)(C)(i), and what the instances are made of."""
    whole = rows(office)
    asker = {row["batch"]: row["agency"] for _, kind, _, row in whole if kind == "receipt"}
    after: dict[str, set[str]] = {}
    for _, kind, _, row in whole:
        if kind in ("acknowledgement", "recall", "destroyed"):
            after.setdefault(row["package"], set()).add(kind)
    found: dict[str, dict] = {}

    def of(agency):
        return found.setdefault(
            agency, {"requests": 0, "instances": 0, "ids": set(), "unnamed": 0, "unacknowledged": 0, "afterwards": 0, "packages": 0}
        )

    for _, kind, _, row in whole:
        if kind == "receipt" and row["received"].startswith(f"{year}-"):
            of(row["agency"])["requests"] += row["rows"]
        if kind == "intent" and row["day"].startswith(f"{year}-") and row["disclosed"]:
            mine = of(asker[row["batch"]])
            mine["instances"] += len(row["disclosed"])
            mine["ids"] |= set(row["records"])
            mine["packages"] += 1
            if not after.get(row["package"]):
                mine["unacknowledged"] += len(row["disclosed"])
        if kind == "recorded" and row["made"].startswith(f"{year}-"):
            mine = of(row["agency"])
            mine["instances"] += row["people"]
            mine["afterwards"] += row["people"]
            mine["ids"] |= set(row["records"])
            mine["unnamed"] += row["people"] - len(row["records"])
        if kind == "recorded" and (row["requested"] or "").startswith(f"{year}-"):
            of(row["agency"])["requests"] += row["people"]
    for mine in found.values():
        mine["people"] = len(mine.pop("ids")) + mine["unnamed"]
    return found
