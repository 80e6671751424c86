"""What a run was computed with."""

import importlib.metadata
import platform

import jax

PACKAGES = ("piste", "jax", "jaxlib", "numpy", "optax", "scikit-learn", "duckdb")


def versions() -> dict[str, str]:
    """Return the versions of Python, the system, and the packages that the numbers depend on."""
    found = {package: importlib.metadata.version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}", **found}


def device() -> str:
    """Return the kind of the first device, and how many there are."""
    devices = jax.devices()
    kind = f"{devices[0].platform}: {devices[0].device_kind}"
    return kind if len(devices) == 1 else f"{len(devices)} x {kind}"
