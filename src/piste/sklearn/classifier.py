"""The classifier: two classes, many classes, or several labels at once."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d, compute_class_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets, type_of_target

from piste.core.records import Task
from piste.sklearn.estimator import PisteEstimator
from piste.sklearn.inputs import InputError, checked
from piste.sklearn.parameters import ParameterError, keep


class PisteClassifier(ClassifierMixin, PisteEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A neural network that predicts classes, or several labels at once.

    Inputs are numbers, standardised inside. What is None is chosen from the data, and `choices_` says what was chosen
    and why; `piste.recipe.settings.ModelSettings` and `piste.train.settings.TrainingSettings` say more about each
    parameter. A parameter that does not fit is refused by `fit`, with a `ParameterError`.

    The result depends on the examples and `random_state` alone, not on the order of the rows, and a `sample_weight` of
    2 is the same as the row given twice (whole numbers count as copies while they sum to no more than ten times the
    rows; other weights multiply the loss of their row).

    Parameters
    ----------
    model
        The network: "mlp", "linear" or "residual-mlp"; or one of your own, as layers (a `piste.nn` layer) or as a spec.
    hidden, depth, activation
        Widths of the hidden layers (of "residual-mlp": the width of its blocks); how many blocks; the non-linearity.
    dropout, batch_norm
        Share of units silenced in each step; whether sums are normalised over the batch.
    loss
        "cross-entropy", "focal", "hinge" or "squared-hinge"; for several labels "binary-cross-entropy" or "focal"; or a
        function of your own, from outputs (B, K) and targets to one number for each example.
    smoothing, gamma, margin
        Of the cross-entropy, the share of the target spread over all classes; of "focal", how little it counts what is
        right already; of the hinge losses, the distance they ask for.
    class_weight
        How much the examples of each class count: None for all alike, "balanced" for classes alike, or a dictionary
        from classes to weights. It multiplies `sample_weight`. "balanced" needs all examples at once, so `fit`.
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
        Random changes of the examples in each step, such as ("noise:0.1", "swap:0.1", "mixup:0.2").
    metric
        "accuracy", "balanced-accuracy", "f1", "auc" of two classes, "top-5" of many; "label-accuracy", "exact-match" or
        "f1" of labels; or a function of your own, from outputs and targets to
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
    classes_
        The classes (C,), or the numbers of the labels (K,).
    n_features_in_, feature_names_in_
        Columns of the training inputs, and their names where a frame gave them.
    n_iter_, best_epoch_, stopped_
        Epochs trained, the one whose parameters were kept, and why training stopped: "epochs", "patience", "target",
        "time" or "diverged".
    loss_curve_, validation_loss_curve_, validation_scores_, loss_
        Mean loss of the steps up to each validation, by default an epoch's; the loss and the metric on the validation
        share there; the last of the first.
    model_, parameters_, state_, choices_
        The network's layers, their parameters and running state, and every setting with its reason.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> inputs, species = load_iris(return_X_y=True)
    >>> PisteClassifier(random_state=0).fit(inputs, species).score(inputs, species) > 0.95
    True
    """

    class_weight: Mapping[Any, float] | str | None
    classes_: NDArray[Any]

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
        smoothing: float = 0.0,
        gamma: float = 2.0,
        margin: float = 1.0,
        class_weight: Mapping[Any, float] | str | None = None,
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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "PisteClassifier":  # noqa: N803
        """Train a new network; labels are (B,), or 0 and 1 in (B, K) where several may be right at once."""
        inputs, labels = self._checked(X, y, ensure_min_samples=2)
        several = _several(labels)
        classes = np.arange(labels.shape[1]) if several else np.unique(labels)
        if self.warm_start and hasattr(self, "_problem") and not np.array_equal(classes, self.classes_):
            raise InputError(
                f"With warm_start=True every fit needs the same classes: they were {self.classes_.tolist()}, and y has "
                f"{classes.tolist()} now."
            )
        self._several, self.classes_ = several, classes
        factors = self._factors(labels, sample_weight)
        self._train(inputs, self._codes(labels), len(self.classes_), self._task, sample_weight, factors)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> "PisteClassifier":  # noqa: N803
        """Go through the examples once; the first call of all names every class there will be in `classes`."""
        fresh = _check_partial_fit_first_call(self, classes)
        inputs, labels = self._checked(X, y, reset=not hasattr(self, "_problem"))
        if fresh and not hasattr(self, "_several"):
            self._several = _several(labels)
        if self.class_weight == "balanced":
            raise ParameterError(
                "partial_fit cannot know how often each class occurs in all: instead of class_weight='balanced' give a "
                "dictionary, for example from scikit-learn's compute_class_weight('balanced', classes=classes, y=y)."
            )
        factors = self._factors(labels, None)
        self._train_on(inputs, self._codes(labels), len(self.classes_), self._task, sample_weight, factors)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each example (B,), or 0 and 1 for each label (B, K)."""
        raw = self._outputs(X)
        if self._several:
            return (raw > 0).astype(np.int64)
        return np.asarray(self.classes_[raw.argmax(axis=1)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, rows summing to 1, or of each label by itself: (B, C) or (B, K)."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the logarithms of the probabilities (B, C), or of the labels' (B, K)."""
        raw = self._outputs(X)
        if self._several:
            return -np.logaddexp(0.0, -raw)
        return raw - np.logaddexp.reduce(raw, axis=1, keepdims=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _checked(self, inputs: Any, labels: Any, **options: Any) -> tuple[NDArray[np.floating], NDArray[Any]]:
        inputs, labels = checked(self, inputs, y=labels, multi_output=True, **options)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        return inputs, labels

    def _factors(self, labels: NDArray[Any], sample_weight: Any) -> NDArray[np.float64] | None:
        """Return how much an example of each class counts (C,); None for all alike."""
        given = self.class_weight
        if given is None:
            return None
        if self._several:
            raise ParameterError(f"class_weight needs classes, and y has several labels at once. Got {given!r}.")
        if given != "balanced" and not isinstance(given, Mapping):
            raise ParameterError(
                "The 'class_weight' parameter of PisteClassifier must be 'balanced', a dictionary from classes to "
                f"weights, or None. Got {given!r} instead."
            )
        own = None if sample_weight is None else np.asarray(sample_weight, np.float64)
        factors = compute_class_weight(given, classes=self.classes_, y=labels, sample_weight=own)
        if not np.all((factors > 0) & np.isfinite(factors)):
            raise ParameterError(f"Every weight in class_weight must be a number above 0. Got {given!r}.")
        return np.asarray(factors, np.float64)

    @property
    def _task(self) -> Task:
        if self._several:
            return Task.MULTI_LABEL
        return Task.TWO_CLASS if len(self.classes_) == 2 else Task.MANY_CLASS

    def _codes(self, labels: NDArray[Any]) -> NDArray[Any]:
        if self._several:
            if labels.ndim != 2 or labels.shape[1] != len(self.classes_):
                raise InputError(f"There are {len(self.classes_)} labels, and y has the shape {labels.shape}.")
            return labels.astype(np.float32)
        codes = np.searchsorted(self.classes_, labels)
        known = self.classes_[np.minimum(codes, len(self.classes_) - 1)] == labels
        if not np.all(known):
            raise InputError(
                f"y has the class {labels[~known][0]!r}, which is not one of the classes {self.classes_.tolist()} "
                "that the first call named."
            )
        return codes.astype(np.int32)


def _several(labels: NDArray[Any]) -> bool:
    check_classification_targets(labels)
    kind = type_of_target(labels)
    if kind == "multiclass-multioutput":
        raise InputError(
            f"y has {labels.shape[1]} columns of classes; several columns may only hold 0 and 1, one for each label. "
            "Train one PisteClassifier per column, for example with scikit-learn's MultiOutputClassifier."
        )
    return bool(kind == "multilabel-indicator")
