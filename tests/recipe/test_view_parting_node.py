"""The first node that differs between two sweeps: a value, an operation, a gradient, or none."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest

from piste.lens.look import look
from piste.recipe.view_parting_node import first_different

W, X = jnp.asarray([[0.5, -0.2], [0.3, 0.8]]), jnp.asarray([[1.0, 0.5], [-0.4, 0.2]])


def plain(w: Any, x: Any, scale: Any = 1.0) -> Any:
    hidden = jnp.tanh(x @ w)
    return jnp.mean(jnp.sin(hidden * scale) ** 2)


def smooth(w: Any, x: Any, scale: Any = 1.0) -> Any:
    hidden = jax.nn.sigmoid(x @ w)
    return jnp.mean(jnp.sin(hidden * scale) ** 2)


def longer(w: Any, x: Any, scale: Any = 1.0) -> Any:
    return plain(w, x, scale) * 2.0


@jax.custom_vjp
def passed(x: Any) -> Any:
    return x * 1.0


passed.defvjp(lambda x: (x * 1.0, None), lambda _, gradient: (gradient * 0.5,))


@jax.custom_vjp
def other_way(x: Any) -> Any:
    return x * 1.0


other_way.defvjp(lambda x: (x * 1.0, None), lambda _, gradient: (gradient * 0.25,))


def test_the_same_computation_of_the_same_numbers_differs_nowhere() -> None:
    found = first_different(look(plain, W, X), look(plain, W, X))
    assert (found.how, found.name) == ("update", "")
    assert "what the optimiser makes of the gradients differs" in found.words


def test_the_first_value_is_named_and_counted() -> None:
    found = first_different(look(plain, W, X, 1.0), look(plain, W, X, 2.0))
    assert (found.how, found.name) == ("value", "scale")  # what is given comes first
    found = first_different(look(lambda w, x: plain(w, x, 1.0), W, X), look(lambda w, x: plain(w, x, 2.0), W, X))
    assert (found.how, found.name) == ("value", "mul")
    assert found.words.startswith("Its value differs, in 4 of 4 numbers, by ")


@pytest.mark.parametrize(("other", "name"), [(smooth, "tanh"), (longer, "mul:2")])
def test_networks_that_are_built_otherwise_part_at_an_operation(other: Any, name: str) -> None:
    found = first_different(look(plain, W, X), look(other, W, X))
    assert (found.how, found.name) == ("operation", name)
    assert first_different(look(other, W, X), look(plain, W, X)).how == "operation"


def test_where_the_values_are_the_same_the_first_gradient_back_from_the_loss_is_named() -> None:
    def lossy(rule: Any) -> Any:
        return lambda w, x: jnp.sum(rule(jnp.tanh(x @ w)) ** 2)

    found = first_different(look(lossy(passed), W, X), look(lossy(other_way), W, X))
    assert (found.how, found.name) == ("gradient", "tanh")
