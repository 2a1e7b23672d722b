"""``privity letter``: what goes to the requester on paper, from the determination only, through templates that an office can edit.

A letter has no name, number or address of a person in it, and says nothing that depends on the register: a refusal letter speaks of rows
refused at the request stage and of no other. An office's own templates stand in OFFICE/letters and go before the shipped ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from privity.errors import InputError
from privity.office import basis, determinations
from privity.office import batch as batches
from privity.terms import Outcome, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.office.batch import Batch
    from privity.office.examine import Examination
    from privity.office.place import Office
    from privity.store import Tx

KINDS = ("acknowledgement", "deficiency", "refusal", "cover", "recall")
SHIPPED = Path(__file__).with_name("letters")


def write(kind: str, values: Mapping[str, object], own: Path | None = None) -> str:
    """Fill a template.

    Raises:
        InputError: no such kind, or the template asks for something that the letter does not have.
    """
    if kind not in KINDS:
        raise InputError(f"`{kind}` is not a kind of letter", remedy=f"one of: {', '.join(KINDS)}")
    folders = [str(folder) for folder in (own, SHIPPED) if folder is not None]
    # Plain text: nothing is escaped, and nothing but the values below can be reached.
    templates = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    try:
        return templates.get_template(f"{kind}.txt").render(values)
    except TemplateError as error:
        raise InputError(f"the template `{kind}.txt` cannot be filled: {error.message}", remedy="compare it with the shipped one") from None


def for_batch(office: Office, batch: Batch, kind: str) -> str:
    """A letter about a batch of this office."""
    on = basis.basis_of(office, batch) if batch.rows else None
    refused = _refused(office, batch) if on else pl.DataFrame()
    invoked = on.rulebook.vocabulary.bases.get(on.asked.action or "") if on else None
    values = {
        **_common(office.custodian, office.day.isoformat(), batch.agency, batch.said("signatory"), batch.said("dated")),
        "batch": batch.id[:12],
        "received": batch.day.isoformat(),
        "rows": batch.rows,
        "receipt": batch.entry,
        "digest": batch.file_sha256,
        "refused": refused.height,
        "reasons": determinations.by_citation(on.rulebook, refused).rows(named=True) if on and refused.height else [],
        "basis_cite": invoked.cite if invoked else "the law",
        "general_cite": on.rulebook.vocabulary.general_rule.cite if on else "",
    }
    return write(kind, values, office.root / "letters")


def for_package(office: Office, package: str, kind: str, ground: str = "") -> str:
    """A cover or recall letter about one package."""
    with office.store.read() as tx:
        row = _package(tx, package)
        batch = batches.named(tx, row["batch"])
    on = basis.basis_of(office, batch)
    invoked = on.rulebook.vocabulary.bases.get(on.asked.action or "")
    values = {
        **_common(office.custodian, office.day.isoformat(), batch.agency, "", ""),
        "officer": row["officer"],
        "package": str(row["package"])[:12],
        "batch": batch.id[:12],
        "rows": row["rows"],
        "entry": row["entry"],
        "basis_cite": invoked.cite if invoked else "the law",
        "ground": ground,
    }
    return write(kind, values, office.root / "letters")


def for_examination(found: Examination, kind: str, custodian: str, agency: str) -> str:
    """A letter about a file that was only examined; no office, so no receipt."""
    refused = int((found.rows["outcome"] == Outcome.REFUSED.value).sum())
    vocabulary = found.rulebook.vocabulary
    values = {
        **_common(custodian, found.rulebook.day.isoformat(), agency, "", ""),
        "batch": "",
        "received": found.rulebook.day.isoformat(),
        "rows": found.rows.height,
        "receipt": "",
        "digest": found.batch.source.sha256,
        "refused": refused,
        "reasons": found.counts.rows(named=True),
        "basis_cite": vocabulary.bases[vocabulary.default_basis].cite,
        "general_cite": vocabulary.general_rule.cite,
    }
    return write(kind, values)


def _common(custodian: str, day: str, agency: str, signatory: str, dated: str) -> dict[str, object]:
    return {"custodian": custodian, "day": day, "agency": agency, "signatory": signatory, "request_day": dated}


def _refused(office: Office, batch: Batch) -> pl.DataFrame:
    """Rows refused on the request alone: the only refusals that a letter may speak of."""
    return determinations.load_whole(office, batch).filter((pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST))


def _package(tx: Tx, package: str) -> dict[str, str]:
    rows = [row for row in tx.rows("package") if str(row["package"]).startswith(package)] if package else []
    if len(rows) != 1:
        raise InputError(f"no package `{package}`", remedy="`privity packages OFFICE` lists them")
    return rows[0]
