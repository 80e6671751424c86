"""A trained network with the encoders it was trained with: what is kept in a run's `model/` folder."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from piste.catalog import LAYERS
from piste.core.errors import PisteError, RunError
from piste.core.records import Task
from piste.core.runs import MODEL, RunFolder
from piste.data.encoding import Encoding
from piste.evaluate import Predictions
from piste.nn.layer import Layer, Parameters, State
from piste.nn.spec import from_spec, to_spec
from piste.train.inference import outputs
from piste.train.settings import Precision

SPEC, PARAMETERS, ENCODING = "spec.json", "parameters.safetensors", "encoding.json"
_STATE = "state"


@dataclass(frozen=True)
class Network:
    """Everything a prediction needs."""

    model: Layer
    parameters: Parameters
    state: State
    encoding: Encoding
    precision: Precision = "float32"  # of the training, and of what is predicted
    devices: int = 1  # among which the examples are divided

    def predict(self, inputs: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return probabilities (B, C), of labels (B, K), or numbers (B, K) in the target's own units."""
        computed = outputs(self.model, self.parameters, self.state, inputs, self.precision, self.devices)
        raw = computed.astype(np.float64)
        if self.encoding.task is Task.REGRESSION:
            return np.asarray(self.encoding.decode_regression(raw), np.float64)
        if self.encoding.task is Task.MULTI_LABEL:
            return 1.0 / (1.0 + np.exp(-raw))
        shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
        return shifted / shifted.sum(axis=1, keepdims=True)

    def judged(self, inputs: NDArray[np.generic], truth: NDArray[np.generic]) -> Predictions:
        """Return the predictions for `inputs` beside the truth, as the evaluation takes them."""
        encoding = self.encoding
        return Predictions(encoding.task, encoding.classes, truth, self.predict(inputs), encoding.target_names)


def save_network(network: Network, folder: RunFolder) -> None:
    """Write the network into the run's `model/` folder: JSON for spec and encoders, safetensors for the rest."""
    spec = {
        "model": to_spec(network.model),
        "input_shape": list(network.encoding.input_shape),
        "precision": network.precision,
    }
    folder.write(spec, MODEL, SPEC)
    folder.write(network.encoding.to_json(), MODEL, ENCODING)
    arrays = {**_flat(network.parameters, "parameters"), **_flat(network.state, _STATE)}
    folder.write(save(arrays), MODEL, PARAMETERS)


def load_network(folder: RunFolder) -> Network:
    """Return the network of a run; raises `RunError` where a file is absent or damaged."""
    spec, encoding = _json(folder, SPEC), _json(folder, ENCODING)
    try:
        arrays = load(_bytes(folder, PARAMETERS))
        tree = _nested(arrays)
        model = from_spec(spec["model"], LAYERS)
        precision = spec.get("precision", "float32")  # which runs of earlier versions do not say
        parameters, state = tree.get("parameters", {}), tree.get(_STATE, {})
        return Network(model, parameters, state, Encoding.from_json(encoding), precision)
    except PisteError:
        raise
    except Exception as error:  # safetensors has an error class of its own for each fault
        raise RunError(f"The model in {folder.path / MODEL} is damaged ({error}); train again.") from error


def _bytes(folder: RunFolder, name: str) -> bytes:
    try:
        return folder.file(MODEL, name).read_bytes()
    except FileNotFoundError as error:
        raise RunError(f"The run {folder.path} has no {MODEL}/{name}; it was not trained to its end.") from error


def _json(folder: RunFolder, name: str) -> Any:
    try:
        return msgspec.json.decode(_bytes(folder, name))
    except msgspec.DecodeError as error:
        raise RunError(f"{folder.file(MODEL, name)} is damaged ({error}); train again.") from error


def _flat(tree: dict[str, Any], prefix: str) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, value in tree.items():
        path = f"{prefix}/{name}"
        arrays |= _flat(value, path) if isinstance(value, dict) else {path: np.ascontiguousarray(value)}
    return arrays


def _nested(arrays: dict[str, NDArray[np.generic]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, array in sorted(arrays.items()):
        *parents, name = path.split("/")
        inner = tree
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[name] = array
    return tree
