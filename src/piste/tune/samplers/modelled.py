"""Samplers that model what is known: the tree-structured Parzen estimator and a Gaussian process, both Optuna's.

They see places in the unit cube, so that every setting is modelled on its own scale. Each round is a pure function of
what was told: the model is built anew, and the trials of a round that were asked before count as bad, or as middling,
so that the next one is not asked at the same place.
"""

import warnings
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np

from piste.core.errors import MissingExtraError
from piste.core.keys import seed_of
from piste.tune.priors import Choice
from piste.tune.samplers.independent import sobol
from piste.tune.samplers.sampler import Places, Sampler, Told
from piste.tune.space import Space

FEWEST = 8  # finished trials before anything is modelled
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


def tpe(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return where trials are likelier among the good ones than among the others (Bergstra et al. 2011)."""
    import optuna

    return _asked(space, numbers, seed, told, lambda own: optuna.samplers.TPESampler(seed=own, constant_liar=True))


def gaussian(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return where a Gaussian process expects the most improvement. Raises `MissingExtraError` without PyTorch."""
    import optuna

    try:
        import torch  # noqa: F401 (only whether it is there)
    except ImportError:
        raise MissingExtraError(
            "The sampler 'gaussian' needs the package torch: pip install torch, or choose --sampler tpe."
        ) from None
    return _asked(space, numbers, seed, told, lambda own: optuna.samplers.GPSampler(seed=own), tells=True)


def _asked(
    space: Space,
    numbers: range,
    seed: int,
    told: Sequence[Told],
    make: Callable[[int], Any],
    *,
    tells: bool = False,
) -> Places:
    import optuna

    finite = [one.loss for one in told if np.isfinite(one.loss)]
    if len(finite) < FEWEST:
        return sobol(space, numbers, seed)
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that options of Optuna may change
        study = optuna.create_study(sampler=make(seed_of(seed, "modelled", numbers.start) % 2**31))
        study.add_trials([_frozen(space, one, max(finite)) for one in told])
        rows = []
        for _ in numbers:
            trial = study.ask()
            rows.append(_suggested(space, trial))
            if tells:
                study.tell(trial, median(finite))
    optuna.logging.set_verbosity(before)
    return np.array(rows, np.float64)


def _suggested(space: Space, trial: Any) -> list[float]:
    """Return the places that Optuna suggests, in the middle for settings that do not matter there."""
    places = [0.5] * len(space)
    for index, dimension in enumerate(space.dimensions):
        if not space.active(places)[index]:
            continue
        if isinstance(dimension.prior, Choice):
            count = len(dimension.prior.options)
            places[index] = (trial.suggest_categorical(str(index), list(range(count))) + 0.5) / count
        else:
            places[index] = min(trial.suggest_float(str(index), 0.0, 1.0), _BELOW_ONE)
    return places


def _frozen(space: Space, told: Told, worst: float) -> Any:
    """Return a trial as Optuna keeps it; one that failed counts as the worst, so that the model turns away from it."""
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

    params: dict[str, Any] = {}
    distributions: dict[str, BaseDistribution] = {}
    matters = space.active(told.places)
    for index, (dimension, place) in enumerate(zip(space.dimensions, told.places, strict=True)):
        if not matters[index]:
            continue
        prior = dimension.prior
        if isinstance(prior, Choice):
            params[str(index)] = prior.index(place)
            distributions[str(index)] = CategoricalDistribution(list(range(len(prior.options))))
        else:
            params[str(index)], distributions[str(index)] = place, FloatDistribution(0.0, 1.0)
    value = told.loss if np.isfinite(told.loss) else worst
    return optuna.trial.create_trial(params=params, distributions=distributions, value=value)


TPE = Sampler("tpe", "where the good ones are likelier than the others", tpe, adapts=True)
GAUSSIAN = Sampler("gaussian", "where a Gaussian process expects the most", gaussian, adapts=True)
