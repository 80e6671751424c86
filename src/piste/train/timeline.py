"""Who is trained on when: the order of the examples, the rates and the random keys, cut into calls of the program.

Steps are counted through the whole training. An epoch is one pass over the examples; a round is the steps up to a
validation, by default an epoch, and may begin and end anywhere in one. How much one call does follows the clock, so
that the host hears from the device a few times a second; what is computed does not depend on it: every number here is
a function of the seed and the step.
"""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator, seed_of
from piste.train.buckets import bucket
from piste.train.plan import Stretch, handed

_ORDER_VALUES = 1 << 20  # row numbers handed over per call, at most
_GATHERED_BYTES = 1 << 26  # permuted examples held beside the data, at most
_SECONDS_PER_CALL = 0.25
_FIRST_STEPS = 8  # of a training, whose pace is not known yet


@dataclass(frozen=True)
class Effort:
    """How long and how fast to train, everything decided. `rates` has one learning rate per step of all epochs."""

    epochs: int
    batch_size: int
    rates: NDArray[np.floating]
    patience: int = 0  # validations; 0 never stops early
    minimal_gain: float = 0.0
    target: float | None = None  # stop once the watched metric, as it is shown, is this good
    seconds: float = 0.0  # stop at the first pause after this time; 0 never does
    average_from: int = 0  # rounds that a plain average of the weights leaves out
    validate_every: int = 0  # steps; 0 validates after each epoch
    patient_from: int = 0  # validations before which no waiting counts, where settings were changed after so many


def steps_per_epoch(examples: int, batch_size: int) -> int:
    """Return the steps of one epoch: whole batches only, at least one."""
    return max(examples // min(batch_size, examples), 1)


def named_key(seed: int, *names: str | int) -> jax.Array:
    """Return the random key that belongs to `names` under `seed`."""
    return jax.random.wrap_key_data(jax.device_put(key_words(seed, *names)))


def key_words(seed: int, *names: str | int) -> NDArray[np.uint32]:
    """Return the two words of the random key that belongs to `names` under `seed`."""
    number = seed_of(seed, *names)
    return np.asarray([number >> 32, number & 0xFFFFFFFF], np.uint32)


class Timeline:
    """The calls of one training of `examples` rows of `row_bytes` bytes each.

    `steps` is the number of steps of an epoch, `total` that of all, `round` that up to a validation; `whole` is how
    many rounds fit one call, 0 where a round needs several calls of at most `piece` steps; a round of a call has places
    for `capacity` steps.

    Where only a window of `window` rows is on the device at a time (a multiple of the batch size; 0 for all rows), row
    numbers count within the window, and no call goes past its end.
    """

    def __init__(self, examples: int, row_bytes: int, effort: Effort, seed: int, window: int = 0) -> None:
        self.examples, self._effort, self._seed, self.window = examples, effort, seed, window
        self._drawn: tuple[tuple[int, ...], NDArray[np.int32]] = ((), np.zeros(0, np.int32))
        self._key = named_key(seed, "step")
        self.batch_size = min(effort.batch_size, examples)
        self.steps = steps_per_epoch(examples, effort.batch_size)
        self.total = self.steps * effort.epochs
        self.round = min(effort.validate_every or self.steps, self.total)
        self.window_steps = min(window // self.batch_size, self.steps) if window else self.steps
        room = max(_GATHERED_BYTES // max(row_bytes * self.batch_size, 1), 1)
        longest = min(self.round, self.window_steps) if window else self.round
        self.piece = min(longest, room)
        # Padded, so that nearby sizes are compiled once; the rows of a full batch must be exact.
        self.capacity = self.piece if self.piece < longest else bucket(self.piece)
        values = self.capacity * self.batch_size
        rounds = 1 << (self.rounds - 1).bit_length()
        self.whole = 0 if window or self.piece < self.round else min(max(_ORDER_VALUES // values, 1), rounds)

    @property
    def rounds(self) -> int:
        """How many rounds there are; the last may be shorter."""
        return -(-self.total // self.round)

    def round_end(self, number: int) -> int:
        """Return the steps of the training up to the end of round `number`, counted from 1."""
        return min(number * self.round, self.total)

    def epochs(self, step: int) -> float:
        """Return the epochs that are over after `step` steps: a whole number, or one with a fraction."""
        return step // self.steps if step % self.steps == 0 else round(step / self.steps, 4)

    def window_at(self, step: int) -> tuple[int, int]:
        """Return the epoch and the number of the window in it that holds the examples of `step`."""
        epoch, within = divmod(step, self.steps)
        return epoch, within // self.window_steps

    def amount(self, step: int, step_seconds: float) -> int:
        """Return how much the next call does: rounds where whole ones fit a call, else steps."""
        steps = int(_SECONDS_PER_CALL / step_seconds) if step_seconds else _FIRST_STEPS
        if self.whole:
            return max(min(steps // self.round, self.whole, self.rounds - step // self.round), 1)
        left = self.round_end(step // self.round + 1) - step
        if self.window:
            within = step % self.steps
            left = min(left, self.window_steps - within % self.window_steps, self.steps - within)
        return max(min(steps, self.piece, left), 1)

    def stretch(self, step: int, amount: int) -> Stretch:
        """Return the work of `amount` rounds, or steps, from `step` on."""
        count = max(self.whole, 1)
        order = np.zeros((count, self.capacity, self.batch_size), np.int32)
        rates = np.zeros((count, self.capacity), self._effort.rates.dtype)
        firsts, steps = np.zeros(count, np.int32), np.zeros(count, np.int32)
        for index, (first, last) in enumerate(self.rounds_of(step, amount)):
            order[index, : last - first] = self.rows(first, last)
            rates[index, : last - first] = self._effort.rates[first:last]
            firsts[index], steps[index] = first, last - first
        return Stretch(
            order=handed(order),
            rates=handed(rates),
            first_steps=handed(firsts),
            steps=handed(steps),
            rounds=handed(np.int32(amount if self.whole else min(amount, 1))),
            key=self._key,
            validates=handed(self.validates(step, amount)),
        )

    def rounds_of(self, step: int, amount: int) -> list[tuple[int, int]]:
        """Return the first step of each round, or the piece of one, that a call does, and the one after its last."""
        if not self.whole:
            return [(step, step + amount)] if amount else []
        firsts = range(step, step + amount * self.round, self.round)
        return [(first, self.round_end(first // self.round + 1)) for first in firsts]

    def validates(self, step: int, amount: int) -> np.bool_:
        """Return whether a call that does `amount` from `step` on ends its rounds."""
        return np.bool_(self.whole or step + amount == self.round_end(step // self.round + 1))

    def rows_of(self, step: int) -> NDArray[np.int32]:
        """Return the rows of one step's batch, (B,)."""
        return self.rows(step, step + 1)[0]

    def rows(self, first: int, last: int) -> NDArray[np.int32]:
        """Return the rows of the steps from `first` up to `last`, (S, B)."""
        parts = []
        while first < last:
            epoch, within = divmod(first, self.steps)
            window = within // self.window_steps
            start = window * self.window_steps
            end = min(epoch * self.steps + min(start + self.window_steps, self.steps), last)
            order = self._order(epoch, window)
            parts.append(order[within - start : within - start + end - first])
            first = end
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _order(self, epoch: int, window: int) -> NDArray[np.int32]:
        names = (epoch, window) if self.window else (epoch,)
        if self._drawn[0] != names:
            rows, steps = self.examples, self.steps
            if self.window:
                rows = min(self.window, self.examples - window * self.window)
                steps = rows // self.batch_size
            drawn = generator(self._seed, "order", *names).permutation(rows)[: steps * self.batch_size]
            self._drawn = (names, drawn.reshape(steps, self.batch_size).astype(np.int32))
        return self._drawn[1]
