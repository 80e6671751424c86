import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental.compilation_cache import compilation_cache

from piste.core.errors import CompilerError
from piste.nn.initialisers import INITIALISERS
from piste.train import compiler
from piste.train.compiler import REPAIR, Verdict, configure_jax, ensure_right_compiler, jitted, known_answer

WRONG = Verdict(False, 1073741824.0, 1065369600.0)


@pytest.fixture
def compiler_of_jax() -> Iterator[None]:
    """Puts back what a test changes about JAX for the whole process."""
    folder = jax.config.values["jax_compilation_cache_dir"]
    ensure_right_compiler.cache_clear()
    with warnings.catch_warnings():
        yield
    ensure_right_compiler.cache_clear()
    jax.config.update("jax_compilation_cache_dir", folder)
    compilation_cache.reset_cache()


def test_the_installed_compiler_gives_the_known_answer() -> None:
    verdict = known_answer()
    assert verdict.right
    assert verdict.computed == verdict.expected == 2.0**30


def test_the_repair_gives_the_known_answer_where_the_option_is_known() -> None:
    repaired = compiler.repaired_answer()
    assert repaired is None or (repaired.right and repaired.options == REPAIR)


def test_a_wrong_row_is_found_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(rows: jax.Array) -> jax.Array:  # what jaxlib 0.10.2 computes
        return jnp.sum(rows**2, axis=1).at[-1].set(32640.0**2)

    monkeypatch.setattr(compiler, "_squared_norms", faulty)
    verdict = known_answer()
    assert (verdict.right, verdict.expected, verdict.computed) == (False, 1073741824.0, 1065369600.0)


def test_nan_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_squared_norms", lambda rows: jnp.sum(rows**2, axis=1) * jnp.nan)
    assert not known_answer().right


@pytest.mark.usefixtures("compiler_of_jax")
def test_a_right_compiler_needs_no_options_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def answer(options: Mapping[str, str] | None = None) -> Verdict:
        calls.append(options)
        return Verdict(True, 1.0, 1.0)

    monkeypatch.setattr(compiler, "known_answer", answer)
    assert ensure_right_compiler() == {}
    assert ensure_right_compiler() == {}
    assert calls == [None]


@pytest.mark.usefixtures("compiler_of_jax")
def test_a_wrong_compiler_that_can_be_repaired_gives_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(options: Mapping[str, str] | None = None) -> Verdict:
        return WRONG if options is None else Verdict(True, 1.0, 1.0, options)

    monkeypatch.setattr(compiler, "known_answer", answer)
    assert ensure_right_compiler() == REPAIR


@pytest.mark.usefixtures("compiler_of_jax")
@pytest.mark.parametrize("knows_the_option", [True, False])
def test_a_wrong_compiler_beyond_repair_is_refused(monkeypatch: pytest.MonkeyPatch, knows_the_option: bool) -> None:
    def answer(options: Mapping[str, str] | None = None) -> Verdict:
        if options is not None and not knows_the_option:
            raise jax.errors.JaxRuntimeError("INVALID_ARGUMENT: no such option")
        return WRONG

    monkeypatch.setattr(compiler, "known_answer", answer)
    with pytest.raises(CompilerError, match=r"computes wrong numbers: 1065369600 where 1073741824 .*pip install"):
        ensure_right_compiler()


@pytest.mark.usefixtures("compiler_of_jax")
def test_the_process_is_repaired_on_a_version_known_to_be_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compiler, "jaxlib_version", "0.10.2")
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    configure_jax(tmp_path)
    configure_jax(tmp_path)
    flags = os.environ["XLA_FLAGS"].split()
    assert flags == ["--xla_force_host_platform_device_count=2", *(f"--{name}={REPAIR[name]}" for name in REPAIR)]


@pytest.mark.usefixtures("compiler_of_jax")
def test_flags_are_left_alone_on_other_versions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    configure_jax(tmp_path)
    assert "XLA_FLAGS" not in os.environ


@pytest.mark.usefixtures("compiler_of_jax")
def test_small_programs_are_kept_even_after_other_compilations(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "cache"
    assert configure_jax(folder) == folder
    jax.jit(lambda x: x * 3 + 1)(np.float32(2)).block_until_ready()
    assert list(folder.iterdir())


@pytest.mark.usefixtures("compiler_of_jax")
def test_a_damaged_entry_is_no_error(tmp_path: Path) -> None:
    configure_jax(tmp_path)
    program = jax.jit(lambda x: x * 5 + 2)
    program(np.float32(2)).block_until_ready()
    for entry in tmp_path.iterdir():
        entry.write_bytes(b"not a program")
    jax.clear_caches()
    assert float(program(np.float32(2))) == 12.0


@pytest.mark.usefixtures("compiler_of_jax")
def test_a_folder_that_cannot_be_made_turns_the_cache_off(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert configure_jax(tmp_path / "file" / "cache") is None
    assert jax.config.values["jax_compilation_cache_dir"] is None
    assert float(jax.jit(lambda x: x - 7)(np.float32(2))) == -5.0


def test_the_folder_of_the_environment_is_respected(tmp_path: Path) -> None:
    program = "from piste.train.compiler import configure_jax; print(configure_jax())"
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "mine")}
    shown = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == str(tmp_path / "mine")


@pytest.mark.usefixtures("compiler_of_jax")
def test_double_precision_stays_off(tmp_path: Path) -> None:
    configure_jax(tmp_path)
    assert jnp.ones(1).dtype == jnp.float32


def test_a_program_that_runs_once_draws_the_same_numbers() -> None:
    def drawn(key: jax.Array) -> tuple[jax.Array, ...]:
        one, other, third = jax.random.split(key, 3)
        return (
            INITIALISERS["glorot_uniform"](one, (40, 30)),
            INITIALISERS["he_normal"](other, (3, 3, 8, 16)),
            INITIALISERS["orthogonal"](third, (12, 12)),
        )

    quick, thorough = (jitted(drawn, once=once)(jax.random.key(5)) for once in (True, False))
    for own, other in zip(quick, thorough, strict=True):
        np.testing.assert_array_equal(own, other)
