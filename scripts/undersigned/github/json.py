"""JSON with types, and the few questions that are asked of an answer. What is not as promised is told, never guessed."""

from __future__ import annotations

from typing import TypeAlias

from undersigned.github.errors import UnexpectedAnswerError

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]


def as_object(value: Json) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise UnexpectedAnswerError("an object was expected")


def as_list(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    raise UnexpectedAnswerError("a list was expected")


def text_in(answer: JsonObject, key: str) -> str:
    """A text; "" where GitHub says null, as it does of an empty body."""
    value = answer.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise UnexpectedAnswerError(f"'{key}' is not text")


def number_in(answer: JsonObject, key: str) -> int:
    value = answer.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnexpectedAnswerError(f"'{key}' is not a number")


def object_in(answer: JsonObject, key: str) -> JsonObject:
    """An object; an empty one where GitHub says null, as it does of an account that was deleted."""
    value = answer.get(key)
    return {} if value is None else as_object(value)


def objects_in(answer: JsonObject, key: str) -> list[JsonObject]:
    value = answer.get(key)
    return [] if value is None else [as_object(one) for one in as_list(value) if isinstance(one, dict)]
