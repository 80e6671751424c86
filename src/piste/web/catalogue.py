"""The sentences of the page, one file per language: a further one is a further file with the same names.

What records say themselves is English. Where a language has words for it, they lie in files of their own: `rules` has
the titles of the linter's rules, `words` what stands over columns and figures of a report.
"""

from importlib.resources import files

import msgspec

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh")
OF_RECORDS = ("rules", "words")


def catalogue(language: str = ENGLISH) -> dict[str, str]:
    """Return the sentences by name, with {places} for what is filled in; raises `KeyError` for an unknown language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return _read(f"{language}.json")


def all_texts(language: str = ENGLISH) -> dict[str, str]:
    """Return the sentences by name, and the language's own words for what records say in English."""
    return catalogue(language) | {
        name: text
        for kind in OF_RECORDS
        if language != ENGLISH
        for name, text in _read(f"{kind}.{language}.json").items()
    }


def _read(name: str) -> dict[str, str]:
    return msgspec.json.decode(files("piste.web").joinpath("texts", name).read_bytes(), type=dict[str, str])
