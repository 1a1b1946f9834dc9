"""Undersigned: a register of the agreements under which agencies share information about people."""

__version__ = "0.2.0"
