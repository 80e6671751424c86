"""An estimator's parameters as Piste's settings: checked, the open ones chosen from the data, and built."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from piste.core.errors import SettingError
from piste.core.records import Choice, Task
from piste.core.settings import Range, from_mapping
from piste.data.settings import DataSettings
from piste.nn.metrics import WATCHED
from piste.nn.resolve import resolve
from piste.recipe.building import build_loss, build_optimiser
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.networks import NETWORKS
from piste.recipe.settings import ModelSettings, Settings
from piste.train.plan import Plan
from piste.train.settings import TrainingSettings

FEW = 100
"""Fewer examples than this all train: so few held back would say little, and be missed."""
_SHARE = 0.15


@dataclass(frozen=True)
class HeldBack:
    """`validation` is the share of the examples that decides which epoch is kept; 0 lets the train loss decide."""

    validation: Annotated[float, Range(0, 1, high_open=True)] | None = None


@dataclass(frozen=True)
class Decisions:
    """Every setting, and each as a choice with its reason."""

    settings: Settings
    validation: float
    choices: tuple[Choice, ...]


def settled(parameters: Mapping[str, Any], task: Task, rows: int, features: int, where: str) -> Decisions:
    """Return the settings for `rows` examples of `features` numbers, nothing left open.

    `where` is the estimator's name, for messages. Raises `SettingError` for a parameter out of its range, and for
    parameters that contradict each other or the target.
    """
    given = {name: _plain(value) for name, value in parameters.items() if name != "random_state"}
    held, choice = _held_back(given.pop("validation"), rows, where)
    model = from_mapping(ModelSettings, _of(ModelSettings, given), where)
    training = from_mapping(TrainingSettings, _of(TrainingSettings, given), where)
    facts = Facts(task, rows - round(held * rows), (features,))
    origins = {name: "python" for name, value in given.items() if value is not None}
    if model.loss == "poisson":
        raise SettingError(f"{where} standardises targets, and the loss 'poisson' needs counts: use piste.train.")
    settings, choices = decide(Settings(DataSettings(), model, training), origins, facts)
    own = tuple(one for one in choices if one.setting in given)
    return Decisions(settings, held, (*own, choice))


def build(decisions: Decisions, task: Task, features: int, outputs: int) -> Plan:
    """Return what the engine compiles: a multi-layer perceptron for rows of `features` standardised numbers."""
    model, training = decisions.settings.model, decisions.settings.training
    network = NETWORKS["mlp"].build(model, outputs, (features,), ())
    loss, optimiser = build_loss(model, task), build_optimiser(training)
    return Plan(resolve(network), (features,), loss, WATCHED[task].metric, optimiser)


def _held_back(value: Any, rows: int, where: str) -> tuple[float, Choice]:
    share = from_mapping(HeldBack, {"validation": value}, where).validation
    if share is not None:
        return share, Choice("validation", share, "python", "")
    if rows < FEW:
        return 0.0, Choice("validation", 0.0, "default", f"only {rows} examples, and all are needed to learn from")
    return _SHARE, Choice("validation", _SHARE, "default", "decides which epoch is kept, and when to stop")


def _of(kind: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: given[field.name] for field in dataclasses.fields(kind) if field.name in given}


def _plain(value: Any) -> Any:
    # Searches over settings draw NumPy's numbers, and grids hold lists.
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(_plain(one) for one in value)
    return value
