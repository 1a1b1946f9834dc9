"""The generated pages of the site: which there are, their addresses, and the facts that each shows. Free of MkDocs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from html import unescape
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from undersigned.changes.sections import Phrases
from undersigned.checks.engine import Rule
from undersigned.facts.area import AreaFacts
from undersigned.facts.for_people import NO_AREA, rights
from undersigned.facts.organisation import OrganisationFacts
from undersigned.facts.partnerships import MOST_BODIES, Area, Counterpart, Dealing
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.facts.text import IssuedText
from undersigned.figures.provision import area_ids, area_map
from undersigned.records.protocol import ENDED
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.reports.lists import LISTS
from undersigned.site.api import Json, render_json
from undersigned.site.areas import MOST_ROWS, area_values, landscape_values
from undersigned.site.fields import fields_view
from undersigned.site.html import first_words
from undersigned.site.lists import FACETS, Group, ListPage, by_status, headings, in_pages, pages_of_rows, restricted
from undersigned.site.outcomes import outcome_values
from undersigned.site.render import render, word, word_list
from undersigned.status.law import law_looked_on, long_unseen
from undersigned.words.form_links import Named
from undersigned.words.labels import headings as label_headings
from undersigned.words.labels import label
from undersigned.words.messages import message
from undersigned.words.messages import translated as _
from undersigned.words.text import first_letter, in_reading_order, name_of_id

_HEADING = re.compile(r'<h2[^>]* id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>")

#: Pages that one process makes at a time.
_LANDSCAPES_IN_A_PART, _AREAS_IN_A_PART, _ORGANISATIONS_IN_A_PART = 2, 4, 15
#: The names of the sections, by their folder.
_TITLES = {
    "": message("Home"),
    "protocols/": message("Protocols"),
    "organisations/": message("Organisations"),
    "between/": message("Between two bodies"),
    "areas/": message("Areas"),
    "matrix/": message("Who has an agreement with whom"),
    "reviews/": message("Review calendar"),
    "status/": message("Status"),
    "outcomes/": message("Outcome figures"),
    "provision/": message("Who provides what"),
    "feeds/": message("Calendars and data"),
    "verify/": message("Check a copy"),
    "rules/": message("The rules"),
    "fields/": message("The fields of the records"),
    "you/": message("What is shared about you"),
}


@dataclass(frozen=True)
class Crumb:
    """One breadcrumb. `url` is relative to the site's root."""

    label: str
    url: str


_ENCODING = ("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Place:
    """Where a body waits: some bytes of a file that holds many."""

    file: Path
    start: int
    length: int


@lru_cache(maxsize=1)  # MkDocs asks for the same body several times in a row
def _body_in(place: Place) -> str:
    with place.file.open("rb") as file:
        file.seek(place.start)
        return file.read(place.length).decode(*_ENCODING)


@dataclass(frozen=True)
class GeneratedPage:
    """One page. `source`: its name in MkDocs. `contents`: (id, plain text) of its main headings."""

    source: str
    title: str
    description: str
    body: str
    breadcrumbs: tuple[Crumb, ...] = ()
    section: str = ""
    contents: tuple[tuple[str, str], ...] = ()
    wide: bool = False
    #: Whether its subject has ended: a search lists it last.
    over: bool = False
    #: The new address, relative to the site's root, if this page only redirects.
    moved_to: str = ""
    #: Its script, a file among the theme's assets, if it has one.
    script: str = ""
    #: Where the body is while the page waits; then `body` is empty.
    waits_in: Place | None = None

    def taken_out(self) -> GeneratedPage:
        """Returns the page with its body, as long as the file in which it waits is there."""
        return self if self.waits_in is None else replace(self, body=_body_in(self.waits_in), waits_in=None)

    @property
    def url(self) -> str:
        """The page's folder, relative to the site's root."""
        return self.source.removesuffix("index.md")


def put_in(file: Path, pages: Iterable[GeneratedPage]) -> tuple[GeneratedPage, ...]:
    """Writes the bodies of pages into one new file: in the memory, those of a national register would need too much."""
    file.parent.mkdir(parents=True, exist_ok=True)
    waiting = []
    with file.open("wb") as bodies:
        for page in pages:
            place = Place(file, bodies.tell(), bodies.write(page.body.encode(*_ENCODING)))
            waiting.append(replace(page, body="", waits_in=place))
    return tuple(waiting)


@dataclass(frozen=True)
class PageSet:
    """What the pages are made from. `name`: the site's name. `rules`: the rules that have a page, by code. `digests`: SHA-256 (hex)
    of each document by its path under `downloads/`."""

    site: RegisterFacts
    name: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    #: Whether the site has the program's guidance, which pages then link to.
    guidance: bool = False
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        return self.site.as_of


def law_rows(pages: PageSet, url: str, caption: str, entries: Sequence[Entry], *, linked: bool) -> str:
    """A table of laws, each with the day on which it was last looked at, and a note above if that is long ago."""
    states, as_of = pages.site.register.law_states, pages.as_of
    return str(
        fragment(
            pages,
            "law_table.html",
            url,
            caption=caption,
            entries=entries,
            linked=linked,
            looked_on=lambda entry: law_looked_on(entry, states, as_of=as_of),
            unseen=long_unseen(states, as_of=as_of),
        )
    )


def generated_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields every page except hand-written ones. PageError, naming the page, if one cannot be made."""
    for protocol in pages.site.protocols:
        yield from pages_of_protocol(pages, protocol)
    for part in other_parts(pages):
        yield from other_pages(pages, part)


@dataclass(frozen=True)
class Part:
    """Some of the pages that do not belong to one protocol: all of a kind or, of areas and organisations, a slice."""

    kind: Literal["overviews", "landscapes", "matrix", "areas", "organisations", "rules", "moved"]
    start: int = 0
    stop: int = 0


def other_parts(pages: PageSet) -> tuple[Part, ...]:
    """Returns the pages that do not belong to one protocol, in parts that take a similar time."""
    areas, organisations = len(_areas_with_page(pages)), len(pages.site.organisations)
    return (
        Part("overviews"),
        *(
            Part("landscapes", start, start + _LANDSCAPES_IN_A_PART)
            for start in range(0, len(pages.site.areas), _LANDSCAPES_IN_A_PART)
        ),
        Part("matrix"),
        *(Part("areas", start, start + _AREAS_IN_A_PART) for start in range(0, areas, _AREAS_IN_A_PART)),
        *(
            Part("organisations", start, start + _ORGANISATIONS_IN_A_PART)
            for start in range(0, organisations, _ORGANISATIONS_IN_A_PART)
        ),
        Part("rules"),
        Part("moved"),
    )


def other_pages(pages: PageSet, part: Part) -> Iterator[GeneratedPage]:
    match part.kind:
        case "overviews":
            yield from _overview_pages(pages)
        case "landscapes":
            for shown in pages.site.areas[part.start : part.stop]:
                yield from _pages_of_area(pages, shown)
        case "matrix":
            yield from _matrix_pages(pages)
            yield from _between_lists(pages)
        case "areas":
            for area in _areas_with_page(pages)[part.start : part.stop]:
                yield _area_page(pages, area)
        case "organisations":
            for organisation in pages.site.organisations[part.start : part.stop]:
                yield organisation_page(pages, organisation)
                yield from _between_pages(pages, organisation)
        case "rules":
            yield from _rule_pages(pages)
        case "moved":
            yield from _moved_pages(pages)


def _overview_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    yield _page(
        pages,
        "between/",
        "between_index.html",
        title=_(_TITLES["between/"]),
        section="between/",
        wide=True,
        most_bodies=MOST_BODIES,
    )
    yield _page(pages, "feeds/", "feeds.html", title=_(_TITLES["feeds/"]), section="feeds/", wide=True, lists=LISTS)
    yield from _verify_pages(pages)
    yield _outcomes_page(pages)
    yield from _people_lists(pages)
    yield from _provision_pages(pages)
    if pages.site.areas:
        yield _page(pages, "areas/", "areas.html", title=_(_TITLES["areas/"]), section="areas/", wide=True)
    yield from _list_pages(pages)


def _verify_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the page on which anybody checks a copy, and the rest of its list: by letter if one page cannot hold it."""
    texts = sorted(_issued_texts(pages), key=lambda text: in_reading_order(text.title))
    letters: dict[str, list[IssuedText]] = {}
    for text in texts:
        letters.setdefault(first_letter(text.title) if len(texts) > MOST_ROWS else "", []).append(text)
    groups = [
        Group(letter, f"letter-{letter.lower() or 'other'}", tuple(letters[letter]))
        for letter in sorted(letters, key=lambda letter: (not letter, letter))
    ]
    for view in in_pages("verify", "verify/", groups):
        page = _list_page(pages, view, "verify.html", _(_TITLES["verify/"]), "verify/")
        yield replace(page, script="verify.js") if view.number == 1 else page


def _issued_texts(pages: PageSet) -> Iterator[IssuedText]:
    for protocol in pages.site.protocols:
        yield from protocol.issued_texts


def issued_module(pages: PageSet) -> bytes:
    """Returns what the script of `verify/` compares with: of each agreed text what it is, and the digests of its copies.

    A module and no JSON, because the page's policy lets scripts load and nothing else: so a file that is checked cannot leave.
    """
    found: list[Json] = [
        {
            "protocol": text.protocol,
            "title": text.title,
            "number": text.number,
            "fingerprint": text.fingerprint,
            "standing": text.standing.state,
            "note": text.standing.note,
            "lead": text.lead,
            "pdf": list(text.issued),
            "docx": list(text.words),
            "own": [
                pages.digests[path]
                for ending in ("pdf", "docx")
                if (path := f"{text.protocol}/{text.protocol}-v{text.number}.{ending}") in pages.digests
            ],
        }
        for text in _issued_texts(pages)
    ]
    return f"export default {render_json(found)}".encode()


def _outcomes_page(pages: PageSet) -> GeneratedPage:
    """Returns the page of all figures that were returned under published protocols, by measure."""
    found = pages.site.combined
    values = outcome_values(pages.site, found)
    return _page(
        pages,
        "outcomes/",
        "all_outcomes.html",
        title=_(_TITLES["outcomes/"]),
        section="outcomes/",
        wide=True,
        view=values,
    )


def _pages_of_area(pages: PageSet, area: AreaFacts) -> Iterator[GeneratedPage]:
    """Yields the pages of one area, and what is double, missing, waiting and ending in it."""
    section, name, url = "areas/", name_of_id(area.area), f"areas/{area.area}/"
    for values in area_values(pages.site, area):
        here = url if values["number"] == 1 else f"{url}page-{values['number']}/"
        yield _page(pages, here, "area.html", title=name, section=section, wide=True, view=values)
    yield _page(
        pages,
        f"{url}landscape/",
        "landscape.html",
        title=_("%(area)s: double, missing, waiting, ending") % {"area": name},
        section=section,
        wide=True,
        view=landscape_values(area),
    )
    if area.outcomes.rows or area.outcomes.cohorts:
        yield _page(
            pages,
            f"{url}outcomes/",
            "all_outcomes.html",
            title=_("%(area)s: outcome figures") % {"area": name},
            section=section,
            wide=True,
            view=outcome_values(pages.site, area.outcomes, area=area.area),
        )


def _provision_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields a page for each area that says what is provided there, and the list of these areas."""
    areas = [area_map(pages.site.register, area, as_of=pages.as_of) for area in area_ids(pages.site.register)]
    if areas:
        section = "provision/"
        yield _page(
            pages, section, "provision_index.html", title=_(_TITLES[section]), section=section, wide=True, areas=areas
        )
    kinds = vocabulary().provision_kinds
    for area in areas:
        yield _page(
            pages,
            f"provision/{area.area}/",
            "provision.html",
            title=_("Who provides what in %(area)s") % {"area": name_of_id(area.area)},
            section="provision/",
            wide=True,
            area=area,
            kinds=kinds,
            groups=[
                (group, [row for row in area.rows if row[0].group == group])
                for group in dict.fromkeys(kind.group for kind in kinds.values())
            ],
        )


def _rule_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    yield _page(
        pages, "fields/", "fields.html", title=_(_TITLES["fields/"]), section="fields/", wide=True, view=fields_view()
    )
    if pages.rules:
        for view in pages_of_rows("rules", "rules/", sorted(pages.rules.items())):
            yield _list_page(pages, view, "rules.html", _(_TITLES["rules/"]), "rules/")
    for code, rule in pages.rules.items():
        yield _page(
            pages,
            f"rules/{code}/",
            "rule.html",
            title=rule.title,
            section="rules/",
            description=first_words(rule.asks),
            code=code,
            rule=rule,
        )


def pages_of_protocol(pages: PageSet, facts: ProtocolFacts) -> Iterator[GeneratedPage]:
    """Yields every page of one protocol, its front page first."""
    yield protocol_page(pages, facts)
    yield from part_pages(pages, facts)
    yield from older_pages(pages, facts)
    yield from changes_pages(pages, facts)
    yield from people_pages(pages, facts)


def protocol_page(pages: PageSet, facts: ProtocolFacts) -> GeneratedPage:
    """Returns a protocol's front page. A restricted protocol has no other, and shows its title, parties and dates."""
    url = f"protocols/{facts.id}/"
    over = facts.record.status in ENDED
    if facts.restricted:
        return _page(pages, url, "restricted.html", title=facts.title, section="protocols/", over=over, facts=facts)
    page = _page(
        pages,
        url,
        "protocol.html",
        title=facts.title,
        section="protocols/",
        description=first_words(facts.record.summary or ""),
        over=over,
        facts=facts,
        parts=parts_of_protocol(facts),
    )
    return replace(page, script="moved.js")


def parts_of_protocol(facts: ProtocolFacts) -> tuple[str, ...]:
    """Returns the folders of the pages below a protocol's front page: those that have something to say."""
    has = {
        "cards": facts.terms.flows,
        "text": True,
        "forms": facts.forms,
        "signatures": facts.parties,
        "versions": facts.versions,
        "changes": facts.text_changes,
        "reviews": facts.reviews,
        "outcomes": facts.outcomes or facts.record.monitoring,
    }
    return tuple(part for part, what in has.items() if what)


def part_pages(pages: PageSet, facts: ProtocolFacts) -> Iterator[GeneratedPage]:
    """Yields the pages below a protocol's front page, except what changed."""
    if facts.restricted:
        return
    parts = parts_of_protocol(facts)
    for part in parts:
        if part != "changes":
            yield _page(
                pages,
                f"protocols/{facts.id}/{part}/",
                "protocol_part.html",
                title=word("protocol_parts", part),
                section="protocols/",
                above=facts,
                over=facts.record.status in ENDED,
                facts=facts,
                part=part,
                parts=parts,
            )


def older_pages(pages: PageSet, facts: ProtocolFacts) -> Iterator[GeneratedPage]:
    """Yields a page for each agreed text that is kept.

    The address of a version stays. While its text is the one shown, it leads to the protocol's page.
    """
    if facts.restricted:
        return
    for older in facts.kept_texts:
        yield _page(
            pages,
            f"protocols/{facts.id}/versions/{older.shown_version}/",
            "older.html",
            title=_("Version %(number)s") % {"number": older.shown_version},
            section="protocols/",
            above=facts,
            facts=older,
            newest=facts,
        )
    if facts.kept_texts and facts.shown_version:
        shown = f"protocols/{facts.id}/versions/{facts.shown_version}/index.md"
        yield GeneratedPage(shown, facts.title, "", "", moved_to=f"protocols/{facts.id}/")


def changes_pages(pages: PageSet, facts: ProtocolFacts) -> tuple[GeneratedPage, ...]:
    """Returns the page of what changed between the agreed texts of a protocol, if it has kept two."""
    changes = () if facts.restricted else facts.text_changes
    if not changes:
        return ()
    return (
        _page(
            pages,
            f"protocols/{facts.id}/changes/",
            "changes.html",
            title=word("protocol_parts", "changes"),
            section="protocols/",
            above=facts,
            over=facts.record.status in ENDED,
            facts=facts,
            changes=changes,
            parts=parts_of_protocol(facts),
            say=Phrases(str, ids=False).point,
        ),
    )


def people_pages(pages: PageSet, facts: ProtocolFacts) -> tuple[GeneratedPage, ...]:
    """Returns the page for the people whom a protocol is about, in each of its areas."""
    page = facts.for_people
    if page is None:
        return ()
    return tuple(
        _page(
            pages,
            f"you/{area}/{facts.id}/",
            "you_page.html",
            title=_("What we share about you: %(title)s (%(area)s)") % {"title": page.title, "area": _area_name(area)},
            section="you/",
            description=_(
                "In plain words: %(title)s. What is passed on about you, to whom and why, and what you can do."
            )
            % {"title": page.title},
            area=_area_name(area),
            page=page,
            facts=facts,
        )
        for area in page.areas
    )


def _people_lists(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the page on which a person chooses an area, and that of each area."""
    by_area: dict[str, list[ProtocolFacts]] = {}
    for facts in pages.site.protocols:
        if not facts.restricted and facts.for_people is not None:
            for area in facts.for_people.areas:
                by_area.setdefault(area, []).append(facts)
    areas = sorted(by_area, key=lambda area: (area == NO_AREA, area))
    yield _page(
        pages,
        "you/",
        "you.html",
        title=_(_TITLES["you/"]),
        section="you/",
        areas=areas,
        by_area=by_area,
        rights=rights(),
        no_area=NO_AREA,
    )
    for area in areas:
        yield _page(
            pages,
            f"you/{area}/",
            "you_area.html",
            title=_("What is shared about you: %(area)s") % {"area": _area_name(area)},
            section="you/",
            area=area,
            area_name=_area_name(area),
            protocols=by_area[area],
            rights=rights(),
            no_area=NO_AREA,
        )


def _area_name(area: str) -> str:
    return _("anywhere else") if area == NO_AREA else name_of_id(area)


def organisation_page(pages: PageSet, organisation: OrganisationFacts) -> GeneratedPage:
    return _page(
        pages,
        f"organisations/{organisation.id}/",
        "organisation.html",
        title=organisation.record.name,
        section="organisations/",
        wide=True,
        over=organisation.has_ended,
        organisation=organisation,
        form=partial(_form_of, pages, organisation),
        ways=pages.site.partnerships.ways(organisation.id),
        has_between=bool(pages.site.partnerships.of(organisation.id)),
    )


def _form_of(
    pages: PageSet, organisation: OrganisationFacts, form: str, protocol: ProtocolFacts | None = None, version: str = ""
) -> str:
    """The address of a form with the body filled in, and the protocol and version where there is one; "" without a form."""
    answers: dict[str, Named | str] = {"organisation": Named(organisation.id, organisation.record.name)}
    if protocol is not None:
        answers["protocol"] = Named(protocol.id, protocol.title)
    if version:
        answers["version"] = version
    return pages.site.register.forms.address(form, answers)


def _between_pages(pages: PageSet, organisation: OrganisationFacts) -> Iterator[GeneratedPage]:
    """Yields the page of what a body may share with each other body.

    One page for each body, and none for each pair: 1,500 bodies of which each is named with forty others make 30,000
    pairs. Bodies in the same position towards it share one section, and the address names the pair (`#with-…`).
    """
    dealings = pages.site.dealings(organisation.id)
    if not pages.site.partnerships.of(organisation.id):
        return
    kinds: dict[str, list[Dealing]] = {}
    for dealing in dealings:
        kinds.setdefault(dealing.kind, []).append(dealing)
    yield _page(
        pages,
        f"between/{organisation.id}/",
        "between.html",
        title=_("Between %(body)s and another body") % {"body": organisation.record.name},
        section="between/",
        wide=True,
        organisation=organisation,
        kinds=[
            (kind, sorted(_others(kinds[kind]), key=lambda other: in_reading_order(other.name)), kinds[kind])
            for kind in sorted(kinds, key=lambda kind: label("organisation_kind", kind))
        ],
    )


def _between_lists(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the bodies of each area, to choose one's own from, where a register has too many for one list."""
    kinds = {one.id: one.record.kind for one in pages.site.organisations}
    partnerships = pages.site.partnerships
    areas = partnerships.areas_with_bodies if len(partnerships.bodies) > MOST_BODIES else ()
    for area in areas:
        name = f"between-{area.id}" if area.id else "between"
        for view in pages_of_rows(name, f"lists/{name}/", [(id_, title, kinds[id_]) for id_, title in area.bodies]):
            place = name_of_id(area.id) if area.id else word("not_stated", "area")
            heading = _("Between two bodies: %(area)s") % {"area": place}
            yield _list_page(pages, view, "between_area.html", heading, "between/", area=area.id)


def _others(dealings: Iterable[Dealing]) -> Iterator[Counterpart]:
    for dealing in dealings:
        yield from dealing.others


def _list_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the lists of protocols, organisations, reviews and signatures, in pages of at most 100 rows each."""
    site = pages.site
    hidden = restricted(site.protocols)
    statuses = (*by_status(site.protocols, word_list("status_order")), hidden)
    for view in in_pages("protocols", "protocols/", statuses):
        yield _list_page(pages, view, "protocols.html", _(_TITLES["protocols/"]), "protocols/")
    for facet in FACETS:
        groups = (*headings(site.protocols, facet), hidden)
        for view in in_pages(facet, f"lists/{facet}/", groups):
            yield _list_page(pages, view, "list.html", word("list_titles", facet), "protocols/", facet=facet)
    kinds = (
        Group(kind, kind, tuple(one for one in site.organisations if one.record.kind == kind))
        for kind in label_headings("organisation_kind")
    )
    for bodies in in_pages("organisations", "organisations/", kinds):
        yield _list_page(pages, bodies, "organisations.html", _(_TITLES["organisations/"]), "organisations/")
    for due in pages_of_rows("reviews", "reviews/", site.reviews_due):
        yield _list_page(pages, due, "reviews.html", _(_TITLES["reviews/"]), "reviews/")
    yield from _status_pages(pages)


def _status_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the status page, with the first 100 rows of each of its tables, and pages with the others."""
    site = pages.site
    counted = [facts for facts in site.open_protocols if facts.record.status in ("signing", "in-force")]
    tables: dict[str, tuple[ListPage[object], ...]] = {
        "signatures": pages_of_rows("signatures", "status/", counted),
        "waiting": pages_of_rows("waiting", "status/", site.waiting),
        "copies": pages_of_rows("copies", "status/", site.copies_outstanding),
        "agreeing": pages_of_rows("agreeing", "status/", site.agreeing),
    }
    first = {name: views[0] for name, views in tables.items()}
    page = _page(
        pages, "status/", "status.html", title=_(_TITLES["status/"]), section="status/", wide=True, tables=first
    )
    yield replace(page, script="lists.js")
    for name, views in tables.items():
        for view in views[1:]:
            yield _list_page(pages, view, "status_more.html", word("status_tables", name), "status/", table=name)


def _list_page(
    pages: PageSet,
    view: ListPage[object],
    template: str,
    title: str,
    section: str,
    *,
    facet: str = "",
    table: str = "",
    area: str = "",
) -> GeneratedPage:
    """Returns one page of a list. `facet`, `table`, `area`: which list it is, where a template has several."""
    page = _page(
        pages,
        view.address(view.number),
        template,
        title=title
        if view.number == 1
        else _("%(title)s, page %(number)s of %(numbers)s")
        % {"title": title, "number": view.number, "numbers": view.numbers},
        section=section,
        wide=True,
        view=view,
        facet=facet,
        table=table,
        most_bodies=MOST_BODIES,
        area=area,
    )
    return replace(page, script="lists.js")


def _matrix_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    """Yields the pages that show who has an agreement with whom: one, or by letter if there are too many organisations."""
    partnerships, url = pages.site.partnerships, "matrix/"
    by_letter = () if len(partnerships.bodies) <= MOST_BODIES else partnerships.letters
    letters = (Group(letter, f"letter-{letter.lower() or 'other'}", bodies) for letter, bodies in by_letter)
    for view in in_pages("matrix", url, letters):
        yield _list_page(pages, view, "matrix.html", _(_TITLES[url]), url)


def _areas_with_page(pages: PageSet) -> tuple[Area, ...]:
    """Returns the areas that have a page of their own: all, if one table cannot hold all bodies."""
    partnerships = pages.site.partnerships
    return partnerships.areas if len(partnerships.bodies) > MOST_BODIES else ()


def _area_page(pages: PageSet, area: Area) -> GeneratedPage:
    return _page(
        pages,
        f"matrix/{area.id}/",
        "matrix_area.html",
        title=name_of_id(area.id),
        section="matrix/",
        wide=True,
        area=area,
        most_bodies=MOST_BODIES,
    )


def start_page(pages: PageSet) -> GeneratedPage:
    """Returns the home page of a register that has not written one."""
    return _page(
        pages, "", "start.html", title=pages.name, wide=True, name=pages.name, most=12, most_bodies=MOST_BODIES
    )


def fragment(pages: PageSet, template: str, url: str, **values: object) -> Markup:
    """Returns a part of a hand-written page at `url`: safe HTML in one line, so that Markdown does not change it."""
    html = render(pages.site, template, url, values)
    return Markup(" ".join(line.strip() for line in html.splitlines() if line.strip()))  # noqa: S704 - our template


def _moved_pages(pages: PageSet) -> Iterator[GeneratedPage]:
    for old, protocol in pages.site.moved_protocols:
        yield GeneratedPage(f"protocols/{old}/index.md", protocol.title, "", "", moved_to=f"protocols/{protocol.id}/")
    for old, organisation in pages.site.moved_organisations:
        yield GeneratedPage(
            f"organisations/{old}/index.md",
            organisation.record.name,
            "",
            "",
            moved_to=f"organisations/{organisation.id}/",
        )


def _page(
    pages: PageSet,
    url: str,
    template: str,
    *,
    title: str,
    section: str = "",
    description: str = "",
    above: ProtocolFacts | None = None,
    wide: bool = False,
    over: bool = False,
    **values: object,
) -> GeneratedPage:
    body = render(pages.site, template, url, {"guidance": pages.guidance, **values})
    crumbs = [Crumb(_(_TITLES[""]), "")] if url else []
    if section and section != url:
        crumbs.append(Crumb(_(_TITLES[section]), section))
    if above is not None:
        crumbs.append(Crumb(above.title, f"protocols/{above.id}/"))
    return GeneratedPage(
        source=f"{url}index.md",
        title=title,
        description=description,
        body=body,
        breadcrumbs=tuple(crumbs),
        section=f"{section}index.md" if section else "",
        contents=_contents(body),
        wide=wide,
        over=over,
    )


def _contents(body: str) -> tuple[tuple[str, str], ...]:
    return tuple((id_, " ".join(unescape(_MARKUP.sub("", text)).split())) for id_, text in _HEADING.findall(body))
