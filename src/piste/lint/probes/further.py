"""A twin that goes on where the training ended: what would more steps have gained?"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.bench import Bench
from piste.lint.probes.classes import of_one_class
from piste.lint.probes.comparing import Gap, above
from piste.lint.probes.kept import kept_losses
from piste.lint.rule import NotRun
from piste.lint.training import training

_FEWEST, _MOST = 128, 320  # steps


@dataclass(frozen=True)
class Further:
    """Mean losses on validation at the start, where the training ended, and `steps` steps later.

    `gap` says by how much the second is above the third, paired by example.
    """

    start: float
    ended: float
    later: float
    steps: int
    gap: Gap


def further(bench: Bench) -> Further:
    """Probe: the pipeline's own step from its trained state, on the stream's next epochs, for about as long as it was.

    For 128 steps at least, and 320 at most.
    """
    pipeline, own = bench.pipeline, bench.probe(training)
    stream, planned = pipeline.stream, pipeline.steps
    if stream is None or not planned or not own.own or not _of_arrays(pipeline.trained):
        raise NotRun("To run it, give step=, stream=, steps= and trained=, the state after the training.")
    if bench.probe(of_one_class, "validation"):
        raise NotRun("Nearly all examples of validation are of one class.")
    before, state = bench.probe(kept_losses), jax.tree.map(_copied, pipeline.trained)
    steps, made, epoch = min(_MOST, max(_FEWEST, planned)), 0, 0
    batch = next(iter(stream(0)), None)
    if batch is None:
        raise NotRun("The stream is empty.")
    past = max(1, round(planned * len(batch[0]) / len(pipeline.train)))
    while made < steps:
        for inputs, targets in stream(past + epoch):
            bench.hurry()
            state = own.step(state, inputs, targets)
            made += 1
            if made == steps:
                break
        epoch += 1
    first, after = (_losses(bench, one) for one in (own.start(pipeline.seed), state))
    return Further(float(first.mean()), float(before.mean()), float(after.mean()), made, above(before, after, 1))


def _losses(bench: Bench, state: Any) -> NDArray[np.float64]:
    other = dataclasses.replace(bench.pipeline, trained=state, outputs=None, evaluation=None)
    return Bench(other, bench.deadline).probe(kept_losses)


def _of_arrays(state: Any) -> bool:
    kept = jax.tree.leaves(state)
    return bool(kept) and all(hasattr(leaf, "dtype") or isinstance(leaf, int | float) for leaf in kept)


def _copied(leaf: Any) -> Any:
    """Return a leaf in memory of its own, since a step may give its arguments' memory away."""
    return jnp.array(leaf, copy=True) if hasattr(leaf, "dtype") else leaf
