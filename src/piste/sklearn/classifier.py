"""The classifier: two classes, many classes, or several labels at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets, type_of_target

from piste.core.records import Task
from piste.sklearn.estimator import PisteEstimator
from piste.sklearn.inputs import InputError, checked


class PisteClassifier(ClassifierMixin, PisteEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron that predicts classes, or several labels at once.

    Inputs are numbers, standardised inside. The parameters are named, ranged and, where None, chosen from the data as
    in `piste.recipe.settings.ModelSettings` and `piste.train.settings.TrainingSettings`; `choices_` says which was
    chosen and why. A setting that does not fit is refused by `fit`, with a `SettingError`.

    The result depends on the examples and `random_state` alone, not on the order of the rows, and a `sample_weight` of
    2 is the same as the row given twice (whole numbers count as copies while they sum to no more than ten times the
    rows; other weights multiply the loss of their row).

    Parameters
    ----------
    hidden, activation, dropout, batch_norm, loss, smoothing
        The network, as in `ModelSettings`.
    epochs, batch_size, learning_rate, optimiser, weight_decay, clip, schedule, warmup, patience, minimal_gain
        The training, as in `TrainingSettings`.
    validation
        Share of the examples held back to decide which epoch is kept and when to stop; 0 learns from all, and the
        train loss decides. None is 0.15, or 0 below 100 examples.
    random_state
        Seed of every draw: a whole number, a `numpy.random.RandomState`, or None for another seed each time.

    Attributes
    ----------
    classes_
        The classes (C,), or the numbers of the labels (K,).
    n_features_in_, feature_names_in_
        Columns of the training inputs, and their names where a frame gave them.
    n_iter_, best_epoch_
        Epochs trained, and the one whose parameters were kept.
    loss_curve_, validation_loss_curve_, loss_
        Mean loss of each epoch's steps; the loss on the validation share after each epoch; the last of the first.
    model_, parameters_, state_, choices_
        The network's layers, their parameters and running state, and every setting with its reason.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> inputs, species = load_iris(return_X_y=True)
    >>> PisteClassifier(random_state=0).fit(inputs, species).score(inputs, species) > 0.95
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "PisteClassifier":  # noqa: N803
        """Train a new network; labels are (B,), or 0 and 1 in (B, K) where several may be right at once."""
        inputs, labels = self._checked(X, y, ensure_min_samples=2)
        self._several = _several(labels)
        self.classes_ = np.arange(labels.shape[1]) if self._several else np.unique(labels)
        self._train(inputs, self._codes(labels), len(self.classes_), self._task, sample_weight)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> "PisteClassifier":  # noqa: N803
        """Go through the examples once; the first call of all names every class there will be in `classes`."""
        fresh = _check_partial_fit_first_call(self, classes)
        inputs, labels = self._checked(X, y, reset=not hasattr(self, "_problem"))
        if fresh and not hasattr(self, "_several"):
            self._several = _several(labels)
        self._train_on(inputs, self._codes(labels), len(self.classes_), self._task, sample_weight)
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
