"""Models as JSON and back."""

import json
from typing import Any

import pytest

from piste.catalog import LAYERS
from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.branches import Concatenate
from piste.nn.convolution import Conv1D, Conv2D
from piste.nn.dense import Dense
from piste.nn.embedding import Embedding
from piste.nn.layer import Layer
from piste.nn.pooling import GlobalMaxPool
from piste.nn.recurrent import GRU, Bidirectional
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.spec import from_spec, to_spec


def through_json(layer: Layer) -> Layer:
    return from_spec(json.loads(json.dumps(to_spec(layer))), LAYERS)


def test_nested_models_survive() -> None:
    columns = tuple(Sequential((Conv1D(4, size), GlobalMaxPool())) for size in (2, 3))
    model = Sequential(
        (
            Embedding(100, 8, padding=0),
            Bidirectional(GRU(4, steps=True)),
            Residual(Sequential((Conv1D(8), Activation("gelu"))), Conv1D(8, 1)),
            Concatenate(columns),
            Dense(2),
        )
    )
    assert through_json(model) == model
    assert hash(through_json(model)) == hash(model)


def test_lists_become_tuples_again() -> None:
    layer = Conv2D(4, (3, 5), padding=(1, 2))
    assert to_spec(layer)["size"] == [3, 5]
    assert through_json(layer) == layer


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (["Dense"], "must be an object with the key 'layer'"),
        ({"layer": "Danse", "units": 3}, "There is no layer 'Danse'. Known are: Sequential,"),
        ({"layer": "Dense", "unit": 3}, "The layer Dense has no setting 'unit'. It has: units, bias, initialiser."),
        ({"layer": "Dense", "units": "3"}, "The setting 'units' of Dense must be a int. Got '3' instead."),
        ({"layer": "Conv2D", "units": 3, "size": [3, "x"]}, "Conv2D: The 'size' setting must be"),
        ({"layer": "Residual", "body": {"layer": "Nothing"}}, "There is no layer 'Nothing'."),
        ({"layer": "Residual", "body": 3}, "Residual: The 'body' setting must be a Layer. Got 3 instead."),
        ({"layer": "Dense"}, "The layer Dense cannot be built"),
    ],
)
def test_a_spec_that_does_not_fit_is_one_sentence(spec: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        from_spec(spec, LAYERS)
    assert sentence in str(caught.value)
