"""Which learning rate? The range test on a person's data, with the network and optimiser that would be trained."""

from collections.abc import Mapping
from typing import Any

from piste.data.dataset import load
from piste.recipe.building import build_effort, build_plan
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.fitting import encode_splits, fitted_encoding
from piste.recipe.networks import takes_of
from piste.recipe.progress import Listener, listener, told
from piste.recipe.settings import Settings, from_keywords
from piste.recipe.weighting import weighted
from piste.train.compiler import configure_jax
from piste.train.finder import HIGHEST, LOWEST, RateFound
from piste.train.finder import find_rate as test_rates
from piste.train.fit import starting_point


def find_rate(
    data: Any, *, lowest: float = LOWEST, highest: float = HIGHEST, quiet: bool = False, **settings: Any
) -> RateFound:
    """Return which learning rate suits `data`: a short training whose rate grows from `lowest` to `highest`.

    Nothing is written, and no network is kept. `settings` are those of `piste.train`, so that network, loss, optimiser
    and batch size are what will be trained; the rate and the schedule are left out of the test. The same data, settings
    and seed give the same answer.

    Raises
    ------
    DataError, SettingError
        For data or settings that cannot be used, as `piste.train` does.

    Examples
    --------
    >>> found = find_rate("iris", quiet=True)
    >>> 1e-6 < found.rate < found.lowest
    True
    """
    return find_rate_with(data, from_keywords(settings, "piste.find_rate"), dict.fromkeys(settings, "python"),
                          lowest, highest, listener(quiet))  # fmt: skip


def find_rate_with(
    data: Any, settings: Settings, origins: Mapping[str, str], lowest: float, highest: float, hear: Listener
) -> RateFound:
    """Do what `find_rate` does with settings that are built already."""
    with told(hear, "Reading the data"):
        dataset = load(data, settings.data, takes_of(settings.model.model))
    settings, _ = decide(settings, origins, Facts.of(dataset))
    encoding = fitted_encoding(dataset, settings)
    configure_jax()
    splits = encode_splits(dataset, encoding)
    train, _ = weighted(splits.train, splits.validation, encoding, settings.model.class_weights)
    plan = build_plan(settings, encoding, len(train))
    seed = settings.data.seed
    carry, split = starting_point(plan, train, encoding.task, seed)
    batch_size = build_effort(settings.training, len(train)).batch_size
    with told(hear, f"Testing rates from {lowest:g} to {highest:g} on {len(train):,} examples"):
        return test_rates(plan, carry, split, batch_size, seed, lowest, highest)
