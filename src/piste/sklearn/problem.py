"""What is learned, from what, by which network: all of an estimator's training but the learned numbers themselves."""

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.data.splits import by_chance, by_class
from piste.nn.layer import Parameters, State
from piste.nn.metrics import of_exponential
from piste.nn.resolve import resolve
from piste.recipe.augmentation import named, told
from piste.recipe.building import (
    build_averaging,
    build_effort,
    build_loss,
    build_optimiser,
    build_plateau,
    watched_metric,
)
from piste.recipe.fitting import shown
from piste.recipe.networks import NETWORKS
from piste.sklearn.decisions import Decisions
from piste.sklearn.examples import Weighted
from piste.sklearn.inputs import InputError, Standard, fit_standard
from piste.sklearn.parameters import ParameterError
from piste.train.examples import EVALUATION_CHUNK
from piste.train.fit import Examples, Fitted, fit
from piste.train.inference import outputs
from piste.train.plan import Plan


@dataclass(frozen=True)
class Problem:
    """`inputs` and `targets` say how numbers are standardised; `targets` is None for classes, labels and counts."""

    task: Task
    plan: Plan
    decisions: Decisions
    inputs: Standard
    targets: Standard | None

    @property
    def counts(self) -> bool:
        """Whether the outputs are logarithms of expected counts."""
        return self.decisions.settings.model.loss == "poisson"

    def encoded(self, examples: Weighted) -> Weighted:
        """Return the examples as the network takes them: float32 inputs, int32 classes or float32 numbers.

        Raises `InputError` for counts below 0.
        """
        targets = examples.targets if self.targets is None else self.targets.apply(examples.targets)
        if self.counts:
            if np.any(targets < 0):
                raise InputError(f"The loss 'poisson' needs counts of at least 0, and y has {targets.min():g}.")
            targets = targets.astype(np.float32)
        return Weighted(self.inputs.apply(examples.inputs), targets, examples.weights)

    def outputs(self, parameters: Parameters, state: State, inputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the network's outputs (B, K) for `inputs` (B, F): logits, or numbers in the targets' own units."""
        # Whole chunks: a product's rounding depends on its shape, and a row's outputs must not depend on the others.
        rows = np.pad(self.inputs.apply(inputs), [(0, -len(inputs) % EVALUATION_CHUNK), (0, 0)])
        plan = self.plan
        computed = outputs(plan.model, parameters, state, rows, plan.precision, plan.devices)
        raw = computed[: len(inputs)].astype(np.float64)
        if self.counts:
            return np.exp(raw)
        return raw if self.targets is None else self.targets.undo(raw)


def divided(examples: Weighted, task: Task, share: float, seed: int) -> tuple[Weighted, Weighted]:
    """Return the examples to learn from, and `share` of them held back: all of them in both places where it is 0."""
    if share == 0.0:
        return examples, examples
    classes = task in (Task.TWO_CLASS, Task.MANY_CLASS)
    divide = by_class(examples.targets, seed) if classes else by_chance(seed)
    held, kept = divide(np.arange(len(examples)), share, "validation")
    # Where each class has one example, none can be spared.
    return (examples.rows(kept), examples.rows(held)) if len(held) and len(kept) else (examples, examples)


def posed(decisions: Decisions, train: Weighted, task: Task, count: int, before: Problem | None = None) -> Problem:
    """Return the problem of `count` outputs; what is measured of the data is measured on the `train` examples alone.

    With a problem `before`, whose network is trained on, numbers are standardised as they were there. Raises
    `ParameterError` where the network is another one now.
    """
    plan = _plan(decisions, task, train.inputs.shape[1], count, len(train))
    if before is not None:
        if plan.layout != before.plan.layout:
            raise ParameterError(
                "With warm_start=True training goes on with the network of the fit before, and the parameters of the "
                f"network, or what they are chosen from, have changed: it had {before.plan.layout.size:,} weights, and "
                f"would have {plan.layout.size:,}. Leave them as they were, or set warm_start=False."
            )
        return dataclasses.replace(before, plan=plan, decisions=decisions)
    numbers = task is Task.REGRESSION and decisions.settings.model.loss != "poisson"
    return Problem(
        task,
        plan,
        decisions,
        fit_standard(train.inputs, train.weights),
        fit_standard(train.targets, train.weights) if numbers else None,
    )


def _plan(decisions: Decisions, task: Task, features: int, count: int, rows: int) -> Plan:
    """Return what the engine compiles, for training on so many `rows` of standardised numbers."""
    model, training = decisions.settings.model, decisions.settings.training
    metric = watched_metric(training, task).metric
    classes = count if task in (Task.TWO_CLASS, Task.MANY_CLASS) else None
    return Plan(
        model=resolve(NETWORKS[model.model or "mlp"].build(model, count, (features,), ())),
        input_shape=(features,),
        loss=build_loss(model, task),
        metric=of_exponential(metric) if model.loss == "poisson" else metric,
        optimiser=build_optimiser(training),
        augment=told(named(training.augment or (), 1), (), tuple(range(features)), classes),
        pieces=training.accumulate,
        plateau=build_plateau(training),
        averaging=build_averaging(training, rows),
        precision=training.precision or "float32",
        devices=training.devices or 1,
    )


def solved(
    problem: Problem,
    train: Weighted,
    validation: Weighted,
    seed: int,
    start: tuple[Parameters, State] | None = None,
) -> Fitted:
    """Return the network trained from the start, or from the parameters and running state of `start`."""
    training = problem.decisions.settings.training
    deviation = (1.0,) if problem.targets is None else problem.targets.deviation.tolist()
    return fit(
        problem.plan,
        as_split(problem.encoded(train)),
        as_split(problem.encoded(validation)),
        build_effort(training, len(train)),
        task=problem.task,
        seed=seed,
        metric=shown(watched_metric(training, problem.task), deviation),
        start=start,
    )


def as_split(examples: Weighted) -> Examples:
    """Return the examples as the engine takes them."""
    return Examples(examples.inputs, examples.targets, examples.weights.astype(np.float32))
