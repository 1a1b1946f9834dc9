"""Makes a new register: its settings, pages, workflows and forms, ready for its first record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from undersigned.atomic import write_atomically
from undersigned.changes.owners import OwnersError
from undersigned.editing.new_request import Question
from undersigned.records.fields import MAILBOX, is_example_mailbox
from undersigned.records.reading import did_you_mean
from undersigned.register import load_register
from undersigned.starter import StarterError
from undersigned.starter.manifest import write_manifest
from undersigned.starter.template import derived_files, managed_files, own_files
from undersigned.words.text import in_a_list, in_reading_order

QUESTIONS = (
    Question("publisher", "The body that publishes the register, by its full name"),
    Question("site_name", "The name of the site", "Information-sharing register"),
    Question("keeper", "Who looks after it: a mailbox, or on GitHub an @account or @organisation/team"),
    Question("contact_mailbox", "The shared mailbox for questions about the register"),
    Question("privacy_mailbox", "The shared mailbox for questions about personal information"),
    Question("accessibility_mailbox", "The shared mailbox for problems with the site"),
)


def init(folder: Path, answers: Mapping[str, str], *, as_of: date) -> list[str]:
    """Writes a new register into `folder`, which may exist, and returns the paths that it wrote, sorted.

    Raises StarterError, and writes nothing, if an answer is missing or unusable or a file is already there.
    """
    answers = _checked(answers)
    answers["tag"] = _tag(answers, as_of)
    folders = [name for name in ("protocols", "signatories") if (folder / name).exists()]
    files = own_files(answers) | managed_files()
    taken = sorted(path for path in files if (folder / path).exists()) + folders
    if taken:
        raise StarterError(
            f"{folder} already has {in_a_list(taken, most=4)}",
            "Name an empty folder. A register that 'undersigned init' made is moved to this version by 'undersigned upgrade'.",
        )
    for path, text in files.items():
        write_atomically(folder / path, text.encode("utf-8"))
    for name in ("protocols", "signatories"):
        (folder / name).mkdir()
    try:
        derived = derived_files(load_register(folder), as_of=as_of)
    except OwnersError as error:  # the keeper was judged before, so this is a fault of ours
        raise StarterError(str(error), error.hint) from error
    for path, text in derived.items():
        write_atomically(folder / path, text.encode("utf-8"))
    write_manifest(folder)
    return sorted([*files, *derived])


def _tag(answers: Mapping[str, str], as_of: date) -> str:
    """What the ids in the register's feeds begin with, whatever its address: a domain, the day and the site's name."""
    name = "-".join(re.findall(r"[a-z0-9]+", in_reading_order(answers["site_name"])[0])) or "register"
    return f"{answers['contact_mailbox'].partition('@')[2].lower()},{as_of.isoformat()}:{name}"


def _checked(given: Mapping[str, str]) -> dict[str, str]:
    """Returns an answer to every question. Raises StarterError with every fault at once."""
    names = {question.name: question for question in QUESTIONS}
    for name in given:
        if name not in names:
            raise StarterError(f"there is no question '{name}' for a new register", did_you_mean(name, names))
    answers = {name: (given.get(name) or question.default or "").strip() for name, question in names.items()}
    missing = [name for name, answer in answers.items() if not answer]
    if missing:
        raise StarterError(
            f"a new register needs {in_a_list(missing)}",
            "Give them with " + " ".join(f"--set {name}=…" for name in missing) + ".",
        )
    faults = [fault for name, answer in answers.items() for fault in _faults(name, answer)]
    if faults:
        raise StarterError("; ".join(faults), "Nothing was written. Give these answers again.")
    return answers


def _faults(name: str, answer: str) -> list[str]:
    if any(not character.isprintable() for character in answer) or len(answer) > 200:
        return [f"{name} must be one line of at most 200 visible characters"]
    is_mailbox = name.endswith("_mailbox") or (name == "keeper" and not answer.startswith("@"))
    if is_mailbox and not MAILBOX.match(answer):
        return [f"'{answer}' ({name}) is not a mailbox, such as register@county.gov.uk"]
    if is_mailbox and is_example_mailbox(answer):
        return [f"'{answer}' ({name}) is an example that nobody can have"]
    return []
