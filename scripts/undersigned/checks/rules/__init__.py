"""Rules over protocols, organisations and the register, each beside its words in the YAML file of the same subject."""
