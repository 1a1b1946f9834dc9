"""Rules as text, for `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RuleText:
    """What one rule asks, why and by what source, with a good and a bad example."""

    code: str
    title: str
    asks: str
    why: str
    source: str
    severity: str
    good: str
    bad: str


def rule_list(titles: Mapping[str, str]) -> str:
    """Every code with its title."""
    width = max(map(len, titles), default=0)
    return "".join(f"{code.ljust(width)}  {title}\n" for code, title in sorted(titles.items()))


def rule_text(rule: RuleText) -> str:
    return "\n".join(
        (
            f"{rule.code}: {rule.title}",
            "",
            rule.asks.strip(),
            "",
            f"Why: {rule.why.strip()}",
            f"Source: {rule.source.strip()}",
            f"Severity: {rule.severity}",
            "",
            "Good:",
            _indented(rule.good),
            "",
            "Not so good:",
            _indented(rule.bad),
            "",
        )
    )


def _indented(text: str) -> str:
    return "\n".join("    " + line if line.strip() else "" for line in text.rstrip().splitlines())
