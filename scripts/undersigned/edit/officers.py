"""Who asks on a host, from the mailbox that the sign-in proxy names: for which bodies, in which post, and what they may do.

Everything is read from the register's records, and from a private table of the host where the records cannot say it. A
mailbox from which nothing follows is not known, and nothing is guessed from a name or from a part of a domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from undersigned.changes.owners import OwnersError, keepers_in
from undersigned.records.fields import KEBAB, MAILBOX
from undersigned.records.source import Source
from undersigned.register import Register
from undersigned.status import has_happened

#: Of an author whose body has no mailbox of its own in the records.
NO_MAILBOX = "edit@register.invalid"
_KEEPER = "Keeper of the register"
#: The folders whose records officers may propose to change.
_OPEN = ("protocols/", "signatories/", "provision/")


class TableError(Exception):
    """The host's table of mailboxes cannot be read. `hint` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Officer:
    """Somebody who signed in. `mailbox` is never written to a record or to history.

    `organisations`: present ids of the bodies they act for. `post`: as the records or the table call it, or "".
    """

    mailbox: str
    organisations: tuple[str, ...]
    post: str
    is_keeper: bool = False


@dataclass(frozen=True)
class TableEntry:
    """What the host's private table says of a mailbox."""

    organisation: str
    post: str


def read_table(name: str, raw: bytes) -> dict[str, TableEntry]:
    """The private table of a host: for each mailbox `{organisation: ID, post: POST}`. TableError with the place of a fault."""
    source = Source(name, raw)
    for fault in source.faults:
        raise TableError(f"{name}:{fault.line}: {fault.message}", fault.hint)
    found: dict[str, TableEntry] = {}
    for mailbox, said in source.data.items():
        place = f"{name}:{source.place(mailbox).line}"
        if not MAILBOX.match(mailbox):
            raise TableError(f"{place}: '{mailbox}' is not a mailbox", "Write it as officer@council.example.")
        if not isinstance(said, dict) or set(said) != {"organisation", "post"}:
            raise TableError(
                f"{place}: {mailbox} needs an organisation and a post, and nothing else",
                "Write {organisation: lichfield, post: Housing Options Manager}.",
            )
        organisation, post = said["organisation"], said["post"]
        if not isinstance(organisation, str) or not KEBAB.match(organisation) or not isinstance(post, str) or not post:
            raise TableError(f"{place}: {mailbox} needs the id of an organisation and the name of a post", "")
        found[mailbox.casefold()] = TableEntry(organisation, " ".join(post.split())[:120])
    return found


class Directory:
    """What the records of one moment say of mailboxes. `settings`: the text of mkdocs.yml, which names the keeper."""

    def __init__(self, register: Register, settings: bytes, table: Mapping[str, TableEntry], *, as_of: date) -> None:
        self._register, self._table, self._as_of = register, table, as_of
        try:
            self._keepers = frozenset(one.casefold() for one in keepers_in(settings) if not one.startswith("@"))
        except OwnersError:
            self._keepers = frozenset()

    def officer(self, mailbox: str) -> Officer | None:
        """Whoever signs in with a mailbox; None if they are not known.

        In this order: the host's table; a mailbox that the records name as that of a contact, a data protection officer or
        a nominated officer; the domain of a body, if both its website and its mailbox are in that domain and no other
        body of the register has either there. The keeper's mailbox is in mkdocs.yml.
        """
        if not MAILBOX.match(mailbox):
            return None
        mailbox = mailbox.casefold()
        keeper = mailbox in self._keepers
        entry = self._table.get(mailbox)
        if entry is not None:
            body = self._register.present_organisation(entry.organisation)
            return Officer(mailbox, (body,), entry.post, keeper) if body in self._living else None
        named = self._named.get(mailbox, {})
        if named:
            posts = set(named.values())
            return Officer(mailbox, tuple(named), posts.pop() if len(posts) == 1 else "", keeper)
        owner = self._domains.get(mailbox.rpartition("@")[2], ())
        if len(owner) == 1:
            return Officer(mailbox, owner, "", keeper)
        return Officer(mailbox, (), _KEEPER, keeper) if keeper else None

    @cached_property
    def _living(self) -> frozenset[str]:
        found = set()
        for id_ in self._register.organisation_ids:
            record = self._register.organisation(id_)
            if (
                record is not None
                and record.value is not None
                and not has_happened(record.value.dissolved_on, self._as_of)
            ):
                found.add(id_)
        return frozenset(found)

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        """For each mailbox in the records, the bodies that name it, each with the post."""
        found: dict[str, dict[str, str]] = {}
        for mailbox, id_, post in self._mailboxes():
            found.setdefault(mailbox.casefold(), {}).setdefault(id_, post)
        return found

    def _mailboxes(self) -> Iterator[tuple[str, str, str]]:
        for id_ in sorted(self._living):
            record = self._register.organisation(id_)
            value = record.value if record is not None else None
            for part in (value.contact, value.data_protection_officer) if value is not None else ():
                if part is not None and part.mailbox:
                    yield part.mailbox, id_, part.post or ""
        for body, officer in self._register.nominated_officers():
            if officer.mailbox and body in self._living:
                yield officer.mailbox, body, officer.post or ""

    @cached_property
    def _domains(self) -> dict[str, tuple[str, ...]]:
        """For each domain with a mailbox and the website of the same body, every body that has either there."""
        mails: dict[str, set[str]] = {}
        for mailbox, bodies in self._named.items():
            mails.setdefault(mailbox.rpartition("@")[2], set()).update(bodies)
        sites: dict[str, set[str]] = {}
        for id_ in self._living:
            record = self._register.organisation(id_)
            website = record.value.website if record is not None and record.value is not None else None
            host = (urlsplit(website).hostname or "").removeprefix("www.") if website else ""
            if host:
                sites.setdefault(host, set()).add(id_)
        return {
            domain: tuple(sorted(bodies | sites[domain]))
            for domain, bodies in mails.items()
            if bodies & sites.get(domain, set())
        }

    # -- what they may do --------------------------------------------------------------------------------------------------

    def author(self, officer: Officer) -> tuple[str, str]:
        """The name and mailbox of the post in whose name a commit is made. Never those of a person."""
        names = " and ".join(self._register.organisation_name(id_) for id_ in officer.organisations)
        record = self._register.organisation(officer.organisations[0]) if officer.organisations else None
        contact = record.value.contact if record is not None and record.value is not None else None
        mailbox = contact.mailbox if contact is not None and contact.mailbox else NO_MAILBOX
        post = officer.post or "an officer whose post is not recorded"
        return (f"{names}, {post}" if names else post), mailbox

    def refusal(self, officer: Officer, paths: Iterable[str]) -> str:
        """Why an officer may not propose to change these files; "" if they may.

        A body may propose its own records, the records of the protocols that it leads or takes part in, and what is new.
        The lead of a protocol may propose what is recorded of its signatures.
        """
        if officer.is_keeper:
            return ""
        for path in paths:
            if not path.startswith(_OPEN):
                return f"Only the keeper of the register proposes changes of {path}."
            bodies = self.owners(path) | self._parties(path)
            if self.is_new(path) or not bodies.isdisjoint(officer.organisations):
                continue
            return (
                f"Your organisation does not look after {_about(path)}, so you cannot propose this. "
                f"Ask {self._names(self.owners(path)) or 'the keeper of the register'}."
            )
        return ""

    def may_approve(self, officer: Officer, paths: Iterable[str]) -> bool:
        """Whether an officer may approve a change of these files: an owner of each, or the keeper."""
        return officer.is_keeper or all(self.owners(path) & set(officer.organisations) for path in paths)

    def may_read(self, officer: Officer, protocol: str) -> bool:
        """Whether an officer may see a protocol: everybody, or its parties and its lead if it is restricted."""
        record = self._register.protocol_record(protocol)
        if officer.is_keeper or record is None or (record.value is not None and record.value.publication == "public"):
            return True
        path = f"protocols/{self._register.present_protocol(protocol)}/protocol.yaml"
        return not (self.owners(path) | self._parties(path)).isdisjoint(officer.organisations)

    def owners(self, path: str) -> frozenset[str]:
        """The bodies that look after a file: a protocol's lead, and an organisation. None of them where the keeper does."""
        top, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if top == "protocols":
            return self._leads(name)
        if top == "signatories":
            file = path.rpartition("/")[2].removesuffix(".yaml")
            leads = self._leads(file) if file != "organisation" else frozenset()
            return frozenset(self._heirs(name)) | leads
        return frozenset()

    def _leads(self, protocol: str) -> frozenset[str]:
        record = self._register.protocol_record(protocol)
        lead = record.value.lead if record is not None and record.value is not None else None
        return frozenset(self._heirs(lead)) if lead else frozenset()

    def _parties(self, path: str) -> frozenset[str]:
        """The parties of the protocol that a file of its folder belongs to."""
        top, _, rest = path.partition("/")
        record = self._register.protocol_record(rest.partition("/")[0]) if top == "protocols" else None
        parties = record.value.parties if record is not None and record.value is not None else ()
        return frozenset(
            heir
            for one in parties
            if not has_happened(one.left_on, self._as_of)
            for heir in self._heirs(one.organisation)
        )

    def _heirs(self, organisation: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The body itself, or those that have taken its place."""
        id_ = self._register.present_organisation(organisation)
        if id_ in self._living:
            yield id_
            return
        record = self._register.organisation(id_)
        if record is not None and record.value is not None and id_ not in seen:
            for heir in record.value.successors:
                yield from self._heirs(heir, seen | {id_})

    def is_new(self, path: str) -> bool:
        """Whether nobody looks after a file yet: its protocol or organisation is new, or it says what is provided where."""
        top, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        if top == "protocols":
            return not self._register.has_protocol(name)
        return top == "provision" or not self._register.has_organisation(name)

    def _names(self, bodies: Iterable[str]) -> str:
        return " or ".join(sorted(self._register.organisation_name(id_) for id_ in bodies))


def _about(path: str) -> str:
    top, _, rest = path.partition("/")
    name = rest.partition("/")[0]
    return f"the protocol {name}" if top == "protocols" else f"the records of {name}"
