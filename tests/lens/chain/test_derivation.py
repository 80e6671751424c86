"""The chain rule spelt out: a derivation by hand, sums over paths, and the way through the layers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.core.errors import SettingError
from piste.core.graphs import ChainRecord
from piste.core.records import decode, encode
from piste.lens.chain import derivation
from piste.lens.look import look
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Context, Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import GlobalAveragePool
from piste.nn.recurrent import GRU
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential


def passing(p: Any, lectures: Any) -> Any:
    """Will I pass the course? Two inputs, two hidden units, one output; the loss of one student."""
    hidden = jax.nn.sigmoid(lectures @ p["hidden"])
    output = jax.nn.sigmoid(hidden @ p["output"])
    return jnp.sum((output - 1.0) ** 2)


WEIGHTS = {"hidden": jnp.asarray([[0.2, -0.1], [0.05, 0.3]]), "output": jnp.asarray([[0.7], [-0.4]])}
POINT = jnp.asarray([[4.0, 5.0]])


def test_the_textbooks_derivation_with_this_networks_numbers() -> None:
    found = look(passing, WEIGHTS, POINT).chain("hidden[1, 0]").record
    hidden = 1 / (1 + np.exp(-(0.2 * 4 + 0.05 * 5)))
    other = 1 / (1 + np.exp(-(-0.1 * 4 + 0.3 * 5)))
    output = 1 / (1 + np.exp(-(0.7 * hidden - 0.4 * other)))
    expected = [5.0, hidden * (1 - hidden), 0.7, output * (1 - output), 1.0, 2 * (output - 1), 1.0]
    (path,) = found.paths
    assert [one.derivative for one in path.factors] == pytest.approx(expected, rel=1e-5)
    assert [one.target for one in path.factors] == [
        "matmul[0, 0]", "sigmoid[0, 0]", "matmul:2[0, 0]", "sigmoid:2[0, 0]", "sub[0, 0]", "power[0, 0]", "sum",
    ]  # fmt: skip
    assert path.product == pytest.approx(np.prod(expected), rel=1e-5)
    assert found.gradient == pytest.approx(np.prod(expected), rel=1e-5)
    assert (found.count, found.rest) == (1.0, 0.0)
    assert decode(encode(found), ChainRecord) == found


def test_a_weight_below_two_layers_has_a_path_through_each_unit() -> None:
    def deep(p: Any, x: Any) -> Any:
        return jnp.sum(jnp.tanh(jnp.tanh(jnp.tanh(x @ p["a"]) @ p["b"]) @ p["c"]))

    draw = np.random.default_rng(0).normal
    weights = {
        "a": jnp.asarray(draw(size=(2, 3))),
        "b": jnp.asarray(draw(size=(3, 4))),
        "c": jnp.asarray(draw(size=(4, 2))),
    }
    seen = look(deep, weights, jnp.asarray(draw(size=(5, 2))))
    found = seen.chain("a[0, 1]", most=6).record
    assert found.count == 5 * 4 * 2
    assert len(found.paths) == 6
    assert sum(one.product for one in found.paths) + found.rest == pytest.approx(found.gradient)
    sizes = [abs(one.product) for one in found.paths]
    assert sizes == sorted(sizes, reverse=True)
    whole = seen.chain("a[0, 1]", most=100).record
    assert sum(one.product for one in whole.paths) == pytest.approx(whole.gradient, rel=1e-5)


def test_the_parabola_has_a_path_for_every_place_where_the_weight_stands() -> None:
    found = look(lambda w: w * w - 10 * w + 25, 3.0).chain("w").record
    assert sorted(one.product for one in found.paths) == [-10.0, 3.0, 3.0]
    assert found.gradient == -4.0


def test_a_silent_unit_carries_nothing() -> None:
    def function(w: Any) -> Any:
        return jnp.sum(jax.nn.relu(w) * 2)

    found = look(function, jnp.asarray([-1.0, 2.0]))
    assert found.chain("w[0]").record.paths == ()
    assert "No path to the loss carries anything" in found.chain("w[0]").text()
    assert found.chain("w[1]").gradient == 2.0


NETWORKS = {
    "convolutions": (
        Sequential((Conv2D(2), BatchNorm(), Residual(Activation("relu")), GlobalAveragePool(), Dense(1))),
        (3, 3, 1), "00_conv2d.weight[1, 1, 0, 1]",
    ),
    "recurrent": (Sequential((GRU(3), Dense(2))), (4, 2), "00_gru.weight[1, 2]"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_at_every_layer_what_moves_times_the_gradient_is_the_derivative(name: str) -> None:
    model, shape, weight = NETWORKS[name]
    seen = looked(model, shape)
    weight = weight if name == "convolutions" else f"{seen.weights[0].name}{list((0,) * len(seen.weights[0].shape))}"
    found = seen.chain(weight, most=3).record
    assert len(found.stations) >= 3
    assert [one.product for one in found.stations] == pytest.approx([found.gradient] * len(found.stations), rel=1e-4)
    assert found.stations[-1].gradient == 1.0
    assert found.stations[-1].product == pytest.approx(found.gradient, rel=1e-4)


def looked(model: Layer, shape: tuple[int, ...]) -> Any:
    parameters = model.init(jax.random.key(1), shape)
    state = model.init_state(shape)
    inputs = jax.random.normal(jax.random.key(2), (2, *shape))
    return look(lambda p, x: jnp.mean(model.run(p, state, x, Context())[0] ** 2), parameters, inputs)


def test_where_the_network_is_too_large_the_layers_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "MOST_ENTRIES", 10)
    found = look(passing, WEIGHTS, POINT).chain("hidden[1, 0]")
    assert found.record.paths == ()
    assert "too many to follow single numbers" in found.text()
    assert found.record.stations[-1].product == pytest.approx(found.gradient, rel=1e-5)
    assert r"\left\langle" in found.latex()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hidden", r"has the shape \(2, 2\): name one number in it, such as hidden\[0, 0\]. Got 'hidden'"),
        ("hidden[2, 0]", r"Got 'hidden\[2, 0\]'"),
        ("hiden[0, 0]", "No node is called 'hiden'. Did you mean hidden"),
    ],
)
def test_what_is_no_number_in_the_network_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        look(passing, WEIGHTS, POINT).chain(text)


def test_a_chain_begins_where_a_gradient_arrives() -> None:
    seen = look(lambda w, places: jnp.sum(jax.nn.relu(w)[places]), jnp.ones(3), jnp.asarray([1]))
    with pytest.raises(SettingError, match="no gradient reaches it"):
        seen.chain("places[0]")


def recurrent(w: Any, x: Any) -> Any:
    def step(state: Any, row: Any) -> Any:
        new = jnp.tanh(state * w + row)
        return new, 3.0 * new

    state, seen = lax.scan(step, jnp.float32(0.1), x)
    return state**2 + jnp.sum(seen)


def test_a_loop_is_spelt_out_round_by_round() -> None:
    found = look(recurrent, jnp.float32(0.7), jnp.asarray([0.4, -0.3])).chain("w").record
    first = np.tanh(0.1 * 0.7 + 0.4)
    second = np.tanh(first * 0.7 - 0.3)
    slopes = 1 - first**2, 1 - second**2
    by_hand = {
        first * slopes[1] * 2 * second,  # through the second round into the square
        first * slopes[1] * 3.0,
        0.1 * slopes[0] * 3.0,
        0.1 * slopes[0] * 0.7 * slopes[1] * 2 * second,
        0.1 * slopes[0] * 0.7 * slopes[1] * 3.0,
    }
    assert sorted(one.product for one in found.paths) == pytest.approx(sorted(by_hand), rel=1e-5)
    assert found.gradient == pytest.approx(sum(by_hand), rel=1e-5)
    assert (found.count, found.note) == (5.0, "Written out: scan.")
    assert "scan/round 1/tanh" in {one.target for path in found.paths for one in path.factors}


def test_inside_a_round_is_its_part_of_the_derivative() -> None:
    seen = look(recurrent, jnp.float32(0.7), jnp.asarray([0.4, -0.3]))
    parts = [seen.inside("scan", one).chain("w") for one in range(2)]
    assert sum(one.gradient for one in parts) == pytest.approx(float(seen.gradient("w")), rel=1e-5)
    for one in parts:
        assert sum(path.product for path in one.record.paths) == pytest.approx(one.gradient, rel=1e-5)
        assert {path.factors[-1].target for path in one.record.paths} == {"loss"}
        assert one.record.paths[0].factors[-1].rule == "the gradient that reaches it from behind"
    assert parts[1].record.note == "scan: round 1 of 2: the part of the derivative that passes there."


def test_inside_a_function_with_a_rule_of_its_own() -> None:
    seen = look(lambda w: jnp.sum(jax.nn.softplus(w) ** 2), jnp.asarray([0.3, -1.0]))
    inside = seen.inside("softplus/logaddexp").chain("w[1]").record
    assert sum(one.product for one in inside.paths) == pytest.approx(float(seen.gradient("w")[1]), rel=1e-5)
    outside = seen.chain("w[1]").record
    assert outside.paths[0].factors[0].rule == "the rule that the function brings itself"
