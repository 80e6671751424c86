"""Single pieces of the main job as the linter takes them: the optimiser by itself, and the augmentation by itself."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from piste.nn.augment.compose import augmented
from piste.train.optimisers import LBFGS
from piste.train.plan import Plan
from piste.train.timeline import Effort


class Memory(NamedTuple):
    """What the optimiser remembers, and how many steps it has made."""

    done: jax.Array
    kept: Any


def optimiser_of(plan: Plan, effort: Effort) -> optax.GradientTransformation | None:
    """Return the plan's optimiser with its rates, on trees of parameters; None where it needs the objective itself."""
    if plan.optimiser.name == LBFGS:
        return None
    rates, layout = jnp.asarray(effort.rates, jnp.float32), plan.layout

    def init(parameters: Any) -> Memory:
        return Memory(jnp.zeros((), jnp.int32), plan.optimiser.init(layout.pack(parameters), layout))

    def update(gradient: Any, memory: Memory, parameters: Any = None) -> tuple[Any, Memory]:
        direction, kept = plan.optimiser.direction(
            layout.pack(gradient), memory.kept, layout.pack(parameters), layout.of_rank_two(), layout
        )
        rate = rates[jnp.minimum(memory.done, len(rates) - 1)]
        return layout.unpack(jax.tree.map(lambda part: -rate * part, direction)), Memory(memory.done + 1, kept)

    return optax.GradientTransformation(init, update)


def augmentation_of(plan: Plan) -> Callable[[Any, Any, int], Any] | None:
    """Return the plan's augmentation of a batch; None where there is none."""
    if not plan.augment:
        return None

    @jax.jit
    def made(inputs: jax.Array, targets: jax.Array, key: jax.Array) -> Any:
        return augmented(plan.augment, key, inputs, targets)

    return lambda inputs, targets, seed: made(jnp.asarray(inputs), jnp.asarray(targets), jax.random.key(seed))
