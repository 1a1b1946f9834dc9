"""The files that a register needs beside its records: `init` writes them once, `upgrade` keeps them up to date.

In the folder `template`, `dot_` means the full stop of a hidden name, because packages leave hidden files out, and
`@@name@@` is a gap that the answer of that name fills. A manifest in the register records what the program wrote last
time, so that `upgrade` can tell its own files from those that people have changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from undersigned import __version__
from undersigned.atomic import write_atomically
from undersigned.changes.owners import PATH as OWNERS_PATH
from undersigned.changes.owners import OwnersError, render_owners
from undersigned.editing.new_request import Question
from undersigned.jobs.form_definitions import render_forms
from undersigned.records.fields import MAILBOX, is_example_mailbox
from undersigned.records.reading import did_you_mean
from undersigned.records.schema import KINDS, schema
from undersigned.register import Register, load_register
from undersigned.words.markdown import inert
from undersigned.words.text import in_a_list, in_reading_order

QUESTIONS = (
    Question("publisher", "The body that publishes the register, by its full name"),
    Question("site_name", "The name of the site", "Information-sharing register"),
    Question("keeper", "Who looks after it: a mailbox, or on GitHub an @account or @organisation/team"),
    Question("contact_mailbox", "The shared mailbox for questions about the register"),
    Question("privacy_mailbox", "The shared mailbox for questions about personal information"),
    Question("accessibility_mailbox", "The shared mailbox for problems with the site"),
)
_GAP = re.compile(r"@@(\w+)@@")
#: These files belong to the register from the start. `upgrade` never touches them.
_OWN = ("README.md", "mkdocs.yml", "docs/")
MANIFEST = ".undersigned.json"
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_LARGEST = 1 << 20

#: `new` and `updated`: written, or to be written. `yours`: people changed it, so it was left alone. `gone`: this version
#: has no such file any more, and the old one can be deleted.
State = Literal["current", "new", "updated", "yours", "gone"]


class StarterError(Exception):
    """The request cannot be carried out, and nothing was written. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


# -- a new register ---------------------------------------------------------------------------------------------------


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


# -- moving a register to this version --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Upgrade:
    """`before`: the version that wrote the files last. `files`: the state of each managed file, by path."""

    before: str
    files: dict[str, State]

    @property
    def changes(self) -> bool:
        """Whether files were written, or would be."""
        return self.before != __version__ or any(state in ("new", "updated") for state in self.files.values())


def write_manifest(root: Path) -> None:
    """Records the digests of the managed files of this version."""
    files = {path: _digest(text.encode("utf-8")) for path, text in managed_files().items()}
    _write(root, files)


def upgrade(root: Path, *, check: bool = False) -> Upgrade:
    """Brings the managed files of the register in `root` to this version. `check`: only says what would happen.

    A file that differs from what the program wrote last time is never touched. Raises StarterError if the register was
    not made by `init`, or by a newer version.
    """
    before, written = _read(root)
    if _numbers(before) > _numbers(__version__):
        raise StarterError(
            f"version {before} made this register, and version {__version__} is installed",
            "Install the version that requirements.txt names, or a newer one.",
        )
    wanted = managed_files()
    states: dict[str, State] = {}
    for path, text in wanted.items():
        raw = text.encode("utf-8")
        file = root / path
        # A checkout may have changed the line ends; that does not change the words.
        present = file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() and not file.is_symlink() else None
        if present == raw:
            states[path] = "current"
        elif present is None and not file.is_symlink() and path not in written:
            states[path] = "new"
        elif present is not None and _digest(present) == written.get(path):
            states[path] = "updated"
        else:
            states[path] = "yours"
    states |= {path: "gone" for path in written if path not in wanted and (root / path).is_file()}
    result = Upgrade(before, dict(sorted(states.items())))
    if not check and result.changes:
        for path, state in result.files.items():
            if state in ("new", "updated"):
                write_atomically(root / path, wanted[path].encode("utf-8"))
        digests = {path: _digest(text.encode("utf-8")) for path, text in wanted.items()}
        # A file that people changed keeps the digest of what they changed, so that it stays theirs.
        digests |= {path: written[path] for path, state in states.items() if state == "yours" and path in written}
        _write(root, digests)
    return result


def _read(root: Path) -> tuple[str, dict[str, str]]:
    try:
        raw = (root / MANIFEST).read_bytes()
        data = json.loads(raw) if len(raw) <= _LARGEST else None
    except FileNotFoundError:
        raise StarterError(
            f"there is no {MANIFEST} here, so 'undersigned init' did not make this register",
            "A copy of the program's own repository is updated with Git.",
        ) from None
    except ValueError:
        data = None
    version = data.get("version") if isinstance(data, dict) else None
    files = data.get("files") if isinstance(data, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+\.\d+", version) or not isinstance(files, dict):
        raise StarterError(f"{MANIFEST} has been changed", "Put it back from Git: 'git checkout -- .undersigned.json'.")
    return version, {str(path): str(digest) for path, digest in files.items() if _DIGEST.match(str(digest))}


def _write(root: Path, files: dict[str, str]) -> None:
    data = {"version": __version__, "files": files}
    write_atomically(root / MANIFEST, (json.dumps(data, indent=2, sort_keys=True) + "\n").encode("utf-8"))


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


# -- the template -----------------------------------------------------------------------------------------------------


def own_files(answers: Mapping[str, str]) -> dict[str, str]:
    """Path to text of the files that belong to the register, with its answers filled in."""
    return {path: _filled(path, text, answers) for path, text in _template().items() if path.startswith(_OWN)}


def managed_files() -> dict[str, str]:
    """Path to text of the files that the program keeps up to date. They are the same in every register of one version."""
    files = {
        path: text.replace("@@version@@", __version__)
        for path, text in _template().items()
        if not path.startswith(_OWN)
    }
    for kind in KINDS:
        text = json.dumps(schema(kind), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        files[f"schemas/{kind}.schema.json"] = text
    return files


def derived_files(register: Register, *, as_of: date) -> dict[str, str]:
    """Path to text of the files that follow from the records: CODEOWNERS and the issue forms."""
    return {OWNERS_PATH: render_owners(register, as_of=as_of), **render_forms(register, as_of=as_of)}


@cache
def _template() -> Mapping[str, str]:
    found: dict[str, str] = {}

    def read(folder: Traversable, above: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            path = above + re.sub("^dot_", ".", entry.name)
            if entry.is_dir():
                read(entry, path + "/")
            else:
                found[path] = entry.read_text(encoding="utf-8")

    read(resources.files("undersigned.starter") / "template", "")
    return found


def _filled(path: str, text: str, answers: Mapping[str, str]) -> str:
    """Fills the gaps so that an answer stays text: quoted in YAML, made harmless in Markdown unless it is a mailbox."""

    def fill(gap: re.Match[str]) -> str:
        answer = answers[gap[1]]
        if path.endswith(".yml"):
            return json.dumps(answer, ensure_ascii=False)
        return answer if gap[1].endswith("_mailbox") else inert(answer)

    return _GAP.sub(fill, text)
