"""A graph written out: loops round by round, and of every conditional the branch that was taken.

It computes the same loss from the same numbers by the same operations, so that the chain rule can be followed through
what was one node before.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from piste.core.errors import SettingError
from piste.lens.graph.names import function_of, label_of, scope_of
from piste.lens.graph.sweep import value_of
from piste.lens.graph.trace import Traced, traced_jaxpr
from piste.nn.operations import INLINED, LOOPS, bound, called, leading, rounds

MOST = 3000  # operations of a graph that is written out
WRITTEN_OUT = LOOPS | {"cond"}


class TooLongError(SettingError):
    """The graph has more operations than can be followed."""


class _UndecidedError(Exception):
    """A trace does not know which way it goes: that takes numbers."""


def unrolled(traced: Traced, leaves: Sequence[Any]) -> Traced:
    """Return the graph with its loops and conditionals written out as they go for `leaves`.

    Raises `TooLongError` where that makes more than 3000 operations.
    """
    try:
        closed = _trace(traced, leaves, _Choices(known=True))
    except _UndecidedError:
        choices = _Choices()
        _written(traced, leaves, choices)  # with numbers, operation by operation
        closed = _trace(traced, leaves, _Choices(choices.made, known=True))
    nodes = [traced.nodes[one] for one in traced.leaves]
    return traced_jaxpr(closed, [one.name for one in nodes], [one.kind for one in nodes])


class _Choices:
    """Which branches were taken and how many rounds were made, in the order in which that was asked."""

    def __init__(self, made: Sequence[int] = (), known: bool = False) -> None:
        self.made, self._known = list(made), known
        self._asked = self._operations = 0

    def number(self, value: Callable[[], Any]) -> int:
        if not self._known:
            self.made.append(int(value()))
        self._asked += 1
        if self._asked > len(self.made):
            raise _UndecidedError
        return self.made[self._asked - 1]

    def count(self) -> None:
        self._operations += 1
        if self._operations > MOST:
            raise TooLongError(
                f"Written out, this graph has more than {MOST} operations: open one round with inside(node, round)."
            )


def _trace(traced: Traced, leaves: Sequence[Any], choices: _Choices) -> ClosedJaxpr:
    return jax.make_jaxpr(lambda *given: _written(traced, given, choices))(*leaves)


def _written(traced: Traced, leaves: Sequence[Any], choices: _Choices) -> list[Any]:
    values: dict[int, Any] = dict(zip(traced.leaves, leaves, strict=True)) | dict(traced.constants)
    for step in traced.steps:
        inputs = [value_of(one, values) for one in step.inputs]
        with _within(traced.groups[step.group].path.split("/")):
            name = traced.nodes[step.outputs[0]].name.rpartition("/")[2]
            values.update(zip(step.outputs, _outputs(step.eqn, inputs, choices, name), strict=True))
    return [value_of(one, values) for one in traced.results]


def _outputs(eqn: JaxprEqn, inputs: Sequence[Any], choices: _Choices, name: str) -> list[Any]:
    kind, parameters = eqn.primitive.name, eqn.params
    if kind == "scan":
        return _scan(eqn, inputs, choices, name)
    if kind == "while":
        first = parameters["cond_nconsts"]
        second = first + parameters["body_nconsts"]
        state = list(map(jnp.asarray, inputs[second:]))
        for round_ in range(choices.number(lambda: rounds(eqn, inputs))):
            with _within([name, f"round {round_}"]):
                state = _run(parameters["body_jaxpr"], [*inputs[first:second], *state], choices)
        return state
    if kind == "cond":
        branches = parameters["branches"]
        taken = choices.number(lambda: min(max(int(inputs[0]), 0), len(branches) - 1))
        with _within([name, f"branch {taken + 1}"]):
            return _run(branches[taken], inputs[1:], choices)
    inner = called(eqn) if kind in INLINED else None
    if inner is not None:
        with _within([function_of(inner)]):
            return _run(inner, inputs, choices)
    choices.count()
    return bound(eqn, inputs)


def _scan(eqn: JaxprEqn, inputs: Sequence[Any], choices: _Choices, name: str) -> list[Any]:
    first, parts = eqn.params["num_consts"], eqn.params["num_carry"]
    length, backwards = eqn.params["length"], eqn.params["reverse"]
    state = list(map(jnp.asarray, inputs[first : first + parts]))
    rows: list[list[Any]] = [[]] * length
    for round_ in range(length):
        place = length - 1 - round_ if backwards else round_
        slices = [lax.index_in_dim(one, place, keepdims=False) for one in inputs[first + parts :]]
        with _within([name, f"round {round_}"]):
            made = _run(eqn.params["jaxpr"], [*inputs[:first], *state, *slices], choices)
        state, rows[place] = made[:parts], made[parts:]
    if not length:
        empty: list[Any] = [one.aval for one in eqn.outvars[parts:]]
        return [*state, *(jnp.zeros(one.shape, one.dtype) for one in empty)]
    return [*state, *(jnp.stack(one) for one in zip(*rows, strict=True))]


def _run(closed: ClosedJaxpr, given: Sequence[Any], choices: _Choices) -> list[Any]:
    jaxpr: Jaxpr = closed.jaxpr
    known: dict[Any, Any] = dict(zip((*jaxpr.constvars, *jaxpr.invars), [*closed.consts, *given], strict=True))

    def value(atom: Any) -> Any:
        return atom.val if isinstance(atom, Literal) else known[atom]

    taken: dict[str, int] = {}
    for eqn, _ in leading(jaxpr, [True] * len(jaxpr.outvars)):
        name = label_of(eqn)
        taken[name] = taken.get(name, 0) + 1
        name += f":{taken[name]}" if taken[name] > 1 else ""
        with _within(scope_of(eqn)):
            known.update(zip(eqn.outvars, _outputs(eqn, list(map(value, eqn.invars)), choices, name), strict=True))
    return [value(atom) for atom in jaxpr.outvars]


@contextlib.contextmanager
def _within(scopes: Sequence[str]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for one in scopes:
            if one:
                stack.enter_context(jax.named_scope(one))
        yield


def folded(traced: Traced, number: int) -> tuple[str, ...]:
    """Return the loops and conditionals through which a gradient comes back to a node."""
    reached, found = {number}, []
    for step in traced.steps:
        if reached.intersection(one for one in step.inputs if isinstance(one, int)):
            outputs = traced.active.intersection(step.outputs)
            reached |= outputs
            if outputs and step.eqn.primitive.name in WRITTEN_OUT:
                found.append(traced.nodes[step.outputs[0]].name)
    return tuple(found)
