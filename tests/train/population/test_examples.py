"""What members made of each validation example, beside the same networks asked one by one."""

import numpy as np
import pytest

from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.losses import CrossEntropy, SquaredError
from piste.nn.metrics import METRICS, right_class
from piste.nn.sequential import Sequential
from piste.train.examples import Examples
from piste.train.fit import Shown
from piste.train.inference import outputs
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.population import Member, Population
from piste.train.population.examples import each_example
from piste.train.timeline import Effort

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(90, 5)).astype(np.float32)
CLASSES = (INPUTS[:, 0] + 0.5 * RANDOM.normal(size=90) > 0).astype(np.int32)
TRAIN = Examples(INPUTS[:60], CLASSES[:60])
WEIGHTS = np.linspace(0.5, 2.0, 30).astype(np.float32)
VALIDATION = Examples(INPUTS[60:], CLASSES[60:], WEIGHTS)


def member(number: int, metric: object = right_class) -> Member:
    model = Sequential((Dense(8), Activation("relu"), Dropout(0.1 * (number + 1)), Dense(2)))
    plan = Plan(model, (5,), CrossEntropy(), metric, Optimiser("adamw"))  # type: ignore[arg-type]
    rates = np.full(2 * 6, 0.01 * (number + 1), np.float32)
    return Member(number, plan, Effort(2, 10, rates), seed=number)


def trained(members: list[Member], validation: Examples = VALIDATION) -> Population:
    population = Population(members, TRAIN, validation, task=Task.MANY_CLASS, metric=Shown("accuracy"))
    population.advance({one.number: 2 for one in members})
    return population


@pytest.fixture(scope="module")
def three() -> Population:
    return trained([member(number) for number in range(3)])


def test_losses_and_hits_are_those_of_each_network_asked_alone(three: Population) -> None:
    found = each_example(three, [0, 2])
    assert set(found) == {0, 2}
    for number, (losses, hits) in found.items():
        fitted = three.fitted(number)
        raw = outputs(member(number).plan.model, fitted.parameters, fitted.state, VALIDATION.inputs).astype(np.float64)
        truth = VALIDATION.targets
        logarithms = raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))
        own = WEIGHTS / WEIGHTS.mean()
        np.testing.assert_allclose(losses, -logarithms[np.arange(30), truth] * own, rtol=1e-4, atol=1e-6)
        assert hits is not None
        np.testing.assert_allclose(hits, (raw.argmax(axis=1) == truth) * own, rtol=1e-6)
        best = min(one.validation_loss for one in fitted.epochs)
        assert losses.mean() == pytest.approx(best, rel=1e-5)


def test_a_metric_of_the_whole_split_has_no_share_for_each_example() -> None:
    area = METRICS[Task.TWO_CLASS]["auc"].metric
    losses, each = each_example(trained([member(1, area)]), [1])[1]
    assert losses.shape == (30,)
    assert each is None


def test_losses_of_numbers() -> None:
    targets = INPUTS[:, :1]
    plan = Plan(
        Sequential((Dense(1),)), (5,), SquaredError(), METRICS[Task.REGRESSION]["rmse"].metric, Optimiser("adamw")
    )
    only = Member(0, plan, Effort(1, 10, np.full(6, 0.1, np.float32)), seed=0)
    train, validation = Examples(INPUTS[:60], targets[:60]), Examples(INPUTS[60:], targets[60:])
    population = Population(
        [only], train, validation, task=Task.REGRESSION, metric=Shown("RMSE", higher_is_better=False)
    )
    population.advance({0: 1})
    fitted = population.fitted(0)
    squared = (outputs(plan.model, fitted.parameters, fitted.state, validation.inputs) - targets[60:])[:, 0] ** 2
    _, each = each_example(population, [0])[0]
    assert each is not None
    np.testing.assert_allclose(each, squared, rtol=1e-4, atol=1e-7)
