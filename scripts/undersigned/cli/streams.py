"""What is said to whom: standard output, standard error, files, progress, and the exit statuses."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from undersigned.atomic import write_atomically

EXIT_FINE, EXIT_FOUND, EXIT_BROKEN = 0, 1, 2


class CommandError(Exception):
    """The command could not do what was asked: exit status 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def settle_streams() -> None:
    """UTF-8 and plain line ends everywhere. A standard error or input that is closed becomes an empty one."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the life of the program
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]


def flush() -> None:
    """So that what cannot be written is told here, and not by the interpreter as it ends."""
    if sys.stdout is not None:
        sys.stdout.flush()


def leave_streams() -> None:
    """Nobody reads any more: what is still to be written goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def complain(message: str, hint: str) -> int:
    try:
        print(f"undersigned: {message}", file=sys.stderr)
        if hint:
            print(f"  {hint}", file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        leave_streams()
    return EXIT_BROKEN


def remark(text: str) -> None:
    print(text, file=sys.stderr)


def write(data: str | bytes, output: Path | None) -> None:
    """To standard output, or whole to a file: never half a file under its name."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    if output is None:
        if sys.stdout is None:
            raise CommandError("the answer has nowhere to go: standard output is closed")
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.flush()
        return
    if output.is_dir():
        raise CommandError(f"{output} is a folder")
    if not output.parent.is_dir():
        raise CommandError(f"there is no folder {output.parent}")
    write_atomically(output, raw)


def progress(words: str) -> Callable[[int, int], None] | None:
    """A bar on a terminal, for work longer than a second: called with what is done and the whole."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar: tqdm[NoReturn] = tqdm(desc=words, unit="", delay=1, leave=False, file=sys.stderr)

    def watch(done: int, whole: int) -> None:
        bar.total = whole
        bar.update(done - bar.n)
        if done >= whole:
            bar.close()

    return watch


@contextlib.contextmanager
def told_to_stop() -> Iterator[None]:
    """While this lasts, being ended or hung up on is like Ctrl-C: what was begun is cleared away first."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, ValueError):  # not every system, and only the main thread
            number = getattr(signal, name)
            if signal.getsignal(number) == signal.SIG_DFL:  # what `nohup` ignores stays ignored
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
