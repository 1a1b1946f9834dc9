"""The text of a register as plain Markdown, and the programs that others would build a site of it with.

Material for MkDocs and Zensical are no part of the environment. Put them in one of their own, and give its Python:
python -m venv rivals; rivals/bin/pip install mkdocs-material zensical; python tests/benchmark/site.py --rivals rivals/bin/python
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register

AS_OF = date(2026, 11, 22)
_SETTINGS = """site_name: National example register
site_url: https://example.org/
theme: {name: material, font: false}
plugins: [search]
nav: [index.md, protocols/index.md]
validation: {nav: {omitted_files: ignore}}
"""


def commands(python: Path, root: Path, scratch: Path) -> dict[str, list[str]]:
    """How each program that `python` has builds the register in `root`; its Markdown is written below `scratch`."""
    found: dict[str, list[str]] = {}
    for name, module, program in (("Material for MkDocs", "material", "mkdocs"), ("Zensical", "zensical", "zensical")):
        has_it = (
            subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
        )
        if not has_it:
            print(f"{name} is not there: not measured")
            continue
        folder = scratch / module
        write_markdown(root, folder)
        found[name] = [str(python.parent / program), "build", "-f", str(folder / "mkdocs.yml")]
    return found


def write_markdown(root: Path, folder: Path) -> None:
    """One page for each protocol and organisation: the same words, no matrix, no data, no charts."""
    site = RegisterFacts(load_register(root), as_of=AS_OF)
    (folder / "docs/protocols").mkdir(parents=True)
    (folder / "docs/organisations").mkdir()
    (folder / "mkdocs.yml").write_text(_SETTINGS, encoding="utf-8")
    (folder / "docs/index.md").write_text("# Home\n", encoding="utf-8")
    listed = "".join(f"- [{one.title}]({one.id}.md)\n" for one in site.open_protocols)
    (folder / "docs/protocols/index.md").write_text(f"# Protocols\n\n{listed}", encoding="utf-8")
    for protocol in site.open_protocols:
        text = "\n\n".join(_protocol(protocol)) + "\n"
        (folder / f"docs/protocols/{protocol.id}.md").write_text(text, encoding="utf-8")
    for organisation in site.organisations:
        links = "".join(f"- [{m.protocol.title}](../protocols/{m.protocol.id}.md)\n" for m in organisation.memberships)
        text = f"# {organisation.record.name}\n\n{links}"
        (folder / f"docs/organisations/{organisation.id}.md").write_text(text, encoding="utf-8")


def _protocol(protocol: ProtocolFacts) -> Iterator[str]:
    text = protocol.text
    yield f"# {protocol.title}"
    yield protocol.record.summary or ""
    for card in protocol.terms.flows:
        flow = card.flow
        yield f"## {card.number}. {flow.title or flow.id}"
        yield _list(f"{item.name}: {item.why}" for item in card.items)
        yield _list(line for line in (flow.method, flow.timing, flow.retention, *flow.not_shared) if line)
    yield "## Whom to contact"
    rows = (
        f"| [{body.name}](../organisations/{body.id}.md) | {body.party.text.capacity if body.party else ''} | {body.contact.mailbox or ''} |"
        for body in protocol.participants
    )
    yield "\n".join(("| Organisation | Part | Contact |", "|---|---|---|", *rows))
    for name in ("proportionality", "consent", "transparency", "vital_interests"):
        yield str(getattr(text.considerations, name, None) or "")
    for clause in text.clauses:
        yield f"## {clause.title}"
        yield clause.text or ""


def _list(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
