"""A protocol written with the pages alone: parts, cards with their law, clauses, and the proposal."""

from __future__ import annotations

import html
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from support import copy_of_the_example, register_from
from undersigned.edit.app import make_app
from undersigned.edit.card_pages import refused_law
from undersigned.edit.cards import Card, purposes
from undersigned.edit.drafts import open_draft
from undersigned.edit.flow_law import CardLaw
from undersigned.records.protocol import Protocol

TODAY = date(2026, 11, 30)
KEY = "k" * 24
ADDRESS = "http://127.0.0.1:8300"
BODIES = {
    "police": "police",
    "council": "local-authority",
    "probation": "probation",
    "charity": "voluntary",
    "trust": "health",
    "landlord": "housing-provider",
}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("register")
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for id_, kind in BODIES.items():
        (root / "signatories" / id_).mkdir(parents=True)
        text = f"name: The {id_.title()}\nkind: {kind}\njurisdiction: england\n"
        (root / "signatories" / id_ / "organisation.yaml").write_text(text)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    return root


@pytest.fixture
def browser(root: Path) -> FlaskClient:
    client = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
    client.get(f"/?key={KEY}", base_url=ADDRESS)
    return client


Answers = dict[str, str | list[str]]


class Walk:
    """A person who follows links and presses buttons. Every answer that a page carries goes back with it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client, self.page, self.path = client, "", ""

    def open(self, path: str) -> str:
        answer = self.client.get(path, base_url=ADDRESS, follow_redirects=True)
        assert answer.status_code == 200, path
        self.page, self.path = answer.text, path
        return self.page

    def press(self, do: str = "next", **answers: str | list[str]) -> str:
        data: dict[str, list[str]] = {}
        form = self.page.partition("<form")[2].partition("</form>")[0]
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
            data.setdefault(name, []).append(html.unescape(value))
        for name, value in re.findall(r'<textarea hidden name="([^"]+)">\n(.*?)</textarea>', form, re.DOTALL):
            data.setdefault(name, []).append(html.unescape(value))
        for name, value in re.findall(
            r'<input [^>]*name="([^"]+)" type="(?:checkbox|radio)" value="([^"]*)" checked', form
        ):
            data.setdefault(name, []).append(html.unescape(value))
        for name, value in re.findall(r'<input [^>]*name="([^"]+)" type="text" value="([^"]*)"', form):
            data.setdefault(name, []).append(html.unescape(value))
        for name, value in re.findall(r'<textarea class[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
            data.setdefault(name, []).append(html.unescape(value))
        data |= {name: [value] if isinstance(value, str) else value for name, value in answers.items()}
        data["do"] = [do]
        answer = self.client.post(
            self.path, data=data, base_url=ADDRESS, headers={"Origin": ADDRESS}, follow_redirects=True
        )
        assert answer.status_code == 200
        self.page = answer.text
        if answer.history:
            self.path = answer.request.path
        return self.page

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>([^<]*)", self.page)
        return html.unescape(found[1]) if found else ""


def begun(browser: FlaskClient, title: str, *parties: str) -> tuple[Walk, str]:
    walk = Walk(browser)
    walk.open("/new")
    walk.press(title=title, kind="information-sharing-protocol", standard="none")
    here = walk.path
    walk.open(f"{here}/many-parties")
    walk.press(parties=list(parties))
    return walk, here


def protocol(root: Path, here: str) -> Protocol:
    return open_draft(root, here.rpartition("/")[2]).folder.value


@pytest.mark.slow
def test_a_card_is_split_where_its_ends_differ_in_law(root: Path, browser: FlaskClient) -> None:
    walk, here = begun(browser, "Danger", *BODIES)
    walk.open(f"{here}/card")
    assert walk.title == "Who tells whom, and what for?"
    senders = ["council", "probation", "charity"]
    walk.press(senders=senders, receivers=["police"], title="Referral", when="routine", purpose="adult")
    walk.press(
        new_name="Incidents of abuse", new_sensitivity=["special-category", "criminal-offence"], new_why="To judge"
    )
    assert walk.title == "What do they hold it for?"
    walk.press(**{"use-probation": "law-enforcement", "use-police": "law-enforcement"})
    assert walk.title == "Which law lets them tell it?"
    walk.press(powers=["oma07-s14"], ground="s1p18", strict="s8p4")
    assert "Nothing that you chose lets The Council tell The Police" in walk.page  # neither is on side A of section 14
    walk.press(powers=["cda98-s115"])
    assert walk.title == "How, by when and for how long?"
    walk.press(asking="none", method="Secure e-mail", timing="Within 1 working day", retention="6 years")
    assert walk.title == "The card, and its law"
    assert "To settle before anybody signs" not in walk.page
    walk.press("add")
    flows = protocol(root, here).flows
    assert [(flow.from_, flow.regime, flow.receives_under) for flow in flows] == [
        (("council", "charity"), "uk-gdpr", "law-enforcement"),
        (("probation",), "law-enforcement", None),
    ]
    assert [(differs.for_, differs.recognised_interests) for differs in flows[0].law_differs] == [
        (("charity",), ("rli-safeguarding",))
    ]
    assert flows[0].lawful_bases == ("a6e-public-task",)


def test_only_what_is_open_is_asked(browser: FlaskClient) -> None:
    walk, here = begun(browser, "Figures", "council", "police")
    walk.open(f"{here}/card")
    walk.press(senders="council", receivers="police", title="Counts", when="routine", purpose="crime")
    walk.press(new_name="Number of cases", new_sensitivity="depersonalised", new_why="To see whether it works")
    assert walk.title == "How, by when and for how long?"  # nobody can be known from it
    walk.press("back")
    assert walk.title == "What may go?"
    walk.press()
    walk.press(method="E-mail", timing="By 30 April", retention="6 years")
    assert "data protection law" in walk.page
    walk.press("to-who")
    assert 'value="Counts"' in walk.page


def test_answers_that_are_missing_are_asked_at_their_question(browser: FlaskClient) -> None:
    walk, here = begun(browser, "Faults", "council", "police")
    walk.open(f"{here}/card")
    assert 'href="#senders"' in walk.press()
    named = {"title": "A", "when": "routine", "purpose": "crime"}
    assert "Nobody tells only itself" in walk.press(senders="council", receivers="council", **named)
    page = walk.press(senders="council", receivers="police", title="x" * 600, when="never", purpose="crime")
    assert 'href="#title"' in page
    assert 'href="#when"' in page
    walk.press(title="A", when="routine", purpose="crime")
    assert 'href="#items"' in walk.press()
    assert 'href="#new_sensitivity"' in walk.press(new_name="Address")


ITEMS = ("name", "offence", "health", "count")
PROTOCOL = """title: Sharing
kind: information-sharing-protocol
status: draft
publication: public
groups: [{id: all-of-them, title: All}]
parties:
%s
data_items:
  - {id: name, name: Name, sensitivity: personal, why: To know who it is}
  - {id: offence, name: Offence, sensitivity: criminal-offence, why: To judge the risk}
  - {id: health, name: Mental health, sensitivity: special-category, why: To judge the risk}
  - {id: count, name: Number of cases, sensitivity: depersonalised, why: To see whether it works}
"""
KINDS = (
    "police",
    "local-authority",
    "probation",
    "prison",
    "voluntary",
    "health",
    "housing-provider",
    "jobcentre",
    "court",
)
REGISTER = register_from(
    {
        **{
            f"signatories/{kind}-body/organisation.yaml": f"name: {kind}\nkind: {kind}\njurisdiction: england\n"
            for kind in KINDS
        },
        "protocols/p/protocol.yaml": PROTOCOL
        % "\n".join(f"  - {{organisation: {kind}-body, role: controller, group: all-of-them}}" for kind in KINDS),
    }
)
names = st.lists(
    st.sampled_from([*(f"{kind}-body" for kind in KINDS), "all-of-them"]), min_size=1, max_size=3, unique=True
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.data(),
    names,
    names,
    st.lists(st.sampled_from(ITEMS), min_size=1, unique=True),
    st.sampled_from(sorted(purposes())),
)
def test_no_choice_that_is_offered_is_refused_by_the_checks(
    data: st.DataObject, senders: list[str], receivers: list[str], items: list[str], purpose: str
) -> None:
    """Whoever tells whomever what, and whichever powers are ticked: the checks find no error in the law that is written."""
    draw = data.draw
    uses = {f"{kind}-body": draw(st.sampled_from(["law-enforcement", "uk-gdpr"])) for kind in KINDS}
    tasks = {f"{kind}-body": draw(st.booleans()) for kind in KINDS}
    card = Card("A card", tuple(senders), tuple(receivers), purpose, "routine", tuple(items), uses=uses, tasks=tasks)
    law = CardLaw(REGISTER, "p", card, as_of=TODAY)
    if not law.senders or not law.receivers or not law.pairs:
        return
    offered = [power.gateway.id for power in law.powers()]
    chosen = draw(st.lists(st.sampled_from(offered), max_size=3, unique=True)) if offered else []
    grounds = law.grounds()
    card = replace(
        card,
        powers=tuple(chosen),
        ground=draw(st.sampled_from(grounds)) if grounds else None,
        strict=draw(st.sampled_from(purposes()[purpose].strict)),
        consent=("statutory",) if "ha96-s213b" in chosen else ("none",),
    )
    law = CardLaw(REGISTER, "p", card, as_of=TODAY)
    flows = law.flows()
    assert [(one.code, one.message) for one in refused_law(law, flows)] == []
    if law.needs_power and not law.unreached():
        missing = [one.code for _, one in law.judged(flows) if one.severity == "error"]
        assert "no-gateway" not in missing


@pytest.mark.slow
def test_two_protocols_are_joined_into_a_draft_that_supersedes_both(tmp_path: Path) -> None:
    root = copy_of_the_example(tmp_path)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    client = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
    client.get(f"/?key={KEY}", base_url=ADDRESS)
    walk = Walk(client)
    walk.open("/new")
    walk.press(title="Homes and help", kind="information-sharing-protocol", standard="joined")
    assert walk.title == "Which two protocols become one?"
    assert "mappa-information-sharing-protocol" not in walk.page, (
        "the text of a restricted protocol is joined with none"
    )
    walk.path = "/new/joined"
    walk.press(one="duty-to-refer-protocol", other="duty-to-refer-protocol")
    assert "wo different protocols can be joined" in walk.page
    walk.press(one="duty-to-refer-protocol", other="staffordshire-housing-protocol")
    assert walk.path == "/protocol/homes-and-help"
    made = protocol(root, walk.path)
    assert made.supersedes == ("duty-to-refer-protocol", "staffordshire-housing-protocol")
    assert made.title == "Homes and help"
    assert len(made.flows) > 5
