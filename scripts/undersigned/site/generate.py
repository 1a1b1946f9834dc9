"""Every generated page and file of a site, made in several processes. Free of MkDocs.

A protocol's own page, data and calendar come first. What pages about several protocols need of each is kept in a
summary, so that no process ever holds the whole register parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import cast
from xml.sax.saxutils import escape

from undersigned.checks.engine import rules
from undersigned.facts.area import AreaFacts
from undersigned.facts.news import ReviewDate, first_organisation_id, newest_first
from undersigned.facts.organisation import OrganisationFacts
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.figures.landscape import Event
from undersigned.parallel import map_in_order, map_protocols
from undersigned.records.fields import KEBAB
from undersigned.register import Register
from undersigned.reports.feeds import Source, render_atom, render_calendar
from undersigned.reports.landscape import render_landscape_csv, render_landscape_json, render_landscape_xlsx
from undersigned.reports.lists import render_lists
from undersigned.site.api import organisation_data, protocol_data, register_data, register_schema, render_json
from undersigned.site.html import with_page_links
from undersigned.site.pages import (
    GeneratedPage,
    PageSet,
    Part,
    issued_module,
    other_pages,
    other_parts,
    pages_of_protocol,
    put_in,
)
from undersigned.site.render import PageError, compile_templates
from undersigned.site.summaries import ProtocolSummary, SummarySite, organisations_with_page, packed, unpacked
from undersigned.words.text import name_of_id

#: The folder in that of the site in which the bodies of the pages wait.
BODIES = ".bodies"
#: With fewer protocols, the other pages are made sooner than processes for them start.
_WORTH_SPLITTING = 40
#: The entries of the feed of an area or a body: there are thousands of these feeds.
_MOST_OF_A_FEED = 40


@dataclass(frozen=True)
class GeneratedSite:
    """`pages` is what hand-written pages may show pieces of. `made`: their bodies wait in files. `files`: the paths of
    those that are written into the folder of the site."""

    pages: PageSet
    made: tuple[GeneratedPage, ...]
    files: tuple[str, ...]


def generate_site(
    register: Register,
    folder: Path,
    *,
    as_of: date,
    name: str,
    address: str,
    sizes: Mapping[str, int],
    processes: int,
    guidance: bool = False,
    digests: Mapping[str, str] | None = None,
) -> GeneratedSite:
    """Writes every generated file into `folder`, that of the site, and the bodies of the pages into `BODIES` in it, which the
    caller removes when it has the pages.

    `address`: where the site will be, or empty; `sizes`: as `RegisterFacts` has them; `digests`: as `PageSet` has them.
    Raises PageError, WorkerError.

    The pages and files are those of `generated_pages` and `generated_files`, whatever the number of processes.
    """
    _ = register.superseding, register.kinds  # before the processes start, so that each has it
    compile_templates()
    target = _Target(folder, address)
    work = partial(_protocol_parts, target, organisations_with_page(register), name, sizes)
    known: dict[Hashable, Hashable] = {}
    parts: list[_ProtocolPart] = []
    for piece in map_protocols(work, register, as_of=as_of, processes=processes):
        parts += cast("list[_ProtocolPart]", unpacked(piece, known))
    del known
    site = SummarySite(register, [part.summary for part in parts], as_of=as_of, sizes=sizes)
    pages = PageSet(site, name, rules(), guidance, digests or {})
    files = list(target.put([("verify/issued.js", issued_module(pages))]))
    files += target.put(
        _other_files(site, name, address)
    )  # first: then every process has the text of each calendar entry
    several = processes if len(parts) >= _WORTH_SPLITTING else 1
    others = list(map_in_order(partial(_other_part, target, pages), other_parts(pages), processes=several))
    made = (*(page for part in parts for page in part.pages), *(page for part in others for page in part.pages))
    files += [*(file for part in parts for file in part.files), *(file for part in others for file in part.files)]
    files_of = {part.summary.id: part.files for part in parts}
    for old, protocol in site.moved_protocols:
        files += target.put(
            (path.replace(f"/{protocol.id}.", f"/{old}."), (folder / path).read_bytes())
            for path in files_of[protocol.id]
        )
    return GeneratedSite(pages, made, tuple(files))


# -- in any process ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Target:
    """Where the site is made (`folder`), and where it will be (`address`)."""

    folder: Path
    address: str

    def put(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
        """Writes files, and returns their paths in the site."""
        paths = []
        for path, content in files:
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            paths.append(path)
        return tuple(paths)

    def put_pages(self, part: str, pages: Iterable[GeneratedPage]) -> tuple[GeneratedPage, ...]:
        """Lets the bodies of pages wait in a file for this `part` of them."""
        linked = (replace(page, body=with_page_links(page.body)) for page in pages)
        return put_in(self.folder / BODIES / part, linked)


@dataclass(frozen=True)
class _ProtocolPart:
    summary: ProtocolSummary
    pages: tuple[GeneratedPage, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class _OtherPart:
    pages: tuple[GeneratedPage, ...]
    files: tuple[str, ...]


def _protocol_parts(
    target: _Target,
    organisations: frozenset[str],
    name: str,
    sizes: Mapping[str, int],
    register: Register,
    ids: tuple[str, ...],
    as_of: date,
) -> bytes:
    """The parts of some protocols, `packed`."""
    site = _OneAtATime(register, organisations, as_of=as_of, sizes=sizes)
    pages = PageSet(site, name)
    found = []
    for id_ in ids:
        facts = site.by_id.get(id_)
        if facts is None:
            continue
        made = target.put_pages(f"protocol-{id_}", pages_of_protocol(pages, facts))
        files = target.put(_protocol_files(facts, id_, target.address))
        found.append(_ProtocolPart(ProtocolSummary(facts), made, files))
        site.forget(id_)
    return packed(found)


def _other_part(target: _Target, pages: PageSet, part: Part) -> _OtherPart:
    address = target.address
    files: Iterable[tuple[str, bytes]] = ()
    if part.kind == "organisations":
        organisations = pages.site.organisations[part.start : part.stop]
        files = (file for one in organisations for file in _organisation_files(pages.site, one, one.id, address))
    elif part.kind == "landscapes":
        areas = pages.site.areas[part.start : part.stop]
        files = (file for area in areas for file in _area_files(pages.site, area, address))
    made = target.put_pages(f"{part.kind}-{part.start}", other_pages(pages, part))
    found = _OtherPart(made, target.put(files))
    pages.site.forget_dealings()
    return found


# -- files ------------------------------------------------------------------------------------------------------


def generated_files(
    site: RegisterFacts, *, name: str, address: str = "", digests: Mapping[str, str] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Everything that the site holds beside its pages and the site map, by path: data, calendars and news.

    `address`: where the site will be, or empty.
    """
    for protocol in site.protocols:
        yield from _protocol_files(protocol, protocol.id, address)
    for old, protocol in site.moved_protocols:
        yield from _protocol_files(protocol, old, address)
    for organisation in site.organisations:
        yield from _organisation_files(site, organisation, organisation.id, address)
    for area in site.areas:
        yield from _area_files(site, area, address)
    yield from _other_files(site, name, address)
    yield "verify/issued.js", issued_module(PageSet(site, name, digests=digests or {}))


def _other_files(site: RegisterFacts, name: str, address: str) -> Iterator[tuple[str, bytes]]:
    yield "api/v1/register.json", render_json(register_data(site)).encode()
    yield "api/v1/register.schema.json", register_schema().encode()
    yield "feed.xml", render_atom(site.news, as_of=site.as_of, name=name, source=Source.of(site.register, address))
    for list_, text in render_lists(site):
        yield f"lists/{list_}.csv", text.encode()
    yield "calendars/reviews.ics", _calendar(site, site.protocols, name, address)
    for old, organisation in site.moved_organisations:
        yield from _organisation_files(site, organisation, old, address)


def _area_files(site: RegisterFacts, area: AreaFacts, address: str) -> Iterator[tuple[str, bytes]]:
    """The landscape of an area as data and spreadsheets, and the review dates of its protocols."""
    folder = f"areas/{area.area}/"
    yield f"{folder}landscape.json", render_landscape_json(area.landscape).encode()
    yield f"{folder}landscape.csv", render_landscape_csv(area.landscape).encode()
    yield f"{folder}landscape.xlsx", render_landscape_xlsx(area.landscape)
    here = {one.id for one in area.landscape.protocols}
    protocols = [facts for facts in site.open_protocols if facts.id in here]
    others = [one for one in area.landscape.year if one.kind != "review"]
    name = name_of_id(area.area)
    yield f"{folder}reviews.ics", _calendar(site, protocols, name, address, others)
    yield f"{folder}feed.xml", _feed(site, protocols, name, address, page=folder, path=f"{folder}feed.xml")


def _protocol_files(protocol: ProtocolFacts, id_: str, address: str) -> Iterator[tuple[str, bytes]]:
    """The files of one protocol under its present or a former id."""
    data = protocol_data(protocol)
    data["$schema"] = "../register.schema.json#/$defs/protocol"
    yield f"api/v1/protocols/{id_}.json", render_json(data).encode()
    yield f"calendars/protocols/{id_}.ics", _calendar(protocol, [protocol], protocol.title, address)


def _organisation_files(
    site: RegisterFacts, organisation: OrganisationFacts, id_: str, address: str
) -> Iterator[tuple[str, bytes]]:
    """The files of one organisation under its present or a former id."""
    data = organisation_data(site, organisation)
    data["$schema"] = "../register.schema.json#/$defs/organisation"
    yield f"api/v1/organisations/{id_}.json", render_json(data).encode()
    protocols = [membership.protocol for membership in organisation.memberships]
    name = organisation.record.name
    yield f"calendars/organisations/{id_}.ics", _calendar(site, protocols, name, address)
    path, page = f"feeds/organisations/{id_}.xml", f"organisations/{organisation.id}/"
    first = f"organisations/{first_organisation_id(organisation.id, site.register)}/"
    yield path, _feed(site, protocols, name, address, page=page, path=path, key=first)


def _calendar(
    of: RegisterFacts | ProtocolFacts,
    protocols: Iterable[ProtocolFacts],
    name: str,
    address: str,
    events: Iterable[Event] = (),
) -> bytes:
    dates: list[ReviewDate] = [day for protocol in protocols if (day := protocol.review_date) is not None]
    return render_calendar(dates, as_of=of.as_of, name=name, source=Source.of(of.register, address), events=events)


def _feed(
    site: RegisterFacts,
    protocols: Iterable[ProtocolFacts],
    name: str,
    address: str,
    *,
    page: str,
    path: str,
    key: str = "",
) -> bytes:
    """The news of some protocols. `page`: what the feed is about. `key`: the page's address in time; without one, `page`."""
    return render_atom(
        newest_first(item for protocol in protocols for item in protocol.news),
        as_of=site.as_of,
        name=name,
        source=Source.of(site.register, address),
        path=path,
        page=page,
        key=f"{key or page}feed",
        most=_MOST_OF_A_FEED,
    )


def site_map(address: str, urls: Iterable[str]) -> bytes:
    """A sitemap (sitemaps.org, protocol 0.9) without days: a page's own day is not known, and the build's says nothing."""
    base = address if address.endswith("/") else f"{address}/"
    lines = [f"<url><loc>{escape(base + url)}</loc></url>" for url in sorted(urls)]
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (text + "\n".join(lines) + "\n</urlset>\n").encode()


# -- what a page of one protocol sees ---------------------------------------------------------------------------


class _OneAtATime(RegisterFacts):
    """Reads only the protocols that are asked for by id. `organisations`: those that have a page."""

    def __init__(
        self, register: Register, organisations: frozenset[str], *, as_of: date, sizes: Mapping[str, int]
    ) -> None:
        super().__init__(register, as_of=as_of, sizes=sizes)
        self._organisations = organisations
        self._by_id = _WhenAsked(self._facts)

    @property
    def protocols(self) -> tuple[ProtocolFacts, ...]:
        raise PageError("a protocol's page may not depend on all the others")

    @property
    def organisation_ids(self) -> frozenset[str]:
        return self._organisations

    @property
    def by_id(self) -> dict[str, ProtocolFacts]:
        return self._by_id

    def forget(self, id_: str) -> None:
        """Frees the memory of a protocol whose page is made."""
        self._by_id.pop(id_, None)
        self.register.forget(id_)

    def _facts(self, id_: str) -> ProtocolFacts | None:
        folder = self.register.protocol(id_) if id_ in self.register.protocol_ids else None
        if folder is None or not folder.readable or not KEBAB.match(id_):
            return None
        return ProtocolFacts(folder, self.register, as_of=self.as_of, sizes=self._sizes)


class _WhenAsked(dict[str, ProtocolFacts]):
    """Works out a protocol when it is first looked up with `get`."""

    def __init__(self, facts_of: Callable[[str], ProtocolFacts | None]) -> None:
        super().__init__()
        self._facts_of = facts_of

    def get(self, id_: str, default: object = None) -> ProtocolFacts | None:  # type: ignore[override]
        if id_ not in self:
            facts = self._facts_of(id_)
            if facts is None:
                return None
            self[id_] = facts
        return self[id_]
