"""The only room that talks to GitHub's REST API. It knows nothing about records."""

from undersigned.github.client import (
    API,
    GitHub,
    GitHubError,
    Json,
    JsonObject,
    UnansweredError,
    UnexpectedAnswerError,
    segment,
)

__all__ = ["API", "GitHub", "GitHubError", "Json", "JsonObject", "UnansweredError", "UnexpectedAnswerError", "segment"]
