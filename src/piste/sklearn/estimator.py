"""What both estimators share: parameters that are settings, and the ways to train."""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from piste.core.records import Task
from piste.nn.layer import Parameters, State
from piste.sklearn.decisions import Decisions, settled
from piste.sklearn.examples import Weighted, expanded, in_own_order, weighted
from piste.sklearn.inputs import checked
from piste.sklearn.parameters import parameters_of
from piste.sklearn.passes import begin, go_on, one_pass
from piste.sklearn.problem import Problem, divided, posed, solved
from piste.train.compiler import configure_jax
from piste.train.fit import Fitted
from piste.train.plan import Carry
from piste.train.precision import allowed
from piste.train.progress import on_host


class PisteEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Training on inputs (B, F) with targets as the engine takes them.

    `factors` (C,) say how much the examples of each class count, on top of their own weights.
    """

    random_state: Any
    warm_start: bool
    loss_curve_: list[float]
    n_iter_: int
    _problem: Problem

    def _train(
        self,
        inputs: NDArray[np.floating],
        targets: NDArray[Any],
        outputs: int,
        task: Task,
        sample_weight: Any,
        factors: NDArray[np.float64] | None = None,
    ) -> None:
        """Train a network with so many outputs: a new one, or with `warm_start` the one that is there."""
        configure_jax()
        examples = in_own_order(expanded(weighted(inputs, targets, sample_weight), sample_weight)).scaled(factors)
        seed = self._seed()
        with parameters_of(type(self).__name__):
            decisions = self._settled(examples, task)
            goes_on = self.warm_start and hasattr(self, "_problem")
            train, validation = divided(examples, task, decisions.validation, seed)
            self._problem = posed(decisions, train, task, outputs, self._problem if goes_on else None)
            start = (self.parameters_, self.state_) if goes_on else None
            fitted = solved(self._problem, train, validation, seed, start)
        self._carry: Carry | None = None
        self._pass_seed, self._passes = seed, 0
        self._keep(fitted, goes_on)

    def _train_on(
        self,
        inputs: NDArray[np.floating],
        targets: NDArray[Any],
        outputs: int,
        task: Task,
        sample_weight: Any,
        factors: NDArray[np.float64] | None = None,
    ) -> None:
        """Go through the examples once from where the training stands; the first time, a new network is drawn."""
        configure_jax()
        examples = weighted(inputs, targets, sample_weight).scaled(factors)
        fresh = not hasattr(self, "_problem")
        with parameters_of(type(self).__name__):
            if fresh:
                self._pass_seed, self._passes = self._seed(), 0
                self._problem = posed(self._settled(examples, task), examples, task, outputs)
            problem = self._problem
            encoded = problem.encoded(examples)
            if fresh:
                carry = begin(problem, encoded, self._pass_seed)
            else:
                carry = self._carry or go_on(problem, self.parameters_, self.state_)
            training = problem.decisions.settings.training
            size, rate = training.batch_size or len(encoded), training.learning_rate or 0.0
            carry, loss = one_pass(problem.plan, carry, encoded, size, rate, self._pass_seed, self._passes)
        self._carry, self._passes = carry, self._passes + 1
        with allowed(problem.plan.precision):
            parameters = on_host(problem.plan.layout, carry.weights)
        losses = [*([] if fresh else self.loss_curve_), loss]
        self._say(parameters, carry.state, losses, 1 if fresh else self.n_iter_ + 1, not np.isfinite(loss))

    def _keep(self, fitted: Fitted, goes_on: bool) -> None:
        before = self.n_iter_ if goes_on else 0
        losses, held, scores = (
            [*(getattr(self, name) if goes_on and hasattr(self, name) else []), *fresh]
            for name, fresh in (
                ("loss_curve_", [record.train_loss for record in fitted.epochs]),
                ("validation_loss_curve_", [record.validation_loss for record in fitted.epochs]),
                ("validation_scores_", [record.validation_metric for record in fitted.epochs]),
            )
        )
        self.stopped_ = fitted.record.stopped
        epochs = before + math.ceil(fitted.record.epochs)
        self._say(fitted.parameters, fitted.state, losses, epochs, self.stopped_ == "diverged")
        self.validation_loss_curve_, self.validation_scores_ = held, scores
        self.best_epoch_ = before + fitted.record.best_epoch

    def _say(self, parameters: Parameters, state: State, losses: list[float], epochs: int, diverged: bool) -> None:
        self.parameters_, self.state_ = parameters, state
        self.model_, self.choices_ = self._problem.plan.model, self._problem.decisions.choices
        self.loss_curve_, self.loss_, self.n_iter_ = losses, losses[-1], epochs
        if diverged:
            rate = self._problem.decisions.settings.training.learning_rate
            warnings.warn(
                f"The loss of {type(self).__name__} was no longer a finite number in epoch {self.n_iter_}; "
                f"set a learning_rate smaller than {rate:g}.",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _settled(self, examples: Weighted, task: Task) -> Decisions:
        rows, features = examples.inputs.shape
        return settled(self.get_params(deep=False), task, rows, features, type(self).__name__)

    def _outputs(self, inputs: Any) -> NDArray[np.float64]:
        """Return the outputs (B, K) of the trained network."""
        check_is_fitted(self)
        values = checked(self, inputs, reset=False)
        configure_jax()
        return self._problem.outputs(self.parameters_, self.state_, values)

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
