"""Fixtures that every part of the suite shares."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Compiling takes seconds on a busy machine, and a suite must not fail by chance.
hypothesis.settings.register_profile("piste", deadline=None, derandomize=True)
hypothesis.settings.load_profile("piste")

os.environ.setdefault("JAX_PLATFORMS", "cpu")

# A shell lets its background jobs ignore Ctrl-C, and processes hand that on; some tests stop theirs with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets that PISTE_DATA names."""
    folder = os.environ.get("PISTE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PISTE_DATA does not name the folder of real data sets")
    return Path(folder).resolve()


@pytest.fixture(scope="module")
def quick_compilation() -> Iterator[None]:
    """Tiny programs that run once: compiling them well would take longer than all the rest."""
    import jax

    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
    jax.clear_caches()  # the last bits of such programs are not those of others
