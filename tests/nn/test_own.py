import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.own import PerExampleOnly, function_name


def cubed(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean(jnp.abs(outputs - targets) ** 3, axis=-1)


def test_a_function_of_ones_own_is_used_as_it_is() -> None:
    outputs, targets = jnp.ones((4, 2)), jnp.zeros((4, 2))
    np.testing.assert_array_equal(PerExampleOnly(cubed, "loss")(outputs, targets), np.ones(4))
    assert PerExampleOnly(cubed, "loss") == PerExampleOnly(cubed, "loss")
    assert function_name(cubed) == "cubed"


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (lambda o, t: jnp.mean((o - t) ** 2), r"Got shape \(\)"),
        (lambda o, t: (o - t) ** 2, r"Got shape \(4, 2\)"),
        (lambda o, t: jnp.mean(o - t, axis=0), r"Got shape \(2,\)"),
        (lambda o, t: 0.5, r"Got 0.5"),
    ],
)
def test_a_result_that_would_broadcast_is_refused(wrong: object, found: str) -> None:
    with pytest.raises(SettingError, match=f"must give one number per example.*{found}"):
        PerExampleOnly(wrong, "loss")(jnp.ones((4, 2)), jnp.zeros((4, 2)))  # type: ignore[arg-type]
