"""The linter as a verb: on a pipeline, and on what would be trained on data."""

import inspect

import jax.numpy as jnp
import pytest

import piste
from piste.core.errors import SettingError
from piste.core.findings import Outcome
from piste.recipe.judged import pipeline_of
from piste.recipe.progress import Silent
from piste.recipe.settings import from_keywords


def test_a_pipeline_is_judged() -> None:
    record = piste.lint(piste.Pipeline(loss=lambda o, t: -jnp.mean((o - t) ** 2), task="regression"), select="L102")
    assert [one.key for one in record.causes] == ["loss.sign"]
    with pytest.raises(SettingError, match="takes no settings"):
        piste.lint(piste.Pipeline(), epochs=3)
    with pytest.raises(SettingError, match="must be a Split"):
        piste.Pipeline(train=3)


def test_pieces_that_are_no_pipeline_are_told_how_to_become_one() -> None:
    with pytest.raises(SettingError, match=r"piste\.lint\(piste\.Pipeline\(.*Got loss=, task= alone\."):
        piste.lint(loss=lambda outputs, targets: 0.0, task="regression")
    with pytest.raises(SettingError, match="Got neither"):
        piste.lint()


def test_the_signature_lists_the_settings() -> None:
    assert {"select", "ignore", "target", "learning_rate", "hidden"} <= set(inspect.signature(piste.lint).parameters)


def test_data_become_the_pipeline_that_would_be_trained() -> None:
    chosen = from_keywords({"hidden": (8,), "batch_size": 32, "epochs": 3, "smoothing": 0.1}, "test")
    pipeline = pipeline_of("iris", chosen, {}, Silent())
    assert set(pipeline.splits) == {"train", "validation", "test"}
    assert (pipeline.classes, pipeline.batch_size, pipeline.steps) == (3, 32, 9)
    assert pipeline.declared.smoothing == 0.1
    assert pipeline.step is not None
    assert pipeline.start is not None
    begun = pipeline.start(0)
    after = pipeline.step(begun, pipeline.train.inputs[:32], pipeline.train.targets[:32])
    assert int(after.done) == 1


@pytest.mark.slow
@pytest.mark.parametrize("data", ["iris", "diabetes"])
def test_our_own_training_has_no_fault(data: str) -> None:
    record = piste.lint(data, quiet=True, seconds=600, ignore="data")
    assert record.clean, [(one.code, one.title) for one in record.causes]
    assert Outcome.FAILED not in {rule.outcome for rule in record.rules}
