"""A network of one's own: a spec as JSON, in a file or from Python, or the layers themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from piste.catalog import LAYERS
from piste.core.errors import SettingError
from piste.nn.layer import Layer, Shape
from piste.nn.sequential import Sequential
from piste.nn.spec import from_spec, to_spec

OWN = "own"
"""The name, among the networks, of the one that a spec describes."""


def spec_of(given: Any) -> Mapping[str, Any]:
    """Return the spec that is `given` as the path of a JSON file, as a mapping, or as a layer, checked.

    The file of a run, `model/spec.json`, is one too. Raises `SettingError` for a file that cannot be read and for
    layers or settings that there are not.
    """
    if isinstance(given, Layer):
        return to_spec(given)
    spec = _read(Path(given)) if isinstance(given, str) else given
    if isinstance(spec, Mapping) and "model" in spec and "layer" not in spec:
        spec = spec["model"]
    try:
        return to_spec(from_spec(spec, LAYERS))
    except SettingError as error:
        raise SettingError(f"{given}: {error}" if isinstance(given, str) else str(error)) from error


def build_own(spec: Mapping[str, Any], outputs: int, shape: Shape, inputs: tuple[Layer, ...]) -> Sequential:
    """Return the network of `spec` after the layers that the `inputs` need, unless it begins with such layers itself.

    Raises `SettingError` where it cannot take examples of `shape`, or does not give `outputs` numbers for each.
    """
    network = from_spec(spec, LAYERS)
    layers = network.layers if isinstance(network, Sequential) else (network,)
    begins = [type(layer) for layer in layers[: len(inputs)]] == [type(layer) for layer in inputs]
    model = Sequential(layers if begins else (*inputs, *layers))
    try:
        found = model.output_shape(shape)
    except SettingError:
        raise
    except Exception as error:  # JAX has an error for each way in which shapes can disagree
        reason = str(error).split("\n")[0].rstrip(".")
        raise SettingError(f"The network in 'spec' cannot take examples of shape {shape}: {reason}.") from error
    if found != (outputs,):
        raise SettingError(
            f"The network in 'spec' gives an array of shape {found} for each example, and these data need "
            f"{outputs} number{'s' * (outputs > 1)}: let it end with a Dense layer of {outputs} units."
        )
    return model


def _read(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise SettingError(f"Could not read the spec of a network {path}: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise SettingError(f"The spec of a network {path} is not JSON ({error}).") from error
