"""The regressor: one number, or several at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from piste.core.records import Task
from piste.sklearn.estimator import PisteEstimator
from piste.sklearn.inputs import InputError, checked


class PisteRegressor(RegressorMixin, PisteEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron that predicts one number, or several at once.

    Inputs and targets are numbers, standardised inside. The parameters, what `sample_weight` means and the attributes
    are those of `PisteClassifier`, without `classes_`; `n_outputs_` is the number of targets K.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> inputs, progression = load_diabetes(return_X_y=True)
    >>> PisteRegressor(random_state=0).fit(inputs, progression).score(inputs, progression) > 0.4
    True
    """

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
