"""How long the pages of `edit` and their checks take, warm, in milliseconds: by the clock, and of the processor. No pass or fail.

Run: python tests/benchmark/edit.py [REGISTER] [--runs 5]. REGISTER: a folder with records; without it, a copy of the example.
The aims are 300 ms for a page, 1,000 ms for a check on the example, and 2,000 ms at national size.
"""

from __future__ import annotations

import argparse
import itertools
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support import copy_of_the_example
from undersigned.edit.app import make_app
from undersigned.register import load_register

KEY, ADDRESS = "k" * 24, "http://127.0.0.1:8300"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("register", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = asked.register or copy_of_the_example(Path(scratch))
        if not (root / ".git").exists():
            for command in (
                ["init", "-q"],
                ["add", "-A"],
                ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x"],
            ):
                subprocess.run(["git", "-C", str(root), *command], check=True)
        measure(root, asked.runs)


def measure(root: Path, runs: int) -> None:
    client = make_app(root, as_of=lambda: date(2026, 12, 1), key=KEY).test_client()
    client.get(f"/?key={KEY}", base_url=ADDRESS)
    register = load_register(root)
    protocol = max(
        register.protocol_ids, key=lambda id_: len(register.files.contents[f"protocols/{id_}/protocol.yaml"])
    )
    organisation = register.organisation_ids[0]
    pages = (
        "/",
        "/task/signature",
        "/task/review",
        f"/confirm/{organisation}",
        f"/return/{protocol}",
        "/services",
        f"/stamp/{protocol}",
        f"/wording/{protocol}",
        f"/protocol/{protocol}",
        f"/protocol/{protocol}/part/about",
        f"/protocol/{protocol}/part/parties",
        f"/protocol/{protocol}/part/parties/new",
        f"/protocol/{protocol}/many-parties",
        f"/protocol/{protocol}/organisation",
        f"/protocol/{protocol}/what-each-does",
        f"/protocol/{protocol}/clauses",
        f"/protocol/{protocol}/card",
        "/new",
        "/new/standard",
        "/confirm",
        "/return",
        "/receive",
        "/document",
    )
    for path in pages:
        print(f"{milliseconds(lambda: client.get(path, base_url=ADDRESS), runs)}  page   {path}")  # noqa: B023
    token = re.search(r'name="token" value="([^"]+)"', client.get("/task/review", base_url=ADDRESS).text)
    assert token is not None
    checks = {
        "/task/contact": {"organisation": organisation},
        "/task/review": {
            "protocol": protocol,
            "outcome": "no-change",
            "organisation": organisation,
            "post": "Partnerships Manager",
            "note": "The text, the contacts and the law were read, and nothing has to change.",
        },
        f"/protocol/{protocol}/part/review": {"interval_months": "0"},
    }
    for path, answers in checks.items():
        data = {**answers, "token": token[1], "do": "check"}
        taken = milliseconds(lambda: client.post(path, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS}), runs)  # noqa: B023
        print(f"{taken}  check  {path}")
    part, months = f"/protocol/{protocol}/part/review", itertools.cycle(("7", "8"))

    def save() -> None:
        data = {"interval_months": next(months), "token": token[1]}
        client.post(part, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS})

    print(f"{milliseconds(save, runs)}  save   {part}")
    proposal = f"/protocol/{protocol}/propose"
    print(f"{milliseconds(lambda: client.get(proposal, base_url=ADDRESS), runs)}  check  {proposal}")


def milliseconds(call: Callable[[], object], runs: int) -> str:
    """The medians of several calls, after one that warms up. Git's own processes count by the clock alone."""
    call()
    clock, processor = [], []
    for _ in range(runs):
        began = time.perf_counter(), time.process_time()
        call()
        clock.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
    return f"{1000 * statistics.median(clock):8.0f} ms ({1000 * statistics.median(processor):5.0f} of the processor)"


if __name__ == "__main__":
    main()
