"""Dimensions as Optuna knows them, so that its dashboard and its own analyses read a study of Piste."""

from functools import lru_cache
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    distribution_to_json,
)

from piste.tune.priors import Choice, Integers, Log, written
from piste.tune.space import Dimension


def distribution(dimension: Dimension) -> BaseDistribution:
    """Return the distribution of a dimension. Lists of a choice are named by how they are written."""
    prior = dimension.prior
    if isinstance(prior, Choice):
        return CategoricalDistribution([_category(one.value) for one in prior.options])
    if isinstance(prior, Integers):
        return IntDistribution(prior.low, prior.high, log=prior.log)
    return FloatDistribution(prior.low, prior.high, log=isinstance(prior, Log))


@lru_cache(maxsize=1024)
def as_json(dimension: Dimension) -> str:
    """Return the distribution of a dimension as Optuna keeps it."""
    text: str = distribution_to_json(distribution(dimension))
    return text


def internal(dimension: Dimension, place: float, value: Any) -> float:
    """Return `value`, drawn at `place`, as Optuna keeps it: a number, or that of an option."""
    return float(dimension.prior.index(place)) if isinstance(dimension.prior, Choice) else float(value)


def _category(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else written(value)
