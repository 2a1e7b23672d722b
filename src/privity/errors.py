"""What can go wrong for the operator. Four kinds, each with a remedy.

The request's fault is never raised: it is a value (a defect, a finding). A bug of ours is an
``AssertionError`` or ``TypeError`` and stops the batch. What is here is the third kind: something
that the person at the keyboard can mend.

A message says what happened and what was expected, in lower case and without a final period. It may name a file, a row,
a field or an id that an operator gave. It never carries a value about a person.
"""

from __future__ import annotations


class PrivityError(Exception):
    """Base of all errors that an operator can mend; ``remedy`` says how."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class InputError(PrivityError):
    """A file, an envelope or an option cannot be used as it is."""


class LawError(PrivityError):
    """A rule, a vocabulary, a reading, a halt or an agreement is not well formed, so nothing is decided under it."""


class RefusedError(PrivityError):
    """The office refuses the act: a precondition does not hold. Nothing was changed."""


class TamperError(PrivityError):
    """A record is not what the ledger says it was."""
