"""One protocol for one day, gathered from the register and worked out when asked for.

Of a restricted protocol outputs may say the title, the parties and the dates, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from undersigned.changes.report import Point
from undersigned.changes.versions import Texts
from undersigned.facts.flows import Card, CardSource, FlowTerms, cards_of, flow_terms, legal_references
from undersigned.facts.for_people import PeoplePage, people_page
from undersigned.facts.news import Act, Agreeing, NewsItem, ReviewDate, acts_of, agreeing_of, news_of, review_date
from undersigned.facts.outcomes import Return, returns
from undersigned.facts.parties import (
    Participant,
    PartyFacts,
    Reserved,
    bodies_of,
    by_name,
    participants,
    party_facts,
    reservations_of,
)
from undersigned.facts.text import (
    ClauseFacts,
    IssuedText,
    VersionFacts,
    changed_clauses,
    changed_flows,
    changed_terms,
    clauses_of,
    forms_of,
    issued_texts,
    versions_of,
)
from undersigned.figures.profile import Seen, seen
from undersigned.records.fields import When, has_happened
from undersigned.records.form import Form
from undersigned.records.protocol import ENDED, Operative, Party, Protocol
from undersigned.records.review import Review
from undersigned.records.version import Document, Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    InForce,
    LateReturn,
    ProtocolStatus,
    Signing,
    agreed_versions,
    late_returns,
    protocol_status,
    signed_on_paper,
    version_in_force,
)
from undersigned.status.law import ChangedLaw, changed_laws, law_last_read
from undersigned.words.text import in_reading_order

#: With so many kept texts, each is compared with each.
_MOST_COMPARED = 5
#: Which text a page shows: the one in force, one agreed for later, one that has ended, or the working text.
Shown = Literal["in-force", "agreed", "ended", "working"]
#: A protocol of these statuses binds nobody.


@dataclass(frozen=True)
class Download:
    """A file to download. `path` is relative to the site; `size` is in bytes."""

    path: str
    extension: str
    size: int


@dataclass(frozen=True)
class ReviewFacts:
    completed_on: When
    review: Review


@dataclass(frozen=True)
class TextChange:
    """What differs between two agreed texts of a protocol, in the order of the text."""

    earlier: str
    later: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Successor:
    """A protocol that has taken the place of one that has ended."""

    id: str
    title: str
    since: When | None


class ProtocolFacts:
    """One protocol for one day. Everything but `id`, `title`, `parties_by_name` and the dates needs `not restricted`.

    `sizes`: bytes of each document by its path under `downloads/`. `version`: one of `kept_versions`, to see the protocol
    in that text.
    """

    def __init__(
        self,
        folder: ProtocolFolder,
        register: Register,
        *,
        as_of: date,
        sizes: Mapping[str, int] | None = None,
        version: str | None = None,
    ) -> None:
        self.folder = folder
        self.register = register
        self.as_of = as_of
        self.id = folder.id
        self._sizes = sizes or {}
        self._version = version

    @cached_property
    def status(self) -> ProtocolStatus:
        return protocol_status(self.folder, self.register, as_of=self.as_of, signing=self.signing)

    @cached_property
    def signing(self) -> Signing:
        return Signing(self.folder, self.register, as_of=self.as_of)

    @cached_property
    def record(self) -> Protocol:
        """The working text and the facts about it, with the status of the day."""
        return self.folder.value.on(self.as_of)

    @cached_property
    def changed_laws(self) -> tuple[ChangedLaw, ...]:
        """The laws that its flows rest on and that changed after somebody last looked at its law."""
        laws = (law for flow in self.record.flows for law in (flow, *flow.law_differs))
        named = (found.entry for law in laws for found in legal_references(law))
        by_id = {entry.id: entry for entry in named if entry is not None}
        return tuple(changed_laws(self.folder, by_id.values(), self.register.law_states, as_of=self.as_of))

    @cached_property
    def law_read_on(self) -> date | None:
        """The day on which somebody last looked at its law; None if the records do not say."""
        return law_last_read(self.folder, as_of=self.as_of)

    @cached_property
    def issued_texts(self) -> tuple[IssuedText, ...]:
        """The agreed texts, newest first, as somebody who checks a copy looks for them; none of a restricted protocol."""
        return tuple(issued_texts(self.folder, self.register, as_of=self.as_of))

    @property
    def restricted(self) -> bool:
        return self.record.publication == "restricted"

    @cached_property
    def title(self) -> str:
        return self.text.title or self.record.title

    @cached_property
    def _chosen(self) -> tuple[str | None, Version | None, Shown]:
        if self._version is not None:
            return self._version, self.folder.versions[self._version].value, self._shown_of_version
        if self.restricted:
            return None, None, "working"
        ended = self.record.status in ENDED
        in_force = version_in_force(self.folder, as_of=self.as_of)
        if in_force is not None and in_force[1].text is not None and not ended:
            return in_force[0], in_force[1], "in-force"
        for number, version in reversed(agreed_versions(self.folder, as_of=self.as_of)):
            if version.text is not None:
                return number, version, "ended" if ended else "agreed"
        return None, None, "working"

    @property
    def _shown_of_version(self) -> Shown:
        if any(text.version == self._version for text in self.status.in_force):
            return "in-force"
        version = next((one for one in self.versions if one.number == self._version), None)
        return "agreed" if version is not None and not has_happened(version.takes_effect, self.as_of) else "ended"

    @property
    def shown_version(self) -> str | None:
        """The version whose text is shown; None for the working text."""
        return self._chosen[0]

    @property
    def shown_as(self) -> Shown:
        return self._chosen[2]

    @property
    def text(self) -> Operative:
        """The text the page shows."""
        stamp = self._chosen[1]
        return self.record if stamp is None or stamp.text is None else stamp.text

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms of the text shown, by id."""
        return forms_of(self.text, self.folder)

    @cached_property
    def clauses(self) -> tuple[ClauseFacts, ...]:
        """The clauses of the text shown."""
        return clauses_of(self.text, self.record.publication, self.register, as_of=self.as_of)

    @cached_property
    def later_version(self) -> VersionFacts | None:
        """A version that is agreed and not yet in effect, while an earlier one is shown."""
        newest = self.versions[0] if self.versions else None
        later = newest is not None and self.shown_version is not None and newest.number != self.shown_version
        return newest if later else None

    @property
    def on_paper(self) -> Document | None:
        """The document that was signed, if its words are on paper alone; None of a restricted protocol."""
        found = None if self.restricted else signed_on_paper(self.folder, as_of=self.as_of)
        return found[1].document if found else None

    @property
    def is_draft(self) -> bool:
        return self.shown_as == "working" and self.record.status in ("draft", "consultation", "signing")

    @property
    def effective_to(self) -> When | None:
        return self.text.effective_to or self.record.effective_to

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """The stages of a sentence that the flows of the text shown serve; empty for a restricted protocol."""
        return (
            () if self.restricted else tuple(dict.fromkeys(stage for flow in self.text.flows for stage in flow.stage))
        )

    @cached_property
    def terms(self) -> FlowTerms:
        """The flows of the text shown."""
        return self.terms_of(self.text)

    def terms_of(self, text: Operative) -> FlowTerms:
        """The flows of a text of this protocol."""
        return flow_terms(enumerate(text.flows, start=1), text, self.record, self.register, self.signing.identities)

    def flow_title(self, id_: str) -> str:
        """A flow's title in the text shown; the id if there is no such flow."""
        return next((facts.title for facts in self.terms.flows if facts.flow.id == id_), id_)

    # parties and contacts

    def bodies(self, *ids: str | None) -> tuple[tuple[str, str], ...]:
        """(id, name) of those who answer on the day for these ids of the protocol's records, each once."""
        found = (body for id_ in ids if id_ for body in self._named.get(id_) or self._bodies(id_))
        return tuple(dict.fromkeys(found))

    def _bodies(self, id_: str) -> tuple[tuple[str, str], ...]:
        return bodies_of((id_,), self.signing.identities, self.register)

    @cached_property
    def _named(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Those who answer for the lead, the owner and those who report: what other pages than its own name."""
        record = self.record
        named = (record.lead, *(owner.organisation for owner in record.owner), *(m.by for m in record.monitoring))
        return {id_: self._bodies(id_) for id_ in named if id_}

    @property
    def lead_id(self) -> str | None:
        """The id of the lead; None if none is named, or several have divided its place among them."""
        return self.lead[0][0] if len(self.lead) == 1 else None

    @property
    def parties_of_text(self) -> tuple[tuple[str, str, Party], ...]:
        """(id, name, what it says) of the parties of the text shown, in its order, under the ids of the day."""
        parties = self.signing.identities.present_parties(self.text.parties)
        listed = self.bodies(*(party.organisation for party in self.text.parties))
        return tuple((id_, name, parties[id_]) for id_, name in listed)

    @property
    def lead(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of the lead; of several if they divided its place among them; empty if none is named."""
        return self.bodies(self.record.lead)

    @cached_property
    def parties_by_name(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every party under its present id, by name."""
        ids = self.signing.parties if self.restricted else {party.organisation: None for party in self.status.parties}
        return by_name(ids, self.register)

    @cached_property
    def parties(self) -> tuple[PartyFacts, ...]:
        """By name."""
        found = [party_facts(one, self.register, self.signing) for one in self.status.parties]
        return tuple(sorted(found, key=lambda party: (in_reading_order(party.name), party.id)))

    @cached_property
    def participants(self) -> tuple[Participant, ...]:
        """Everybody who is a party or still bound, by name."""
        return participants(self.parties, self.status.in_force, self.folder, self.register, as_of=self.as_of)

    @cached_property
    def participants_by_id(self) -> Mapping[str, Participant]:
        return {body.id: body for body in self.participants}

    @cached_property
    def reservations(self) -> Mapping[str, tuple[Reserved, ...]]:
        """The bodies that take no part in a flow because they reserved it, by flow."""
        return reservations_of(self.parties, as_of=self.as_of)

    @property
    def binds_all_alike(self) -> bool:
        """Whether one version is in force between all of `participants`."""
        return len(self.status.in_force) == 1 and all(body.versions for body in self.participants)

    @cached_property
    def in_force(self) -> tuple[tuple[InForce, tuple[tuple[str, str], ...]], ...]:
        """Each version that binds, with (id, name) of those it binds."""
        return tuple((text, by_name(text.between, self.register)) for text in self.status.in_force)

    @cached_property
    def for_people(self) -> PeoplePage | None:
        """The page for the people whom the sharing is about."""
        if self.restricted:
            return None
        return people_page(self.folder, self.register, in_force=bool(self.in_force), as_of=self.as_of)

    @property
    def bound_by_text(self) -> frozenset[str]:
        """The ids of those whom the text shown binds."""
        return frozenset(
            id_ for text in self.status.in_force if text.version == self.shown_version for id_ in text.between
        )

    @cached_property
    def apart(self) -> Mapping[str, tuple[str, ...]]:
        """Those whom the text shown does not bind though another does, or though they were to sign: the versions that bind each."""
        if self.shown_as != "in-force" or not self.status.in_force:
            return {}
        return {
            body.id: body.versions
            for body in self.participants
            if body.id not in self.bound_by_text
            and (body.versions or body.party is None or body.party.status.state != "not-required")
        }

    @cached_property
    def text_changes(self) -> tuple[TextChange, ...]:
        """What changed from each agreed text to each later one, as far as both are kept; the newest text first.

        Of a protocol with many versions only what changed to the newest, and from each version to the next.
        """
        kept = [
            version.number
            for version in reversed(self.versions)
            if self.folder.stamped_text(version.number) is not None
        ]
        texts = Texts(None, self.folder, self.register, as_of=self.as_of)
        found = []
        for place, later in reversed(list(enumerate(kept))):
            for back, earlier in enumerate(reversed(kept[:place])):
                if len(kept) > _MOST_COMPARED and back and later != kept[-1]:
                    continue
                was, now = self.folder.stamped_text(earlier), self.folder.stamped_text(later)
                if was is not None and now is not None:
                    found.append(TextChange(earlier, later, tuple(texts.points(was, now))))
        return tuple(found)

    @property
    def older_versions(self) -> tuple[str, ...]:
        """Versions that still bind two bodies though another text is shown, newest first, as far as their text is kept."""
        numbers = [text.version for text in self.status.in_force if text.version != self.shown_version]
        return tuple(number for number in numbers if self.folder.text_of(number) is not None)

    @property
    def older_texts(self) -> tuple[ProtocolFacts, ...]:
        """The protocol in each of the `older_versions`, newest first; none of a restricted protocol."""
        if self.restricted:
            return ()
        return tuple(
            ProtocolFacts(self.folder, self.register, as_of=self.as_of, version=number)
            for number in self.older_versions
        )

    @property
    def kept_versions(self) -> tuple[str, ...]:
        """The agreed versions whose text is kept, newest first."""
        return tuple(one.number for one in self.versions if self.folder.text_of(one.number) is not None)

    @property
    def kept_texts(self) -> tuple[ProtocolFacts, ...]:
        """The protocol in each of the `kept_versions` but the one shown; none of a restricted protocol."""
        if self.restricted:
            return ()
        return tuple(
            ProtocolFacts(self.folder, self.register, as_of=self.as_of, version=number)
            for number in self.kept_versions
            if number != self.shown_version
        )

    @property
    def between(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of those whom the text shown binds, by name."""
        return by_name(self.bound_by_text, self.register)

    @property
    def bound(self) -> frozenset[str]:
        """The ids of those whom any text in force binds."""
        return frozenset(id_ for text in self.status.in_force for id_ in text.between)

    def version_between(self, one: str, other: str) -> str | None:
        """The version in force between two bodies; None if there is none."""
        return self.signing.version_between(one, other)

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Every signature made by the day, oldest first. One that was withdrawn later was still made."""
        return acts_of(self.signing, self.register)

    @cached_property
    def agreeing(self) -> tuple[Agreeing, ...]:
        """Each version that was sent out and signed on known days, newest first."""
        return agreeing_of((version.number for version in self.versions), self.acts)

    @cached_property
    def cards(self) -> Mapping[str, tuple[Card, ...]]:
        """What a practitioner must know of each flow, for each version in force whose text is kept."""
        texts = {facts.shown_version: facts for facts in (*self.older_texts, self)}
        return {
            number: self._cards_of(facts, number)
            for number in (text.version for text in self.status.in_force)
            if (facts := texts.get(number)) is not None
        }

    @cached_property
    def cards_to_sign(self) -> tuple[Card, ...]:
        """The cards of the newest text, which bodies are asked to sign; none unless it is the text shown."""
        number = self.status.version
        if number is None or number != self.shown_version:
            return ()
        return self.cards.get(number) or self._cards_of(self, number)

    def _cards_of(self, facts: ProtocolFacts, number: str) -> tuple[Card, ...]:
        return cards_of(
            facts.terms,
            facts.text,
            source=CardSource(self.id, self.title, number, facts is self),
            forms=facts.forms,
            identities=self.signing.identities,
            reserved={flow: {one.id: one.text for one in bodies} for flow, bodies in self.reservations.items()},
        )

    # history

    @cached_property
    def successors(self) -> tuple[Successor, ...]:
        """Those that have taken the place of a protocol that has ended. A draft has not yet; a restricted one is not named."""
        if self.record.status not in ENDED:
            return ()
        others = (self.register.protocol(id_) for id_ in self.register.superseding.get(self.id, ()))
        return tuple(
            Successor(other.id, ProtocolFacts(other, self.register, as_of=self.as_of).title, other.value.effective_from)
            for other in others
            if other is not None
            and other.readable
            and other.value.publication == "public"
            and other.value.status not in ("draft", "consultation")
        )

    @cached_property
    def versions(self) -> tuple[VersionFacts, ...]:
        """Newest first."""
        return versions_of(self.folder, as_of=self.as_of)

    @cached_property
    def reviews(self) -> tuple[ReviewFacts, ...]:
        """Newest first."""
        return tuple(
            ReviewFacts(day, record.value)
            for day, record in reversed(self.folder.reviews.items())
            if has_happened(day, self.as_of) and record.value is not None
        )

    @cached_property
    def seen(self) -> Seen | None:
        """What a comparison of protocols needs of it; None if a record that it reads has faults."""
        folder = self.folder
        if not folder.record.clean or not all(version.clean for version in folder.versions.values()):
            return None
        clean = folder.clean_part()
        return seen(self.register, clean, as_of=self.as_of, status=self.status if clean is folder else None)

    @cached_property
    def late_returns(self) -> tuple[LateReturn, ...]:
        """Outcome returns that the protocol asks for and that are late; none of a restricted one."""
        return () if self.restricted else tuple(late_returns(self.folder, as_of=self.as_of))

    @cached_property
    def outcomes(self) -> tuple[Return, ...]:
        """The outcome returns, newest first; none of a restricted protocol."""
        if self.restricted:
            return ()
        found = (record.value for record in self.folder.outcomes.values() if record.value is not None)
        return returns(found, as_of=self.as_of)

    @cached_property
    def changed_terms(self) -> tuple[str, ...]:
        """The operative fields in which an amendment being prepared differs from the newest stamp."""
        return changed_terms(self.folder) if self.status.unreleased_changes else ()

    @cached_property
    def prepared(self) -> FlowTerms:
        """Flows of the working text that are new or changed against the text shown."""
        changed = changed_flows(self.record, self.text) if self.changed_terms else ()
        return flow_terms(changed, self.record, self.record, self.register, self.signing.identities)

    @cached_property
    def prepared_clauses(self) -> tuple[ClauseFacts, ...]:
        """Clauses of the working text that are new or changed against the text shown."""
        changed = changed_clauses(self.record, self.text) if self.changed_terms else ()
        working = clauses_of(self.record, self.record.publication, self.register, as_of=self.as_of) if changed else ()
        return tuple(entry for entry in working if entry.clause in changed)

    @cached_property
    def review_date(self) -> ReviewDate | None:
        return review_date(self.folder, self.register, as_of=self.as_of)

    @cached_property
    def news(self) -> tuple[NewsItem, ...]:
        """What has happened to it; nothing for a restricted protocol."""
        return () if self.restricted else tuple(news_of(self.folder, self.register, self.acts, as_of=self.as_of))

    # downloads

    def downloads(self, name: str) -> tuple[Download, ...]:
        """The PDF and the Word file called `name`, if they were made."""
        found = []
        for extension in ("pdf", "docx"):
            size = self._sizes.get(f"{self.id}/{name}.{extension}")
            if size is not None:
                found.append(Download(f"downloads/{self.id}/{name}.{extension}", extension, size))
        return tuple(found)

    @cached_property
    def version_downloads(self) -> tuple[tuple[str, tuple[Download, ...]], ...]:
        """For each version, newest first, or for the draft (an empty number): its files."""
        numbers = [version.number for version in self.versions]
        named = [(number, self.downloads(f"{self.id}-v{number}")) for number in numbers]
        named.append(("", self.downloads(f"{self.id}-draft")))
        return tuple((number, files) for number, files in named if files)


def title_of(id_: str, register: Register, *, as_of: date) -> str:
    """The title of a protocol by present or former id; the id if there is none that reads."""
    folder = register.protocol(id_)
    return id_ if folder is None or not folder.readable else ProtocolFacts(folder, register, as_of=as_of).title
