"""A row of ``opening_file`` → the salts and rows that it stands for, cut out of a file that may open other entries too.

Nothing is held against the ledger here: that is `record.opened`, and `verify`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.store import archive
from privity.store.archive import Openings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.office.place import Office


def cut(office: Office, file: Mapping[str, object]) -> Openings:
    """Salts and rows for a row of ``opening_file`` (``name``, ``first``, ``count``).

    Raises:
        TamperError: the file is missing or was altered, or opens other entries.
    """
    first, count = int(str(file["first"])), int(str(file["count"]))
    kept = archive.read(office.openings(), office.archive_key, str(file["name"]))
    skip = first - kept.first
    if skip < 0 or skip + count > len(kept.rows):
        raise TamperError(f"the opening of entry {first} is of another entry", remedy="run `privity verify`")
    salts = kept.salts[entries.SALT * skip : entries.SALT * (skip + count)]
    return Openings(first, salts, kept.rows[skip : skip + count])
