"""From what scikit-learn's tools hand over (arrays, frames, lists) to standardised float32 rows."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from piste.core.errors import DataError

_SHOWN = 3  # columns that the message names


class InputError(DataError, ValueError):
    """Input that an estimator cannot take; a `ValueError` too, which scikit-learn's own tools look for."""


@dataclass(frozen=True)
class Standard:
    """Numbers to mean 0 and deviation 1, as they were in the training examples: `mean` and `deviation` (F,)."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def apply(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return `values` (B, F) standardised."""
        return np.asarray((values - self.mean) / self.deviation, np.float32)

    def undo(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return standardised `values` (B, F) in their own units."""
        return np.asarray(values * self.deviation + self.mean, np.float64)


def fit_standard(values: NDArray[np.floating], weights: NDArray[np.floating]) -> Standard:
    """Return the weighted mean and deviation of each column of `values` (B, F); a constant keeps deviation 1."""
    shares = np.asarray(weights, np.float64) / np.sum(weights, dtype=np.float64)
    mean = shares @ values
    deviation = np.sqrt(shares @ np.square(values - mean))
    # What rounding leaves of a constant column is no spread.
    spread = deviation > 1e-12 * np.maximum(np.abs(mean), 1e-300)
    return Standard(mean, np.where(spread, deviation, 1.0))


def checked(estimator: Any, values: Any, **options: Any) -> Any:
    """Return what scikit-learn's `validate_data` returns, for numbers only: float32 or float64 (B, F).

    Raises `InputError` for a frame with columns that are not numbers, and scikit-learn's errors for the rest.
    """
    refuse_text(values, type(estimator).__name__)
    return validate_data(estimator, values, dtype=(np.float64, np.float32), **options)


def refuse_text(values: Any, name: str) -> None:
    """Raise `InputError` where `values` is a frame with columns that are neither numbers nor flags."""
    frame = nw.from_native(values, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return
    # Pandas keeps flags with gaps, and any mixture, as objects: scikit-learn tries to read those as numbers.
    texts = [
        column
        for column, kind in frame.schema.items()
        if not (kind.is_numeric() or kind in (nw.Boolean, nw.Object, nw.Unknown))
    ]
    if texts:
        listed = ", ".join(repr(column) for column in texts[:_SHOWN])
        more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        raise InputError(
            f"{name} takes numbers, and the frame has columns of another kind ({listed}{more}): encode them, for "
            "example with scikit-learn's OneHotEncoder in a Pipeline, or use piste.train, which reads any table."
        )
