"""The looks of a training, from what its program showed of each round."""

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.records import EpochRecord
from piste.core.watched import Look, WatchedRecord, thinned
from piste.train.checkpoint import Position
from piste.train.examples import chunk_of
from piste.train.origin import origin_of_step
from piste.train.plan import Carry, Plan, Split, handed
from piste.train.precision import master
from piste.train.progress import on_host
from piste.train.seen import Seen, eye_of, leaf_paths
from piste.train.settings import Precision
from piste.train.timeline import Timeline, named_key

Norms = tuple[float, ...]


def in_view(carry: Carry, validation: Split, precision: Precision) -> Carry:
    """Return the carry of a training whose rounds are to be looked at."""
    kind = master(precision)
    losses = np.full(len(validation.targets), np.nan, kind)  # until there is a best round
    return carry._replace(highest=handed(kind(-np.inf)), best_losses=handed(losses))


def with_looks(position: Position, seen: Seen, fresh: list[EpochRecord], line: Timeline) -> tuple[Look, ...]:
    """Return the looks of `position` and of the rounds that `fresh` records tell of."""
    if not fresh:
        return position.looks
    columns = [_plain(np.asarray(column)[: len(fresh)]) for column in seen[1:]]
    looks = [*position.looks, *(_look(record, *one) for record, *one in zip(fresh, *columns, strict=True))]
    return thinned(looks, [-(-look.step // line.round) for look in looks])


def _plain(values: NDArray[Any]) -> Any:
    """Return the numbers with six significant digits, rows as tuples: short in JSON."""
    known = np.where(np.isfinite(values) & (values != 0), np.abs(values), 1).astype(np.float64)
    scale = 10.0 ** (5 - np.floor(np.log10(known)))
    plain = (np.round(values * scale) / scale).tolist()
    return [*map(tuple, plain)] if values.ndim > 1 else plain


def _look(
    record: EpochRecord, highest: float, rise: float, rise_error: float, weights: Norms, gradients: Norms,
    updates: Norms, silent: Norms, saturated: Norms,
) -> Look:  # fmt: skip
    loss = record.train_loss
    return Look(
        record.step, loss, highest, record.validation_loss, record.learning_rate, weights, gradients, updates, silent,
        saturated, int(not math.isfinite(loss)), 0, rise, rise_error,
    )  # fmt: skip


def watched_record(
    plan: Plan, validation: Split, examples: int, position: Position, line: Timeline, stopped: str, origin: str
) -> WatchedRecord:
    """Return the record of a training that is over; its validation split has `examples` rows that count."""
    leaves, layers = leaf_paths(plan.layout), eye_of(plan, chunk_of(validation), validation.inputs.dtype).layers
    return WatchedRecord(leaves, layers, position.looks, line.total, origin, examples, True, stopped)


def broken_step(
    plan: Plan, carry: Carry, seen: Seen, examples: Callable[[int], Split], line: Timeline, seed: int
) -> str:
    """Return what made the first value that is not finite, at the end of a training that stopped for it.

    The weights are still those before the last step. Where they are broken themselves, the gradient of an earlier step
    broke them: the best weights are asked with the batch of that step.
    """
    rounds = np.flatnonzero(np.asarray(seen.steps))
    if not len(rounds):
        return ""
    step = line.round_end(int(carry.rounds) - 1) + int(np.asarray(seen.steps)[rounds[-1]]) - 1
    live = on_host(plan.layout, carry.weights)
    broken = [path for path, leaf in zip(leaf_paths(plan.layout), jax.tree.leaves(live), strict=True) if _broken(leaf)]
    best, key = on_host(plan.layout, carry.best_weights), named_key(seed, "step")

    def ask(parameters: Any, state: Any, step: int) -> str:
        batch = jax.tree.map(lambda leaf: leaf[line.rows_of(step)], examples(step))
        return origin_of_step(plan, parameters, state, batch, jax.random.fold_in(key, step))

    if not broken:
        return ask(live, carry.state, step) or "the loss of the validation examples"
    asked = (ask(best, carry.best_state, number) for number in (step - 1, step) if number >= 0)
    # Going back, a gradient breaks all leaves from its origin on: the last one is nearest.
    return next(filter(None, asked), f"the gradient of {broken[-1]}")


def _broken(leaf: Any) -> bool:
    return not np.all(np.isfinite(leaf))
