"""The compiled programs of a population: several members in one call, one after another or side by side.

Either the members of a block are trained one after another inside the program (`lax.map`), or side by side and in step
(`jax.vmap`). On a CPU the cores are filled by blocks that run at the same time, and side by side is for tiny networks
alone, of whose steps most goes into starting operations: measured on 2 cores, a step of 64-64-10 with dropout and 32
examples costs half, one of 64-256-256-10 with 64 examples half as much again, and a convolution many times as much.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from piste.nn.head import with_output_bias
from piste.train.compiler import jitted
from piste.train.plan import Carry, Curves, Limits, Plan, Split, Stretch, initial_carry
from piste.train.population.templates import filled
from piste.train.precision import master
from piste.train.program import evaluate, run_stretch

AXIS = "members"

Pace = Literal["in turn", "in step", "unevenly"]
"""Members of a block one after another, side by side, or side by side with different numbers of steps in a round."""


class Work(NamedTuple):
    """What the P members of a block do in one call, in rounds (R) of at most S steps of B examples. All arrays."""

    values: Any  # (P, K) of the knobs
    order: Any  # int32 (P, R, S, B) rows of the train split; (R, S, B) where it is the same for all
    rates: Any  # (P, R, S)
    first_steps: Any  # int32 (P, R)
    steps: Any  # int32 (P, R)
    rounds: Any  # int32 (P,), 0 for who rests
    keys: Any  # uint32 (P, 2)
    validates: Any  # (P,)
    limits: tuple[Any, ...]  # (P,) each, those of `Limits`
    batch: Any = None  # int32 (P,), how many of B count; None where all do


class Beginning(NamedTuple):
    """What the P members of a block are drawn from. All arrays."""

    values: Any  # (P, K)
    keys: Any  # uint32 (P, 2)
    biases: Any  # (P, outputs) of the last layer


@lru_cache(maxsize=64)
def beginning(template: Plan) -> Callable[[Beginning, Split], tuple[Carry, jax.Array]]:
    """Return the program (beginning, validation) -> (carries, losses on the validation split (P,))."""
    return jitted(partial(_begin, template), once=True)


@lru_cache(maxsize=64)
def training(template: Plan, pace: Pace) -> Callable[[Carry, Split, Split, Work], tuple[Carry, Curves]]:
    """Return the program (carries, train, validation, work) -> (carries, curves), all of the members of a block.

    Members that go "in step" must have rounds of equally many steps.
    """
    return jitted(partial(_train, template, pace), donate_argnums=0)


def _begin(template: Plan, beginning: Beginning, validation: Split) -> tuple[Carry, jax.Array]:
    def one(own: Beginning) -> tuple[Carry, jax.Array]:
        plan = filled(template, own.values.astype(master(template.precision)))
        parameters = plan.model.init(jax.random.wrap_key_data(own.keys), plan.input_shape)
        parameters = with_output_bias(plan.model, parameters, own.biases)
        carry = initial_carry(plan, plan.layout.pack(parameters), plan.model.init_state(plan.input_shape))
        loss, _ = evaluate(plan, plan.layout, carry.weights, carry.state, validation)
        return carry, loss

    return lax.map(one, beginning) if jax.default_backend() == "cpu" else jax.vmap(one)(beginning)


def _train(
    template: Plan, pace: Pace, carry: Carry, train: Split, validation: Split, work: Work
) -> tuple[Carry, Curves]:
    in_step = pace != "in turn"
    shared = work if work.order.ndim == 3 else None
    # Of members on one way: in step, they share what is drawn for a step too. Those that rest have zeros.
    leader = work._replace(keys=jnp.max(work.keys, 0), first_steps=jnp.max(work.first_steps, 0))

    def one(own: tuple[Carry, Work]) -> tuple[Carry, Curves]:
        carry, work = own
        drawn = leader if shared and in_step else work
        plan = filled(template, work.values.astype(master(template.precision)))
        stretch = Stretch(
            order=shared.order if shared else work.order,
            rates=work.rates,
            first_steps=drawn.first_steps,
            steps=work.steps,
            rounds=work.rounds,
            key=jax.random.wrap_key_data(drawn.keys),
            validates=work.validates,
            batch=work.batch,
        )
        limits, uneven = Limits(*work.limits), pace == "unevenly"
        return run_stretch(plan, carry, train, validation, stretch, limits, AXIS if in_step else None, uneven=uneven)

    each = work._replace(order=work.rounds) if shared else work  # the shared order is nobody's own
    if in_step:
        return jax.vmap(one, axis_name=AXIS)((carry, each))
    return lax.map(one, (carry, each)) if jax.default_backend() == "cpu" else jax.vmap(one)((carry, each))
