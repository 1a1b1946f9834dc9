"""Labels of closed lists: each list whole, in one file, and nowhere a second time."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from undersigned.facts.outcomes import FEW
from undersigned.figures.cohorts import PARTS
from undersigned.figures.landscape import EventKind, FundingState, LinkState
from undersigned.figures.overlap import Words
from undersigned.records.fields import MARKS, Authored
from undersigned.records.form import Form, FormField
from undersigned.records.protocol import (
    Considerations,
    Flow,
    Item,
    LawDiffers,
    Operative,
    Party,
    Protocol,
    Purpose,
    ReviewTerms,
)
from undersigned.status.reviews import RETURN_MONTHS, ReviewState
from undersigned.status.signing import SIGNATURE_STATES
from undersigned.words import labels as module
from undersigned.words.labels import heading, headings, label, labels

PACKAGE = Path(__file__).parents[2] / "scripts" / "undersigned"
LISTS: dict[str, dict[str, str]] = yaml.safe_load((PACKAGE / "words" / "labels.yaml").read_text(encoding="utf-8"))
#: Tables that are keyed by a closed list and do not hold labels, each with what they hold.
NOT_LABELS = {
    "status_colours": "names of colours",
    "signature_colours": "names of colours",
    "review_colours": "names of colours",
    "PICTURES": "the shapes of drawings",
    "watermark": "stamps across a page, where a consultation text is a draft",
    "level": "words of GitHub's annotations and of SARIF",
    "rule_severities": "what a severity means for whoever meets it",
    "_MEANINGS": "what follows from each kind of change",
}


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("review_state", get_args(ReviewState)),
        ("signature_state", SIGNATURE_STATES),
        ("figure_mark", (FEW, *MARKS)),
        ("period", tuple(RETURN_MONTHS)),
        ("pair", get_args(Words)),
        ("pair_short", get_args(Words)),
        ("link_state", get_args(LinkState)),
        ("money", get_args(FundingState)),
        ("year", get_args(EventKind)),
        ("followed", PARTS),
    ],
)
def test_lists_of_other_rooms_are_whole(name: str, members: tuple[str, ...]) -> None:
    """The loader itself compares the lists that records declare."""
    assert set(labels(name)) == set(members)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lists: lists["status"].pop("draft"), "status: .*draft"),
        (lambda lists: lists["role"].update(observer="observer"), "role: .*observer"),
        (lambda lists: lists["role"].update(controller=None), "role: .*controller"),
        (lambda lists: lists.pop("kind"), "kind"),
        (lambda lists: lists.update(colour={"red": "red"}), "colour"),
    ],
)
def test_a_file_that_does_not_match_is_refused(
    change: Callable[[dict[str, Any]], object], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists: dict[str, Any] = {name: dict(entries) for name, entries in LISTS.items()}
    change(lists)
    (tmp_path / "labels.yaml").write_text(yaml.safe_dump(lists), encoding="utf-8")
    monkeypatch.setattr(module, "_FILE", tmp_path / "labels.yaml")
    with pytest.raises(ValueError, match=message):
        module._labels.__wrapped__()


def test_a_heading_is_the_label_with_a_capital() -> None:
    assert (label("status", "consultation"), heading("status", "consultation")) == (
        "in consultation",
        "In consultation",
    )
    assert headings("regime")["uk-gdpr"] == "UK GDPR"
    assert heading("organisation_kind", "local-authority") == "Local authority"


def test_a_member_outside_an_open_list_shows_its_own_words() -> None:
    assert label("stage", "first-night") == "first night"


def tables() -> Iterator[tuple[str, dict[str, str]]]:
    """Every table from words to words in templates, words files and modules, with its name and file."""
    for path in PACKAGE.rglob("*.toml"):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(table, dict):
                yield f"{name} of {path.name}", {key: text for key, text in table.items() if isinstance(text, str)}
    for path in PACKAGE.rglob("*.html"):
        for name, body in re.findall(r"set (\w+) = \{(.*?)\} %\}", path.read_text(encoding="utf-8"), re.DOTALL):
            yield f"{name} of {path.name}", dict(re.findall(r'"([^"]*)": "([^"]*)"', body))
    for path in PACKAGE.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {
            id(node.value): ast.unparse(node.targets[0])
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        } | {
            id(node.value): ast.unparse(node.target)
            for node in nodes
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
        }
        for node in nodes:
            if isinstance(node, ast.Dict):
                pairs = [(key, text) for key, text in zip(node.keys, node.values, strict=True) if key is not None]
                table = {
                    key.value: text.value
                    for key, text in pairs
                    if isinstance(key, ast.Constant) and isinstance(text, ast.Constant) and isinstance(text.value, str)
                }
                yield f"{names.get(id(node), f'line {node.lineno}')} of {path.name}", table


def test_no_other_file_has_labels_of_a_closed_list() -> None:
    """A table keyed by two or more members of a list, and by nothing else, is a second set of labels."""
    closed = {name: set(entries) for name, entries in LISTS.items() if name != "field"} | {
        "organisation_kind": set(labels("organisation_kind"))
    }
    second = [
        f"{place}: {name}"
        for place, table in tables()
        if len(table) > 1 and place.split(" of ")[0] not in NOT_LABELS
        for name, members in closed.items()
        if table.keys() <= members
    ]
    assert second == []


@pytest.mark.parametrize(
    "model", [Operative, Protocol, Flow, Item, LawDiffers, Party, Purpose, Considerations, ReviewTerms, Form, FormField]
)
def test_every_field_of_a_text_has_a_label(model: type[Authored]) -> None:
    without = {"id", "for", "joined_on", "left_on", "data_items", "organisation"}
    names = {name.removesuffix("_") for name in model.model_fields}
    assert names - without <= labels("field").keys()
