"""Writing records: the only rooms that do. They return values or raise `EditingError`; they neither print nor exit."""

from __future__ import annotations


class EditingError(Exception):
    """What was asked cannot be done; nothing was written. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
