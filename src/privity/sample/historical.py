"""What the custodian's filter of 2025 would have let out of a batch, for comparison only: it decides nothing here.

As reported, a row was answered when name and number matched the register and any 5- or 9-digit number stood in the address
columns (26 USC 6103(i)(2)(B)(i) asks for the taxpayer's address). Not known: how names were compared; here, letters and digits.
"""

from __future__ import annotations

import polars as pl

_ADDRESS = ("address_line1", "address_line2", "city", "state", "zip")
_NUMBER = r"(?:^|\D)(?:\d{5}|\d{9}|\d{5}-\d{4})(?:\D|$)"


def historical_filter(requests: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """The rows it would have let out.

    Args:
        requests: the columns of the request file, all text.
        register: ``register()``, or any table with tin, first_name and last_name.

    Returns:
        ``request_id`` of each row let out, in file order.

    """
    known = register.select(**_key()).drop_nulls().unique()
    rows = requests.select("request_id", digits=_holds_digits(), **_key())
    return rows.filter("digits").join(known, on=list(_key()), how="semi", maintain_order="left").select("request_id")


def _holds_digits() -> pl.Expr:
    return pl.any_horizontal(pl.col(name).fill_null("").str.contains(_NUMBER) for name in _ADDRESS)


def _key() -> dict[str, pl.Expr]:
    def bare(name: str) -> pl.Expr:
        text = pl.col(name).str.to_uppercase().str.replace_all(r"[^A-Z]", "")
        return pl.when(text.str.len_chars() > 0).then(text)

    digits = pl.col("tin").str.replace_all(r"\D", "")
    return {"_tin": pl.when(digits.str.len_chars() == 9).then(digits), "_first": bare("first_name"), "_last": bare("last_name")}


def historical_damage(let_out: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """How many of the rows let out should not have been: ``kind``, ``address``, ``let_out``, ``unlawful`` (rows), most first."""
    rows = let_out.join(truth, on="request_id", how="left", validate="1:1")
    counts = rows.group_by("kind", "address").agg(let_out=pl.len(), unlawful=(~pl.col("lawful").fill_null(True)).sum())
    return counts.sort("let_out", "kind", "address", descending=[True, False, False])
