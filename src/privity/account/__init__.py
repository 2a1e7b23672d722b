"""What the ledger says of requests and disclosures → figures, lines, notices. Pure folds: no clock, no store, no file.

``told``    the tables that entries and their openings make: what everything here is folded from
``law``     a regime's ``accounting.toml``: what need not be accounted for, codes, forms, the yearly table, notices
``year``    one calendar year, reconciled to the row
``lines``   one line a request, a disclosure, and a disclosure recorded afterwards
``annual``  the yearly table, its due date, and the entries behind each of its figures
``texts``   the text of a statement, and what a statement does not say
"""

from privity.account.year import LINES, Accounting, account

__all__ = ["LINES", "Accounting", "account"]
