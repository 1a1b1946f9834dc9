"""Writes the catalogue of messages from what templates and code mark: `python tests/words/message_catalogue.py`. A test compares the two.

It names the file of each message and no line, so that moving a message changes nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from jinja2 import Environment

from undersigned.words.labels import all_labels
from undersigned.words.messages import CATALOGUE, date_messages, install

PACKAGE = Path(__file__).parents[2] / "scripts/undersigned"
SITE = PACKAGE / "site"
_HEAD = """\
# The words of the site. To translate them, see docs/contributing/architecture.md.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""

#: What marks messages in code, and how many forms each has.
_FORMS = {"_": 1, "message": 1, "translated": 1, "counted": 2}
#: One form, or the forms for one and for several.
Message = tuple[str, ...]


def marked() -> Iterator[tuple[str, Message]]:
    """(file, message) of everything that is marked, in the order of the files."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - reads templates, and fills in none
    install(environment)
    for folder in ("theme", "templates"):
        for path in sorted((SITE / folder).glob("*.html")):
            text = path.read_text(encoding="utf-8")
            for _line, _function, message in environment.extract_translations(text):  # type: ignore[attr-defined]
                forms = message if isinstance(message, tuple) else (message,)
                yield f"site/{folder}/{path.name}", tuple(form for form in forms if isinstance(form, str))
    theme = yaml.safe_load((SITE / "theme/mkdocs_theme.yml").read_text(encoding="utf-8"))
    for place in ("navigation", "footer", "lists"):
        for item in theme[place]:
            yield "site/theme/mkdocs_theme.yml", (item["label"],)
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if re.search(rf"\b({'|'.join(_FORMS)})\(", text) else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FORMS:
                given = node.args[: _FORMS[node.func.id]]
                if all(isinstance(form, ast.Constant) for form in given):
                    yield str(path.relative_to(PACKAGE)), tuple(map(ast.literal_eval, given))
    for text in date_messages():
        yield "words/messages.py", (text,)
    for list_, entries in all_labels().items():
        for text in entries.values():
            yield f"words/labels.yaml, {list_}", (text,)


def catalogue() -> str:
    found: dict[Message, dict[str, None]] = {}
    for file, message in marked():
        found.setdefault(message, {})[file] = None
    return "\n".join([_HEAD, *(_entry(message, files) for message, files in found.items())])


def _entry(message: Message, files: dict[str, None]) -> str:
    lines = [f"#: {file}" for file in files]
    if any("%(" in form for form in message):
        lines.append("#, python-format")
    lines.append(f"msgid {_quoted(message[0])}")
    if len(message) == 1:
        return "\n".join([*lines, 'msgstr ""', ""])
    return "\n".join([*lines, f"msgid_plural {_quoted(message[1])}", 'msgstr[0] ""', 'msgstr[1] ""', ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    CATALOGUE.write_text(catalogue(), encoding="utf-8")
