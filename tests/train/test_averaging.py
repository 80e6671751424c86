import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.train import averaging
from piste.train.averaging import Averaging

WAY = np.random.default_rng(0).normal(size=(40, 3))


def after(kind: Averaging, per_epoch: int, first: int = 0) -> np.ndarray:
    averages = averaging.begin(jnp.zeros(3), {})
    for index, point in enumerate(WAY):
        vector = jnp.asarray(point, jnp.float32)
        averages = averaging.after_step(kind, averages, vector)
        if (index + 1) % per_epoch == 0:
            epoch = index // per_epoch
            reached = jnp.asarray(epoch >= first)
            averages = averaging.after_round(kind, averages, vector, jnp.asarray(per_epoch), reached)
    return np.asarray(averaging.averaged(kind, averages, jnp.asarray(WAY[-1], jnp.float32)))


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
def test_ema_weighs_every_step_by_its_age_and_the_weights_sum_to_one(decay: float) -> None:
    ages = np.arange(len(WAY))[::-1]
    shares = decay**ages / np.sum(decay**ages)
    np.testing.assert_allclose(after(Averaging("ema", decay), 8), shares @ WAY, rtol=1e-4, atol=1e-5)


def test_swa_is_the_mean_of_the_epochs_ends_from_its_start_on() -> None:
    np.testing.assert_allclose(after(Averaging("swa"), 8), WAY[7::8].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(after(Averaging("swa"), 8, first=3), WAY[31::8].mean(axis=0), atol=1e-6)


def test_before_its_start_the_weights_are_the_present_ones() -> None:
    np.testing.assert_allclose(after(Averaging("swa"), 8, first=9), WAY[-1], atol=1e-6)


def test_a_model_without_state_is_not_run_again() -> None:
    def refuse(state: object, step: jax.Array) -> object:
        raise AssertionError("it was run")

    assert averaging.remeasured(refuse, {}, jnp.asarray(9)) == {}


def test_statistics_are_measured_on_as_many_batches_as_there_are_but_not_on_too_many() -> None:
    for steps, expected in ((7, 7), (400, averaging.REMEASURED)):
        counted = averaging.remeasured(lambda state, step: state + 1, jnp.asarray(0), jnp.asarray(steps))
        assert int(counted) == expected


def test_a_decay_of_one_would_never_forget_the_start() -> None:
    with pytest.raises(SettingError, match="'decay'"):
        Averaging("ema", 1.0)
