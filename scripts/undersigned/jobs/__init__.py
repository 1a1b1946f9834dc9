"""What the scheduled jobs say and do on GitHub. What must be done is worked out without GitHub, and done afterwards."""

from __future__ import annotations


class CiError(Exception):
    """What was asked cannot be done. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
