"""Exit statuses, standard output and error, files, progress and signals."""

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


@contextlib.contextmanager
def stop_on(*kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds into a `CommandError` with their message and hint."""
    try:
        yield
    except kinds as error:
        raise CommandError(str(error), getattr(error, "hint", "")) from None


def settle_streams() -> None:
    """Write UTF-8 and plain line ends everywhere. Replace a closed standard error or input by an empty one."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the program ends
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]


def flush() -> None:
    """Flush now, so that write errors surface here and not as the interpreter ends."""
    if sys.stdout is not None:
        sys.stdout.flush()


def leave_streams() -> None:
    """Send what is still to be written nowhere, because nobody reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def complain(message: str, hint: str) -> int:
    """Print an error on standard error; return the exit status for it."""
    try:
        print(f"undersigned: {message}", file=sys.stderr)
        if hint:
            print(f"  {hint}", file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        leave_streams()
    return EXIT_BROKEN


def remark(text: str) -> None:
    """Print a remark on standard error."""
    print(text, file=sys.stderr)


def write(data: str | bytes, output: Path | None) -> None:
    """Write to standard output, or to a file that is never left half-written."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    if output is None:
        if sys.stdout is None:
            raise CommandError("nothing can be written, because standard output is closed")
        if isinstance(data, bytes) and sys.stdout.isatty():
            raise CommandError("this kind of file cannot be shown on a terminal", "Name a file with --output FILE.")
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.flush()
        return
    if output.is_dir():
        raise CommandError(f"{output} is a folder")
    if not output.parent.is_dir():
        raise CommandError(f"there is no folder {output.parent}")
    write_atomically(output, raw)


def prompt(question: str, default: str) -> str:
    """Ask on standard error, so that standard output holds only the answer of the command."""
    print(question + (f" [{default}]" if default else "") + ": ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or default


def progress(title: str) -> Callable[[int, int], None] | None:
    """A progress bar on a terminal, shown after a second. Call it with how many are done, and of how many."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would keep `parallel` from forking
    bar: tqdm[NoReturn] = tqdm(desc=title, unit="", delay=1, leave=False, file=sys.stderr)

    def watch(done: int, whole: int) -> None:
        bar.total = whole
        bar.update(done - bar.n)
        if done >= whole:
            bar.close()

    return watch


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP like Ctrl-C, so that unfinished work is cleared away."""

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
