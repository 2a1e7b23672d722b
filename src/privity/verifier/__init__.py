"""Checks what a ledger handed out, with nothing of the program that wrote it: an export, a proof, a package, a proof of growth.

Needs the standard library and ``cryptography``, and no office. It believes the keys that it is given and nothing else: every entry is read
again, every tile and the root are computed again. What is wrong is named by file and by index.

    python -m privity.verifier EXPORT --vkey KEY [--witness VKEY]... [--quorum N] [--held CHECKPOINT]...

`note` reads signatures and checkpoints, `tenure` goes from one key to the next, `tree` is the arithmetic,
`entry` the form of an entry, `export` a tree of files, `proof` the small files, `command` the program; `alone`
makes one file of all of it. docs/formats says enough to write another one.

Cannot know whether an entry is true, nor what it commits to; nor that the export is the newest one, or the only one: for
that it takes checkpoints held elsewhere (``--held``) and witnesses.
"""
