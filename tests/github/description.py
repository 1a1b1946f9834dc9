"""GitHub's published description of its API (`openapi.json`): what a request must look like, and what an answer must.

`fill` makes the parts of an answer that nobody asks about, so that an answer is whole and only its facts are written by hand.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

_EXCERPT = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
_COMPONENTS = _EXCERPT["components"]
_FORMATS = {"date-time": "2026-11-22T00:00:00Z", "uri": "https://example.org/", "email": "nobody@example.org"}
#: Parts of a path that may hold more than one segment.
_LONG = ("ref", "path")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    found = []
    for template in _EXCERPT["paths"]:
        pattern = re.sub(
            r"\\{(\w+)\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[1] in _LONG else '[^/]+'})", re.escape(template)
        )
        found.append((re.compile(pattern + r"\Z"), template))
    return found


def operations(path: str) -> list[tuple[str, dict[str, str]]]:
    """The templates that a path fits, the most literal first, each with its parameters."""
    hits = [(template, match.groupdict()) for pattern, template in _patterns() if (match := pattern.match(path))]
    return sorted(hits, key=lambda hit: (hit[0].count("{"), -len(hit[0])))


def operation(template: str, method: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = _EXCERPT["paths"][template].get(method.lower())
    return found


@cache
def _validator(template: str, method: str, part: str) -> jsonschema.Draft7Validator:
    described = _EXCERPT["paths"][template][method.lower()]
    schema = described["request"] if part == "request" else described["responses"][part]
    return jsonschema.Draft7Validator({"allOf": [schema], "components": _COMPONENTS})


def faults_of_request(template: str, method: str, query: dict[str, str], body: Any) -> list[str]:
    """What is wrong with a request by the description; parameters and fields that it does not name are wrong too."""
    described = operation(template, method)
    assert described is not None
    known = {one["name"]: one["schema"] for one in described["parameters"] if one["in"] == "query"}
    found = [f"unknown query parameter {name}" for name in query if name not in known]
    for name, value in query.items():
        allowed = known.get(name, {}).get("enum")
        if allowed and value not in allowed:
            found.append(f"{name}={value} is none of {allowed}")
    if "request" in described:
        if body is None:
            return found if not described["request"].get("required") else [*found, "no body"]
        found += [error.message for error in _validator(template, method, "request").iter_errors(body)]
        names = described["request"].get("properties")
        if names is not None and isinstance(body, dict):
            found += [f"unknown field {name}" for name in body if name not in names]
    elif body is not None:
        found.append("a body where none belongs")
    return found


def faults_of_answer(template: str, method: str, status: int, body: Any) -> list[str]:
    described = operation(template, method)
    assert described is not None
    if str(status) not in described["responses"]:
        return [] if status in (401, 403, 429, 500, 502, 503) else [f"{status} is no answer of {method} {template}"]
    if described["responses"][str(status)] is None:
        return [] if body is None else ["an answer where none belongs"]
    return [
        f"{'/'.join(map(str, e.path))}: {e.message[:200]}"
        for e in _validator(template, method, str(status)).iter_errors(body)
    ]


def answer(schema: str, /, **known: Any) -> dict[str, Any]:
    """An answer by the name of its schema: `known`, and whatever else the schema requires."""
    return {**_least(schema), **known}


@cache
def _least(schema: str) -> dict[str, Any]:
    return dict(fill({"$ref": f"#/components/schemas/{schema}"}))


def fill(schema: dict[str, Any]) -> Any:
    """The least that the schema allows."""
    if "$ref" in schema:
        return fill(_COMPONENTS["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return None if {"type": "null"} in schema[word] else fill(schema[word][0])
    if "allOf" in schema:
        parts = [fill(one) for one in schema["allOf"]]
        return {key: value for part in parts for key, value in part.items()} if isinstance(parts[0], dict) else parts[0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: fill(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return []
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "string":
            return _FORMATS.get(schema.get("format", ""), "x")
    return {}
