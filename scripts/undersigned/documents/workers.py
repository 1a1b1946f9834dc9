"""Work on many things in several processes, each thing with a limit of time. One that takes too long, or whose process
dies, fails alone and by name. Knows nothing of the work."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, ForkProcess
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
#: After so many things a process makes way for a fresh one: what libraries keep for later would grow without end.
_MOST_OF_A_PROCESS = 40
#: `M_ARENA_MAX` of mallopt(3): with one heap for all threads less of it lies idle.
_ONE_HEAP = (-8, 1)
#: Seconds between two looks at whether the parent still lives.
_LOOK = 5.0


class WorkerError(Exception):
    """A thing's work came to no answer. `item` is the thing."""

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(f"{item}: {reason}")
        self.item, self.reason = item, reason


def in_workers(
    work: Callable[[str], Answer], items: Sequence[str], *, processes: int, limit: float
) -> Iterator[tuple[str, Answer | WorkerError]]:
    """Each item with its answer, as they are done. `limit`: seconds for one item. `work` catches what it expects;
    anything else that it raises is raised here.

    With no `processes`, and where they cannot be forked, the work is done in this one and no limit of time holds.
    """
    if not processes or "fork" not in multiprocessing.get_all_start_methods():
        for item in items:
            yield item, work(item)
        return
    waiting = list(reversed(items))
    context = multiprocessing.get_context("fork")
    workers = [_Worker(work, context) for _ in range(min(processes, len(items)))]
    try:
        for worker in workers:
            worker.give(waiting.pop())
        while any(worker.item is not None for worker in workers):
            busy = {worker.connection: worker for worker in workers if worker.item is not None}
            next_end = min(worker.started for worker in busy.values()) + limit
            ready = {
                busy[one]
                for one in wait(list(busy), max(0.0, next_end - time.monotonic()))
                if isinstance(one, Connection)
            }
            late = {
                worker for worker in busy.values() if worker not in ready and time.monotonic() - worker.started >= limit
            }
            for worker in sorted(ready | late, key=lambda worker: worker.started):
                item = str(worker.item)
                answer = (
                    worker.answer() if worker in ready else WorkerError(item, f"it takes more than {limit:.0f} seconds")
                )
                if isinstance(answer, WorkerError) or worker.given >= _MOST_OF_A_PROCESS:
                    worker.begin_again()
                worker.item = None
                if waiting:
                    worker.give(waiting.pop())
                yield item, answer
    finally:
        for worker in workers:
            worker.end()


class _Worker(Generic[Answer]):
    """One process that works on one thing at a time."""

    def __init__(self, work: Callable[[str], Answer], context: ForkContext) -> None:
        self._work, self._context = work, context
        self.item: str | None = None
        self.started = 0.0
        self.given = 0
        self._begin()

    def _begin(self) -> None:
        self.connection, theirs = self._context.Pipe()
        self._process: ForkProcess = self._context.Process(
            target=_serve, args=(self._work, theirs, self.connection), daemon=True
        )
        self._process.start()
        theirs.close()

    def give(self, item: str) -> None:
        self.item, self.started = item, time.monotonic()
        self.given += 1
        self.connection.send(item)

    def answer(self) -> Answer | WorkerError:
        try:
            fine, value = self.connection.recv()
        except (EOFError, ConnectionError):
            self._process.join(5)
            return WorkerError(str(self.item), f"its process ended by itself ({self._process.exitcode})")
        if not fine:
            raise value
        return value  # type: ignore[no-any-return]

    def begin_again(self) -> None:
        self.end()
        self.given = 0
        self._begin()

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()


def _give_memory_back() -> None:
    """What the last thing needed goes back to the system, where its library can be asked to (glibc, malloc_trim(3))."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _serve(work: Callable[[str], Answer], connection: Connection, parents: Connection) -> None:
    parents.close()
    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(*_ONE_HEAP)
    try:
        while True:
            while not connection.poll(_LOOK):
                if os.getppid() != parent:  # it was killed: nobody waits for an answer
                    return
            item = connection.recv()
            _give_memory_back()
            try:
                connection.send((True, work(item)))
            except Exception as error:  # noqa: BLE001 - handed to the parent, which raises it
                connection.send((False, error))
    except (EOFError, ConnectionError, KeyboardInterrupt):
        return
