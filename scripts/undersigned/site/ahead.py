"""Protocols' pages and files worked out ahead: in several processes, and kept from the last time. Changes nothing in them."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from undersigned.cache import DocumentCache
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import SiteFacts
from undersigned.parallel import map_protocols
from undersigned.records.fields import KEBAB
from undersigned.register import Register
from undersigned.site.kept import NOT_READABLE, Ready, known_of, organisation_ids, ready_from
from undersigned.site.output import protocol_files
from undersigned.site.pages import PageSet, older_pages, protocol_page
from undersigned.site.rendering import PageError

#: Below this, a second process costs more than it saves.
_WORTH_SPLITTING = 40


class _AloneSite(SiteFacts):
    """The register as one protocol's page may see it: others only by their id, and it is noted which."""

    def __init__(self, register: Register, ids: frozenset[str], *, as_of: date, sizes: Mapping[str, int]) -> None:
        super().__init__(register, as_of=as_of, sizes=sizes)
        self._ids = ids
        self.asked: set[str] = set()

    @property
    def protocols(self) -> tuple[ProtocolFacts, ...]:
        raise PageError("a protocol's page may not depend on all the others")

    @property
    def organisation_ids(self) -> frozenset[str]:
        return self._ids

    @property
    def by_id(self) -> _OneByOne:
        return _OneByOne(self)

    def facts(self, id_: str) -> ProtocolFacts | None:
        folder = self.register.protocol(id_) if id_ in self.register.protocol_ids else None
        if folder is None or not folder.readable or not KEBAB.match(id_):
            return None
        return ProtocolFacts(folder, self.register, as_of=self.as_of, sizes=self._sizes)


class _OneByOne(dict[str, ProtocolFacts]):
    def __init__(self, site: _AloneSite) -> None:
        self._site = site

    def get(self, id_: str, default: object = None) -> ProtocolFacts | None:  # type: ignore[override]
        self._site.asked.add(id_)
        return self._site.facts(id_)


class Ahead:
    """Works out every protocol that reads. `address`: the site's own; `sizes`: as `SiteFacts` has them."""

    def __init__(
        self,
        register: Register,
        *,
        as_of: date,
        name: str,
        address: str,
        sizes: Mapping[str, int],
        kept: DocumentCache | None = None,
        processes: int = 1,
    ) -> None:
        self._register, self._as_of, self._name, self._address, self._sizes = register, as_of, name, address, sizes
        self._kept = kept or DocumentCache(None)
        self._processes = processes
        self._organisations = organisation_ids(register)
        self._newer = register.superseding

    def work(self) -> dict[str, Ready]:
        """By id. Raises `PageError`."""
        found: dict[str, Ready] = {}
        for id_ in self._register.protocol_ids:
            ready = self._taken_from_cache(id_)
            if ready is not None:
                found[id_] = ready
        missing = frozenset(self._register.protocol_ids) - found.keys()
        if missing:

            def piece(_register: Register, ids: tuple[str, ...], _as_of: date) -> list[tuple[str, bytes]]:
                return [(id_, raw) for id_ in ids if id_ in missing and (raw := self._made(id_))]

            processes = self._processes if len(missing) >= _WORTH_SPLITTING else 1
            for made in map_protocols(piece, self._register, as_of=self._as_of, processes=processes):
                for id_, raw in made:
                    found[id_] = ready_from(raw)
                    self._kept.put(self._key(id_), raw)
        return dict(sorted(found.items()))

    def _made(self, id_: str) -> bytes | None:
        site = _AloneSite(self._register, self._organisations, as_of=self._as_of, sizes=self._sizes)
        facts = site.facts(id_)
        if facts is None:
            return None
        site.asked.update(self._newer.get(id_, ()))
        alone = PageSet(site, self._name)
        pages = (protocol_page(alone, facts), *older_pages(alone, facts))
        files = tuple(protocol_files(facts, id_, self._address))
        asked = tuple((other, self._digest_of.get(other, "")) for other in sorted(site.asked))
        raw = pickle.dumps(Ready(known_of(facts), pages, files, asked), 5)
        self._register.forget(id_)
        return raw

    def _taken_from_cache(self, id_: str) -> Ready | None:
        raw = self._kept.get(self._key(id_))
        if raw is None:
            return None
        try:
            ready = ready_from(raw)
        except NOT_READABLE:
            return None
        return ready if all(self._digest_of.get(other, "") == digest for other, digest in ready.asked) else None

    @cached_property
    def key(self) -> str:
        """A digest of all that any page depends on."""
        parts = (self._common, sorted(self._digest_of.items()), sorted(self._sizes.items()))
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def _key(self, id_: str) -> str:
        sizes = sorted(item for item in self._sizes.items() if item[0].startswith(f"{id_}/")) if self._sizes else []
        parts = (self._common, id_, self._digest_of.get(id_, ""), sizes, self._newer.get(id_, ()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @cached_property
    def _common(self) -> str:
        """What every protocol's page depends on: the program, the day, the site's own words, and all organisations."""
        register = self._register
        parts = (
            self._kept.code,
            self._as_of.isoformat(),
            self._name,
            self._address,
            sorted(self._organisations),
            sorted(register.former_protocols.items()),
            sorted(register.former_organisations.items()),
            [
                _digest(raw)
                for path, raw in sorted(register.files.contents.items())
                if path.endswith("/organisation.yaml")
            ],
        )
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()

    @cached_property
    def _digest_of(self) -> dict[str, str]:
        """A digest of all records of each protocol, by its present id."""
        found: dict[str, list[tuple[str, str]]] = {}
        for path, raw in sorted(self._register.files.contents.items()):
            top, name, *rest = path.split("/")
            if top == "signatories" and rest and rest[-1] != "organisation.yaml":
                name = self._register.present_protocol(rest[-1].removesuffix(".yaml"))
            elif top != "protocols":
                continue
            found.setdefault(name, []).append((path, _digest(raw)))
        return {
            id_: hashlib.sha256(repr(files).encode("utf-8", "surrogateescape")).hexdigest()
            for id_, files in found.items()
        }


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
