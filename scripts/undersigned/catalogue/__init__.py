"""Many registers, one country: the data that registers publish, read, joined and shown as one site.

Each register stays the keeper of its records. A register that cannot be read leaves its last good answer, marked as old.
"""
