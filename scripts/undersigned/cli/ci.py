"""The verb `ci`: the jobs of the register's workflows. The repository and the token come from the job's environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Protocol

import click

from undersigned.cli.options import COMMON_OPTIONS, Common, day_or_empty, processes, verb, whole_number
from undersigned.cli.output import EXIT_BROKEN, EXIT_FINE, EXIT_FOUND, CommandError, remark, stop_on, write
from undersigned.cli.release import CHANGES

if TYPE_CHECKING:
    from undersigned.github import GitHub
    from undersigned.jobs.issue_sync import IssueSync
    from undersigned.jobs.messages import RepositoryLinks
    from undersigned.records.version import Change
    from undersigned.register import Register

P = ParamSpec("P")
#: The account that opens issues with the token of a job.
ACTIONS_ACCOUNT = "github-actions[bot]"
_LARGEST_EVENT = 10 * 1024 * 1024
_LARGEST_TEXT = 1024 * 1024


class IssuesOf(Protocol):
    """A function that works out the issues that there should be."""

    def __call__(self, register: Register, *, as_of: date, links: RepositoryLinks, root: Path) -> IssueSync: ...


class Jobs(click.Group):
    """Lists its jobs in the order in which they are defined."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Jobs"):
            formatter.write_dl([(name, job.get_short_help_str(200)) for name, job in self.commands.items()])


@click.group(
    "ci",
    cls=Jobs,
    params=list(COMMON_OPTIONS),
    subcommand_metavar="JOB [ARGUMENTS]...",
    epilog="Example:\n\n\b\n  undersigned ci reviews --dry-run",
)
def ci_command() -> None:
    """Run a job of the register's workflows on GitHub."""


def github_options(function: Callable[P, int]) -> Callable[P, int]:
    """Add the options `repository`, `account` and `dry_run`."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Only say what would be done."),
        click.option(
            "--account",
            metavar="LOGIN",
            default=ACTIONS_ACCOUNT,
            show_default=True,
            help="The account that the token belongs to.",
        ),
        click.option(
            "--repository",
            metavar="OWNER/NAME",
            envvar="GITHUB_REPOSITORY",
            default="",
            help="The repository on GitHub. Default: GITHUB_REPOSITORY.",
        ),
    ):
        function = option(function)
    return function


@verb("reviews", example="undersigned ci reviews --dry-run", group=ci_command)
@github_options
def reviews_job(common: Common, repository: str, account: str, dry_run: bool) -> int:
    """Keep one issue for each protocol whose review is due soon, overdue or lapsed."""
    from undersigned.jobs.reviews import review_issues

    return _sync(common, review_issues, repository, account, dry_run)


@verb("chase", example="undersigned ci chase --dry-run", group=ci_command)
@github_options
def chase_job(common: Common, repository: str, account: str, dry_run: bool) -> int:
    """Keep one issue for each protocol that waits for signatures or copies."""
    from undersigned.jobs.chase import chase_issues

    return _sync(common, chase_issues, repository, account, dry_run)


@verb("provision", example="undersigned ci provision --dry-run", group=ci_command)
@github_options
def provision_job(common: Common, repository: str, account: str, dry_run: bool) -> int:
    """Keep one issue for each area whose services end soon, wait to be confirmed or have no owner."""
    from undersigned.jobs.provision import provision_issues

    return _sync(common, provision_issues, repository, account, dry_run)


def _sync(common: Common, issues_of: IssuesOf, repository: str, account: str, dry_run: bool) -> int:
    from undersigned.github import GitHubError
    from undersigned.github.issues import Issues
    from undersigned.jobs.issue_sync import IssueKeeper

    register = common.register
    github = github_of(repository, dry_run)
    with stop_on(GitHubError):
        sync = issues_of(register, as_of=common.as_of, links=links_of(github), root=common.root)
        keeper = IssueKeeper(Issues(github), account, lambda line: write(line + "\n", None), dry_run=dry_run)
        return EXIT_FINE if keeper.keep(sync, as_of=common.as_of) else EXIT_BROKEN


@verb("send", example="undersigned ci send --dry-run", group=ci_command)
@click.option("--output", type=Path, metavar="DIR", help="The folder for the packs. Default: build/send.")
@github_options
def send_job(common: Common, output: Path | None, repository: str, account: str, dry_run: bool) -> int:
    """Make the packs and drafts that have to go out, and keep one pull request a text that records the sending."""
    from undersigned.changes.git import History, HistoryError
    from undersigned.editing.standard_texts import standard_form_record
    from undersigned.github import GitHubError
    from undersigned.jobs.sending import Desk, offer_all, offers

    register = common.register
    if dry_run:
        for offer in offers(register, as_of=common.as_of):
            bodies = " ".join(one.organisation for one in offer.addressees)
            write(f"{offer.round.folder.id} {offer.round.version}: {bodies}\n", None)
        return EXIT_FINE
    github = github_of(repository, dry_run)
    with stop_on(GitHubError, HistoryError):
        links = links_of(github)
        with History(common.root) as history:
            base = history.resolve("HEAD")
        run = os.environ.get("GITHUB_RUN_ID", "")
        cache = common.cache.documents()
        desk = Desk(
            output or common.root / "build" / "send",
            standard_form_record("officer-nomination"),
            cache,
            links.run(run) if run.isdecimal() else "",
        )
        done = offer_all(
            github,
            register,
            desk,
            lambda line: write(line + "\n", None),
            base=base,
            into=links.branch,
            as_of=common.as_of,
        )
        cache.forget_old()
    return EXIT_FINE if done else EXIT_BROKEN


@verb("heartbeat", example="undersigned ci heartbeat", group=ci_command)
@github_options
def heartbeat_job(_: Common, repository: str, account: str, dry_run: bool) -> int:
    """Keep GitHub from switching the scheduled workflows off after sixty quiet days."""
    from undersigned.github import GitHubError
    from undersigned.jobs.upkeep import heartbeat

    with stop_on(GitHubError):
        return EXIT_FINE if heartbeat(github_of(repository, dry_run), remark, dry_run=dry_run) else EXIT_BROKEN


@verb("intake", example="undersigned ci intake --issue 12 --dry-run", group=ci_command)
@click.option(
    "--issue", type=whole_number, metavar="NUMBER", help="The issue. Default: that of the event, GITHUB_EVENT_PATH."
)
@github_options
def intake_job(common: Common, issue: int | None, repository: str, account: str, dry_run: bool) -> int:
    """Turn an issue that a form made into a pull request with the record it asks for."""
    from undersigned.changes.git import History, HistoryError
    from undersigned.github import GitHubError
    from undersigned.github.issues import Issues
    from undersigned.jobs import JobError
    from undersigned.jobs.form_answers import UnusableError
    from undersigned.jobs.issue_forms import answer_issue, checked_change

    number = issue or _issue_of_event()
    register = common.register
    github = github_of(repository, dry_run)
    try:
        with stop_on(JobError, GitHubError, HistoryError):
            if dry_run:
                form = Issues(github).one(number)
                checked = checked_change(form.body if form else "", register, as_of=common.as_of, processes=processes())
                write("".join(f"{path}\n" for path in sorted(checked.change.files)), None)
                return EXIT_FINE
            with History(common.root) as history:
                base = history.resolve("HEAD")
            outcome = answer_issue(
                github,
                register,
                number,
                base=base,
                links=links_of(github),
                account=account,
                as_of=common.as_of,
                processes=processes(),
            )
            write(outcome + "\n", None)
    except UnusableError as error:
        remark(f"undersigned: {error}")
        return EXIT_FOUND
    return EXIT_FINE


@verb("comment", example="undersigned ci comment changes.md --pull 12", group=ci_command)
@click.argument("text", type=Path, metavar="FILE")
@click.option("--pull", type=whole_number, required=True, metavar="NUMBER", help="The pull request.")
@github_options
def comment_job(_: Common, text: Path, pull: int, repository: str, account: str, dry_run: bool) -> int:
    """Keep one comment on a pull request that says what its change means. FILE holds the Markdown of the comment."""
    from undersigned.github import GitHubError
    from undersigned.github.client import repeat_if_unanswered
    from undersigned.github.issues import Issues
    from undersigned.jobs.issue_sync import Mark, keep_comment

    issues = Issues(github_of(repository, dry_run))
    markdown = _read(text, _LARGEST_TEXT)

    def comment() -> int:
        issue = issues.one(pull)
        if issue is None:
            raise CommandError(f"there is no pull request {pull}")
        if not dry_run:
            changed = keep_comment(issues, issue, Mark("changes", "pull"), markdown, account=account)
            remark(
                f"undersigned: #{pull}: {'the comment now says what the change means' if changed else 'the comment is up to date'}"
            )
        return EXIT_FINE

    with stop_on(GitHubError):
        return repeat_if_unanswered(comment)


@verb("upkeep", example="undersigned ci upkeep --dry-run", group=ci_command)
@github_options
def upkeep_job(common: Common, repository: str, account: str, dry_run: bool) -> int:
    """Propose owners and issue forms as the records now have them."""
    from undersigned.changes.git import History, HistoryError
    from undersigned.changes.owners import OwnersError
    from undersigned.github import GitHubError
    from undersigned.jobs import JobError
    from undersigned.jobs.upkeep import stale_files, upkeep

    register = common.register
    with stop_on(JobError, GitHubError, HistoryError, OwnersError):
        if dry_run:
            write("".join(f"{path}\n" for path in stale_files(register, as_of=common.as_of)), None)
            return EXIT_FINE
        github = github_of(repository, dry_run)
        with History(common.root) as history:
            base = history.resolve("HEAD")
        write(upkeep(github, register, base=base, into=links_of(github).branch, as_of=common.as_of) + "\n", None)
    return EXIT_FINE


@verb("law", example="undersigned ci law --dry-run", group=ci_command)
@github_options
def law_job(common: Common, repository: str, account: str, dry_run: bool) -> int:
    """Look at the law that the register cites: one issue for each change, and one pull request to confirm them."""
    from undersigned.changes.git import History, HistoryError
    from undersigned.cli.law import EXIT_AWAY, legislation
    from undersigned.github import GitHubError
    from undersigned.github.client import repeat_if_unanswered
    from undersigned.github.issues import Issues
    from undersigned.github.pulls import propose
    from undersigned.jobs.issue_sync import IssueKeeper
    from undersigned.jobs.law import BRANCH, law_draft, law_files, law_issues
    from undersigned.jobs.messages import message
    from undersigned.law import AwayError
    from undersigned.law.watch import look
    from undersigned.records.vocabulary import vocabulary
    from undersigned.reports.law import render_law_text
    from undersigned.status.law import long_unseen

    register = common.register
    with stop_on(AwayError):
        found = look(legislation(register.address), register.law_states, vocabulary().cited, as_of=common.as_of)
    write(render_law_text(found, register), None)
    if not found.looked and long_unseen(register.law_states, as_of=common.as_of) is None:
        return EXIT_AWAY
    files = law_files(found, register.law_states, as_of=common.as_of)
    github = github_of(repository, dry_run)
    with stop_on(GitHubError, HistoryError):
        keeper = IssueKeeper(Issues(github), account, lambda line: write(line + "\n", None), dry_run=dry_run)
        kept = keeper.keep(law_issues(found, register, as_of=common.as_of), as_of=common.as_of)
        if not found.looked:
            return EXIT_AWAY if kept else EXIT_BROKEN
        if not files:
            write(message("words", "law", "current") + "\n", None)
        elif dry_run:
            write("".join(f"{path}\n" for path in sorted(files)), None)
        else:
            with History(common.root) as history:
                base = history.resolve("HEAD")
            draft = law_draft(found, files, register, base=base, into=links_of(github).branch)
            outcome = repeat_if_unanswered(lambda: propose(github, draft))
            write(message("words", "law", outcome.code, address=outcome.address, branch=BRANCH) + "\n", None)
    return EXIT_FINE if kept else EXIT_BROKEN


@verb("owners", example="undersigned ci owners --check", group=ci_command)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would change.")
def owners_job(common: Common, check: bool) -> int:
    """Write .github/CODEOWNERS from the records."""
    from undersigned.changes.owners import PATH, OwnersError, render_owners, stale_lines

    with stop_on(OwnersError):
        stale = stale_lines(common.register, as_of=common.as_of)
        if stale and not check:
            _write_files(common.root, {PATH: render_owners(common.register, as_of=common.as_of)})
    write("".join(f"{line}\n" for line in stale) if check else f"{PATH}\n" if stale else "", None)
    return EXIT_FOUND if stale and check else EXIT_FINE


@verb("forms", example="undersigned ci forms --check", group=ci_command)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would change.")
def forms_job(common: Common, check: bool) -> int:
    """Write the issue forms with the names that the register has."""
    from undersigned.jobs.form_definitions import render_forms, stale_forms

    stale = stale_forms(common.register, as_of=common.as_of)
    if stale and not check:
        texts = render_forms(common.register, as_of=common.as_of)
        _write_files(common.root, {path: texts[path] for path in stale})
    write("".join(f"{path}\n" for path in stale), None)
    return EXIT_FOUND if stale and check else EXIT_FINE


@verb(
    "stamp", example='undersigned ci stamp housing --change editorial --summary "Spelling" --dry-run', group=ci_command
)
@click.argument("protocol", metavar="PROTOCOL")
@click.option("--change", required=True, type=click.Choice(CHANGES), help="What kind of change this version makes.")
@click.option("--summary", required=True, metavar="TEXT", help="What has changed, in a sentence.")
@click.option("--version", "number", default="", metavar="V", help="The version's number. Default: the next one.")
@click.option("--effective-from", type=day_or_empty, metavar="DATE", help="The day from which the version applies.")
@click.option(
    "--replaces-earlier-on", type=day_or_empty, metavar="DATE", help="The day on which earlier versions stop applying."
)
@click.option(
    "--judged-by",
    default="",
    metavar="POST",
    help="For an editorial change: the post that compared both wordings and judged that nobody owes more or less.",
)
@github_options
def stamp_job(
    common: Common,
    protocol: str,
    change: Change,
    summary: str,
    number: str,
    effective_from: date | None,
    replaces_earlier_on: date | None,
    judged_by: str,
    repository: str,
    account: str,
    dry_run: bool,
) -> int:
    """Propose the working text of a protocol as its next version, in a pull request."""
    from undersigned.changes.git import History, HistoryError
    from undersigned.changes.render_text import side_by_side
    from undersigned.editing.release import wordings_of_stamp
    from undersigned.github import GitHubError
    from undersigned.jobs import JobError
    from undersigned.jobs.stamp import StampRequest, draft_of, stamp

    register = common.register
    request = StampRequest(
        protocol, change, summary, number or None, effective_from, replaces_earlier_on, judged_by or None
    )
    if change == "editorial":
        remark(side_by_side(wordings_of_stamp(register, register.present_protocol(protocol), agreed_on=common.as_of)))
    with stop_on(JobError, GitHubError, HistoryError):
        with History(common.root) as history:
            base = history.resolve("HEAD")
        if dry_run:
            draft = draft_of(register, request, base=base, into="", as_of=common.as_of)
            write(f"{draft.title}\n\n{draft.body}\n", None)
            return EXIT_FINE
        github = github_of(repository, dry_run)
        outcome = stamp(github, register, request, base=base, into=links_of(github).branch, as_of=common.as_of)
        write(outcome + "\n", None)
    return EXIT_FINE


def github_of(repository: str, dry_run: bool) -> GitHub:
    """The repository, with the token of the environment (`GITHUB_TOKEN`)."""
    from undersigned.github import API, GitHub, GitHubError

    if not repository:
        raise CommandError("which repository?", "Set GITHUB_REPOSITORY, or give --repository OWNER/NAME.")
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token and not dry_run:
        raise CommandError("there is no token", "Set GITHUB_TOKEN to a token that may write what is asked for.")
    with stop_on(GitHubError):
        return GitHub(repository, token, api=os.environ.get("GITHUB_API_URL", API))


def links_of(github: GitHub) -> RepositoryLinks:
    """Where the repository is, with its default branch as GitHub names it."""
    from undersigned.github.client import as_object, text_in
    from undersigned.jobs.messages import RepositoryLinks

    branch = text_in(as_object(github.get("")), "default_branch")
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    return RepositoryLinks(server, github.repository, branch or "main")


def _issue_of_event() -> int:
    """The number of the issue that started the job."""
    try:
        event = json.loads(_read(Path(os.environ["GITHUB_EVENT_PATH"]), _LARGEST_EVENT))
        number = event["issue"]["number"]
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            return number
    except (KeyError, TypeError, ValueError, OSError):
        pass
    raise CommandError("which issue?", "Give --issue NUMBER, or set GITHUB_EVENT_PATH to the event of an issue.")


def _read(path: Path, most: int) -> str:
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise CommandError(f"{path} is too large")
    return raw.decode("utf-8", "replace")


def _write_files(root: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write(text, root / path)
