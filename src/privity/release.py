"""Disposition and receipt in, the minimum out: answers of at most 256 rows for one engaged officer, padded.

Every eligible request of the batch is answered, once, on the same day: ``same`` (or the address, if statute, court interpretation,
agreement and disposition all allow it) or ``no disclosure``. Not found, several, barred, declined and objected are the same words at
the same time in a payload of the same size. Which identifier agreed is never sent. Whether a
row may be released was decided again, by both engines, before this module sees it: nothing is decided here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from privity.terms import Disposition, Receipt

NO_DISCLOSURE = "no disclosure"
SAME = "same"
ADDRESS = "address"
BLOCK = 65_536  # payloads come in multiples of this many bytes
WIDTH = 200  # bytes reserved for one answer and its date, so that a payload's size depends on its rows and not on what they are answered
UNDATED = "not on record"  # of an address whose record does not say as of when it is


@dataclass(frozen=True, slots=True)
class Binding:
    """What a ciphertext is bound to: the package's name, the office's ledger, and the entry of the receipt that it answers."""

    package: str
    origin: str
    receipt: int


class Sealer(Protocol):
    """Encrypts a payload to one engaged officer. Implementations stand in ``seal``."""

    def scheme_of(self, recipient: str) -> str:
        """The scheme of a recipient's key; it is also the ending of the package's file."""
        ...

    def seal(self, payload: bytes, recipient: str, about: Binding) -> bytes:
        """Ciphertext that only the holder of the recipient's private key can open."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes with every package, in the recipient's sight: sole use, further disclosure, period, day."""

    custodian: str
    agency: str
    basis: str
    cite: str
    answered: date
    package: str
    origin: str  # of the ledger that has its entry
    bound: tuple[str, ...] = ()  # court orders that bind what the recipient may do with it


@dataclass(frozen=True, slots=True)
class Packet:
    """The rows of one package before it is sealed: ``ordinal``, ``request_id``, ``case_id`` and more, at most ``package_rows`` of them."""

    officer: str
    rows: pl.DataFrame


def packets(eligible: pl.DataFrame, size: int) -> Iterator[Packet]:
    """Cut the eligible rows of a batch (``ordinal``, ``engaged_person``, …) into packets, by officer, in batch order."""
    ordered = eligible.sort("engaged_person", "ordinal")
    for (officer,), rows in ordered.group_by(["engaged_person"], maintain_order=True):
        for start in range(0, rows.height, size):
            yield Packet(str(officer), rows.slice(start, size))


def disclose(disposition: Disposition, receipt: Receipt, packet: Packet, released: Mapping[int, str], terms: Terms) -> bytes:
    """The payload of one package: canonical JSON, padded.

    Args:
        disposition: of the packet's rows; a row that is not approved in it cannot carry an answer.
        receipt: of the batch: no receipt, no release.
        packet: the rows, in order.
        released: ordinal → the answer (``same`` or the address as text) of the rows that passed every stage again.
        terms: what goes with it.

    Raises:
        AssertionError: an answer for a row that nobody approved, or a receipt of no ledger. A bug: the batch stops.
    """
    approved = set(disposition.frame.filter(pl.col("disposition") == "approved")["ordinal"].to_list())
    if not set(released) <= approved:
        raise AssertionError("an answer for a row that is not approved")
    if not receipt.proof:
        raise AssertionError("no receipt, no release")
    body_rows = [_answer(row, released) for row in packet.rows.iter_rows(named=True)]
    dated = [_on_record(row, released) for row in packet.rows.iter_rows(named=True)]
    body = {
        "format": "privity/answer/v1",
        "package": terms.package,
        "ledger": terms.origin,
        "custodian": terms.custodian,
        "agency": terms.agency,
        "engaged_person": packet.officer,
        "basis": terms.basis,
        "answered": terms.answered.isoformat(),
        "receipt": {"entry": receipt.index, "batch": receipt.batch},
        "terms": _terms(terms),
        "rows": body_rows,
        "on record": dated,
    }
    payload = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    spent = sum(len(str(row["answer"]).encode()) + len(when["address_as_of"].encode()) for row, when in zip(body_rows, dated, strict=True))
    return pad(payload, len(payload) - spent + WIDTH * len(body_rows))


def _terms(terms: Terms) -> dict[str, str]:
    orders = {"court orders that bind your use": "; ".join(terms.bound)} if terms.bound else {}
    return {
        **orders,
        "sole use": f"solely for the use of the engaged person in the case named, {terms.cite}",
        "further disclosure": "none without an authority of its own",
        "after use": "return it with every copy, or make it undisclosable, or keep it under the safeguards of 26 USC 6103(p)(4)(A) to (E); "
        "say which, and how: 26 USC 6103(p)(4)(F)(ii)"
        if terms.cite.startswith("26 USC 6103")
        else "as the law that permits the disclosure says",
        "acknowledge": "sign that you have it, and send that back: "
        "`privity acknowledge PACKAGE --person YOU --key YOURS --out ack.toml`, or a letter; "
        "until then it counts as disclosed and not acknowledged. The same command attests use and what became of it",
        "meaning": "`same`: the address supplied is one held for that person in the periods asked, as of the date on record. "
        "`no disclosure`: nothing is disclosed; no reason is implied",
    }


def _on_record(row: Mapping[str, object], released: Mapping[int, str]) -> dict[str, str]:
    """The periods asked, in the request's words, and as of when the record has the address; no date where nothing is disclosed."""
    told = isinstance(row["ordinal"], int) and row["ordinal"] in released
    since = str(row.get("address_as_of") or UNDATED) if told else ""
    return {"periods": str(row.get("tax_periods") or ""), "address_as_of": since}


def _answer(row: Mapping[str, object], released: Mapping[int, str]) -> dict[str, object]:
    ordinal = row["ordinal"]
    answer = released.get(ordinal, NO_DISCLOSURE) if isinstance(ordinal, int) else NO_DISCLOSURE
    return {"request_id": row["request_id"], "case_id": row["case_id"], "answer": answer}


def pad(payload: bytes, least: int) -> bytes:
    """The payload followed by spaces up to the first multiple of ``BLOCK`` that holds ``least`` bytes; still the same JSON to a parser."""
    size = -(-least // BLOCK) * BLOCK
    if len(payload) > size:
        raise AssertionError("an answer is wider than its reserved width")
    return payload.ljust(size)
