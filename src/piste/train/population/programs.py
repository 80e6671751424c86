"""The compiled programs of a population: several members in one call, one after another or side by side.

On a CPU the members of a block are trained one after another inside the program (`lax.map`), and the processor's cores
are filled by blocks that run at the same time: a step of a small network is too little work to be divided, and side by
side (`vmap`) its products become slow batched ones. An accelerator is the other way round.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
from jax import lax

from piste.nn.head import with_output_bias
from piste.train.compiler import jitted
from piste.train.plan import Carry, Curves, Limits, Plan, Split, Stretch, initial_carry
from piste.train.population.templates import filled
from piste.train.precision import master
from piste.train.program import evaluate, run_stretch


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


class Beginning(NamedTuple):
    """What the P members of a block are drawn from. All arrays."""

    values: Any  # (P, K)
    keys: Any  # uint32 (P, 2)
    biases: Any  # (P, outputs) of the last layer


@lru_cache(maxsize=64)
def beginning(template: Plan) -> Callable[[Beginning, Split], tuple[Carry, jax.Array]]:
    """Return the program (beginning, validation) -> (carries, losses on the validation split (P,))."""
    return jitted(partial(_begin, template))


@lru_cache(maxsize=64)
def training(template: Plan) -> Callable[[Carry, Split, Split, Work], tuple[Carry, Curves]]:
    """Return the program (carries, train, validation, work) -> (carries, curves), all of the members of a block."""
    return jitted(partial(_train, template), donate_argnums=0)


def _begin(template: Plan, beginning: Beginning, validation: Split) -> tuple[Carry, jax.Array]:
    def one(own: Beginning) -> tuple[Carry, jax.Array]:
        plan = filled(template, own.values.astype(master(template.precision)))
        parameters = plan.model.init(jax.random.wrap_key_data(own.keys), plan.input_shape)
        parameters = with_output_bias(plan.model, parameters, own.biases)
        carry = initial_carry(plan, plan.layout.pack(parameters), plan.model.init_state(plan.input_shape))
        loss, _ = evaluate(plan, plan.layout, carry.weights, carry.state, validation)
        return carry, loss

    return _each(one, beginning)


def _train(template: Plan, carry: Carry, train: Split, validation: Split, work: Work) -> tuple[Carry, Curves]:
    shared = work.order if work.order.ndim == 3 else None

    def one(own: tuple[Carry, Work]) -> tuple[Carry, Curves]:
        carry, work = own
        plan = filled(template, work.values.astype(master(template.precision)))
        stretch = Stretch(
            order=work.order if shared is None else shared,
            rates=work.rates,
            first_steps=work.first_steps,
            steps=work.steps,
            rounds=work.rounds,
            key=jax.random.wrap_key_data(work.keys),
            validates=work.validates,
        )
        return run_stretch(plan, carry, train, validation, stretch, Limits(*work.limits))

    each = work if shared is None else work._replace(order=work.rounds)  # the shared order is nobody's own
    return _each(one, (carry, each))


def _each(one: Callable[[Any], Any], members: Any) -> Any:
    return lax.map(one, members) if jax.default_backend() == "cpu" else jax.vmap(one)(members)
