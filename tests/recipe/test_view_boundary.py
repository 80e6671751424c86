"""The decision boundary: the answers are those of the network, before and after, and a point asked for is answered."""

import re
from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.core.views import BoundaryRecord
from piste.recipe.predict import predict
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.recipe.view import view


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on lectures attended and hours spent, and whether the course was passed."""
    folder = tmp_path_factory.mktemp("course")
    draw = generator(5, "course")
    lectures, hours = draw.integers(0, 11, 160), draw.uniform(0, 12, 160).round(1)
    passed = np.where(lectures + hours > 9.5, "yes", "no")
    lines = [f"{one},{other},{said}" for one, other, said in zip(lectures, hours, passed, strict=True)]
    path = folder / "course.csv"
    path.write_text("\n".join(["lectures,hours,passed", *lines]) + "\n")
    return train(path, runs=folder / "runs", quiet=True, target="passed", epochs=60, hidden=(8,), learning_rate=0.03)


def test_the_answers_on_the_plane_are_the_networks(course: Run) -> None:
    seen = view(course, "boundary", size=12, point=(4, 5)).data
    assert isinstance(seen, BoundaryRecord)
    assert (seen.x_title, seen.y_title) == ("lectures", "hours")
    rows = {"lectures": np.repeat([seen.x], 12, 0).ravel(), "hours": np.repeat(seen.y, 12)}
    said = predict(course, rows)
    np.testing.assert_array_equal(np.asarray(seen.answers[-1]).ravel(), said.outputs.argmax(axis=1))
    np.testing.assert_allclose(np.asarray(seen.confidence[-1]).ravel(), said.outputs.max(axis=1), rtol=2e-4)
    lead = np.abs(said.outputs[:, 1] - said.outputs[:, 0])
    np.testing.assert_allclose(np.asarray(seen.margin[-1]).ravel(), lead, rtol=1e-3, atol=1e-5)


def test_a_point_is_answered_before_during_and_after(course: Run) -> None:
    seen = view(course, "boundary", size=8, point=(4, 5)).data
    assert seen.moments[0] == "before training"
    assert re.fullmatch(r"after training \(epoch \d+ kept\)", seen.moments[-1])
    assert len(seen.moments) == 4
    (point,) = seen.marked
    said = predict(course, {"lectures": [4.0], "hours": [5.0]})
    assert point.answers[-1] == said.values[0]
    assert point.confidence[-1] == pytest.approx(said.outputs.max(), rel=1e-5)
    assert point.confidence[0] < 0.9
    short = view(course, "boundary", size=8, again=False).data
    assert len(short.moments) == 2
    assert short.answers[0] == seen.answers[0]


def test_many_columns_are_seen_on_their_principal_plane(iris: Run) -> None:
    shown = view(iris, "boundary", size=10, moments=2)
    seen = shown.data
    assert seen.x_title.startswith("first principal direction (7")
    right = sum(seen.point_right) / len(seen.point_right)
    assert right == pytest.approx(iris.score("accuracy").value)
    chosen = view(iris, "boundary", size=10, moments=2, x="petal length (cm)", y="petal width (cm)")
    assert (chosen.data.x_title, chosen.data.y_title) == ("petal length (cm)", "petal width (cm)")
    assert "held at the usual value" in chosen.record.notes[0]


def test_numbers_have_a_boundary_too(trips: tuple[Run, Path]) -> None:
    with pytest.raises(SettingError, match="two columns of numbers"):
        view(trips[0], "boundary", x="distance")
    seen = view(trips[0], "boundary", size=9, again=False).data
    assert seen.classes == ()
    assert np.ptp(np.asarray(seen.answers[-1])) > np.ptp(np.asarray(seen.answers[0]))


def test_what_does_not_fit_is_said(iris: Run) -> None:
    with pytest.raises(SettingError, match="no column of numbers 'petal'"):
        view(iris, "boundary", x="petal")
    with pytest.raises(SettingError, match="The point must be two numbers"):
        view(iris, "boundary", point=(1.0,))
    with pytest.raises(SettingError, match=r"There is no view 'boundry'\. Did you mean 'boundary'"):
        view(iris, "boundry")
    with pytest.raises(SettingError, match="The view 'boundary' has no option 'rates'"):
        view(iris, "boundary", rates=(0.1,))
