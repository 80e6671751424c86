from typing import Any

import jax
import jax.numpy as jnp
import pytest

from piste.train.origin import origin

ONES = jnp.ones((3, 2))


def slope(loss: Any) -> Any:
    return jax.value_and_grad(loss)


def scoped(name: str, function: Any) -> Any:
    return jax.named_scope(name)(function)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda w, x: jnp.sum(scoped("body", jnp.log)(x @ w * 0.0)), "body: the logarithm"),
        (lambda w, x: jnp.sum(scoped("head", lambda v: v / 0.0)(x @ w)), "head: a quotient"),
        (lambda w, x: jnp.sum(jnp.exp(x @ w * 1000.0)), "the loss: the exponential"),
        (lambda w, x: jnp.sum((x @ w) ** 2), ""),
    ],
)
def test_the_first_operation_is_named(loss: Any, expected: str) -> None:
    assert origin(slope(loss), jnp.ones(2), ONES) == expected


def test_a_gradient_that_breaks_where_the_loss_does_not() -> None:
    def loss(weight: jax.Array, inputs: jax.Array) -> jax.Array:
        return jnp.sum(scoped("length", jnp.sqrt)(inputs @ weight * 0.0))

    assert origin(slope(loss), jnp.ones(2), ONES).startswith("length:")
    assert origin(slope(loss), jnp.ones(2), ONES).endswith("on the way back")


def test_minus_infinity_of_a_mask_is_no_origin() -> None:
    def masked(weight: jax.Array, inputs: jax.Array) -> jax.Array:
        scores = jnp.where(jnp.arange(3) < 2, inputs @ weight, -jnp.inf)
        return jnp.sum(jax.nn.softmax(scores) ** 2)

    assert origin(slope(masked), jnp.ones(2), ONES) == ""
    broken = lambda weight, inputs: jnp.log(masked(weight, inputs) * 0.0)  # noqa: E731
    assert origin(slope(broken), jnp.ones(2), ONES) == "the loss: the logarithm"


def test_what_is_given_may_be_broken_already() -> None:
    function = slope(lambda tree, x: jnp.sum(x @ tree["dense"]["weight"]))
    assert origin(function, {"dense": {"weight": jnp.ones(2)}}, ONES * jnp.nan) == "the examples"
    assert origin(function, {"dense": {"weight": jnp.full(2, jnp.inf)}}, ONES) == "the parameter dense/weight"
