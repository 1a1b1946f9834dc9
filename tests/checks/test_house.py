"""Each rule file stands beside the module that finds its codes, and the engine finds both by walking the folders."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from undersigned.checks.engine import rule_sets, rules, rules_by_module

PACKAGE = Path(__file__).parents[2] / "scripts" / "undersigned"
CHECKS = PACKAGE / "checks"
#: What the reader of records finds: files, names, YAML and the shape of a record.
#: An id inside a record is asked the same as the name of a folder, so `ids` uses the readers' code as well.
SHARED = {"bad-id"}
READERS = [*sorted((PACKAGE / "records").glob("*.py")), PACKAGE / "register.py"]


def codes_in(*modules: Path) -> set[str]:
    """The codes of rules that these modules name."""
    known = rules()
    nodes = (node for path in modules for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)} & set(known)


@pytest.mark.parametrize("name", sorted(set(rules_by_module()) - {"shape"}))
def test_a_module_finds_the_codes_of_the_rule_file_beside_it_and_no_others(name: str) -> None:
    (words,) = CHECKS.glob(f"*/{name}.yaml")
    assert codes_in(words.with_suffix(".py")) - SHARED == set(rules_by_module()[name])


def test_the_readers_of_records_find_the_codes_about_their_shape() -> None:
    assert codes_in(*READERS) == set(rules_by_module()["shape"])


def test_every_module_of_rules_is_run() -> None:
    modules = [
        path
        for folder in ("law", "rules")
        for path in (CHECKS / folder).glob("*.py")
        if path.with_suffix(".yaml").exists()
    ]
    assert len(rule_sets()) == len(modules) > 15
