"""Runs one function over many items in several processes. Knows nothing about the work."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import parent_process
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

from undersigned.register import Register

Item = TypeVar("Item")
Answer = TypeVar("Answer")
#: Called with the number of protocols that are done, and of all.
Watch = Callable[[int, int], None]
#: With fewer protocols, starting a second process costs more than it saves.
_WORTH_SPLITTING = 40
#: So that no process waits long for the last piece of another.
_PIECES_PER_PROCESS = 20
#: Seconds for one piece of a register's protocols. A national register takes seconds in all; this ends a process that hangs.
_TIME_LIMIT = 900.0
#: After so many items a process is replaced by a fresh one: what libraries keep for later would grow without end.
_ITEMS_PER_PROCESS = 40
#: What ends a process, as far as the system has it.
_SIGNALS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
#: Seconds that a process has to clear up before it is killed.
_GRACE = 2.0
#: "fork" or "spawn" starts every process so. Empty: as this system can (`_context`).
START_METHOD = ""
#: `M_ARENA_MAX` of mallopt(3): with one heap for all threads, less memory lies idle.
_ONE_HEAP = (-8, 1)


class WorkerError(ChildProcessError):
    """The work on `item` gave no answer: it took too long, or its process died."""

    def __init__(self, item: object, reason: str) -> None:
        super().__init__(f"{item}: {reason}")
        self.item, self.reason = item, reason


def map_protocols(
    work: Callable[[Register, tuple[str, ...], date], Answer],
    register: Register,
    *,
    as_of: date,
    processes: int,
    watch: Watch | None = None,
) -> Iterator[Answer]:
    """Calls `work` with a few protocol ids at a time and yields its answers in the order of the ids.

    `work` must be a function of a module, or a `partial` of one. WorkerError if a process dies or hangs.
    """
    # Looked up before the processes start so that each has them: they decide which ids mean which record.
    _ = register.former_organisations, register.former_protocols
    ids = register.protocol_ids
    several = processes > 1 and len(ids) >= _WORTH_SPLITTING
    size = max(1, len(ids) // (processes * _PIECES_PER_PROCESS)) if several else 50
    pieces = [ids[start : start + size] for start in range(0, len(ids), size)]
    on_piece = partial(_on_piece, work, register, as_of)
    answers = map_in_order(on_piece, pieces, processes=processes if several else 1)
    done = 0
    for piece in pieces:
        try:
            answer = next(answers)
        except WorkerError as error:
            failed = error.item if isinstance(error.item, tuple) else piece
            raise WorkerError(f"the protocols {failed[0]} to {failed[-1]}", error.reason) from None
        yield answer
        done += len(piece)
        if watch is not None:
            watch(done, len(ids))


def _on_piece(
    work: Callable[[Register, tuple[str, ...], date], Answer], register: Register, as_of: date, ids: tuple[str, ...]
) -> Answer:
    return work(register, ids, as_of)


def map_in_order(
    work: Callable[[Item], Answer], items: Sequence[Item], *, processes: int, limit: float = _TIME_LIMIT
) -> Iterator[Answer]:
    """Yields the answer for each item in order. With one process, the work is done in this one. Raises WorkerError."""
    if processes < 2:
        yield from map(work, items)
        return
    waiting: dict[int, Answer] = {}
    following = 0
    for number, answer in _in_workers(work, items, processes=processes, limit=limit, frugal=False):
        if isinstance(answer, WorkerError):
            raise answer
        waiting[number] = answer
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def map_as_done(
    work: Callable[[Item], Answer], items: Sequence[Item], *, processes: int, limit: float
) -> Iterator[tuple[Item, Answer | WorkerError]]:
    """Yields each item with its answer as they are done. An item that takes more than `limit` seconds, or whose process
    dies, fails alone: its answer is a WorkerError. Any exception that `work` raises is raised here.

    Each process gives memory back between two items. With no `processes` the work is done in this process, without a
    time limit.
    """
    if not processes:
        for item in items:
            yield item, work(item)
        return
    for number, answer in _in_workers(work, items, processes=processes, limit=limit, frugal=True):
        yield items[number], answer


def _in_workers(
    work: Callable[[Item], Answer], items: Sequence[Item], *, processes: int, limit: float, frugal: bool
) -> Iterator[tuple[int, Answer | WorkerError]]:
    """Yields the number of each item and its answer. No process outlives this generator, nor does any temporary file."""
    waiting = list(reversed(range(len(items))))
    context = _context()
    gc.freeze()  # forked processes share this memory; collecting it would copy it
    with tempfile.TemporaryDirectory(prefix="undersigned-", ignore_cleanup_errors=True) as folder:
        workers: list[_Worker[Item, Answer]] = [
            _Worker(partial(_serve, work, folder, frugal), context) for _ in range(min(processes, len(items)))
        ]
        try:
            for worker in workers:
                worker.give(waiting[-1], items[waiting.pop()])
            while busy := {worker.connection: worker for worker in workers if worker.number is not None}:
                next_end = min(worker.started for worker in busy.values()) + limit
                ready = {busy[one] for one in wait(list(busy), max(0.0, next_end - time.monotonic())) if one in busy}
                late = {one for one in busy.values() if one not in ready and time.monotonic() - one.started >= limit}
                for worker in sorted(ready | late, key=lambda worker: worker.started):
                    number = worker.number
                    assert number is not None  # noqa: S101 - it was busy
                    answer: Answer | WorkerError
                    if worker in late:
                        answer = WorkerError(items[number], f"it takes more than {limit:.0f} seconds")
                    else:
                        answer = worker.answer(items[number])
                    worker.number = None
                    if isinstance(answer, WorkerError) or worker.given >= _ITEMS_PER_PROCESS:
                        worker.replace()
                    if waiting:
                        worker.give(waiting[-1], items[waiting.pop()])
                    yield number, answer
        finally:
            for worker in workers:
                worker.ask_to_end()
            for worker in workers:
                worker.end()
            gc.unfreeze()


def _context() -> BaseContext:
    """Forked processes start at once and share what is read already. Elsewhere than on Linux, and where a library has
    started threads of its own, a forked process may hang, so a new one is started.

    The start method that `multiprocessing` has chosen says nothing: any library that makes one of its locks, as tqdm
    does, fixes it for the whole program.
    """
    alone = sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1
    return multiprocessing.get_context(START_METHOD or ("fork" if alone else "spawn"))


class _Worker(Generic[Item, Answer]):
    """One process that works on one item at a time."""

    def __init__(self, serve: Callable[[Connection], None], context: BaseContext) -> None:
        self._serve, self._context = serve, context
        self.number: int | None = None
        self.started = 0.0
        self._start()

    def _start(self) -> None:
        self.given = 0
        self.connection, theirs = self._context.Pipe()
        self._process = self._context.Process(target=self._serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        with _signals_held():
            self._process.start()
        theirs.close()

    def give(self, number: int, item: Item) -> None:
        self.number, self.started = number, time.monotonic()
        self.given += 1
        with contextlib.suppress(ConnectionError):  # it died while idle: `answer` says so
            self.connection.send(item)

    def answer(self, item: Item) -> Answer | WorkerError:
        try:
            fine, value = self.connection.recv()
        except (EOFError, ConnectionError):
            self._process.join(_GRACE)
            return WorkerError(item, f"its process ended by itself ({self._process.exitcode})")
        if not fine:
            raise value
        return value  # type: ignore[no-any-return]

    def replace(self) -> None:
        self.ask_to_end()
        self.end()
        self._start()

    def ask_to_end(self) -> None:
        self.connection.close()
        self._process.terminate()

    def end(self) -> None:
        self._process.join(_GRACE)
        self._process.kill()
        self._process.join()


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Until the new process handles signals itself, it would handle them as this one does."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows starts every process without handlers
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- in the other process ---------------------------------------------------------------------------------------


def _serve(work: Callable[[Item], Answer], folder: str, frugal: bool, connection: Connection) -> None:
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # `nohup` ignores one
            signal.signal(number, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one decides
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    tempfile.tempdir = folder
    gc.disable()  # looking for cycles while records are read and pages are made costs a third of the time
    gc.freeze()
    if frugal:
        with contextlib.suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).mallopt(*_ONE_HEAP)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            item = connection.recv()
            gc.collect()  # once between two items: templates leave cycles, which hold all that they were given
            if frugal:
                _trim()
            try:
                connection.send((True, work(item)))
            except Exception as error:  # noqa: BLE001 - the first process raises it
                connection.send((False, error))


def _leave(*_: object) -> NoReturn:
    raise SystemExit


def _end_with_parent(folder: str) -> None:
    """Ends this process if the first one is killed, even while it works."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 - only a child process comes here
    wait([parent.sentinel])
    shutil.rmtree(folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)  # so that a file half written is removed
    time.sleep(_GRACE)
    os._exit(1)


def _trim() -> None:
    """Returns to the system what the last item needed, where the C library can be asked to (malloc_trim(3) of glibc)."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
