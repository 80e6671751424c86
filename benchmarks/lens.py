"""Does the lens agree with jax.grad and with differences, and how long does it take to open?

    python -m benchmarks.lens [NAME ...]

For each network: the gradients of the weights by the lens beside those of `jax.grad`, as the 2-norm of the difference
over that of the gradient: of all weights together, and of the worst weight (where its gradient is nothing, as that of
a bias before batch norm, against a thousandth of the whole; in float64 a millionth). In float32 both round, each in
its own order, so that each stands beside the gradient in float64 as well: what the lens rounds, and what `jax.grad`
rounds. The gradients of nodes spread over the graph stand beside central differences of the loss in float64. Opening
is tracing, one evaluation, one reverse sweep, and the statistics of every value and gradient, with nothing compiled
before; seconds of this process on all its cores beside those of the clock, because other work may share the machine.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from piste.core.keys import generator
from piste.lens.graph.width import widened, width
from piste.lens.lens import Lens
from piste.lens.look import look
from piste.nn.layer import Context, Layer
from piste.nn.losses import CrossEntropy
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.nn.zoo.resnet import resnet
from piste.nn.zoo.transformer import transformer_encoder

OTHER = 0.5  # from which on float64 is another function: in it, other random numbers are drawn
CHECKED = 5  # nodes of each network
LARGE = ("resnet-50", "resnet-50 in training")  # no differences: each takes hundreds of evaluations


@dataclass(frozen=True)
class Case:
    """A loss with its weights and data."""

    function: Callable[..., Any]
    parameters: Any
    data: tuple[Any, ...]


@dataclass(frozen=True)
class Measured:
    """What came out for one network."""

    nodes: int
    weights: int
    narrow: tuple[float, float]  # all weights together, and the worst
    own: float
    theirs: float
    wide: float
    differences: float
    corners: int
    seconds: float
    process: float


def network(model: Layer, shape: tuple[int, ...], examples: int = 4, whole: int = 0, training: bool = True) -> Case:
    """Return a network of Piste, with cross-entropy on random examples, or `whole` numbers from 1."""
    draw = generator(0, "lens benchmark", str(shape))
    inputs: Any = draw.integers(1, whole, (examples, *shape)) if whole else draw.normal(size=(examples, *shape))
    inputs = inputs.astype(np.int32 if whole else np.float32)
    parameters = jax.jit(lambda key: model.init(key, shape))(jax.random.key(0))
    state, loss = model.init_state(shape), CrossEntropy()
    targets = np.arange(examples, dtype=np.int32) % 10

    def function(parameters: Any, state: Any, inputs: Any, targets: Any) -> Any:
        outputs, _ = model.run(parameters, state, inputs, Context(training, jax.random.key(1)))
        return jnp.mean(loss(outputs, targets))

    return Case(function, parameters, (state, inputs, targets))


def autoencoder() -> Case:
    """Return a variational auto-encoder: a Gaussian code drawn inside, reconstruction and divergence."""
    draw = generator(0, "lens benchmark", "vae")
    sizes = {"encode": (20, 16), "mean": (16, 3), "spread": (16, 3), "decode": (3, 16), "out": (16, 20)}
    weights = {
        name: jnp.asarray(draw.normal(size=size) / np.sqrt(size[0]), jnp.float32) for name, size in sizes.items()
    }

    def function(p: Any, x: Any, key: Any) -> Any:
        hidden = jax.nn.elu(x @ p["encode"])
        mean, spread = hidden @ p["mean"], hidden @ p["spread"]
        code = mean + jnp.exp(spread / 2) * jax.random.normal(key, mean.shape, mean.dtype)
        again = jax.nn.sigmoid(jax.nn.elu(code @ p["decode"]) @ p["out"])
        divergence = -0.5 * jnp.sum(1 + spread - mean**2 - jnp.exp(spread), axis=1)
        return jnp.mean(jnp.sum((again - x) ** 2, axis=1) + divergence)

    return Case(function, weights, (jnp.asarray(draw.random((6, 20)), jnp.float32), jax.random.key(3)))


def flax_module() -> Case:
    """Return a convolutional network written for Flax, with batch norm and dropout."""
    from flax import linen

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            x = linen.relu(linen.BatchNorm(use_running_average=False)(linen.Conv(6, (3, 3))(x)))
            x = linen.avg_pool(x, (2, 2), (2, 2)).reshape(len(x), -1)
            return linen.Dense(5)(linen.Dropout(0.2, deterministic=False)(linen.gelu(linen.Dense(16)(x))))

    x = jnp.asarray(generator(0, "lens benchmark", "flax").normal(size=(4, 8, 8, 1)), jnp.float32)
    keys = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
    variables = Net().init(keys, x)

    def function(parameters: Any, statistics: Any, x: Any, targets: Any) -> Any:
        whole = {"params": parameters, "batch_stats": statistics}
        outputs, _ = Net().apply(whole, x, rngs={"dropout": keys["dropout"]}, mutable=["batch_stats"])
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], axis=1))

    return Case(function, variables["params"], (variables["batch_stats"], x, jnp.arange(4) % 5))


def scan_and_cond() -> Case:
    """Return a loop whose step chooses between two branches, as adaptive programs do."""

    def function(p: Any, x: Any) -> Any:
        def step(state: Any, row: Any) -> Any:
            moved = jnp.tanh(state @ p["again"] + row @ p["in"])
            state = lax.cond(jnp.sum(moved) > 0, lambda s: s * p["gain"], lambda s: jnp.sin(s) - s, moved)
            return state, jnp.sum(state**2)

        state, sizes = lax.scan(step, jnp.zeros(4, x.dtype), x)
        return jnp.mean(sizes) + jnp.sum(state)

    draw = generator(0, "lens benchmark", "scan").normal
    weights = {"again": draw(size=(4, 4)) / 2, "in": draw(size=(3, 4)), "gain": draw(size=4)}
    narrow = jax.tree.map(lambda one: jnp.asarray(one, jnp.float32), (weights, draw(size=(7, 3))))
    return Case(function, narrow[0], (narrow[1],))


def parabola() -> Case:
    """Return w*w - 10w + 25 with its coefficients as data."""
    return Case(lambda w, c: c[0] * w * w + c[1] * w + c[2], jnp.float32(0.5), (jnp.asarray([1.0, -10.0, 25.0]),))


CASES: Mapping[str, Callable[[], Case]] = {
    "mlp": lambda: network(mlp(10, (32, 32)), (20,)),
    "cnn": lambda: network(cnn(10, (12, 12, 1), (8, 16)), (12, 12, 1)),
    "resnet-18": lambda: network(resnet(10, 18, width=8, small=True), (16, 16, 3), examples=8),
    "lstm": lambda: network(recurrent(10, (16,), "lstm"), (9, 3)),
    "gru": lambda: network(recurrent(10, (16,), "gru"), (9, 3)),
    "transformer": lambda: network(transformer_encoder(10, 30, width=16, blocks=2), (7,), whole=30),
    "vae": autoencoder,
    "flax": flax_module,
    "function": parabola,
    "scan and cond": scan_and_cond,
    "resnet-50": lambda: network(resnet(1000, 50), (224, 224, 3), examples=1, training=False),
    "resnet-50 in training": lambda: network(resnet(1000, 50), (224, 224, 3), examples=2),
}


def measured(case: Case, large: bool) -> Measured:
    """Return how the lens does on one network."""
    began, spent = time.perf_counter(), time.process_time()
    lens = look(case.function, case.parameters, *case.data)
    graph = lens.graph
    seconds, process = time.perf_counter() - began, time.process_time() - spent
    swept = gradients_of(lens)
    shown = leaves_of(jax.jit(jax.grad(case.function))(case.parameters, *case.data))
    with width(True):
        exact = leaves_of(jax.jit(jax.grad(case.function))(widened(case.parameters), *map(widened, case.data)))
    wide = look(case.function, case.parameters, *case.data, precision="float64", keep="update")
    errors, corners = [0.0], 0
    if not large:
        reached = [one.name for one in graph.nodes if one.gradient is not None and one.gradient.norm > 0]
        checks = [lens.check(one, 3) for one in reached[:: max(len(reached) // CHECKED, 1)][:CHECKED]]
        errors += [one.error for one in checks if not one.kink]
        corners = sum(one.kink for one in checks)
    return Measured(
        len(graph.nodes), graph.groups[0].weights,
        apart(swept, shown, 1e-3), apart(swept, exact, 1e-3)[0], apart(shown, exact, 1e-3)[0],
        apart(gradients_of(wide), exact, 1e-6)[1],
        max(errors), corners, seconds, process,
    )  # fmt: skip


def gradients_of(lens: Lens) -> list[Any]:
    """Return the gradients of the weights by the lens."""
    return [np.asarray(lens.gradient(one), np.float64) for one in lens.weights]


def leaves_of(gradients: Any) -> list[Any]:
    """Return the gradients of the weights by JAX, in the lens' order."""
    return [np.asarray(one, np.float64) for one in jax.tree.leaves(gradients)]


def apart(found: list[Any], expected: list[Any], least: float) -> tuple[float, float]:
    """Return the difference over the norm, of all weights together and of the worst; over `least` of all at least."""
    differences = [float(np.linalg.norm(one - other)) for one, other in zip(found, expected, strict=True)]
    norms = [float(np.linalg.norm(one)) for one in expected]
    whole = float(np.linalg.norm(norms)) or 1.0
    each = [difference / max(norm, least * whole) for difference, norm in zip(differences, norms, strict=True)]
    return float(np.linalg.norm(differences)) / whole, max(each)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CASES)}; all by default")
    names = parser.parse_args().names or list(CASES)
    columns = (
        "network",
        "values",
        "weights",
        "float32, all",
        "worst weight",
        "of it the lens",
        "of it jax.grad",
        "float64, worst",
        "differences",
        "corners",
        "seconds",
        "of the process",
    )
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for name in names:
        one = measured(CASES[name](), name in LARGE)
        rounded = [f"{number:.1e}" if number < OTHER else "-" for number in (one.own, one.theirs)]
        agreed = [*(f"{number:.1e}" for number in one.narrow), *rounded, f"{one.wide:.1e}"]
        moved = ["-"] * 2 if name in LARGE else [f"{one.differences:.1e}", str(one.corners)]
        row = (*agreed, *moved, f"{one.seconds:.1f}", f"{one.process:.1f}")
        print(f"| {name} | {one.nodes} | {one.weights:,} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
