"""Errors a person can act on: one sentence that says what, where, expected, found, and what to do."""


class PisteError(Exception):
    """A mistake that the user can mend; the command line prints its sentence and exits with code 2."""


class DataError(PisteError):
    """The data cannot be used as they are: names the file, row or column, and what was expected."""


class SettingError(PisteError):
    """A setting is out of its declared range, or two settings contradict each other."""


class RunError(PisteError):
    """A run folder is missing, unfinished, damaged, or belongs to another schema."""


class MissingExtraError(PisteError):
    """An optional package is needed and not installed; the sentence says what to install."""


class CompilerError(PisteError):
    """The installed compiler computes wrong numbers and could not be repaired."""
