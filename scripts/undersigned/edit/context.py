"""What all pages of `edit` share: the register's place, the day, the outlet, and the token of every form."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from undersigned.edit.outlets import Outlet


class FormToken:
    """The token that each form must hold, worked out for whoever asks. A template writes it with `{{ token }}`.

    `who` tells one person from another; it is "" where there is only one. `day`: a token is good on its day and the next.
    """

    def __init__(self, key: bytes, *, who: Callable[[], str] = str, day: Callable[[], date]) -> None:
        self._key, self._who, self._day = key, who, day

    def _of(self, day: int) -> str:
        return hmac.new(self._key, f"form {day} {self._who()}".encode(), "sha256").hexdigest()

    def __html__(self) -> str:
        return self._of(self._day().toordinal())

    def fits(self, given: str) -> bool:
        """Whether this is the token of today or yesterday, for whoever asks."""
        today = self._day().toordinal()
        return any(hmac.compare_digest(given.encode(), self._of(day).encode()) for day in (today, today - 1))

    def seal(self, text: str) -> str:
        """A seal of a text that a form carries, so that only what these pages wrote into it comes back."""
        return hmac.new(self._key, f"seal {self._who()} {text}".encode(), "sha256").hexdigest()

    def has_sealed(self, text: str, seal: str) -> bool:
        """Whether these pages gave this text to whoever asks."""
        return hmac.compare_digest(seal.encode(), self.seal(text).encode())


def _may(_paths: Iterable[str]) -> str:
    return ""


@dataclass(frozen=True)
class Context:
    """`root`: the register's folder, or a bare repository. `as_of` is asked for each request.

    `refusal` says why the person who asks may not propose changes of these paths; "" if they may.
    """

    root: Path
    as_of: Callable[[], date]
    token: FormToken
    outlet: Outlet
    refusal: Callable[[Iterable[str]], str] = field(default=_may)
