"""The examples and the plane they are drawn in."""

import numpy as np
import pytest

from piste.core.errors import DataError, SettingError
from piste.play.problems import FEATURES, drawn, featured
from piste.play.settings import PlaySettings
from piste.play.table import GRID, table_of

PASTED = "width,height,name\n" + "\n".join(f"{i},{i * i % 7},{'big' if i > 20 else 'small'}" for i in range(40))


def test_a_made_problem_is_encoded_as_any_table_is() -> None:
    table = table_of(PlaySettings("circles", features=("x1", "x1²")))
    points, _ = drawn("circles", 0.0, 0)
    rows = table.dataset.origin[table.dataset.rows["train"]]
    np.testing.assert_array_equal(table.plane.train, points[rows])
    raw = featured(points, ("x1", "x1²"))[rows]
    line = np.linspace(-6, 6, GRID)
    for column, along in ((0, line), (1, line**2)):
        order = np.argsort(raw[:, column])
        known, encoded = raw[order, column], np.asarray(table.train.inputs, np.float64)[order, column]
        assert np.all(np.diff(encoded) >= 0)  # an encoder of numbers keeps their order
        inside = (along > known[0]) & (along < known[-1])
        between = np.interp(along[inside], known, encoded)
        np.testing.assert_allclose(table.plane.grid[:GRID, column][inside], between, atol=0.02)
    np.testing.assert_array_equal(table.plane.grid[::GRID, 0], np.full(GRID, table.plane.grid[0, 0]))


def test_the_share_of_train() -> None:
    assert len(table_of(PlaySettings("blobs", train_share=0.8)).train) == pytest.approx(400, abs=2)


def test_all_features_together() -> None:
    assert table_of(PlaySettings("hills", features=tuple(FEATURES))).train.inputs.shape[1] == len(FEATURES)


def test_principal_directions_have_the_largest_spread() -> None:
    table = table_of(PlaySettings("wine"))
    inputs = np.asarray(table.train.inputs, np.float64)
    spread = np.linalg.eigvalsh(np.cov(inputs.T))[::-1][:2]
    np.testing.assert_allclose(table.plane.train.var(axis=0, ddof=1), spread, rtol=1e-4)
    assert table.plane.flat


def test_two_columns_of_ones_own() -> None:
    names = [slot.name for slot in table_of(PlaySettings("iris")).encoding.slots]
    plane = table_of(PlaySettings("iris", axes=(names[2], names[0]))).plane
    train = table_of(PlaySettings("iris")).train.inputs
    np.testing.assert_allclose(plane.train, (train - train.mean(axis=0))[:, [2, 0]], atol=1e-5)
    with pytest.raises(SettingError, match="There is no input 'smell'"):
        table_of(PlaySettings("iris", axes=("smell", names[0])))


def test_a_pasted_table() -> None:
    table = table_of(PlaySettings("pasted", table=PASTED, train_share=0.6))
    assert table.encoding.classes == ("big", "small")
    assert table.plane.names == ("width", "height")


@pytest.mark.parametrize("text", ["", "  \n ", "a,b\n1,2\n"])
def test_a_table_that_will_not_do_is_a_sentence(text: str) -> None:
    with pytest.raises((DataError, SettingError)):
        table_of(PlaySettings("pasted", table=text))


def test_noise_reaches_only_what_is_trained_on() -> None:
    quiet, noisy = (table_of(PlaySettings("iris", noise=noise)) for noise in (0.0, 0.5))
    np.testing.assert_array_equal(quiet.held.inputs, noisy.held.inputs)
    difference = np.subtract(noisy.train.inputs, quiet.train.inputs, dtype=np.float64)
    assert difference.std() == pytest.approx(0.5, rel=0.15)
