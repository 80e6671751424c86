"""Import JAX, and nothing more."""

import jax  # noqa: F401
