"""The console command: the only room that prints, exits or reads the clock. What is said stands in the other rooms."""

from __future__ import annotations

from collections.abc import Sequence

from undersigned.cli.streams import EXIT_BROKEN, EXIT_FINE, CommandError, complain, flush, leave_streams, settle_streams
from undersigned.cli.words import words

__all__ = ["CommandError", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb and returns the exit status: 0 fine, 1 errors found, 2 could not."""
    settle_streams()
    try:
        try:
            options = words().parse_args(arguments)
        except SystemExit as done:  # --help, --version, or wrong words, which have been told
            flush()
            return done.code if isinstance(done.code, int) else EXIT_FINE
        status = int(options.run(options))
        flush()
        return status
    except CommandError as error:
        return complain(str(error), error.hint)
    except KeyboardInterrupt:
        return complain("stopped", "")
    except BrokenPipeError:  # `undersigned status | head` ends quietly
        leave_streams()
        return EXIT_BROKEN
    except ImportError as error:
        return complain(f"a part that the program needs is missing: {error}", "Install it again: 'make site' does so.")
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        status = complain(f"{error.strerror or error}{name}", "")
        leave_streams()  # where the output itself was the fault, nothing more can be written
        return status
