"""What holds for every loss: gradients by finite differences in float64, PyTorch where it has the same, constants."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.nn import losses
from piste.nn.losses import Mixture, Part
from piste.nn.losses.loss import StandardLoss

GENERATOR = np.random.default_rng(5)
SCORES = 2 * GENERATOR.normal(size=(12, 4))
CLASSES = GENERATOR.integers(0, 4, 12)
CHANCES = GENERATOR.dirichlet(np.ones(4), 12)
LABELS = GENERATOR.integers(0, 2, (12, 4)).astype(float)
NUMBERS = 2 * GENERATOR.normal(size=(12, 4))
COUNTS = GENERATOR.poisson(2.0, size=(12, 4)).astype(float)


class Case(NamedTuple):
    loss: StandardLoss
    targets: NDArray[Any]
    torch: Callable[[Any, Any, Any], Any] | None = None  # (torch.nn.functional, outputs, targets) -> (B,)


CASES = [
    Case(losses.CrossEntropy(), CLASSES, lambda f, o, t: f.cross_entropy(o, t, reduction="none")),
    Case(
        losses.CrossEntropy(0.2), CLASSES, lambda f, o, t: f.cross_entropy(o, t, reduction="none", label_smoothing=0.2)
    ),
    Case(losses.CrossEntropy(), CHANCES, lambda f, o, t: f.cross_entropy(o, t, reduction="none")),
    Case(losses.Focal(1.5), CLASSES),
    Case(losses.Hinge(1.5), CLASSES, lambda f, o, t: f.multi_margin_loss(o, t, margin=1.5, reduction="none")),
    Case(losses.SquaredHinge(), CLASSES, lambda f, o, t: f.multi_margin_loss(o, t, p=2, reduction="none")),
    Case(
        losses.KullbackLeibler(),
        CHANCES,
        lambda f, o, t: f.kl_div(f.log_softmax(o, 1), t, reduction="none").sum(1),
    ),
    Case(
        losses.BinaryCrossEntropy(),
        LABELS,
        lambda f, o, t: f.binary_cross_entropy_with_logits(o, t, reduction="none").mean(1),
    ),
    Case(
        losses.BinaryCrossEntropy(3.0),
        LABELS,
        lambda f, o, t: f.binary_cross_entropy_with_logits(o, t, reduction="none", pos_weight=t[0, 0] * 0 + 3).mean(1),
    ),
    Case(losses.BinaryFocal(2.0, 0.3), LABELS),
    Case(losses.SquaredError(), NUMBERS, lambda f, o, t: f.mse_loss(o, t, reduction="none").mean(1)),
    Case(losses.SumOfSquares(), NUMBERS, lambda f, o, t: f.mse_loss(o, t, reduction="none").sum(1)),
    Case(losses.AbsoluteError(), NUMBERS, lambda f, o, t: f.l1_loss(o, t, reduction="none").mean(1)),
    Case(losses.Huber(0.7), NUMBERS, lambda f, o, t: f.huber_loss(o, t, reduction="none", delta=0.7).mean(1)),
    Case(losses.LogCosh(), NUMBERS),
    Case(losses.Quantile(0.3), NUMBERS),
    Case(losses.Poisson(), COUNTS, lambda f, o, t: f.poisson_nll_loss(o, t, reduction="none").mean(1)),
    Case(losses.Cosine(), NUMBERS, lambda f, o, t: 1 - f.cosine_similarity(o, t)),
    Case(Mixture((Part(losses.CrossEntropy(), 3, 1), Part(losses.Huber(), 1, 1, 0.5))), NUMBERS[:, :2].round() % 3),
]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{type(case.loss).__name__}-{case.targets.ndim}")


def test_every_loss_is_here() -> None:
    named = {name for name in losses.__all__ if dataclasses.is_dataclass(getattr(losses, name))}
    assert {type(case.loss).__name__ for case in CASES} == named - {"Part"}


@each
def test_the_gradient_is_that_of_finite_differences(case: Case) -> None:
    with jax.enable_x64(True):
        outputs, targets = jnp.asarray(SCORES, jnp.float64), jnp.asarray(case.targets)
        summed = jax.jit(lambda o: jnp.sum(case.loss(o, targets)))
        gradient = jax.jit(jax.grad(summed))(outputs)
        assert gradient.dtype == jnp.float64
        for _ in range(3):
            way = 1e-6 * GENERATOR.normal(size=SCORES.shape)
            slope = float(summed(outputs + way) - summed(outputs - way)) / 2e-6
            assert float(jnp.sum(gradient * way) / 1e-6) == pytest.approx(slope, rel=1e-6, abs=1e-7)


@each
def test_values_and_gradients_are_pytorchs(case: Case, agree_with_torch: Callable[..., None]) -> None:
    if case.torch is None:
        pytest.skip("PyTorch has no such loss")
    from torch.nn import functional

    theirs = case.torch
    integers = case.targets.dtype.kind == "i"
    targets = case.targets if integers else case.targets.astype(np.float32)

    def of_torch(outputs: Any) -> Any:
        import torch

        return theirs(functional, outputs, torch.tensor(targets))

    agree_with_torch(lambda outputs: case.loss(outputs, jnp.asarray(targets)), of_torch, {"outputs": SCORES})


@each
def test_an_example_does_not_know_of_the_others(case: Case) -> None:
    together = case.loss(jnp.asarray(SCORES), jnp.asarray(case.targets))
    assert together.shape == (12,)
    alone = case.loss(jnp.asarray(SCORES[3:4]), jnp.asarray(case.targets[3:4]))
    np.testing.assert_allclose(alone[0], together[3], rtol=1e-6)


@each
def test_no_constant_near_the_best_one_is_clearly_better(case: Case) -> None:
    if isinstance(case.loss, losses.Focal | losses.BinaryFocal | losses.Hinge | losses.SquaredHinge | losses.Cosine):
        pytest.skip("its best constant has no closed form; the cross-entropy's, or the mean, is close")
    if isinstance(case.loss, losses.BinaryCrossEntropy) and case.loss.positive != 1.0:
        pytest.skip("the odds are those of the data, not of the weighted labels")
    targets = np.concatenate([case.targets] * 20)  # so many that the one added to each class hardly counts
    best = case.loss.best_constant(targets, 4, np.ones(240))
    assert best.shape == (4,)

    def mean(answer: NDArray[Any]) -> float:
        return float(jnp.mean(case.loss(jnp.broadcast_to(jnp.asarray(answer), (240, 4)), jnp.asarray(targets))))

    for _ in range(20):
        assert mean(best) <= mean(best + 0.5 * GENERATOR.normal(size=4)) + 1e-3


def test_equal_losses_share_a_compilation() -> None:
    assert losses.Huber(2.0) == losses.Huber(2.0)
    assert hash(losses.Quantile(0.1)) == hash(losses.Quantile(0.1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.Focal(-1.0), "Focal: The 'gamma' setting must be a number of at least 0"),
        (lambda: losses.Quantile(1.0), "Quantile: The 'level' setting must be a number in .0, 1."),
        (lambda: losses.Huber(0.0), "Huber: The 'delta' setting must be a number above 0"),
        (lambda: losses.Hinge(-2.0), "Hinge: The 'margin'"),
        (lambda: losses.BinaryCrossEntropy(0.0), "'positive'"),
    ],
)
def test_settings_have_ranges(make: Callable[[], object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make()
