"""What a run was computed with, beside what there is now."""

import pytest

from piste.core.records import RunRecord, Status
from piste.core.versions import versions
from piste.recipe.versions import PACKAGES, device, environment, then_and_now


def record(environment: dict[str, str] | None, **packages: str) -> RunRecord:
    known = versions(PACKAGES) | packages
    return RunRecord("iris", Status.FINISHED, "", "", 0, known, device(), {}, environment=environment)


def changed(one: RunRecord) -> dict[str, tuple[str, str]]:
    return {name: pair for name, pair in then_and_now(one).items() if pair[0] != pair[1]}


def test_nothing_changes_within_a_process() -> None:
    assert changed(record(environment())) == {}


def test_another_version_and_another_variable_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    before = environment()
    monkeypatch.setenv("JAX_DEFAULT_MATMUL_PRECISION", "bfloat16")
    assert changed(record(before, jax="0.1.0")) == {
        "jax": ("0.1.0", versions(["jax"])["jax"]),
        "JAX_DEFAULT_MATMUL_PRECISION": ("", "bfloat16"),
    }


def test_runs_that_did_not_record_variables_are_not_compared_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAX_DEFAULT_MATMUL_PRECISION", "bfloat16")
    assert changed(record(None)) == {}
