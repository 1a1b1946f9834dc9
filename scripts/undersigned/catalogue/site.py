"""The site of a catalogue: its registers, the protocols of each area and kind, and the bodies of several registers.

It has the frame, the styles and the search of a register's site.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from errno import EEXIST
from pathlib import Path
from typing import TypeVar

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context

from undersigned.atomic import write_atomically
from undersigned.catalogue.joined import Catalogue, Found, SharedBody, grouped
from undersigned.catalogue.published import Answer, faults_shown
from undersigned.records.fields import when_of
from undersigned.site import theme
from undersigned.site.plugin import SEARCH_POLICY, SECURITY_POLICY
from undersigned.site.search import can_search, write_search_index
from undersigned.words.dates import date_in_words
from undersigned.words.labels import heading, label
from undersigned.words.messages import install
from undersigned.words.text import name_of_id

_CATALOGUE_FILE = "catalogue.json"
#: Rows of a list on one page.
MOST_ROWS = 100
T = TypeVar("T")
_TEMPLATES = Path(__file__).parent / "templates"
_THEME = Path(theme.__file__).parent


@dataclass(frozen=True)
class _Page:
    """`url`: relative to the site's root, empty or with a slash at its end."""

    url: str
    template: str
    title: str
    values: Mapping[str, object]
    kind: str = "register"


def write_site(catalogue: Catalogue, output: Path, *, as_of: date) -> int:
    """Writes the whole site into `output` and returns the number of pages.

    An earlier catalogue there is replaced. Raises FileExistsError if the folder holds anything else, and SearchError.
    """
    if output.exists() and any(output.iterdir()):
        if not (output / _CATALOGUE_FILE).is_file():
            raise FileExistsError(EEXIST, "it holds something other than a catalogue", str(output))
        shutil.rmtree(output)
    shutil.copytree(_THEME / "assets", output / "assets")
    environment = _environment(catalogue, as_of)
    pages = [*_pages(catalogue, as_of), _Page("search/", "find.html", "Search", {})]
    for page in pages:
        depth = page.url.count("/")
        root = "../" * depth or "./"
        html = environment.get_template(page.template).render(
            **page.values,
            base_url=root.rstrip("/"),
            root=root,
            page={
                "title": page.title,
                "is_homepage": not page.url,
                "meta": {"kind": page.kind if page.url != "search/" else "", "breadcrumbs": _crumbs(page)},
                "file": {"src_uri": f"{page.url}index.md"},
                "url": page.url,
            },
        )
        write_atomically(output / page.url / "index.html", html.encode())
    write_atomically(output / _CATALOGUE_FILE, _data(catalogue, as_of))
    if can_search():
        write_search_index(output)
    return len(pages)


def _crumbs(page: _Page) -> list[dict[str, str]]:
    if not page.url:
        return []
    section = page.url.split("/")[0]
    titles = {"registers": "Registers", "areas": "Areas", "kinds": "Kinds of protocol", "bodies": "Bodies"}
    titles["stages"] = "When information is shared"
    above = (
        [{"label": titles[section], "url": f"{section}/"}] if section in titles and page.url != f"{section}/" else []
    )
    return [{"label": "Home", "url": ""}, *above]


def _environment(catalogue: Catalogue, as_of: date) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_TEMPLATES), FileSystemLoader(_THEME)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install(environment)

    @pass_context
    def link(context: Context, url: str) -> str:
        root = str(context["root"])
        target = url if url != "." else ""
        return f"{root}{target}index.html" if not target or target.endswith("/") else f"{root}{target}"

    environment.filters |= {
        "date": date_in_words,
        "due": _due,
        "area": name_of_id,
        "kind": lambda id_: heading("kind", id_),
        "name_in": lambda key, folder: _NAMES[folder](key),
        "status": lambda id_: label("status", id_),
        "signature": lambda id_: heading("signature_state", id_),
        "body_kind": lambda id_: heading("organisation_kind", id_),
        "faults_shown": faults_shown,
    }
    environment.filters["url"] = link
    navigation = [
        {"label": text, "url": f"{folder}/", "source": f"{folder}/index.md"}
        for folder, text in (
            ("registers", "Registers"),
            ("areas", "Areas"),
            ("kinds", "Kinds of protocol"),
            ("stages", "When information is shared"),
            ("bodies", "Bodies of several registers"),
        )
    ]
    examples = [answer for answer in catalogue.answers if answer.data is not None and answer.data.example]
    environment.globals |= {
        "config": {
            "site_name": catalogue.title,
            "site_description": "",
            "extra": {
                "register": {"example": len(examples) == len(catalogue.answers) and bool(examples)},
                "frame": {
                    "navigation": navigation,
                    "footer": [],
                    "lists": navigation,
                    "security_policy": SECURITY_POLICY,
                    "search_policy": SEARCH_POLICY,
                    "searchable": can_search(),
                    "as_of_words": date_in_words(as_of),
                },
            },
        },
        "as_of": as_of,
        "catalogue": catalogue,
    }
    return environment


def _due(text: str) -> str:
    """A day or month in words; as it was published if the calendar does not have it."""
    try:
        return date_in_words(when_of(text))
    except ValueError:
        return text


def _pages(catalogue: Catalogue, as_of: date) -> Iterator[_Page]:
    areas, kinds, shared = (
        grouped(catalogue.protocols, "area"),
        grouped(catalogue.protocols, "kind"),
        _with_ids(catalogue.shared),
    )
    stages = grouped(catalogue.protocols, "stage")
    counts = {"areas": len(areas) - ("" in areas), "kinds": len(kinds) - ("" in kinds), "bodies": len(shared)}
    yield _Page("", "home.html", catalogue.title, {"counts": counts})
    yield _Page("registers/", "registers.html", "Registers", {})
    for answer in catalogue.answers:
        own = [Found(answer, protocol) for protocol in (answer.data.protocols if answer.data else ())]
        yield from _lists(f"registers/{answer.listed.id}/", "register.html", answer.listed.title, own, answer=answer)
    for folder, title, groups in (
        ("areas", "Areas", areas),
        ("kinds", "Kinds of protocol", kinds),
        ("stages", "When information is shared", stages),
    ):
        named = {key: found for key, found in groups.items() if key}
        yield _Page(f"{folder}/", "groups.html", title, {"folder": folder, "groups": named})
        for key, found in named.items():
            name = _NAMES[folder](key)
            narrower = [_Filter(folder, key, facet, value, fewer) for facet, value, fewer in _narrower(folder, found)]
            yield from _lists(f"{folder}/{key}/", "protocols.html", name, found, filters=narrower)
            for one in narrower if folder == "areas" else ():
                title = f"{name}: {_NAMES[one.facet](one.value).lower()}"
                yield from _lists(one.url, "protocols.html", title, one.found, filters=())
    parts = _parts(list(shared.items())) or [[]]
    for number, part in enumerate(parts, 1):
        values = {"bodies": part, "number": number, "numbers": len(parts), "folder": "bodies/"}
        yield _Page(_numbered("bodies/", number), "bodies.html", "Bodies of several registers", values)
    for id_, body in shared.items():
        yield _Page(f"bodies/{id_}/", "body.html", body.names[0], {"body": body}, kind="organisation")


_NAMES: Mapping[str, Callable[[str], str]] = {
    "areas": name_of_id,
    "kinds": lambda id_: heading("kind", id_),
    "stages": lambda id_: heading("stage", id_),
}


@dataclass(frozen=True)
class _Filter:
    """Some protocols of a list: those of an area that have one kind or stage. They have one page, from wherever one comes."""

    folder: str
    key: str
    facet: str
    value: str
    found: tuple[Found, ...]

    @property
    def url(self) -> str:
        if self.folder == "areas":
            return f"areas/{self.key}/{self.facet}/{self.value}/"
        return f"areas/{self.value}/{self.folder}/{self.key}/"


def _narrower(folder: str, found: Sequence[Found]) -> Iterator[tuple[str, str, tuple[Found, ...]]]:
    """Shorter lists of the same protocols, as (folder, key, protocols): of an area by kind and stage, of others by area."""
    for facet, name in (("kinds", "kind"), ("stages", "stage")) if folder == "areas" else (("areas", "area"),):
        yield from ((facet, key, fewer) for key, fewer in grouped(found, name).items() if key)


def _lists(
    url: str, template: str, title: str, found: list[Found] | tuple[Found, ...], **values: object
) -> Iterator[_Page]:
    """A list of protocols on as many pages as it takes."""
    parts = _parts(list(found)) or [[]]
    for number, part in enumerate(parts, 1):
        values_shown = {
            "found": part,
            "all": len(found),
            "number": number,
            "numbers": len(parts),
            "folder": url,
            **values,
        }
        yield _Page(_numbered(url, number), template, title, values_shown)


def _parts(entries: list[T]) -> list[list[T]]:
    return [entries[start : start + MOST_ROWS] for start in range(0, len(entries), MOST_ROWS)]


def _numbered(url: str, number: int) -> str:
    return url if number == 1 else f"{url}page-{number}/"


def _with_ids(shared: tuple[SharedBody, ...]) -> dict[str, SharedBody]:
    """Each body under an address of its own."""
    found: dict[str, SharedBody] = {}
    for body in shared:
        id_, number = body.id, 1
        while id_ in found or id_.startswith("page-"):
            number += 1
            id_ = f"{body.id}-{number}"
        found[id_] = body
    return found


def _data(catalogue: Catalogue, as_of: date) -> bytes:
    """The catalogue for programs: the state of each register, and the bodies of several."""
    content = {
        "schema_version": 1,
        "as_of": as_of.isoformat(),
        "registers": [_register(answer, as_of) for answer in catalogue.answers],
        "bodies": [
            {
                "id": id_,
                "codes": body.codes,
                "in": [{"register": one.answer.listed.id, "id": one.body.id} for one in body.here],
            }
            for id_, body in _with_ids(catalogue.shared).items()
        ],
        "contradictions": list(catalogue.contradictions),
    }
    return (json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def _register(answer: Answer, as_of: date) -> dict[str, object]:
    data = answer.data
    return {
        "id": answer.listed.id,
        "title": answer.listed.title,
        "as_of": None if data is None else data.as_of.isoformat(),
        "read_on": None if answer.read_on is None else answer.read_on.isoformat(),
        "fault": answer.fault or None,
        "fails_since": None if answer.fails_since is None else answer.fails_since.isoformat(),
        "is_old": answer.is_old(as_of),
        "left_out": list(data.faults) if data is not None else [],
    }
