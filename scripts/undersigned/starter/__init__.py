"""The files that a register needs beside its records: written once by `init`, kept up to date by `upgrade`."""


class StarterError(Exception):
    """The request cannot be carried out, and nothing was written. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
