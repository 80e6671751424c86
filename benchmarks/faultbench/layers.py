"""Plain JAX layers, losses and metrics as people write them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from piste.core.keys import seed_of


def dense(seed: int, name: str, inputs: int, outputs: int, gain: float = 2.0) -> dict[str, Any]:
    """Return the parameters of a dense layer, the kernel normal with variance gain / inputs (He et al., 2015)."""
    scale = float(np.sqrt(gain / inputs))
    generator = np.random.default_rng(seed_of(seed, "faultbench", name))
    kernel = generator.normal(size=(inputs, outputs)) * scale
    return {"kernel": jnp.asarray(kernel, jnp.float32), "bias": jnp.zeros(outputs)}


def kernel(seed: int, name: str, shape: tuple[int, ...], gain: float = 2.0) -> dict[str, Any]:
    """Return the parameters of a convolution whose kernel is (..., inputs, outputs)."""
    flat = dense(seed, name, int(np.prod(shape[:-1])), shape[-1], gain)
    return {"kernel": flat["kernel"].reshape(shape), "bias": flat["bias"]}


def table(seed: int, name: str, rows: int, width: int) -> Any:
    """Return an embedding (rows, width)."""
    return dense(seed, name, rows, width, gain=rows)["kernel"]


def linear(layer: dict[str, Any], inputs: Any) -> Any:
    """Return the weighted sums of a dense layer."""
    return inputs @ layer["kernel"] + layer["bias"]


def dropped(inputs: Any, rate: float, key: Any) -> Any:
    """Return `inputs` with dropout; unchanged without a key."""
    if key is None or rate == 0.0:
        return inputs
    kept = jax.random.bernoulli(key, 1.0 - rate, inputs.shape)
    return jnp.where(kept, inputs / (1.0 - rate), 0.0)


def cross_entropy(logits: Any, labels: Any) -> Any:
    """Return the mean cross-entropy of classes."""
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def binary_cross_entropy(logits: Any, labels: Any) -> Any:
    """Return the mean cross-entropy of labels that are 0 or 1."""
    return optax.sigmoid_binary_cross_entropy(logits, labels).mean()


def squared_error(outputs: Any, targets: Any) -> Any:
    """Return the mean squared error."""
    return jnp.mean(jnp.square(outputs - targets))


def accuracy(logits: Any, labels: Any) -> Any:
    """Return the share of right classes."""
    return jnp.mean(jnp.argmax(logits, axis=-1) == labels)


def binary_accuracy(logits: Any, labels: Any) -> Any:
    """Return the share of right labels."""
    return jnp.mean((logits > 0) == (labels > 0.5))


def balanced_accuracy(logits: Any, labels: Any) -> Any:
    """Return the mean of the shares of right answers in each of two classes."""
    right, common = (logits > 0) == (labels > 0.5), labels < 0.5
    first = jnp.sum(right * common) / jnp.maximum(jnp.sum(common), 1)
    second = jnp.sum(right * ~common) / jnp.maximum(jnp.sum(~common), 1)
    return (first + second) / 2


def negative_error(outputs: Any, targets: Any) -> Any:
    """Return the mean squared error with its sign changed, so that higher is better."""
    return -jnp.mean(jnp.square(outputs - targets))


def masked_cross_entropy(logits: Any, labels: Any) -> Any:
    """Return the mean cross-entropy of the steps whose label is not -1."""
    counts = labels >= 0
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, jnp.maximum(labels, 0))
    return jnp.sum(losses * counts) / jnp.maximum(jnp.sum(counts), 1)


def masked_accuracy(logits: Any, labels: Any) -> Any:
    """Return the share of right classes of the steps whose label is not -1."""
    counts = labels >= 0
    return jnp.sum((jnp.argmax(logits, axis=-1) == labels) * counts) / jnp.maximum(jnp.sum(counts), 1)
