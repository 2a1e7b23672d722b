"""A person's account with proofs, in an office whose ledger has millions of entries; and what the map of disclosures costs.

    python benchmarks/subject.py [--quick] [--json]

The office is made up: entries as a submit enters them, intents of 256 disclosed rows as a release does, each row about another person. Beside the
account, in the same run, what it takes to find one person's disclosures without the map: every intent's opening read again, which proves
nothing about what is not there.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Steps, command_line, machine, report, stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FULL = {"entries": 10_000_000, "disclosed": 47_289, "asked": 200}
QUICK = {"entries": 131_072, "disclosed": 1_536, "asked": 40}
SHARD, PACKAGE, DAY = 65_536, 256, date(2025, 8, 14)
BATCH, PASSPHRASE = "0123456789abcdef" * 2, "for trying out only"


def build(*, place: str, entries: int, disclosed: int) -> dict[str, Any]:
    """The office: entries, intents, one map over all of them."""
    from privity.office.persons import mapping, tags
    from privity.office.place import open_office

    root, steps = Path(place), Steps()
    with steps.step("make the office and its ledger (not the map's)"):
        office = _office(root)
        _fill(office, entries)
        for first in range(0, disclosed, PACKAGE):
            _package(office, range(first, min(first + PACKAGE, disclosed)))
    steps.wrap(tags.TagKey, "tags", "labels: a signature a person")
    steps.wrap(mapping.disclosures, "opening", "read the intents' openings")
    steps.wrap(mapping, "_enter", "grow the map and commit")
    with steps.step("the rest of the update"):
        mapping.bring_up_to_date(open_office(root / "office", DAY))
    with office.store.read() as tx:
        size = tx.head().size
    return {
        "entries": size,
        "disclosed": disclosed,
        "database_mb": round((root / "office" / "office.db").stat().st_size / 2**20, 1),
        **steps.found(),
    }


def _office(root: Path) -> Any:
    from privity.office import enrol, keys
    from privity.office.init import init
    from privity.rules.facts import SHIPPED
    from privity.terms import Appointment

    law = Path(shutil.copytree(SHIPPED, root / "law"))
    policy = law / "us/5-usc-552a/policy/policy.toml"
    policy.write_text(policy.read_text().replace("impairment_ruled_out = 0", "impairment_ruled_out = 1"), encoding="utf-8")
    office = init(
        root / "office",
        custodian="Office",
        origin="bench.privity.example/ledger",
        law_root=law,
        regime="us/26-usc-6103",
        trial=True,
        as_of=DAY,
    )
    enrol.enrol_agency(office, enrol.CUSTODIAN, "Office", "custodian")
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person("clerk", keys.new_key(root / "clerk.pem", PASSPHRASE))])
    enrol.appoint(office, Appointment("clerk", "reviewer", date(2025, 1, 20), None, "appointed", ""), enrol.CUSTODIAN)
    with office.store.write() as tx:
        about = {"agency": "us-dhs", "basis": "26 USC 6103(i)(2)", "agreement": "", "file_sha256": "0" * 64, "form": "signed", "meta": "{}"}
        tx.add_one("batch", batch=BATCH, received_day=DAY, rows=0, defects=0, entry=None, **about)
    return office


def _fill(office: Any, entries: int) -> None:
    """Determinations, as a submit enters them: a shard in a transaction."""
    from privity.ledger.entry import Kind
    from privity.office import record

    for first in range(0, entries, SHARD):
        rows = [
            b'{"batch":"%s","ordinal":%d,"outcome":"refused","stage":"request"}' % (BATCH.encode(), n) for n in range(first, first + SHARD)
        ]
        with office.store.write() as tx:
            record.enter_rows(office, tx, Kind.DETERMINATION, rows, office.salts(len(rows)), BATCH)


def _package(office: Any, numbers: range) -> None:
    from privity.ledger.entry import Kind
    from privity.office import record
    from privity.office.persons import disclosures

    ordinals, records = list(numbers), [f"P{number}" for number in numbers]
    name = office.blind("package", str(numbers.start))[:32]
    row = {
        "package": name,
        "batch": BATCH,
        "disclosed": ordinals,
        "records": records,
        "determinations": ordinals,
        "day": DAY.isoformat(),
        disclosures.FIELD: disclosures.row_root(office, ordinals, records, ordinals),
    }
    with office.store.write() as tx:
        index = record.enter(office, tx, Kind.INTENT, row, BATCH)
        tx.add_one("package", package=name, batch=BATCH, officer="o", rows=len(ordinals), recipient_key="k", digest="d", entry=index)
        tx.add_one("custody", package=name, state="intent", day=DAY, note="age", entry=index)


def account(*, place: str, disclosed: int, asked: int) -> dict[str, Any]:
    """Accounts of people about whom something was disclosed, and of others: look, root, proofs, all in milliseconds."""
    from privity.office.keys import open_key
    from privity.office.persons import giving
    from privity.office.persons.classes import Asker
    from privity.office.place import open_office
    from privity.verifier.account import check_account

    office, key = open_office(Path(place) / "office", DAY), open_key(Path(place) / "clerk.pem", PASSPHRASE)
    draw, found = random.Random(7), dict[str, Any]()
    for name, beginning in (("disclosed", "P"), ("nothing disclosed", "Q")):
        took, checked = [], []
        for turn in range(asked + 1):
            record = f"{beginning}{draw.randrange(disclosed)}"
            began = time.perf_counter()
            given = giving.give(office, record, Asker("passport"), "clerk", key)
            took.append(1e3 * (time.perf_counter() - began))
            if turn % 10 == 0:
                giving.write(given, Path(place) / "account")
                began = time.perf_counter()
                problems = check_account(Path(place) / "account", office.verifier.vkey).problems
                checked.append(1e3 * (time.perf_counter() - began))
                if problems:
                    raise AssertionError(problems[0])
        warm = sorted(took[1:])
        found[name] = {
            "first_ms": took[0],
            "median_ms": warm[len(warm) // 2],
            "p99_ms": warm[int(len(warm) * 0.99)],
            "check_ms": sorted(checked)[len(checked) // 2],
        }
    return found


def one_more(*, place: str, disclosed: int) -> dict[str, Any]:
    """One more package of one row, and the map brought up to date."""
    from privity.office.persons import mapping
    from privity.office.place import open_office

    office = open_office(Path(place) / "office", DAY)
    _package(office, range(disclosed, disclosed + 1))
    began = time.perf_counter()
    mapping.bring_up_to_date(office)
    return {"ms": 1e3 * (time.perf_counter() - began)}


def checking(*, place: str) -> dict[str, Any]:
    """What the map adds to ``privity verify``: every list opened, every label made, every version grown again."""
    from privity.office.persons.checking import differences
    from privity.office.place import open_office

    office, began = open_office(Path(place) / "office", DAY), time.perf_counter()
    with office.store.read() as tx:
        problems = list(differences(office, tx))
    if problems:
        raise AssertionError(problems[0])
    return {"seconds": time.perf_counter() - began}


def search(*, place: str, disclosed: int) -> dict[str, Any]:
    """Without the map: every intent's opening, for one person."""
    from privity.office.persons.disclosures import opening
    from privity.office.place import open_office

    office, began = open_office(Path(place) / "office", DAY), time.perf_counter()
    with office.store.read() as tx:
        intents = [row["entry"] for row in tx.rows("package")]
        found = [intent for intent in intents if f"P{disclosed // 2}" in opening(office, tx, intent)["records"]]
    if len(found) != 1:
        raise AssertionError("the person is in one intent")
    return {"ms": 1e3 * (time.perf_counter() - began), "intents": len(intents)}


STAGES = {one.__name__: one for one in (build, account, one_more, checking, search)}


def measured(place: Path, sizes: dict[str, Any]) -> dict[str, Any]:
    about, run = machine(), lambda name, **given: stage(__file__, name, place=place, **given)
    disclosed = sizes["disclosed"]
    figures = {"sizes": sizes, "build": run("build", entries=sizes["entries"], disclosed=disclosed)}
    figures["account"] = run("account", disclosed=disclosed, asked=sizes["asked"])
    figures["one more package"] = run("one_more", disclosed=disclosed)
    figures["verify"] = run("checking")
    peers = {"every intent read": run("search", disclosed=disclosed)}
    ratios = {"every_intent_read_over_an_account": peers["every intent read"]["ms"] / figures["account"]["disclosed"]["median_ms"]}
    return {"benchmark": "subject", "figures": figures, "peers": peers, "ratios": ratios, "machine": about}


def tables(found: dict[str, Any]) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    figures = found["figures"]
    done = figures["build"]
    rows = [(name, cost["wall"], cost["cpu"], cost["peak_gb"]) for name, cost in done["steps"].items()]
    yield f"A map of {done['disclosed']:,} people, in a ledger of {done['entries']:,} entries", ("", "wall s", "CPU s", "peak GB"), rows
    people = [(name, *figures["account"][name].values()) for name in ("disclosed", "nothing disclosed")]
    yield "One account with its proofs, ms", ("", "first", "median", "p99", "checked"), people
    more = [
        ("one more package into the map, ms", figures["one more package"]["ms"]),
        ("the map, verified, s", figures["verify"]["seconds"]),
    ]
    yield "Besides", ("", ""), more
    yield "Instead: every intent's opening read", ("", "ms"), [(name, one["ms"]) for name, one in found["peers"].items()]
    yield "Ratios", ("", ""), list(found["ratios"].items())


def main() -> None:
    given = command_line(__doc__, STAGES)
    with tempfile.TemporaryDirectory(prefix="privity-subject-") as folder:
        found = measured(given.place or Path(folder), QUICK if given.quick else FULL)
    report(found, tables, as_json=given.json)


if __name__ == "__main__":
    main()
