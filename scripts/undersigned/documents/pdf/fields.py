"""Turns link placeholders in a PDF into tagged form fields, and first cells of rows into row headings.

Position, order and tag are those of the placeholder; no coordinate is calculated. Nothing else in the file changes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from undersigned.documents.digest import pdf_text_digest
from undersigned.documents.model import Document, DocumentError, Field, Table, every, fields_of
from undersigned.documents.pdf.form_font import Fonts, font_for, fonts_of_fields, text_drawing
from undersigned.documents.pdf.metadata import set_metadata
from undersigned.words.prose import FIELD_HOST

PLACEHOLDER = f"https://{FIELD_HOST}/"
#: Between the name of a choice and the place of one of its options.
OPTION = "|"
#: Bits of /F and /Ff (ISO 32000-1, tables 165, 221, 228 and 230).
_PRINT, _READ_ONLY, _REQUIRED, _MULTILINE, _RADIO = 4, 1, 1 << 1, 1 << 12, 1 << 15
_FONT = "Inter"
_MOST_ATTEMPTS = 12
#: Of a signature's block: what a signature locks, so that one body's signature does not stop the next.
_LOCKED = ("authority", "name", "post", "basis", "date", "reservation")


def with_fields(pdf: bytes, document: Document) -> bytes:
    """Returns the same file with a form field for each placeholder, in reading order.

    DocumentError if the placeholders are not exactly those of the document.
    """
    expected = {field.name: field for field in fields_of(document)}
    with pikepdf.open(io.BytesIO(pdf)) as file:
        elements = _Elements(file)
        choices = {
            name: _Choice(file, field, document.record) for name, field in expected.items() if field.kind == "choice"
        }
        _head_rows(file, document)
        _title_is_a_heading(file)
        made = Array()
        fonts = fonts_of_fields(file, font_for(_drawn_letters(document))) if expected else None
        for page in file.pages:
            for annotation in page.obj.get("/Annots", Array()):
                name = _placeholder(annotation)
                if name is None:
                    continue
                base, _, option = name.partition(OPTION)
                choice = choices.get(base) if option else None
                field = choice.field if choice else expected.pop(name, None)
                if field is None:
                    raise DocumentError(document.record, f"the field {name!r} is not one of its fields, or comes twice")
                assert fonts is not None  # noqa: S101 - there is a field, so there are fonts
                if choice:
                    elements.make_form(annotation, choice.add_option(annotation, page.obj, option))
                    if choice.is_whole and base in expected:
                        made.append(choice.group)
                        del expected[base]
                    continue
                _make_field(file, annotation, field, page.obj, fonts)
                elements.make_form(annotation)
                made.append(annotation)
            if "/Annots" in page.obj:
                page.obj.Tabs = Name.S
        if expected:
            raise DocumentError(document.record, f"the field {min(expected)!r} has no place in its PDF")
        if fonts is not None:
            resources = Dictionary(Font=Dictionary({f"/{_FONT}": fonts.typed}))
            file.Root.AcroForm = file.make_indirect(
                Dictionary(Fields=made, DR=resources, DA=String(f"/{_FONT} 12 Tf 0 g"))
            )
        set_metadata(file, (*document.properties, ("TextDigest", pdf_text_digest(file))))
        return _saved(file)


def _drawn_letters(document: Document) -> set[str]:
    """The letters of all that is drawn in its fields, now or in a copy."""
    return set().union(*document.names, *(field.value for field in fields_of(document)))


def _saved(file: pikepdf.Pdf) -> bytes:
    """Returns the bytes of the file, in which no stream ends with a carriage return.

    A reader cannot tell whether a carriage return before the line feed after a stream is data, so validators then doubt
    the stream's length (ISO 19005-2, 6.1.7.1).
    """
    for stream in file.objects:
        if isinstance(stream, pikepdf.Stream) and _may_grow(stream) and stream.read_raw_bytes().endswith(b"\r"):
            stream.write(stream.read_bytes() + b"\n")
    out = b""
    for attempt in range(_MOST_ATTEMPTS):
        if attempt:
            # One object more moves all others to other places in the object streams.
            extra = [file.make_indirect(Dictionary()) for _ in range(attempt)]
            file.Root.PieceInfo = Dictionary(
                Undersigned=Dictionary(
                    LastModified=file.docinfo.get("/ModDate", String("D:19700101000000Z")), Private=Array(extra)
                )
            )
        buffer = io.BytesIO()
        file.save(buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        out = buffer.getvalue()
        if b"\r\nendstream" not in out:
            break
    return out


def _may_grow(stream: pikepdf.Stream) -> bool:
    """Whether white space may be added at its end: true of the content of pages and forms, and of character maps."""
    return (
        stream.get("/Type") in (None, Name.XObject, Name.CMap)
        and stream.get("/Subtype") in (None, Name.Form)
        and not {"/Length1", "/N"} & set(stream.keys())
    )


def _placeholder(annotation: pikepdf.Object) -> str | None:
    action = annotation.get("/A")
    url = str(action.get("/URI", "")) if action is not None else ""
    return url[len(PLACEHOLDER) :] if url.startswith(PLACEHOLDER) else None


class _Elements:
    """The structure elements by the number in an annotation."""

    def __init__(self, file: pikepdf.Pdf) -> None:
        self._by_number = dict(_numbers(file.Root.StructTreeRoot.ParentTree))

    def make_form(self, annotation: pikepdf.Object, words: str = "") -> None:
        """Turns the link's element into that of a form field. Its child is the reference itself, not a list of one:
        programs that compare revisions of a signed file look for it there. `words`: what a screen reader says of it.
        """
        element = self._by_number[int(annotation.StructParent)]
        element.S = Name.Form
        if isinstance(element.K, Array) and len(element.K) == 1:
            element.K = element.K[0]
        if "/Alt" in element:
            del element["/Alt"]
        if words:
            element.Alt = String(words)


class _Choice:
    """A field of which one option is ticked, on the screen or on paper: a group of radio buttons (ISO 32000-1, 12.7.4.2.4)."""

    def __init__(self, file: pikepdf.Pdf, field: Field, record: str) -> None:
        self.field, self._file, self._record = field, file, record
        self.group = file.make_indirect(
            Dictionary(
                FT=Name.Btn,
                Ff=_RADIO | (_REQUIRED if field.required else 0),
                T=String(field.name),
                TU=String(field.label),
                V=Name.Off,
                Opt=Array([String(option) for option in field.options]),
                Kids=Array(),
            )
        )
        self._seen: set[int] = set()

    @property
    def is_whole(self) -> bool:
        return len(self._seen) == len(self.field.options)

    def add_option(self, annotation: pikepdf.Object, page: pikepdf.Object, option: str) -> str:
        """Makes a placeholder the button of an option, named by its place. Returns what a screen reader says of it."""
        place = int(option) if option.isdecimal() else -1
        if place in self._seen or not 0 <= place < len(self.field.options):
            raise DocumentError(
                self._record, f"the field {self.field.name!r} has an option that is not one of its options"
            )
        self._seen.add(place)
        left, bottom, right, top = (float(edge) for edge in annotation.Rect)
        width, height = round(right - left, 3), round(top - bottom, 3)
        for key in ("/A", "/Border", "/Contents"):
            if key in annotation:
                del annotation[key]
        states = {}
        for name, drawing in ((f"/{place}", _tick(width, height)), ("/Off", b"")):
            stream = self._file.make_stream(drawing)
            stream.Type, stream.Subtype = Name.XObject, Name.Form
            stream.BBox, stream.Resources = Array([0, 0, width, height]), Dictionary()
            states[name] = stream
        annotation.Subtype, annotation.F, annotation.P = Name.Widget, _PRINT, page
        annotation.Parent, annotation.AS, annotation.MK = self.group, Name.Off, Dictionary(CA=String("4"))
        annotation.AP = Dictionary(N=Dictionary(states))
        words = f"{self.field.label}: {self.field.options[place]}"
        annotation.TU = String(words)
        self.group.Kids.append(annotation)
        return words


def _numbers(node: pikepdf.Object) -> Iterator[tuple[int, pikepdf.Object]]:
    pairs = node.get("/Nums", Array())
    for place in range(0, len(pairs), 2):
        yield int(pairs[place]), pairs[place + 1]
    for kid in node.get("/Kids", Array()):
        yield from _numbers(kid)


def _make_field(
    file: pikepdf.Pdf, annotation: pikepdf.Object, field: Field, page: pikepdf.Object, fonts: Fonts
) -> None:
    left, bottom, right, top = (float(edge) for edge in annotation.Rect)
    width, height = round(right - left, 3), round(top - bottom, 3)
    for key in ("/A", "/Border", "/Contents"):
        if key in annotation:
            del annotation[key]
    annotation.Subtype, annotation.F, annotation.P = Name.Widget, _PRINT, page
    annotation.T, annotation.TU = String(field.name), String(field.label)
    flags = _REQUIRED if field.required else 0

    def appearance(drawing: bytes = b"") -> pikepdf.Object:
        # One for each field: programs that fill a field change its appearance in place.
        stream = file.make_stream(drawing)
        stream.Type, stream.Subtype = Name.XObject, Name.Form
        stream.BBox, stream.Resources = Array([0, 0, width, height]), Dictionary()
        return stream

    def written(value: str) -> pikepdf.Object:
        if not value and field.kind != "stamped":
            return appearance(b"/Tx BMC EMC")
        annotation.V = String(value)
        if field.kind != "stamped":
            annotation.DV = String(value)
        stream = appearance(text_drawing(value, width, height, fonts.name))
        stream.Resources = Dictionary(Font=Dictionary({f"/{fonts.name}": fonts.drawn}))
        return stream

    match field.kind:
        case "checkbox":
            annotation.FT, annotation.V, annotation.AS = Name.Btn, Name.Off, Name.Off
            annotation.Ff, annotation.MK = flags, Dictionary(CA=String("4"))
            annotation.AP = Dictionary(N=Dictionary(Yes=appearance(_tick(width, height)), Off=appearance()))
        case "signature":
            annotation.FT = Name.Sig
            annotation.AP = Dictionary(N=appearance())
            body, _, kind = field.name.rpartition("__")
            if kind == "signature":
                annotation.Lock = file.make_indirect(
                    Dictionary(
                        Type=Name.SigFieldLock,
                        Action=Name.Include,
                        Fields=Array([String(f"{body}__{locked}") for locked in _LOCKED]),
                    )
                )
        case _:
            annotation.FT = Name.Tx
            if field.kind == "stamped":
                flags |= _READ_ONLY
            annotation.Ff = flags | (_MULTILINE if field.kind == "multiline" or field.lines > 1 else 0)
            annotation.DA, annotation.MK = String(f"/{_FONT} 12 Tf 0 g"), Dictionary()
            annotation.AP = Dictionary(N=written(field.value))


def _tick(width: float, height: float) -> bytes:
    points = [(0.2, 0.5), (0.42, 0.25), (0.82, 0.8)]
    (ax, ay), (bx, by), (cx, cy) = [(round(x * width, 2), round(y * height, 2)) for x, y in points]
    return f"q 1.6 w 0 G {ax} {ay} m {bx} {by} l {cx} {cy} l S Q".encode()


def _title_is_a_heading(file: pikepdf.Pdf) -> None:
    """Makes the title a heading of the first level. PDF 1.7 has no tag for titles, and Typst falls back on a paragraph."""
    roles = file.Root.StructTreeRoot.get("/RoleMap", Dictionary())
    if "/Title" in roles:
        roles.Title = Name.H1


def _head_rows(file: pikepdf.Pdf, document: Document) -> None:
    """Marks the first cell of each row as a row heading in tables that have them (Typst cannot say so yet).

    The tables of the file are those of the lead, the table of facts if there is one, and those of the body, in reading order.
    """
    lead, body = (
        [node.row_heads for node in every(part) if isinstance(node, Table)] for part in (document.lead, document.body)
    )
    heads = [*lead, *([True] if document.facts else []), *body]
    found = list(_elements_of(file.Root.StructTreeRoot, "/Table"))
    if len(found) != len(heads):
        raise DocumentError(document.record, "the tables of its PDF are not those of the document")
    for element, has_heads in zip(found, heads, strict=True):
        if not has_heads:
            continue
        for row in _elements_of(element, "/TR"):
            first = next(iter(_kids(row)), None)
            if first is not None and first.get("/S") == Name.TD:
                first.S = Name.TH
                first.A = Array([*_attributes(first), Dictionary(O=Name.Table, Scope=Name.Row)])


def _attributes(element: pikepdf.Object) -> list[pikepdf.Object]:
    given = element.get("/A")
    if given is None:
        return []
    return list(given.as_list()) if isinstance(given, Array) else [given]


def _kids(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    kids = element.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid


def _elements_of(element: pikepdf.Object, kind: str) -> Iterator[pikepdf.Object]:
    """Yields elements of a kind below `element` in reading order, without looking inside those."""
    for kid in _kids(element):
        if str(kid.S) == kind:
            yield kid
        else:
            yield from _elements_of(kid, kind)
