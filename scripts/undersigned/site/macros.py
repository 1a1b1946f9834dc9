"""Macros for hand-written pages: parts of the register as safe HTML. Generated pages do not use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from undersigned.facts.partnerships import MOST_BODIES
from undersigned.records.vocabulary import Entry, vocabulary
from undersigned.site import handbook
from undersigned.site.pages import PageSet, fragment, law_rows

#: The vocabularies that guidance may show as a table, with the table's caption.
_LAW = {
    "lawful_bases": "Lawful bases",
    "recognised_interests": "Recognised legitimate interests",
    "special_category_conditions": "Conditions for special category information",
    "schedule_1_conditions": "Conditions of Schedule 1 to the Data Protection Act 2018",
    "law_enforcement_conditions": "Conditions for law enforcement processing",
    "gateways": "Legal gateways",
}

if TYPE_CHECKING:
    from mkdocs_macros.plugin import MacrosPlugin


def define_env(env: MacrosPlugin) -> None:
    """Called by mkdocs-macros. A page asks for its macros with `render_macros: true`."""

    def pages() -> PageSet:
        plugin = env.conf["plugins"]["undersigned"]
        made: PageSet | None = plugin.pages
        if made is None:
            raise RuntimeError("list the plugin 'undersigned' before 'macros' in mkdocs.yml")
        return made

    def url() -> str:
        here: str = env.page.file.url
        return "" if here in (".", "./") else here

    @env.macro  # type: ignore[untyped-decorator]
    def register_figures() -> str:
        """How many protocols and organisations there are, and how many signatures and reviews are outstanding."""
        return str(fragment(pages(), "figures.html", url()))

    @env.macro  # type: ignore[untyped-decorator]
    def protocols_in_force(most: int = 12) -> str:
        """Protocols in force, by title."""
        return str(fragment(pages(), "in_force.html", url(), most=most))

    @env.macro  # type: ignore[untyped-decorator]
    def between_two_bodies() -> str:
        """The front page's first question: the bodies of the register, or its areas if they are many, to choose from."""
        return str(fragment(pages(), "front_door.html", url(), most_bodies=MOST_BODIES))

    @env.macro  # type: ignore[untyped-decorator]
    def changed_lately(most: int = 8) -> str:
        """What changed in the last 90 days, newest first."""
        return str(fragment(pages(), "lately.html", url(), most=most))

    @env.macro  # type: ignore[untyped-decorator]
    def law_table(name: str) -> str:
        """A vocabulary of law as a table; of the gateways, those that give a power. KeyError for an unknown name."""
        caption = _LAW[name]
        entries: list[Entry] = list(getattr(vocabulary(), name).values())
        if name == "gateways":
            entries = [gateway for gateway in vocabulary().gateways.values() if gateway.is_power]
        return law_rows(pages(), url(), caption, entries, linked=True)

    @env.macro  # type: ignore[untyped-decorator]
    def gateways_for(kind: str) -> str:
        """The gateways under which a kind of organisation may send. KeyError for an unknown kind."""
        title = vocabulary().organisation_kinds[kind].title
        entries = [
            gateway
            for gateway in vocabulary().gateways.values()
            if gateway.is_power and gateway.open_to_sender(kind) and gateway.in_force_on(pages().as_of)
        ]
        return law_rows(pages(), url(), f"Gateways open to: {title}", entries, linked=False)

    @env.macro  # type: ignore[untyped-decorator]
    def topics_table() -> str:
        """What every protocol must answer."""
        return str(fragment(pages(), "topics_table.html", url(), topics=list(vocabulary().content_topics.values())))

    @env.macro  # type: ignore[untyped-decorator]
    def open_points() -> str:
        """Every point that the guidance leaves open, page by page."""
        return handbook.open_points()

    @env.macro  # type: ignore[untyped-decorator]
    def measures_table() -> str:
        """The outcome measures."""
        return str(
            fragment(pages(), "measures_table.html", url(), measures=list(vocabulary().outcome_measures.values()))
        )

    @env.macro  # type: ignore[untyped-decorator]
    def pathway_diagram() -> str:
        """The housing pathway as a drawing; the list on the page says the same in words."""
        return str(fragment(pages(), "pathway.html", url()))
