"""Sequences and texts from the data to the report."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.records import Kind, Task
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.network import load_network
from piste.recipe.predict import evaluate, predict
from piste.recipe.run import Run
from piste.recipe.settings import from_keywords
from piste.recipe.train import train

TABLE = Facts(Task.TWO_CLASS, 900, (20,))
STEPS = Facts(Task.TWO_CLASS, 900, (40, 1))
RAGGED = Facts(Task.TWO_CLASS, 900, (40, 1), ragged=True)
TEXTS = Facts(Task.TWO_CLASS, 20_000, (1,), lengths={"words": 700, "characters": 300})


def decided(facts: Facts, **given: Any) -> dict[str, Any]:
    settings, _ = decide(from_keywords(given, "the test"), dict.fromkeys(given, "python"), facts)
    return {**vars(settings.model), **vars(settings.training)}


@pytest.mark.parametrize(
    ("facts", "given", "message"),
    [
        (TABLE, {"model": "gru"}, "'gru' needs sequences or texts, and these data are a table. .* with --sequence"),
        (TABLE, {"model": "text-cnn"}, "leave other columns out with --drop"),
        (STEPS, {"model": "text-cnn"}, "needs texts, and these data are sequences. Choose --model mlp, linear, cnn"),
        (TEXTS, {"model": "cnn"}, "needs pictures or sequences, and these data are texts"),
        (STEPS, {"tokens": "characters"}, "'tokens' setting is for networks that read texts word by word"),
        (TEXTS, {"model": "mlp", "vocabulary": 9}, "'vocabulary' setting is for networks that read texts"),
        (TABLE, {"length": 9}, "'length' setting is for sequences"),
        (STEPS, {"model": "gru", "stride": 2}, "'stride' setting belongs to the model cnn"),
        (STEPS, {"bidirectional": True}, "'bidirectional' setting belongs to the model rnn, lstm or gru"),
        (
            STEPS,
            {"model": "transformer", "heads": 5},
            "even number for each of its heads. Got --width 64 and --heads 5",
        ),
        (RAGGED, {"augment": ("step-crop",)}, "needs sequences of one length"),
        (TEXTS, {"augment": ("noise",)}, "is for numbers, and these are texts"),
        (Facts(Task.TWO_CLASS, 900, (28, 28, 1)), {"kernel": (3,)}, "'kernel' setting is for sequences"),
    ],
)
def test_what_does_not_fit_is_one_sentence(facts: Facts, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        decided(facts, **given)
    assert "\n" not in str(caught.value)


def test_each_kind_of_data_has_its_network_and_length() -> None:
    assert [decided(facts)["model"] for facts in (TABLE, STEPS, TEXTS)] == ["mlp", "cnn", "text-cnn"]
    assert [decided(facts)["length"] for facts in (TABLE, STEPS, TEXTS)] == [0, 40, 512]
    assert decided(dataclasses.replace(TEXTS, rows=900))["model"] == "mlp"
    assert decided(TEXTS, tokens="characters")["length"] == 300
    assert decided(RAGGED, augment=("noise", "step-mask"))["augment"] == ("noise", "step-mask")


def rising(rows: int) -> tuple[list[list[float]], list[str]]:
    """Sequences of unequal length that rise or fall, a little noisily."""
    random = np.random.default_rng(0)
    lists, labels = [], []
    for row in range(rows):
        way = 1 if row % 2 else -1
        lists.append((way * np.arange(6 + row % 9) + random.normal(size=6 + row % 9)).tolist())
        labels.append("rises" if row % 2 else "falls")
    return lists, labels


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    runs = tmp_path_factory.mktemp("sequences")
    settings: dict[str, Any] = {"model": "gru", "width": 8, "epochs": 30, "learning_rate": 0.02}
    return train(rising(200), runs=runs, quiet=True, augment=("noise:0.1",), **settings)


def test_sequences_of_unequal_length_are_learnt_and_new_ones_judged(run: Run) -> None:
    assert run.evaluation.scores[0].value > 0.9
    assert [one.kind for one in run.data.features] == [Kind.SEQUENCE]
    lists, labels = rising(40)
    found = predict(run, lists)
    assert np.mean(found.values == np.array(labels)) > 0.9
    longer = [[*one, *[float("nan")] * 5] for one in lists]
    np.testing.assert_allclose(predict(run, longer).outputs, found.outputs, atol=1e-6)
    assert evaluate(run, (lists, labels)).scores[0].value > 0.9


def test_the_report_draws_sequences_as_lines(run: Run) -> None:
    training = run.record.training
    assert training is not None
    assert [len(one.pictures) for one in training.augmented] == [6] * 6
    assert all(one.picture and not one.values for one in run.evaluation.wrong)
    assert {one.name for one in run.evaluation.baselines} >= {"majority", "logistic", "trees"}
    assert 'id="augmented"' in run.report.read_text(encoding="utf-8")


TEXT = {
    "words": np.array([f"{'fine sun' if row % 2 else 'rain wind'} on day {row % 7}" for row in range(120)], object),
    "label": np.array(["dry" if row % 2 else "wet" for row in range(120)], object),
}


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "text-cnn"},
        {"model": "gru", "tokens": "characters", "length": 12},
        {"model": "transformer", "heads": 2, "depth": 1},
        {"model": "decoder", "heads": 2, "depth": 1},
        {"model": "mlp"},
    ],
)
def test_texts_are_learnt_and_read_back(settings: dict[str, Any], tmp_path: Path) -> None:
    sized: dict[str, Any] = {} if settings["model"] == "mlp" else {"width": 16}
    run = train(TEXT, runs=tmp_path, quiet=True, text="words", epochs=15, learning_rate=0.02, **settings, **sized)
    assert run.evaluation.scores[0].value > 0.9
    encoding = load_network(run.folder).encoding
    assert (encoding.tokens is None) == (settings["model"] == "mlp")
    assert predict(run, {"words": ["fine sun at last", "rain rain wind"]}).values.tolist() == ["dry", "wet"]


@pytest.mark.data
def test_mnist_1d_is_learnt_from_its_unnamed_columns(data_folder: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"hidden": (25, 25, 25), "kernel": (5, 3, 3), "stride": 2, "epochs": 15}
    path = data_folder / "mnist1d" / "mnist1d.npz"
    run = train(path, runs=tmp_path, quiet=True, model="cnn", learning_rate=0.01, **settings)
    assert run.evaluation.rows == 1000
    assert run.evaluation.scores[0].value > 0.85
