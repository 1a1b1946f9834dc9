"""An earlier version of a protocol that is still in force between some of its bodies, as a page sets it out. Facts only."""

from __future__ import annotations

from undersigned.facts.parties import by_name
from undersigned.facts.protocol import ProtocolFacts


class OlderText(ProtocolFacts):
    """A protocol in the text of `number`, one of its `older_versions`."""

    def __init__(self, newest: ProtocolFacts, number: str) -> None:
        super().__init__(newest.folder, newest.register, as_of=newest.as_of, sizes={})
        self.__dict__["_chosen"] = (number, newest.folder.versions[number].value, "in-force")

    @property
    def between(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of those whom it binds, by name."""
        return by_name(self.bound_by_text, self.register)


def older_texts(newest: ProtocolFacts) -> tuple[OlderText, ...]:
    """Newest first; none of a restricted protocol."""
    return () if newest.restricted else tuple(OlderText(newest, number) for number in newest.older_versions)
