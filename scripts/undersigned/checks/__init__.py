"""Rules over the register. Each is a generator of findings; none prints, raises or stops the others."""
