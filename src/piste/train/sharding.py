"""One training on several devices of this machine: each takes a part of every batch.

Parameters, optimiser and data lie on every device; inputs and targets of a batch are cut along the examples. The
program is the one for a single device: the compiler puts the sums together where they run over examples, in the
gradient, in the loss and in the statistics of batch norm, so that these are of the whole batch.
"""

from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from piste.core.errors import SettingError
from piste.train.compiler import configure_jax

AXIS = "examples"


def usual_devices() -> int:
    """Return on how many devices to compute where nothing is said: all accelerators, or one CPU.

    The devices of a CPU are parts of one and the same processor, which a single one of them already fills.
    """
    configure_jax()
    return 1 if jax.default_backend() == "cpu" else jax.local_device_count()


def check_devices(count: int) -> None:
    """Raise `SettingError` where this machine has fewer than `count` devices."""
    if count == 1:
        return
    if count < 1:
        raise SettingError(f"At least one device computes. Got {count} devices instead.")
    configure_jax()
    there = jax.local_devices()
    if count <= len(there):
        return
    kind = there[0].platform
    more = (
        f"; a CPU is divided by setting XLA_FLAGS=--xla_force_host_platform_device_count={count}"
        if kind == "cpu"
        else ""
    )
    raise SettingError(
        f"There are fewer than {count} devices here: JAX finds {len(there)} ({kind}). "
        f"Choose --devices {len(there)}, or leave it out{more}."
    )


def everywhere(count: int) -> NamedSharding:
    """Return the placement of what each of `count` devices has whole."""
    return NamedSharding(_mesh(count), PartitionSpec())  # type: ignore[no-untyped-call]


def placed(count: int, tree: Any) -> Any:
    """Return the arrays of `tree` on each of `count` devices; for one device as they are."""
    return tree if count == 1 else jax.device_put(tree, everywhere(count))


def split(count: int, tree: Any) -> Any:
    """Inside a program, return `tree` with its arrays (B, ...) cut into parts, one for each of `count` devices.

    B need not be a multiple of `count`: the compiler fills the last part up, and leaves the filling out of every sum.
    """
    if count == 1:
        return tree
    parts = NamedSharding(_mesh(count), PartitionSpec(AXIS))  # type: ignore[no-untyped-call]
    return jax.tree.map(partial(jax.lax.with_sharding_constraint, shardings=parts), tree)


def placements(count: int) -> dict[str, Any]:
    """Return the options of `jax.jit` for a program on `count` devices, whose arguments and results each has whole."""
    return {} if count == 1 else {"in_shardings": everywhere(count), "out_shardings": everywhere(count)}


@lru_cache(maxsize=16)
def _mesh(count: int) -> Mesh:
    check_devices(count)
    return Mesh(np.asarray(jax.local_devices()[:count]), (AXIS,), axis_types=(AxisType.Auto,))
