"""A lens on any function of weights and data."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.lens.graph.keeping import keeping
from piste.lens.graph.names import argument_names, leaf_names
from piste.lens.graph.trace import Traced, traced
from piste.lens.graph.width import widened, width
from piste.lens.lens import Lens

GIVEN, WIDE = "as given", "float64"


def look(
    function: Callable[..., Any],
    parameters: Any,
    *data: Any,
    keep: str | Iterable[str] = "all",
    title: str = "",
    precision: str = GIVEN,
) -> Lens:
    """Return the lens on `function(parameters, *data)`, which must give one number.

    Parameters
    ----------
    function
        Any function that JAX can trace, in any library.
    parameters
        Numbers and arrays in any nesting: the weights.
    data
        What the function takes besides: a batch, coefficients, running statistics, random keys.
    keep
        "all" values and gradients; "update", what the update of the weights needs and no more; or names of nodes and
        layers, and patterns of them. What is dropped is computed again when it is asked for.
    title
        What the graph is called; the function's name by default.
    precision
        "as given", which is what a training computes with, or "float64": the same graph with its weights and data
        widened, for networks so deep that float32 leaves few digits of a gradient.

    Raises
    ------
    SettingError
        For a function that does not give one floating-point number, names that no node has, and another precision.
    """
    if precision not in (GIVEN, WIDE):
        raise SettingError(f"The precision of a lens is '{GIVEN}' or '{WIDE}'. Got '{precision}' instead.")
    wide, arguments = precision == WIDE, (parameters, *data)
    names = _names(parameters, data, argument_names(function, len(arguments)))
    title = title or getattr(function, "__name__", "loss")
    return _looked(function, widened(arguments) if wide else arguments, names, keep, title, wide)


def _names(parameters: Any, data: Sequence[Any], roots: Sequence[str]) -> list[str]:
    """Return a name for each leaf; where two would have the same, the arguments' names stand before them all."""
    bare = jax.tree_util.treedef_is_leaf(jax.tree.structure(parameters)) or isinstance(parameters, list | tuple)
    for first in (roots[0] if bare else "", roots[0]):
        names = leaf_names(parameters, first)
        for tree, root in zip(data, roots[1:], strict=True):
            names += leaf_names(tree, root)
        if len(set(names)) == len(names):
            return names
    return [f"{one}#{place}" for place, one in enumerate(names)]


def _looked(function: Any, arguments: Any, names: Any, keep: Any, title: str, wide: bool) -> Lens:
    with width(wide):
        leaves = tuple(jnp.asarray(one) for one in jax.tree.leaves(arguments))
        arrays = jax.tree.unflatten(jax.tree.structure(arguments), leaves)
        _check(function, arrays)
        weights = len(jax.tree.leaves(arguments[0]))
        graph = traced(function, arrays, names, weights)
        seeds = (jnp.ones((), graph_dtype(graph)),)

    def again() -> Lens:
        return _looked(function, widened(arguments), names, "all", title, True)

    return Lens(graph, leaves, seeds, keeping(graph, keep), title, lambda results: results[0], again, wide)


def graph_dtype(graph: Traced) -> Any:
    """Return the dtype of the graph's first result."""
    first = graph.results[0]
    return graph.nodes[first].dtype if isinstance(first, int) else jnp.asarray(first.val).dtype


def _check(function: Any, arguments: Any) -> None:
    output = jax.eval_shape(function, *arguments)
    if not isinstance(output, jax.ShapeDtypeStruct) or output.shape != ():
        what = f"an array of shape {output.shape}" if hasattr(output, "shape") else type(output).__name__
        raise SettingError(f"The lens looks at a function that returns one number. Got {what} instead: take its mean.")
    if not jnp.issubdtype(output.dtype, jnp.floating):
        raise SettingError(f"The lens needs a floating-point number to differentiate. Got {output.dtype} instead.")
