"""The pages of drafts over a register that is held in memory, for tests that send many forms."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from support import TODAY, register_from
from undersigned.edit import draft_pages
from undersigned.edit.app import make_app
from undersigned.edit.drafts import Draft

KEY, ADDRESS = "k" * 24, "http://127.0.0.1:8300"


class Desk:
    """The pages over a register that is held in memory. What is saved replaces it, and no file is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.register = register_from({})
        self._app = make_app(tmp_path, as_of=lambda: self.as_of, key=KEY)
        self.as_of = TODAY
        monkeypatch.setattr(draft_pages, "open_draft", self._open)
        monkeypatch.setattr(Draft, "saved", lambda draft, files, message: self._saved(draft, files, message))
        self._client: FlaskClient = self._app.test_client()
        self._client.get(f"/?key={KEY}", base_url=ADDRESS)

    def _open(self, root: Path, protocol: str) -> Draft:
        draft = Draft(root, protocol, None, "", {}, ())
        draft.__dict__["register"] = self.register
        return draft

    def _saved(self, draft: Draft, files: Mapping[str, bytes], _message: str) -> Draft:
        self.register = draft.register.with_files(files)
        return self._open(draft.root, draft.protocol)

    def get(self, path: str) -> str:
        return self._client.get(path, base_url=ADDRESS).text

    def post(self, path: str, answers: dict[str, list[str]]) -> str:
        page = self.get(path)
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token, page
        data = {**answers, "token": token[1], "do": "next"}
        return self._client.post(path, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS}).text


def answers_on(page: str) -> dict[str, list[str]]:
    """What a browser would send from a page that nobody has touched."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input class="govuk-input[^>]* name="([^"]+)" type="text" value="([^"]*)"', page):
        found[name] = [html.unescape(value)]
    for name, value in re.findall(r'name="([^"]+)" type="(?:radio|checkbox)" value="([^"]*)" checked', page):
        found.setdefault(name, []).append(html.unescape(value))
    for name, text in re.findall(
        r'<textarea class="govuk-textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    ):
        found[name] = [html.unescape(text)]
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = [html.unescape(value) for value in re.findall(r'value="([^"]*)" selected', inside)]
    return found
