"""The regressor: one number, or several at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from piste.core.records import Task
from piste.sklearn.estimator import PisteEstimator
from piste.sklearn.inputs import InputError, checked
from piste.sklearn.parameters import keep


class PisteRegressor(RegressorMixin, PisteEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A neural network that predicts one number, or several at once.

    Inputs and targets are numbers, standardised inside. What `sample_weight` means, and what is said of the parameters,
    is as in `PisteClassifier`.

    Parameters
    ----------
    model
        The network: "mlp", "linear" or "residual-mlp"; or one of your own, as layers (a `piste.nn` layer) or as a spec.
    hidden, depth, activation
        Widths of the hidden layers (of "residual-mlp": the width of its blocks); how many blocks; the non-linearity.
    dropout, batch_norm
        Share of units silenced in each step; whether sums are normalised over the batch.
    loss
        "squared-error", "absolute-error", "huber", "log-cosh", "quantile", or "poisson" for counts; or a function of
        your own, from outputs and standardised targets (B, K) to one number for each example.
    delta, quantile
        Error, in deviations of the target, from which "huber" is a line; and which quantile "quantile" leads to.
    epochs, batch_size, accumulate
        Passes over the examples, at most; examples per step, 0 for all; pieces in which a batch's gradient is summed.
    optimiser, learning_rate, momentum, beta2
        "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "lion", "lamb",
        "muon" or "lbfgs"; its highest rate; the shares of the past in its running means of gradients and squares.
    weight_decay, l1, l2, decay_all
        Decoupled decay of the weights; penalties on their sizes and squares; whether biases and scales shrink too.
    clip, clip_value
        Largest norm of the gradient, and largest size of each of its numbers; 0 never clips.
    schedule, warmup, cycles, final_rate, plateau_patience, plateau_factor
        "constant", "cosine", "linear", "step", "exponential", "inverse-square-root", "one-cycle" or "plateau"; epochs
        of the rise before it; how often it runs; the share of the rate that is left at its end; and for "plateau" the
        epochs without a better validation loss, and what the rate is then multiplied by.
    averaging, average_decay, average_start
        "ema" or "swa" validates and keeps an average of the weights; share of the past in the first; share of the
        training that the second leaves out.
    augment
        Random changes of the examples in each step, such as ("noise:0.1", "swap:0.1").
    metric
        "rmse", "mae" or "r2", in the target's own units; or a function of your own, from outputs and targets to
        one number for each example. It is what `validation_scores_` and `stop_at` are about.
    validation
        Share of the examples held back to decide which epoch is kept and when to stop; 0 learns from all, and the
        train loss decides. None is 0.15, or 0 below 100 examples.
    patience, minimal_gain, stop_at, minutes
        Training stops after so many epochs in which the validation loss did not fall by the gain (0 never does), once
        the metric is this good, or at the first pause after so many minutes (0 sets no limit).
    validate_every
        Steps between two validations; 0 validates after each epoch.
    precision, devices
        "float32", "bfloat16" in the network on parameters kept in float32, or "float64"; and among how many devices
        every batch is divided, all accelerators or one CPU when left out.
    warm_start
        Whether `fit` goes on with the network that is there, its inputs standardised as before; the optimiser starts
        anew.
    random_state
        Seed of every draw: a whole number, a `numpy.random.RandomState`, or None for another seed each time.

    Attributes
    ----------
    n_outputs_
        The number of targets K. The other attributes are those of `PisteClassifier`, without `classes_`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> inputs, progression = load_diabetes(return_X_y=True)
    >>> PisteRegressor(random_state=0).fit(inputs, progression).score(inputs, progression) > 0.4
    True
    """

    def __init__(
        self,
        *,
        model: Any = None,
        hidden: tuple[int, ...] | None = None,
        depth: int | None = None,
        activation: str = "relu",
        dropout: float | None = None,
        batch_norm: bool | None = None,
        loss: str | Callable[..., Any] | None = None,
        delta: float = 1.0,
        quantile: float = 0.5,
        epochs: int | None = None,
        batch_size: int | None = None,
        accumulate: int = 1,
        optimiser: str | None = None,
        learning_rate: float | None = None,
        momentum: float | None = None,
        beta2: float | None = None,
        weight_decay: float | None = None,
        l1: float = 0.0,
        l2: float = 0.0,
        decay_all: bool = False,
        clip: float | None = None,
        clip_value: float = 0.0,
        schedule: str | None = None,
        warmup: float | None = None,
        cycles: int = 1,
        final_rate: float | None = None,
        plateau_patience: int = 5,
        plateau_factor: float = 0.3,
        averaging: str = "none",
        average_decay: float | None = None,
        average_start: float = 0.75,
        augment: tuple[str, ...] | None = None,
        metric: str | Callable[..., Any] | None = None,
        validation: float | None = None,
        patience: int | None = None,
        minimal_gain: float = 0.0,
        stop_at: float | None = None,
        minutes: float = 0.0,
        validate_every: int = 0,
        precision: str | None = None,
        devices: int | None = None,
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        keep(self, locals())

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "PisteRegressor":  # noqa: N803
        """Train a new network; targets are numbers (B,), or (B, K) to learn several at once."""
        inputs, targets = self._numbers(X, y, reset=True, ensure_min_samples=2)
        self.n_outputs_ = targets.shape[1]
        self._train(inputs, targets, self.n_outputs_, Task.REGRESSION, sample_weight)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "PisteRegressor":  # noqa: N803
        """Go through the examples once; the first call fixes how inputs and targets are standardised."""
        fresh = not hasattr(self, "_problem")
        inputs, targets = self._numbers(X, y, reset=fresh)
        if fresh:
            self.n_outputs_ = targets.shape[1]
        elif targets.shape[1] != self.n_outputs_:
            raise InputError(f"y had {self.n_outputs_} columns in the first call, and has {targets.shape[1]} now.")
        self._train_on(inputs, targets, self.n_outputs_, Task.REGRESSION, sample_weight)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the predicted numbers (B,), or (B, K) where several were learned."""
        numbers = self._outputs(X)
        return numbers[:, 0] if self.n_outputs_ == 1 else numbers

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _numbers(self, inputs: Any, targets: Any, **options: Any) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
        inputs, targets = checked(self, inputs, y=targets, multi_output=True, y_numeric=True, **options)
        if targets.ndim == 2 and targets.shape[1] == 1:
            targets = column_or_1d(targets, warn=True)
        return inputs, np.asarray(targets, np.float64).reshape(len(targets), -1)
