"""Outputs and gradients stay finite for unusual inputs."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.rule import Group, NotRun, Rule
from piste.lint.training import batches, gradients
from piste.lint.tree import floating

_HUGE = 1e4


def check(bench: Bench) -> Iterator[Finding]:
    """Yield inputs for which the outputs, or the gradients, are not finite."""
    net, slope = bench.probe(network), bench.probe(gradients)
    inputs, targets = (array[:8] for array in bench.probe(batches, 1)[0])
    if not np.issubdtype(inputs.dtype, np.floating):
        raise NotRun("The inputs are whole numbers, which have no unusual values.")
    table = {
        "zeros": np.zeros_like(inputs),
        "ones": np.ones_like(inputs),
        "rows that are all the same": np.repeat(inputs[:1], len(inputs), axis=0),
        f"inputs times {_HUGE:g}": inputs * np.asarray(_HUGE, inputs.dtype),
    }
    broken = {}
    for name, values in table.items():
        _, gradient = slope(net.parameters, net.state, values, targets)
        outputs = bool(np.all(np.isfinite(net.outputs(values))))
        if not outputs or not all(np.all(np.isfinite(leaf)) for leaf in floating(gradient).values()):
            broken[name] = "gradient" if outputs else "output"
    if not broken:
        return
    far = list(broken) == [f"inputs times {_HUGE:g}"]
    yield RULE.finding(
        Severity.INFO if far else Severity.ERROR,  # real inputs are not so far out
        f"Outputs or gradients are not finite for {', '.join(broken)}",
        evidence=[Evidence(f"for {name}, what is not finite", what, "nothing") for name, what in broken.items()],
        cause="A root or norm at 0, a quotient by a deviation of 0, a logarithm of 0 or an overflow; jnp.where "
        "does not keep out the gradient of the branch that is not taken.",
        fix="Make the argument safe before the function: jnp.sqrt(jnp.maximum(x, 1e-12)); x / (deviation + 1e-6)",
        key="model.not-finite",
    )


RULE = Rule(
    "M112", "numerics", "Outputs and gradients are finite", Group.MODEL, ("network", "loss", "targets"), check,
    explained_by=("L104",),
)  # fmt: skip
