"""What the register knows of a protocol, its parties, its flows and an organisation for one day: read-only, for every output."""
