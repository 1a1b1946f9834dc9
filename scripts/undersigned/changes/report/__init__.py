"""What a proposed change means: two revisions in, facts out, and their words for a terminal, a pull request or a program."""

from undersigned.changes.report.compare import proposal_between
from undersigned.changes.report.points import Proposal
from undersigned.changes.report.render_json import proposal_data
from undersigned.changes.report.render_markdown import render_markdown
from undersigned.changes.report.render_text import render_text

__all__ = ["Proposal", "proposal_between", "proposal_data", "render_markdown", "render_text"]
