"""History: what records were, what changed between two revisions and who wrote it, out of Git."""

from undersigned.changes.git.history import TOPS, History, contents, files_at
from undersigned.changes.git.values import Between, Commit, Entry, FileChange, HistoryError, is_record

__all__ = [
    "TOPS",
    "Between",
    "Commit",
    "Entry",
    "FileChange",
    "History",
    "HistoryError",
    "contents",
    "files_at",
    "is_record",
]
