"""Probes of the optimiser by itself: what it makes of gradients that are chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import compiled, network
from piste.lint.rule import NotRun
from piste.lint.training import batches, gradients
from piste.lint.tree import floating

BATCHES = 8
LAG = 8
_SMALL = 1e-6  # of a gradient, so that no clipping is at work
_CHANGE = 1e-2  # of a gradient, small against second moments
_LATER = (0, 10, 100, 1000, 10_000)  # steps at which decay is looked for, since a warm-up begins at 0

Arrays = dict[str, NDArray[Any]]


def updating(bench: Bench) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """Probe: `(gradient, memory, parameters)` to (update, memory) of the optimiser, compiled."""
    optimiser = bench.pipeline.optimiser
    if not hasattr(optimiser, "update") or not bench.probe(network).traceable:
        raise NotRun("The optimiser is no Optax transformation of JAX arrays.")
    return compiled(optimiser.update)


def beginning(bench: Bench) -> Callable[[Any], Any]:
    """Probe: `parameters` to the memory before the first step, compiled."""
    return compiled(bench.pipeline.optimiser.init)


@dataclass(frozen=True)
class Cut:
    """What becomes of true gradients. Lengths are 2-norms over all parameters.

    `kept` is the share of each gradient's length that is left, against a gradient too small to be cut, where the
    first update grows with the gradient (1.0 throughout where it does not, Adam's); `alike` says that updates in a row
    are of one length though their parts' lengths change; `length` is the median length of an update.
    """

    kept: tuple[float, ...]
    alike: bool
    length: float
    size: float  # of the parameters


def cut(bench: Bench) -> Cut:
    """Probe: the optimiser on the gradients of eight batches, each for itself and in a row."""
    update, net, slope = bench.probe(updating), bench.probe(network), bench.probe(gradients)
    begin = bench.probe(beginning)(net.parameters)
    slopes = [slope(net.parameters, net.state, *batch)[1] for batch in bench.probe(batches, BATCHES)]
    small = [_length(update(_scaled(one, _SMALL), begin, net.parameters)[0]) / _SMALL for one in slopes]
    alone = [_length(update(one, begin, net.parameters)[0]) for one in slopes]
    linear = _linear(bench, slopes[0])
    kept = tuple(one / max(free, 1e-300) if linear else 1.0 for one, free in zip(alone, small, strict=True))
    row, memory = [], begin
    for one in slopes:
        changes, memory = update(one, memory, net.parameters)
        row.append([float(np.linalg.norm(leaf.astype(np.float64))) for leaf in floating(changes).values()])
    parts = np.array(row)
    # A gradient that is cut before anything else may be cut at the start alone, where gradients are long.
    return Cut(
        kept, not linear and _alike(parts), float(np.median(np.linalg.norm(parts, axis=1))), _length(net.parameters)
    )


def _linear(bench: Bench, slope: Any) -> bool:
    """Return whether the first update by a tiny gradient is twice as long where the gradient is."""
    update, net = bench.probe(updating), bench.probe(network)
    begin = bench.probe(beginning)(net.parameters)
    once, twice = (_length(update(_scaled(slope, by * _SMALL), begin, net.parameters)[0]) for by in (1.0, 2.0))
    return abs(twice - 2 * once) < 0.01 * twice


def _alike(parts: NDArray[np.float64]) -> bool:
    whole = np.linalg.norm(parts, axis=1)
    if parts.shape[1] < 2 or not whole.min() > 0:
        return False
    moving = parts / whole[:, None]
    return bool(np.ptp(whole) < 1e-5 * whole.max() and np.max(np.ptp(moving, axis=0)) > 1e-3)


@dataclass(frozen=True)
class Decay:
    """Of each leaf, the share that one step takes away where the loss asks for nothing, at its largest.

    `scaled` names leaves whose pull is not along the weights: it went through the optimiser's own scaling.
    """

    shares: dict[str, float]
    scaled: tuple[str, ...]
    flat: frozenset[str]  # leaves of one axis or none: biases and scales


def decay(bench: Bench) -> Decay:
    """Probe: the optimiser on a gradient of zero, at weights drawn at random, at the start and later."""
    update, net = bench.probe(updating), bench.probe(network)
    weights = _drawn(bench, net.parameters, "decay")
    begin, none = bench.probe(beginning)(weights), _scaled(weights, 0.0)
    known = floating(weights)
    shares, scaled = dict.fromkeys(known, 0.0), set()
    for step in _LATER:
        pulls = floating(update(none, at_step(begin, step), weights)[0])
        for path, pull in pulls.items():
            share, rest = _along(pull, known[path])
            if rest > 0.05 and pull.size > 1:
                scaled.add(path)
            elif share > shares[path]:
                shares[path] = share
    flat = frozenset(path for path, leaf in known.items() if leaf.ndim < 2)
    return Decay(shares, tuple(path for path in known if path in scaled), flat)


def _along(pull: NDArray[Any], weights: NDArray[Any]) -> tuple[float, float]:
    """Return the share s of -s w nearest to the pull, and which part of the pull's length it leaves."""
    one, other = pull.astype(np.float64).ravel(), weights.astype(np.float64).ravel()
    length = float(np.linalg.norm(one))
    share = -float(one @ other) / max(float(other @ other), 1e-300)
    return share, float(np.linalg.norm(one + share * other)) / length if length > 0 else 0.0


def memory(bench: Bench) -> float:
    """Probe: the share of a gradient that is still in the update one step later, again and again: the momentum.

    Everywhere else the gradient is one and the same; at the two steps that are compared it is 0, so that second
    moments do not feel the small change (their part grows with gradient times change).
    """
    update, net = bench.probe(updating), bench.probe(network)
    steady, change = (_drawn(bench, net.parameters, name, signs=True) for name in ("steady", "change"))
    change, quiet = _scaled(change, _CHANGE), _scaled(steady, 0.0)
    steps = LAG + 4
    base = [quiet if at in (steps - 1 - LAG, steps - 2) else steady for at in range(steps)]
    last = floating(_last(bench, update, base))
    sizes = []
    for lag in (1, LAG):
        other = [change if at == steps - 1 - lag else one for at, one in enumerate(base)]
        moved = floating(_last(bench, update, other))
        sizes.append(np.sqrt(sum(float(np.sum(np.square(moved[p] - last[p], dtype=np.float64))) for p in last)))
    smallest = 1e-6 * np.sqrt(sum(float(np.sum(np.square(leaf, dtype=np.float64))) for leaf in last.values()))
    return float((sizes[1] / sizes[0]) ** (1.0 / (LAG - 1))) if sizes[0] > smallest else 0.0


def _last(bench: Bench, update: Callable[..., tuple[Any, Any]], row: Sequence[Any]) -> Any:
    parameters = bench.probe(network).parameters
    kept, changes = bench.probe(beginning)(parameters), None
    for one in row:
        changes, kept = update(one, kept, parameters)
    return changes


def at_step(tree: Any, step: int) -> Any:
    """Return a state with every count in it moved on by `step`."""
    return jax.tree.map(lambda leaf: leaf + step if is_count(leaf) else leaf, tree)


def is_count(leaf: Any) -> bool:
    """Return whether a leaf of a state may count steps: a whole number by itself, with a sign."""
    if isinstance(leaf, int):
        return not isinstance(leaf, bool)
    return getattr(leaf, "ndim", 1) == 0 and jnp.issubdtype(leaf.dtype, jnp.signedinteger)


def _drawn(bench: Bench, tree: Any, name: str, *, signs: bool = False) -> Any:
    values, structure = jax.tree.flatten(tree)
    generator = bench.generator("responses", name)

    def one(leaf: Any) -> Any:
        array = as_numpy(leaf)
        if not np.issubdtype(array.dtype, np.floating):
            return leaf
        drawn = generator.normal(size=array.shape)
        return (np.sign(drawn) if signs else drawn).astype(leaf.dtype)

    return jax.tree.unflatten(structure, [one(leaf) for leaf in values])


def _scaled(tree: Any, by: float) -> Any:
    # In NumPy, which compiles nothing.
    return jax.tree.map(lambda leaf: np.asarray(leaf) * np.asarray(by, leaf.dtype), tree)


def _length(tree: Any) -> float:
    return float(np.sqrt(sum(float(np.sum(np.square(leaf, dtype=np.float64))) for leaf in floating(tree).values())))
