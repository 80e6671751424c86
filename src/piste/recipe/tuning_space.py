"""Which settings a search varies: ranges as they are given among the settings, checked against what they may be."""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

from piste.core.errors import SettingError
from piste.core.settings import from_mapping, nearest
from piste.recipe.settings import SECTIONS
from piste.tune.priors import Choice, Integers, Log, Option, Prior, Uniform
from piste.tune.space import Space, short
from piste.tune.written import is_prior, parsed

FIXED: Mapping[str, str] = {
    "metric": "all trials must be judged by the same metric",
    "precision": "all trials must be computed alike",
    "devices": "it changes no result",
    "checkpoint": "it changes no result",
    "minutes": "what a trial comes to would depend on the clock",
    "stop_at": "all trials must aim at the same",
    "validate_every": "all trials must be judged after as many rounds",
    "spec": "each network of your own is a search of its own",
}
"""Settings that cannot vary, beside those of the data, and why."""

EDGES = (0.0, 0.5, 1.0 - 2**-53)  # places at which a range is tried


def apart(settings: Mapping[str, Any]) -> tuple[dict[str, Prior], dict[str, Any]]:
    """Return the settings that vary, with their priors, and all others as they are.

    A text such as "log(1e-4, 1)" is a prior too. Raises `SettingError` for one that cannot be read.
    """
    priors: dict[str, Prior] = {}
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        prior = range_in(name, value)
        if prior is None:
            plain[name] = value
        else:
            priors[name] = prior
    return priors, plain


def range_in(name: str, value: Any) -> Prior | None:
    """Return the range that `value` is or that it describes, as the value of the setting `name`; None where it is none.

    Raises `SettingError` for a text that is meant as a range and cannot be read. A column may be called "log(price)",
    so that a text which names data is one only where it can be read.
    """
    if isinstance(value, Prior):
        return value
    if not is_prior(value):
        return None
    try:
        return parsed(value, name)
    except SettingError:
        if name in {field.name for field in dataclasses.fields(SECTIONS["data"])}:
            return None
        raise


def checked_space(priors: Mapping[str, Prior], where: str) -> Space:
    """Return the space of `priors`.

    Raises `SettingError` for a setting that there is not or that cannot vary, and for a range that goes past what the
    setting may be; `where` names where they were given.
    """
    space = Space.of({name: as_meant(name, prior) for name, prior in priors.items()})
    names = [*(one.name for one in space.dimensions), *(name for name, _, _ in space.fixed)]
    _check_names(names, where)
    for dimension in space.dimensions:
        prior = dimension.prior
        options = [one.value for one in prior.options] if isinstance(prior, Choice) else None
        values = [short(prior, prior.value(place)) for place in EDGES] if options is None else options
        for value in values:
            _check_value(dimension.name, value, str(prior), _in_whole_numbers(prior))
    for name, value, _ in space.fixed:
        _check_value(name, value, str(value))
    return space


def as_meant(name: str, value: Any) -> Any:
    """Return a range, or a value in it, in the form that the setting takes: `none` as a word, one width as a list."""
    if isinstance(value, Choice):
        options = (
            Option(as_meant(name, one.value), tuple((inner, as_meant(inner, it)) for inner, it in one.settings))
            for one in value.options
        )
        return Choice(tuple(options))
    if isinstance(value, Prior) or _takes(name, value):
        return value
    others = ["none"] if value is None else [tuple(value.split(","))] if isinstance(value, str) else [(value,)]
    return next((other for other in others if _takes(name, other)), value)


def _takes(name: str, value: Any) -> bool:
    try:
        _check_value(name, value, "")
    except SettingError:
        return False
    return True


def _check_names(names: Iterable[str], where: str) -> None:
    known = {field.name: section for section, kind in SECTIONS.items() for field in dataclasses.fields(kind)}
    for name in names:
        if name not in known:
            raise SettingError(f"{where} has no setting '{name}'. {nearest(name, known)}")
        if known[name] == "data":
            raise SettingError(
                f"The setting '{name}' cannot vary in a search: all trials must learn from the same data and splits. "
                "Give it one value."
            )
        if name in FIXED:
            raise SettingError(f"The setting '{name}' cannot vary in a search: {FIXED[name]}. Give it one value.")


def _check_value(name: str, value: Any, prior: str, whole: str = "") -> None:
    for kind in SECTIONS.values():
        if name in {field.name for field in dataclasses.fields(kind)}:
            try:
                from_mapping(kind, {name: value}, "A range")
            except SettingError as error:
                fits = whole and _takes(name, int(value))
                hint = f" Write {whole} for whole numbers." if fits else ""
                raise SettingError(f"The range {prior} does not fit: {error}{hint}") from None


def _in_whole_numbers(prior: Prior) -> str:
    """Return the range over the whole numbers of `prior`, as it is written; "" where there is none."""
    if not isinstance(prior, Uniform | Log):
        return ""
    low, high, factors = math.ceil(prior.low), math.floor(prior.high), isinstance(prior, Log)
    return str(Integers(low, high, factors)) if low < high else ""
