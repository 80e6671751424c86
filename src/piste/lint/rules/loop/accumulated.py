"""An update made of several batches is that of all their examples at once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.probes.streams import epoch
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import batches, gradients
from piste.lint.tree import floating

_CUTS = (8, 13)  # of 16 examples: 8, 5 and 3, as the last batch of an epoch is shorter
_EQUAL = (4, 8, 12)
_SIZE = 16
_ROUNDING = 1e-3
_NOISE = 30.0  # times the difference that the order of the examples makes
_ORDERS = (np.arange(_SIZE), np.arange(_SIZE)[::-1])

Arrays = NDArray[Any]


def check(bench: Bench) -> Iterator[Finding]:
    """Yield accumulation whose gradient is another one than that of the whole batch.

    Batches of unequal sizes are asked for, unless the stream has none: then a mean of means is right.
    """
    accumulate, net = bench.pipeline.accumulate, bench.probe(network)
    inputs, targets = _examples(bench)
    if accumulate is None or len(inputs) < _SIZE:
        raise NotRun(f"It takes {_SIZE} examples.")
    cuts = _CUTS if _unequal(bench) else _EQUAL
    pieces = list(zip(np.split(inputs, cuts), np.split(targets, cuts), strict=True))
    made = accumulate(net.parameters, pieces)
    slope = bench.probe(gradients)
    whole, turned = (floating(slope(net.parameters, net.state, inputs[order], targets[order])[1]) for order in _ORDERS)
    found = floating(made[-1] if isinstance(made, tuple) and len(made) == 2 else made)
    if set(found) != set(whole):
        raise NotRun("accumulate= returns another tree than that of the parameters.")
    one, other, again = (
        np.concatenate([tree[p].astype(np.float64).ravel() for p in sorted(tree)]) for tree in (found, whole, turned)
    )
    size = max(float(np.linalg.norm(other)), 1e-30)
    apart = float(np.linalg.norm(one - other)) / size
    # Where sums cancel, the same examples in another order give another gradient too.
    if apart < max(_ROUNDING, _NOISE * float(np.linalg.norm(again - other)) / size):
        return
    times = float(one @ other) / size**2
    scaled = float(np.linalg.norm(one - times * other)) / size < _ROUNDING
    yield RULE.finding(
        Severity.ERROR,
        f"The accumulated gradient is {times:.3g} times that of the examples at once"
        if scaled
        else "The accumulated gradient is not that of the examples at once",
        evidence=[
            Evidence("difference, as a share of the gradient's length", f"{apart:.2g}", "0"),
            Evidence("length, of the gradient of all at once", f"{np.linalg.norm(one) / size:.3g} times", "1 time"),
        ],
        cause="Gradients are added up and not divided by the number of batches: the rate in effect is larger."
        if scaled
        else "The mean of the batches' means is taken, though they have unequal numbers of examples or real steps.",
        fix="Add up sums of losses, and divide once by the number of examples (or of real steps) in all of them",
        remedy="usual-optimiser",
        key="loop.accumulation",
    )


def _unequal(bench: Bench) -> bool:
    """Return whether batches of other sizes may come: the stream, if there is one, says so."""
    if bench.pipeline.stream is None:
        return True
    return len({shape[0] for shape in bench.probe(epoch, 0).shapes}) > 1


def _examples(bench: Bench) -> tuple[Arrays, Arrays]:
    drawn = bench.probe(batches, 2)
    inputs, targets = (np.concatenate([pair[side] for pair in drawn])[:_SIZE] for side in (0, 1))
    label = bench.pipeline.declared.ignore_label
    if label is not None and targets.ndim > 1 and np.issubdtype(targets.dtype, np.integer):
        targets = targets.copy()
        targets[: _CUTS[0], targets.shape[1] // 2 :] = label  # unequal numbers of real steps
    return inputs, targets


RULE = Rule(
    "T106", "accumulated", "Several batches together give the gradient of all", Group.LOOP,
    ("accumulate", "network", "loss", "targets"), check, explained_by=("L103", "L106", "M101", "M104", "L101", "L102"),
)  # fmt: skip
