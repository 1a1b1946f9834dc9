"""Work on all protocols of a register, a piece at a time, in one process or several. Knows nothing of the work."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from undersigned.register import Register

_Answer = TypeVar("_Answer")
#: Told how many protocols are done, and of how many.
Watch = Callable[[int, int], None]
#: Below this, starting a second process costs more than it saves.
_WORTH_SPLITTING = 40


def in_pieces(
    work: Callable[[Register, tuple[str, ...], date], _Answer],
    register: Register,
    *,
    as_of: date,
    processes: int,
    watch: Watch | None = None,
) -> Iterator[_Answer]:
    """Does `work` on all protocols, a piece at a time and in order, in so many processes.

    A process is forked, so that it has the files without their being passed; where that cannot be, one does it all.
    """
    # Asked for here so that every process has them: they decide which names mean which record.
    _ = register.former_organisations, register.former_protocols
    ids = register.protocol_ids
    several = processes > 1 and len(ids) >= _WORTH_SPLITTING and "fork" in multiprocessing.get_all_start_methods()
    size = max(1, len(ids) // (processes * 8)) if several else 50
    pieces = [ids[start : start + size] for start in range(0, len(ids), size)]
    done = 0
    if not several:
        for piece in pieces:
            yield work(register, piece, as_of)
            done += len(piece)
            if watch is not None:
                watch(done, len(ids))
        return
    global _SHARED
    _SHARED = (work, register, as_of)
    gc.collect()
    gc.freeze()  # the children share the parent's memory: collecting it would copy it
    try:
        # Records hold no cycles worth collecting, and looking for them costs a third of the time.
        with multiprocessing.get_context("fork").Pool(processes, gc.disable) as pool:
            for piece, answer in zip(pieces, pool.imap(_work_on_piece, pieces), strict=True):
                yield answer  # type: ignore[misc]
                done += len(piece)
                if watch is not None:
                    watch(done, len(ids))
    finally:
        _SHARED = None
        gc.unfreeze()


#: What forked processes inherit; a register cannot be passed to them cheaply.
_SHARED: tuple[Callable[[Register, tuple[str, ...], date], object], Register, date] | None = None


def _work_on_piece(ids: tuple[str, ...]) -> object:
    if _SHARED is None:
        raise RuntimeError("only a forked process may be asked")
    work, register, as_of = _SHARED
    return work(register, ids, as_of)
