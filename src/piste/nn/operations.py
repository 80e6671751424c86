"""Operations of a trace: which of them lead to its results, and one computed again or pulled back by the chain rule."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, jaxpr_as_fun

INLINED = frozenset({"jit", "pjit", "closed_call", "core_call", "remat2", "checkpoint"})
OWN_RULE = frozenset({"custom_jvp_call", "custom_vjp_call"})
LOOPS = frozenset({"scan", "while"})


def bound(eqn: JaxprEqn, inputs: Sequence[Any]) -> list[Any]:
    """Return the outputs of an operation for `inputs`."""
    primitive: Any = eqn.primitive
    functions, parameters = (), primitive.get_bind_params(eqn.params)
    if isinstance(parameters, tuple):  # before jax 0.9
        functions, parameters = parameters
    with eqn.ctx.manager:
        outputs = primitive.bind(*functions, *inputs, **parameters)
    return list(outputs) if primitive.multiple_results else [outputs]


def called(eqn: JaxprEqn) -> ClosedJaxpr | None:
    """Return the function that an operation calls once; None for any other operation."""
    if eqn.primitive.name not in INLINED | OWN_RULE:
        return None
    inner: Any = eqn.params.get("call_jaxpr", eqn.params.get("jaxpr"))
    return ClosedJaxpr(inner, ()) if isinstance(inner, Jaxpr) else inner


def leading(jaxpr: Jaxpr, wanted: Sequence[bool]) -> list[tuple[JaxprEqn, list[bool]]]:
    """Return the operations that lead to the `wanted` results or have effects, and which of their outputs are read."""
    read = {one for one, there in zip(jaxpr.outvars, wanted, strict=True) if there and not isinstance(one, Literal)}
    found = []
    for eqn in reversed(jaxpr.eqns):
        outputs = [one in read for one in eqn.outvars]
        if any(outputs) or eqn.effects:
            found.append((eqn, outputs))
            read.update(one for one in eqn.invars if not isinstance(one, Literal))
    return found[::-1]


def differentiable(array: Any) -> bool:
    """Return whether an array, or the description of one, is of floating-point numbers, real or complex."""
    return bool(jnp.issubdtype(array.dtype, jnp.inexact))


def computed(eqn: JaxprEqn, trips: int | None = None) -> Callable[..., list[Any]]:
    """Return the operation as a function of its inputs that can be differentiated backwards.

    A `while` loop is run as a loop of `trips` rounds where they are given.
    """
    if eqn.primitive.name == "while" and trips is not None:
        return lambda *inputs: counted(eqn, inputs, trips)
    return lambda *inputs: bound(eqn, inputs)


def pulled(
    function: Callable[..., list[Any]], inputs: Sequence[Any], wanted: Sequence[int], gradients: Sequence[Any]
) -> list[Any]:
    """Return what the gradients of a function's outputs give to its inputs number `wanted`.

    An output without a gradient has None.
    """

    def of_wanted(*some: Any) -> list[Any]:
        given = list(inputs)
        for place, one in zip(wanted, some, strict=True):
            given[place] = one
        made = function(*given)
        return [one for one, gradient in zip(made, gradients, strict=True) if gradient is not None]

    _, pull = jax.vjp(of_wanted, *(inputs[place] for place in wanted))
    return list(pull([one for one in gradients if one is not None]))


def rounds(eqn: JaxprEqn, inputs: Sequence[Any]) -> jax.Array:
    """Return how many rounds a `while` loop makes."""
    condition, body, start = _loop(eqn, inputs)

    def again(state: tuple[Any, ...]) -> tuple[Any, ...]:
        return state[0] + 1, body(state[1])

    return lax.while_loop(lambda state: condition(state[1]), again, (jnp.zeros((), jnp.int32), start))[0]


def counted(eqn: JaxprEqn, inputs: Sequence[Any], trips: int) -> list[Any]:
    """Return the outputs of a `while` loop that makes `trips` rounds, as a loop that can be differentiated."""
    _, body, start = _loop(eqn, inputs)
    return list(lax.scan(lambda state, _: (body(state), None), start, None, length=trips)[0])


def _loop(eqn: JaxprEqn, inputs: Sequence[Any]) -> tuple[Any, Any, list[Any]]:
    first, second = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
    before, within, start = inputs[:first], inputs[first : first + second], list(inputs[first + second :])
    condition, body = map(jaxpr_as_fun, (eqn.params["cond_jaxpr"], eqn.params["body_jaxpr"]))
    return (lambda state: condition(*before, *state)[0]), (lambda state: list(body(*within, *state))), start
