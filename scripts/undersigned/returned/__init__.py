"""What a file that came back is: which text, whose copy, signed how, and changed where. Bytes in, facts out."""

from undersigned.returned.reading import claim_of, issued_digest, read_copy
from undersigned.returned.verdict import Block, Claim, Difference, Issued, ReturnedCopy, as_json

__all__ = [
    "Block",
    "Claim",
    "Difference",
    "Issued",
    "ReturnedCopy",
    "as_json",
    "claim_of",
    "issued_digest",
    "read_copy",
]
