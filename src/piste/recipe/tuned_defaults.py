"""What is searched where nobody says: a space for the kind of data, with a reason for every range.

Rates and penalties are searched by their logarithm and averaging coefficients by that of what they lack to 1, round
the values that would be chosen without a search.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from piste.core.records import Task
from piste.recipe.contradictions import BELONGS
from piste.recipe.facts import Facts
from piste.recipe.networks import WIDTH
from piste.recipe.reading import IN_ORDER_DROPOUT
from piste.recipe.settings import Settings
from piste.train.optimisers import LBFGS
from piste.tune.priors import Integers, Prior, choice, log, one_minus_log, uniform

WIDE = ("mlp", "rnn", "lstm", "gru", "text-cnn")  # networks whose width is one number that may be any
_ADAM = ("adam", "adamw", "nadam", "lamb")


@dataclass(frozen=True)
class Proposed:
    """One setting that is worth searching: its range, and why that one."""

    name: str
    prior: Prior
    why: str


def default_space(facts: Facts, settings: Settings, given: Mapping[str, Any]) -> tuple[Proposed, ...]:
    """Return what to search for these data, given what was decided without a search.

    `given` are the settings that were given a value: those do not vary.
    """
    proposed = (*_descent(facts, settings), *_network(settings, given), *_against_overfitting(facts, settings))
    return tuple(one for one in proposed if one.name not in given and _belongs(one.name, settings))


def _descent(facts: Facts, settings: Settings) -> Iterator[Proposed]:
    training = settings.training
    if training.optimiser == LBFGS:
        return
    rate, size = training.learning_rate or 1e-3, training.batch_size or 0
    yield Proposed(
        "learning_rate", log(_round(rate / 20), _round(rate * 20)),
        f"by its logarithm, from a twentieth to twenty times the usual {rate:g}: nothing matters more",
    )  # fmt: skip
    if training.optimiser in _ADAM:
        yield Proposed("momentum", one_minus_log(0.8, 0.98), "the last 5 to 50 gradients count; 0.9 is usual")
    decay = training.weight_decay or 0.01
    yield Proposed(
        "weight_decay", log(_round(decay / 100), _round(decay * 30)), f"by its logarithm, round the usual {decay:g}"
    )
    if size and 2 * size <= facts.rows // 4:
        yield Proposed(
            "batch_size", choice(size, 2 * size), "half as many steps, or twice as noisy ones; one program does both"
        )


def _network(settings: Settings, given: Mapping[str, Any]) -> Iterator[Proposed]:
    network, model = settings.model, settings.model.model or "mlp"
    if model in WIDE and not (model == "mlp" and "hidden" in given):
        usual = network.width or (network.hidden or (WIDTH,))[0]
        low, high = max(usual // 4, 8), usual * 2
        yield Proposed("width", Integers(low, high, log=True), f"from narrow to twice the usual {usual}, by factors")
    if model == "mlp" and "hidden" not in given:
        yield Proposed("depth", Integers(1, 3), "hidden layers: tables seldom need more")
    if model == "cnn" and network.hidden:
        narrow, wide = (tuple(max(round(one * by), 4) for one in network.hidden) for by in (0.5, 1.5))
        yield Proposed("hidden", choice(narrow, network.hidden, wide), "maps of each stage: fewer, as usual, more")
    if model in ("mlp", "cnn"):
        yield Proposed("activation", choice("relu", "silu", "tanh"), "a kink, a smooth bend, and one that saturates")


def _against_overfitting(facts: Facts, settings: Settings) -> Iterator[Proposed]:
    model = settings.model.model or "mlp"
    if (settings.model.hidden or model in IN_ORDER_DROPOUT) and settings.training.optimiser != LBFGS:
        yield Proposed("dropout", uniform(0.0, 0.6), "from none to more than half of the units")
    if facts.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        yield Proposed("smoothing", uniform(0.0, 0.2), "from none to a fifth of the target shared among all classes")


def _belongs(name: str, settings: Settings) -> bool:
    """Return whether the setting means something with what is decided."""
    if name not in BELONGS:
        return True
    other, values = BELONGS[name]
    parts = (settings.model, settings.training)
    return any(getattr(part, other, None) in values for part in parts)


def _round(value: float) -> float:
    return float(f"{value:.2g}")
