"""The blocks of a returned PDF: certificates, marks and what was typed, at the place of each."""

from __future__ import annotations

import pikepdf
from pikepdf import Name

from undersigned.returned.blocks import Place
from undersigned.returned.pdf_anew import Judgement
from undersigned.returned.pdf_fields import FormField, annotations_of, appearance_of
from undersigned.returned.pdf_text import Box, box_of, holds, is_within, shown_by_form, touches
from undersigned.returned.signatures import Certificate
from undersigned.returned.values import BLOCK_FIELDS, Value, date_value, is_placeholder, organisation_of
from undersigned.returned.verdict import Difference, How


def places_of(
    file: pikepdf.Pdf, fields: dict[str, FormField], certificates: dict[str, Certificate], result: Judgement
) -> tuple[list[Place], list[Place]]:
    """The places of the blocks, and the signatures that stand in no block."""
    return _Places(file, fields, certificates, result).found()


class _Places:
    def __init__(
        self, file: pikepdf.Pdf, fields: dict[str, FormField], certificates: dict[str, Certificate], result: Judgement
    ) -> None:
        self.file, self.fields, self.certificates, self.result = file, fields, certificates, result

    def found(self) -> tuple[list[Place], list[Place]]:
        result, certificates = self.result, self.certificates
        fields = result.fields or self.fields
        places = [
            self._place(name, one, certificates, result, fields)
            for name, one in fields.items()
            if one.kind == "/Sig" and organisation_of(name) is not None
        ]
        used = {place.certificate_field for place in places}
        loose = [
            self._loose(name, certificates[name])
            for name in self.fields
            if name in certificates and name not in used and not certificates[name].timestamp
        ]
        return places, loose

    def _place(
        self,
        name: str,
        one: FormField,
        certificates: dict[str, Certificate],
        result: Judgement,
        fields: dict[str, FormField],
    ) -> Place:
        organisation = organisation_of(name) or ""
        notes: list[str] = []
        signed_by = name if name in certificates else self._field_over(one, certificates)
        if signed_by and signed_by != name:
            notes.append(f"The certificate signature stands over this block in a field of its own, {signed_by}.")
        how = None if signed_by else self._mark(one, result)
        held: dict[str, Value] = {}
        for kind in BLOCK_FIELDS:
            each = fields.get(f"{organisation}__{kind}")
            held[kind] = (
                each.value() if each is not None and result.fields is None else self._placed(organisation, kind, result)
            )
            if each is not None and each.repeated:
                notes.append(f"The field {each.name} is there more than once, so its value is not taken.")
        if result.fields is not None:
            words, picture, drawn = result.placed.get(name, ("", False, False))
            how = how or (
                "image" if picture else "typed" if words and not is_placeholder(words) else "drawn" if drawn else None
            )
            if any(value for value in held.values()):
                notes.append("What the block holds was read from where it stands on the page.")
        signature = self.fields.get(signed_by or name)
        if signed_by and signature is not None and signature.shown_words:
            notes.append(f"On the page the signature says: {Difference('', signature.shown_words).short().words}")
        page = one.page + 1 if one.page is not None else None
        return Place(organisation, held, how, certificates.get(signed_by or ""), signed_by, tuple(notes), page)

    def _placed(self, organisation: str, kind: str, result: Judgement) -> Value:
        words, picture, drawn = result.placed.get(f"{organisation}__{kind}", ("", False, False))
        if kind == "authority":
            return bool(picture or drawn or words.strip("\u2610\u25a1 "))
        return None if is_placeholder(words) else (date_value(words) if kind == "date" else words) or None

    def _field_over(self, place: FormField, certificates: dict[str, Certificate]) -> str | None:
        """A signature in a field of its own that stands on this block's place."""
        for name in certificates:
            one = self.fields[name]
            if (
                organisation_of(name) is None
                and one.page == place.page
                and one.box
                and place.box
                and touches(one.box, place.box, 2)
            ):
                return name
        return None

    def _mark(self, place: FormField, result: Judgement) -> How | None:
        """What somebody put on the place for a signature: with the tools for comments, or drawn on the page."""
        if place.page is None or place.box is None or place.page >= len(self.file.pages):
            return None
        for annotation in annotations_of(self.file.pages[place.page].obj):
            kind, box = annotation.get("/Subtype"), box_of(annotation.get("/Rect"))
            if box is None or not holds(place.box, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)):
                continue
            if kind == Name.FreeText:
                return "typed"
            if kind == Name.Ink:
                return "drawn"
            if kind == Name.Stamp:
                form = appearance_of(annotation)
                return "image" if form is None or shown_by_form(form).pictures else "drawn"
        drawn = [
            box
            for box in result.drawn.get(place.page, ())
            if is_within(box, place.box, 12) or _middle_in(box, place.box)
        ]
        return "image" if drawn else None

    def _loose(self, name: str, certificate: Certificate) -> Place:
        one = self.fields[name]
        where = f" on page {one.page + 1}" if one.page is not None else ""
        note = f"The certificate signature stands{where} in a field of its own, {name}, not in a block. It does not say for which organisation."
        page = one.page + 1 if one.page is not None else None
        return Place(None, {}, None, certificate, name, (note,), page)


def _middle_in(box: Box, place: Box) -> bool:
    return holds(place, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
