"""What the documents of a protocol say: facts from the register, words from the template, blocks out."""
