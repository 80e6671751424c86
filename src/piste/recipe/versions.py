"""What a run was computed with."""

import jax

PACKAGES = ("piste", "jax", "jaxlib", "numpy", "optax", "scikit-learn", "duckdb")
"""The packages that the numbers depend on."""


def device() -> str:
    """Return the kind of the first device, and how many there are."""
    devices = jax.devices()
    kind = f"{devices[0].platform}: {devices[0].device_kind}"
    return kind if len(devices) == 1 else f"{len(devices)} x {kind}"
