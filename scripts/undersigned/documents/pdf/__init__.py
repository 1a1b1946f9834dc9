"""Documents to PDF: pages, fields, fonts and metadata."""
