"""What a proposed change means: two revisions in, facts out, and their words for a terminal, a pull request or a program."""

from undersigned.proposals.data import proposal_data
from undersigned.proposals.markdown import render_markdown
from undersigned.proposals.points import Proposal
from undersigned.proposals.propose import proposal_between
from undersigned.proposals.text import render_text

__all__ = ["Proposal", "proposal_between", "proposal_data", "render_markdown", "render_text"]
