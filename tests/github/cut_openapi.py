"""Cuts from GitHub's published OpenAPI description what the program uses, so that tests need no network.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/github/cut_openapi.py package

Schemas stay references into `components`, which holds all that they need; descriptions and examples are left out.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = "npm package @octokit/openapi, generated/api.github.com.json"
REPO = "/repos/{owner}/{repo}"
USED = {
    REPO: ["get"],
    f"{REPO}/issues": ["get", "post"],
    f"{REPO}/issues/{{issue_number}}": ["get", "patch"],
    f"{REPO}/issues/{{issue_number}}/comments": ["get", "post"],
    f"{REPO}/issues/comments/{{comment_id}}": ["patch"],
    f"{REPO}/issues/{{issue_number}}/labels": ["get", "post"],
    f"{REPO}/issues/{{issue_number}}/labels/{{name}}": ["delete"],
    f"{REPO}/labels": ["get", "post"],
    f"{REPO}/assignees/{{assignee}}": ["get"],
    f"{REPO}/pulls": ["get", "post"],
    f"{REPO}/pulls/{{pull_number}}": ["get", "patch"],
    f"{REPO}/pulls/{{pull_number}}/requested_reviewers": ["post"],
    f"{REPO}/commits": ["get"],
    f"{REPO}/git/blobs": ["post"],
    f"{REPO}/git/blobs/{{file_sha}}": ["get"],
    f"{REPO}/git/trees": ["post"],
    f"{REPO}/git/trees/{{tree_sha}}": ["get"],
    f"{REPO}/git/commits": ["post"],
    f"{REPO}/git/commits/{{commit_sha}}": ["get"],
    f"{REPO}/git/ref/{{ref}}": ["get"],
    f"{REPO}/git/refs": ["post"],
    f"{REPO}/git/refs/{{ref}}": ["patch", "delete"],
    f"{REPO}/contents/{{path}}": ["get", "put"],
    f"{REPO}/actions/workflows": ["get"],
    f"{REPO}/actions/workflows/{{workflow_id}}/enable": ["put"],
    "/user": ["get"],
}
WORDS_ONLY = (
    "description",
    "example",
    "examples",
    "x-github",
    "x-octokit",
    "externalDocs",
    "summary",
    "tags",
    "headers",
    "links",
)


def main(package: Path) -> None:
    raw = (package / "generated" / "api.github.com.json").read_bytes()
    whole = json.loads(raw)
    paths = {
        path: {method: operation_of(whole, whole["paths"][path], method) for method in methods}
        for path, methods in USED.items()
    }
    excerpt = {
        "source": SOURCE,
        "version": json.loads((package / "package.json").read_text(encoding="utf-8"))["version"],
        "sha256": hashlib.sha256(raw).hexdigest(),
        "licence": "MIT, Copyright GitHub, Inc. and the Octokit contributors",
        "paths": paths,
        "components": {"schemas": closure(whole, paths)},
    }
    (HERE / "openapi.json").write_text(json.dumps(excerpt, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def operation_of(whole: dict, item: dict, method: str) -> dict:
    operation = item[method]
    parameters = [found(whole, one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    out: dict[str, object] = {
        "parameters": [
            {
                "name": one["name"],
                "in": one["in"],
                "required": one.get("required", False),
                "schema": plain(one["schema"]),
            }
            for one in parameters
        ],
        "responses": {},
    }
    if "requestBody" in operation:
        body = found(whole, operation["requestBody"])
        out["request"] = plain(body["content"]["application/json"]["schema"])
    for status, answer in operation["responses"].items():
        content = found(whole, answer).get("content", {}).get("application/json")
        out["responses"][status] = plain(content["schema"]) if content else None  # type: ignore[index]
    return out


def found(whole: dict, value: dict) -> dict:
    """What a reference leads to."""
    while "$ref" in value:
        target = whole
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def closure(whole: dict, paths: dict) -> dict:
    """Every schema that the paths need, by name."""
    schemas: dict[str, object] = {}
    waiting = sorted(names_in(paths))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            schemas[name] = plain(whole["components"]["schemas"][name])
            waiting += sorted(names_in(schemas[name]))
    return schemas


def names_in(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(names_in, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"].rsplit("/", 1)[1]} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(names_in, value.values()))


def plain(schema: object, *, names: bool = False) -> object:
    """The schema as JSON Schema: without words for readers, and with OpenAPI 3.0's `nullable` said by types.

    `names`: the keys of this mapping are names of properties, and none of them a word of the schema.
    """
    if isinstance(schema, list):
        return [plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {
        key: plain(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or (key not in WORDS_ONLY and key != "nullable")
    }
    return out if names or not schema.get("nullable") else {"anyOf": [out, {"type": "null"}]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
