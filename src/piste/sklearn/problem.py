"""What is learned, from what, by which network: all of an estimator's training but the learned numbers themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.data.splits import by_chance, by_class
from piste.nn.layer import Parameters, State
from piste.nn.metrics import WATCHED
from piste.recipe.building import build_effort
from piste.sklearn.decisions import Decisions, build
from piste.sklearn.examples import Weighted
from piste.sklearn.inputs import Standard, fit_standard
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.inference import outputs
from piste.train.plan import Plan
from piste.train.program import EVALUATION_CHUNK


@dataclass(frozen=True)
class Problem:
    """`inputs` and `targets` say how numbers are standardised; `targets` is None for classes and labels."""

    task: Task
    plan: Plan
    decisions: Decisions
    inputs: Standard
    targets: Standard | None

    def encoded(self, examples: Weighted) -> Weighted:
        """Return the examples as the network takes them: float32 inputs, int32 classes or float32 numbers."""
        targets = examples.targets if self.targets is None else self.targets.apply(examples.targets)
        return Weighted(self.inputs.apply(examples.inputs), targets, examples.weights)

    def outputs(self, parameters: Parameters, state: State, inputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the network's outputs (B, K) for `inputs` (B, F): logits, or numbers in the targets' own units."""
        # Whole chunks: a product's rounding depends on its shape, and a row's outputs must not depend on the others.
        rows = np.pad(self.inputs.apply(inputs), [(0, -len(inputs) % EVALUATION_CHUNK), (0, 0)])
        raw = outputs(self.plan.model, parameters, state, rows)[: len(inputs)].astype(np.float64)
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


def posed(decisions: Decisions, train: Weighted, task: Task, outputs: int) -> Problem:
    """Return the problem; what is measured of the data is measured on the `train` examples alone."""
    features = train.inputs.shape[1]
    return Problem(
        task,
        build(decisions, task, features, outputs),
        decisions,
        fit_standard(train.inputs, train.weights),
        fit_standard(train.targets, train.weights) if task is Task.REGRESSION else None,
    )


def solved(problem: Problem, train: Weighted, validation: Weighted, seed: int) -> Fitted:
    """Return the network trained from the start."""
    watched = WATCHED[problem.task]
    return fit(
        problem.plan,
        _as_split(problem.encoded(train)),
        _as_split(problem.encoded(validation)),
        build_effort(problem.decisions.settings.training, len(train)),
        task=problem.task,
        seed=seed,
        metric=Shown(watched.name, higher_is_better=watched.higher_is_better),
    )


def _as_split(examples: Weighted) -> Examples:
    return Examples(examples.inputs, examples.targets, examples.weights.astype(np.float32))
