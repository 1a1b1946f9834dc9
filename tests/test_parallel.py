"""Several processes give the same answers as one, and none of them outlives the work."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from undersigned import parallel
from undersigned.checks.engine import check_register
from undersigned.parallel import WorkerError, map_as_done, map_in_order, map_protocols
from undersigned.records.files import Files
from undersigned.register import Register

TODAY = date(2026, 11, 22)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


@pytest.fixture(params=["", "spawn"])
def start_method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Processes as this system starts them, and as Windows and macOS do."""
    monkeypatch.setattr(parallel, "START_METHOD", request.param)
    return str(request.param)


@POSIX
def test_with_threads_no_process_is_forked_even_if_a_library_has_chosen_so() -> None:
    multiprocessing.RLock()  # as tqdm makes one: it fixes the start method of the whole program
    halt = threading.Event()
    thread = threading.Thread(target=halt.wait)
    thread.start()
    try:
        assert parallel._context().get_start_method() == "spawn"
    finally:
        halt.set()
        thread.join()


def work(item: str) -> str:
    if item.startswith("slow"):
        time.sleep(60)
    if item.startswith("dies"):
        os._exit(9)
    if item.startswith("fault"):
        raise ValueError(item)
    return item.upper()


@pytest.mark.slow
@pytest.mark.usefixtures("start_method")
def test_one_that_takes_too_long_or_dies_fails_by_name_and_alone() -> None:
    items = ["a", "slow", "b", "dies", "c", "d"]
    found = {item: str(answer) for item, answer in map_as_done(work, items, processes=2, limit=8)}
    assert found == {
        "a": "A",
        "b": "B",
        "c": "C",
        "d": "D",
        "slow": "slow: it takes more than 8 seconds",
        "dies": "dies: its process ended by itself (9)",
    }


@pytest.mark.slow
def test_an_unexpected_error_is_raised() -> None:
    with pytest.raises(ValueError, match="fault"):
        list(map_as_done(work, ["a", "fault"], processes=1, limit=30))
    assert list(map_as_done(work, ["a", "b"], processes=0, limit=30)) == [("a", "A"), ("b", "B")]


def later_first(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0.0)
    return number * 10


@pytest.mark.slow
def test_answers_come_in_the_order_of_the_items() -> None:
    assert list(map_in_order(later_first, range(90), processes=2)) == [number * 10 for number in range(90)]
    assert list(map_in_order(later_first, [], processes=2)) == []


def test_a_dead_process_is_no_answer() -> None:
    with pytest.raises(WorkerError, match=r"dies: its process ended by itself \(9\)"):
        list(map_in_order(work, ["a", "dies"], processes=2))


def process_id(_: int) -> int:
    return os.getpid()


@pytest.mark.slow
def test_a_process_makes_way_for_a_fresh_one() -> None:
    ids = list(map_in_order(process_id, range(100), processes=2))
    assert len(set(ids)) >= 3
    assert os.getpid() not in ids


def private_file(_: int) -> str:
    return tempfile.mkdtemp()


@pytest.mark.slow
def test_temporary_files_of_other_processes_are_removed() -> None:
    folders = list(map_in_order(private_file, range(4), processes=2))
    assert not any(Path(folder).exists() for folder in folders)
    assert not any(Path(folder).parent.exists() for folder in folders)


# -- protocols --------------------------------------------------------------------------------------------------


def register(count: int) -> Register:
    contents = {
        f"protocols/p-{number:03d}/protocol.yaml": (
            f"title: Protocol {number}\nkind: framework\nstatus: draft\npublication: public\n"
            f"lead: nobody\nformerly: [q-{number:03d}]\n"
        ).encode()
        for number in range(count)
    }
    return Register(Path(), Files(contents, (), tuple(f"protocols/p-{number:03d}" for number in range(count))))


@pytest.mark.parametrize("count", [3, 45])
@pytest.mark.usefixtures("start_method")
def test_several_processes_find_what_one_finds(count: int) -> None:
    one, _ = check_register(register(count), as_of=TODAY, processes=1)
    several, _ = check_register(register(count), as_of=TODAY, processes=2)
    assert several == one
    assert len(one) > count


def end(_: Register, ids: tuple[str, ...], __: date) -> tuple[str, ...]:
    if "p-020" in ids:
        os._exit(9)
    return ids


@pytest.mark.slow
def test_the_protocols_of_a_dead_process_are_named() -> None:
    with pytest.raises(WorkerError, match=r"the protocols p-020 to p-021: its process ended by itself \(9\)"):
        list(map_protocols(end, register(90), as_of=TODAY, processes=2))


@pytest.mark.slow
def test_progress_ends_with_the_last_protocol() -> None:
    seen: list[tuple[int, int]] = []
    for processes in (1, 2):
        seen.clear()
        check_register(
            register(45), as_of=TODAY, processes=processes, watch=lambda done, all_: seen.append((done, all_))
        )
        assert seen == sorted(seen)
        assert seen[-1] == (45, 45)


# -- being stopped ----------------------------------------------------------------------------------------------

PROGRAM = """
import os, signal, sys, tempfile, time

# A shell that starts this in the background lets it ignore SIGINT, and Python then raises no KeyboardInterrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from undersigned.atomic import write_atomically
from undersigned.parallel import map_as_done

class Slow(bytes):
    pass

def work(number):
    file = tempfile.NamedTemporaryFile(delete=False)
    real = os.fdopen
    def slow(*arguments):
        Path(sys.argv[1], f"pid-{os.getpid()}").touch()
        time.sleep(60)
        return real(*arguments)
    os.fdopen = slow
    write_atomically(Path(sys.argv[1]) / f"out-{number}", b"x")

if __name__ == "__main__":
    try:
        list(map_as_done(work, [1, 2], processes=2, limit=60))
    except KeyboardInterrupt:
        sys.exit(7)
"""


@POSIX
@pytest.mark.parametrize(
    ("which", "whole_group"), [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGKILL, False)]
)
def test_nothing_is_left_of_one_that_is_stopped(tmp_path: Path, which: signal.Signals, whole_group: bool) -> None:
    """No process, no temporary folder, no half-written file, no traceback of another process."""
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    out.mkdir()
    temporary.mkdir()
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, str(program), str(out)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(out.glob("pid-*"))) < 2:
        time.sleep(0.02)
    workers = [int(path.name.removeprefix("pid-")) for path in out.glob("pid-*")]
    (os.killpg if whole_group else os.kill)(process.pid, which)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (7 if which == signal.SIGINT else -9, "")
    until = time.monotonic() + 10
    while time.monotonic() < until and any(map(alive, workers)):
        time.sleep(0.02)
    assert not any(map(alive, workers))
    assert list(temporary.iterdir()) == []
    assert [path.name for path in out.iterdir() if not path.name.startswith("pid-")] == []


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.is_file() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
