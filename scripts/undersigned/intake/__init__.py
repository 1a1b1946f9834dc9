"""Spreadsheets in and out: what an agency's own list of agreements says, as proposed records, and back."""
