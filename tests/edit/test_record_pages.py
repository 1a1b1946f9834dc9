"""Forms about returns, services, confirmations and stamps: the pages, what they write, and what they refuse."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from support import ROOT, copy_of_the_example
from undersigned.edit.app import make_app

TODAY = date(2026, 12, 1)
KEY, ADDRESS = "k" * 24, "http://127.0.0.1:8300"
RETURN = "/return/staffordshire-housing-protocol/2026-27-q2"
Pairs = Sequence[tuple[str, str]]


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_of_the_example(tmp_path_factory.mktemp("register"))
    shutil.copytree(ROOT / "provision", root / "provision")
    (root / "protocols/staffordshire-housing-protocol/outcomes/2026-27-q2.yaml").unlink(missing_ok=True)
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return root


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")


class Officer:
    """Somebody at a browser without JavaScript: what is hidden in a page is sent back as it came."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._client: FlaskClient = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
        self._client.get(f"/?key={KEY}", base_url=ADDRESS)

    def open(self, path: str) -> str:
        self.path = path
        self.page = self._client.get(path, base_url=ADDRESS).text
        return self.page

    def answer(self, *answers: tuple[str, str], do: str = "next") -> str:
        data: dict[str, list[str]] = {"do": [do]}
        hidden = re.findall(r'<textarea hidden name="([^"]+)">\n(.*?)</textarea>', self.page, re.DOTALL)
        inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.page)
        for name, value in [*hidden, *inputs, *answers]:
            data.setdefault(name, []).append(html.unescape(value))
        self.page = self._client.post(
            self.path, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS}, follow_redirects=True
        ).text
        return self.page

    @property
    def faults(self) -> list[tuple[str, str]]:
        part = self.page.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
        return [(at, html.unescape(words)) for at, words in re.findall(r'<li>(?:<a href="#([^"]+)">)?([^<]+)', part)]

    def proposed(self) -> str:
        """Proposes what is shown, and returns the branch."""
        assert "Check your answers" in self.page, self.faults or self.page
        self.answer(do="propose")
        branch = re.search(r"<strong>(edit/[0-9a-f]+)</strong>", self.page)
        assert branch, self.page
        return branch[1]

    def lines(self, branch: str) -> list[str]:
        """The lines that a branch takes out and puts in."""
        diff = git(self.root, "diff", "--unified=0", "main", branch).splitlines()
        return [line for line in diff if line[:1] in "+-" and not line.startswith(("+++", "---"))]


@pytest.fixture
def officer(example: Path) -> Iterator[Officer]:
    before = {path: path.read_bytes() for path in example.rglob("*.yaml")}
    yield Officer(example)
    assert {path: path.read_bytes() for path in example.rglob("*.yaml")} == before, "a form wrote to the folder"


# -- returns -----------------------------------------------------------------------------------------------------------


def test_a_return_begins_from_the_last_one_and_from_what_the_protocol_asks_for(officer: Officer) -> None:
    page = officer.open(RETURN)
    assert "Last time (2026-27-q1): 165." in page
    assert 'name="referrals.count" type="text" value=""' in page, "the figures of another period are never filled in"
    page = officer.answer()
    assert "Settled 3 months after release" in page, "monitoring asks for it, the last return lacked it"


@pytest.mark.slow
def test_small_counts_are_hidden_and_figures_rounded_before_they_reach_the_repository(officer: Officer) -> None:
    officer.open(RETURN)
    officer.answer(
        ("referrals.count", "1,171"),
        ("homeless-at-referral.denominator", "170"),
        ("homeless-at-referral.numerator", "3"),
    )
    officer.answer()
    page = officer.answer(("source", "Probation accommodation return"), ("area", "staffordshire"))
    assert "1,171, which the record gives as: 1170" in page
    assert "3, which the record gives as: hidden" in page
    text = git(
        officer.root, "show", f"{officer.proposed()}:protocols/staffordshire-housing-protocol/outcomes/2026-27-q2.yaml"
    )
    assert "{measure: referrals, count: 1170, rounded_to: 5}" in text
    assert '{measure: homeless-at-referral, numerator: "[c]", denominator: 170, rounded_to: 5}' in text
    assert '{measure: mi015a, series: MI015Sa, numerator: "[x]", denominator: "[x]", rounded_to: 5}' in text


@pytest.mark.slow
def test_a_return_that_is_there_gets_the_figures_that_it_lacks(officer: Officer) -> None:
    page = officer.open("/return/staffordshire-housing-protocol/2026-27-q1")
    assert 'name="referrals.count" type="text" value="165"' in page
    shown = re.findall(r'name="([a-z0-9.-]+)" type="text" value="(\d*)"', page)
    officer.answer(*(pair for pair in shown if pair[0] != "refused.count"), ("refused.count", "45"))
    while "Check your answers" not in officer.page:
        shown = re.findall(r'name="([a-z0-9.-]+)" type="text" value="([^"]*)"', officer.page)
        officer.answer(*shown)
    assert officer.lines(officer.proposed()) == [
        "-  - {measure: refused, count: 40, rounded_to: 5}",
        "+  - {measure: refused, count: 45, rounded_to: 5}",
    ]


def test_a_figure_that_is_none_is_told_at_its_question(officer: Officer) -> None:
    officer.open(RETURN)
    officer.answer(("referrals.count", "about 40"))
    assert officer.faults == [
        ("referrals.count", "Referrals: how many? Write a whole number, such as 125. Leave it empty if nobody knows.")
    ]
    assert 'value="about 40"' in officer.page


def test_the_days_of_the_return_that_is_due_are_filled_in(officer: Officer) -> None:
    page = officer.open("/return/staffordshire-housing-protocol")
    assert 'value="1 July 2026"' in page
    assert 'value="30 September 2026"' in page
    page = officer.answer(("from", "1 October 2026"), ("to", "1 May 2026"))
    assert [field for field, _ in officer.faults] == ["to"]


# -- services ------------------------------------------------------------------------------------------------------------


def test_a_new_service_is_recorded_as_confirmed_today(officer: Officer) -> None:
    officer.open("/services/staffordshire/new")
    officer.answer(("title", "Job club"), ("kind", "education-training-employment"), ("for", "people-on-probation"))
    officer.answer(("provider", "example-alcohol-service"))
    officer.answer(("source", "Public health grant"), ("money_ends_on", "31 March 2028"))
    text = git(officer.root, "show", f"{officer.proposed()}:provision/staffordshire/job-club.yaml")
    assert "confirmed_on: 2026-12-01" in text
    assert "Public health grant" in text


def test_a_change_of_a_service_touches_its_lines_alone(officer: Officer) -> None:
    officer.open("/services/staffordshire/brief-advice")
    officer.answer(
        ("title", "Brief advice on alcohol"),
        ("kind", "alcohol-brief-advice"),
        ("for", "people-on-probation"),
        ("entry", "probation"),
        ("places", "9"),
    )
    officer.answer(
        ("provider", "example-alcohol-service"),
        ("commissioned_by", "example-county-council"),
        ("owner", "example-county-council"),
        ("owner_post", "Commissioning Manager"),
    )
    officer.answer(
        ("source", "Public health grant"),
        ("status", "confirmed"),
        ("money_ends_on", "2028-03-31"),
        ("starts_on", "1 April 2025"),
    )
    assert officer.lines(officer.proposed()) == ["+places: 9", "-confirmed_on: 2026-10-01", "+confirmed_on: 2026-12-01"]


def test_a_persons_name_is_told_where_the_post_is_asked(officer: Officer) -> None:
    officer.open("/services/staffordshire/new")
    officer.answer(("title", "Job club"), ("kind", "education-training-employment"))
    officer.answer(("owner", "example-county-council"), ("owner_post", "Jane Smith"))
    officer.answer()
    assert [field for field, _ in officer.faults] == ["owner_post"]
    assert "Which post there?" in officer.page


def test_what_nobody_provides_cannot_be_what_somebody_does(officer: Officer) -> None:
    officer.open("/services/staffordshire/none")
    officer.answer(("none", "alcohol-brief-advice"))
    assert [field for field, _ in officer.faults] == ["none"]


# -- nothing has changed -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_all_that_is_held_of_an_organisation_is_confirmed_on_one_page(officer: Officer) -> None:
    page = officer.open("/confirm/example-county-council")
    held = re.findall(r'name="right" type="checkbox" value="([^"]+)"', page)
    assert {"contact", "service-staffordshire-brief-advice"} <= set(held)
    officer.answer(*(("right", one) for one in held))
    lines = officer.lines(officer.proposed())
    assert len(lines) == 2 * len(held)
    assert {line for line in lines if line.startswith("+") and "2026-12-01" not in line} == set()


def test_nothing_ticked_is_nothing_confirmed(officer: Officer) -> None:
    officer.open("/confirm/example-county-council")
    officer.answer()
    assert officer.faults == [("right", "What is still right? Tick at least one, or go back.")]


# -- stamping ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def corrected(example: Path, tmp_path: Path) -> Officer:
    """A register in which the wording of a clause has been corrected since the last version."""
    root = tmp_path / "corrected"
    shutil.copytree(example, root)
    path = root / "protocols/duty-to-refer-protocol/protocol.yaml"
    text = path.read_text()
    assert "must" in text
    before, _, after = text.rpartition("text: ")
    path.write_text(before + "text: " + after.replace(" must ", " should ", 1).replace(" keeps ", " may keep ", 1))
    assert path.read_text() != text
    commit(root)
    return Officer(root)


def test_a_correction_shows_both_wordings_and_asks_who_judged_them(corrected: Officer) -> None:
    page = corrected.open("/stamp/duty-to-refer-protocol")
    assert "Both wordings" in page
    corrected.answer(("change", "editorial"))
    corrected.answer(("summary", "A word was corrected."), ("agreed_on", "1 December 2026"))
    assert [field for field, _ in corrected.faults] == ["judged_by"]
    assert "A person must judge this" in corrected.page
    corrected.answer(
        ("summary", "A word was corrected."),
        ("agreed_on", "1 December 2026"),
        ("judged_by", "Information Governance Manager"),
    )
    diff = "\n".join(corrected.lines(corrected.proposed()))
    assert "+judged_by: Information Governance Manager" in diff
    assert "+change: editorial" in diff


def test_a_text_that_has_not_changed_is_not_stamped(officer: Officer) -> None:
    officer.open("/stamp/duty-to-refer-protocol")
    officer.answer(("change", "material"))
    officer.answer(("summary", "Nothing."), ("agreed_on", "1 December 2026"))
    assert "has not changed since version" in officer.faults[0][1]
    assert "--" not in officer.faults[0][1]


# -- the page for the people concerned ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_for_people_is_written_sentence_by_sentence(example: Path, tmp_path: Path) -> None:
    """A sentence is saved although others are still missing, and the draft says what is missing."""
    root = tmp_path / "people"
    shutil.copytree(example, root)
    page = root / "protocols/duty-to-refer-protocol/for-people.yaml"
    page.unlink()
    commit(root)
    one = Officer(root)
    here = "/protocol/duty-to-refer-protocol"
    one.open(f"{here}/part/people-what/new")
    assert "The page for the people concerned" in one.open(f"{here}/part/people")
    one.answer(("title", "When you may lose your home"), ("why", "The council can help you sooner."))
    assert one.faults == []
    shown = one.open(f"{here}/part/people-what/new")
    item = re.search(r'name="items" type="checkbox" value="([^"]+)"', shown)
    assert item
    one.answer(("say", "Your name, and how to reach you."), ("items", html.unescape(item[1])))
    assert one.faults == []
    text = git(root, "show", "draft/duty-to-refer-protocol:protocols/duty-to-refer-protocol/for-people.yaml")
    assert "title: When you may lose your home" in text
    assert 'say: "Your name, and how to reach you."' in text
    missing = html.unescape(one.open(here))
    assert "the page does not say so" in missing
