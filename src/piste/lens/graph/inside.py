"""What is inside one operation of a graph: a function with a derivative of its own, a branch, one round of a loop.

It is a graph like the one around it. Its results have the gradients that reach them there, and lead to the same loss.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr

from piste.core.errors import SettingError
from piste.core.graphs import NodeKind
from piste.lens.graph.loops import Loop, loop_of, turned
from piste.lens.graph.sweep import quickly
from piste.lens.graph.trace import Node, Step, Traced, traced_jaxpr
from piste.nn.operations import LOOPS, OWN_RULE, called, differentiable, rounds

Rest = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, eq=False)
class Inside:
    """A graph within an operation, with what goes into it and what its results lead to."""

    traced: Traced
    leaves: tuple[Any, ...]
    seeds: tuple[Any, ...]
    rest: Rest
    title: str


def inside_of(
    traced: Traced, node: Node, inputs: Sequence[Any], gradients: Sequence[Any], after: Rest, iteration: int | None
) -> Inside:
    """Return what is inside the operation that computes `node`.

    `gradients` are those of its outputs, and `after(outputs)` the loss that outputs lead to. `iteration` chooses the
    round of a loop; negative numbers count from the last. Raises `SettingError` where there is nothing to open, and for
    a round that there is not.
    """
    step = traced.steps[node.step] if node.step is not None else None
    kind = step.eqn.primitive.name if step else ""
    if step is None or kind not in OWN_RULE | LOOPS | {"cond"}:
        raise SettingError(f"There is nothing inside {node.name}: it is one operation ({node.operation or node.kind}).")
    if kind in LOOPS:
        return _round(traced, step, node, inputs, gradients, after, iteration)
    if iteration is not None:
        raise SettingError(f"{node.name} is no loop: leave the iteration out.")
    if kind == "cond":
        branches = step.eqn.params["branches"]
        taken = min(max(int(inputs[0]), 0), len(branches) - 1)
        title = f"{node.name}: branch {taken + 1} of {len(branches)}"
        return _opened(traced, branches[taken], step.inputs[1:], inputs[1:], gradients, after, title)
    inner = called(step.eqn)
    assert inner is not None
    return _opened(traced, inner, step.inputs, inputs, gradients, after, node.name)


def _opened(
    traced: Traced,
    inner: ClosedJaxpr,
    atoms: Sequence[Any],
    inputs: Sequence[Any],
    gradients: Sequence[Any],
    after: Rest,
    title: str,
) -> Inside:
    names = _unique([traced.nodes[one].name if isinstance(one, int) else "constant" for one in atoms])
    graph = traced_jaxpr(inner, names, _kinds(traced, atoms))
    return Inside(graph, tuple(map(jnp.asarray, inputs)), tuple(gradients), after, title)


def _round(
    traced: Traced,
    step: Step,
    node: Node,
    inputs: Sequence[Any],
    gradients: Sequence[Any],
    after: Rest,
    iteration: int | None,
) -> Inside:
    loop = loop_of(step.eqn, inputs, lambda: int(rounds(step.eqn, inputs)))
    chosen = 0 if iteration is None else iteration
    if not -loop.length <= chosen < loop.length:
        raise SettingError(f"{node.name} makes {loop.length} rounds, 0 to {loop.length - 1}. Got {iteration}.")
    chosen %= loop.length
    parts = len(loop.start)
    entering = jax.jit(loop.entering, compiler_options=quickly())()
    arriving = [*gradients[:parts], *turned(loop, gradients[parts:])]
    reaching = jax.jit(lambda: loop.reaching(entering, arriving), compiler_options=quickly())()
    outer = [one for one in step.inputs if isinstance(one, int)]
    constants = step.inputs[_before(step) : _before(step) + len(loop.constants)]
    names = _unique(
        [
            *(traced.nodes[one].name if isinstance(one, int) else "constant" for one in constants),
            *(["carry"] * parts),
            *(["slice"] * len(loop.slices)),
        ]
    )
    kinds = [*_kinds(traced, constants), *([NodeKind.INPUT] * (parts + len(loop.slices)))]
    graph = traced_jaxpr(loop.body, names, kinds)
    leaves = (*loop.constants, *(one[chosen] for one in entering), *(one[chosen] for one in loop.slices))
    live = bool(traced.active.intersection(outer)) and any(one is not None for one in gradients)
    carried = [one[chosen] if one is not None and live else None for one in reaching]
    seeds = (*carried, *(one[chosen] if one is not None else None for one in arriving[parts:]))
    rest = _resting(loop, chosen, entering, after)
    title = f"{node.name}: round {chosen} of {loop.length}"
    return Inside(graph, tuple(map(jnp.asarray, leaves)), seeds, rest, title)


def _resting(loop: Loop, chosen: int, entering: Sequence[Any], after: Rest) -> Rest:
    def rest(results: Sequence[Any]) -> Any:
        parts = len(loop.start)
        last, later = loop.from_round(chosen + 1, list(results[:parts]))
        before = _outputs_before(loop, chosen, entering)
        outputs = [
            jnp.concatenate([first, now[None], then])
            for first, now, then in zip(before, results[parts:], later, strict=True)
        ]
        return after([*last, *turned(loop, outputs)])

    return rest


def _outputs_before(loop: Loop, chosen: int, entering: Sequence[Any]) -> list[Any]:
    def one(carry: None, given: Any) -> tuple[None, list[Any]]:
        return None, loop.round(*given)[1]

    earlier = ([part[:chosen] for part in entering], [part[:chosen] for part in loop.slices])
    return list(jax.lax.scan(one, None, earlier, length=chosen)[1])


def _before(step: Step) -> int:
    return int(step.eqn.params["cond_nconsts"]) if step.eqn.primitive.name == "while" else 0


def _kinds(traced: Traced, atoms: Sequence[Any]) -> list[NodeKind]:
    return [
        NodeKind.WEIGHT
        if isinstance(one, int) and traced.nodes[one].kind is NodeKind.WEIGHT and differentiable(traced.nodes[one])
        else NodeKind.INPUT
        for one in atoms
    ]


def _unique(names: Sequence[str]) -> list[str]:
    taken: dict[str, int] = {}
    unique = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        unique.append(name if taken[name] == 1 else f"{name}:{taken[name]}")
    return unique
