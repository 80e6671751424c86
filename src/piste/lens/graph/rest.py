"""The loss with a value taken for another: what lies behind it is computed again, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from piste.lens.graph.sweep import value_of
from piste.lens.graph.trace import Step, Traced
from piste.nn.operations import bound


def behind(traced: Traced, changed: Sequence[int]) -> tuple[list[Step], list[int]]:
    """Return the operations that depend on the changed nodes, and the other nodes that these read."""
    depends, fixed = set(changed), set(changed)
    steps: list[Step] = []
    border: dict[int, None] = {}
    for step in traced.steps:
        read = [one for one in step.inputs if isinstance(one, int)]
        if depends.intersection(read) and not fixed.issuperset(step.outputs):
            steps.append(step)
            depends.update(step.outputs)
            border |= dict.fromkeys(one for one in read if one not in depends)
    border |= {one: None for one in traced.results if isinstance(one, int) and one not in depends}
    return steps, list(border)


def results_with(
    traced: Traced, changed: Sequence[int], rest: Callable[[Sequence[Any]], Any]
) -> tuple[list[int], Callable[[Sequence[Any], Sequence[Any]], Any]]:
    """Return which nodes must be known, and the loss as a function of the changed values and of those.

    `rest` gives the loss for the graph's results.
    """
    steps, border = behind(traced, changed)

    def loss(new: Sequence[Any], known: Sequence[Any]) -> Any:
        held = dict(zip(changed, new, strict=True))
        values: Mapping[int, Any] = {**dict(zip(border, known, strict=True)), **held}
        for step in steps:
            made = bound(step.eqn, [value_of(one, values) for one in step.inputs])
            values = {**values, **dict(zip(step.outputs, made, strict=True)), **held}
        return rest([value_of(one, values) for one in traced.results])

    return border, loss


def stops(traced: Traced, number: int) -> bool:
    """Return whether a gradient is stopped somewhere behind a node."""
    return any(step.eqn.primitive.name == "stop_gradient" for step in behind(traced, [number])[0])
