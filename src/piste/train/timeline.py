"""Who is trained on when: the order of the examples, the rates and the random keys, cut into calls of the program.

How much one call does follows the clock, so that the host hears from the device a few times a second; what is
computed does not depend on it: every number here is a function of the seed, the epoch and the step.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator, seed_of
from piste.train.plan import Stretch

_ORDER_VALUES = 1 << 20  # row numbers handed over per call, at most
_GATHERED_BYTES = 1 << 26  # permuted examples held beside the data, at most
_SECONDS_PER_CALL = 0.25


@dataclass(frozen=True)
class Effort:
    """How long and how fast to train, everything decided. `rates` has one learning rate per step of all epochs."""

    epochs: int
    batch_size: int
    rates: NDArray[np.float32]
    patience: int = 0  # 0 never stops early
    minimal_gain: float = 0.0
    target: float | None = None  # stop once the watched metric, as it is shown, is this good
    seconds: float = 0.0  # stop at the first pause after this time; 0 never does
    average_from: int = 0  # epochs that a plain average of the weights leaves out


def steps_per_epoch(examples: int, batch_size: int) -> int:
    """Return the steps of one epoch: whole batches only, at least one."""
    return max(examples // min(batch_size, examples), 1)


def named_key(seed: int, *names: str | int) -> jax.Array:
    """Return the random key that belongs to `names` under `seed`."""
    return jax.random.wrap_key_data(jnp.asarray(_key_data(seed, *names)))


def _key_data(seed: int, *names: str | int) -> NDArray[np.uint32]:
    number = seed_of(seed, *names)
    return np.asarray([number >> 32, number & 0xFFFFFFFF], np.uint32)


class Timeline:
    """The calls of one training of `examples` rows of `row_bytes` bytes each.

    `steps` is the number of steps of an epoch; `whole` is how many whole epochs fit one call, 0 where an epoch
    needs several calls of at most `piece` steps.
    """

    def __init__(self, examples: int, row_bytes: int, effort: Effort, seed: int) -> None:
        self._examples, self._effort, self._seed = examples, effort, seed
        self.batch_size = min(effort.batch_size, examples)
        self.steps = steps_per_epoch(examples, effort.batch_size)
        room = max(_GATHERED_BYTES // max(row_bytes * self.batch_size, 1), 1)
        self.piece = min(self.steps, room)
        values = self.steps * self.batch_size
        self.whole = 0 if self.piece < self.steps else min(max(_ORDER_VALUES // values, 1), effort.epochs)

    def amount(self, epoch: int, step: int, step_seconds: float) -> int:
        """Return how much the next call does: epochs where whole ones fit a call, else steps."""
        steps = int(_SECONDS_PER_CALL / step_seconds) if step_seconds else 8
        if self.whole == 0:
            return max(min(steps, self.piece, self.steps - step), 1)
        return max(min(steps // self.steps, self.whole, self._effort.epochs - epoch), 1)

    def stretch(self, epoch: int, step: int, amount: int) -> Stretch:
        """Return the work of `amount` epochs from `epoch` on, or of `amount` steps of `epoch` from `step` on."""
        count = max(self.whole, 1)
        order = np.zeros((count, self.piece, self.batch_size), np.int32)
        rates = np.zeros((count, self.piece), np.float32)
        keys = np.zeros((count, 2), np.uint32)
        pieces = self.whole == 0
        steps = amount if pieces else self.piece
        for index in range(min(amount, 1) if pieces else amount):
            first = (epoch + index) * self.steps + step
            order[index, :steps] = self._order(epoch + index)[step : step + steps]
            rates[index, :steps] = self._effort.rates[first : first + steps]
            keys[index] = _key_data(self._seed, "step", epoch + index)
        return Stretch(
            order=jnp.asarray(order),
            rates=jnp.asarray(rates),
            keys=jax.random.wrap_key_data(jnp.asarray(keys)),
            first_step=jnp.asarray(step, jnp.int32),
            epochs=jnp.asarray(min(amount, 1) if pieces else amount, jnp.int32),
            steps=jnp.asarray(steps, jnp.int32),
            validates=jnp.asarray(not pieces or step + steps == self.steps),
        )

    def _order(self, epoch: int) -> NDArray[np.int32]:
        rows = generator(self._seed, "order", epoch).permutation(self._examples)
        return rows[: self.steps * self.batch_size].reshape(self.steps, self.batch_size).astype(np.int32)
