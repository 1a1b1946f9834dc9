"""Options that every verb takes, and the types of options. The only file that reads the clock."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from undersigned.cli.output import CommandError

if TYPE_CHECKING:
    from undersigned.cache import AnswerCache
    from undersigned.records.files import Files
    from undersigned.register import Register

P = ParamSpec("P")


@dataclass(frozen=True)
class Common:
    """The options that every verb takes, before or after its name; the later one counts."""

    root_given: Path | None = None
    day_given: date | None = None
    cache_given: Path | None = None
    no_cache: bool = False

    @cached_property
    def root(self) -> Path:
        """The register's folder: the one given, or the nearest from here upwards with mkdocs.yml."""
        if self.root_given is not None:
            if not self.root_given.is_dir():
                raise CommandError(f"there is no folder {self.root_given}")
            return self.root_given
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / "mkdocs.yml").is_file():
                return folder
        raise CommandError(
            "there is no register here: neither this folder nor one above it holds mkdocs.yml",
            "Go into the register's folder, or name it with --root DIR.",
        )

    @cached_property
    def as_of(self) -> date:
        """The day to answer for: the one given, or today in London."""
        if self.day_given is not None:
            return self.day_given
        from zoneinfo import ZoneInfo

        return datetime.now(ZoneInfo("Europe/London")).date()

    @cached_property
    def cache(self) -> AnswerCache:
        from undersigned.cache import AnswerCache

        if self.no_cache:
            return AnswerCache(None)
        if self.cache_given is not None:
            return AnswerCache(self.cache_given)
        from platformdirs import user_cache_path

        return AnswerCache(user_cache_path("undersigned", appauthor=False))

    @cached_property
    def files(self) -> Files:
        """Every record file, read once."""
        from undersigned.records.files import load_files

        return load_files(self.root)

    @cached_property
    def register(self) -> Register:
        from undersigned.register import register_of

        return register_of(self.root, self.files)

    def protocols_named(self, ids: Sequence[str]) -> list[str]:
        """Present ids of the protocols named, each once. Former ids are accepted; an unknown one is an error."""
        named = [self.register.present_protocol(id_) for id_ in ids]
        for id_ in named:
            if id_ not in self.register.protocol_ids:
                titles = {folder.id: folder.value.title for folder in self.register.protocols() if folder.readable}
                raise CommandError(f"there is no protocol '{id_}'", _id_meant(id_, titles, self.register.protocol_ids))
        return list(dict.fromkeys(named))

    def organisations_named(self, ids: Sequence[str]) -> list[str]:
        """Present ids of the organisations named, each once. Former ids are accepted; an unknown one is an error."""
        named = [self.register.present_organisation(id_) for id_ in ids]
        for id_ in named:
            if self.register.organisation(id_) is None:
                known = self.register.organisation_ids
                names = {known_id: self.register.organisation_name(known_id) for known_id in known}
                raise CommandError(f"there is no organisation '{id_}'", _id_meant(id_, names, known))
        return list(dict.fromkeys(named))

    def relative_paths(self, paths: Sequence[str]) -> list[str] | None:
        """The given paths relative to the root, or None for the whole register.

        A path may be given from the present folder or from the root.
        """
        relative = [_relative_to(self.root, text) for text in paths]
        return relative if relative and "." not in relative else None


def _id_meant(text: str, names: Mapping[str, str], ids: Sequence[str]) -> str:
    """A hint that names the id whose name was typed, or the nearest id."""
    from undersigned.records.reading import did_you_mean

    for id_, name in names.items():
        if name.casefold() == text.strip().casefold():
            return f"Did you mean '{id_}'? Records are called by their ids."
    return did_you_mean(text, ids)


def _relative_to(root: Path, text: str) -> str:
    found = next((path for path in (Path.cwd() / text, root / text) if text and path.exists()), None)
    if found is None:
        raise CommandError(
            f"there is no file or folder {text or repr(text)}", "Give paths from here, or from the register's folder."
        )
    try:
        relative = Path(os.path.abspath(found)).relative_to(Path(os.path.abspath(root)))  # noqa: PTH100 - a link in the path stays a link
    except ValueError:
        try:
            relative = found.resolve().relative_to(root.resolve())
        except ValueError:
            raise CommandError(f"{text} lies outside the register") from None
    return _as_on_disk(root, relative)


def _as_on_disk(root: Path, relative: Path) -> str:
    """The path with the capitals that it has on disk. Windows and macOS accept any, but findings name the real path."""
    folder, parts = root, []
    for part in relative.parts:
        with contextlib.suppress(OSError):
            names = os.listdir(folder)  # noqa: PTH208 - names, not paths
            if part not in names:
                part = next((name for name in names if name.casefold() == part.casefold()), part)
        parts.append(part)
        folder = folder / part
    return "/".join(parts) or "."


def day(text: str) -> date:
    """A date written YYYY-MM-DD."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a day; write it as 2026-05-01") from None


def day_or_empty(text: str) -> date | None:
    """A date, or None for the empty text that a workflow passes for an empty box."""
    return day(text) if text else None


def whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise click.BadParameter(f"'{text}' is not a whole number")
    return int(text)


def commit_id(text: str) -> str:
    """The full id of a commit: 40 or 64 hexadecimal digits."""
    if not re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text):
        raise click.BadParameter(f"'{text}' is not the full id of a commit")
    return text


def web_address(text: str) -> str:
    """The address of a site, ending in a slash."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?", text):
        raise click.BadParameter(f"'{text}' is not the address of a site, such as https://example.org/register/")
    return text.rstrip("/") + "/"


def host_and_port(text: str) -> str:
    """An address to listen on: a name or number of a host, a colon and a port."""
    match = re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if match is None or int(match[1]) > 65535:
        raise click.BadParameter(f"'{text}' is not an address to listen on; write it as 127.0.0.1:8000")
    return text


def processes() -> int:
    """How many processes to use: one for each processor this process may use, four at most."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, available))


def _set_root(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.obj = replace(context.ensure_object(Common), root_given=value)


def _set_day(context: click.Context, _: click.Parameter, value: date | None) -> None:
    if value is not None:
        context.obj = replace(context.ensure_object(Common), day_given=value)


def _set_cache(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.obj = replace(context.ensure_object(Common), cache_given=value)


def _set_no_cache(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.obj = replace(context.ensure_object(Common), no_cache=True)


COMMON_OPTIONS: tuple[click.Option, ...] = (
    click.Option(
        ["--root"],
        type=Path,
        metavar="DIR",
        callback=_set_root,
        expose_value=False,
        help="The register's folder. Default: the nearest one upwards with mkdocs.yml.",
    ),
    click.Option(
        ["--as-of"],
        type=day,
        metavar="DATE",
        callback=_set_day,
        expose_value=False,
        help="The day to answer for. Default: today in London.",
    ),
    click.Option(
        ["--cache"], type=Path, metavar="DIR", callback=_set_cache, expose_value=False, help="Where to keep answers."
    ),
    click.Option(["--no-cache"], is_flag=True, callback=_set_no_cache, expose_value=False, help="Keep no answers."),
)


def verb(
    name: str, *, example: str, group: click.Group | None = None, cls: type[click.Command] = click.Command
) -> Callable[[Callable[Concatenate[Common, P], int]], click.Command]:
    """Make a function the verb `name`. The function gets `Common` first and returns the exit status.

    Its docstring is the verb's help; `example` is shown under it.
    """

    def decorate(function: Callable[Concatenate[Common, P], int]) -> click.Command:
        run = click.make_pass_decorator(Common, ensure=True)(function)
        command = click.command(name, cls=cls, epilog=f"Example:\n\n\b\n  {example}")(run)
        command.params.extend(COMMON_OPTIONS)
        if group is not None:
            group.add_command(command)
        return command

    return decorate


F = TypeVar("F", bound=Callable[..., object])


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`, one of `formats` of which the first is the default. The verb gets it as `format_`."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to write the answer.",
    )


def answer_options(*formats: str) -> Callable[[F], F]:
    """`--format` and `--output FILE`, for a verb that answers a question."""

    def decorate(function: F) -> F:
        output = click.option("--output", type=Path, metavar="FILE", help="Write to FILE instead of standard output.")
        return format_option(*formats)(output(function))

    return decorate
