"""The command line: one thin file per verb, no logic."""

from piste.cli.main import main

__all__ = ["main"]
