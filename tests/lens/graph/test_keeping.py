"""What is kept is what was asked for, it is said, and what was dropped comes back when it is asked for."""

from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.lens.graph.keeping import keeping
from piste.lens.graph.trace import traced
from piste.lens.look import look

W, X = {"a": jnp.ones((2, 3)), "b": jnp.ones((3, 1))}, jnp.asarray([[1.0, -2.0]])


def layers(w: Any, x: Any) -> Any:
    with jax.named_scope("one"):
        x = jnp.tanh(x @ w["a"])
    with jax.named_scope("two"):
        x = jnp.tanh(x @ w["b"])
    return jnp.sum(x)


@pytest.mark.parametrize("keep", ["update", "one", ["one/tanh", "two/*"]], ids=str)
def test_what_was_dropped_is_computed_again(keep: str | Iterable[str]) -> None:
    whole, some = look(layers, W, X), look(layers, W, X, keep=keep)
    assert whole.kept.dropped == 0
    assert some.kept.dropped > 0
    assert some.kept.mebibytes < whole.kept.mebibytes
    assert f"{some.kept.dropped} of {len(some.nodes)} values were dropped" in some.kept.words
    for node in whole.nodes:
        np.testing.assert_array_equal(some.value(node.name), whole.value(node))
        np.testing.assert_array_equal(some.gradient(node.name), whole.gradient(node))
    assert len([one for one in some.graph.nodes if one.kept]) == some.kept.values


def test_only_the_gradients_of_the_weights_are_kept_for_the_update() -> None:
    graph = look(layers, W, X, keep="update").graph
    reached = [one.name for one in graph.nodes if one.gradient is not None]
    assert reached == ["a", "b", "sum"]
    assert [one.name for one in graph.nodes if one.value is not None] == ["sum"]


def test_where_memory_is_short_the_layers_outputs_are_kept() -> None:
    graph = traced(layers, (W, X), ["a", "b", "x"], 2)
    kept = keeping(graph, "all", memory=10)
    assert kept.rule == "memory"
    assert {graph.nodes[one].name for one in kept.numbers} == {"a", "b", "one/tanh", "two/tanh", "sum"}


def test_a_name_that_no_node_has_is_refused() -> None:
    with pytest.raises(SettingError, match="No node is called 'three'"):
        look(layers, W, X, keep="three")
