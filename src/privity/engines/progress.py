"""How far a long call has come, told while it runs: never after it, and never in the way of its result.

A ``Progress`` that raises ends the call as a failure would: nothing is left at the target. So a caller can also stop what it waits for.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from privity.match.engine import Progress

EVERY = 0.2  # seconds between two looks


@contextmanager
def watched(share: Callable[[], float], stop: Callable[[], None], progress: Progress | None) -> Iterator[None]:
    """Tell ``progress`` the ``share`` done, from a thread, while the block runs, and 1 when it has succeeded.

    If ``progress`` raises, ``stop`` is called to end the work early, and the error is the block's.
    """
    if progress is None:
        yield
        return
    ended, said = threading.Event(), _Rising(progress)
    raised: list[BaseException] = []

    def look() -> None:
        try:
            while not ended.wait(EVERY):
                said(share())
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            raised.append(error)
            if not ended.is_set():
                stop()

    thread = threading.Thread(target=look, name="progress", daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        _end(thread, ended)
        if raised:
            raise raised[0] from None  # what the block says is only that it was stopped
        raise
    _end(thread, ended)
    if raised:
        raise raised[0]
    said(1.0)


def _end(thread: threading.Thread, ended: threading.Event) -> None:
    ended.set()
    thread.join()


class Counted:
    """Work that is counted: ``add`` what is done, of ``whole``."""

    def __init__(self, whole: float, progress: Progress | None) -> None:
        self._whole = whole
        self._done = 0.0
        self._said = _Rising(progress) if progress else None

    def add(self, amount: float) -> None:
        """More is done."""
        self._done += amount
        if self._said and self._whole:
            self._said(self._done / self._whole)

    def end(self) -> None:
        """All is done."""
        if self._said:
            self._said(1.0)


class _Rising:
    """Passes on what is more than before, between 0 and 1: a bar does not run backwards."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last = -1.0

    def __call__(self, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        if share > self._last:
            self._last = share
            self._progress(share)
