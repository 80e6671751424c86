"""Is the installed compiler right? And its cache of programs, kept between processes.

jaxlib 0.10.2 silently computes wrong numbers on the CPU: a reduction that is fused with the product before it
reads the wrong rows at the end of a long batch (jax issue 39103). Nothing in a loss curve shows it. So a
computation whose answer is known exactly runs once per process, before the first training.
"""

import functools
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import platformdirs
from jax.experimental.compilation_cache import compilation_cache
from jaxlib.version import __version__ as jaxlib_version

from piste.core.errors import CompilerError

KNOWN_WRONG = frozenset({"0.10.2"})
# Only single dot products are given to the library whose fused reduction is wrong; measured to cure 0.10.2.
REPAIR = {"xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"}
ROWS = 32_769  # the smallest float32 batch at which the fault shows


@dataclass(frozen=True)
class Verdict:
    """What the known-answer test found: `computed` must equal `expected` exactly (both are whole numbers)."""

    right: bool
    expected: float
    computed: float
    options: Mapping[str, str] = field(default_factory=dict)  # compiler options under which it was computed


def configure_jax(cache: Path | None = None) -> Path | None:
    """Prepare JAX for this process; call it before the first computation.

    Compiled programs are kept in `cache` (`platformdirs`' cache folder for piste when None), however small and
    quick to compile, because small jobs are mostly compilation. A folder set by the person through
    `JAX_COMPILATION_CACHE_DIR` is respected when `cache` is None. On a compiler known to be wrong the repair is set for
    the whole process. Returns the folder, or None where it cannot be written: then nothing is cached.
    """
    if jaxlib_version in KNOWN_WRONG:
        _repair_process()
    # A cache that cannot be read or written costs time, never the training.
    warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation cache")
    folder = _writable(cache or _chosen_folder())
    if folder is not None:
        _set("jax_persistent_cache_min_compile_time_secs", 0.0)
        _set("jax_persistent_cache_min_entry_size_bytes", -1)
    wanted = None if folder is None else str(folder)
    if _folder_of_jax() != wanted:
        _set("jax_compilation_cache_dir", wanted)
        compilation_cache.reset_cache()  # JAX looks at the folder only once, at its first compilation
    return folder


def known_answer(options: Mapping[str, str] | None = None) -> Verdict:
    """Compile and run the computation whose answer is known, with the compiler options given.

    Row i of the input is (i, 0, 0), float32, i < 32769; the squared norm of the last row is 32768 ** 2 = 2 ** 30,
    exact in float32. Takes 60 ms, or 10 ms when the program is in the cache.
    """
    rows = np.zeros((ROWS, 3), np.float32)
    rows[:, 0] = np.arange(ROWS)
    program = jax.jit(_squared_norms, compiler_options=dict(options) if options else None)
    norms = np.asarray(program(rows))
    expected = np.arange(ROWS, dtype=np.float64) ** 2
    # Rounding to float32 is right; every wrong row ever seen was off by far more than one unit in the last place.
    wrong = np.flatnonzero(~np.isclose(norms, expected, rtol=1e-6, atol=0.0))
    row = int(wrong[-1]) if wrong.size else ROWS - 1
    return Verdict(not wrong.size, float(expected[row]), float(norms[row]), dict(options or {}))


def repaired_answer() -> Verdict | None:
    """Return the known answer under the repair's options; None for a compiler that does not know them."""
    try:
        return known_answer(REPAIR)
    except jax.errors.JaxRuntimeError:
        return None


@functools.cache
def ensure_right_compiler() -> Mapping[str, str]:
    """Return the options that every program must be compiled with for right numbers; {} where none are needed.

    Give them to `jax.jit(..., compiler_options=...)`. The test runs once per process. Raises `CompilerError` when the
    compiler is wrong and the repair does not help.
    """
    verdict = known_answer()
    if verdict.right:
        return {}
    repaired = repaired_answer()
    if repaired is not None and repaired.right:
        return repaired.options
    raise CompilerError(
        f"The installed compiler (jaxlib {jaxlib_version}) computes wrong numbers: {verdict.computed:.0f} "
        f"where {verdict.expected:.0f} is right, and Piste could not repair it; "
        "install another version, for example `pip install jax==0.9.2 jaxlib==0.9.2`."
    )


def jitted(function: Callable[..., Any], *, once: bool = False, **options: Any) -> Callable[..., Any]:
    """Return `jax.jit(function, **options)`, compiled under the options that give right numbers here.

    A program that runs `once` is compiled with less effort: drawing the weights of a network takes less than half of
    the time to compile, and the numbers were the same to the bit (docs/log.md).
    """
    compiling: dict[str, Any] = dict(ensure_right_compiler())
    if once and jax.default_backend() == "cpu":
        compiling["xla_backend_optimization_level"] = 1
    return jax.jit(function, compiler_options=compiling, **options)


def _squared_norms(rows: jax.Array) -> jax.Array:
    # (B, 3) -> (B,). The product with the identity is what the faulty fusion swallows.
    return jax.vmap(lambda row: jnp.sum((jnp.eye(3, dtype=rows.dtype) @ row) ** 2))(rows)


def _repair_process() -> None:
    # The compiler reads the variable once, when the first device is looked for; later it changes nothing.
    flags = os.environ.get("XLA_FLAGS", "")
    for name, value in REPAIR.items():
        if name not in flags:
            flags = f"{flags} --{name}={value}".strip()
    os.environ["XLA_FLAGS"] = flags


def _chosen_folder() -> Path:
    chosen = _folder_of_jax()
    return Path(chosen) if chosen else platformdirs.user_cache_path("piste") / "xla"


def _writable(folder: Path) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _folder_of_jax() -> str | None:
    folder = jax.config.values["jax_compilation_cache_dir"]
    return str(folder) if folder else None


def _set(name: str, value: object) -> None:
    jax.config.update(name, value)  # type: ignore[no-untyped-call]
