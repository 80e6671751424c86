"""The sentences of the page, one file per language: a second one is a second file with the same names."""

from importlib.resources import files

import msgspec

ENGLISH = "en"


def catalogue(language: str = ENGLISH) -> dict[str, str]:
    """Return the sentences by name, with {places} for what is filled in."""
    content = files("piste.web").joinpath("texts", f"{language}.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, str])
