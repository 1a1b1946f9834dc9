"""The verbs that explain the format and the rules: `schema` and `explain`. They need no register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, CommandError, write

if TYPE_CHECKING:
    from undersigned.checks.engine import Rule


@verb("schema", example="undersigned schema protocol")
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("--output", type=Path, metavar="DIR", help="Write one file for each kind into DIR.")
def schema_command(_: Common, kind: str | None, output: Path | None) -> int:
    """Print the JSON Schema of one kind of record, or of all."""
    import json

    from undersigned.records.schema import KINDS, schema

    if kind is not None and kind not in KINDS:
        raise CommandError(f"there is no kind of record '{kind}'", "Kinds: " + ", ".join(KINDS))

    def as_text(value: object) -> str:
        return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for name in [kind] if kind else KINDS:
            write(as_text(schema(name)), output / f"{name}.schema.json")
    else:
        write(as_text(schema(kind) if kind else {name: schema(name) for name in KINDS}), None)
    return EXIT_FINE


@verb("explain", example="undersigned explain date-order")
@click.argument("code", required=False, metavar="[CODE]")
def explain_command(_: Common, code: str | None) -> int:
    """Say what a rule asks and why, with a good and a bad example. Without CODE, list all codes."""
    from undersigned.checks.engine import rules

    by_code = rules()
    if code is None:
        width = max(map(len, by_code))
        write("".join(f"{code_.ljust(width)}  {rule.title}\n" for code_, rule in sorted(by_code.items())), None)
        return EXIT_FINE
    rule = by_code.get(code)
    if rule is None:
        from undersigned.records.reading import did_you_mean

        raise CommandError(f"there is no rule '{code}'", did_you_mean(code, by_code))
    write(_in_full(code, rule), None)
    return EXIT_FINE


def _in_full(code: str, rule: Rule) -> str:
    return "\n".join(
        (
            f"{code}: {rule.title}",
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
