"""What a run was computed with."""

import os

import jax

from piste.core.records import RunRecord
from piste.core.versions import versions

PACKAGES = ("piste", "jax", "jaxlib", "numpy", "optax", "scikit-learn", "duckdb")
"""The packages that the numbers depend on."""

VARIABLES = (
    "JAX_DEFAULT_MATMUL_PRECISION",
    "JAX_DEFAULT_PRNG_IMPL",
    "JAX_ENABLE_X64",
    "JAX_NUM_CPU_DEVICES",
    "JAX_PLATFORMS",
    "JAX_THREEFRY_PARTITIONABLE",
    "XLA_FLAGS",
)
"""The environment variables that the numbers depend on."""


def device() -> str:
    """Return the kind of the first device, and how many there are."""
    devices = jax.devices()
    kind = f"{devices[0].platform}: {devices[0].device_kind}"
    return kind if len(devices) == 1 else f"{len(devices)} x {kind}"


def environment() -> dict[str, str]:
    """Return those of `VARIABLES` that are set."""
    return {name: value for name in VARIABLES if (value := os.environ.get(name))}


def then_and_now(record: RunRecord) -> dict[str, tuple[str, str]]:
    """Return what `record` says that the run was computed with, each beside what there is now, by name."""
    now = versions(PACKAGES)
    pairs = {name: (version, now.get(name, "")) for name, version in record.versions.items()}
    if record.environment is not None:
        set_now = environment()
        names = sorted({*record.environment, *set_now})
        pairs |= {name: (record.environment.get(name, ""), set_now.get(name, "")) for name in names}
    return pairs | {"device": (record.device, device())}
