"""Who may ask: on one's own computer whoever has the key, and nobody through another site or another name of this machine."""

from __future__ import annotations

import hmac
from typing import Protocol

from flask import Response, abort, make_response, redirect, request

from undersigned.edit import document_page
from undersigned.edit.context import FormToken
from undersigned.edit.receive_page import ADDRESS, LARGEST_FILES

_COOKIE = "undersigned-edit"


class Guard(Protocol):
    """Decides about each request before any page sees it. `refusal`: the words of the page for those who may not ask."""

    refusal: str

    def before(self) -> Response | None:
        """Ends the request with 403, answers it, or lets it through with None."""
        ...


def check_form(token: FormToken, origin: str) -> None:
    """Ends a request that sends a form with 403, unless it comes from a page of `origin` and holds the token."""
    if request.method not in ("GET", "HEAD"):
        if request.path == ADDRESS:
            request.max_content_length = LARGEST_FILES
        elif request.path == document_page.ADDRESS:
            request.max_content_length = document_page.LARGEST_FORM
            request.max_form_memory_size = 2 * document_page.LARGEST_TEXT
            request.max_form_parts = document_page.MOST_ANSWERS
        # A browser names the origin with every form. Programs leave it out, and do not send another person's form.
        if request.headers.get("Origin") not in (None, origin) or not token.fits(request.form.get("token", "")):
            abort(403)


class LocalGuard:
    """For one person on their own computer. `key` is in the first address, and then in a cookie."""

    refusal = "Open the address that the program printed when it started. It holds the key to these pages."

    def __init__(self, token: FormToken, key: str) -> None:
        self._token, self._key = token, key

    def before(self) -> Response | None:
        if request.host.rsplit(":", 1)[0] not in ("127.0.0.1", "localhost", "[::1]"):
            abort(403)  # a name of another site that leads to this machine
        if request.path.startswith("/assets/"):
            return None
        given = request.args.get("key", "")
        if given and hmac.compare_digest(given.encode(), self._key.encode()):
            answer = make_response(redirect("/", 303))
            answer.set_cookie(_COOKIE, self._key, httponly=True, samesite="Strict")
            return answer
        if not hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), self._key.encode()):
            abort(403)
        check_form(self._token, f"http://{request.host}")
        return None
