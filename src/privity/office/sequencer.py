"""Many small jobs at once → one transaction, one checkpoint, one file of openings, and each caller told after the commit.

A job is a function of a transaction: it reads, adds rows and enters (`record.enter`). Whoever comes while one group is being committed
makes up the next, so a group is as large as the disk is slow. A job that fails is undone alone; the others of its group stand. Other
processes, and `Store.write`, wait for the same lock: there is one sequence of entries, whoever makes them.

A job sees the rows of the jobs before it in its group, not their openings: what must read those (a release) takes a transaction of its own.
Cannot know whether a job did something outside of its transaction: such a thing is done after `Sequencer.do` has returned.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar

from privity.office import record
from privity.office.record import Run, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from privity.office.place import Office
    from privity.store import Tx

MOST = 256  # jobs of one group: a tile's width of entries, if each enters one

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Job:
    does: Callable[[Tx], Any]
    done: Future[Any]


class Sequencer:
    """One thread that commits for many. Use it as a context; leaving it waits for what was begun."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def do(self, job: Callable[[Tx], _T]) -> _T:
        """Run a job in a transaction that it may share; returns what it returned, once that is durable.

        Raises:
            RefusedError: the transaction could not be kept, as `Store.write` says it.
            Exception: whatever the job raised. Nothing of it was kept.
        """
        if not self._thread.is_alive():
            raise AssertionError("the sequencer was closed")
        done: Future[_T] = Future()
        self._jobs.put(_Job(job, done))
        return done.result()

    def close(self) -> None:
        """Finish what was asked for, and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first, *self._waiting(MOST - 1)]
            self._commit(group)

    def _waiting(self, most: int) -> list[_Job]:
        """Those who came meanwhile. Who says stop is put back, to be heard next."""
        found: list[_Job] = []
        while len(found) < most:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                self._jobs.put(None)
                break
            found.append(job)
        return found

    def _commit(self, group: list[_Job]) -> None:
        try:
            with self._office.store.write() as tx:
                told = _take_turns(self._office, tx, group)
        except BaseException as error:  # noqa: BLE001 - whatever it was, nobody's work was kept, and each is told
            for job in group:
                job.done.set_exception(error)
            return
        for job, (result, failed) in zip(group, told, strict=True):
            job.done.set_exception(failed) if failed else job.done.set_result(result)


def _take_turns(office: Office, tx: Tx, group: list[_Job]) -> list[tuple[Any, BaseException | None]]:
    """Each job in a part of its own, then the entries of all that succeeded in one append. (result, what failed) for each."""
    told, runs, size = list[tuple[Any, BaseException | None]](), list[Run](), tx.head().size
    for job in group:
        turn = Turn(tx, size + len(runs))
        try:
            told.append((job.does(turn), None))
        except BaseException as error:  # noqa: BLE001 - the job's own, told to its caller
            turn.undo()
            told.append((None, error))
        else:
            turn.keep()
            runs += turn.runs
    if runs:
        record.enter_runs(office, tx, runs, office.salts(len(runs)))
    return told
