"""The verbs that write records: `new`, `release` and `fmt`."""

from __future__ import annotations

import argparse
import sys

from undersigned.cli.asked import day_asked, root_of, wanted_paths
from undersigned.cli.streams import EXIT_FINE, EXIT_FOUND, CommandError, remark, write
from undersigned.records.files import load_files


def run_new(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.new import new_record, questions
    from undersigned.register import register_of

    root, as_of = root_of(options), day_asked(options)
    answers: dict[str, str] = {}
    for text in options.answers:
        name, separator, value = text.partition("=")
        if not separator:
            raise CommandError(f"'{text}' is not NAME=VALUE")
        answers[name.strip()] = value.strip()
    register = register_of(root, load_files(root))
    try:
        if sys.stdin.isatty() and sys.stderr.isatty():
            for question in questions(options.kind, register, options.ids, standard=options.standard, as_of=as_of):
                if question.name not in answers:
                    print(
                        question.prompt + (f" [{question.default}]" if question.default else "") + ": ",
                        end="",
                        file=sys.stderr,
                        flush=True,
                    )
                    answers[question.name] = sys.stdin.readline().strip() or question.default or ""
        path = new_record(options.kind, register, options.ids, answers=answers, standard=options.standard, as_of=as_of)
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    write(f"{path.relative_to(root).as_posix()}\n", None)
    return EXIT_FINE


def run_release(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.release import release
    from undersigned.register import register_of

    root = root_of(options)
    register = register_of(root, load_files(root))
    try:
        path = release(
            register,
            register.present_protocol(options.protocol),
            change=options.change,
            summary=options.summary,
            version=options.number,
            agreed_on=day_asked(options),
            effective_from=options.effective_from,
            replaces_earlier_on=options.replaces_earlier_on,
        )
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    write(f"{path.relative_to(root).as_posix()}\n", None)
    return EXIT_FINE


def run_fmt(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.fmt import fmt
    from undersigned.register import register_of

    root = root_of(options)
    register = register_of(root, load_files(root))
    try:
        result = fmt(register, wanted_paths(root, options.paths), check=options.check)
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    write("".join(f"{path}\n" for path in result.changed), None)
    if result.unreadable:
        remark(f"undersigned: left as they are, because not wholly readable: {', '.join(result.unreadable)}")
    return EXIT_FOUND if options.check and result.changed else EXIT_FINE
