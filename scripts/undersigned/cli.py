"""The console command: the only room that prints, exits or reads the clock. What is said stands in the other rooms."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from undersigned import __version__
from undersigned.cache import AnswerCache, answer_key
from undersigned.findings import Finding, Severity
from undersigned.records.files import Files, load_files

if TYPE_CHECKING:
    from undersigned.register import Register

EXIT_FINE, EXIT_FOUND, EXIT_BROKEN = 0, 1, 2
_MOST_BYTES_OF_PAGES = 1 << 30
STATUS_FORMATS = ("table", "json", "csv", "xlsx")
CHECK_FORMATS = ("text", "json", "github", "sarif")
REVIEW_FORMATS = ("table", "json", "markdown", "ics")
REVIEW_FAILURES = ("overdue", "due-soon", "lapsed")
NEW_KINDS = ("protocol", "organisation", "signature", "review", "form", "outcome")


class CommandError(Exception):
    """The command could not do what was asked: exit status 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb and returns the exit status: 0 fine, 1 errors found, 2 could not."""
    _settle_streams()
    try:
        try:
            options = _parser().parse_args(arguments)
        except SystemExit as done:  # --help, --version, or wrong words, which have been told
            _flush()
            return done.code if isinstance(done.code, int) else EXIT_FINE
        status = int(options.run(options))
        _flush()
        return status
    except CommandError as error:
        return _complain(str(error), error.hint)
    except KeyboardInterrupt:
        return _complain("stopped", "")
    except BrokenPipeError:  # `undersigned status | head` ends quietly
        _leave_streams()
        return EXIT_BROKEN
    except ImportError as error:
        return _complain(f"a part that the program needs is missing: {error}", "Install it again: 'make site' does so.")
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        status = _complain(f"{error.strerror or error}{name}", "")
        _leave_streams()  # where the output itself was the fault, nothing more can be written
        return status


def _settle_streams() -> None:
    """UTF-8 and plain line ends everywhere. A standard error or input that is closed becomes an empty one."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the life of the program
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]


def _flush() -> None:
    """So that what cannot be written is told here, and not by the interpreter as it ends."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _leave_streams() -> None:
    """Nobody reads any more: what is still to be written goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _complain(message: str, hint: str) -> int:
    try:
        print(f"undersigned: {message}", file=sys.stderr)
        if hint:
            print(f"  {hint}", file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        _leave_streams()
    return EXIT_BROKEN


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """While this lasts, being ended or hung up on is like Ctrl-C: what was begun is cleared away first."""
    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, ValueError):  # not every system, and only the main thread
            number = getattr(signal, name)
            if signal.getsignal(number) == signal.SIG_DFL:  # what `nohup` ignores stays ignored
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _remark(text: str) -> None:
    print(text, file=sys.stderr)


# -- the words of the command ---------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--root", type=Path, metavar="DIR", default=argparse.SUPPRESS,
                        help="the register's folder (default: the nearest one upwards with mkdocs.yml)")
    common.add_argument("--as-of", type=_day, metavar="DATE", default=argparse.SUPPRESS,
                        help="the day to answer for (default: today in London)")
    common.add_argument("--cache", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="where answers are kept")
    common.add_argument("--no-cache", action="store_true", default=argparse.SUPPRESS, help="keep no answers")

    parser = argparse.ArgumentParser(
        prog="undersigned", parents=[common],
        description="The register where agencies keep the agreements under which they share information about people.",
    )
    parser.add_argument("--version", action="version", version=f"undersigned {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, parents=[common], help=about, description=about)
        one.set_defaults(run=run)
        return one

    check = verb("check", _check, "Validate every record, or print only what concerns the given paths.")
    check.add_argument("paths", nargs="*", metavar="PATH")
    check.add_argument("--format", choices=CHECK_FORMATS, default="text")
    check.add_argument("--since", metavar="REV", help="only what the change since REV brought can fail; older findings are counted")

    status = verb("status", _status, "Say where every protocol and every signature stands.")
    status.add_argument("protocols", nargs="*", metavar="PROTOCOL")
    status.add_argument("--format", choices=STATUS_FORMATS, default="table")
    status.add_argument("--output", type=Path, metavar="FILE")

    reviews = verb("reviews", _reviews, "The review calendar, most urgent first.")
    reviews.add_argument("--within", type=_whole, metavar="DAYS", help="only reviews due within so many days, or past")
    reviews.add_argument("--format", choices=REVIEW_FORMATS, default="table")
    reviews.add_argument("--fail-on", choices=REVIEW_FAILURES, action="append", default=[], metavar="STATE",
                         help="exit with 1 if a review is overdue, due-soon or lapsed (repeatable; a more urgent state counts too)")

    documents = verb("documents", _documents, "Write signable DOCX and PDF.")
    documents.add_argument("protocols", nargs="*", metavar="PROTOCOL")
    documents.add_argument("--for", dest="for_", action="append", default=[], metavar="ORG", help="that organisation's two copies (repeatable)")
    documents.add_argument("--for-all", action="store_true", help="every party's two copies")
    documents.add_argument("--forms", action="store_true", help="the standard forms")
    documents.add_argument("--output", type=Path, metavar="DIR")

    verb("build", _build, "Check, then write the documents and the site into site/.")
    serve = verb("serve", _serve, "Show the site with live reload.")
    serve.add_argument("--address", default="127.0.0.1:8000", metavar="HOST:PORT")

    new = verb("new", _new, "Write a commented record to start from.")
    new.add_argument("kind", choices=NEW_KINDS)
    new.add_argument("ids", nargs="+", metavar="ID")
    new.add_argument("--from", dest="standard", metavar="STANDARD", help="copy a standard protocol, flow or form")
    new.add_argument("--set", dest="answers", action="append", default=[], metavar="NAME=VALUE",
                     help="answer a question without being asked (repeatable)")

    release = verb("release", _release, "Stamp the working text as the next version.")
    release.add_argument("protocol", metavar="PROTOCOL")
    release.add_argument("--change", required=True, choices=("material", "membership", "extension", "editorial"))
    release.add_argument("--summary", required=True, metavar="TEXT")
    release.add_argument("--version", dest="number", metavar="V")
    release.add_argument("--effective-from", type=_day, metavar="DATE")
    release.add_argument("--replaces-earlier-on", type=_day, metavar="DATE")

    fmt = verb("fmt", _fmt, "Canonical order and style, missing fingerprints filled in, comments kept.")
    fmt.add_argument("paths", nargs="*", metavar="PATH")
    fmt.add_argument("--check", action="store_true", help="only tell; exit with 1 if a file would change")

    schema = verb("schema", _schema, "JSON Schema of a kind of record, or of all.")
    schema.add_argument("kind", nargs="?", metavar="KIND")
    schema.add_argument("--output", type=Path, metavar="DIR", help="write one file for each kind into DIR")

    explain = verb("explain", _explain, "What a rule asks and why, with a good and a bad example.")
    explain.add_argument("code", nargs="?", metavar="CODE", help="without it: a list of all codes")
    return parser


def _day(text: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day; write it as 2026-05-01") from None


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


# -- what every verb needs ------------------------------------------------------------------------------------------


def _root(options: argparse.Namespace) -> Path:
    given: Path | None = getattr(options, "root", None)
    if given is not None:
        if not given.is_dir():
            raise CommandError(f"there is no folder {given}")
        return given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "mkdocs.yml").is_file():
            return folder
    raise CommandError("no register here: no folder from this one upwards holds mkdocs.yml", "Go into the register's folder, or name it with --root DIR.")


def _as_of(options: argparse.Namespace) -> date:
    given: date | None = getattr(options, "as_of", None)
    return given or datetime.now(ZoneInfo("Europe/London")).date()


def _cache(options: argparse.Namespace) -> AnswerCache:
    if getattr(options, "no_cache", False):
        return AnswerCache(None)
    given: Path | None = getattr(options, "cache", None)
    if given is None:
        from platformdirs import user_cache_path

        given = user_cache_path("undersigned", appauthor=False)
    return AnswerCache(given)


def _processes() -> int:
    """As many as there are processors for this process, four at most."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, available))


def _write(data: str | bytes, output: Path | None) -> None:
    """To standard output, or whole to a file: never half a file under its name."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    if output is None:
        if sys.stdout is None:
            raise CommandError("the answer has nowhere to go: standard output is closed")
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.flush()
        return
    if output.is_dir():
        raise CommandError(f"{output} is a folder")
    if not output.parent.is_dir():
        raise CommandError(f"there is no folder {output.parent}")
    temporary = output.with_name(f".{os.getpid()}.tmp")  # short: the name itself may be as long as names can be
    try:
        temporary.write_bytes(raw)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


# -- check ----------------------------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    from undersigned import reports

    root, as_of = _root(options), _as_of(options)
    files = load_files(root)
    wanted = _wanted_paths(root, options.paths)
    kept = _findings(root, files, as_of, _cache(options), progress=True)
    findings, older = kept.findings, None
    if options.since:
        findings, older = _only_new(root, options.since, as_of, findings)
    if wanted is not None:
        findings = [f for f in findings if any(f.path == path or f.path.startswith(path + "/") for path in wanted)]
    answer = reports.CheckAnswer(
        as_of=as_of.isoformat(), files=kept.files, protocols=kept.protocols, organisations=kept.organisations,
        signatures=kept.signatures, findings=findings, older=older,
    )
    match options.format:
        case "json":
            said = reports.render_check_json(answer)
        case "github":
            said = reports.render_check_github(answer)
        case "sarif":
            from undersigned.checks.rule import rules

            said = reports.render_check_sarif(answer, {code: (r.title, r.asks) for code, r in rules().items()}, __version__)
        case _:
            said = reports.render_check_text(answer, _LineReader(files))
    _write(said, None)
    return EXIT_FOUND if any(finding.severity == "error" for finding in findings) else EXIT_FINE


class _LineReader:
    """Lines of record files, for showing a fault in its place."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lines: dict[str, list[str]] = {}

    def __call__(self, path: str, line: int) -> str | None:
        if path not in self._lines:
            raw = self._files.contents.get(path, b"")
            self._lines[path] = [text.rstrip("\r") for text in raw.decode("utf-8-sig", "replace").split("\n")]
        lines = self._lines[path]
        return lines[line - 1] if line <= len(lines) else None


class _Kept:
    """What `check` keeps: findings and counts."""

    def __init__(self, findings: list[Finding], files: int, protocols: int, organisations: int, signatures: int) -> None:
        self.findings, self.files, self.protocols = findings, files, protocols
        self.organisations, self.signatures = organisations, signatures


def _findings(root: Path, files: Files, as_of: date, cache: AnswerCache, *, progress: bool) -> _Kept:
    mkdocs = _mkdocs_digest(root)
    key = answer_key(files, "check", as_of.isoformat(), mkdocs)
    kept = cache.get("check", key)
    if isinstance(kept, dict):
        return _Kept([Finding(*row) for row in kept["findings"]], *kept["counts"])
    from undersigned.checks.run import check_register
    from undersigned.register import register_of

    register = register_of(root, files)
    findings, signatures = check_register(
        register, as_of=as_of, processes=_processes(), watch=_progress("Checking protocols") if progress else None
    )
    counts = [len(files.contents), len(register.protocol_ids), len(register.organisation_ids), signatures]
    rows = [[f.path, f.line, f.column, f.code, f.severity, f.message, f.hint] for f in findings]
    cache.put("check", key, {"findings": rows, "counts": counts})
    return _Kept(findings, *counts)


def _mkdocs_digest(root: Path) -> str:
    try:
        return (root / "mkdocs.yml").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def _progress(words: str) -> Callable[[int, int], None] | None:
    """A bar on a terminal, for work longer than a second: called with what is done and the whole."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    bar: tqdm[NoReturn] = tqdm(desc=words, unit="", delay=1, leave=False, file=sys.stderr)

    def watch(done: int, whole: int) -> None:
        bar.total = whole
        bar.update(done - bar.n)
        if done >= whole:
            bar.close()

    return watch


def _wanted_paths(root: Path, paths: Sequence[str]) -> list[str] | None:
    """The given paths relative to the root; they may be given from the present folder or from the root."""
    if not paths:
        return None
    wanted: list[str] = []
    for text in paths:
        candidates = [Path.cwd() / text, root / text]
        found = next((path for path in candidates if text and path.exists()), None)
        if found is None:
            raise CommandError(f"there is no file or folder {text or repr(text)}", "Give paths from here, or from the register's folder.")
        try:
            relative = Path(os.path.abspath(found)).relative_to(Path(os.path.abspath(root)))  # noqa: PTH100 - a link in the path stays a link
        except ValueError:
            try:
                relative = found.resolve().relative_to(root.resolve())
            except ValueError:
                raise CommandError(f"{text} lies outside the register") from None
        if relative == Path():
            return None
        wanted.append(relative.as_posix())
    return wanted


def _only_new(
    root: Path, revision: str, as_of: date, findings: list[Finding]
) -> tuple[list[Finding], dict[Severity, int]]:
    """The findings that were not there at `revision`, and how many of each severity were."""
    from collections import Counter

    from undersigned.checks.run import check_register
    from undersigned.findings import count_by_severity
    from undersigned.history import HistoryError, files_at
    from undersigned.register import register_of

    try:
        before_files = files_at(root, revision)
    except HistoryError as error:
        raise CommandError(str(error), error.hint) from None
    before, _ = check_register(register_of(root, before_files), as_of=as_of, processes=_processes())
    had = Counter((finding.path, finding.code, finding.message) for finding in before)
    new: list[Finding] = []
    older: list[Finding] = []
    for finding in findings:
        mark = (finding.path, finding.code, finding.message)
        if had[mark] > 0:
            had[mark] -= 1
            older.append(finding)
        else:
            new.append(finding)
    return new, count_by_severity(older)


# -- status and reviews ---------------------------------------------------------------------------------------------


def _statuses(options: argparse.Namespace) -> tuple[list[dict[str, object]], list[str]]:
    """Every protocol's status as JSON data, with `lead` and `publication` beside, and what was left out."""
    root, as_of = _root(options), _as_of(options)
    files = load_files(root)
    cache = _cache(options)
    key = answer_key(files, "status", as_of.isoformat())
    kept = cache.get("status", key)
    if isinstance(kept, dict):
        return kept["protocols"], kept["left_out"]
    from undersigned.register import register_of
    from undersigned.reports import status_rows

    register = register_of(root, files)
    rows, left_out = status_rows(register, as_of=as_of, processes=_processes(), watch=_progress("Working out status"))
    cache.put("status", key, {"protocols": rows, "left_out": left_out})
    return rows, left_out


def _tell_left_out(left_out: Sequence[str]) -> None:
    if left_out:
        _remark(f"undersigned: left out, because not wholly readable ('undersigned check' says why): {', '.join(left_out)}")


def _status(options: argparse.Namespace) -> int:
    from undersigned import reports

    rows, left_out = _statuses(options)
    if options.protocols:
        from undersigned.register import register_of

        register = register_of(_root(options), load_files(_root(options)))
        wanted = [register.present_protocol(id_) for id_ in options.protocols]
        for id_ in wanted:
            if id_ not in register.protocol_ids:
                raise CommandError(f"there is no protocol '{id_}'", "The protocols are: " + ", ".join(register.protocol_ids[:50]))
        rows = [row for row in rows if row["id"] in wanted]
        left_out = [path for path in left_out if any(f"protocols/{id_}/" in path or path.endswith(f"/{id_}.yaml") for id_ in wanted)]
    as_of = _as_of(options).isoformat()
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
    _write(said, options.output)
    _tell_left_out(left_out)
    return EXIT_FINE


def _reviews(options: argparse.Namespace) -> int:
    from undersigned import reports

    statuses, left_out = _statuses(options)
    as_of = _as_of(options)
    rows = reports.review_rows(statuses)
    if options.within is not None:
        rows = [row for row in rows if isinstance(row["days"], int) and row["days"] <= options.within]
    match options.format:
        case "json":
            said: str | bytes = reports.render_json({"as_of": as_of.isoformat(), "reviews": rows})
        case "markdown":
            said = reports.render_reviews_markdown(rows, as_of.isoformat())
        case "ics":
            from undersigned import feeds
            from undersigned.register import register_of

            root = _root(options)
            said = feeds.render_reviews_ics(register_of(root, load_files(root)), as_of=as_of, within=options.within)
        case _:
            said = reports.render_reviews_table(rows, as_of.isoformat())
    _write(said, None)
    _tell_left_out(left_out)
    return EXIT_FOUND if _fails(rows, options.fail_on) else EXIT_FINE


def _fails(rows: Sequence[dict[str, object]], fail_on: Sequence[str]) -> bool:
    urgency = ("due-soon", "overdue", "lapsed")
    states = {state for named in fail_on for state in urgency[urgency.index(named):]}
    return any(row["state"] in states for row in rows)


# -- documents, build and serve -------------------------------------------------------------------------------------


def _documents(options: argparse.Namespace) -> int:
    from undersigned.documents.write import Copies, write_documents
    from undersigned.editing.library import standard_form_record
    from undersigned.register import register_of

    root, as_of = _root(options), _as_of(options)
    register = register_of(root, load_files(root))
    named = [register.present_protocol(id_) for id_ in options.protocols]
    for id_ in named:
        if id_ not in register.protocol_ids:
            raise CommandError(f"there is no protocol '{id_}'", "The protocols are: " + ", ".join(register.protocol_ids[:50]))
    wanted = _organisations_asked_for(register, options)
    copies = None
    if options.for_all or wanted:
        copies = Copies(standard_form_record("officer-nomination"), wanted, all_masters=bool(named))
    kept = _cache(options).documents()
    with _told_to_stop():
        written = write_documents(
            register, list(dict.fromkeys(named)) or list(register.protocol_ids), options.output or root / "build" / "documents",
            as_of=as_of, public_only=not named, forms=options.forms,
            register_address=register.address,
            copies=copies, kept=kept, processes=_processes(), watch=_progress("Writing documents"),
        )
    kept.forget_old()
    _write("".join(f"{_from_here(Path(name))}\n" for name in written.names), None)
    _tell_left_out(list(written.unread))
    for id_ in written.restricted:
        _remark(f"undersigned: {id_} is restricted; its documents are made only when it is named")
    for id_ in written.unsigned:
        _remark(f"undersigned: nobody is asked to sign {id_} at present, so no copies of it were made")
    for organisation in sorted((wanted or frozenset()) - written.organisations):
        _remark(f"undersigned: {organisation} is asked to sign none of these protocols, so no copies were made for it")
    for failure in written.failures:
        _remark(f"undersigned: {failure}")
    return EXIT_BROKEN if written.failures else EXIT_FINE


def _from_here(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _organisations_asked_for(register: Register, options: argparse.Namespace) -> frozenset[str] | None:
    """Under present ids; None for all or none."""
    from undersigned.records.reading import did_you_mean

    if options.for_all and options.for_:
        raise CommandError("--for and --for-all were both given", "--for-all is every party; leave one of them out.")
    for id_ in options.for_:
        if register.organisation(register.present_organisation(id_)) is None:
            raise CommandError(f"there is no organisation '{id_}'", did_you_mean(id_, register.organisation_ids))
    return frozenset(register.present_organisation(id_) for id_ in options.for_) or None


def _build(options: argparse.Namespace) -> int:
    from undersigned import reports
    from undersigned.documents.write import write_documents
    from undersigned.register import register_of
    from undersigned.site.build import SiteError, build_site
    from undersigned.site.place import PlaceError, beside_site, clear_left, put_in_place

    root, as_of = _root(options), _as_of(options)
    clear_left(root)
    files = load_files(root)
    kept = _findings(root, files, as_of, _cache(options), progress=True)
    errors = [finding for finding in kept.findings if finding.severity == "error"]
    if errors:
        answer = reports.CheckAnswer(as_of.isoformat(), kept.files, kept.protocols, kept.organisations, kept.signatures, errors)
        _write(reports.render_check_text(answer, _LineReader(files)), None)
        _remark("undersigned: nothing was built. Mend the errors above first; the site that was there is untouched.")
        return EXIT_FOUND
    register = register_of(root, files)
    site = root / "site"
    try:
        with _told_to_stop(), beside_site(root) as work:
            downloads, made = work / "downloads", work / "site"
            downloads.mkdir()
            documents = _cache(options).documents()
            written = write_documents(register, list(register.protocol_ids), downloads, as_of=as_of, public_only=True,
                                      register_address=register.address, kept=documents, processes=_processes(), watch=_progress("Writing documents"))
            documents.forget_old()
            if written.failures:
                raise CommandError("nothing was built: " + "; ".join(map(str, written.failures)))
            pages = _cache(options).pages()
            build_site(register, made, as_of=as_of, downloads=downloads, kept=pages, processes=_processes())
            pages.forget_old(_MOST_BYTES_OF_PAGES)
            if (made / "downloads").exists():
                raise SiteError("docs/downloads stands where the documents go; rename it")
            downloads.rename(made / "downloads")
            put_in_place(made, site, work=work)
    except (SiteError, PlaceError) as error:
        raise CommandError(f"nothing was built: {error}") from None
    warnings = sum(1 for finding in kept.findings if finding.severity == "warning")
    count = sum(1 for path in site.rglob("*") if path.is_file())
    _write(f"site/ is built: {count:,} files, as of {as_of}. {warnings} warnings; 'undersigned check' shows them.\n", None)
    return EXIT_FINE


def _serve(options: argparse.Namespace) -> int:
    from undersigned.site.build import SiteError, serve

    try:
        serve(_root(options), as_of=_as_of(options), address=options.address)
    except SiteError as error:
        raise CommandError(str(error)) from None
    return EXIT_FINE


# -- writing records ------------------------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.new import new_record, questions
    from undersigned.register import register_of

    root, as_of = _root(options), _as_of(options)
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
                    print(question.prompt + (f" [{question.default}]" if question.default else "") + ": ", end="", file=sys.stderr, flush=True)
                    answers[question.name] = sys.stdin.readline().strip() or question.default or ""
        path = new_record(options.kind, register, options.ids, answers=answers, standard=options.standard, as_of=as_of)
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    _write(f"{path.relative_to(root).as_posix()}\n", None)
    return EXIT_FINE


def _release(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.release import release
    from undersigned.register import register_of

    root = _root(options)
    register = register_of(root, load_files(root))
    try:
        path = release(
            register, register.present_protocol(options.protocol), change=options.change, summary=options.summary,
            version=options.number, agreed_on=_as_of(options), effective_from=options.effective_from,
            replaces_earlier_on=options.replaces_earlier_on,
        )
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    _write(f"{path.relative_to(root).as_posix()}\n", None)
    return EXIT_FINE


def _fmt(options: argparse.Namespace) -> int:
    from undersigned.editing import EditingError
    from undersigned.editing.fmt import fmt
    from undersigned.register import register_of

    root = _root(options)
    register = register_of(root, load_files(root))
    try:
        result = fmt(register, _wanted_paths(root, options.paths), check=options.check)
    except EditingError as error:
        raise CommandError(str(error), error.hint) from None
    _write("".join(f"{path}\n" for path in result.changed), None)
    if result.unreadable:
        _remark(f"undersigned: left as they are, because not wholly readable: {', '.join(result.unreadable)}")
    return EXIT_FOUND if options.check and result.changed else EXIT_FINE


# -- schema and explain ---------------------------------------------------------------------------------------------


def _schema(options: argparse.Namespace) -> int:
    import json

    from undersigned.records.schema import KINDS, schema

    if options.kind is not None and options.kind not in KINDS:
        raise CommandError(f"there is no kind of record '{options.kind}'", "Kinds: " + ", ".join(KINDS))

    def text(value: object) -> str:
        return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        for kind in [options.kind] if options.kind else KINDS:
            _write(text(schema(kind)), options.output / f"{kind}.schema.json")
    else:
        _write(text(schema(options.kind) if options.kind else {kind: schema(kind) for kind in KINDS}), None)
    return EXIT_FINE


def _explain(options: argparse.Namespace) -> int:
    from undersigned.checks.rule import rules
    from undersigned.reports import render_rule, render_rule_list

    known = rules()
    if options.code is None:
        _write(render_rule_list({code: rule.title for code, rule in known.items()}), None)
        return EXIT_FINE
    rule = known.get(options.code)
    if rule is None:
        from undersigned.records.reading import did_you_mean

        raise CommandError(f"there is no rule '{options.code}'", did_you_mean(options.code, known))
    _write(render_rule(options.code, rule.model_dump()), None)
    return EXIT_FINE


