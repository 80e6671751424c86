"""How sharp the valley is in which the network lies: eigenvalues of the Hessian of its loss."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.views_inside import HessianRecord
from piste.lens.views.hessian import hessian_product, lanczos
from piste.nn.layer import Context
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject

STEPS, EXAMPLES, LARGEST = 40, 512, 8
_ROUNDING = 1e-5
_ROOM = 50_000_000  # numbers of all directions together


def hessian(subject: Subject, options: ViewOptions) -> tuple[HessianRecord, tuple[str, ...]]:
    """Return the ends of the spectrum and its density, for the mean loss of examples of a split."""
    split = options.split or "train"
    rows = subject.sample(split, options.examples or EXAMPLES)
    examples = subject.train if split == "train" else subject.examples(split)
    inputs, targets = jnp.asarray(examples.inputs[rows]), jnp.asarray(examples.targets[rows])
    weights = None if examples.weights is None else jnp.asarray(examples.weights[rows])
    network, loss_of = subject.network, subject.plan.loss

    def loss(parameters: Any) -> jax.Array:
        outputs, _ = network.model.run(parameters, network.state, inputs, Context())
        return jnp.average(loss_of(outputs, targets), weights=weights)

    product, size = hessian_product(loss, network.parameters)
    steps = max(min(options.steps or STEPS, size, _ROOM // size), 2)
    found = lanczos(product, size, steps, subject.settings.data.seed)
    top = np.argsort(-found.values)[:LARGEST]
    # Products are float32: however many steps, no eigenvalue is known better than their rounding.
    residuals = np.maximum(found.residuals, _ROUNDING * np.abs(found.values).max())
    record = HessianRecord(
        size,
        len(rows),
        len(found.values),
        _plain(found.values[top]),
        _plain(residuals[top]),
        float(found.values[0]),
        float(size * np.sum(found.weights * found.values)),
        _plain(found.values),
        _plain(found.weights),
    )
    note = (
        "The Hessian of the mean loss without penalties, in evaluation mode. A gradient step shortens the way to the "
        "valley's floor along a direction only while the learning rate is below 2 / its eigenvalue."
    )
    return record, (note,)


def _plain(values: Any) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values.tolist())
