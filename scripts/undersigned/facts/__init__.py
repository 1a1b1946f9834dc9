"""One read-only view of the register for every output: site, documents, JSON and jobs. No words, no HTML."""
