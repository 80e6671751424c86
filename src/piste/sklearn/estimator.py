"""What both estimators share: parameters that are settings, and the two ways to train."""

import warnings
from typing import Any

import jax
import jax.numpy as jnp
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
from piste.sklearn.passes import begin, go_on, one_pass
from piste.sklearn.problem import divided, posed, solved
from piste.train.compiler import configure_jax
from piste.train.plan import Carry


class PisteEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The parameters, and training on inputs (B, F) with targets as the engine takes them."""

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] | None = None,
        activation: str = "relu",
        dropout: float | None = None,
        batch_norm: bool | None = None,
        loss: str | None = None,
        smoothing: float = 0.0,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        optimiser: str | None = None,
        weight_decay: float | None = None,
        clip: float | None = None,
        schedule: str | None = None,
        warmup: float | None = None,
        patience: int | None = None,
        minimal_gain: float = 0.0,
        validation: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.loss = loss
        self.smoothing = smoothing
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimiser = optimiser
        self.weight_decay = weight_decay
        self.clip = clip
        self.schedule = schedule
        self.warmup = warmup
        self.patience = patience
        self.minimal_gain = minimal_gain
        self.validation = validation
        self.random_state = random_state

    def _train(
        self, inputs: NDArray[np.floating], targets: NDArray[Any], outputs: int, task: Task, sample_weight: Any
    ) -> None:
        """Train a new network with so many outputs."""
        configure_jax()
        examples = in_own_order(expanded(weighted(inputs, targets, sample_weight), sample_weight))
        seed = self._seed()
        decisions = self._settled(examples, task)
        train, validation = divided(examples, task, decisions.validation, seed)
        self._problem = posed(decisions, train, task, outputs)
        fitted = solved(self._problem, train, validation, seed)
        self._carry: Carry | None = None
        self._pass_seed, self._passes = seed, 0
        diverged = fitted.record.stopped == "diverged"
        self._say(fitted.parameters, fitted.state, [record.train_loss for record in fitted.epochs], diverged)
        self.validation_loss_curve_ = [record.validation_loss for record in fitted.epochs]
        self.best_epoch_ = fitted.record.best_epoch

    def _train_on(
        self, inputs: NDArray[np.floating], targets: NDArray[Any], outputs: int, task: Task, sample_weight: Any
    ) -> None:
        """Go through the examples once from where the training stands; the first time, a new network is drawn."""
        configure_jax()
        examples = weighted(inputs, targets, sample_weight)
        fresh = not hasattr(self, "_problem")
        if fresh:
            self._pass_seed, self._passes = self._seed(), 0
            self._problem = posed(self._settled(examples, task), examples, task, outputs)
        plan, encoded = self._problem.plan, self._problem.encoded(examples)
        if fresh:
            carry = begin(plan, task, encoded.targets, self._pass_seed)
        else:
            carry = self._carry or go_on(plan, self.parameters_, self.state_)
        training = self._problem.decisions.settings.training
        size, rate = training.batch_size or len(encoded), training.learning_rate or 0.0
        carry, loss = one_pass(plan, carry, encoded, size, rate, self._pass_seed, self._passes)
        self._carry, self._passes = carry, self._passes + 1
        parameters = jax.tree.map(np.asarray, plan.layout.unravel(jnp.asarray(carry.vector)))
        self._say(parameters, carry.state, [*([] if fresh else self.loss_curve_), loss], not np.isfinite(loss))

    def _say(self, parameters: Parameters, state: State, losses: list[float], diverged: bool) -> None:
        self.parameters_, self.state_ = parameters, state
        self.model_, self.choices_ = self._problem.plan.model, self._problem.decisions.choices
        self.loss_curve_, self.loss_, self.n_iter_ = losses, losses[-1], len(losses)
        if diverged:
            rate = self._problem.decisions.settings.training.learning_rate
            warnings.warn(
                f"The loss of {type(self).__name__} was no longer a finite number in epoch {self.n_iter_}; "
                f"set a learning_rate smaller than {rate:g}.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _settled(self, examples: Weighted, task: Task) -> Decisions:
        rows, features = examples.inputs.shape
        return settled(self.get_params(), task, rows, features, type(self).__name__)

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
