import jax.numpy as jnp
import numpy as np
import pytest

from piste.train import plateau
from piste.train.plateau import Plateau

LOSSES = [1.0, 0.8, 0.8, 0.9, 0.85, 0.81, 0.7, 0.75, 0.74, 0.73, 0.72, 0.71, 0.705, 0.6, 0.6, 0.6, 0.6]


def factors(losses: list[float], schedule: Plateau) -> list[float]:
    listening, best, best_epoch, seen = plateau.begin(), np.inf, 0, []
    for epoch, loss in enumerate(losses, start=1):
        seen.append(float(listening.factor))
        if loss < best:
            best, best_epoch = loss, epoch
        listening = plateau.after_round(schedule, listening, jnp.asarray(epoch), jnp.asarray(best_epoch))
    return seen


def test_the_rate_falls_after_so_many_epochs_without_a_better_loss() -> None:
    seen = factors(LOSSES, Plateau(patience=3, factor=0.5))
    np.testing.assert_allclose(
        seen, [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125]
    )


@pytest.mark.parametrize("patience", [1, 2, 4])
def test_it_is_pytorchs(patience: int) -> None:
    torch = pytest.importorskip("torch")
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    # There, patience is the number of such epochs that are still borne.
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(sgd, factor=0.3, patience=patience - 1, threshold=0.0)
    expected = []
    for loss in LOSSES:
        expected.append(sgd.param_groups[0]["lr"])
        theirs.step(loss)
    np.testing.assert_allclose(factors(LOSSES, Plateau(patience, 0.3)), expected, rtol=1e-6)
