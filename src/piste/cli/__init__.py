"""The command line: one thin file per verb, no logic."""

from piste.cli.application import main

__all__ = ["main"]
