"""The loss surface of a line with two weights is the parabola that NumPy computes, and paths lie on it."""

from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import RunError, SettingError
from piste.core.keys import generator
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.train import train
from piste.recipe.view import view
from piste.recipe.view_subject import Subject, same_network

WEIGHTS = "00_dense/weight[0,0]; 00_dense/bias[0]"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A straight line fitted by full-batch gradient descent: a network of two weights."""
    folder = tmp_path_factory.mktemp("line")
    x = generator(2, "x").normal(size=120).round(3)
    noise = generator(2, "noise").normal(size=120)
    path = folder / "line.csv"
    path.write_text(
        "x,y\n" + "\n".join(f"{one},{3 * one + 1 + 0.3 * off:.4f}" for one, off in zip(x, noise, strict=True))
    )
    return train(
        path, runs=folder / "runs", quiet=True, target="y", model="linear", epochs=30, optimiser="sgd", batch_size=0,
        learning_rate=0.1, schedule="constant", weight_decay=0.0, patience=0, warmup=0.0, clip=0.0, bins=0,
    )  # fmt: skip


def test_the_surface_of_two_weights_is_a_parabola_and_paths_lie_on_it(line: Run) -> None:
    seen = view(line, "surface", directions=WEIGHTS, size=9, rates=(0.01, 0.1, 1.1)).data
    subject = Subject(line, None, Silent())
    inputs, targets = np.asarray(subject.train.inputs, np.float64)[:, 0], np.asarray(subject.train.targets)[:, 0]

    def loss(weight: float, bias: float) -> float:
        return float(np.mean((weight * inputs + bias - targets) ** 2))

    expected = [[loss(weight, bias) for weight in seen.x] for bias in seen.y]
    np.testing.assert_allclose(seen.losses, expected, rtol=1e-4, atol=1e-5)
    slow, right, large = seen.paths
    for path in (slow, right):
        np.testing.assert_allclose(
            path.losses, [loss(*one) for one in zip(path.x, path.y, strict=True)], rtol=1e-3, atol=1e-5
        )
        np.testing.assert_allclose(path.away, 0, atol=1e-6)
        assert list(path.losses) == sorted(path.losses, reverse=True)
    assert slow.losses[-1] > right.losses[-1]
    assert large.losses[-1] > large.losses[0]
    gradient = 2 * np.mean((right.x[0] * inputs + right.y[0] - targets) * inputs)
    assert right.x[1] - right.x[0] == pytest.approx(-0.1 * gradient, rel=1e-3)


def test_the_training_made_again_is_the_same_to_the_bit(line: Run, iris: Run) -> None:
    for run in (line, iris):
        subject = Subject(run, None, Silent())
        course = subject.trained_again()
        assert same_network(course.kept, run.network)
        assert len(course.moments) == len(run.epochs) + 1


def test_a_network_with_batch_norm_is_seen_along_its_path(iris: Run) -> None:
    shown = view(iris, "surface", size=7, rates=(0.02,), examples=40)
    assert "ended with the bits of the run" in " ".join(shown.record.notes)
    (path,) = shown.data.paths
    middle = int(np.argmin(np.abs(np.asarray(shown.data.x))))
    assert min(path.losses) < 0.2 < path.losses[0]
    assert shown.data.losses[int(np.argmin(np.abs(np.asarray(shown.data.y))))][middle] < path.losses[0]
    plain = view(iris, "surface", size=5, again=False)
    assert plain.data.x_title.endswith("filter-normalised")
    assert plain.data.paths == ()


def test_what_cannot_be_had_is_said(iris: Run) -> None:
    with pytest.raises(SettingError, match="need trainings: say --again"):
        view(iris, "surface", again=False, rates=(0.1,))
    with pytest.raises(SettingError, match="say --again, or random"):
        view(iris, "surface", again=False, directions="path")
    with pytest.raises(SettingError, match="two weights with a semicolon between"):
        view(iris, "surface", again=False, directions="sideways")


def test_data_that_changed_are_refused(line: Run, tmp_path: Path) -> None:
    other = tmp_path / "line.csv"
    other.write_text("x,y\n" + "\n".join(f"{one},{one % 7}" for one in range(40)))
    with pytest.raises(RunError, match="have changed since its training"):
        view(line, "surface", data=other)
