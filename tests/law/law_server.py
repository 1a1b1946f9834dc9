"""A server on this computer that answers as legislation.gov.uk does: its shapes, with made-up words.

The shapes follow answers recorded in September 2026 by cyanheads/uk-legislation-mcp-server (Open Government Licence v3.0).
"""

from __future__ import annotations

import http.server
import re
import threading
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = (
    'xmlns="http://www.legislation.gov.uk/namespaces/legislation" '
    'xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dct="http://purl.org/dc/terms/"'
)
_ID = "http://www.legislation.gov.uk/id/"
MODIFIED = "Mon, 21 Sep 2026 11:09:19 GMT"


@dataclass
class ServedEffect:
    id: str
    places: tuple[str, ...]
    by: str
    what: str = "word substituted"
    on: str | None = None
    prospective: bool = False
    requires: str = "true"
    title: str = "The Example Regulations 2026"
    until: str | None = None

    def xml(self, item: str, saved: str) -> str:
        def element(place: str) -> str:
            if self.until:
                return f'<ukm:SectionRange URI="{_ID}{item}/{place}" UpTo="{_ID}{item}/{self.until}"/>'
            return f'<ukm:Section Ref="{place.replace("/", "-")}" URI="{_ID}{item}/{place}">{place}</ukm:Section>'

        days = f'<ukm:InForce Date="{self.on}" Qualification="wholly in force"/>' if self.on else ""
        days += '<ukm:InForce Prospective="true"/>' if self.prospective or not self.on else ""
        return (
            f'<ukm:UnappliedEffect RequiresApplied="{self.requires}" Modified="{saved}" EffectId="{self.id}" '
            f"Type={quoteattr(self.what)} AffectedProvisions={quoteattr(' '.join(self.places))} "
            f'AffectingURI="{_ID}{self.by}" URI="{_ID}effect/{self.id}">'
            f"<ukm:AffectedProvisions>{''.join(map(element, self.places))}</ukm:AffectedProvisions>"
            f"<ukm:AffectingTitle>{escape(self.title)}</ukm:AffectingTitle>"
            f"<ukm:InForceDates>{days}</ukm:InForceDates></ukm:UnappliedEffect>"
        )


@dataclass
class Served:
    """One Act. `words`, `since`, `status` by path."""

    item: str
    paths: list[str]
    words: dict[str, str] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    effects: list[ServedEffect] = field(default_factory=list)
    saved: str = "2026-09-21T11:09:19Z"
    unlisted: set[str] = field(default_factory=set)

    def metadata(self) -> str:
        effects = "".join(effect.xml(self.item, self.saved) for effect in self.effects)
        return f"<ukm:Metadata><dc:title>An Act</dc:title><ukm:UnappliedEffects>{effects}</ukm:UnappliedEffects></ukm:Metadata>"

    def _attributes(self, path: str) -> str:
        since = f' RestrictStartDate="{self.since[path]}"' if path in self.since else ""
        status = f' Status="{self.status[path]}"' if path in self.status else ""
        return f'IdURI="{_ID}{self.item}/{path}"{since}{status}'

    def contents(self) -> str:
        lines = "".join(
            f"<ContentsItem {self._attributes(path)}><ContentsTitle>t</ContentsTitle></ContentsItem>"
            for path in self.paths
            if path not in self.unlisted
        )
        return f'<Legislation {_NAMESPACES} IdURI="{_ID}{self.item}">{self.metadata()}<Contents>{lines}</Contents></Legislation>'

    def page(self, path: str) -> str | None:
        if path not in self.paths:
            return None
        words = escape(self.words.get(path, f"Words of {path}."))
        inner = "".join(
            f'<P2 IdURI="{_ID}{self.item}/{path}/{n}"><Text>{escape(self.words.get(f"{path}/{n}", f"Part {n}."))}</Text></P2>'
            for n in range(1, 6)
        )
        body = f"<P1 {self._attributes(path)}><Pnumber>1</Pnumber><P1para><Text>{words}</Text>{inner}</P1para></P1>"
        return f"<Legislation {_NAMESPACES}>{self.metadata()}<Primary><Body>{body}</Body></Primary></Legislation>"


class LawServer:
    """Serves Acts. `answer` replaces the answer to every request: a status, or bytes."""

    def __init__(self) -> None:
        self.acts: dict[str, Served] = {}
        self.answer: int | bytes | None = None
        self.cut = False
        self.asked: list[str] = []
        self.agents: set[str] = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.agents.add(self.headers.get("User-Agent", ""))
                status, body = outer.reply(self.path, self.headers.get("If-Modified-Since", ""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) * (2 if outer.cut else 1)))
                self.send_header("Last-Modified", MODIFIED)
                if status in (301, 302):
                    self.send_header("Location", body.decode())
                self.end_headers()
                self.wfile.write(body)
                if outer.cut:
                    self.close_connection = True

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def reply(self, path: str, since: str) -> tuple[int, bytes]:
        if isinstance(self.answer, int):
            return self.answer, b"http://elsewhere.example/" if self.answer in (301, 302) else b""
        if isinstance(self.answer, bytes):
            return 200, self.answer
        found = re.fullmatch(r"/([a-z]+/\d+/\d+)/(.+)/data\.xml", path)
        act = self.acts.get(found[1]) if found else None
        if found is None or act is None:
            return 404, b"<html/>"
        if since == MODIFIED and found[2] == "contents":
            return 304, b""
        text = act.contents() if found[2] == "contents" else act.page(found[2])
        return (404, b"<html/>") if text is None else (200, text.encode())

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
