"""Filters are the weights, maps the outputs, and what excites a unit is what its outputs are largest for."""

import base64
import io

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from piste.core.errors import SettingError
from piste.lens.views.layers import outputs_of_layers
from piste.recipe.progress import Silent
from piste.recipe.run import Run
from piste.recipe.view import view
from piste.recipe.view_subject import Subject


def pixels(png: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))))


def test_filters_are_the_weights_the_longest_first(squares: Run) -> None:
    seen = view(squares, "filters").data
    first = [one for one in seen.filters if one.layer == "01_conv2d"]
    weight = np.asarray(squares.network.parameters["01_conv2d"]["weight"])
    assert sorted(one.unit for one in first) == list(range(6))
    assert [one.length for one in first] == sorted((one.length for one in first), reverse=True)
    for one in first:
        np.testing.assert_allclose(one.values, weight[:, :, 0, one.unit], rtol=1e-3)
        red, _, blue = np.moveaxis(pixels(one.picture)[::22, ::22].astype(int), -1, 0)[:3]
        signs = np.sign(weight[:, :, 0, one.unit])
        assert np.all(((red - blue) * signs)[np.abs(red - blue) > 2] > 0)
    chosen = view(squares, "filters", layer="05_conv2d", units=(2,)).data
    assert [(one.layer, one.unit) for one in chosen.filters] == [("05_conv2d", 2)]
    with pytest.raises(SettingError, match="There are no filters at '02_max_pool'"):
        view(squares, "filters", layer="02_max_pool")


def test_a_table_has_no_filters_and_no_maps(iris: Run) -> None:
    with pytest.raises(SettingError, match="no filters to see"):
        view(iris, "filters")
    with pytest.raises(SettingError, match="No layer of this network has maps"):
        view(iris, "maps")


def test_maps_are_the_outputs_of_the_layer(squares: Run) -> None:
    seen = view(squares, "maps", layer="04_activation", units=(1, 3)).data
    subject = Subject(squares, None, Silent())
    network = squares.network
    for one in seen.examples:
        place = subject.dataset.origin[subject.dataset.rows["test"]].tolist().index(one.row)
        example = jnp.asarray(subject.splits.test.inputs[place : place + 1])
        _, outputs = outputs_of_layers(network.model, network.parameters, network.state, example)
        for found in one.maps:
            np.testing.assert_allclose(found.values, outputs["04_activation"][0, ..., found.unit], rtol=2e-3, atol=1e-4)
            assert found.picture


def test_what_excites_a_unit_is_found_with_its_part(squares: Run) -> None:
    seen = view(squares, "units", layer="04_activation", units=(0, 4)).data
    subject, network = Subject(squares, None, Silent()), squares.network
    inputs = jnp.asarray(subject.train.inputs)
    outputs = np.asarray(
        outputs_of_layers(network.model, network.parameters, network.state, inputs)[1]["04_activation"]
    )
    largest = outputs.max(axis=(1, 2))
    for unit in seen.units:
        expected = np.sort(largest[:, unit.unit])[::-1][:5]
        np.testing.assert_allclose([one.value for one in unit.examples], expected, rtol=1e-4)
        for one in unit.examples:
            top, left, bottom, right = one.part
            assert 0 < bottom - top <= 4  # a 3 x 3 window, halved: 4 pixels
            assert 0 < right - left <= 4
        start = np.full((1, 12, 12, 1), subject.encoding.channel_mean[0])
        before = outputs_of_layers(network.model, network.parameters, network.state, jnp.asarray(start, jnp.float32))[1]
        assert unit.reached > float(before["03_batch_norm"][0, ..., unit.unit].mean())
        assert pixels(unit.made_up).std() > 5


def test_rows_of_a_table_excite_units_too(iris: Run) -> None:
    seen = view(iris, "units", units=(3,)).data
    assert seen.layer == "02_activation"
    assert len(seen.units[0].examples) == 5
    assert set(seen.units[0].examples[0].values) == {f"{part} (cm)" for part in (
        "sepal length", "sepal width", "petal length", "petal width",
    )}  # fmt: skip
    with pytest.raises(SettingError, match="The layer has 16 units, numbered from 0"):
        view(iris, "units", units=(99,))
