"""Where the first value that is not finite comes from: the step is computed once more, each node looked at.

A node is the origin where its inputs are finite and its output is not, and where that reaches the loss or a gradient:
minus infinity that a mask puts before a softmax reaches neither.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.augment.compose import augmented
from piste.train.compiler import jitted
from piste.train.nodes import Graph, Node, evaluated, graph, traced
from piste.train.plan import Plan, Split
from piste.train.precision import kept
from piste.train.step import slopes

WORDS = {
    "log": "the logarithm", "div": "a quotient", "sqrt": "a square root", "rsqrt": "an inverse square root",
    "exp": "the exponential", "pow": "a power", "integer_pow": "a power", "dot_general": "the weighted sums",
    "conv_general_dilated": "the convolution", "mul": "a product", "sub": "a difference", "add": "a sum",
    "reduce_sum": "a sum", "logistic": "the sigmoid", "square": "a square", "scan": "the recurrence",
}  # fmt: skip


def origin_of_step(plan: Plan, parameters: Any, state: Any, batch: Split, key: jax.Array) -> str:
    """Return where the first value of a step comes from that is not finite, "" where all are."""

    def compute(parameters: Any, batch: Split, state: Any, key: jax.Array) -> Any:
        batch = kept(plan.precision, batch)
        inputs, targets = augmented(plan.augment, key, batch.inputs, batch.targets)
        loss, _, gradients = slopes(plan, parameters, state, Split(inputs, targets, batch.weight), key)
        return loss, gradients

    return origin(compute, parameters, batch, state, key)


def origin(function: Callable[..., Any], parameters: Any, examples: Any, *more: Any) -> str:
    """Return where the first value of `function(parameters, examples, *more)` comes from that is not finite.

    "" where all are finite; "the examples" and "the parameter 02_dense/weight" where what is given is not.
    """
    given = _of_arguments(parameters, examples)
    if given:
        return given
    trace = traced(function, parameters, examples, *more)
    arguments = jax.tree.leaves((parameters, examples, *more))
    flags, ends = jitted(partial(_flags, trace))(*arguments)
    return _first(graph(trace), [bool(flag) for flag in flags], [bool(flag) for flag in ends])


def _of_arguments(parameters: Any, examples: Any) -> str:
    for path, leaf in jax.tree_util.tree_leaves_with_path(parameters):
        if not _finite(leaf):
            return f"the parameter {jax.tree_util.keystr(path, simple=True, separator='/')}"
    return "" if all(_finite(leaf) for leaf in jax.tree.leaves(examples)) else "the examples"


def _finite(leaf: Any) -> bool:
    if jnp.issubdtype(getattr(leaf, "dtype", np.dtype(float)), jnp.floating):
        return bool(np.all(np.isfinite(np.asarray(leaf, np.float64))))
    return True


def _flags(trace: Any, *arguments: Any) -> tuple[list[jax.Array], list[jax.Array]]:
    """Return for each node, and each result, whether it has a value that is not finite."""
    flags: list[jax.Array] = []
    results = evaluated(trace, arguments, lambda number, values: flags.append(_broken(values)))
    return flags, [_broken([one]) for one in results]


def _broken(values: Sequence[Any]) -> jax.Array:
    floating = [one for one in map(jnp.asarray, values) if jnp.issubdtype(one.dtype, jnp.floating)]
    return jnp.any(jnp.stack([~jnp.all(jnp.isfinite(one)) for one in floating])) if floating else jnp.zeros((), bool)


def _first(found: Graph, flags: list[bool], ends: list[bool]) -> str:
    makers = {value: number for number, node in enumerate(found.nodes) for value in node.outputs}
    waiting = [
        makers[one]
        for one, bad in zip(found.results, ends, strict=True)
        if bad and isinstance(one, int) and one in makers
    ]
    reached: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number not in reached and flags[number]:
            reached.add(number)
            waiting.extend(makers[one] for one in found.nodes[number].inputs if isinstance(one, int) and one in makers)
    if not reached:
        return ""
    return _described(found.nodes[min(reached)], backward=not ends[0])


def _described(node: Node, backward: bool) -> str:
    place = node.path or "the loss"
    what = WORDS.get(node.primitive, node.primitive.replace("_", " "))
    return f"{place}: {what}" + (", on the way back" if backward else "")
