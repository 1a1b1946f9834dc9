"""Everything the site holds beside its pages: data, calendars, news and the site map, by path. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from xml.sax.saxutils import escape

from undersigned.facts.news import ReviewDate
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import SiteFacts
from undersigned.reports.feeds import render_atom, render_calendar
from undersigned.site.api import SCHEMA_FILE, organisation_data, protocol_data, register_data, render_json

#: (path in the site, content)
Files = tuple[tuple[str, bytes], ...]


def generated_files(
    site: SiteFacts, *, name: str, address: str = "", made: Mapping[str, Files] | None = None
) -> Iterator[tuple[str, bytes]]:
    """`address`: where the site will stand, or empty. `made`: files of protocols, by id, that are made already."""
    made = made or {}
    yield "api/v1/register.json", render_json(register_data(site)).encode()
    yield "api/v1/register.schema.json", SCHEMA_FILE.read_bytes()
    yield "feed.xml", render_atom(site.news, as_of=site.as_of, name=name, address=address)
    yield "calendars/reviews.ics", _calendar(site.as_of, site.protocols, name, address)
    for protocol in site.protocols:
        if protocol.id not in made:
            yield from protocol_files(protocol, protocol.id, address)
    for old, protocol in site.moved_protocols:
        if protocol.id not in made:
            yield from protocol_files(protocol, old, address)
        for path, content in made.get(protocol.id, ()):
            yield path.replace(f"/{protocol.id}.", f"/{old}."), content
    organisations = [(organisation.id, organisation) for organisation in site.organisations]
    for id_, organisation in (*organisations, *site.moved_organisations):
        data = organisation_data(organisation, as_of=site.as_of)
        data["$schema"] = "../register.schema.json#/$defs/organisation"
        yield f"api/v1/organisations/{id_}.json", render_json(data).encode()
        of_its_own = [membership.protocol for membership in organisation.memberships]
        yield (
            f"calendars/organisations/{id_}.ics",
            _calendar(site.as_of, of_its_own, organisation.record.name, address),
        )


def protocol_files(protocol: ProtocolFacts, id_: str, address: str) -> Iterator[tuple[str, bytes]]:
    """The files of one protocol under its present or a former id."""
    data = protocol_data(protocol)
    data["$schema"] = "../register.schema.json#/$defs/protocol"
    yield f"api/v1/protocols/{id_}.json", render_json(data).encode()
    yield f"calendars/protocols/{id_}.ics", _calendar(protocol.as_of, [protocol], protocol.title, address)


def _calendar(as_of: date, protocols: Iterable[ProtocolFacts], name: str, address: str) -> bytes:
    dates: list[ReviewDate] = [day for protocol in protocols if (day := protocol.review_date) is not None]
    return render_calendar(dates, as_of=as_of, name=name, address=address)


def site_map(address: str, urls: Iterable[str]) -> bytes:
    """The sitemap protocol's file, without days: a page's own day is not known, and the build's says nothing."""
    base = address if address.endswith("/") else f"{address}/"
    lines = [f"<url><loc>{escape(base + url)}</loc></url>" for url in sorted(urls)]
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (text + "\n".join(lines) + "\n</urlset>\n").encode()
