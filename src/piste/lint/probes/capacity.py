"""Probe PR22: does a network with a narrow layer learn more when that layer is wider?"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import optax
from numpy.typing import NDArray

from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.probes.comparing import Gap, above
from piste.lint.probes.forks import Course, run
from piste.lint.problem import problem
from piste.lint.rule import NotRun
from piste.nn.sequential import Sequential

STEPS = 256
WIDER = 32
_MOST = 4  # units that are enough for any number of classes
_FACTORS = (1.0, 10.0)  # of Adam at 0.001

Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Wider:
    """Mean losses late in two trainings of `STEPS` steps: of the network, and with `WIDER` units in its narrow layers.

    `layers` are the places of those in the network, and `units` the fewest of them.
    """

    layers: tuple[int, ...]
    units: int
    start: float
    narrow: float
    wide: float
    gap: Gap


def wider(bench: Bench) -> Wider | None:
    """Probe: the network and its wider twin, each by Adam at the better of two rates; None where no layer is narrow."""
    model = bench.pipeline.model
    if not isinstance(model, Sequential):
        raise NotRun("The widths of a network can be changed where it is a Sequential of Piste's layers.")
    places = narrow(bench, model)
    if not places:
        return None
    sizes = {place: dataclasses.replace(model.layers[place], units=WIDER) for place in places}  # type: ignore[type-var]
    layers = tuple(sizes.get(place, layer) for place, layer in enumerate(model.layers))
    own, start = _trained(bench, model)
    wide, _ = _trained(bench, dataclasses.replace(model, layers=layers))
    units = min(_units(model.layers[place]) for place in places)
    return Wider(places, units, start, float(own.mean()), float(wide.mean()), above(own, wide))


def narrow(bench: Bench, model: Sequential) -> tuple[int, ...]:
    """Return the places of hidden layers with fewer units than the outputs may need."""
    one = bench.probe(problem)
    rank = one.width - 1 if one.of_classes else one.width
    enough = max(2, min(rank, _MOST))
    sized = [place for place, layer in enumerate(model.layers) if _units(layer)]
    return tuple(place for place in sized[:-1] if _units(model.layers[place]) < enough)


def _units(layer: Any) -> int:
    units = getattr(layer, "units", 0)
    return units if isinstance(units, int) else 0


def _trained(bench: Bench, model: Sequential) -> tuple[Losses, float]:
    """Return the losses late in the better training, and the first one."""
    given = bench.pipeline
    pipeline = Pipeline(
        train=given.train, task=given.task, classes=given.classes, model=model, loss=given.loss,
        optimiser=optax.adam(1e-3), batch_size=given.batch_size, declared=given.declared, seed=given.seed,
    )  # fmt: skip
    own = Bench(pipeline, bench.deadline)
    series = [own.probe(run, Course(factor, steps=STEPS)).losses for factor in _FACTORS]
    late = [one[-STEPS // 4 :] for one in series]
    return min(late, key=lambda one: float(np.mean(np.nan_to_num(one, nan=np.inf)))), float(series[0][0])
