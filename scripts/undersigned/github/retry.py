"""How long to wait before a request is sent again. Pure: time is measured by the clock in the answer.

Source: GitHub Docs, "Rate limits for the REST API" and "Best practices for using the REST API".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

#: For a limit that names no time: at least a minute, doubled at each attempt.
UNNAMED_SECONDS = 60.0
#: The clock that stamps an answer and the one that counts a limit can differ by a second.
MARGIN_SECONDS = 1.0
SERVER_ERRORS = frozenset({500, 502, 503, 504})


def limit_wait(status: int, headers: Mapping[str, str], message: str, *, attempt: int) -> float | None:
    """Seconds to wait for a primary or secondary rate limit; None if the answer is not about a rate limit.

    `headers` must ignore case. `attempt` counts from 0.
    """
    if status not in (403, 429):
        return None
    seconds = _seconds(headers.get("retry-after"), _moment(headers.get("date")))
    if seconds is not None:
        return seconds + MARGIN_SECONDS
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _until_reset(headers) + MARGIN_SECONDS
    if status == 429 or "rate limit" in message.lower() or "abuse" in message.lower():
        return UNNAMED_SECONDS * float(2**attempt)
    return None


def fault_wait(attempt: int) -> float:
    """Seconds to wait before a failed read is sent again: 1, 2, 4, 8 and so on. `attempt` counts from 0."""
    return float(2**attempt)


def _until_reset(headers: Mapping[str, str]) -> float:
    reset, now = headers.get("x-ratelimit-reset", ""), _moment(headers.get("date"))
    if now is None or not (reset.isascii() and reset.isdigit()):
        return UNNAMED_SECONDS
    return max(0.0, int(reset) - now.timestamp())


def _seconds(text: str | None, now: datetime | None) -> float | None:
    """`Retry-After` (RFC 9110 section 10.2.3): a number of seconds, or a date and time."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    then = _moment(text)
    return None if then is None or now is None else max(0.0, (then - now).total_seconds())


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
