"""How the values of a graph move when one of them is moved: the chain rule from the front."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from piste.lens.graph.rest import behind
from piste.lens.graph.sweep import quickly, value_of
from piste.lens.graph.trace import Traced
from piste.nn.operations import INLINED, bound, called


def needed(traced: Traced, number: int) -> list[int]:
    """Return the nodes that must be known to say how others move with node `number`."""
    return behind(traced, [number])[1]


def movement(
    traced: Traced, number: int, known: Sequence[Any], value: Any, direction: Any, wanted: Sequence[int]
) -> list[Any]:
    """Return the derivative of the nodes `wanted` along a direction of node `number`; `known` are those `needed`."""
    steps, border = behind(traced, [number])

    def values(moved: Any, known: Sequence[Any]) -> list[Any]:
        found: dict[int, Any] = {**dict(zip(border, known, strict=True)), number: moved}
        for step in steps:
            made = opened(step.eqn, [value_of(one, found) for one in step.inputs])
            found.update(zip(step.outputs, made, strict=True))
        return [found[one] for one in wanted]

    def pushed(moved: Any, along: Any, known: Sequence[Any]) -> list[Any]:
        return jax.jvp(lambda one: values(one, known), (moved,), (along,))[1]

    return list(jax.jit(pushed, compiler_options=quickly())(value, direction, list(known)))


def opened(eqn: JaxprEqn, inputs: Sequence[Any]) -> list[Any]:
    """Return the outputs of an operation, with every derivative of its own opened.

    Functions with a backward derivative of their own have none forwards: what they compute is differentiated instead.
    """
    kind, parameters = eqn.primitive.name, eqn.params
    if kind in INLINED or kind == "custom_vjp_call":
        inner = called(eqn)
        assert inner is not None
        return _run(inner)(*inputs)
    if kind == "scan":
        return _scanned(eqn, inputs)
    if kind == "cond":
        branches = [_run(one) for one in parameters["branches"]]
        return list(lax.switch(jnp.asarray(inputs[0], jnp.int32), branches, *inputs[1:]))
    if kind == "while":
        first = parameters["cond_nconsts"]
        second = first + parameters["body_nconsts"]
        condition, body = _run(parameters["cond_jaxpr"]), _run(parameters["body_jaxpr"])
        return lax.while_loop(
            lambda state: condition(*inputs[:first], *state)[0],
            lambda state: body(*inputs[first:second], *state),
            list(map(jnp.asarray, inputs[second:])),
        )
    return bound(eqn, inputs)


def _scanned(eqn: JaxprEqn, inputs: Sequence[Any]) -> list[Any]:
    first, parts = eqn.params["num_consts"], eqn.params["num_carry"]
    body = _run(eqn.params["jaxpr"])

    def one(carry: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
        made = body(*inputs[:first], *carry, *slices)
        return made[:parts], made[parts:]

    start = list(map(jnp.asarray, inputs[first : first + parts]))
    length, turned = eqn.params["length"], eqn.params["reverse"]
    carry, stacked = lax.scan(one, start, list(inputs[first + parts :]), length=length, reverse=turned)
    return [*carry, *stacked]


def _run(closed: ClosedJaxpr) -> Callable[..., list[Any]]:
    return lambda *inputs: _computed(closed.jaxpr, [*closed.consts, *inputs])


def _computed(jaxpr: Jaxpr, given: Sequence[Any]) -> list[Any]:
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), given, strict=True))

    def value(atom: Any) -> Any:
        return atom.val if isinstance(atom, Literal) else known[atom]

    for eqn in jaxpr.eqns:
        known.update(zip(eqn.outvars, opened(eqn, [value(atom) for atom in eqn.invars]), strict=True))
    return [value(atom) for atom in jaxpr.outvars]
