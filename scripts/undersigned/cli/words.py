"""The words of the command: its verbs, their options and what runs them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from undersigned import __version__
from undersigned.cli.asked import commit_id, day, web_address, whole_number
from undersigned.cli.changes import run_changes
from undersigned.cli.check import run_check
from undersigned.cli.ci import add_ci_words
from undersigned.cli.look import run_explain, run_schema
from undersigned.cli.make import run_build, run_documents, run_serve
from undersigned.cli.records import run_fmt, run_new, run_release
from undersigned.cli.tell import run_reviews, run_status

STATUS_FORMATS = ("table", "json", "csv", "xlsx")
CHECK_FORMATS = ("text", "json", "github", "sarif")
CHANGES_FORMATS = ("text", "markdown", "json")
REVIEW_FORMATS = ("table", "json", "markdown", "ics")
REVIEW_FAILURES = ("overdue", "due-soon", "lapsed")
NEW_KINDS = ("protocol", "organisation", "signature", "review", "form", "outcome")


def words() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the register's folder (default: the nearest one upwards with mkdocs.yml)",
    )
    common.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        default=argparse.SUPPRESS,
        help="the day to answer for (default: today in London)",
    )
    common.add_argument("--cache", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="where answers are kept")
    common.add_argument("--no-cache", action="store_true", default=argparse.SUPPRESS, help="keep no answers")

    parser = argparse.ArgumentParser(
        prog="undersigned",
        parents=[common],
        description="The register where agencies keep the agreements under which they share information about people.",
    )
    parser.add_argument("--version", action="version", version=f"undersigned {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, parents=[common], help=about, description=about)
        one.set_defaults(run=run)
        return one

    check = verb("check", run_check, "Validate every record, or print only what concerns the given paths.")
    check.add_argument("paths", nargs="*", metavar="PATH")
    check.add_argument("--format", choices=CHECK_FORMATS, default="text")
    check.add_argument(
        "--since", metavar="REV", help="only what the change since REV brought can fail; older findings are counted"
    )

    status = verb("status", run_status, "Say where every protocol and every signature stands.")
    status.add_argument("protocols", nargs="*", metavar="PROTOCOL")
    status.add_argument("--format", choices=STATUS_FORMATS, default="table")
    status.add_argument("--output", type=Path, metavar="FILE")

    reviews = verb("reviews", run_reviews, "The review calendar, most urgent first.")
    reviews.add_argument(
        "--within", type=whole_number, metavar="DAYS", help="only reviews due within so many days, or past"
    )
    reviews.add_argument("--format", choices=REVIEW_FORMATS, default="table")
    reviews.add_argument(
        "--fail-on",
        choices=REVIEW_FAILURES,
        action="append",
        default=[],
        metavar="STATE",
        help="exit with 1 if a review is overdue, due-soon or lapsed (repeatable; a more urgent state counts too)",
    )

    documents = verb("documents", run_documents, "Write signable DOCX and PDF.")
    documents.add_argument("protocols", nargs="*", metavar="PROTOCOL")
    documents.add_argument(
        "--for",
        dest="for_",
        action="append",
        default=[],
        metavar="ORG",
        help="that organisation's two copies (repeatable)",
    )
    documents.add_argument("--for-all", action="store_true", help="every party's two copies")
    documents.add_argument("--forms", action="store_true", help="the standard forms")
    documents.add_argument("--output", type=Path, metavar="DIR")

    build = verb("build", run_build, "Check, then write the documents and the site into site/.")
    build.add_argument(
        "--commit",
        type=commit_id,
        metavar="ID",
        help="the full id of the commit that this is built from; the JSON states it",
    )
    build.add_argument(
        "--site-url",
        type=web_address,
        metavar="URL",
        help="where the site will stand, if mkdocs.yml does not say so: feeds, copies and the page for wrong addresses need it",
    )
    serve = verb("serve", run_serve, "Show the site with live reload.")
    serve.add_argument("--address", default="127.0.0.1:8000", metavar="HOST:PORT")

    new = verb("new", run_new, "Write a commented record to start from.")
    new.add_argument("kind", choices=NEW_KINDS)
    new.add_argument("ids", nargs="+", metavar="ID")
    new.add_argument("--from", dest="standard", metavar="STANDARD", help="copy a standard protocol, flow or form")
    new.add_argument(
        "--set",
        dest="answers",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="answer a question without being asked (repeatable)",
    )

    release = verb("release", run_release, "Stamp the working text as the next version.")
    release.add_argument("protocol", metavar="PROTOCOL")
    release.add_argument("--change", required=True, choices=("material", "membership", "extension", "editorial"))
    release.add_argument("--summary", required=True, metavar="TEXT")
    release.add_argument("--version", dest="number", metavar="V")
    release.add_argument("--effective-from", type=day, metavar="DATE")
    release.add_argument("--replaces-earlier-on", type=day, metavar="DATE")

    fmt = verb("fmt", run_fmt, "Canonical order and style, missing fingerprints filled in, comments kept.")
    fmt.add_argument("paths", nargs="*", metavar="PATH")
    fmt.add_argument("--check", action="store_true", help="only tell; exit with 1 if a file would change")

    changes = verb(
        "changes",
        run_changes,
        "Say what a change between two revisions means: terms, signatures, reviews, and what looks odd.",
    )
    changes.add_argument("base", metavar="BASE")
    changes.add_argument("head", metavar="HEAD", nargs="?", help="default: the commit checked out")
    changes.add_argument("--format", choices=CHANGES_FORMATS, default="text")
    changes.add_argument(
        "--author",
        metavar="LOGIN",
        help="the account that asks for the change; then only it is judged as the recorder of signatures",
    )

    schema = verb("schema", run_schema, "JSON Schema of a kind of record, or of all.")
    schema.add_argument("kind", nargs="?", metavar="KIND")
    schema.add_argument("--output", type=Path, metavar="DIR", help="write one file for each kind into DIR")

    explain = verb("explain", run_explain, "What a rule asks and why, with a good and a bad example.")
    explain.add_argument("code", nargs="?", metavar="CODE", help="without it: a list of all codes")

    ci = verbs.add_parser("ci", help="What the scheduled jobs call.", description="What the scheduled jobs call.")
    jobs = ci.add_subparsers(title="jobs", metavar="JOB", required=True)

    def job(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        one = jobs.add_parser(name, parents=[common], help=about, description=about)
        one.set_defaults(run=run)
        return one

    add_ci_words(job)
    return parser
