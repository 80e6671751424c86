"""What this machine and this installation are like: `piste doctor`."""

import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np

from piste.core.versions import versions
from piste.train.compiler import Verdict, configure_jax, known_answer, repaired_answer

PACKAGES = (
    "piste", "jax", "jaxlib", "numpy", "optax", "scipy", "scikit-learn",
    "duckdb", "msgspec", "narwhals", "pillow", "safetensors",
)  # fmt: skip
SIDE = 1024  # of the square matrices whose product is timed
REPEATS = 7


@dataclass(frozen=True)
class DoctorRecord:
    """The findings of `examine`. Rates are in GFLOP/s, sizes in bytes."""

    versions: Mapping[str, str]  # package -> version; "python" and "system" too
    devices: tuple[str, ...]
    cores: int  # that this process may use
    threads: Mapping[str, str]  # variables that limit threads, where set
    cache_folder: str  # empty when nothing can be cached
    cache_bytes: int
    verdict: Verdict
    repaired: Verdict | None  # only where `verdict` is wrong; None there means that the repair does not apply
    matrix_product_rate: float

    @property
    def healthy(self) -> bool:
        """Whether trainings on this machine compute right numbers."""
        return self.verdict.right or (self.repaired is not None and self.repaired.right)

    @property
    def sentence(self) -> str:
        """The known-answer verdict in words."""
        if self.verdict.right:
            return f"right ({self.verdict.computed:.0f})"
        found = f"{self.verdict.computed:.0f} where {self.verdict.expected:.0f} is right"
        if self.healthy:
            return f"wrong ({found}), repaired by compiler options before every training"
        return f"wrong ({found}) and not repaired: install another version of jax and jaxlib before you train"


def examine() -> DoctorRecord:
    """Examine this process' installation and device; takes about a second."""
    folder = configure_jax()
    verdict = known_answer()
    return DoctorRecord(
        versions=versions(PACKAGES),
        devices=tuple(f"{device.platform}: {device.device_kind}" for device in jax.devices()),
        cores=_cores(),
        threads={name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ},
        cache_folder=str(folder or ""),
        cache_bytes=_size(folder) if folder else 0,
        verdict=verdict,
        repaired=None if verdict.right else repaired_answer(),
        matrix_product_rate=matrix_product_rate(),
    )


def matrix_product_rate(side: int = SIDE, repeats: int = REPEATS) -> float:
    """Return the rate of a float32 product of two (side, side) matrices on the first device, in GFLOP/s.

    The median of `repeats` timings of the compiled program after one that is not counted; one product is
    2 * side ** 3 operations.
    """
    left, right = jax.device_put((np.full((side, side), 0.5, np.float32), np.eye(side, dtype=np.float32)))
    program = jax.jit(lambda a, b: a @ b)
    program(left, right).block_until_ready()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        program(left, right).block_until_ready()
        seconds.append(time.perf_counter() - start)
    return 2 * side**3 / statistics.median(seconds) / 1e9


_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "XLA_FLAGS", "JAX_PLATFORMS")


def _cores() -> int:
    # The number of cores in the machine says nothing in a container or under taskset.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:  # another process may tidy the cache meanwhile
            continue
    return total
