"""Documents to DOCX: pandoc's tree, content controls and the parts of the file."""
