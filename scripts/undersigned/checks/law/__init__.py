"""Rules on the law of each flow, with their words in `law.yaml`."""
