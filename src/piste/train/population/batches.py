"""Batches of several sizes in one program: a smaller one is filled up with rows that do not count.

The losses of such rows weigh nothing, and batch norm leaves them out. So whatever treats examples one by one gives the
rows that count what it would give them alone; and what it draws for them is the same too, for the generator's number at
a place does not depend on how many come after it.
"""

from functools import lru_cache
from typing import Any

import jax

from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.cutout import Cutout
from piste.nn.augment.flip import Flip
from piste.nn.augment.noise import Noise
from piste.nn.augment.rotate import Rotate
from piste.nn.augment.scale import Scale
from piste.train.forward import layers_of
from piste.train.plan import Plan

FACTOR = 2  # between the largest batch of a program and the smallest

_OURS = "piste.nn."
_NOT_OURS = ("piste.nn.flax_adapter", "piste.nn.own")


@lru_cache(maxsize=4096)
def can_be_filled(plan: Plan) -> bool:
    """Return whether rows that only fill a batch up change nothing for the others.

    They would where a gradient is added up in pieces, where an augmentation looks across the batch or draws otherwise
    for more examples, and where a layer or a loss is a person's own, which may do anything.
    """
    if plan.pieces > 1 or not jax.config.jax_threefry_partitionable:  # type: ignore[attr-defined]
        return False
    parts: list[Any] = [*layers_of(plan.model), plan.loss]
    return all(map(_is_ours, parts)) and all(map(_one_by_one, plan.augment))


def _is_ours(part: Any) -> bool:
    place = type(part).__module__
    return place.startswith(_OURS) and place not in _NOT_OURS


def _one_by_one(augmentation: Augmentation) -> bool:
    match augmentation:
        case Noise():
            return True
        case Flip():
            return augmentation.way != "both"
        case Cutout():
            return bool(augmentation.mean)
        case Rotate() | Scale():
            return augmentation.fill == "edge" or bool(augmentation.mean)
        case _:
            return False
