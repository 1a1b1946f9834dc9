"""One record at a time: text, then data with positions, then a frozen typed record."""
