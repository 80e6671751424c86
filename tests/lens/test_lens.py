"""Values, gradients, shares and local derivatives of small functions, against what the textbook says."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.graphs import GraphRecord, NodeKind
from piste.core.records import decode, encode
from piste.lens.graph.width import widened, width
from piste.lens.look import look


def parabola(w: Any, c: Any) -> Any:
    return c[0] * w * w + c[1] * w + c[2]


def two_layers(p: Any, x: Any, y: Any) -> Any:
    with jax.named_scope("first"):
        hidden = jax.nn.sigmoid(x @ p["first"]["weight"])
    with jax.named_scope("second"):
        output = jax.nn.sigmoid(hidden @ p["second"]["weight"])
    return jnp.mean((output - y) ** 2)


WEIGHTS = {
    "first": {"weight": jnp.asarray([[0.5, -1.0, 0.25], [0.1, 0.7, -0.3]])},
    "second": {"weight": jnp.asarray([[1.0], [-2.0], [0.5]])},
}
X, Y = jnp.asarray([[4.0, 5.0], [1.0, 2.0]]), jnp.asarray([[1.0], [0.0]])


def test_coefficients_are_data_and_the_parabola_has_its_slope() -> None:
    seen = look(parabola, 0.0, jnp.asarray([1.0, -10.0, 25.0]))
    assert (seen.loss, float(seen.gradient("w"))) == (25.0, -10.0)
    assert [one.name for one in seen.weights] == ["w"]
    np.testing.assert_array_equal(seen.gradient("c"), [0.0, 0.0, 1.0])


def test_backpropagation_by_hand_through_two_layers_of_sigmoids() -> None:
    seen = look(two_layers, WEIGHTS, X, Y)
    x, y, first, second = (np.asarray(one, np.float64) for one in (X, Y, *jax.tree.leaves(WEIGHTS)))
    hidden = 1 / (1 + np.exp(-x @ first))
    output = 1 / (1 + np.exp(-hidden @ second))
    delta_output = 2 * (output - y) / output.size * output * (1 - output)
    delta_hidden = delta_output @ second.T * hidden * (1 - hidden)
    for name, expected in (
        ("first/sigmoid", hidden),
        ("second/sigmoid", output),
    ):
        np.testing.assert_allclose(seen.value(name), expected, rtol=1e-6)
    for name, expected in (
        ("second/matmul", delta_output),
        ("second.weight", hidden.T @ delta_output),
        ("first/sigmoid", delta_output @ second.T),
        ("first/matmul", delta_hidden),
        ("first.weight", x.T @ delta_hidden),
        ("x", delta_hidden @ first.T),
    ):
        np.testing.assert_allclose(seen.gradient(name), expected, rtol=1e-5, atol=1e-9)
    local = seen.local("first/matmul", "first/sigmoid")
    np.testing.assert_allclose(np.diag(local.matrix.reshape(6, 6)), (hidden * (1 - hidden)).ravel(), rtol=1e-5)
    assert local.between((1, 2), (1, 2)) == pytest.approx(hidden[1, 2] * (1 - hidden[1, 2]), rel=1e-5)
    np.testing.assert_allclose(local.back(delta_output @ second.T), delta_hidden, rtol=1e-5)


def test_what_a_node_feeds_brings_its_gradient_back_in_shares_that_add_up() -> None:
    seen = look(lambda w: jnp.sum(w * w) + jnp.sum(3 * w), jnp.asarray([1.0, 2.0]))
    arrivals = {one.successor: one for one in seen.arrivals("w")}
    np.testing.assert_allclose(arrivals["mul"].gradient, [2.0, 4.0])
    np.testing.assert_allclose(arrivals["mul:2"].gradient, [3.0, 3.0])
    np.testing.assert_allclose(sum(one.gradient for one in arrivals.values()), seen.gradient("w"))
    assert sum(one.share for one in arrivals.values()) == pytest.approx(1.0)
    assert arrivals["mul"].share == pytest.approx((2 * 5 + 4 * 7) / 74)
    np.testing.assert_allclose(seen.local("w", "mul").matrix, np.diag([2.0, 4.0]))
    assert [one.name for one in seen.successors("w")] == ["mul", "mul:2"]
    with pytest.raises(SettingError, match=r"sum is not computed from w directly; mul, mul:2 is"):
        seen.local("w", "sum")


def test_the_record_says_all_and_survives_json() -> None:
    graph = look(two_layers, WEIGHTS, X, Y).graph
    assert decode(encode(graph), GraphRecord) == graph
    kinds = {one.name: one.kind for one in graph.nodes}
    assert kinds["first.weight"] is NodeKind.WEIGHT
    assert kinds["x"] is NodeKind.INPUT
    assert graph.nodes[-1].kind is NodeKind.LOSS
    assert [(one.path, one.kind, one.weights) for one in graph.groups] == [
        ("", "whole", 9), ("first", "layer", 6), ("second", "layer", 3),
    ]  # fmt: skip
    node = next(one for one in graph.nodes if one.name == "first/sigmoid")
    assert node.line.startswith("test_lens.py:")
    assert node.value is not None
    assert len(node.value.numbers) == 6
    into = [one for one in graph.edges if one.target == node.number]
    assert [graph.nodes[one.source].name for one in into] == ["first/matmul"]
    assert into[0].share == pytest.approx(1.0)


def test_numbers_that_are_not_finite_are_counted() -> None:
    graph = look(lambda w: jnp.sum(jnp.log(w)), jnp.asarray([0.0, 1.0])).graph
    log = next(one for one in graph.nodes if one.name == "log")
    assert log.value is not None
    assert log.value.not_finite == 1
    assert log.value.mean == 0.0
    assert decode(encode(graph), GraphRecord).nodes[-1].name == "sum"


def test_random_keys_and_whole_numbers_have_no_gradient() -> None:
    def noisy(w: Any, key: Any, places: Any) -> Any:
        return jnp.sum((w + jax.random.normal(key, w.shape))[places])

    seen = look(noisy, jnp.ones(3), jax.random.key(1), jnp.asarray([0, 0, 2]))
    assert seen.gradient("key") is None
    assert seen.gradient("places") is None
    np.testing.assert_array_equal(seen.gradient("w"), [2.0, 0.0, 1.0])
    assert seen.value("key").shape == (2,)


def test_what_leads_to_no_result_is_no_node() -> None:
    @jax.jit
    def layer(w: Any, x: Any) -> tuple[Any, Any]:
        return jnp.tanh(x * w), jnp.sin(jnp.sum(x) * 0.9)  # the second as running averages are

    def function(w: Any, x: Any) -> Any:
        outputs, average = layer(w, x)
        _ = average * 2
        return jnp.sum(outputs)

    seen = look(function, jnp.ones(3), jnp.arange(3.0))
    assert [one.operation for one in seen.nodes if one.step is not None] == ["mul", "tanh", "sum"]
    np.testing.assert_allclose(seen.gradient("w"), jax.grad(function)(jnp.ones(3), jnp.arange(3.0)), rtol=1e-6)


def test_in_float64_every_weight_has_the_gradient_of_jax_in_float64() -> None:
    weights = {"a": np.asarray([[0.3, -0.7]], np.float32), "b": np.asarray([0.1], np.float32)}
    x = np.asarray([[0.5], [1.5]], np.float32)

    def function(p: Any, x: Any) -> Any:
        return jnp.mean(jnp.tanh(x @ p["a"]) ** 3) * p["b"][0]

    seen = look(function, weights, x, precision="float64")
    assert seen.gradient("a").dtype == np.float64
    with width(True):
        expected = jax.grad(function)(widened(weights), widened(x))
        for name in weights:
            np.testing.assert_allclose(seen.gradient(name), expected[name], rtol=1e-14)
    assert seen.check("a").rounding == 0.0
    with pytest.raises(SettingError, match="Got 'float16' instead"):
        look(function, weights, x, precision="float16")


def test_an_array_that_is_the_gradient_of_several_nodes_is_there_for_each() -> None:
    seen = look(lambda a, b: jnp.sum((a + b) + (a + b) * 2.0), jnp.ones(2), jnp.ones(2))
    for name in ("a", "b", "add"):
        np.testing.assert_array_equal(seen.gradient(name), [3.0, 3.0] if name != "add" else seen.gradient("add"))
    assert [one.gradient.tolist() for one in seen.arrivals("a")] == [[1.0, 1.0], [2.0, 2.0]]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda w: w, r"returns one number. Got an array of shape \(2,\)"),
        (lambda w: (w, w), "returns one number. Got tuple"),
        (lambda w: jnp.argmax(w), "floating-point number to differentiate. Got int32"),
    ],
)
def test_what_is_no_loss_is_refused(function: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        look(function, jnp.ones(2))


def test_a_constant_loss_has_gradients_of_nothing() -> None:
    seen = look(lambda w: jnp.sum(jnp.zeros_like(w)), jnp.ones(2))
    np.testing.assert_array_equal(seen.gradient("w"), [0.0, 0.0])
    assert seen.loss == 0.0


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingError, match="Did you mean first/sigmoid"):
        look(two_layers, WEIGHTS, X, Y).node("first/sigmoidd")
