"""The whole register for one day: its protocols and organisations, and what is counted over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median_low

from undersigned.facts.area import AreaFacts, areas_shown
from undersigned.facts.news import Agreeing, NewsItem, newest_first
from undersigned.facts.organisation import OrganisationFacts, organisations_of
from undersigned.facts.parties import PartyFacts
from undersigned.facts.partnerships import Dealing, Partnerships, dealings_of
from undersigned.facts.protocol import ProtocolFacts
from undersigned.figures.combined import Combined, combined
from undersigned.records.fields import KEBAB, in_time
from undersigned.records.protocol import ENDED
from undersigned.register import Register
from undersigned.status import SIGNATURE_STATES
from undersigned.words.text import in_reading_order

#: The last day of each band of waiting days, by the band's name; the last band has no end.
BANDS: Mapping[str, int | None] = {"to-28": 28, "to-60": 60, "to-90": 90, "to-180": 180, "over-180": None}
UNKNOWN = "unknown"
#: How far back the list of recent changes goes.
LATELY_DAYS = 90


@dataclass(frozen=True)
class Change:
    """One thing that happened lately. `by`: (id, name) of those who signed the version on that day."""

    on: date
    kind: str
    protocol: ProtocolFacts
    version: str
    by: tuple[tuple[str, str], ...] = ()


def in_bands(days: Iterable[int | None]) -> dict[str, int]:
    """How many of them fall in each band; those that are not known have their own, shown only where there are any."""
    counts = dict.fromkeys(BANDS, 0)
    unknown = 0
    for number in days:
        if number is None:
            unknown += 1
        else:
            counts[next(band for band, last in BANDS.items() if last is None or number <= last)] += 1
    return {**counts, UNKNOWN: unknown} if unknown else counts


class RegisterFacts:
    """The whole register for one day. `sizes`: bytes of each document by its path under `downloads/`."""

    def __init__(self, register: Register, *, as_of: date, sizes: Mapping[str, int] | None = None) -> None:
        self.register = register
        self.as_of = as_of
        self._sizes = sizes or {}
        self._dealings: dict[str, tuple[Dealing, ...]] = {}

    @cached_property
    def protocols(self) -> tuple[ProtocolFacts, ...]:
        """Every protocol that reads, by title."""
        found = [
            ProtocolFacts(folder, self.register, as_of=self.as_of, sizes=self._sizes)
            for folder in self.register.protocols()
            if folder.readable and KEBAB.match(folder.id)
        ]
        return tuple(sorted(found, key=lambda protocol: (in_reading_order(protocol.title), protocol.id)))

    @cached_property
    def by_id(self) -> dict[str, ProtocolFacts]:
        return {protocol.id: protocol for protocol in self.protocols}

    @cached_property
    def open_protocols(self) -> tuple[ProtocolFacts, ...]:
        return tuple(protocol for protocol in self.protocols if not protocol.restricted)

    @cached_property
    def has_areas(self) -> bool:
        """Whether a published protocol names an area that can have a page."""
        return any(KEBAB.match(area) for protocol in self.open_protocols for area in protocol.record.areas)

    @cached_property
    def areas(self) -> tuple[AreaFacts, ...]:
        """The areas that have a page, by name."""
        known = [(facts.seen, facts.status) for facts in self.protocols if facts.seen is not None]
        return areas_shown(self.register, known, as_of=self.as_of)

    @cached_property
    def reviews_due(self) -> tuple[ProtocolFacts, ...]:
        """Protocols with a review due date, most urgent first."""
        due = [protocol for protocol in self.protocols if protocol.status.review.due_on is not None]
        return tuple(
            sorted(due, key=lambda p: (in_time(p.status.review.due_on or date.max), in_reading_order(p.title), p.id))
        )

    @cached_property
    def organisations(self) -> tuple[OrganisationFacts, ...]:
        """Every organisation that reads, by name."""
        found = organisations_of(self.protocols, self.register, as_of=self.as_of)
        return tuple(
            sorted(found, key=lambda organisation: (in_reading_order(organisation.record.name), organisation.id))
        )

    @cached_property
    def organisation_ids(self) -> frozenset[str]:
        """Those that have a page."""
        return frozenset(organisation.id for organisation in self.organisations)

    def dealings(self, organisation: str) -> tuple[Dealing, ...]:
        """What passes between an organisation and each other that a text names with it."""
        if organisation not in self._dealings:
            self._dealings[organisation] = dealings_of(organisation, self.partnerships, self.kinds)
        return self._dealings[organisation]

    def forget_dealings(self) -> None:
        """Frees their memory, once the pages and the data of some organisations are made."""
        self._dealings.clear()

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The kind of each organisation, by id."""
        return {organisation.id: organisation.record.kind for organisation in self.organisations}

    @cached_property
    def moved_protocols(self) -> tuple[tuple[str, ProtocolFacts], ...]:
        """(former id, protocol) for each id that a protocol had before."""
        return tuple(
            (old, self.by_id[new])
            for old, new in sorted(self.register.former_protocols.items())
            if new in self.by_id and old not in self.by_id and KEBAB.match(old)
        )

    @cached_property
    def moved_organisations(self) -> tuple[tuple[str, OrganisationFacts], ...]:
        by_id = {organisation.id: organisation for organisation in self.organisations}
        return tuple(
            (old, by_id[new])
            for old, new in sorted(self.register.former_organisations.items())
            if new in by_id and old not in by_id and KEBAB.match(old)
        )

    @cached_property
    def partnerships(self) -> Partnerships:
        """Who is party with whom."""
        ended = frozenset(organisation.id for organisation in self.organisations if organisation.has_ended)
        return Partnerships(self.protocols, has_page=self.organisation_ids, ended=ended)

    @cached_property
    def combined(self) -> Combined:
        """All figures that were returned under published protocols."""
        return combined(self.register, as_of=self.as_of, restricted=False)

    @cached_property
    def news(self) -> list[NewsItem]:
        """What has happened to the published protocols, newest first."""
        return newest_first(item for protocol in self.protocols for item in protocol.news)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What changed in the last 90 days, newest first; on one day by the protocol's title."""
        since = self.as_of - timedelta(days=LATELY_DAYS)
        signers: dict[tuple[date, str, str, str], list[tuple[str, str]]] = {}
        for item in self.news:
            if item.on >= since:
                by = signers.setdefault((item.on, item.protocol, item.kind, item.version), [])
                by.extend([item.by] if item.by else [])
        found = [
            Change(on, kind, self.by_id[id_], version, tuple(sorted(by, key=lambda body: in_reading_order(body[1]))))
            for (on, id_, kind, version), by in signers.items()
        ]
        found.sort(
            key=lambda change: (
                in_reading_order(change.protocol.title),
                change.protocol.id,
                change.kind,
                change.version,
            )
        )
        return tuple(sorted(found, key=lambda change: change.on, reverse=True))

    @cached_property
    def review_counts(self) -> dict[str, int]:
        """How many protocols are in each review state. Restricted ones count: their dates are published."""
        counts = dict.fromkeys(("current", "due-soon", "overdue", "lapsed"), 0)
        for protocol in self.protocols:
            if protocol.status.review.state in counts:
                counts[protocol.status.review.state] += 1
        return counts

    @property
    def reviews_late(self) -> int:
        """How many reviews are past their due date."""
        return self.review_counts["overdue"] + self.review_counts["lapsed"]

    @cached_property
    def signature_counts(self) -> dict[str, int]:
        """How many parties are in each signature state, over published protocols that are out for signature or in force."""
        counts: dict[str, int] = dict.fromkeys(SIGNATURE_STATES, 0)
        for protocol in self.open_protocols:
            if protocol.record.status in ("signing", "in-force"):
                for state, number in protocol.status.counts.items():
                    counts[state] += number
        return counts

    @cached_property
    def waiting(self) -> tuple[tuple[ProtocolFacts, PartyFacts], ...]:
        """Signatures still to come in protocols out for signature or in force, the longest first; last those not sent out."""
        found = [
            (protocol, party)
            for protocol in self.open_protocols
            if protocol.record.status in ("signing", "in-force")
            for party in protocol.parties
            if party.status.state in ("awaiting", "stale", "not-sent")
        ]
        return tuple(
            sorted(
                found,
                key=lambda pair: (
                    -(pair[1].status.days_waiting or 0),
                    in_reading_order(pair[1].name),
                    in_reading_order(pair[0].title),
                    pair[0].id,
                ),
            )
        )

    @cached_property
    def waiting_bands(self) -> dict[str, int]:
        """How many signatures are still to come, by the days waited so far. `not-sent`, where there are any: those whose
        copies have not gone out, so that nobody waits for them yet."""
        sent = [party.status for _, party in self.waiting if party.status.state != "not-sent"]
        bands = in_bands(status.days_waiting for status in sent)
        unsent = len(self.waiting) - len(sent)
        return {**bands, "not-sent": unsent} if unsent else bands

    @cached_property
    def signing_days(self) -> tuple[int, ...]:
        """Days from sending a copy to its signature, for each signature of a published protocol that tells both days."""
        return tuple(
            sorted(
                (act.signed_on - act.sent_on).days
                for protocol in self.open_protocols
                for act in protocol.acts
                if isinstance(act.signed_on, date) and isinstance(act.sent_on, date) and act.sent_on <= act.signed_on
            )
        )

    @property
    def signing_bands(self) -> dict[str, int]:
        return in_bands(self.signing_days)

    @property
    def median_signing_days(self) -> int | None:
        """Half of the signatures took this many days or fewer; None if there are none."""
        return median_low(self.signing_days) if self.signing_days else None

    @cached_property
    def agreeing(self) -> tuple[tuple[ProtocolFacts, Agreeing], ...]:
        """Versions by the time from first sent to last signed, the longest first."""
        found = [(protocol, version) for protocol in self.open_protocols for version in protocol.agreeing]
        return tuple(sorted(found, key=lambda pair: (-pair[1].days, in_reading_order(pair[0].title), pair[0].id)))

    @cached_property
    def copies_outstanding(self) -> tuple[tuple[ProtocolFacts, PartyFacts], ...]:
        """Wet-ink signatures whose copy has not reached the lead, the longest first."""
        found = [
            (protocol, party)
            for protocol in self.open_protocols
            for party in protocol.parties
            if party.status.copy_outstanding and protocol.record.status not in ENDED
        ]
        return tuple(
            sorted(
                found,
                key=lambda pair: (
                    -(pair[1].status.copy_outstanding_days or 0),
                    in_reading_order(pair[1].name),
                    in_reading_order(pair[0].title),
                    pair[0].id,
                ),
            )
        )
