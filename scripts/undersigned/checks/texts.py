"""Every text that a record holds, with its path in the file, for the rules that read words. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from undersigned.records.fields import Authored
from undersigned.records.reading import Record
from undersigned.records.source import KeyPath, PlainData
from undersigned.register import ProtocolFolder, Register

#: A file of a mebibyte can hold ten thousand faults of one kind: a list of fifty is enough to act on.
MOST_OF_A_KIND = 50

#: Elements of HTML. Any other word in angle brackets is a blank that somebody meant to fill in.
_HTML = (
    "a abbr acronym address applet area article aside audio b base bdi bdo big blink blockquote body br button canvas "
    "caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset "
    "figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img "
    "input ins kbd label legend li link main map mark marquee math menu meta meter nav nobr noframes noscript object ol "
    "optgroup option output p param picture plaintext pre progress q rp rt ruby s samp script search section select "
    "slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead "
    "time title tr track tt u ul var video wbr xmp"
)
HTML_TAGS = frozenset(_HTML.split())
#: Elements whose names people also write for a blank, as in <address>: HTML only if they are closed or have attributes.
_BLANKS = (
    "address area caption data details figure image label main map meter option output picture section source summary "
    "time title track"
)
BLANKS_TOO = frozenset(_BLANKS.split())


class Words(NamedTuple):
    """One text of a record: where it is in the file's data, and what it says."""

    path: KeyPath
    text: str


def texts_in(data: PlainData, path: KeyPath = ()) -> Iterator[Words]:
    """Every text in a file's data, in the order of the file."""
    if isinstance(data, str):
        yield Words(path, data)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from texts_in(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from texts_in(item, (*path, index))


def raw_bytes(register: Register, record: Record[Authored]) -> bytes:
    """The file as it is, for a quick look that spares most files the slow one."""
    return register.files.contents.get(record.path, b"")


def written_records(folder: ProtocolFolder) -> Iterator[Record[Authored]]:
    """The records of a protocol that people write and may still change: all but its stamps."""
    yield folder.record  # type: ignore[misc]
    yield from folder.forms.values()  # type: ignore[misc]
    yield from folder.reviews.values()  # type: ignore[misc]
    yield from folder.outcomes.values()  # type: ignore[misc]
    yield from folder.signing.values()  # type: ignore[misc]
    if folder.for_people is not None:
        yield folder.for_people  # type: ignore[misc]


def is_html(tag: str, text: str) -> bool:
    """Whether `tag`, as in `<tag …>`, is HTML and not a blank in angle brackets. `text` is the whole text around it."""
    inner = tag.strip("<>").strip()
    if inner.startswith(("!", "?", "/")):
        return True
    name, _, rest = inner.rstrip("/").partition(" ")
    name = name.strip().lower()
    if name not in HTML_TAGS:
        return "=" in rest or ("-" in name and f"</{name}" in text.lower())
    if name in BLANKS_TOO:
        return "=" in rest or f"</{name}" in text.lower()
    return not rest or "=" in rest or rest.strip() in ("/", "") or f"</{name}" in text.lower()
