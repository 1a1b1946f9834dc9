"""Where the register lives on GitHub, for the links in issues."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from markupsafe import Markup

#: Longer addresses are cut or refused on the way.
LONGEST_LINK = 6000


@dataclass(frozen=True)
class Place:
    """`server` without a slash at its end; `branch` is the one that is published."""

    server: str
    repository: str
    branch: str

    def page(self, site: str, path: str) -> Markup | None:
        """The address of a page of the published site; None where the register names none, or none that is https."""
        site = site.strip()
        if not site.startswith("https://"):
            return None
        return Markup(quote(f"{site.rstrip('/')}/{path}", safe="/:"))  # noqa: S704 - quoted

    def file(self, path: str) -> Markup:
        """The address of a file as GitHub shows it."""
        return self._link(f"blob/{quote(self.branch)}/{quote(path)}")

    def compare(self, branch: str) -> Markup:
        """The address of GitHub's page that opens a pull request from a branch to the published one."""
        return self._link(f"compare/{quote(self.branch)}...{quote(branch)}?expand=1")

    def new_file(self, path: str, text: str) -> Markup:
        """The address of GitHub's page for a new file, with name and text filled in; without the text if it is too long."""
        link = self._link(f"new/{quote(self.branch)}?" + urlencode({"filename": path, "value": text}))
        return (
            link
            if len(link) <= LONGEST_LINK
            else self._link(f"new/{quote(self.branch)}?" + urlencode({"filename": path}))
        )

    def _link(self, rest: str) -> Markup:
        return Markup(f"{self.server}/{self.repository}/{rest}")  # noqa: S704 - quoted above
