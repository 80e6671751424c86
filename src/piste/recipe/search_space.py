"""What a search would vary: for data, or for the usual data of each kind where there are none yet."""

from collections.abc import Mapping
from typing import Any

from piste.core.errors import SettingError
from piste.core.records import Task
from piste.core.studies import DimensionRecord
from piste.recipe.facts import Facts
from piste.recipe.progress import Silent
from piste.recipe.settings import from_keywords
from piste.recipe.tuning import Asked, Intended, dimensions_of, intended, prepared
from piste.recipe.tuning_space import checked_space

TYPICAL: Mapping[str, Facts] = {
    "A table of 1,000 rows and 10 columns, 3 classes": Facts(Task.MANY_CLASS, 1_000, (10,)),
    "A table of 50,000 rows and 10 columns, a number to predict": Facts(Task.REGRESSION, 50_000, (10,)),
    "10,000 pictures of 32 x 32 pixels, 10 classes": Facts(Task.MANY_CLASS, 10_000, (32, 32, 3)),
    "5,000 sequences of 40 steps, 10 classes": Facts(Task.MANY_CLASS, 5_000, (40, 1)),
    "5,000 texts of 50 words, 2 classes": Facts(Task.TWO_CLASS, 5_000, (1,), lengths={"words": 50, "characters": 300}),
}
"""Data of each kind, in words."""


def search_space(data: Any, **settings: Any) -> tuple[DimensionRecord, ...]:
    """Return what `piste.tune` would search with the same arguments: each setting with its range, the usual value, why.

    Nothing is trained, and nothing written. Raises `DataError` and `SettingError` as `piste.tune` does.
    """
    return dimensions_of(prepared(data, Asked.from_keywords(settings, "piste.search_space"), Silent()))


def typical(asked: Asked) -> dict[str, Intended]:
    """Return what would be searched for data of each kind for which the settings make sense.

    Raises `SettingError` where they make sense for none.
    """
    space = checked_space(asked.priors, asked.where) if asked.priors else None
    settings = from_keywords(asked.given, asked.where)
    found, wrong = {}, []
    for title, facts in TYPICAL.items():
        try:
            found[title] = intended(asked, facts, settings, space)
        except SettingError as error:
            wrong.append(error)
    if not found:
        raise wrong[0]
    return found
