"""Declared ranges of layers' settings, checked when a layer is made."""

from typing import Annotated

from piste.core.errors import SettingError
from piste.core.settings import Range, check
from piste.nn.layer import Layer

Count = Annotated[int, Range(1)]
Counts = Annotated[int | tuple[int, ...], Range(1)]  # one number for every axis, or one per axis
Whole = Annotated[int, Range(0)]
Positive = Annotated[float, Range(0.0, low_open=True)]
Share = Annotated[float, Range(0.0, 1.0, low_open=True)]  # a probability to keep: never zero


class Checked(Layer):
    """A layer whose settings are checked against their declarations as soon as it is made."""

    def __post_init__(self) -> None:
        try:
            check(self)
        except SettingError as error:
            raise SettingError(f"{type(self).__name__}: {error}") from None
