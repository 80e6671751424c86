"""A model as JSON, and back: the class name and the settings of each layer, nested as the layers are."""

import dataclasses
import typing
from collections.abc import Sequence
from typing import Any

from piste.core.errors import PisteError, SettingError
from piste.nn.layer import Layer


def to_spec(layer: Layer) -> dict[str, Any]:
    """Return the JSON-able description of `layer`: {"layer": class name, setting: value, ...}."""
    if "__dataclass_fields__" not in dir(layer):
        raise SettingError(f"{type(layer).__name__} must be a frozen dataclass to be described as JSON.")
    fields = {field.name: _plain(getattr(layer, field.name)) for field in dataclasses.fields(layer)}  # type: ignore[arg-type]
    return {"layer": type(layer).__name__, **fields}


def from_spec(spec: Any, layers: Sequence[type[Layer]]) -> Layer:
    """Return the layer that `spec` describes; only the classes in `layers` are known.

    Raises `SettingError` naming the layer and setting that do not fit.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("layer"), str):
        raise SettingError(f"A layer's spec must be an object with the key 'layer'. Got {str(spec)[:80]} instead.")
    known = {kind.__name__: kind for kind in layers}
    name = spec["layer"]
    if name not in known:
        raise SettingError(f"There is no layer '{name}'. Known are: {', '.join(known)}.")
    settings = {key: _rich(value, layers) for key, value in spec.items() if key != "layer"}
    return _build(known[name], settings)


def _build(kind: type[Layer], settings: dict[str, Any]) -> Layer:
    hints = typing.get_type_hints(kind)
    for setting, value in settings.items():
        if setting not in hints:
            raise SettingError(f"The layer {kind.__name__} has no setting '{setting}'. It has: {', '.join(hints)}.")
        if hints[setting] in (int, float, str, bool) and not _is(value, hints[setting]):
            raise SettingError(
                f"The setting '{setting}' of {kind.__name__} must be a {hints[setting].__name__}. "
                f"Got {value!r} instead."
            )
    try:
        return kind(**settings)
    except PisteError:
        raise
    except (TypeError, ValueError) as error:
        raise SettingError(f"The layer {kind.__name__} cannot be built: {error}.") from error


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return to_spec(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _rich(value: Any, layers: Sequence[type[Layer]]) -> Any:
    if isinstance(value, dict) and "layer" in value:
        return from_spec(value, layers)
    if isinstance(value, list):
        return tuple(_rich(one, layers) for one in value)
    return value
