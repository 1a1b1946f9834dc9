"""The verbs that explain the format and the rules: `schema` and `explain`."""

from __future__ import annotations

import argparse

from undersigned.cli.streams import EXIT_FINE, CommandError, write


def run_schema(options: argparse.Namespace) -> int:
    import json

    from undersigned.records.schema import KINDS, schema

    if options.kind is not None and options.kind not in KINDS:
        raise CommandError(f"there is no kind of record '{options.kind}'", "Kinds: " + ", ".join(KINDS))

    def text(value: object) -> str:
        return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        for kind in [options.kind] if options.kind else KINDS:
            write(text(schema(kind)), options.output / f"{kind}.schema.json")
    else:
        write(text(schema(options.kind) if options.kind else {kind: schema(kind) for kind in KINDS}), None)
    return EXIT_FINE


def run_explain(options: argparse.Namespace) -> int:
    from undersigned.checks.engine import rules
    from undersigned.reports.reports import render_rule, render_rule_list

    known = rules()
    if options.code is None:
        write(render_rule_list({code: rule.title for code, rule in known.items()}), None)
        return EXIT_FINE
    rule = known.get(options.code)
    if rule is None:
        from undersigned.records.reading import did_you_mean

        raise CommandError(f"there is no rule '{options.code}'", did_you_mean(options.code, known))
    write(render_rule(options.code, rule.model_dump()), None)
    return EXIT_FINE
