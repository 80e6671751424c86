"""The outputs are those of exact arithmetic, whatever the device."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network, sample
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.tree import narrow

_EXAMPLES = 8
_APART = 0.01  # of the outputs' size


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a network whose outputs in float32 on this device are not those in float64."""
    net = bench.probe(network)
    if not net.traceable or narrow(net.parameters):
        raise NotRun("Parameters of 16 bits, or a network that is not JAX: nothing exact is there to compare with.")
    inputs, _ = bench.probe(sample, _EXAMPLES, next(iter(bench.pipeline.splits)))
    if inputs.dtype.kind != "f":
        raise NotRun("The inputs are whole numbers.")
    single = net.outputs(inputs).astype(np.float64)
    with jax.enable_x64(True):
        try:
            double = as_numpy(net.evaluate(_wide(net.parameters), _wide(net.state), _wide(inputs)))
        except TypeError as error:
            raise NotRun("The network computes in one precision alone.") from error
    size = float(np.max(np.abs(double), initial=0.0))
    apart = float(np.max(np.abs(single - double), initial=0.0)) / size if size > 0 else 0.0
    if not np.all(np.isfinite(double)) or apart <= _APART:
        return
    yield RULE.finding(
        Severity.WARNING,
        f"Outputs in float32 are off by {apart:.1%}",
        evidence=[
            Evidence("difference from float64, as a share of the outputs' size", f"{apart:.2g}", f"under {_APART:g}"),
            Evidence("computed on", jax.default_backend()),
        ],
        cause="Large numbers are subtracted (the mean of squares less the square of the mean, say), inputs lie "
        "far from 0, or products are rounded to 10 or 8 bits on this device: another device gives other scores.",
        fix="Subtract the mean first; jax.config.update('jax_default_matmul_precision', 'highest')",
        key="reproducibility.precision",
    )  # fmt: skip


def _wide(tree: Any) -> Any:
    def one(leaf: Any) -> Any:
        array = as_numpy(leaf)
        return jnp.asarray(array, jnp.float64) if array.dtype.kind == "f" else leaf

    return jax.tree.map(one, tree)


RULE = Rule(
    "R104", "precise-enough", "Outputs are those of exact arithmetic", Group.REPRODUCIBILITY,
    ("network", "train|validation|test"), check, explained_by=("M105", "D114", "M115"),
)  # fmt: skip
