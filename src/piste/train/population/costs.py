"""What another program costs, and what arithmetic that counts for nothing costs: whether to share a program."""

from functools import lru_cache, partial
from math import prod
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr

from piste.nn.layer import Context
from piste.train.plan import Plan
from piste.train.population.widths import Widths, widths_of, work_of_example

COMPILE_SECONDS = 2.0  # that another program costs, about
# Of a multiplication in the three products of a step, small ones, on two cores; on any number of them, because which
# members share a program, and with it the last bits of their numbers, must not depend on who trains them.
SECONDS = 3 / 5e10 / 2


def multiplications(plan: Plan, rooms: Widths | None = None) -> int:
    """Return the multiplications of one example's way through the network, in rooms where its widths are free."""
    own = rooms or widths_of(plan)
    return work_of_example(plan, own) if own else _counted(plan)


@lru_cache(maxsize=256)
def _counted(plan: Plan) -> int:
    """Return the multiplications in the products and convolutions that one example goes through."""
    shape, model = plan.input_shape, plan.model
    parameters = jax.eval_shape(partial(model.init, shape=shape), jax.random.key(0))
    state = jax.eval_shape(partial(model.init_state, shape))
    inputs = jax.ShapeDtypeStruct((1, *shape), "float32")  # type: ignore[no-untyped-call]
    return _in_trace(jax.make_jaxpr(partial(_outputs, model))(parameters, state, inputs).jaxpr)


def _outputs(model: Any, parameters: Any, state: Any, inputs: jax.Array) -> jax.Array:
    outputs: jax.Array = model.run(parameters, state, inputs, Context())[0]
    return outputs


def _in_trace(trace: Jaxpr) -> int:
    return sum(_of_operation(one) + _inside(one) for one in trace.eqns)


def _inside(operation: Any) -> int:
    found = [_in_trace(one) for value in operation.params.values() for one in _traces(value)]
    if operation.primitive.name == "cond":  # one of the branches is run
        return max(found)
    return sum(found) * (operation.params["length"] if operation.primitive.name == "scan" else 1)


def _of_operation(operation: Any) -> int:
    made, name = prod(operation.outvars[0].aval.shape) if operation.outvars else 0, operation.primitive.name
    if name == "dot_general":
        ((axes, _), _) = operation.params["dimension_numbers"]
        return made * prod(operation.invars[0].aval.shape[axis] for axis in axes)
    if name == "conv_general_dilated":
        kernel, units = operation.invars[1].aval.shape, operation.params["dimension_numbers"].rhs_spec[0]
        return made * prod(kernel) // kernel[units]
    return 0


def _traces(value: Any) -> list[Jaxpr]:
    if isinstance(value, ClosedJaxpr):
        return [value.jaxpr]
    if isinstance(value, Jaxpr):
        return [value]
    return [one for each in value for one in _traces(each)] if isinstance(value, tuple | list) else []
