"""What people and programs do to a PDF copy that is not filling it in: each must be seen. Used on copies before and after
they are signed, in files written anew and in files with one revision more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from returned_kit import COUNCIL, TY_CYMRU, ChangePdf

HELVETICA = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
OVER_TEXT = [60, 500, 540, 700]


def field(file: pikepdf.Pdf, name: str) -> pikepdf.Object:
    return next(one for one in file.Root.AcroForm.Fields if str(one.T) == name)


def form(file: pikepdf.Pdf, words: str, box: Sequence[float], *, white: bool = True) -> pikepdf.Object:
    """An appearance that covers its box and shows words."""
    width, height = box[2] - box[0], box[3] - box[1]
    ground = f"1 g 0 0 {width} {height} re f " if white else ""
    drawn = f"{ground}BT /H 12 Tf 0 g 4 {height / 2} Td ({words}) Tj ET"
    stream = file.make_stream(drawn.encode())
    stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, width, height])
    stream.Resources = Dictionary(Font=Dictionary(H=HELVETICA))
    return stream


def mark(file: pikepdf.Pdf, kind: str, page: int = 1, box: Sequence[float] | None = None, **more: Any) -> None:
    entries = Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=Array(box or OVER_TEXT), F=4, **more)
    target = file.pages[page].obj
    if "/Annots" not in target:
        target.Annots = Array()
    target.Annots.append(file.make_indirect(entries))


def add_field(file: pikepdf.Pdf, name: str, kind: str, page: int, box: Sequence[float], **more: Any) -> None:
    widget = file.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name("/" + kind), T=String(name), Rect=Array(box), F=4, **more
        )
    )
    target = file.pages[page].obj
    if "/Annots" not in target:
        target.Annots = Array()
    target.Annots.append(widget)
    file.Root.AcroForm.Fields.append(widget)


def script(words: str = "app.alert('x')") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(words))


def attachment(file: pikepdf.Pdf) -> pikepdf.Object:
    content = file.make_stream(b"another agreement", Type=Name.EmbeddedFile)
    return file.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("terms.txt"), UF=String("terms.txt"), EF=Dictionary(F=content))
    )


# -- marks ------------------------------------------------------------------------------------------------------


def stamp_not_agreed(file: pikepdf.Pdf) -> None:
    mark(file, "Stamp", 0, AP=Dictionary(N=form(file, "NOT AGREED", OVER_TEXT)))


def strike_out(file: pikepdf.Pdf) -> None:
    mark(file, "StrikeOut", QuadPoints=Array([60, 700, 540, 700, 60, 600, 540, 600]))


def white_square(file: pikepdf.Pdf) -> None:
    mark(file, "Square", IC=Array([1, 1, 1]), C=Array([1, 1, 1]))


def free_text(file: pikepdf.Pdf) -> None:
    mark(file, "FreeText", Contents=String("Kept for 99 years"), DA=String("/Helv 12 Tf 0 g"), IC=Array([1, 1, 1]))


def highlight(file: pikepdf.Pdf) -> None:
    mark(file, "Highlight", QuadPoints=Array([60, 700, 540, 700, 60, 600, 540, 600]))


def ink(file: pikepdf.Pdf) -> None:
    mark(file, "Ink", InkList=Array([Array([60, 600, 540, 700])]))


def sticky_note(file: pikepdf.Pdf) -> None:
    mark(file, "Text", box=[20, 700, 40, 720], Contents=String("We sign subject to clause 2"))


def redaction(file: pikepdf.Pdf) -> None:
    mark(file, "Redact")


def caret(file: pikepdf.Pdf) -> None:
    mark(file, "Caret", Contents=String("not"))


def hidden_note(file: pikepdf.Pdf) -> None:
    mark(file, "Text", F_=2, Contents=String("hidden"))


def mark_of_a_layer(file: pikepdf.Pdf) -> None:
    layer = file.make_indirect(Dictionary(Type=Name.OCG, Name=String("L")))
    file.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(ON=Array([layer])))
    mark(file, "Square", OC=layer, IC=Array([1, 1, 1]))


def link_over_the_page(file: pikepdf.Pdf) -> None:
    mark(file, "Link", A=Dictionary(S=Name.URI, URI=String("https://evil.example")))


def link_elsewhere(file: pikepdf.Pdf) -> None:
    for page in file.pages:
        for one in page.obj.get("/Annots", Array()):
            if one.get("/Subtype") == Name.Link and "/A" in one and "/URI" in one.A:
                one.A = Dictionary(S=Name.URI, URI=String("https://evil.example"))
                return
    raise AssertionError("there is no link")


def attached_by_a_mark(file: pikepdf.Pdf) -> None:
    mark(file, "FileAttachment", FS=attachment(file))


def sound(file: pikepdf.Pdf) -> None:
    mark(file, "Screen", A=script())


# -- fields -----------------------------------------------------------------------------------------------------


def field_made_wide(file: pikepdf.Pdf) -> None:
    one = field(file, f"{COUNCIL}__name")
    one.Rect = Array([50, 50, 560, 780])
    one.AP = Dictionary(N=form(file, "A. Example", [50, 50, 560, 780]))


def field_moved_slightly(file: pikepdf.Pdf) -> None:
    one = field(file, f"{COUNCIL}__name")
    one.Rect = Array([float(edge) + 20 for edge in one.Rect])


def field_hidden(file: pikepdf.Pdf) -> None:
    field(file, f"{COUNCIL}__authority").F = 2


def field_removed(file: pikepdf.Pdf) -> None:
    gone = field(file, f"{TY_CYMRU}__name")
    file.Root.AcroForm.Fields = Array([one for one in file.Root.AcroForm.Fields if one.objgen != gone.objgen])
    for page in file.pages:
        if "/Annots" in page.obj:
            page.obj.Annots = Array([one for one in page.obj.Annots if one.objgen != gone.objgen])


def field_renamed(file: pikepdf.Pdf) -> None:
    field(file, f"{TY_CYMRU}__name").T = String("other")


def field_twice(file: pikepdf.Pdf) -> None:
    add_field(file, f"{COUNCIL}__post", "Tx", 1, OVER_TEXT, V=String("Other"))


def password_field(file: pikepdf.Pdf) -> None:
    field(file, f"{COUNCIL}__post").Ff = 1 << 13


def field_with_a_script(file: pikepdf.Pdf) -> None:
    field(file, f"{COUNCIL}__post").AA = Dictionary(K=script())


def label_for_screen_readers(file: pikepdf.Pdf) -> None:
    field(file, f"{COUNCIL}__authority").TU = String("I do not agree")


def shows_other_words(file: pikepdf.Pdf) -> None:
    one = field(file, f"{COUNCIL}__post")
    box = [float(edge) for edge in one.Rect]
    one.V, one.AP = String("Head of Housing"), Dictionary(N=form(file, "NOT AGREED", box))


def tick_that_is_not_held(file: pikepdf.Pdf) -> None:
    one = field(file, f"{TY_CYMRU}__authority")
    one.AP.N["/Off"] = one.AP.N["/Yes"]


def band_says_another_body(file: pikepdf.Pdf) -> None:
    one = field(file, "copy__for")
    one.V = String("Copy 2 of 2, for Somebody Else")
    one.AP = Dictionary(N=form(file, "Copy 2 of 2, for Somebody Else", [float(edge) for edge in one.Rect]))


def band_looks_otherwise(file: pikepdf.Pdf) -> None:
    one = field(file, "copy__do")
    one.AP = Dictionary(N=form(file, "Nothing need be returned", [float(edge) for edge in one.Rect]))


def band_holds_other_words(file: pikepdf.Pdf) -> None:
    field(file, "copy__for").V = String("Copy 2 of 2, for Somebody Else")


def new_field_over_words(file: pikepdf.Pdf) -> None:
    add_field(
        file,
        "terms",
        "Tx",
        1,
        OVER_TEXT,
        V=String("One term more"),
        AP=Dictionary(N=form(file, "One term more", OVER_TEXT)),
    )


def new_button(file: pikepdf.Pdf) -> None:
    add_field(file, "button", "Btn", 1, OVER_TEXT, Ff=1 << 16, A=script())


def new_signature_field_over_words(file: pikepdf.Pdf) -> None:
    add_field(file, "Signature1", "Sig", 1, OVER_TEXT, AP=Dictionary(N=form(file, "CLAUSE DELETED", OVER_TEXT)))


def widget_outside_the_form(file: pikepdf.Pdf) -> None:
    mark(file, "Widget", FT=Name.Tx, T=String("loose"), AP=Dictionary(N=form(file, "NOT AGREED", OVER_TEXT)))


def second_form(file: pikepdf.Pdf) -> None:
    file.Root.AcroForm.XFA = file.make_stream(b"<xdp/>")


def calculated(file: pikepdf.Pdf) -> None:
    file.Root.AcroForm.CO = Array([field(file, f"{COUNCIL}__post")])


def another_block_signed(file: pikepdf.Pdf) -> None:
    field(file, f"{TY_CYMRU}__authority").V = Name.Yes
    field(file, f"{TY_CYMRU}__authority").AS = Name.Yes
    field(file, f"{TY_CYMRU}__name").V = String("A. Example")


# -- pages ------------------------------------------------------------------------------------------------------


def page_away(file: pikepdf.Pdf) -> None:
    del file.pages[1]


def pages_changed_about(file: pikepdf.Pdf) -> None:
    pages = list(file.pages)
    file.pages[0], file.pages[1] = pages[1], pages[0]


def page_added(file: pikepdf.Pdf) -> None:
    file.add_blank_page()
    file.pages[-1].obj.Contents = file.make_stream(b"BT /H 12 Tf 50 500 Td (One page more) Tj ET")
    file.pages[-1].obj.Resources = Dictionary(Font=Dictionary(H=HELVETICA))


def page_emptied(file: pikepdf.Pdf) -> None:
    file.pages[1].obj.Contents = file.make_stream(b"q Q")


def page_cut(file: pikepdf.Pdf) -> None:
    file.pages[1].obj.CropBox = Array([0, 400, 595, 842])


def page_made_small(file: pikepdf.Pdf) -> None:
    file.pages[1].obj.MediaBox = Array([0, 0, 595, 500])


def page_turned(file: pikepdf.Pdf) -> None:
    file.pages[1].obj.Rotate = 180


def page_enlarged(file: pikepdf.Pdf) -> None:
    file.pages[1].obj.UserUnit = 3


def drawn_over(file: pikepdf.Pdf) -> None:
    file.pages[1].contents_add(b"q 1 1 1 rg 60 500 480 200 re f Q")


def words_drawn(file: pikepdf.Pdf) -> None:
    name = next(iter(file.pages[1].obj.Resources.Font.keys()))
    file.pages[1].contents_add(b"BT %s 9 Tf 50 50 Td <0001> Tj ET" % name.encode())


def drawn_before(file: pikepdf.Pdf) -> None:
    """Clips all that comes after it away."""
    file.pages[1].contents_add(b"0 0 1 1 re W n", prepend=True)


def drawn_see_through(file: pikepdf.Pdf) -> None:
    page = file.pages[1].obj
    page.Resources.ExtGState = Dictionary(Gone=Dictionary(ca=0, CA=0))
    file.pages[1].contents_add(b"/Gone gs", prepend=True)


def words_in_a_layer(file: pikepdf.Pdf) -> None:
    page = file.pages[1].obj
    layer = file.make_indirect(Dictionary(Type=Name.OCG, Name=String("L")))
    file.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    page.Resources.Properties = Dictionary(Hide=layer)
    content = b"\n".join(
        part.read_bytes() for part in (page.Contents if isinstance(page.Contents, Array) else [page.Contents])
    )
    page.Contents = file.make_stream(b"/OC /Hide BDC\n" + content + b"\nEMC")


def word_changed(file: pikepdf.Pdf) -> None:
    """A digit in a text that is set with the first font."""
    steps = list(pikepdf.parse_content_stream(file.pages[1]))
    for number, step in enumerate(steps):
        if str(step.operator) == "TJ" and len(bytes(step.operands[0][0])) > 2:
            words = bytes(step.operands[0][0])
            other = b"\0\3" if words[:2] != b"\0\3" else b"\0\4"
            changed = Array([String(other + words[2:]), *list(step.operands[0])[1:]])
            steps[number] = pikepdf.ContentStreamInstruction([changed], step.operator)
            break
    file.pages[1].obj.Contents = file.make_stream(pikepdf.unparse_content_stream(steps))


def page_acts(file: pikepdf.Pdf) -> None:
    file.pages[0].obj.AA = Dictionary(O=script())


def first_fonts(file: pikepdf.Pdf, page: int = 1) -> pikepdf.Object:
    return file.pages[page].obj.Resources.Font


def font_programs_changed(file: pikepdf.Pdf) -> None:
    """No word shows any more."""
    for name in list(first_fonts(file).keys()):
        descriptor = first_fonts(file)[name].DescendantFonts[0].FontDescriptor
        for key in ("/FontFile2", "/FontFile3"):
            if key in descriptor:
                descriptor[key].write(b"\0" * 40)


def font_widths_changed(file: pikepdf.Pdf) -> None:
    for name in list(first_fonts(file).keys()):
        first_fonts(file)[name].DescendantFonts[0].W = Array([0, Array([0] * 400)])


def glyphs_change_places(file: pikepdf.Pdf) -> None:
    for name in list(first_fonts(file).keys()):
        table = bytes(range(256)) * 8
        first_fonts(file)[name].DescendantFonts[0].CIDToGIDMap = file.make_stream(table)


def fonts_change_places(file: pikepdf.Pdf) -> None:
    fonts = first_fonts(file)
    names = list(fonts.keys())
    assert len(names) > 1
    one, other = fonts[names[0]], fonts[names[1]]
    fonts[names[0]], fonts[names[1]] = other, one


def grey_drawn_white(file: pikepdf.Pdf) -> None:
    """The contents are the same, and what they draw in black may be white."""
    for page in file.pages:
        if "/ColorSpace" not in page.obj.Resources:
            page.obj.Resources.ColorSpace = Dictionary()
        white = Dictionary(WhitePoint=Array([1, 1, 1]), Gamma=0.001)
        page.obj.Resources.ColorSpace.DefaultGray = Array([Name.CalGray, white])


# -- the file ---------------------------------------------------------------------------------------------------


def file_attached(file: pikepdf.Pdf) -> None:
    names = file.Root.get("/Names", Dictionary())
    names.EmbeddedFiles = Dictionary(Names=Array([String("terms"), attachment(file)]))
    file.Root.Names = names


def file_associated(file: pikepdf.Pdf) -> None:
    file.Root.AF = Array([attachment(file)])


def portfolio(file: pikepdf.Pdf) -> None:
    file.Root.Collection = Dictionary(Type=Name.Collection, View=Name.T)


def script_of_the_file(file: pikepdf.Pdf) -> None:
    names = file.Root.get("/Names", Dictionary())
    names.JavaScript = Dictionary(Names=Array([String("s"), script()]))
    file.Root.Names = names


def script_on_opening(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = script()


def action_on_closing(file: pikepdf.Pdf) -> None:
    file.Root.AA = Dictionary(WC=script())


def layers(file: pikepdf.Pdf) -> None:
    layer = file.make_indirect(Dictionary(Type=Name.OCG, Name=String("L")))
    file.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))


def base_of_links(file: pikepdf.Pdf) -> None:
    file.Root.URI = Dictionary(Base=String("https://evil.example"))


def words_for_screen_readers(file: pikepdf.Pdf) -> None:
    element = file.Root.StructTreeRoot.K
    element = element[0] if isinstance(element, Array) else element
    element.ActualText = String("The parties agree to nothing.")


def words_when_pointed_at(file: pikepdf.Pdf) -> None:
    one = field(file, f"{COUNCIL}__name")
    if "/AP" not in one:
        one.AP = Dictionary()
    one.AP.R = one.AP.D = form(file, "NOT AGREED", [float(part) for part in one.Rect])


def not_printed(file: pikepdf.Pdf) -> None:
    field(file, f"{COUNCIL}__name").F = 0


def drawn_in_the_place_of_a_signature(file: pikepdf.Pdf) -> None:
    one = field(file, f"{TY_CYMRU}__signature")
    one.AP = Dictionary(N=form(file, "NOT AGREED", [float(part) for part in one.Rect]))


def other_title(file: pikepdf.Pdf) -> None:
    """In one of its two places. Programs that write a file anew may do that, so it tells only of revisions."""
    file.trailer.Info.Title = String("SUBJECT TO CONTRACT")


MANIPULATIONS: tuple[ChangePdf, ...] = (
    stamp_not_agreed, strike_out, white_square, free_text, highlight, ink, sticky_note, redaction, caret, hidden_note,
    mark_of_a_layer, link_over_the_page, link_elsewhere, attached_by_a_mark, sound, field_made_wide, field_moved_slightly,
    field_hidden, field_removed, field_renamed, field_twice, password_field, field_with_a_script, label_for_screen_readers,
    shows_other_words, tick_that_is_not_held, band_says_another_body, band_looks_otherwise, band_holds_other_words,
    new_field_over_words, new_button, new_signature_field_over_words, widget_outside_the_form, second_form, calculated,
    another_block_signed, page_away, pages_changed_about, page_added, page_emptied, page_cut, page_made_small, page_turned,
    page_enlarged, drawn_over, words_drawn, drawn_before, drawn_see_through, words_in_a_layer, word_changed, page_acts,
    font_programs_changed, font_widths_changed, glyphs_change_places, fonts_change_places, file_attached, file_associated,
    portfolio, script_of_the_file, script_on_opening, action_on_closing, layers, base_of_links, words_for_screen_readers,
    grey_drawn_white, words_when_pointed_at, not_printed, drawn_in_the_place_of_a_signature,
)  # fmt: skip
#: Nothing that the first signature stands for, so it may stand.
NOT_OF_THE_FIRST = frozenset({another_block_signed, tick_that_is_not_held})
