"""A play is a training like any other: the same losses as `piste.train`, step by step or all at once."""

from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

import piste
from piste.core.errors import SettingError
from piste.play.problems import drawn, featured
from piste.play.settings import PlaySettings
from piste.play.table import data_settings
from piste.play.training import advanced, begun, changed, settings_of, with_weight

FIRST = PlaySettings("circles", hidden=(4, 2), batch_size=25)


def test_the_losses_are_those_of_piste_train(tmp_path: Path) -> None:
    played = advanced(begun(FIRST), 3)
    points, labels = drawn("circles", 0.0, 0)
    run = piste.train(
        (featured(points, FIRST.features), labels), runs=tmp_path, quiet=True, model="mlp", hidden=(4, 2),
        activation="tanh", batch_norm=False, dropout=0.0, bins=0, optimiser="sgd", learning_rate=0.03, batch_size=25,
        epochs=3, schedule="constant", warmup=0.0, weight_decay=0.0, clip=0.0, patience=0,
        split=data_settings(FIRST).split, ignore=("D", "E", "L", "M", "O", "T", "R"),
    )  # fmt: skip
    assert [one.train_loss for one in played.records] == pytest.approx([one.train_loss for one in run.epochs], rel=1e-6)
    assert [one.validation_loss for one in played.records] == pytest.approx(
        [one.validation_loss for one in run.epochs], rel=1e-6
    )


def test_steps_and_epochs_lead_to_the_same_weights() -> None:
    start = begun(FIRST)
    stepwise = advanced(advanced(start, 4, by_step=True), 2)
    whole = advanced(start, 2)
    assert stepwise.epoch == whole.epoch == 2
    for one, other in zip(jax.tree.leaves(stepwise.carry.weights), jax.tree.leaves(whole.carry.weights), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_what_was_played_can_be_played_again() -> None:
    start = begun(FIRST)
    assert advanced(start, 2).records == advanced(start, 2).records


def test_another_rate_acts_on_the_network_as_it_is() -> None:
    played = advanced(begun(FIRST), 2)
    faster = changed(played, replace(FIRST, learning_rate=0.3, penalty="l2", strength=0.01, activation="relu"))
    assert faster.carry is played.carry
    assert faster.epoch == 2
    assert advanced(faster, 1).records[-1].learning_rate == 0.3
    assert settings_of(faster.settings, faster.table.encoding.task).training.l2 == 0.01


def test_another_batch_size_begins_a_new_epoch() -> None:
    played = advanced(changed(advanced(begun(FIRST), 2), replace(FIRST, batch_size=50)), 1)
    assert played.epoch == 3
    assert [one.epoch for one in played.records] == [1, 2, 3]


@pytest.mark.parametrize("other", [{"hidden": (3,)}, {"problem": "blobs"}, {"seed": 1}, {"optimiser": "adam"}])
def test_other_data_or_layers_begin_anew(other: dict[str, object]) -> None:
    played = changed(advanced(begun(FIRST), 1), replace(FIRST, **other))  # type: ignore[arg-type]
    assert played.epoch == 0
    assert played.records == ()


def test_a_loss_that_is_not_finite_ends_the_play() -> None:
    wild = PlaySettings("slope", hidden=(8,), activation="relu", learning_rate=100.0, batch_size=25)
    played = advanced(begun(wild), 20)
    assert int(played.carry.stopped)
    assert advanced(played, 5) is played


def test_a_weight_that_a_person_sets() -> None:
    played = advanced(begun(FIRST), 1)
    changed_play = with_weight(with_weight(played, 0, 1, 3, 2.5), 2, -1, 0, -1.0)
    before, after = (one.plan.layout.unpack(one.carry.weights) for one in (played, changed_play))
    expected = np.array(before["00_dense"]["weight"])
    expected[1, 3] = 2.5
    np.testing.assert_array_equal(after["00_dense"]["weight"], expected)
    assert float(after["04_dense"]["bias"][0]) == -1.0
    assert advanced(changed_play, 1).records[-1].train_loss != advanced(played, 1).records[-1].train_loss


@pytest.mark.parametrize(
    ("place", "value"), [((3, 0, 0), 1.0), ((0, 2, 0), 1.0), ((0, 0, 4), 1.0), ((-1, 0, 0), 1.0), ((0, 0, 0), np.nan)]
)
def test_a_weight_that_there_is_not(place: tuple[int, int, int], value: float) -> None:
    with pytest.raises(SettingError):
        with_weight(begun(FIRST), *place, value)
