"""Signable documents: agreements and standard forms as accessible PDF and DOCX. Registers in, bytes out;
and what comes back, read."""

from undersigned.documents.content.agreement import Agreement, agreement_of
from undersigned.documents.model import DocumentError
from undersigned.documents.returned import Returned, ReturnedError, read_returned
from undersigned.documents.write import render_docx, render_form_docx, render_form_pdf, render_pdf, write_documents

__all__ = [
    "Agreement",
    "DocumentError",
    "Returned",
    "ReturnedError",
    "agreement_of",
    "read_returned",
    "render_docx",
    "render_form_docx",
    "render_form_pdf",
    "render_pdf",
    "write_documents",
]
