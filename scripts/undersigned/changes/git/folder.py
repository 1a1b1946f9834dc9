"""Where a repository keeps what it knows, and how Git is told so that no setting and no variable changes an answer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from undersigned.changes.git.values import HistoryError

#: Settings that could change an answer or name a program to run. Git reads them last, so they win.
SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.quotePath": "false",
    "core.pager": "cat",
    "color.ui": "false",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "diff.ignoreSubmodules": "none",
    "log.showSignature": "false",
    "log.showRoot": "true",
    "log.mailmap": "false",
    "protocol.allow": "never",
    "status.showUntrackedFiles": "all",
    "core.untrackedCache": "keep",
    "submodule.recurse": "false",
}


def tree_of(root: Path) -> Path:
    """The nearest folder upwards that is the top of a working tree. No setting and no variable has a say in it."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    raise HistoryError("this register is not in a Git repository", "Run it in a clone of the register.")


def git_folder(tree: Path) -> Path:
    """The folder of a working tree in which Git keeps what it knows: linked worktrees and submodules name it in a file."""
    place = tree / ".git"
    if place.is_dir():
        return place
    try:
        found = re.match(r"gitdir: (.+)", place.read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        found = None
    if found is None or not (tree / found[1]).is_dir():
        raise HistoryError("this register is in a Git repository that cannot be read", "Clone it again.")
    return (tree / found[1]).resolve()


def common_folder(git_folder: Path) -> Path:
    try:
        return (git_folder / (git_folder / "commondir").read_text(encoding="utf-8").strip()).resolve()
    except (OSError, UnicodeError):
        return git_folder


def environment(tree: Path, git_folder: Path, common: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Variables for Git: where everything is, so that none that is set outside leads elsewhere; no network, no prompt,
    no stand-ins for objects. A repository of another owner may be read, since nothing of its own is run."""
    return {
        "GIT_DIR": str(git_folder),
        "GIT_COMMON_DIR": str(common),
        "GIT_WORK_TREE": str(tree),
        "GIT_INDEX_FILE": str(git_folder / "index"),
        "GIT_OBJECT_DIRECTORY": str(common / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
        "GIT_NAMESPACE": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_GLOB_PATHSPECS": "0",
        "GIT_NOGLOB_PATHSPECS": "0",
        "GIT_ICASE_PATHSPECS": "0",
        "GIT_EXTERNAL_DIFF": "",
        "GIT_DIFF_OPTS": "",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_TRACE": "0",
        "GIT_TRACE2": "0",
        "GIT_ATTR_NOSYSTEM": "1",
        **as_variables(settings),
    }


def as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as variables: so a name may hold any character."""
    out = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        out[f"GIT_CONFIG_KEY_{number}"], out[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return out
