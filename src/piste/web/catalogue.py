"""The sentences of the page, one file per language: a further one is a further file with the same names."""

from importlib.resources import files

import msgspec

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh")


def catalogue(language: str = ENGLISH) -> dict[str, str]:
    """Return the sentences by name, with {places} for what is filled in; raises `KeyError` for an unknown language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    content = files("piste.web").joinpath("texts", f"{language}.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, str])
