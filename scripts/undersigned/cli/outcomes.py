"""The verb `outcomes`: combined returns, and how to make a return safe."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click

from undersigned.cli.options import Common, answer_options, day, verb
from undersigned.cli.output import EXIT_FINE, EXIT_FOUND, CommandError, remark, stop_on, write


def period(text: str) -> tuple[date, date]:
    """A period as returns are named (2026-27, 2026-27-q1, 2026-05, 2026), or two days with `..` between them."""
    from undersigned.editing.new_records import days_of

    if (named := days_of(text)) is not None:
        return named
    first, dots, last = text.partition("..")
    if not dots:
        raise click.BadParameter(f"'{text}' is not a period; write it as 2026-27-q1 or 2026-04-01..2026-06-30")
    days = day(first), day(last)
    if days[0] > days[1]:
        raise click.BadParameter(f"'{text}' ends before it begins")
    return days


@verb("outcomes", example="undersigned outcomes --area staffordshire --format xlsx --output outcomes.xlsx")
@click.option("--area", metavar="AREA", help="Only returns for this area and the areas in it.")
@click.option("--measure", metavar="MEASURE", help="Only this measure, by its id.")
@click.option("--period", "period_", metavar="PERIOD", help="Only returns within this period, such as 2026-27-q1.")
@answer_options("table", "json", "csv", "xlsx")
@click.option(
    "--safe", metavar="RETURN", help="Say how to change this return so that no hidden count can be worked out."
)
@click.option("--write", "write_", is_flag=True, help="With --safe: make the change.")
def outcomes_command(
    common: Common,
    area: str | None,
    measure: str | None,
    period_: str | None,
    format_: str,
    output: Path | None,
    safe: str | None,
    write_: bool,
) -> int:
    """Show outcome returns side by side and added up, or say how to make one safe.

    Unknown results come first and are in no rate. A rate has the range in which it may lie by chance alone.
    """
    if safe is not None:
        if area or measure or period_ or format_ not in ("table", "json"):
            raise click.UsageError("--safe can be combined only with --write, --format json and --output")
        return _safe(common, safe, format_, output, write_)
    if write_:
        raise click.UsageError("--write needs --safe with the name of a return")
    return _combined(common, area, measure, period_, format_, output)


def _combined(
    common: Common, area: str | None, measure: str | None, period_: str | None, format_: str, output: Path | None
) -> int:
    from undersigned.figures.combined import combined, known_areas
    from undersigned.records.reading import did_you_mean
    from undersigned.records.vocabulary import vocabulary
    from undersigned.reports import outcomes as reports

    days = None if period_ is None else period(period_)
    if measure is not None and measure not in vocabulary().outcome_measures:
        raise CommandError(f"there is no measure '{measure}'", did_you_mean(measure, vocabulary().outcome_measures))
    if area is not None and area not in (areas := known_areas(common.register)):
        raise CommandError(f"there is no return for the area '{area}'", did_you_mean(area, sorted(areas)))
    found = combined(common.register, as_of=common.as_of, area=area, measure=measure, period=days)
    match format_:
        case "json":
            asked = {"area": area, "measure": measure, "period": period_}
            answer: str | bytes = reports.render_outcomes_json(found, common.as_of, asked)
        case "csv":
            answer = reports.render_outcomes_csv(found, example=common.register.example)
        case "xlsx":
            answer = reports.render_outcomes_xlsx(found, common.as_of, example=common.register.example)
        case _:
            answer = reports.render_outcomes_table(found, common.as_of)
    write(answer, output)
    wrong = [one.path for one in found.left_out if one.measure is None and one.reason.endswith("errors")]
    if wrong and format_ != "table":
        remark(f"undersigned: left out, because these records have errors: {', '.join(wrong)}")
    return EXIT_FINE


def _safe(common: Common, named: str, format_: str, output: Path | None, write_: bool) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.atomic import write_bytes
    from undersigned.editing.returns import made_safe
    from undersigned.reports import outcomes as reports

    register = common.register
    records = {record.path: (id_, record) for id_, record in register.returns()}
    path = _path_of(common, named, list(records))
    if not records[path][1].clean:
        raise CommandError(f"{path} has errors", f"Correct what 'undersigned check {path}' reports first.")
    with stop_on(EditingError, OSError):
        found, texts = made_safe(register, path)
        places = {change.at: records[change.at.path][1].place(*change.at.in_record) for change in found.changes}
        written = write_ and bool(found.changes)
        for one, raw in texts.items() if written else ():
            write_bytes(register.root, one, raw)
    render = reports.render_safe_json if format_ == "json" else reports.render_safe_text
    write(render(found, path, places, written=written), output)
    if register.repository_private:
        remark("undersigned: this repository is private, so the checks do not ask you to hide counts")
    return EXIT_FINE if found.safe else EXIT_FOUND


def _path_of(common: Common, named: str, paths: list[str]) -> str:
    """The path of the return that was named, as a file or as PROTOCOL/PERIOD."""
    if named in paths:
        return named
    match = re.fullmatch(r"([a-z0-9-]+)/([A-Za-z0-9-]+)", named)
    if match and (path := f"protocols/{match[1]}/outcomes/{match[2]}.yaml") in paths:
        return path
    relative = common.relative_paths([named])
    if relative and relative[0] in paths:
        return relative[0]
    raise CommandError(f"{named} is not an outcome return", "Name one as protocols/PROTOCOL/outcomes/PERIOD.yaml.")
