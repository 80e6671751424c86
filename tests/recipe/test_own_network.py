import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.normalisation import Standardise
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.nn.spec import to_spec
from piste.nn.zoo.mlp import mlp
from piste.recipe.own_network import build_own, spec_of
from piste.recipe.predict import predict
from piste.recipe.resume import resume
from piste.recipe.train import train

NET = Sequential((Dense(6), Activation("tanh"), Dense(3, initialiser="small_normal")))
QUICK: dict[str, Any] = {"epochs": 2, "quiet": True}


def test_a_file_a_mapping_and_layers_are_the_same_spec(tmp_path: Path) -> None:
    spec = to_spec(NET)
    (tmp_path / "net.json").write_text(json.dumps(spec))
    (tmp_path / "of_a_run.json").write_text(json.dumps({"model": spec, "input_shape": [4]}))
    for given in (spec, NET, str(tmp_path / "net.json"), str(tmp_path / "of_a_run.json")):
        assert spec_of(given) == spec


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "Could not read the spec of a network .*net.json: No such file"),
        ("{", "The spec of a network .*net.json is not JSON"),
        ('{"layer": "Dense", "unit": 3}', r"net.json: The layer Dense has no setting 'unit'\. It has: units"),
        ('{"layer": "Thick"}', "net.json: There is no layer 'Thick'"),
        ("[]", "net.json: A layer's spec must be an object with the key 'layer'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str | None, sentence: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "net.json").write_text(text)
    with pytest.raises(SettingError, match=sentence):
        spec_of(str(tmp_path / "net.json"))


def test_the_layers_that_inputs_need_stand_before_it_once() -> None:
    standard = (Standardise((0.5,), (0.1,)),)
    plain = Sequential((Flatten(), Dense(2)))
    expected = Sequential((*standard, *plain.layers))
    assert build_own(to_spec(plain), 2, (4, 4, 1), standard) == expected
    assert build_own(to_spec(expected), 2, (4, 4, 1), standard) == expected
    assert build_own(to_spec(Dense(2)), 2, (4,), ()) == Sequential((Dense(2),))


def test_a_network_that_does_not_fit_the_data_is_refused() -> None:
    with pytest.raises(SettingError, match=r"gives an array of shape \(3,\) .* need 2 numbers: .* Dense layer of 2"):
        build_own(to_spec(NET), 2, (4,), ())
    with pytest.raises(SettingError, match=r"gives an array of shape \(4, 4, 3\)"):
        build_own(to_spec(NET), 3, (4, 4, 1), ())


def test_an_edited_spec_is_trained_predicts_and_resumes(tmp_path: Path) -> None:
    first = train("iris", runs=tmp_path, hidden=(8,), **QUICK)
    path = first.folder.path / "model" / "spec.json"
    spec = json.loads(path.read_text())
    spec["model"]["layers"][0]["units"] = 5
    (tmp_path / "net.json").write_text(json.dumps(spec))
    second = train("iris", runs=tmp_path, spec=tmp_path / "net.json", **QUICK)
    record = second.folder.record
    assert {one.setting: one.value for one in record.choices}["model"] == "own"
    assert record.training is not None
    assert record.training.parameters == 4 * 5 + 2 * 5 + 5 * 3 + 3  # no bias before batch norm
    assert record.command.endswith(f"--spec {tmp_path / 'net.json'} --epochs 2")
    assert len(predict(second, "iris").columns["prediction"]) == 150
    (tmp_path / "net.json").unlink()  # the run keeps the spec itself
    again = train("iris", runs=tmp_path, spec=spec, **QUICK)
    unfinished = re.sub('"status": *"finished"', '"status":"unfinished"', (again.folder.path / "run.json").read_text())
    (again.folder.path / "run.json").write_text(unfinished)
    assert resume(again, quiet=True).folder.record.training is not None
    np.testing.assert_array_equal(
        predict(second, "iris").columns["prediction"], predict(again, "iris").columns["prediction"]
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"model": "own"}, "'own' needs its layers: give the JSON file .* with --spec"),
        ({"model": "mlp", "spec": NET}, "'spec' setting belongs to the model own, and the model is 'mlp'"),
        ({"hidden": (3,), "spec": NET}, "'hidden' setting is for the networks by name"),
        ({"dropout": 0.5, "spec": NET}, "'dropout' setting is for the networks by name"),
        ({"width": 5, "spec": NET}, "'width' setting belongs to"),
        ({"spec": 3}, "'spec' setting must be a text or a mapping or a function. Got 3"),
        ({"spec": mlp(2)}, "need 3 numbers"),
    ],
)
def test_settings_that_contradict_a_spec_are_refused(settings: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=sentence):
        train("iris", runs=tmp_path, **settings, **QUICK)
    assert not list(tmp_path.iterdir())
