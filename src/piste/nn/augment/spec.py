"""Augmentations as JSON and as words: `{"augmentation": "Shift", "pixels": 2}`, or `shift:2` on the command line."""

import dataclasses
import typing
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from piste.core.errors import SettingError
from piste.core.settings import from_mapping, nearest
from piste.nn.augment.augmentation import Augmentation


def to_spec(augmentation: Augmentation) -> dict[str, Any]:
    """Return the JSON-able description: {"augmentation": class name, setting: value, ...}."""
    values = {field.name: getattr(augmentation, field.name) for field in dataclasses.fields(augmentation)}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {"augmentation": type(augmentation).__name__, **plain}


def from_spec(spec: Any, known: Sequence[type[Augmentation]]) -> Augmentation:
    """Return the augmentation that `spec` describes; raises `SettingError` for what does not fit."""
    if not isinstance(spec, dict) or not isinstance(spec.get("augmentation"), str):
        raise SettingError(
            f"An augmentation's spec must be an object with the key 'augmentation'. Got {str(spec)[:80]} instead."
        )
    kind = _named(spec["augmentation"], {one.__name__: one for one in known})
    values = {name: value for name, value in spec.items() if name != "augmentation"}
    return from_mapping(kind, values, kind.__name__)


def from_words(words: str, known: Sequence[type[Augmentation]]) -> Augmentation:
    """Return the augmentation that a name and its strengths describe: "shift", "shift:4", "shift:4:mean".

    The words after the name are the values of its settings, in the order of its class. Raises `SettingError`.
    """
    name, *values = words.strip().split(":")
    kind = _named(name, {one.name: one for one in known})
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [field.name for field in dataclasses.fields(kind) if _kind(hints[field.name]) is not None]
    if len(values) > len(fields):
        raise SettingError(f"The augmentation '{words}' has too many parts: after '{name}' come {', '.join(fields)}.")
    pairs = zip(fields, values, strict=False)
    given = {field: _value(value, hints[field], f"{field} of '{words}'") for field, value in pairs}
    return from_mapping(kind, given, f"The augmentation '{name}'")


def _named(name: str, known: dict[str, type[Augmentation]]) -> type[Augmentation]:
    if name in known:
        return known[name]
    raise SettingError(f"There is no augmentation '{name}'. {nearest(name, known)}")


def _kind(hint: Any) -> type | None:
    """Return the type of a setting that one word can give; None for lists."""
    if typing.get_origin(hint) is Annotated:
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is Literal:
        return str
    return hint if hint in (int, float, str) else None


def _value(word: str, hint: Any, where: str) -> Any:
    kind = _kind(hint) or str
    try:
        return kind(word)
    except ValueError:
        name = "a whole number" if kind is int else "a number"
        raise SettingError(f"The {where} must be {name}. Got '{word}' instead.") from None
