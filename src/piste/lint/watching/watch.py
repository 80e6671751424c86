"""Watching a training loop of one's own: a few numbers per layer, at a few steps."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import optax
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.watched import LOOKS, Look, WatchedRecord, thinned
from piste.lint.arrays import as_numpy
from piste.lint.tree import floating
from piste.train.seen import Eye

Leaves = Mapping[str, NDArray[Any]]
Eyes = Callable[[Any], tuple[tuple[float, ...], tuple[float, ...]]]


class Watch:
    """Watches a training loop, for the linter's rules of what goes on while it trains.

    Parameters
    ----------
    steps
        How many steps the training has; 0 where that is not known, and nothing is said about its length.
    every
        Steps between two looks at first. Each time that 100 looks are full, every second one is kept, and looks are
        taken half as often.
    apply, examples
        `apply(parameters, examples)`, a function in JAX, gives the network's outputs for a thousand examples or so:
        then silent and saturated units are counted on them.
    keeps_best
        Whether the parameters with the lowest validation loss are those that are used in the end.

    Examples
    --------
    >>> import numpy as np, piste
    >>> watch = piste.Watch(steps=20)
    >>> weights = np.ones(3)
    >>> for step in range(20):
    ...     gradients = 2 * weights
    ...     loss, weights = np.sum(weights**2), weights - 0.1 * gradients
    ...     watch.step(loss=loss, parameters={"weights": weights}, gradients={"weights": gradients})
    >>> record = piste.lint(piste.Pipeline(watched=watch.record), select="M2,T2")
    >>> record.clean
    True
    """

    def __init__(
        self,
        *,
        steps: int = 0,
        every: int = 1,
        apply: Callable[[Any, Any], Any] | None = None,
        examples: Any = None,
        keeps_best: bool = False,
    ) -> None:
        if every < 1:
            raise SettingError(f"Watch looks every 1 or more steps. Got every={every}.")
        if (apply is None) != (examples is None):
            raise SettingError("Watch needs apply= and examples= together, to see the units of a network.")
        self._steps, self._every, self._keeps_best = steps, every, keeps_best
        self._apply, self._examples = apply, examples
        self._eye: tuple[tuple[str, ...], Eyes] | None = None
        self._made = 0
        self._looks: tuple[Look, ...] = ()
        self._losses: list[Any] = []
        self._before: Leaves = {}
        self._leaves: tuple[str, ...] = ()
        self._validated = (float("nan"),) * 3
        self._best: NDArray[np.float64] | None = None
        self._lowest, self._dropped = float("inf"), 0
        self.first_not_finite = ""

    def due(self, ahead: int = 1) -> bool:
        """Return whether a look is taken at the step that is `ahead` steps from the last one."""
        stride = self._every
        while (self._made + ahead) // stride > LOOKS:
            stride *= 2
        return (self._made + ahead) % stride == 0

    def step(
        self,
        *,
        loss: Any = None,
        parameters: Any = None,
        gradients: Any = None,
        optimiser: Any = None,
        learning_rate: float = float("nan"),
    ) -> None:
        """Tell of a step that was just made.

        Parameters
        ----------
        loss
            The batch's loss, from before the step; it is read only when a look is taken. None where it is not known.
        parameters
            A tree of arrays as they are after the step.
        gradients
            A tree of the batch's gradients, before any clipping.
        optimiser
            The state of an Optax optimiser; steps that `optax.apply_if_finite` left out are counted there.
        learning_rate
            The rate of the step.
        """
        looks = self.due()
        self._made += 1
        self._losses.extend([] if loss is None else [loss])
        if looks:
            self._look(parameters, gradients, optimiser, learning_rate)
        if parameters is not None and self.due():
            # Copied, because a step may give its arguments' memory away.
            self._before = {path: np.array(leaf, np.float64) for path, leaf in floating(parameters).items()}

    def validated(self, losses: Any) -> None:
        """Tell of a validation: the loss of each example (N,), always in the same order, or their mean alone."""
        values = as_numpy(losses).astype(np.float64).ravel()
        mean, rise, error = float(np.mean(values)), float("nan"), float("nan")
        if mean < self._lowest:
            self._lowest, self._best = mean, values
        if self._best is not None and len(values) > 1 and len(self._best) == len(values):
            difference = values - self._best
            rise, error = float(np.mean(difference)), float(np.std(difference) / np.sqrt(len(values)))
        self._validated = (mean, rise, error)

    @property
    def record(self) -> WatchedRecord:
        """All that was seen so far: the `watched` piece of a `Pipeline`."""
        layers, examples = (self._eye[0], len(self._examples)) if self._eye else ((), 0)
        looks, broken = self._with_the_last_validation(), self.first_not_finite
        return WatchedRecord(self._leaves, layers, looks, self._steps, broken, examples, self._keeps_best)

    def _with_the_last_validation(self) -> tuple[Look, ...]:
        """Return the looks; a validation after the last one belongs to it, as no other will take it in."""
        mean, rise, error = self._validated
        if not self._looks or np.isnan(mean):
            return self._looks
        last = replace(self._looks[-1], validation_loss=mean, rise=rise, rise_error=error)
        return (*self._looks[:-1], last)

    def _look(self, parameters: Any, gradients: Any, optimiser: Any, rate: float) -> None:
        losses = np.array([np.mean(as_numpy(one), dtype=np.float64) for one in self._losses])
        after = floating(parameters) if parameters is not None else {}
        slopes = floating(gradients) if gradients is not None else {}
        self._leaves = self._leaves or tuple(after)
        lengths = tuple(_norm(slopes[path]) if path in slopes else float("nan") for path in self._leaves)
        broken = bool(slopes) and not np.all(np.isfinite([_norm(one) for one in slopes.values()]))
        silent, saturated = self._units(parameters)
        look = Look(
            step=self._made,
            train_loss=float(np.mean(losses)) if len(losses) else float("nan"),
            highest_loss=float(np.max(losses)) if len(losses) else float("nan"),
            validation_loss=self._validated[0],
            learning_rate=float(rate),
            weights=tuple(_norm(after[path]) for path in self._leaves if path in after),
            gradients=lengths if slopes else (),
            updates=self._updates(after),
            silent=silent,
            saturated=saturated,
            not_finite=max(int(np.sum(~np.isfinite(losses))), int(broken)),
            skipped=self._skipped(optimiser, after, broken),
            rise=self._validated[1],
            rise_error=self._validated[2],
        )
        self._losses, self._validated = [], (float("nan"),) * 3
        looks = [*self._looks, look]
        self._looks = thinned(looks, [one.step // self._every for one in looks])

    def _updates(self, after: Leaves) -> tuple[float, ...]:
        if set(self._before) != set(after):
            return (float("nan"),) * len(after)
        return tuple(_norm(np.asarray(after[path], np.float64) - self._before[path]) for path in self._leaves)

    def _skipped(self, optimiser: Any, after: Leaves, broken: bool) -> int:
        counted = optax.tree_utils.tree_get(optimiser, "total_notfinite") if optimiser is not None else None
        if counted is not None:
            skipped, self._dropped = int(counted) - self._dropped, int(counted)
            return max(skipped, 0)
        still = bool(after) and all(length == 0 for length in self._updates(after))
        return int(broken and still)

    def _units(self, parameters: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
        if self._apply is None or parameters is None:
            return (), ()
        if self._eye is None:
            self._eye = _eyes(self._apply, parameters, self._examples)
        return self._eye[1](parameters)


def _norm(leaf: Any) -> float:
    return float(f"{np.sqrt(np.sum(np.square(np.asarray(leaf, np.float64)))):.6g}")


def _eyes(apply: Callable[[Any, Any], Any], parameters: Any, examples: Any) -> tuple[tuple[str, ...], Eyes]:
    """Return the paths of a function's activations, and what measures them for other parameters."""
    eye = Eye(lambda parameters, state, inputs: apply(parameters, inputs), parameters, (), jax.numpy.asarray(examples))

    @jax.jit
    def measure(parameters: Any, inputs: Any) -> Any:
        rows = jax.numpy.ones(len(inputs))
        return eye.shares(eye.look(parameters, (), inputs, rows)[1], jax.numpy.asarray(float(len(inputs))))

    def look(parameters: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
        silent, saturated = measure(parameters, examples)
        return tuple(np.asarray(silent, float).tolist()), tuple(np.asarray(saturated, float).tolist())

    return eye.layers, look
