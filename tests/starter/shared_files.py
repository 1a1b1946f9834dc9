"""The files that this repository shares with every register that `undersigned init` makes.

`python tests/starter/shared_files.py` writes the template's copies anew from this repository's own files.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import ROOT

TEMPLATE = ROOT / "scripts" / "undersigned" / "starter" / "template"
INSTALL = (
    "python -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt"
)
#: What only the program's own repository runs.
_PROGRAM_WORKFLOWS = {"program.yml", "release.yml"}
_PROGRAM_JOBS = ("scope", "program", "systems")
#: What the pages of this repository say because its addresses are examples, and what a register says instead.
OWN_SENTENCES = {
    " (an example: the publisher puts its own address here)": "",
    " This address is an example: the publisher puts its own here.": "",
    "The body that publishes the register runs the website. It puts its own name and addresses here before the site goes live (to be confirmed).": "@@publisher@@ runs the website.",
    "  - Who publishes the register, and the contact details of its data protection officer. The addresses on this page are examples.\n": "  - The contact details of the publisher's data protection officer.\n",
    "This site holds no case information and no names.": "@@publisher@@ publishes this register. It holds no case information and no names.",
}


def shared() -> dict[str, str]:
    """Template path to text, worked out from this repository's own files."""
    files: dict[str, str] = {}
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        if path.name not in _PROGRAM_WORKFLOWS:
            files[f"dot_github/workflows/{path.name}"] = _workflow(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github" / "PULL_REQUEST_TEMPLATE").glob("*.md")):
        if path.name != "program.md":
            files[f"dot_github/PULL_REQUEST_TEMPLATE/{path.name}"] = path.read_text(encoding="utf-8")
    for name in ("pull_request_template.md",):
        files[f"dot_github/{name}"] = (ROOT / ".github" / name).read_text(encoding="utf-8")
    for name in ("extensions.json", "settings.json"):
        files[f"dot_vscode/{name}"] = (ROOT / ".vscode" / name).read_text(encoding="utf-8")
    files["docs/index.md"] = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for name in ("privacy", "accessibility", "welsh"):
        files[f"docs/about/{name}.md"] = _page((ROOT / "docs" / "about" / f"{name}.md").read_text(encoding="utf-8"))
    container = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    container = container.replace("make .venv/development", INSTALL).replace(
        "make serve", ".venv/bin/undersigned serve"
    )
    files["dot_devcontainer/devcontainer.json"] = container
    return files


def _workflow(text: str) -> str:
    for job in _PROGRAM_JOBS:
        text = re.sub(rf"(?ms)^(?:  #[^\n]*\n)*  {job}:\n.*?(?=^  (?:#[^\n]*\n  )*[a-z]+:\n|\Z)", "", text)
    text = text.replace("run: make .venv/runtime", f"run: {INSTALL}")
    text = text.replace("run: make site", f"run: {INSTALL} && .venv/bin/undersigned build")
    return text.rstrip("\n") + "\n"


def _page(text: str) -> str:
    """A page of this repository with gaps for the register's own mailboxes and the name of its publisher."""
    text = re.sub(r"\[(\w+)@example\.org\]\(mailto:\1@example\.org\)", r"[@@\1_mailbox@@](mailto:@@\1_mailbox@@)", text)
    for sentence, own in OWN_SENTENCES.items():
        assert text.count(sentence) <= 1, sentence
        text = text.replace(sentence, own)
    return text


if __name__ == "__main__":
    for name, content in shared().items():
        target = TEMPLATE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        print(name)
