"""An estimator's parameters as Piste's settings: checked, the open ones chosen from the data."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from piste.core.records import Choice, Task
from piste.core.settings import Range, from_mapping
from piste.data.settings import DataSettings
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.settings import ModelSettings, Settings
from piste.sklearn.parameters import parameters_of, plain
from piste.train.settings import TrainingSettings

FEW = 100
"""Fewer examples than this all train: so few held back would say little, and be missed."""
OWN = ("class_weight", "validation", "warm_start", "random_state")
"""Parameters that are no settings of the engine."""
DEFAULTS = {
    field.name: field.default for kind in (ModelSettings, TrainingSettings) for field in dataclasses.fields(kind)
}
_SHARE = 0.15


@dataclass(frozen=True)
class HeldBack:
    """`validation` is the share of the examples that decides which epoch is kept; 0 lets the train loss decide."""

    validation: Annotated[float, Range(0, 1, high_open=True)] | None = None
    warm_start: bool = False


@dataclass(frozen=True)
class Decisions:
    """Every setting, and each as a choice with its reason."""

    settings: Settings
    validation: float
    choices: tuple[Choice, ...]


def settled(parameters: Mapping[str, Any], task: Task, rows: int, features: int, where: str) -> Decisions:
    """Return the settings for `rows` examples of `features` numbers, nothing left open.

    `where` is the estimator's name, for messages. Raises `ParameterError` for a parameter out of its range, and for
    parameters that contradict each other or the target.
    """
    given = {name: plain(value) for name, value in parameters.items() if name not in OWN}
    if given["model"] is not None and not isinstance(given["model"], str):
        given["spec"], given["model"] = given["model"], None
    with parameters_of(where):
        own = {name: plain(parameters[name]) for name in ("validation", "warm_start")}
        held, choice = _held_back(from_mapping(HeldBack, own, where).validation, rows)
        model = from_mapping(ModelSettings, _of(ModelSettings, given), where)
        training = from_mapping(TrainingSettings, _of(TrainingSettings, given), where)
        # A parameter that stands at its default was not asked for.
        origins = {name: "python" for name, value in given.items() if not _same(value, DEFAULTS[name])}
        facts = Facts(task, rows - round(held * rows), (features,))
        settings, choices = decide(Settings(DataSettings(), model, training), origins, facts)
    return Decisions(settings, held, (*(one for one in choices if one.setting in given), choice))


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and bool(value == default))


def _held_back(share: float | None, rows: int) -> tuple[float, Choice]:
    if share is not None:
        return share, Choice("validation", share, "python", "")
    if rows < FEW:
        return 0.0, Choice("validation", 0.0, "default", f"only {rows} examples, and all are needed to learn from")
    return _SHARE, Choice("validation", _SHARE, "default", "decides which epoch is kept, and when to stop")


def _of(kind: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: given[field.name] for field in dataclasses.fields(kind) if field.name in given}
