"""What the first page, the foot of each page and the file's metadata say of a text: its state, its version, its parties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import PurePosixPath

from undersigned.documents.content.terms import in_lines, law_name
from undersigned.documents.model import Fact, plain
from undersigned.documents.words import listed, term, text, word
from undersigned.facts.agreement import Agreement, AgreementParty
from undersigned.records.protocol import ENDED
from undersigned.records.vocabulary import vocabulary
from undersigned.words.dates import date_in_words, on_in_words
from undersigned.words.prose import is_safe_link
from undersigned.words.text import with_capital


def notice_of(agreement: Agreement) -> str:
    """What a reader must know before anything else; "" for a text that is agreed and stands."""
    notices = []
    if agreement.publication == "restricted":
        notices.append(word("notice.restricted"))
    match agreement.status:
        case "draft" | "consultation":
            notices.append(word(f"notice.{agreement.status}"))
        case "withdrawn" | "expired":
            notices.append(_ended(agreement, agreement.status))
        case "superseded":
            notices.append(_superseded(agreement))
        case _ if agreement.version is None:
            notices.append(word("notice.not_stamped"))
    if not agreement.text_available:
        notice = "notice.on_paper" if agreement.on_paper else "notice.not_kept"
        notices.append(word(notice, version=agreement.version or ""))
    if agreement.newer and agreement.status not in ENDED:
        version, since = agreement.newer
        notices.append(word("notice.newer", version=version, on=on_in_words(since)))
    return listed(notices, ". ")


def _superseded(agreement: Agreement) -> str:
    if not agreement.successors:
        return _ended(agreement, "superseded")
    first = agreement.successors[0]
    titles = listed((successor.title for successor in agreement.successors), ", ")
    if first.since is None:
        return word("notice.superseded_by_undated", successor=titles)
    return word("notice.superseded_by", successor=titles, since=date_in_words(first.since))


def _ended(agreement: Agreement, status: str) -> str:
    """Its last day where the record says one; what cannot be known is not guessed from other dates."""
    last = agreement.ended_on
    return word(f"notice.{status}_after", last=date_in_words(last)) if last else word(f"notice.{status}")


def facts_of(agreement: Agreement) -> Iterable[Fact]:
    """The table of the first page."""

    def fact(name: str, value: str | None) -> Iterable[Fact]:
        if value:
            yield Fact(word(f"cover.{name}"), text(value))

    protocol = agreement.text
    yield from fact("status", with_capital(term("status", agreement.status)))
    yield from fact("version", _version_line(agreement))
    yield from fact("between", listed(party.name for party in agreement.parties if party.is_between))
    yield from fact(
        "between_not",
        listed(
            word("cover.between_not_value", name=party.name, standing=_lower_first(standing_of(party)))
            for party in agreement.parties
            if not party.is_between
        ),
    )
    start = agreement.effective_from
    yield from fact("effective", date_in_words(start) if start else word("cover.not_set"))
    yield from fact("ends", date_in_words(protocol.effective_to) if protocol.effective_to else None)
    yield from fact("review", _review_line(agreement))
    yield from fact("lead", agreement.lead)
    owners = [
        word("cover.owner_value", organisation=organisation, post=post) if post else organisation
        for organisation, post in agreement.owners
    ]
    yield from fact("owner", "; ".join(owners))
    yield from fact("references", listed(agreement.record.references, ", "))
    yield from fact("where", listed((term("jurisdiction", place) for place in protocol.jurisdictions), ", "))
    law = protocol.required_by
    yield from fact("required_by", law_name(vocabulary().gateways.get(law), law) if law else None)
    yield from fact("part_of", agreement.part_of)
    if agreement.fingerprint:
        yield Fact(word("cover.fingerprint"), in_lines(plain(agreement.fingerprint)))
    yield from fact("as_of", None if agreement.version else date_in_words(agreement.dated))


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def standing_of(party: AgreementParty) -> str:
    """Why a body that the text names is neither bound by it nor asked to sign; "" for every other."""
    if party.left_on is not None:
        return word("parties.left", on=on_in_words(party.left_on))
    if party.standing is None:
        return ""
    if party.standing_since is None:
        return word(f"parties.{party.standing}")
    return word(f"parties.{party.standing}_on", on=on_in_words(party.standing_since))


def _version_line(agreement: Agreement) -> str:
    if agreement.version is None:
        return word("cover.version_none")
    agreed = date_in_words(agreement.agreed_on) if agreement.agreed_on else word("cover.not_set")
    return word("cover.version_value", version=agreement.version, agreed_on=agreed)


def _review_line(agreement: Agreement) -> str:
    if agreement.review_due is None:
        return word("cover.review_none")
    return date_in_words(agreement.review_due)


def names_of(agreement: Agreement) -> tuple[str, ...]:
    """The bodies that a copy may be for, or go back to."""
    return tuple(plain(name) for name in (*(party.name for party in agreement.parties), agreement.lead or ""))


def watermark_of(agreement: Agreement) -> str:
    """The word across each page of a text that nobody may rely on."""
    if agreement.status in ("signing", "in-force"):
        return ""
    return word(f"watermark.{agreement.status}")


def footer_of(agreement: Agreement, form: str = "") -> tuple[str, ...]:
    """The lines at the foot of each page, the page number aside."""
    facts = {"protocol": agreement.id, **({"form": form} if form else {})}
    first = (
        word("footer.form" if form else "footer.version", **facts, version=agreement.version)
        if agreement.version
        else word("footer.form_draft" if form else "footer.draft", **facts, status=term("status", agreement.status))
    )
    if agreement.short_fingerprint:
        first = f"{first}; {word('footer.fingerprint', fingerprint=agreement.short_fingerprint)}"
    return first, _where_to_check(agreement)


def _where_to_check(agreement: Agreement) -> str:
    address = agreement.register_address.rstrip("/")
    if not is_safe_link(address):
        return word("footer.check")
    return word("footer.check_here", address=f"{address}/{PurePosixPath('protocols', agreement.id)}/")


def code_of(agreement: Agreement) -> str:
    """The address that the code in each foot leads to: the site's page that says whether this text is current. What follows
    the # is read in the browser and sent nowhere. "" for a draft, and where that page does not list the text."""
    address = agreement.register_address.rstrip("/")
    short = (agreement.fingerprint or "").rpartition(":")[2][:16]
    if agreement.version is None or not short or agreement.publication == "restricted" or not is_safe_link(address):
        return ""
    return f"{address}/verify/#{agreement.id}/{agreement.version}/{short}"


def properties_of(agreement: Agreement, form: str = "") -> tuple[tuple[str, str], ...]:
    """What the file's metadata says, so that a copy can be traced to its text."""
    return (
        ("ProtocolId", agreement.id),
        *((("FormId", form),) if form else ()),
        ("ProtocolVersion", agreement.version or ""),
        ("Fingerprint", agreement.fingerprint or ""),
        ("Status", agreement.status),
        ("TextDate", str(agreement.agreed_on or agreement.dated)),
    )


def epoch_of(day: date) -> int:
    """Midnight UTC of a day in seconds since 1970: the only time that a document carries."""
    return (day - date(1970, 1, 1)).days * 86400
