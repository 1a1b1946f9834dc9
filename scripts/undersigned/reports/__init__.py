"""What is printed and exported of findings, statuses, reviews and rules: facts in, text or bytes out."""
