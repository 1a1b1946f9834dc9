"""Signable documents: agreements and standard forms as accessible PDF and DOCX. Registers in, bytes out."""

from undersigned.documents.model import DocumentError
from undersigned.documents.write import render_docx, render_form_docx, render_form_pdf, render_pdf, write_documents

__all__ = ["DocumentError", "render_docx", "render_form_docx", "render_form_pdf", "render_pdf", "write_documents"]
