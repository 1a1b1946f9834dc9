"""Forms in a browser instead of YAML: plain questions, the real checks, and a proposal on a branch of its own."""
