"""Attributions of all kinds of inputs add up to the difference of outputs; of a linear network they are its weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.core.views import AttributionsRecord
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.recipe.view import view
from piste.recipe.view_subject import Subject

QUICK: dict[str, Any] = {"quiet": True, "epochs": 2, "seed": 1}


def complete(seen: AttributionsRecord) -> None:
    for one in seen.examples:
        by = {each.method: each for each in one.attributions}
        whole = np.sum(by["integrated gradients"].values)
        assert whole == pytest.approx(one.output - one.compared, rel=0.05, abs=0.02)
        assert by["integrated gradients"].gap < 0.05


def test_of_a_linear_network_each_column_counts_its_weights(tmp_path: Path) -> None:
    draw = generator(0, "table")
    lines = [
        f"{a:.3f},{b:.3f},{'xyz'[i % 3]},{2 * a - b + i % 3:.4f}" for i, (a, b) in enumerate(draw.normal(size=(90, 2)))
    ]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b,c,target", *lines]))
    run = train(path, runs=tmp_path / "runs", target="target", model="linear", bins=0, learning_rate=0.05, **QUICK)
    seen = view(run, "attribution").data
    complete(seen)
    subject = Subject(run, None, Silent())
    weight = np.asarray(run.network.parameters["00_dense"]["weight"], np.float64)[:, 0]
    (one, *_) = seen.examples
    place = subject.dataset.origin[subject.dataset.rows["test"]].tolist().index(one.row)
    counted = weight * (subject.splits.test.inputs[place] - subject.train.inputs.mean(axis=0))
    expected = [counted[0], counted[1], counted[2:].sum()]
    assert one.names == ("a", "b", "c")
    for each in one.attributions[1:]:
        np.testing.assert_allclose(each.values[0], expected, rtol=2e-3, atol=1e-4)
    with pytest.raises(SettingError, match=r"Row 1000 is not in the test split"):
        view(run, "attribution", rows=(1000,))


def test_in_pictures_the_square_counts(squares: Run) -> None:
    assert squares.score("accuracy").value > 0.9
    seen = view(squares, "attribution", rows=tuple(_rows(squares)[:2])).data
    assert seen.kind == "pictures"
    complete(seen)
    for one in seen.examples:
        assert [each.method for each in one.attributions] == [
            "gradient", "gradient times input", "integrated gradients", "Grad-CAM", "occlusion",
        ]  # fmt: skip
        values = np.abs(np.asarray(one.attributions[2].values))
        assert values[4:8].sum() > values[:4].sum() + values[8:].sum()
        assert all(each.picture for each in one.attributions)


def _rows(run: Run) -> list[int]:
    dataset = Subject(run, None, Silent()).dataset
    return dataset.origin[dataset.rows["test"]].tolist()


def test_in_sequences_of_unequal_length_the_filling_counts_nothing(tmp_path: Path) -> None:
    draw = generator(5, "waves")
    lengths = draw.integers(6, 12, 60)
    waves = np.full((60, 12, 1), np.nan)
    for wave, length, kind in zip(waves, lengths, np.arange(60) % 2, strict=True):
        wave[:length, 0] = np.sin(np.arange(length) * (1 + kind)) + draw.normal(0, 0.1, length)
    data = (waves, np.arange(60) % 2)
    run = train(data, runs=tmp_path, model="gru", width=8, **QUICK)
    seen = view(run, "attribution", data=data).data
    complete(seen)
    for one in seen.examples:
        real = np.isfinite(one.lines[0]).sum()
        for each in one.attributions:
            np.testing.assert_array_equal(each.values[0][real:], 0)


def test_in_texts_words_count(tmp_path: Path) -> None:
    words = ["good", "bad", "film", "the", "was", "a"]
    draw = generator(7, "texts")
    lines = []
    for number in range(80):
        chosen = [words[at] for at in draw.integers(2, 6, 6)]
        chosen[int(draw.integers(0, 6))] = words[number % 2]
        lines.append(f"{' '.join(chosen)},{'up' if number % 2 == 0 else 'down'}")
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(["text,mood", *lines]))
    run = train(
        path, runs=tmp_path / "runs", target="mood", text="text", model="text-cnn", width=8, kernel=(2,),
        learning_rate=0.05, **{**QUICK, "epochs": 8},
    )  # fmt: skip
    seen = view(run, "attribution").data
    assert seen.kind == "texts"
    complete(seen)
    told = [one for one in seen.examples if one.truth == one.answer]
    assert told
    for one in told:
        occluded = next(each for each in one.attributions if each.method == "occlusion")
        assert one.names[int(np.argmax(occluded.values[0]))] in ("good", "bad")
