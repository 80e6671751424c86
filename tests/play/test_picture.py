"""What is drawn is what the network computes."""

import base64

import jax
import numpy as np

from piste.play.picture import dots, picture_of
from piste.play.settings import PlaySettings
from piste.play.table import GRID
from piste.play.training import advanced, begun


def _numbers(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8)


def test_units_edges_and_answer_by_hand() -> None:
    played = advanced(begun(PlaySettings("exclusive-or", hidden=(3, 2), batch_size=25)), 5)
    picture = picture_of(played)
    first, second, head = picture.edges
    grid = np.asarray(played.table.plane.grid, np.float64)
    hidden = np.tanh(grid @ np.array(first.weights) + np.array(first.biases))
    deeper = np.tanh(hidden @ np.array(second.weights) + np.array(second.biases))
    for layer, values in enumerate((grid, hidden, deeper)):
        for unit in range(values.shape[1]):
            shown = _numbers(picture.layers[layer][unit]) / 127.5 - 1
            scale = np.abs(values[:, unit]).max()
            np.testing.assert_allclose(shown, values[:, unit] / scale, atol=0.006)
            np.testing.assert_allclose(picture.scales[layer][unit], scale, rtol=1e-3)
    raw = deeper @ np.array(head.weights) + np.array(head.biases)
    assert np.mean(_numbers(picture.output) == raw.argmax(axis=1)) > 0.999
    share = 1 / (1 + np.exp(-np.abs(raw[:, 0] - raw[:, 1])))
    np.testing.assert_allclose(_numbers(picture.sure) / 255, 2 * share - 1, atol=0.006)
    assert len(picture.layers[0][0]) == len(base64.b64encode(bytes(GRID * GRID)))


def test_gradients_are_those_of_the_last_step() -> None:
    played = advanced(begun(PlaySettings("slope", hidden=(3,), batch_size=25)), 1)
    gradients = jax.tree.map(np.asarray, played.plan.layout.unpack(played.carry.gradient))
    np.testing.assert_allclose(picture_of(played).edges[0].gradients, gradients["00_dense"]["weight"], rtol=1e-4)


def test_dots_lie_where_the_examples_do() -> None:
    played = begun(PlaySettings("hills"))
    found = dots(played)
    np.testing.assert_allclose(np.array(found["train"].x) * 12 - 6, played.table.plane.train[:, 0], atol=1e-3)
    np.testing.assert_allclose(np.array(found["held"].y) * 12 - 6, played.table.plane.held[:, 1], atol=1e-3)
    assert np.abs(found["train"].value).max() == 1.0
