"""GitHub's expressions, as far as the workflows use them. What is not understood is a ValueError, never a guess.

Source: GitHub Docs, "Evaluate expressions in workflows and actions": operators, `contains`, status functions, loose
equality of texts (case does not count), the object filter `*`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w.*-]*)|(?P<sign>&&|\|\||==|!=|!|\(|\)|,))"
)


class Expression:
    """One expression. `known`: the contexts by name; `status`: what the status functions answer."""

    def __init__(self, text: str, known: Mapping[str, Any], status: Mapping[str, bool]) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"not understood: {text[at:]}")
            self._tokens.append((found.lastgroup or "", found[found.lastgroup or ""]))
            at = found.end()
        self._known, self._status = known, status

    def value(self) -> Any:
        found = self._either()
        if self._tokens:
            raise ValueError(f"left over: {self._tokens}")
        return found

    def _next(self, *signs: str) -> str | None:
        if self._tokens and self._tokens[0][0] == "sign" and self._tokens[0][1] in signs:
            return self._tokens.pop(0)[1]
        return None

    def _either(self) -> Any:
        left = self._both()
        while self._next("||"):
            right = self._both()
            left = left if truth(left) else right
        return left

    def _both(self) -> Any:
        left = self._equal()
        while self._next("&&"):
            right = self._equal()
            left = right if truth(left) else left
        return left

    def _equal(self) -> Any:
        left = self._one()
        while sign := self._next("==", "!="):
            right = self._one()
            left = (_plain(left) == _plain(right)) is (sign == "==")
        return left

    def _one(self) -> Any:
        if self._next("!"):
            return not truth(self._one())
        if self._next("("):
            found = self._either()
            if not self._next(")"):
                raise ValueError("a bracket is not closed")
            return found
        kind, word = self._tokens.pop(0)
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return int(word)
        if kind != "name":
            raise ValueError(f"not understood: {word}")
        if self._next("("):
            return self._called(word)
        return self._looked_up(word)

    def _called(self, name: str) -> Any:
        given = []
        while not self._next(")"):
            given.append(self._either())
            self._next(",")
        if name in ("success", "failure", "cancelled", "always"):
            return self._status[name]
        if name == "contains" and len(given) == 2:
            whole, part = given
            if isinstance(whole, list):
                return _plain(part) in [_plain(one) for one in whole]
            return str(_plain(part)) in str(_plain(whole))
        raise ValueError(f"no such function: {name}")

    def _looked_up(self, name: str) -> Any:
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        first, *rest = name.split(".")
        if first not in self._known:
            raise ValueError(f"no such context: {first}")
        here: Any = self._known[first]
        for at, part in enumerate(rest):
            if part == "*":
                below = ".".join(rest[at + 1 :])
                return [_below(one, below) for one in here or []]
            here = here.get(part) if isinstance(here, Mapping) else None
        return here


def _below(value: Any, path: str) -> Any:
    for part in filter(None, path.split(".")):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _plain(value: Any) -> Any:
    return "" if value is None else value.casefold() if isinstance(value, str) else value


def truth(value: Any) -> bool:
    return value not in (None, "", 0, False)


def filled_in(text: str, known: Mapping[str, Any]) -> str:
    """A value of a workflow with its `${{ … }}` filled in."""

    def told(found: re.Match[str]) -> str:
        value = Expression(found[1], known, {}).value()
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    return re.sub(r"\$\{\{(.*?)\}\}", told, text)
