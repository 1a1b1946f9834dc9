"""The only room that talks to GitHub's REST API. It knows nothing of records."""

from undersigned.github.client import API, GitHub, segment
from undersigned.github.errors import GitHubError, UnansweredError, UnexpectedAnswerError
from undersigned.github.json import Json, JsonObject

__all__ = ["API", "GitHub", "GitHubError", "Json", "JsonObject", "UnansweredError", "UnexpectedAnswerError", "segment"]
