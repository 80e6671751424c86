from pathlib import Path

import numpy as np
import pytest

from piste.core.keys import generator
from piste.recipe.run import Run
from piste.recipe.train import train


@pytest.fixture(scope="session")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run on iris; tests only read it."""
    return train("iris", runs=tmp_path_factory.mktemp("iris"), quiet=True, epochs=60, hidden=(16,), learning_rate=0.02)


@pytest.fixture(scope="session")
def trips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A finished run on a table with a number, categories with gaps, a flag and a date, and the table's file."""
    folder = tmp_path_factory.mktemp("trips")
    path = folder / "trips.csv"
    lines = ["distance,city,night,day,price"]
    for index in range(240):
        city = ["Lyon", "Turin", "Bern", ""][index % 4]
        distance = 1 + (index * 7) % 50
        price = 3.0 + 2 * distance + (5 if index % 3 == 0 else 0)
        lines.append(f"{distance},{city},{'yes' if index % 3 == 0 else 'no'},2024-{index % 12 + 1:02d}-05,{price}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = train(path, runs=folder / "runs", quiet=True, target="price", epochs=60, hidden=(16,), learning_rate=0.02)
    return run, path


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A convolutional network that tells pictures with a bright square at the left from those with one at the right."""
    draw = generator(3, "squares")
    pictures = draw.integers(0, 60, (80, 12, 12)).astype(np.uint8)
    sides = np.arange(80) % 2
    for picture, side in zip(pictures, sides, strict=True):
        picture[4:8, 1 + 6 * side : 5 + 6 * side] = 230
    path = tmp_path_factory.mktemp("squares") / "squares.npz"
    np.savez(path, x=pictures, y=np.array(["left", "right"])[sides])
    return train(
        path, runs=path.parent / "runs", quiet=True, model="cnn", hidden=(6, 8), learning_rate=0.02, augment=("none",),
        epochs=12, seed=1,
    )  # fmt: skip
