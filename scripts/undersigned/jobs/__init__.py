"""What runs on a schedule or from a form: issues to keep, and pull requests to propose.

Each job works out what to do from the register and a day, without GitHub, and does it afterwards.
"""

from __future__ import annotations


class JobError(Exception):
    """A job cannot do what was asked. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
