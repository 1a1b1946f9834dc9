"""The console command, one file for each verb. The only room that prints, exits, reads the clock or the environment."""

from undersigned.cli.main import main

__all__ = ["main"]
