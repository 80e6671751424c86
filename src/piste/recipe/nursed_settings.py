"""What may be changed while a training goes on: the settings of a branch, and what they make of plan and effort."""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jax

from piste.core.errors import SettingError
from piste.core.nursing import BranchRecord
from piste.core.nursing_words import CHANGEABLE, MORE, RATE, Factor, Wish
from piste.core.settings import check
from piste.data.encoding import Encoding
from piste.recipe.building import build_effort, build_plan
from piste.recipe.settings import SECTIONS, Settings
from piste.train.optimisers import LBFGS
from piste.train.plan import Plan
from piste.train.settings import TrainingSettings
from piste.train.timeline import Effort

_OFF = {"clip": 0.0, "dropout": 0.0, "weight_decay": 0.0}  # of settings that are chosen from the data when left out


def changeable(settings: Settings) -> dict[str, Any]:
    """Return the settings that may be changed on the way."""
    return {name: getattr(getattr(settings, _section(name)), name) for name in CHANGEABLE}


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return `settings` with other `values`; raises `SettingError` for one that is out of its range."""
    parts: dict[str, Any] = {section: getattr(settings, section) for section in SECTIONS}
    for name, value in values.items():
        section = _section(name)
        parts[section] = dataclasses.replace(parts[section], **{name: _plain(value)})
    for part in parts.values():
        check(part)
    return Settings(**parts)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _section(name: str) -> str:
    return next(section for section, kind in SECTIONS.items() if name in {one.name for one in dataclasses.fields(kind)})


def wished(settings: Settings, wishes: Sequence[Wish]) -> Settings:
    """Return `settings` as the wishes ask for, the rate left out. Raises `SettingError` for what cannot be done."""
    before, values = changeable(settings), {}
    for wish in wishes:
        if wish.name == MORE:
            values["epochs"] = (settings.training.epochs or 0) + wish.value
        elif wish.name in CHANGEABLE:
            values[wish.name] = _value(wish, before[wish.name])
    return changed(settings, values)


def _value(wish: Wish, before: Any) -> Any:
    if not isinstance(wish.value, Factor):
        return _OFF.get(wish.name) if wish.value is None else wish.value
    if not before:
        raise SettingError(f"'{wish.name}' is {before} now, so no factor changes it; give it a value.")
    return before * wish.value.value


def planned(
    settings: Settings, branch: BranchRecord, first: Plan, encoding: Encoding, examples: int
) -> tuple[Plan, Effort]:
    """Return plan and effort of a branch whose settings are `settings`; averages stay those of the `first` branch.

    Patience begins anew with each branch. Raises `SettingError` for settings that another network would need.
    """
    plan = dataclasses.replace(build_plan(settings, encoding, examples), averaging=first.averaging)
    if _shapes(plan) != _shapes(first):
        raise SettingError(f"'{branch.change}' would make another network of it; train that from its start.")
    effort = _effort(settings.training, examples)
    return plan, dataclasses.replace(effort, rates=effort.rates * branch.rate_factor, patient_from=branch.round)


@lru_cache(maxsize=4)
def _effort(training: TrainingSettings, examples: int) -> Effort:
    """Return the effort without a factor: a table of the rates of a million steps takes a third of a second."""
    return build_effort(training, examples)


def _shapes(plan: Plan) -> tuple[Any, ...]:
    state = jax.eval_shape(lambda: plan.model.init_state(plan.input_shape))
    return (plan.layout.shapes, [leaf.shape for leaf in jax.tree.leaves(state)], plan.plateau is None)


def refuse_what_does_nothing(wishes: Sequence[Wish], before: Plan, after: Plan) -> None:
    """Raise `SettingError` for a wish that leaves the network as it was, or that its optimiser has no place for."""
    names = {wish.name for wish in wishes}
    if "dropout" in names and after.model == before.model and before.optimiser.name != LBFGS:
        raise SettingError("The dropout stays as it was: the network has it already, or has no place for it.")
    if after.optimiser.name == LBFGS and names & {"weight_decay", "clip", "clip_value", "dropout", "augment", RATE}:
        raise SettingError("The optimiser lbfgs has no rate, decay, clipping, dropout or augmentation to change.")


def rate_factor(wish: Wish | None, before: float, effort: Effort, step: int, falls: float) -> float:
    """Return the factor of the rates that `wish` asks for, where it was `before`.

    `effort` is that of the new settings without a factor, `falls` what the schedule "plateau" made of the rate so far.
    """
    if wish is None:
        return before
    if isinstance(wish.value, Factor):
        if wish.value.value == 0:
            raise SettingError("A rate of 0 trains nothing; `pause` waits, `stop` ends the training.")
        return before * wish.value.value
    rate = float(effort.rates[min(step, len(effort.rates) - 1)]) * falls
    if rate <= 0:
        raise SettingError("The schedule has no rate left to set; say `schedule constant` too.")
    return float(wish.value) / rate
