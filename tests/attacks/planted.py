"""A batch and a register in which every cell about a person is a word that stands nowhere else, and a search for those words in bytes.

Some rows are complete, and what comes of each is known; one row is refused at once, and one is bad in every field, so that there is no
column without its own canary.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from privity.match.prepare import REGISTER
from privity.office import batch as batches
from privity.office import dispose
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.submit import submit
from privity.rules.facts import SHIPPED, load_vocabulary
from privity.sample import world
from privity.seal.age import AgeSealer
from privity.terms import ActKind

COLUMNS = [column.name for column in load_vocabulary(SHIPPED).columns]
RECEIVED, REVIEWED, ANSWERED = world.date(2025, 8, 7), world.date(2025, 8, 11), world.date(2025, 8, 14)
# What is wrong with each complete row, if anything; what its officer hears.
KINDS = {
    "same": "same",
    "invented": "no disclosure",
    "absent": "no disclosure",
    "several": "no disclosure",
    "barred": "no disclosure",
    "declined": "no disclosure",
}
CODES = {
    "case_opened": "2025-02-10", "engaged_kind": "officer", "authority": "18 USC 1546(a)", "purpose": "criminal investigation", "items": "address",
    "tax_periods": "2022-2023", "state": "TX",
}  # fmt: skip
FIRST = ["Quirixa", "Bexalor", "Ottivane", "Wrenolyn", "Zephyda", "Marquenna", "Thessabel", "Iolundra"]
LAST = ["Vandelmoor", "Karpathon", "Ellendusk", "Obrimsky", "Fennwhistle", "Gullivander", "Prockmire", "Zibberfax"]
STREET = ["Zorblax", "Quennip", "Varnock", "Hollimbry", "Osterquay", "Bramwixen", "Umberglass", "Yarrowfen"]
CITY = ["Quorvale", "Nimbleford", "Oxhampton", "Jarrowick", "Pellagate", "Umbervale", "Wexmoor", "Kestrelby"]
WORD = ["lacquerwork", "zithershop", "quillfactory", "marzipanery", "bellfoundry", "ropewalk-vii", "ferretcourt", "saltpanhouse"]
REASON = [
    "A co-conspirator states that forged visas were sewn into coats at the {} where she lodged",
    "Rent books seized in March show who paid for the {} while the false petition was pending",
    "The notary's ledger lists deliveries of blank certificates to the {} at this address",
    "Phone records put the second passport in a drawer of the {} on the night of the sale",
    "Her employer testified that wages were counted in the {} under the borrowed name",
    "Fingerprints lifted from a stamp match a visitor of the {} two streets from the lodging",
    "Undelivered mail for the sham company was collected weekly from the {} by one tenant",
]
OFFICER = [
    "Mirabel Hexworthy",
    "Tobias Underlune",
    "Sable Crickmoth",
    "Jonquil Astrabane",
    "Perrin Doldrum",
    "Lysander Quaymoor",
    "Odalys Finchgrove",
    "Corvin Ashgrave",
]


def whole(i: int) -> dict[str, str]:
    """A complete request, each cell about a person or a case its own."""
    return {
        **CODES,
        "request_id": f"RQ-CANARY-{i}77{i}",
        "first_name": FIRST[i],
        "last_name": LAST[i],
        "date_of_birth": f"19{31 + i}-0{1 + i}-2{i}",
        "address_line1": f"{8131 + 97 * i} {STREET[i]} St",
        "city": CITY[i],
        "zip": f"78040-77{19 + i}",
        "tin": f"9007{i}13{i}8",
        "case_id": f"CS-CANARY-{i}41{i}",
        "engaged_person": OFFICER[i],
        "reason": REASON[i].format(WORD[i]),
    }


def rows() -> list[dict[str, str]]:
    made = [whole(i) for i in range(len(KINDS))]
    made[3]["tin"] = ""  # and two people share all else
    refused = whole(6) | {"reason": ""}
    bad = {name: f"canary-{name.replace('_', '-')}-zzq" for name in COLUMNS} | {"row": "", "request_id": "RQ-CANARY-7777"}
    return [*made, refused, {name: bad[name] for name in COLUMNS}]


def register(asked: list[dict[str, str]]) -> pl.DataFrame:
    """Who is asked about is held, but for the absent; and one person nobody asks about, a canary in every cell."""
    held = []
    for kind, row in zip(KINDS, asked, strict=False):
        for twin in (1, 2) if kind == "several" else (1,):
            about = {name: row.get(name, "") for name in REGISTER if name in row}
            about["tin"] = about["tin"] or f"9008{twin}1338"
            if kind == "invented":
                about["address_line1"] = "5519 Gossamerly Rd"
            bars = "i-6-informant" if kind == "barred" else ""
            held += [
                {**about, "record_id": f"REC-CANARY-{kind}-{twin}", "tax_period": year, "data_class": "taxpayer-identity", "bars": bars,
                 "address_as_of": "1999-12-09", "source_document": f"DOC-CANARY-{kind}", "role": "primary"}
                for year in ("2022", "2023") if kind != "absent"
            ]  # fmt: skip
    stranger = {name: f"canary-held-{name.replace('_', '-')}-zzq" for name in REGISTER} | {
        "tax_period": "2022",
        "date_of_birth": "1911-11-13",
        "bars": "",
    }
    return pl.DataFrame([*held, stranger], schema=dict.fromkeys(REGISTER, pl.String)).with_columns(pl.col(pl.String).replace("", None))


def canaries(asked: list[dict[str, str]], held: pl.DataFrame) -> dict[str, str]:
    """Every planted word → the field it stands in. Codes and years are nobody's."""
    codes = {*CODES.values(), "", "2022", "2023", "taxpayer-identity", "primary", "i-6-informant"}
    every = (*asked, *held.fill_null("").rows(named=True))
    found = {value: name for row in every for name, value in row.items() if value not in codes}
    found |= dict.fromkeys((word for word in (*FIRST[:7], *LAST[:7], *STREET[:7], *WORD[:6], "Gossamerly")), "a word of a cell")
    return found


def hits(blob: bytes | str, words: dict[str, str]) -> dict[str, str]:
    """The canaries in some bytes, whatever their case; numbers also without their marks, and in UTF-16."""
    raw = blob.encode() if isinstance(blob, str) else blob
    low = raw.lower()
    forms = (low, low.replace(b"\x00", b""), re.sub(rb"[^a-z0-9]", b"", low))
    return {word: field for word, field in words.items() if any(spelled in form for form in forms for spelled in spellings(word))}


def spellings(word: str) -> list[bytes]:
    low = word.lower()
    bare = re.sub(r"[^a-z0-9]", "", low)
    return [low.encode()] + ([bare.encode()] if len(bare) >= 8 else [])


def unpacked(path: Path) -> bytes:
    """The bytes of a file; of a workbook, those of what is in it too."""
    raw = path.read_bytes()
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(path) as book:
            raw += b"".join(book.read(name) for name in book.namelist())
    return raw + path.name.encode()


@dataclass(frozen=True)
class Planted:
    root: Path
    agency: world.Agency
    file: Path
    envelope: Path
    asked: list[dict[str, str]]
    words: dict[str, str]
    batch: str

    @property
    def office(self) -> Office:
        return open_office(self.root / "office", ANSWERED)

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def of_office(self) -> batches.Batch:
        with self.office.store.read() as tx:
            return batches.named(tx, self.batch)


def plant(root: Path) -> Planted:
    """The whole passage, from an empty folder to the packages."""
    asked = rows()
    held = register(asked)
    file, records, envelope = root / "requests.csv", root / "register.parquet", root / "envelope.toml"
    pl.DataFrame(asked, schema=dict.fromkeys(COLUMNS, pl.String)).with_columns(pl.col(pl.String).replace("", None)).write_csv(file)
    held.write_parquet(records)
    cases = {row["engaged_person"]: [row["case_id"]] for row in asked[: len(KINDS)]}
    office, agency = world.staffed(root / "office", RECEIVED, cases, records)
    envelope.write_text(world.envelope(agency, file, cases))
    batch = submit(office, file, envelope, intake_officer=world.INTAKE)
    reviewed = open_office(root / "office", REVIEWED)
    referred = dispose.referred(reviewed, batch)
    yes = dispose.choose(referred, cases=[asked[0]["case_id"]])
    no = dispose.choose(referred, cases=[asked[5]["case_id"]])
    for who in (world.REVIEWER, world.APPROVER):
        dispose.act(reviewed, batch, ActKind.APPROVE, world.official(reviewed, who), yes)
    dispose.act(reviewed, batch, ActKind.DECLINE, world.official(reviewed, world.REVIEWER), no, "a workplace in the case file")
    release(open_office(root / "office", ANSWERED), batch, root / "outbox", AgeSealer())
    return Planted(root, agency, file, envelope, asked, canaries(asked, held), batch.id)
