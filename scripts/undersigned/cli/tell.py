"""The verbs that tell: `status` and `reviews`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from undersigned.cache import answer_key
from undersigned.cli.asked import cache_of, day_asked, processes, root_of
from undersigned.cli.streams import EXIT_FINE, EXIT_FOUND, CommandError, progress, remark, write
from undersigned.records.files import load_files


def _statuses(options: argparse.Namespace) -> tuple[list[dict[str, object]], list[str]]:
    """Every protocol's status as JSON data, with `lead` and `publication` beside, and what was left out."""
    root, as_of = root_of(options), day_asked(options)
    files = load_files(root)
    cache = cache_of(options)
    key = answer_key(files, "status", as_of.isoformat())
    kept = cache.get("status", key)
    if isinstance(kept, dict):
        return kept["protocols"], kept["left_out"]
    from undersigned.register import register_of
    from undersigned.reports.reports import status_rows

    register = register_of(root, files)
    rows, left_out = status_rows(register, as_of=as_of, processes=processes(), watch=progress("Working out status"))
    cache.put("status", key, {"protocols": rows, "left_out": left_out})
    return rows, left_out


def tell_left_out(left_out: Sequence[str]) -> None:
    if left_out:
        remark(
            f"undersigned: left out, because not wholly readable ('undersigned check' says why): {', '.join(left_out)}"
        )


def run_status(options: argparse.Namespace) -> int:
    from undersigned.reports import reports

    rows, left_out = _statuses(options)
    if options.protocols:
        from undersigned.register import register_of

        register = register_of(root_of(options), load_files(root_of(options)))
        wanted = [register.present_protocol(id_) for id_ in options.protocols]
        for id_ in wanted:
            if id_ not in register.protocol_ids:
                raise CommandError(
                    f"there is no protocol '{id_}'", "The protocols are: " + ", ".join(register.protocol_ids[:50])
                )
        rows = [row for row in rows if row["id"] in wanted]
        left_out = [
            path
            for path in left_out
            if any(f"protocols/{id_}/" in path or path.endswith(f"/{id_}.yaml") for id_ in wanted)
        ]
    as_of = day_asked(options).isoformat()
    match options.format:
        case "json":
            said: str | bytes = reports.render_json({"as_of": as_of, "protocols": rows})
        case "csv":
            said = reports.render_status_csv(rows)
        case "xlsx":
            if options.output is None and sys.stdout.isatty():
                raise CommandError("a spreadsheet cannot be shown on a terminal", "Name a file with --output FILE.")
            said = reports.render_status_xlsx(rows, as_of)
        case _:
            said = reports.render_status_table(rows, as_of)
    write(said, options.output)
    tell_left_out(left_out)
    return EXIT_FINE


def run_reviews(options: argparse.Namespace) -> int:
    from undersigned.reports import reports

    statuses, left_out = _statuses(options)
    as_of = day_asked(options)
    rows = reports.review_rows(statuses)
    if options.within is not None:
        rows = [row for row in rows if isinstance(row["days"], int) and row["days"] <= options.within]
    match options.format:
        case "json":
            said: str | bytes = reports.render_json({"as_of": as_of.isoformat(), "reviews": rows})
        case "markdown":
            said = reports.render_reviews_markdown(rows, as_of.isoformat())
        case "ics":
            from undersigned.register import register_of
            from undersigned.reports import feeds

            root = root_of(options)
            said = feeds.render_reviews_ics(register_of(root, load_files(root)), as_of=as_of, within=options.within)
        case _:
            said = reports.render_reviews_table(rows, as_of.isoformat())
    write(said, None)
    tell_left_out(left_out)
    return EXIT_FOUND if _fails(rows, options.fail_on) else EXIT_FINE


def _fails(rows: Sequence[dict[str, object]], fail_on: Sequence[str]) -> bool:
    urgency = ("due-soon", "overdue", "lapsed")
    states = {state for named in fail_on for state in urgency[urgency.index(named) :]}
    return any(row["state"] in states for row in rows)
