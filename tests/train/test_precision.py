from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.normalisation import BatchNorm, Standardise
from piste.nn.pooling import GlobalAveragePool
from piste.nn.resolve import resolve
from piste.nn.sequential import Sequential
from piste.nn.zoo.mlp import mlp
from piste.train.checkpoint import Checkpoints
from piste.train.finder import find_rate
from piste.train.fit import Examples, Fitted, Progress, Shown, fit, starting_point
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan, Split
from piste.train.plateau import Plateau
from piste.train.precision import allowed, in_its_precision, kept, master
from piste.train.schedules import rates
from piste.train.settings import Precision
from piste.train.step import train_step
from piste.train.timeline import Effort, steps_per_epoch

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "float64")


def plan_of(model: Layer, shape: tuple[int, ...], precision: Precision, optimiser: str = "sgd", **more: Any) -> Plan:
    metric = WATCHED[Task.MANY_CLASS].metric
    return Plan(model, shape, CrossEntropy(), metric, Optimiser(optimiser), precision=precision, **more)


def classes(rows: int = 120) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, 5)).astype(np.float32)
    return inputs, (inputs @ generator.normal(size=(5, 3))).argmax(axis=1).astype(np.int32)


def trained(plan: Plan, inputs: Any, targets: Any, batch_size: int, epochs: int, rate: float, **more: Any) -> Fitted:
    held = len(inputs) // 4
    train, validation = Examples(inputs[held:], targets[held:]), Examples(inputs[:held], targets[:held])
    steps = epochs * steps_per_epoch(len(train), batch_size)
    effort = Effort(epochs, batch_size, rates("constant", rate, steps))
    return fit(plan, train, validation, effort, task=Task.MANY_CLASS, seed=3, metric=Shown("accuracy"), **more)


def same_bits(one: Any, other: Any) -> bool:
    pairs = jax.tree.map(lambda a, b: a.dtype == b.dtype and a.tobytes() == b.tobytes(), one, other)
    return all(jax.tree.leaves(pairs))


def test_doubles_are_allowed_inside_alone() -> None:
    assert jnp.asarray(np.ones(1)).dtype == jnp.float32
    with allowed("float64"):
        assert jnp.asarray(np.ones(1)).dtype == jnp.float64
        with allowed("bfloat16"):
            assert jnp.asarray(np.ones(1)).dtype == jnp.float32
    assert jnp.asarray(np.ones(1)).dtype == jnp.float32


def test_a_function_of_a_plan_runs_in_its_precision_even_when_it_fails() -> None:
    @in_its_precision
    def fail(plan: Plan) -> None:
        raise ValueError(str(jnp.asarray(np.ones(1)).dtype))

    with pytest.raises(ValueError, match="float64"):
        fail(plan_of(mlp(3, ()), (5,), "float64"))
    assert jnp.asarray(np.ones(1)).dtype == jnp.float32


def test_what_is_kept_is_no_narrower_than_float32() -> None:
    assert [master(one) for one in PRECISIONS] == [jnp.float32, jnp.float32, jnp.float64]
    tree = {"weight": jnp.ones(2), "count": jnp.ones(2, jnp.int32), "key": jax.random.key(0)}
    with allowed("float64"):
        wide = kept("float64", tree)
    assert (wide["weight"].dtype, wide["count"].dtype) == (jnp.float64, jnp.int32)
    assert not jax.make_jaxpr(lambda: kept("bfloat16", tree["weight"]))().eqns


def test_float64_gives_the_loss_curve_of_softmax_regression_in_numpy() -> None:
    inputs, targets = classes()
    plan = plan_of(mlp(3, ()), (5,), "float64")
    fitted = trained(plan, inputs, targets, 90, 12, 0.3)
    carry, _ = starting_point(plan, Examples(inputs[30:], targets[30:]), Task.MANY_CLASS, 3)
    (layer,) = plan.layout.unpack(carry.weights).values()
    weight, bias = np.array(layer["weight"]), np.array(layer["bias"])
    assert weight.dtype == np.float64
    hot = np.eye(3)[targets]

    def loss(rows: slice) -> tuple[float, NDArray[np.float64]]:
        scores = inputs[rows].astype(np.float64) @ weight + bias
        logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        return -float(np.mean(np.sum(hot[rows] * logs, axis=1))), np.exp(logs)

    for record in fitted.epochs:
        value, shares = loss(slice(30, None))
        assert record.train_loss == pytest.approx(value, rel=1e-12)
        error = (shares - hot[30:]) / 90
        weight, bias = weight - 0.3 * inputs[30:].T.astype(np.float64) @ error, bias - 0.3 * error.sum(axis=0)
        assert record.validation_loss == pytest.approx(loss(slice(30))[0], rel=1e-12)
    assert {leaf.dtype for leaf in jax.tree.leaves(fitted.parameters)} == {np.dtype(np.float64)}


def test_gradients_of_float64_agree_with_finite_differences() -> None:
    layers = (Standardise((120.0,), (70.0,)), Conv2D(4), BatchNorm(), Activation("tanh"), GlobalAveragePool(), Dense(3))
    plan = plan_of(resolve(Sequential(layers)), (6, 6, 1), "float64", pieces=2)
    generator = np.random.default_rng(1)
    pictures = generator.integers(0, 256, (16, 6, 6, 1)).astype(np.uint8)
    targets = generator.integers(0, 3, 16).astype(np.int32)
    carry, split = starting_point(plan, Examples(pictures, targets), Task.MANY_CLASS, 0)
    with allowed("float64"):
        batch = Split(split.inputs[:16], split.targets[:16], None)

        weights, back_to_parts = ravel_pytree(carry.weights)

        @jax.jit
        def step(vector: Any) -> Any:
            moved = carry._replace(weights=back_to_parts(vector))
            key = jax.random.key(0)
            return train_step(plan, plan.layout, plan.layout.of_rank_two(), moved, batch, jnp.ones(()), key)

        gradient = np.asarray(weights - ravel_pytree(step(weights).weights)[0])
        for _ in range(5):
            way = generator.normal(size=gradient.shape)
            way /= np.linalg.norm(way)
            there, back = (step(weights + side * 1e-5 * way).loss_sum for side in (1, -1))
            assert float(there - back) / 2e-5 == pytest.approx(float(gradient @ way), abs=1e-8)


def test_bfloat16_learns_digits_as_well_as_float32() -> None:
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.data))
    inputs, targets = digits.data[order].astype(np.float32) / 8 - 1, digits.target[order].astype(np.int32)
    model = resolve(Sequential((Dense(64), BatchNorm(), Activation("relu"), Dense(10))))
    found = {
        precision: trained(plan_of(model, (64,), precision, "adamw"), inputs, targets, 64, 12, 3e-3)
        for precision in ("float32", "bfloat16")
    }
    scores = {precision: max(one.validation_metric for one in fitted.epochs) for precision, fitted in found.items()}
    assert scores["float32"] > 0.95
    assert scores["bfloat16"] > scores["float32"] - 0.01
    losses = {precision: [one.train_loss for one in fitted.epochs] for precision, fitted in found.items()}
    assert losses["bfloat16"] != losses["float32"]
    np.testing.assert_allclose(losses["bfloat16"], losses["float32"], rtol=0.1)
    half = found["bfloat16"]
    assert {leaf.dtype for leaf in jax.tree.leaves((half.parameters, half.state))} == {np.dtype(np.float32)}


def test_float32_is_the_same_before_and_after_float64_and_where_doubles_are_switched_on() -> None:
    inputs, targets = classes()
    plan = plan_of(mlp(3, (8,), dropout=0.2), (5,), "float32", "adamw")
    first = trained(plan, inputs, targets, 32, 2, 0.01)
    trained(replace(plan, precision="float64"), inputs, targets, 32, 2, 0.01)
    again = trained(plan, inputs, targets, 32, 2, 0.01)
    with jax.enable_x64(True):
        inside = trained(plan, inputs, targets, 32, 2, 0.01)
    assert same_bits((first.parameters, first.state), (again.parameters, again.state))
    assert same_bits((first.parameters, first.state), (inside.parameters, inside.state))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_training_that_goes_on_ends_with_the_same_bits(precision: Precision, tmp_path: Path) -> None:
    inputs, targets = classes()
    plan = plan_of(mlp(3, (8,), dropout=0.2), (5,), precision, "adamw", plateau=Plateau(1))
    undisturbed = trained(plan, inputs, targets, 32, 6, 0.05)

    def watch(progress: Progress) -> None:
        if progress.record is not None and progress.record.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(plan, inputs, targets, 32, 6, 0.05, watch=watch, by_validation=True,
                checkpoints=Checkpoints(tmp_path, "this"))  # fmt: skip
    assert list(tmp_path.glob("*.safetensors"))
    resumed = trained(plan, inputs, targets, 32, 6, 0.05, checkpoints=Checkpoints(tmp_path, "this"))
    assert same_bits((undisturbed.parameters, undisturbed.state), (resumed.parameters, resumed.state))
    assert [one.validation_loss for one in undisturbed.epochs] == [one.validation_loss for one in resumed.epochs]


@pytest.mark.parametrize("optimiser", ["lbfgs", "muon", "lamb"])
def test_optimisers_work_in_double(optimiser: str) -> None:
    inputs, targets = classes()
    plan = plan_of(mlp(3, (8,)), (5,), "float64", optimiser)
    fitted = trained(plan, inputs, targets, 90, 3, 1.0 if optimiser == "lbfgs" else 0.01)
    assert fitted.epochs[-1].train_loss < fitted.record.initial_loss.measured


def test_the_range_test_works_in_double() -> None:
    examples = Examples(*classes())
    found = {}
    for precision in ("float32", "float64"):
        plan = plan_of(mlp(3, (8,)), (5,), precision, "adamw")
        carry, split = starting_point(plan, examples, Task.MANY_CLASS, 0)
        found[precision] = find_rate(plan, carry, split, 32, 0)
    assert found["float64"].losses != found["float32"].losses
    np.testing.assert_allclose(found["float64"].losses[:60], found["float32"].losses[:60], rtol=1e-5)
