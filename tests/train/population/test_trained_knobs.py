"""Members that differ in many knobs at once, trained for 50 steps, beside the same trials alone."""

from typing import Any

import pytest
from tests.train.population.trials import assert_equal_to_alone, effort, plan, trained

from piste.nn.augment.mixing import Mixup
from piste.nn.augment.noise import Noise
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy, Focal
from piste.nn.zoo.mlp import mlp
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.plateau import Plateau
from piste.train.population import Member, groups


def table(dropout: float, activation: str = "relu") -> Layer:
    return mlp(3, (8,), dropout=dropout, activation=activation)


def pair(one: dict[str, Any], other: dict[str, Any], first: dict[str, Any], second: dict[str, Any]) -> list[Member]:
    settings = ((one, first), (other, second))
    return [
        Member(number, plan(own.pop("model"), **own), effort(**pace), number)
        for number, (own, pace) in enumerate(settings)
    ]


def mixed_zeros() -> list[Member]:
    """Strengths that are off in one member and on in the other."""
    optimiser = Optimiser("adamw", 0.1, 0.2, 0.7, 0.9999, 0.05, 1e-3, 1e-2)
    off = {"model": table(0.1), "averaging": Averaging("ema", 0.9), "augment": (Noise(0.1),)}
    on = {
        "model": table(0.5, "tanh"),
        "averaging": Averaging("ema", 0.99),
        "augment": (Noise(0.4),),
        "optimiser": optimiser,
        "loss": CrossEntropy(0.2),
    }
    return pair({**off, "optimiser": Optimiser("adamw")}, on, {"epochs": 12}, {"schedule": "linear", "patience": 30})


def listening() -> list[Member]:
    """A rate that falls when the loss stands still."""
    one = {"model": table(0.2), "plateau": Plateau(1, 0.5), "loss": Focal(2.0), "augment": (Mixup(0.2, 3),)}
    other = {"model": table(0.3), "plateau": Plateau(2, 0.1), "loss": Focal(1.0), "augment": (Mixup(0.9, 3),)}
    losses = {"loss": CrossEntropy(0.1)}, {"loss": CrossEntropy(0.3)}
    rmsprop = {"optimiser": Optimiser("rmsprop")}, {"optimiser": Optimiser("rmsprop", beta2=0.99)}
    pace = {"schedule": "constant", "rate": 0.05}
    return pair(one | losses[0] | rmsprop[0], other | losses[1] | rmsprop[1], pace, pace)


@pytest.mark.parametrize("members", [mixed_zeros, listening])
def test_fifty_steps(members: Any) -> None:
    made = members()
    assert len(groups(made)) == 1
    assert_equal_to_alone(trained(made), made[1])
