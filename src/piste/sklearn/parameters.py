"""An estimator's parameters: kept as they are given, and refused in scikit-learn's own words when they do not fit."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from piste.core.errors import SettingError


class ParameterError(SettingError, ValueError):
    """A parameter out of its range, or parameters that contradict each other; a `ValueError`, as in scikit-learn."""


def keep(estimator: Any, given: Mapping[str, Any]) -> None:
    """Keep what the constructor was `given`, its `locals()`, unchanged: scikit-learn clones it from there."""
    for name, value in given.items():
        if name != "self":
            setattr(estimator, name, value)


def plain(value: Any) -> Any:
    """Return a parameter as a setting: searches draw NumPy's numbers, and grids hold lists."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(plain(one) for one in value)
    return value


@contextmanager
def parameters_of(where: str) -> Iterator[None]:
    """Turn what is said of settings into what is said of the parameters of the estimator `where`."""
    try:
        yield
    except ParameterError:
        raise
    except SettingError as error:
        text = re.sub(r"'(\w+)' setting", rf"'\1' parameter of {where}", str(error))
        # Flags belong to the command line: --batch-size 0 is batch_size=0 here.
        text = re.sub(r"--([a-z][a-z0-9-]*)( (?:\d[\d.]*|none)\b(?!,))?", _keyword, text)
        raise ParameterError(text) from error


def _keyword(flag: re.Match[str]) -> str:
    name, value = flag[1].replace("-", "_"), flag[2]
    return f"{name}={value.strip()}" if value else name
