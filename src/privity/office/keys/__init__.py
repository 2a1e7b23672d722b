"""Keys. Of officials (`personal`: files that never enter the office) and of the office itself.

The office has three kinds of its own: *ledger* signs checkpoints, *archive* seals openings and shards, *link* makes the keyed digests that
link rows, batches and packages. `files` says where they lie and refuses those that others could have read; `tenures` says
which ledger key signs at which size; `changes` is how two persons put another in force, `check` reads that again; `ends` is the end of a
person's key.
Whoever opens an office needs `files` and `tenures`; names of `personal` are given here, for they are what most callers want.
"""

from __future__ import annotations

from privity.office.keys.personal import PUBLIC_KEY, decode_public, encode_public, new_key, open_key, public, write_secret

__all__ = ["PUBLIC_KEY", "decode_public", "encode_public", "new_key", "open_key", "public", "write_secret"]
