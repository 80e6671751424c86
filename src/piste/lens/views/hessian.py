"""The curvature of a loss: the ends of its Hessian's spectrum, and where all of its eigenvalues lie, by Lanczos."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from piste.core.keys import generator

Values = NDArray[np.float64]
Product = Callable[[Values], Values]


@dataclass(frozen=True)
class Spectrum:
    """Ritz values (K,), ascending; `residuals` say how far each is from an eigenvalue at most.

    `weights` (K,) are those of the quadrature: the share of the spectrum that each value stands for, on average over
    starting vectors.
    """

    values: Values
    residuals: Values
    weights: Values


def hessian_product(loss: Callable[[Any], jax.Array], parameters: Any) -> tuple[Product, int]:
    """Return the function from a vector (P,) to the Hessian times it, and P; the Hessian itself is never made.

    The gradient of the slope along the vector (Pearlmutter 1994), reverse over reverse: layers with a derivative of
    their own have no other.
    """
    leaves, structure = jax.tree.flatten(parameters)
    shapes = [np.shape(leaf) for leaf in leaves]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    centre = jax.tree.map(jnp.asarray, parameters)

    @jax.jit
    def product(centre: Any, vector: Any) -> Any:
        def along(parameters: Any) -> jax.Array:
            slopes = jax.grad(loss)(parameters)
            pairs = zip(jax.tree.leaves(slopes), jax.tree.leaves(vector), strict=True)
            return jnp.asarray(sum(jnp.vdot(*pair) for pair in pairs))

        return jax.grad(along)(centre)

    def times(vector: Values) -> Values:
        parts = np.split(vector, ends[:-1])
        tangent = [
            jnp.asarray(part.reshape(shape), leaf.dtype)
            for part, shape, leaf in zip(parts, shapes, jax.tree.leaves(centre), strict=True)
        ]
        found = product(centre, jax.tree.unflatten(structure, tangent))
        return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in jax.tree.leaves(found)])

    return times, int(ends[-1])


def lanczos(product: Product, size: int, steps: int, seed: int) -> Spectrum:
    """Return what `steps` products tell of the spectrum of a symmetric matrix of `size` (Lanczos 1950).

    Every new direction is made orthogonal to all before it, twice: without that, found eigenvalues come again.
    """
    start = generator(seed, "lanczos").normal(size=size)
    basis = [start / np.linalg.norm(start)]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(steps, size)):
        following = product(basis[-1])
        diagonal.append(float(following @ basis[-1]))
        for _ in range(2):
            known = np.stack(basis)
            following = following - known.T @ (known @ following)
        beside.append(float(np.linalg.norm(following)))
        if beside[-1] <= 1e-9 * max(np.abs(diagonal).max(), 1e-30):
            break
        basis.append(following / beside[-1])
    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside[: len(diagonal) - 1]))
    return Spectrum(values, np.abs(beside[-1] * vectors[-1]), np.square(vectors[0]))
