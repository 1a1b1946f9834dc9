"""Writes records. No other room does. Functions return values or raise `EditingError`; they neither print nor exit."""

from __future__ import annotations


class EditingError(Exception):
    """The request cannot be carried out, and nothing was written. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
